# Mean, standard deviation and quartiles of each group, by base R, on the rows of balance_data.csv.
# Run from the repository root, after balance.R: Rscript tests/reference_r/baseline.R
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]))

data <- read.csv(file.path(here, "balance_data.csv"))
rows <- list()
for (part in split(data, data[c("set", "variable")], drop = TRUE)) {
  if (part$kind[1] != "continuous") next
  value <- as.numeric(part$value)
  for (group in list("overall", "first", "second")) {
    x <- switch(group, overall = value, first = value[part$first == 1], value[part$first == 0])
    q <- quantile(x, c(0.25, 0.5, 0.75), names = FALSE)
    rows[[length(rows) + 1]] <- data.frame(
      set = part$set[1], variable = part$variable[1], group = group, n = length(x),
      mean = mean(x), sd = sd(x), q25 = q[1], q50 = q[2], q75 = q[3]
    )
  }
}
out <- do.call(rbind, rows)
for (column in c("mean", "sd", "q25", "q50", "q75")) {
  out[[column]] <- sprintf("%.15g", out[[column]])
}
write.csv(out, file.path(here, "baseline.csv"), row.names = FALSE, quote = FALSE)
