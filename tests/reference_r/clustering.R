# Members in clusters: intracluster correlation by analysis of variance (stats::aov by formula,
# lme4::lmer where sizes are equal), proportions with clusters (ratio estimator by formula and by
# geepack with independence, GEE by geepack with exchangeable correlation).
# Run from the repository root: Rscript tests/reference_r/clustering.R
suppressPackageStartupMessages({library(geepack); library(lme4); library(MASS); library(nlme)})

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]))

cows <- as.data.frame(lme4::cbpp)
cows <- aggregate(cbind(incidence, size) ~ herd, cows, sum)
sets <- list(
  bacteria = data.frame(cluster = MASS::bacteria$ID, value = as.integer(MASS::bacteria$y == "y")),
  cbpp = data.frame(
    cluster = rep(cows$herd, cows$size),
    value = unlist(Map(function(x, n) rep(1:0, c(x, n - x)), cows$incidence, cows$size))
  ),
  chicks = data.frame(cluster = datasets::ChickWeight$Chick, value = datasets::ChickWeight$weight),
  rails = data.frame(cluster = nlme::Rail$Rail, value = nlme::Rail$travel)
)

rows <- list()
add <- function(set, quantity, source, value) {
  rows[[length(rows) + 1]] <<- data.frame(set, quantity, source, value = sprintf("%.15g", value))
}
for (set in names(sets)) {
  d <- sets[[set]]
  d$cluster <- as.integer(factor(as.character(d$cluster)))
  d <- d[order(d$cluster), ]
  sets[[set]] <- d
  n <- as.vector(table(d$cluster))
  k <- length(n)
  ms <- summary(aov(value ~ factor(cluster), d))[[1]][["Mean Sq"]]
  m <- (sum(n) - sum(n^2) / sum(n)) / (k - 1)
  add(set, "icc", "stats::aov", (ms[1] - ms[2]) / (ms[1] + (m - 1) * ms[2]))
  add(set, "weighted_size", "by formula", mean(n) * (1 + mean((n - mean(n))^2) / mean(n)^2))
  if (length(unique(n)) == 1) {
    fit <- lmer(value ~ 1 + (1 | cluster), d, control = lmerControl(optCtrl = list(ftol_rel = 1e-15)))
    v <- as.data.frame(VarCorr(fit))$vcov
    add(set, "icc", "lme4::lmer (REML)", v[1] / sum(v))
  }
  if (!all(d$value %in% 0:1)) next
  p <- mean(d$value)
  x <- as.vector(tapply(d$value, d$cluster, sum))
  se <- sqrt(k / (k - 1) * sum((x - p * n)^2)) / sum(n)
  reach <- qt(0.975, k - 1) * se / (p * (1 - p))
  add(set, "ratio_estimate", "by formula", p)
  add(set, "ratio_lower", "by formula", plogis(qlogis(p) - reach))
  add(set, "ratio_upper", "by formula", plogis(qlogis(p) + reach))
  gee <- function(structure) geeglm(
    value ~ 1, id = cluster, data = d, family = binomial, corstr = structure,
    control = geese.control(epsilon = 1e-14, maxit = 500)
  )
  est <- unlist(summary(gee("independence"))$coefficients[1, 1:2])
  reach <- qt(0.975, k - 1) * est[2] * sqrt(k / (k - 1))
  add(set, "ratio_lower", "geepack (independence)", plogis(est[1] - reach))
  add(set, "ratio_upper", "geepack (independence)", plogis(est[1] + reach))
  est <- unlist(summary(gee("exchangeable"))$coefficients[1, 1:2])
  add(set, "gee_estimate", "geepack (exchangeable)", plogis(est[1]))
  add(set, "gee_lower", "geepack (exchangeable)", plogis(est[1] - qnorm(0.975) * est[2]))
  add(set, "gee_upper", "geepack (exchangeable)", plogis(est[1] + qnorm(0.975) * est[2]))
  own <- x / n
  limits <- t.test(own)$conf.int
  add(set, "cluster_mean_estimate", "stats::t.test", mean(own))
  add(set, "cluster_mean_lower", "stats::t.test", max(limits[1], 0))
  add(set, "cluster_mean_upper", "stats::t.test", min(limits[2], 1))
}
write.csv(do.call(rbind, rows), file.path(here, "clustering.csv"), row.names = FALSE, quote = FALSE)
write.csv(
  do.call(rbind, lapply(names(sets), function(set) cbind(set = set, sets[[set]][c("cluster", "value")]))),
  file.path(here, "clustering_data.csv"), row.names = FALSE, quote = FALSE
)

# The beta-binomial chance of no event, and the upper limit it gives, by numerical root.
none <- function(p, icc, sizes) sum(sapply(sizes, function(m) {
  a <- p * (1 - icc) / icc
  b <- (1 - p) * (1 - icc) / icc
  lbeta(a, b + m) - lbeta(a, b)
}))
rows <- list()
for (icc in c(0.05, 0.3, 0.8, 0.97)) for (shape in c("even", "uneven", "eleven")) {
  sizes <- list(even = rep(c(1, 2), c(30, 72)), uneven = rep(c(1, 4), c(78, 24)),
                eleven = c(1, 1, 3, 11, 2))[[shape]]
  root <- uniroot(function(p) none(p, icc, sizes) - log(0.05), c(1e-9, 1 - 1e-9), tol = 1e-13)$root
  rows[[length(rows) + 1]] <- data.frame(
    sizes = paste(sizes, collapse = " "), icc, upper = sprintf("%.15g", root)
  )
}
write.csv(do.call(rbind, rows), file.path(here, "clustering_zero.csv"), row.names = FALSE, quote = FALSE)
