# The published model on the shipped, simulated cohort: each candidate alone, then those that enter.
patients <- read.csv("data/cohort/patients.csv"); labs <- read.csv("data/cohort/labs.csv")
glands <- read.csv("data/cohort/glands.csv")
base <- reshape(labs[labs$visit == "baseline", c("patient_id", "analyte", "value")],
                idvar = "patient_id", timevar = "analyte", direction = "wide")
later <- labs[labs$analyte == "pth" & labs$visit != "baseline" & !is.na(labs$value), ]
last <- do.call(rbind, lapply(split(later, later$patient_id), function(d) d[which.max(d$day), ]))
d <- merge(merge(patients, base), data.frame(patient_id = last$patient_id, end = last$value))
d <- merge(d, aggregate(max_diameter_mm ~ patient_id, glands, max))
d <- merge(d, setNames(aggregate(gland_id ~ patient_id, glands, length), c("patient_id", "n_glands")))
d$failure <- as.integer(d$end > 300); d$pth_high <- as.integer(d$value.pth >= 1606)
d$sex_male <- as.integer(d$sex == "male"); d$log2_alp_baseline <- log2(d$value.alp)
d$calcium_baseline_mmol_l <- d$value.calcium; d$phosphorus_baseline_mmol_l <- d$value.phosphorus
candidates <- c("age_years", "sex_male", "dialysis_vintage_years", "n_glands", "max_diameter_mm",
                "calcium_baseline_mmol_l", "phosphorus_baseline_mmol_l", "log2_alp_baseline", "pth_high")
fit <- function(terms, stage) {
  m <- glm(reformulate(terms, "failure"), binomial, d, control = glm.control(epsilon = 1e-15, maxit = 100))
  m <- update(m, start = coef(m))  # else the standard errors are those of the step before
  s <- coef(summary(m))[-1, , drop = FALSE]
  data.frame(stage, term = rownames(s), log_odds_ratio = s[, 1], se = s[, 2], p = s[, 4],
             log_likelihood = as.numeric(logLik(m)))
}
alone <- do.call(rbind, lapply(candidates, fit, "univariable"))
out <- rbind(alone, fit(alone$term[alone$p < 0.10], "multivariable"))
for (v in c("log_odds_ratio", "se", "p", "log_likelihood")) out[[v]] <- formatC(out[[v]], digits = 15, format = "g", width = 1)
write.csv(out, "tests/reference_r/shipped_model.csv", row.names = FALSE, quote = FALSE)
