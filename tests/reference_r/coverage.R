# Coverage and expected width of intervals for a proportion, by summing binomials.
limits <- list(
  exact = function(x, n, l) binom.test(x, n, conf.level = l)$conf.int,
  wilson = function(x, n, l) suppressWarnings(prop.test(x, n, conf.level = l, correct = FALSE)$conf.int),
  wald = function(x, n, l) pmin(pmax(x / n + c(-1, 1) * qnorm((1 + l) / 2) * sqrt(x * (n - x) / n^3), 0), 1))
out <- NULL
for (n in c(15, 102)) for (l in c(0.9, 0.95)) for (method in names(limits)) {
  ci <- sapply(0:n, function(x) as.numeric(limits[[method]](x, n, l)))
  ci[1, 1] <- 0; ci[2, n + 1] <- 1  # prop.test leaves 1e-18 there
  for (p in c(0.05, 0.5, 89 / 102, 0.873, 0.99)) {
    d <- dbinom(0:n, n, p)
    out <- rbind(out, data.frame(n, level = l, method, share = p, coverage = sum(d[ci[1, ] <= p & p <= ci[2, ]]),
      too_high = sum(d[ci[1, ] > p]), too_low = sum(d[ci[2, ] < p]), width = sum(d * (ci[2, ] - ci[1, ]))))
  }
}
number <- sapply(out, is.numeric)
out[number] <- lapply(out[number], function(v) trimws(formatC(v, digits = 15, format = "g")))
write.csv(out, "tests/reference_r/coverage.csv", row.names = FALSE, quote = FALSE)
