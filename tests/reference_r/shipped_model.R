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

write <- function(rows, name) {
  for (v in names(rows)) if (is.double(rows[[v]])) rows[[v]] <- formatC(rows[[v]], digits = 15, format = "g", width = 1)
  write.csv(rows, paste0("tests/reference_r/", name, ".csv"), row.names = FALSE, quote = FALSE)
}
model <- function(terms) {
  m <- glm(reformulate(terms, "failure"), binomial, d, control = glm.control(epsilon = 1e-15, maxit = 100))
  update(m, start = coef(m))
}
# PTH beside every set of the others.
others <- setdiff(candidates, "pth_high")
sets <- do.call(c, lapply(0:length(others), function(k) combn(others, k, simplify = FALSE)))
write(do.call(rbind, lapply(sets, function(chosen) {
  m <- model(c("pth_high", chosen)); s <- coef(summary(m))["pth_high", ]
  data.frame(chosen = paste(chosen, collapse = " "), log_odds_ratio = s[[1]], se = s[[2]], p = s[[4]], aic = AIC(m))
})), "shipped_sets")
# Backward elimination by Wald's p-value.
backward <- function(stay) {
  terms <- candidates
  repeat {
    s <- coef(summary(model(terms)))[-1, , drop = FALSE]
    if (max(s[, 4]) < stay) return(data.frame(stay, term = rownames(s), log_odds_ratio = s[, 1], se = s[, 2], p = s[, 4]))
    terms <- terms[-which.max(s[, 4])]
  }
}
write(rbind(backward(0.157), backward(0.05)), "shipped_backward")
# Risks averaged over the patients, PTH below and above; slopes of the delta method by differences.
beside <- list(c("log2_alp_baseline", "n_glands"), character(0), others)
write(do.call(rbind, lapply(beside, function(chosen) {
  m <- model(c("pth_high", chosen)); x <- model.matrix(m)
  risk <- function(b, v) { x[, "pth_high"] <- v; mean(plogis(x %*% b)) }
  what <- list(difference = function(b) risk(b, 1) - risk(b, 0), log_ratio = function(b) log(risk(b, 1) / risk(b, 0)))
  se <- sapply(what, function(f) {
    slope <- sapply(seq_along(coef(m)), function(i) {
      by <- 1e-4; step <- replace(0 * coef(m), i, by); b <- coef(m)
      (8 * (f(b + step) - f(b - step)) - f(b + 2 * step) + f(b - 2 * step)) / (12 * by)
    })
    sqrt(drop(slope %*% vcov(m) %*% slope))
  })
  data.frame(chosen = paste(chosen, collapse = " "), without = risk(coef(m), 0), with = risk(coef(m), 1),
             difference_se = se[[1]], log_ratio_se = se[[2]])
})), "shipped_risks")
