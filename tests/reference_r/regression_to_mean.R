# Regression to the mean by numerical integration of the joint normal distribution.
rows <- list()
for (mean in c(1.5, 0)) for (sd in c(0.45, 1)) for (threshold in c(1.78, 0.5, -1)) for (r in c(0, 0.3, 0.7, 0.95)) {
  z <- (threshold - mean) / sd
  dens <- function(x) dnorm(x, mean, sd)
  above <- function(f) integrate(f, threshold, mean + 12 * sd, rel.tol = 1e-12, abs.tol = 0, subdivisions = 1000)$value
  share <- above(dens)
  first <- above(function(x) x * dens(x)) / share
  second <- above(function(x) (mean + r * (x - mean)) * dens(x)) / share  # E(second | first)
  rows[[length(rows) + 1]] <- data.frame(mean, sd, threshold, correlation = r, share, first, fall = first - second)
}
out <- do.call(rbind, rows)
out[] <- lapply(out, function(x) formatC(x, digits = 14, format = "g"))
write.csv(out, "tests/reference_r/regression_to_mean.csv", row.names = FALSE, quote = FALSE)
