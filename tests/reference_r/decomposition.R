# One-way analysis of variance over slices of equal count: adjusted R2 and F test, and the
# two-sample test of Kolmogorov and Smirnov. Data: quakes and airquality, which come with R.
slice <- function(x, count = 10) {
  if (length(unique(x)) <= count) return(factor(x))
  factor(floor((rank(x, ties.method = "min") - 1) * count / length(x)))
}
data <- rbind(
  data.frame(set = "quakes", y = quakes$mag, a = quakes$stations, b = quakes$depth, c = quakes$lat),
  with(na.omit(airquality), data.frame(set = "airquality", y = Ozone, a = Temp, b = Wind, c = Month)))
write.csv(data, "tests/reference_r/decomposition_data.csv", row.names = FALSE, quote = FALSE)
out <- NULL
for (set in unique(data$set)) {
  rows <- data[data$set == set, ]
  for (log in c(FALSE, TRUE)) for (name in c("a", "b", "c")) {
    y <- if (log) base::log(rows$y) else rows$y
    fit <- summary(lm(y ~ slice(rows[[name]])))
    f <- fit$fstatistic
    out <- rbind(out, data.frame(set, log, assumption = name, share = max(0, fit$adj.r.squared),
      p = pf(f[1], f[2], f[3], lower.tail = FALSE)))
  }
}
out$share <- sprintf("%.15g", out$share); out$p <- sprintf("%.15g", out$p)
write.csv(out, "tests/reference_r/decomposition.csv", row.names = FALSE, quote = FALSE)
ks <- suppressWarnings(ks.test(quakes$mag[1:500], quakes$mag[501:1000], exact = FALSE))
write.csv(data.frame(distance = sprintf("%.15g", ks$statistic), p = sprintf("%.15g", ks$p.value)),
  "tests/reference_r/decomposition_ks.csv", row.names = FALSE, quote = FALSE)
