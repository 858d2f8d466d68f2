# Power, type S and type M error of a normal estimate, by numerical integration.
grid <- expand.grid(true_odds_ratio = c(0.5, 1.2, 1.5, 2, 3, 5, 10), log_se = c(0.2, 0.5, 0.774, 1.3),
                    level = c(0.90, 0.95))
one <- function(or, se, level) {
  effect <- log(or); crit <- qnorm(0.5 + level / 2) * se
  # Beyond each critical value, in pieces that no narrow peak can hide in.
  tail <- function(f) {
    cuts <- sort(unique(c(crit, crit + (1:40) * se / 2, pmax(crit, abs(effect) + (-8:8) * se))))
    sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-12, abs.tol = 0)$value,
               cuts[-length(cuts)], cuts[-1]))
  }
  up <- tail(function(x) dnorm(x, effect, se)); down <- tail(function(x) dnorm(-x, effect, se))
  power <- up + down
  size <- tail(function(x) x * dnorm(x, effect, se)) + tail(function(x) x * dnorm(-x, effect, se))
  c(power = power, type_s = (if (effect > 0) down else up) / power,
    exaggeration = size / power / abs(effect), smallest_significant = exp(crit))
}
out <- cbind(grid, t(mapply(one, grid$true_odds_ratio, grid$log_se, grid$level)))
out[] <- lapply(out, function(x) formatC(x, digits = 14, format = "g"))
write.csv(out, "tests/reference_r/design_analysis.csv", row.names = FALSE, quote = FALSE)
