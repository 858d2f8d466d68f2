# Intervals for one proportion: stats::binom.test and epiR::epi.conf; posteriors: stats::qbeta;
# upper limits for zero events: one-sided stats::binom.test and stats::qbeta.
# Run from the repository root: Rscript tests/reference_r/proportions.R
suppressPackageStartupMessages(library(epiR))

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]))

counts <- rbind(
  c(89, 102), c(29, 102), c(1, 102), c(102, 102), c(174, 174), c(0, 102), c(0, 1), c(1, 1),
  c(0, 5), c(0, 29), c(0, 174), c(1, 5), c(5, 10), c(9, 10), c(3, 9), c(146, 204), c(284, 1095), c(4999, 10000)
)
levels <- c(0.80, 0.95, 0.99)

rows <- list()
add <- function(x, n, level, method, source, limits) {
  rows[[length(rows) + 1]] <<- data.frame(
    events = x, n = n, level = level, method = method, source = source,
    lower = limits[1], upper = limits[2]
  )
}
for (i in seq_len(nrow(counts))) for (level in levels) {
  x <- counts[i, 1]
  n <- counts[i, 2]
  epi <- function(method) {
    r <- epi.conf(matrix(c(x, n), nrow = 1), ctype = "prevalence", method = method,
                  conf.level = level)
    c(r$lower, r$upper)
  }
  add(x, n, level, "exact", "stats::binom.test", binom.test(x, n, conf.level = level)$conf.int)
  add(x, n, level, "exact", "epiR::epi.conf", epi("exact"))
  add(x, n, level, "wilson", "epiR::epi.conf", epi("wilson"))
  add(x, n, level, "wilson", "stats::prop.test",
      suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE))$conf.int)
  add(x, n, level, "agresti_coull", "epiR::epi.conf", epi("agresti"))
  add(x, n, level, "jeffreys", "epiR::epi.conf", epi("jeffreys"))
  # No package here gives the Wald interval; a linear model of the outcomes with the binomial
  # variance does: identity link, one parameter. At the ends it can't be fitted, nor has it width.
  if (x > 0 && x < n) {
    fit <- glm(cbind(x, n - x) ~ 1, family = binomial(link = "identity"), start = x / n)
    add(x, n, level, "wald", "stats::confint.default(glm)",
        suppressMessages(confint.default(fit, level = level)))
  }
}
for (i in seq_len(nrow(counts))) for (level in levels) {
  x <- counts[i, 1]
  n <- counts[i, 2]
  tail <- (1 - level) / 2
  priors <- list(uniform = c(1, 1), jeffreys_prior = c(0.5, 0.5), sceptical = c(2, 38))
  for (name in names(priors)) {
    a <- priors[[name]][1]
    b <- priors[[name]][2]
    add(x, n, level, paste0("posterior_", name), "stats::qbeta",
        qbeta(c(tail, 1 - tail), x + a, n - x + b))
    if (x == 0) {
      add(0, n, level, paste0("upper_", name), "stats::qbeta", c(0, qbeta(level, a, n + b)))
    }
  }
  if (x == 0) {
    add(0, n, level, "upper_exact", "stats::binom.test(less)",
        binom.test(0, n, conf.level = level, alternative = "less")$conf.int)
  }
}
out <- do.call(rbind, rows)
for (column in c("lower", "upper")) out[[column]] <- sprintf("%.15g", out[[column]])
write.csv(out, file.path(here, "proportions.csv"), row.names = FALSE, quote = FALSE)
