# Crude odds ratios of fourfold tables, by four methods. Rows: at or above the cut-off, below.
suppressMessages({library(MASS); library(metafor)})
tables <- data.frame(
  failures_above  = c(11, 10, 9, 5, 8, 3, 1, 12, 6, 20, 7),
  failures_below  = c(2, 3, 4, 3, 3, 10, 12, 1, 7, 5, 7),
  successes_above = c(46, 35, 27, 21, 11, 5, 2, 60, 44, 30, 12),
  successes_below = c(43, 54, 62, 64, 21, 84, 87, 29, 45, 25, 12)
)
tight <- glm.control(epsilon = 1e-14, maxit = 100)
rows <- list()
for (i in seq_len(nrow(tables))) {
  t <- tables[i, ]
  d <- data.frame(y = c(1, 1, 0, 0), above = c(1, 0, 1, 0), w = unlist(t))
  fit <- glm(y ~ above, binomial, d, weights = w, control = tight)
  null <- update(fit, . ~ 1)
  est <- coef(summary(fit))["above", ]
  wald <- confint.default(fit)["above", ]
  prof <- suppressMessages(confint(profile(fit, alpha = 1e-4, maxsteps = 400, del = 0.02)))["above", ]
  # fisher.test finds its roots to four digits only; here the same equations are solved to twelve.
  fisher <- fisher.test(matrix(unlist(t), 2))
  x <- t[[1]]; m <- t[[1]] + t[[3]]; n <- t[[2]] + t[[4]]; k <- t[[1]] + t[[2]]
  support <- max(0, k - n):min(k, m)
  prob <- function(lor) { w <- dhyper(support, m, n, k, log = TRUE) + lor * support
                          w <- exp(w - max(w)); w / sum(w) }
  root <- function(f) exp(uniroot(f, c(-15, 15), tol = 1e-14, maxiter = 1e4)$root)
  exact <- c(root(function(l) sum(prob(l) * support) - x),
             root(function(l) sum(prob(l)[support >= x]) - 0.025),
             root(function(l) sum(prob(l)[support <= x]) - 0.025))
  stopifnot(abs(exact / c(fisher$estimate, fisher$conf.int) - 1) < 2e-3)
  half <- escalc("OR", ai = t[[1]], bi = t[[3]], ci = t[[2]], di = t[[4]], add = 0.5, to = "all")
  hw <- half$yi + c(-1, 1) * qnorm(0.975) * sqrt(half$vi)
  rows[[i]] <- data.frame(t, method = c("wald", "haldane", "profile", "exact"),
    estimate = c(exp(est[[1]]), exp(half$yi), exp(est[[1]]), exact[1]),
    lower = c(exp(wald[[1]]), exp(hw[1]), exp(prof[[1]]), exact[2]),
    upper = c(exp(wald[[2]]), exp(hw[2]), exp(prof[[2]]), exact[3]),
    log_se = c(est[[2]], sqrt(half$vi), est[[2]], NA),
    p_value = c(est[[4]], 2 * pnorm(-abs(half$yi / sqrt(half$vi))),
                pchisq(null$deviance - fit$deviance, 1, lower.tail = FALSE), fisher$p.value), row.names = NULL)
}
out <- do.call(rbind, rows)
num <- sapply(out, is.numeric)
out[num] <- lapply(out[num], function(x) ifelse(is.na(x), "", formatC(x, digits = 14, format = "g")))
write.csv(out, "tests/reference_r/odds_ratio.csv", row.names = FALSE, quote = FALSE)
