# Penalised logistic regressions of data sets that come with R, brglm2 and MASS. Estimates of Firth's
# method are those of brglm2; profile limits and likelihood ratio tests solve their equations here,
# by optim inside uniroot, from the formulas and not from any package that prints them.
suppressMessages(library(MASS))
suppressMessages(library(brglm2))
tight <- glm.control(epsilon = 1e-14, maxit = 500)
half_width <- qchisq(0.95, 1) / 2

log_likelihood <- function(b, d) with(d, sum(w * (y * (x %*% b) - log1p(exp(x %*% b)))))
information <- function(b, d) with(d, {
  p <- plogis(drop(x %*% b))
  crossprod(x, w * p * (1 - p) * x)
})
penalised <- function(b, d) log_likelihood(b, d) +
  as.numeric(determinant(information(b, d))$modulus) / 2
gradient <- function(b, d) with(d, {
  p <- plogis(drop(x %*% b))
  h <- w * p * (1 - p) * rowSums((x %*% solve(information(b, d))) * x)
  drop(crossprod(x, w * (y - p) + h * (0.5 - p)))
})

score <- function(b, d) with(d, drop(crossprod(x, w * (y - plogis(drop(x %*% b))))))

# Largest objective with coefficient k held at a value: a quasi-Newton search, then steps of scoring
# until they promise nothing. glm with an offset would do for the likelihood, but not under
# separation, where its iterations diverge from a start of their own.
held_by <- function(objective, gradient) function(value, k, d, start) {
  full <- function(b) append(b, value, k - 1)
  b <- optim(start[-k], function(b) -objective(full(b), d), function(b) -gradient(full(b), d)[-k],
    method = "BFGS", control = list(reltol = 1e-15, maxit = 2000))$par
  for (i in 1:300) { # under separation a coefficient runs away, but a step soon promises no rise
    g <- gradient(full(b), d)[-k]
    move <- solve(information(full(b), d)[-k, -k, drop = FALSE], g, tol = 0)
    if (sum(g * move) < 1e-13) break
    b <- b + move
  }
  stopifnot(sum(g * move) < 1e-13)
  objective(full(b), d)
}
held_firth <- held_by(penalised, gradient)
held_likelihood <- held_by(log_likelihood, score)

# Limits on both sides; a side on which the profile never falls far enough is infinite.
profile_of <- function(held, top, k, d, start, se) {
  excess <- function(value) top - held(value, k, d, start) - half_width
  side <- function(sign) {
    far <- se
    while (excess(start[k] + sign * far) < 0) {
      far <- 2 * far
      if (far * max(abs(d$x[, k])) > 200) return(sign * Inf)
    }
    inner <- if (far == se) start[k] else start[k] + sign * far / 2
    uniroot(excess, sort(c(inner, start[k] + sign * far)), tol = 1e-11)$root
  }
  statistic <- 2 * (top - held(0, k, d, start))
  c(lower = side(-1), upper = side(1), statistic = statistic,
    p_value = pchisq(statistic, 1, lower.tail = FALSE))
}

table_of <- function(name, penalty, d, held, estimate, se, top) {
  rows <- lapply(seq_along(estimate), function(k) profile_of(held, top, k, d, estimate, se[k]))
  data.frame(set = name, penalty = penalty, name = colnames(d$x), estimate = estimate, se = se,
    objective = top, do.call(rbind, rows))
}

firth <- function(name, d) {
  fit <- suppressWarnings(glm(d$y ~ d$x - 1, binomial, weights = d$w, method = "brglmFit",
    type = "AS_mean", control = list(epsilon = 1e-12, maxit = 1000)))
  estimate <- unname(coef(fit))
  # brglm2 prints the information of the step before the last; ask at the estimate itself.
  se <- sqrt(diag(solve(information(estimate, d))))
  stopifnot(fit$converged, max(abs(gradient(estimate, d))) < 1e-6,
    max(abs(se / sqrt(diag(vcov(fit))) - 1)) < 1e-6)
  table_of(name, "firth", d, held_firth, estimate, unname(se), penalised(estimate, d))
}
likelihood <- function(name, d, penalty = "none") {
  start <- function(start) suppressWarnings(glm.fit(d$x, d$y, d$w, start = start,
    family = binomial(), control = tight, intercept = FALSE))
  fit <- start(start(NULL)$coefficients)
  estimate <- unname(fit$coefficients)
  se <- sqrt(abs(unname(diag(solve(information(estimate, d), tol = 0)))))
  # Where separation makes it endless, a first step of the search that is not.
  out <- table_of(name, penalty, d, held_likelihood, estimate, pmin(se, 4), -fit$deviance / 2)
  out$se <- se
  endless <- is.infinite(out$lower) | is.infinite(out$upper)
  if (any(endless)) out[c("estimate", "se")] <- NA # no maximum exists
  out
}
# Log-F(m, m): for each coefficient but the intercept m more trials, half of them events.
prior <- function(d, m) {
  extra <- diag(ncol(d$x))[-1, , drop = FALSE]
  k <- nrow(extra)
  list(x = rbind(d$x, extra, extra), y = c(d$y, rep(1, k), rep(0, k)),
    w = c(d$w, rep(m / 2, 2 * k)))
}

data("endometrial", package = "brglm2")
design <- function(y, ..., w = rep(1, length(y))) list(x = cbind(intercept = 1, ...), y = y, w = w)
birth <- with(birthwt, design(low, age = age, lwt = lwt / 10, black = +(race == 2), smoke = smoke))
sets <- list(
  endometrial = with(endometrial, design(HG, NV = NV, PI = PI, EH = EH)), # NV separates
  birthwt = birth,
  mtcars = with(mtcars, design(am, wt = wt, hp = hp / 100)), # fitted values close to 0 and 1
  quakes = with(quakes, design(+(mag >= 5.5), depth = depth / 100, lat = lat)), # few events
  # counts as weights, some of them 0
  esoph = with(esoph, design(rep(1:0, each = nrow(esoph)), age = rep(as.numeric(agegp), 2),
    alcohol = rep(as.numeric(alcgp), 2), w = c(ncases, ncontrols))),
  fractions = modifyList(birth, list(w = seq_along(birth$y) / 50)) # weights that are not counts
)

values <- list()
for (name in names(sets)) {
  d <- sets[[name]]
  values <- c(values, list(likelihood(name, d), firth(name, d),
    likelihood(name, prior(d, 1), "logf1"), likelihood(name, prior(d, 2), "logf2")))
}
out <- do.call(rbind, values)

# MASS reads its limits off a spline through the profile: they must be near.
mass <- suppressMessages(confint(profile(glm(low ~ age + I(lwt / 10) + I(race == 2) + smoke,
  binomial, birthwt, control = tight))))
ours <- out[out$set == "birthwt" & out$penalty == "none", c("lower", "upper")]
stopifnot(max(abs(mass - as.matrix(ours)) / abs(mass)) < 1e-3)

columns <- max(sapply(sets, function(d) ncol(d$x))) - 1
dump <- lapply(names(sets), function(name) with(sets[[name]], {
  rest <- matrix(NA, nrow(x), columns - ncol(x) + 1)
  values <- cbind(x[, -1], rest)
  colnames(values) <- paste0("x", seq_len(columns))
  data.frame(set = name, y = y, w = w, values)
}))
num <- sapply(out, is.numeric)
out[num] <- lapply(out[num], formatC, digits = 12, format = "g")
out[] <- lapply(out, trimws)
write.csv(out, "tests/reference_r/logistic_firth.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, dump), "tests/reference_r/logistic_firth_data.csv", row.names = FALSE,
  quote = FALSE, na = "")
