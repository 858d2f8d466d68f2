# Restricted cubic splines as rms::rcs makes them.
suppressMessages(library(rms))
labs <- read.csv("data/cohort/labs.csv")
sets <- list(cohort = labs$value[labs$analyte == "pth" & labs$visit == "baseline"], weight = MASS::birthwt$lwt,
             wind = airquality$Wind, few = mtcars$hp, skew = mtcars$disp)
out <- NULL
for (s in names(sets)) for (k in 3:5) {
  x <- sets[[s]]; b <- rcspline.eval(x, nk = k, inclx = TRUE, fractied = 0)
  at <- attr(b, "knots"); full <- matrix(NA, length(x), 4); full[, seq_len(k - 1)] <- b
  out <- rbind(out, data.frame(set = s, count = k, x, full, knots = paste(format(at, digits = 15, trim = TRUE), collapse = " ")))
}
names(out)[4:7] <- paste0("b", 1:4)
r <- rcs(sets$weight, attr(rcspline.eval(sets$weight, nk = 4, fractied = 0), "knots"))
stopifnot(all.equal(unclass(r)[, 1:3], as.matrix(out[out$set == "weight" & out$count == 4, 4:6]), check.attributes = FALSE))
number <- sapply(out, is.numeric)
out[number] <- lapply(out[number], function(v) trimws(formatC(v, digits = 15, format = "g")))
write.csv(out, "tests/reference_r/splines.csv", row.names = FALSE, quote = FALSE)
