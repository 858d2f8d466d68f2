# Minimum sample sizes and their inverses by formula, R2 from a C statistic by integration, standard
# errors by a regression on expected counts, power, and precision.
out <- NULL
add <- function(kind, value, a = NA, b = NA, c = NA, d = NA) {
  out <<- rbind(out, data.frame(kind, a, b, c, d, value = as.numeric(value)))
}
maximum <- function(share) 1 - (share^share * (1 - share)^(1 - share))^2
tight <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-14, maxiter = 10000)$root

# Strength: one row a C statistic and share.
from_c <- function(c, share) {
  mu <- sqrt(2) * qnorm(c)
  risk <- function(x) plogis(qlogis(share) + mu * x - mu^2 / 2)
  part <- function(f, centre) integrate(function(x) f(x) * dnorm(x, centre), centre - 10, centre + 10,
    rel.tol = 1e-12, subdivisions = 2000)$value
  gain <- share * part(function(x) log(risk(x)), mu) + (1 - share) * part(function(x) log1p(-risk(x)), 0)
  1 - exp(-2 * (gain - share * log(share) - (1 - share) * log(1 - share)))
}
for (share in c(0.02, 13 / 102, 0.2, 0.5, 0.8)) {
  add("maximum", maximum(share), share)
  for (c in c(0.55, 0.7, 0.78, 0.89, 0.95)) add("from_c", from_c(c, share), c, share)
}

# Two groups of known risk: glm on expected counts, the gain in deviance a patient.
for (share in c(0.1, 40 / 102)) for (below in c(0.05, 0.4)) for (above in c(0.2, 0.7)) {
  w <- 1000 * c(share * above, share * (1 - above), (1 - share) * below, (1 - share) * (1 - below))
  fit <- suppressWarnings(glm(c(1, 0, 1, 0) ~ c(1, 1, 0, 0), weights = w, family = binomial,
    control = glm.control(epsilon = 1e-14)))
  add("from_groups", 1 - exp(-(fit$null.deviance - fit$deviance) / 1000), share, above, below)
}

# The criteria, not rounded up; and what n patients give.
for (share in c(0.05, 13 / 102, 0.4, 0.7)) for (nagelkerke in c(0.05, 0.15, 0.5)) for (p in c(1, 9, 30)) {
  top <- maximum(share)
  r2 <- nagelkerke * top
  rare <- min(share, 1 - share)
  by_shrinkage <- function(s) p / ((s - 1) * log(1 - r2 / s))
  s <- r2 / (r2 + 0.05 * top)
  add("overall_risk", (qnorm(0.975) / 0.05)^2 * share * (1 - share), p, share, r2)
  add("prediction_error", exp((-0.508 + 0.259 * log(rare) + 0.504 * log(p) - log(0.05)) / 0.544), p, share, r2)
  add("shrinkage", by_shrinkage(0.9), p, share, r2)
  add("optimism", by_shrinkage(s), p, share, r2)
  for (n in c(102, 1000)) {
    at <- tight(function(s) (s - 1) * log(1 - r2 / s) - p / n, r2 * (1 + 1e-12), 1)
    add("expected_shrinkage", at, p, share, r2, n)
    add("expected_optimism", (r2 / at - r2) / top, p, share, r2, n)
    add("expected_error", exp(-0.508 + 0.259 * log(rare) + 0.504 * log(p) - 0.544 * log(n)), p, share, r2, n)
    add("room_shrinkage", n * (0.9 - 1) * log(1 - r2 / 0.9), p, share, r2, n)
    add("room_optimism", n * (s - 1) * log(1 - r2 / s), p, share, r2, n)
    add("room_prediction_error", exp((log(0.05) + 0.544 * log(n) + 0.508 - 0.259 * log(rare)) / 0.504), p, share, r2, n)
  }
}

# One two-valued risk factor: the risk below solves for the overall risk; the standard error is glm's.
below <- function(or, exposed, outcome)
  tight(function(q) exposed * plogis(qlogis(q) + log(or)) + (1 - exposed) * q - outcome, 1e-9, 1 - 1e-9)
error <- function(n, or, exposed, outcome) {
  q <- below(or, exposed, outcome); p <- plogis(qlogis(q) + log(or))
  w <- n * c(exposed * p, exposed * (1 - p), (1 - exposed) * q, (1 - exposed) * (1 - q))
  fit <- suppressWarnings(glm(c(1, 0, 1, 0) ~ c(1, 1, 0, 0), weights = w, family = binomial,
    control = glm.control(epsilon = 1e-15, maxit = 100)))
  fit <- suppressWarnings(glm(c(1, 0, 1, 0) ~ c(1, 1, 0, 0), weights = w, family = binomial, start = coef(fit),
    control = glm.control(epsilon = 1e-15, maxit = 100)))
  sqrt(vcov(fit)[2, 2])
}
power <- function(n, or, exposed, outcome) {
  z <- log(or) / error(n, or, exposed, outcome)
  pnorm(z - qnorm(0.975)) + pnorm(-z - qnorm(0.975))
}
for (or in c(0.4, 1.5, 3, 5)) for (exposed in c(0.1, 40 / 102, 0.5)) for (outcome in c(13 / 102, 0.5)) {
  q <- below(or, exposed, outcome); p <- plogis(qlogis(q) + log(or))
  add("risk_above", p, or, exposed, outcome)
  add("risk_below", q, or, exposed, outcome)
  for (n in c(102, 500)) {
    add("log_se", error(n, or, exposed, outcome), or, exposed, outcome, n)
    add("power", power(n, or, exposed, outcome), or, exposed, outcome, n)
  }
  for (wanted in c(0.8, 0.9)) {
    add("size_for_power", ceiling(tight(function(n) power(n, or, exposed, outcome) - wanted, 5, 1e5)), or, exposed, outcome, wanted)
    if (exposed == 0.5)  # two equal groups: the same formula
      add("power_prop_test", 2 * power.prop.test(p1 = p, p2 = q, power = wanted, tol = 1e-13)$n, or, exposed, outcome, wanted)
    add("hsieh", (qnorm(0.975) * sqrt(outcome * (1 - outcome) / exposed) + qnorm(wanted) *
      sqrt(q * (1 - q) + p * (1 - p) * (1 - exposed) / exposed))^2 / ((p - q)^2 * (1 - exposed)), or, exposed, outcome, wanted)
  }
}

# Every fourfold table, one by one: its chance, and Wald's test of its own log odds ratio.
exact <- function(n, or, exposed, outcome) {
  q <- below(or, exposed, outcome); p <- plogis(qlogis(q) + log(or))
  m <- floor(exposed * n + 0.5)
  found <- none <- 0
  for (a in 0:m) for (c in 0:(n - m)) {
    chance <- dbinom(a, m, p) * dbinom(c, n - m, q)
    cells <- c(a, m - a, c, n - m - c)
    if (any(cells == 0)) none <- none + chance
    else if (abs(log(cells[1] * cells[4] / cells[2] / cells[3])) / sqrt(sum(1 / cells)) > qnorm(0.975)) found <- found + chance
  }
  c(found, none)
}
for (or in c(0.4, 2, 5)) for (n in c(26, 102)) for (exposed in c(0.1, 40 / 102)) {
  found <- exact(n, or, exposed, 13 / 102)
  add("exact_power", found[1], or, exposed, 13 / 102, n)
  add("exact_none", found[2], or, exposed, 13 / 102, n)
}

# Precision: half-widths, and every size tried for a target.
half <- list(
  wilson = function(x, n, l) suppressWarnings(diff(prop.test(x, n, conf.level = l, correct = FALSE)$conf.int)) / 2,
  exact = function(x, n, l) diff(binom.test(x, n, conf.level = l)$conf.int) / 2)
for (method in names(half)) for (share in c(0.01, 0.3, 89 / 102)) {
  for (n in c(7, 102, 333)) add(paste0("half_", method), half[[method]](floor(share * n + 0.5), n, 0.95), share, n)
  for (wanted in c(0.06, 0.1)) {
    found <- sapply(1:600, function(n) half[[method]](floor(share * n + 0.5), n, 0.95)) <= wanted
    add(paste0("first_", method), which(found)[1], share, wanted)
    add(paste0("settled_", method), max(which(!found)) + 1, share, wanted)
  }
}
for (share in c(0.005, 0.01, 0.1)) for (chance in c(0.8, 0.95))
  add("see_one", which(pbinom(0, 1:1000, share) <= 1 - chance)[1], share, chance)

out[-1] <- lapply(out[-1], function(v) trimws(formatC(v, digits = 15, format = "g")))
out[out == "NA"] <- ""
write.csv(out, "tests/reference_r/samplesize.csv", row.names = FALSE, quote = FALSE)
