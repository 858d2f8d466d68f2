# Standardised differences: MatchIt (means and proportions), stats::mahalanobis (several levels),
# metafor::escalc (variances).
# Run from the repository root: Rscript tests/reference_r/balance.R
suppressPackageStartupMessages({
  library(MatchIt)
  library(metafor)
})

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]))

bw <- MASS::birthwt
bw$race <- paste0("race_", bw$race)
lung <- survival::lung[!is.na(survival::lung$ph.ecog), ]
lung$ecog <- paste0("ecog_", lung$ph.ecog)
sets <- list(
  birthwt = list(rows = bw, first = bw$low == 1,
                 continuous = c("age", "lwt", "bwt"), binary = c("smoke", "ht", "ui"),
                 categorical = "race"),
  infert = list(rows = transform(infert, education = as.character(education)),
                first = infert$case == 1,
                continuous = c("age", "parity"), binary = character(), categorical = "education"),
  lung = list(rows = lung, first = lung$sex == 2,
              continuous = c("age", "time"), binary = character(), categorical = "ecog"),
  # Few against many, as in the study.
  few = list(rows = bw[order(bw$low != 1, seq_len(nrow(bw))), ][c(1:13, 60:148), ],
             first = rep(c(TRUE, FALSE), c(13, 89)),
             continuous = c("age", "lwt"), binary = c("smoke", "ui"), categorical = "race")
)
levels <- c(0.80, 0.95, 0.99)

# Distance at which the squared distance, over its chance variance, is the quantile of a
# non-central chi-square distribution; 0 if it is lower than that without any.
noncentral <- function(d, n, df, tail) {
  unit <- sqrt(sum(1 / n))
  f <- function(ncp) pchisq((d / unit)^2, df, ncp = ncp) - tail
  if (f(0) <= 0) return(0)
  unit * sqrt(uniroot(f, c(0, (d / unit + 10)^2), tol = 1e-12)$root)
}

data <- list()
rows <- list()
for (set in names(sets)) {
  s <- sets[[set]]
  first <- s$first
  n <- c(sum(first), sum(!first))
  for (kind in c("continuous", "binary", "categorical")) for (name in s[[kind]]) {
    value <- s$rows[[name]]
    data[[length(data) + 1]] <- data.frame(
      set = set, variable = name, kind = kind, first = as.integer(first), value = value
    )
    if (kind == "categorical") {
      # Mahalanobis distance of the proportions, any one level left out.
      shares <- lapply(list(value[first], value[!first]),
                       function(x) as.vector(prop.table(table(factor(x, sort(unique(value)))))))
      p <- shares[[1]][-1]
      q <- shares[[2]][-1]
      covariance <- (diag(p) - outer(p, p) + diag(q) - outer(q, q)) / 2
      d <- sqrt(mahalanobis(p, q, covariance))
      df <- length(p)
      source <- "stats::mahalanobis"
    } else {
      # matchit() without matching; "ATE" standardises by the root of the mean of both variances.
      # Its propensity score, which a birth weight fits perfectly, is not used: no warning.
      m <- suppressWarnings(matchit(
        first ~ x, data = data.frame(first = as.integer(first), x = value),
        method = NULL, estimand = "ATE"
      ))
      d <- summary(m, standardize = TRUE)$sum.all["x", "Std. Mean Diff."]
      source <- "MatchIt::summary.matchit"
    }
    # metafor puts its small-sample factor into difference and variance. Both variances are
    # compared at its difference, and smdh without the factor.
    smd <- smdh <- at_smd <- at_smdh <- NA
    if (kind == "continuous") {
      a <- value[first]
      b <- value[!first]
      of <- function(measure) escalc(measure, m1i = mean(a), sd1i = sd(a), n1i = n[1],
                                     m2i = mean(b), sd2i = sd(b), n2i = n[2])
      e <- of("SMD")
      at_smd <- as.numeric(e$yi)
      smd <- e$vi
      e <- of("SMDH")
      factor <- as.numeric(e$yi) / ((mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2))
      at_smdh <- as.numeric(e$yi)
      smdh <- e$vi / factor^2
    }
    # One study by itself: its limits are the normal ones around d, with the variance at d.
    for (level in levels) {
      fit <- rma(yi = d, vi = sum(1 / n) + d^2 / (2 * sum(n)), method = "FE", level = 100 * level)
      rows[[length(rows) + 1]] <- data.frame(
        set = set, variable = name, kind = kind, source = source, n_first = n[1], n_second = n[2],
        level = level, estimate = d,
        lower_noncentral = if (kind == "categorical") noncentral(d, n, df, (1 + level) / 2) else NA,
        upper_noncentral = if (kind == "categorical") noncentral(d, n, df, (1 - level) / 2) else NA,
        lower = fit$ci.lb, upper = fit$ci.ub,
        at_smd = at_smd, smd_variance = smd, at_smdh = at_smdh, smdh_variance = smdh
      )
    }
  }
}
out <- do.call(rbind, rows)
for (column in c("estimate", "lower", "upper", "lower_noncentral", "upper_noncentral",
                 "at_smd", "smd_variance", "at_smdh",
                 "smdh_variance")) {
  out[[column]] <- ifelse(is.na(out[[column]]), "", sprintf("%.15g", out[[column]]))
}
write.csv(out, file.path(here, "balance.csv"), row.names = FALSE, quote = FALSE)
for (i in seq_along(data)) data[[i]]$value <- as.character(data[[i]]$value)
write.csv(do.call(rbind, data), file.path(here, "balance_data.csv"), row.names = FALSE,
          quote = FALSE)
