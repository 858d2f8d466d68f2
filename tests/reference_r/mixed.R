# Linear mixed models over visits, random intercept per patient, REML; robust errors by formula.
suppressMessages(library(lme4))
labs <- read.csv("data/cohort/labs.csv")
month <- function(visit) {
  at <- function(v) if (v == "baseline") 0 else { part <- strsplit(v, "_")[[1]]
    as.numeric(part[2]) * c(day = 12 / 365.25, week = 7 * 12 / 365.25, month = 1)[[part[1]]] }
  sapply(visit, at)
}
shipped <- function(analyte) { d <- labs[labs$analyte == analyte & !is.na(labs$value), ]
  d <- data.frame(patient_id = d$patient_id, visit = d$visit, month = month(d$visit), value = d$value)
  d[d$month <= 36, ] }
days <- transform(sleepstudy, visit = ifelse(Days == 0, "baseline", paste0("day_", Days)))
orthodont <- as.data.frame(nlme::Orthodont)
pixel <- as.data.frame(nlme::Oxboys); pixel <- pixel[-c(5, 17, 40, 41, 100, 150), ]  # with gaps
sets <- list(
  sleepstudy = data.frame(patient_id = paste0("S", days$Subject), visit = days$visit, month = days$Days, value = days$Reaction),
  orthodont = data.frame(patient_id = as.character(orthodont$Subject), month = orthodont$age - 8,
    visit = ifelse(orthodont$age == 8, "baseline", paste0("month_", orthodont$age - 8)), value = orthodont$distance),
  oxboys = data.frame(patient_id = paste0("B", pixel$Subject), month = as.numeric(pixel$Occasion) - 1,
    visit = ifelse(pixel$Occasion == 1, "baseline", paste0("month_", as.numeric(pixel$Occasion) - 1)), value = pixel$height),
  pth = shipped("pth"), calcium = shipped("calcium"), phosphorus = shipped("phosphorus"), alp = shipped("alp"))
rows <- list(); data <- list()
for (set in names(sets)) for (scale in c("linear", "log")) {
  d <- sets[[set]]; d <- d[order(d$patient_id, d$month), ]
  if (scale == "log" && !set %in% c("pth", "calcium", "phosphorus", "alp")) data[[set]] <- data.frame(set, d)
  d$visit <- factor(d$visit, levels = unique(d$visit[order(d$month)]))
  d$y <- if (scale == "log") log(d$value) else d$value
  fit <- lmer(y ~ visit + (1 | patient_id), d, REML = TRUE,
    control = lmerControl(optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14, maxeval = 1e5)))
  v <- as.data.frame(VarCorr(fit))$vcov
  x <- model.matrix(fit); rest <- d$y - x %*% fixef(fit)
  info <- meat <- 0
  for (who in unique(d$patient_id)) { i <- d$patient_id == who; xi <- x[i, , drop = FALSE]
    w <- solve(diag(v[2], sum(i)) + v[1]); info <- info + t(xi) %*% w %*% xi
    s <- t(xi) %*% w %*% rest[i]; meat <- meat + s %*% t(s) }
  m <- length(unique(d$patient_id)); robust <- sqrt(diag(solve(info) %*% meat %*% solve(info)) * m / (m - 1))
  k <- length(fixef(fit))
  rows[[paste(set, scale)]] <- data.frame(set, scale, name = c(rep(levels(d$visit)[-1], 3), "sd_patients", "sd_residual", "log_likelihood"),
    what = c(rep("estimate", k - 1), rep("se", k - 1), rep("robust", k - 1), rep("model", 3)),
    value = c(fixef(fit)[-1], sqrt(diag(as.matrix(vcov(fit))))[-1], robust[-1], sqrt(v), as.numeric(logLik(fit))))
}
out <- do.call(rbind, rows); out$value <- formatC(out$value, digits = 14, format = "g")
write.csv(out, "tests/reference_r/mixed.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, data), "tests/reference_r/mixed_data.csv", row.names = FALSE, quote = FALSE)
