# Random-effects synthesis of proportions: metafor (rma, rma.glmm) and lme4 (glmer).
# Run from the repository root: Rscript tests/reference_r/synthesis.R
# Writes synthesis_counts.csv (the inputs, so that nothing else needs R) and synthesis.csv.
suppressPackageStartupMessages({
  library(metafor)
  library(lme4)
})

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1]))
level <- 0.95

# ---- the data sets -------------------------------------------------------------------------------
evidence <- read.csv(file.path(here, "..", "..", "data", "published", "evidence.csv"))
evidence <- subset(evidence, unit == "patients")
case <- function(name, label, x, n) {
  data.frame(case = name, label = as.character(label), events = x, n = n)
}
thermal <- function(name) {
  d <- subset(evidence, modality %in% c("RFA", "MWA", "mixed") & outcome == name)
  case(paste0("thermal_", name), d$study_id, d$events, d$n)
}
surgery <- subset(evidence, modality == "PTX" & outcome == "severe_hypocalcaemia")
pagliaro <- subset(dat.pagliaro1992, trt == "control")
counts <- rbind(
  do.call(rbind, lapply(c("target_pth", "severe_hypocalcaemia", "voice_change_any",
                          "voice_change_permanent"), thermal)),
  case("surgery_severe_hypocalcaemia", surgery$study_id, surgery$events, surgery$n),
  with(dat.pritz1997, case("pritz1997", seq_along(xi), xi, ni)),
  with(dat.debruin2009, case("debruin2009", seq_along(xi), xi, ni)),
  with(pagliaro, case("pagliaro1992_control", study, xi, ni)),
  with(dat.nielweise2007, case("nielweise2007_treated", study, ai, n1i)),
  with(dat.nielweise2007, case("nielweise2007_control", study, ci, n2i)),
  case("same_proportion", 1:4, c(10, 20, 15, 8), c(50, 100, 75, 40)),
  case("less_than_chance", 1:4, c(9, 22, 14, 9), c(50, 100, 75, 40)),
  case("zero_counts", 1:5, c(0, 0, 1, 2, 0), c(20, 35, 40, 25, 15)),
  case("three_studies", 1:3, c(3, 12, 9), c(40, 45, 20))
)

# ---- what is written -----------------------------------------------------------------------------
rows <- list()
add <- function(name, method, source, values) {
  rows[[length(rows) + 1]] <<- data.frame(
    case = name, method = method, source = source, quantity = names(values),
    value = sprintf("%.15g", unname(unlist(values)))
  )
}

reml <- function(name, d) {
  fit <- rma(measure = "PLO", xi = events, ni = n, data = d, method = "REML", test = "knha",
             add = 0.5, to = "only0", level = 100 * level,
             control = list(threshold = 1e-13, maxiter = 1e5))
  p <- predict(fit)
  ci <- confint(fit, control = list(tol = 1e-14, maxiter = 1e4, tau2.max = 1e4))$random
  add(name, "logit_reml", "metafor::rma", list(
    logit = c(fit$beta), se = fit$se, lower = plogis(fit$ci.lb), upper = plogis(fit$ci.ub),
    estimate = plogis(c(fit$beta)), prediction_lower = plogis(p$pi.lb),
    prediction_upper = plogis(p$pi.ub), tau2 = fit$tau2, i2 = fit$I2 / 100, q = fit$QE,
    q_p = fit$QEp, tau2_lower = ci["tau^2", 2], tau2_upper = ci["tau^2", 3],
    i2_lower = ci["I^2(%)", 2] / 100, i2_upper = ci["I^2(%)", 3] / 100
  ))
}

glmm <- function(name, d) {
  d$study <- factor(seq_len(nrow(d)))
  # As shipped, apart from a tighter optimiser; where that fails (it can when tau is 0), as shipped.
  control <- list(optimizer = "bobyqa", tolPwrss = 1e-10, optCtrl = list(rhoend = 1e-10, maxfun = 1e5))
  fit <- NULL
  for (tight in list(control, list())) {
    fit <- try(suppressWarnings(suppressMessages(rma.glmm(
      measure = "PLO", xi = events, ni = n, data = d, nAGQ = 7, level = 100 * level,
      control = list(glmerCtrl = tight)
    ))), silent = TRUE)
    if (!inherits(fit, "try-error")) break
  }
  if (inherits(fit, "try-error")) {
    message("rma.glmm can't fit ", name)
  } else {
    # metafor predicts with a normal quantile here; ours is t on k - 2 degrees of freedom
  half <- qt(0.975, max(fit$k - 2, 1)) * sqrt(fit$se^2 + fit$tau2)
  p <- list(pi.lb = c(fit$beta) - half, pi.ub = c(fit$beta) + half)
    add(name, "binomial_glmm", "metafor::rma.glmm", list(
      logit = c(fit$beta), se = fit$se, estimate = plogis(c(fit$beta)), lower = plogis(fit$ci.lb),
      upper = plogis(fit$ci.ub), prediction_lower = plogis(p$pi.lb),
      prediction_upper = plogis(p$pi.ub), tau2 = fit$tau2, i2 = fit$I2 / 100, q = fit$QE.LRT,
      q_p = fit$QEp.LRT
    ))
  }

  # lme4's own deviance function, so that its likelihood is compared and not its optimiser:
  # minimised with numerical derivatives by Richardson extrapolation until the step vanishes.
  # theta = (tau, mu). lme4's optimiser and finite differences are good to four or five digits only.
  # Its inner iteration sometimes can't reach a tight tolerance; then the next one is taken.
  functions <- lapply(c(1e-12, 1e-10, 1e-8, 1e-7), function(tolerance) {
    try(suppressMessages(glmer(
      cbind(events, n - events) ~ 1 + (1 | study), data = d, family = binomial, nAGQ = 7,
      devFunOnly = TRUE, control = glmerControl(tolPwrss = tolerance)
    )), silent = TRUE)
  })
  functions <- Filter(is.function, functions)
  dev <- function(theta) {
    for (f in functions) {
      value <- try(f(c(abs(theta[1]), theta[2])), silent = TRUE)  # even in tau
      if (!inherits(value, "try-error")) return(value)
    }
    stop("lme4 could not evaluate its deviance at tau = ", theta[1], ", mu = ", theta[2])
  }
  mu_at <- function(tau) {
    mu <- qlogis(sum(d$events) / sum(d$n))
    for (i in 1:100) {
      g <- numDeriv::grad(function(m) dev(c(tau, m)), mu)
      h <- drop(numDeriv::hessian(function(m) dev(c(tau, m)), mu))
      step <- max(-1, min(1, -g / h))
      mu <- mu + step
      if (abs(step) < 1e-9) break
    }
    mu
  }
  profile_dev <- function(tau) dev(c(tau, mu_at(tau)))
  grid <- c(0, 10^seq(-2, 1, length.out = 31))
  at <- which.min(vapply(grid, profile_dev, 0))
  if (at == 1) {
    theta <- c(0, mu_at(0))
    h <- drop(numDeriv::hessian(function(m) dev(c(0, m)), theta[2]))
    se <- sqrt(2 / h)
  } else {
    tau <- optimize(profile_dev, grid[pmax(1, pmin(32, at + c(-1, 1)))], tol = 1e-6)$minimum
    theta <- c(tau, mu_at(tau))
    for (i in 1:20) {
      h <- numDeriv::hessian(dev, theta)
      step <- -solve(h, numDeriv::grad(dev, theta))
      theta <- theta + step
      if (max(abs(step)) < 1e-10) break
    }
    se <- sqrt(2 * solve(numDeriv::hessian(dev, theta))[2, 2])
  }
  minimum <- dev(theta)
  target <- minimum + qchisq(level, 1)
  lower <- 0
  if (profile_dev(0) > target) {
    lower <- uniroot(function(t) profile_dev(t) - target, c(0, theta[1]), tol = 1e-12)$root
  }
  upper <- uniroot(function(t) profile_dev(t) - target, c(theta[1], 20), tol = 1e-12)$root
  add(name, "binomial_glmm", "lme4 deviance function", list(
    logit = theta[2], se = se, estimate = plogis(theta[2]),
    lower = plogis(theta[2] - qnorm(1 - (1 - level) / 2) * se),
    upper = plogis(theta[2] + qnorm(1 - (1 - level) / 2) * se),
    tau2 = theta[1]^2, deviance = minimum, deviance_common = profile_dev(0),
    deviance_at_half = dev(c(0.5, qlogis(0.2))), deviance_at_two = dev(c(2, -1)),
    tau2_lower = lower^2, tau2_upper = upper^2
  ))

  # lme4's own profile interval of tau, which interpolates; not where tau is at the boundary, as
  # its profile has nothing to start from there.
  if (theta[1] > 0) {
    full <- suppressWarnings(glmer(cbind(events, n - events) ~ 1 + (1 | study), data = d,
                                   family = binomial, nAGQ = 7,
                                   control = do.call(glmerControl, control)))
    ci <- try(suppressWarnings(suppressMessages(
      confint(full, parm = "theta_", method = "profile", level = level, quiet = TRUE))), TRUE)
    if (!inherits(ci, "try-error")) {
      add(name, "binomial_glmm", "lme4::confint", list(tau2_lower = ci[1]^2, tau2_upper = ci[2]^2))
    }
  }
}

for (name in unique(counts$case)) {
  message(name)
  d <- counts[counts$case == name, ]
  reml(name, d)
  if (name == "same_proportion") {
    # lme4 tests convergence relative to a deviance that is 0 here, and gives up; with tau = 0 the
    # model is a plain logistic one.
    fit <- glm(cbind(events, n - events) ~ 1, data = d, family = binomial)
    add(name, "binomial_glmm", "stats::glm", list(
      logit = unname(coef(fit)), se = sqrt(vcov(fit)[1]), tau2 = 0, q = 0, q_p = 1
    ))
  } else {
    glmm(name, d)
  }
}
write.csv(counts, file.path(here, "synthesis_counts.csv"), row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, rows), file.path(here, "synthesis.csv"), row.names = FALSE, quote = FALSE)
