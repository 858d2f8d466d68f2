# Predictors of severe hypocalcaemia in the shipped, simulated cohort, and what a rare event tells.
# Run from the repository root: Rscript tests/reference_r/complications.R
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]))
write <- function(out, name) {
  for (column in names(out)) if (is.numeric(out[[column]])) out[[column]] <- sprintf("%.15g", out[[column]])
  write.csv(out, file.path(here, name), row.names = FALSE, quote = FALSE)
}

patients <- read.csv("data/cohort/patients.csv"); labs <- read.csv("data/cohort/labs.csv")
at <- function(analyte, visit) {
  rows <- labs[labs$analyte == analyte & labs$visit == visit, ]
  rows$value[match(patients$patient_id, rows$patient_id)]
}
early <- labs[labs$analyte == "calcium" & labs$visit != "baseline" & !is.na(labs$value) &
              !is.na(labs$day) & labs$day <= 30, ]
d <- data.frame(
  severe = as.integer(patients$severe_hypocalcaemia == "yes"),
  log2_alp_baseline = log2(at("alp", "baseline")),
  pth_halvings_day_1 = log2(at("pth", "baseline") / at("pth", "day_1")),
  nadir = as.vector(tapply(early$value, early$patient_id, min)[patients$patient_id])
)
d <- d[complete.cases(d), ]
terms <- c("log2_alp_baseline", "pth_halvings_day_1")
control <- glm.control(epsilon = 1e-15, maxit = 200)

one <- function(model, outcome, chosen, family, data = d) {
  f <- reformulate(chosen, outcome)
  m <- if (is.null(family)) lm(f, data) else glm(f, family, data, control = control)
  # Else the standard errors are those of the step before.
  if (!is.null(family)) m <- glm(f, family, data, control = control, start = coef(m))
  s <- coef(summary(m))[-1, , drop = FALSE]
  limits <- confint.default(m)[-1, , drop = FALSE]
  # Signed root of the likelihood ratio statistic of each term.
  fits <- lapply(chosen, function(term) {
    less <- reformulate(c("1", setdiff(chosen, term)), outcome)
    if (is.null(family)) lm(less, data) else glm(less, family, data, control = control)
  })
  root <- sapply(fits, function(less) sqrt(2 * as.numeric(logLik(m) - logLik(less))))
  # Limits of the profile, each where twice the log-likelihood has dropped by 3.84.
  ends <- sapply(chosen, function(term) {
    if (is.null(family)) return(c(NA, NA))
    rest <- reformulate(c("1", setdiff(chosen, term), "offset(held)"), outcome)
    drop <- function(b) {
      data$held <- b * data[[term]]
      fixed <- glm(rest, family, data, control = control)
      2 * as.numeric(logLik(m) - logLik(fixed)) - qchisq(0.95, 1)
    }
    b <- coef(m)[[term]]; se <- s[term, 2]
    sapply(c(-6, 6), function(far) uniroot(drop, sort(c(b, b + far * se)), tol = 1e-12)$root)
  })
  data.frame(model, term = rownames(s), n = nrow(data), events = sum(data$severe), estimate = s[, 1],
             se = s[, 2], lower = limits[, 1], upper = limits[, 2],
             root = sign(s[, 1]) * root, profile_lower = ends[1, ], profile_upper = ends[2, ])
}
sds <- sapply(d[terms], function(v) sqrt(mean((v - mean(v))^2)))
scaled <- d; scaled[terms] <- scale(d[terms], center = TRUE, scale = sds)
d$below_2 <- as.integer(d$nadir < 2); d$below_8_4 <- as.integer(d$nadir < 8.4 * 0.2495)
out <- rbind(
  one("alone", "severe", terms[1], binomial), one("alone", "severe", terms[2], binomial),
  one("together", "severe", terms, binomial),
  one("per_sd_logit", "severe", terms, binomial, scaled),
  one("per_sd_cloglog", "severe", terms, binomial("cloglog"), scaled),
  one("nadir", "nadir", terms, NULL), one("below_2", "below_2", terms, binomial),
  one("below_8_4", "below_8_4", terms, binomial)
)
write(out, "complications.csv")

rare <- expand.grid(share = c(0.001, 0.01, 0.03, 0.2), chance = c(0.5, 0.95))
rare$none <- pbinom(0, 102, rare$share)
rare$at_most_1 <- pbinom(1, 102, rare$share)
# The smallest number of members, found by trying.
rare$members <- mapply(function(p, c) which(pbinom(0, 1:10000, p, lower.tail = FALSE) >= c - 1e-15)[1],
                       rare$share, rare$chance)
# The posterior is Beta(0.5 + 1, 0.5 + 101); the chance of none is averaged over it.
rare$none_of_further <- sapply(seq_len(nrow(rare)), function(i) {
  m <- c(1, 30, 102, 500)[(i - 1) %% 4 + 1]
  integrate(function(p) (1 - p)^m * dbeta(p, 1.5, 101.5), 0, 1, rel.tol = 1e-12)$value
})
rare$further <- rep(c(1, 30, 102, 500), 2)
limits <- binom.test(1, 102)$conf.int
rare$exact_lower <- limits[1]; rare$exact_upper <- limits[2]
rare$jeffreys_lower <- qbeta(0.025, 1.5, 101.5); rare$jeffreys_upper <- qbeta(0.975, 1.5, 101.5)
rare$zero_of_29 <- binom.test(0, 29)$conf.int[2]
write(rare, "rare_events.csv")
