# Measures of predictions (rms::val.prob, glm, lowess, formulas), the whole procedure in bootstrap resamples,
# one after the other with glm, and .632+ by the formulas of Efron and Tibshirani (1997); rms::validate.
suppressMessages(library(rms))
bw <- MASS::birthwt
bw <- data.frame(age = bw$age, light = 250 - bw$lwt, smoke = bw$smoke, ptl = bw$ptl, ht = bw$ht, ui = bw$ui, low = bw$low)
sets <- list(births = bw, few = bw[order(-bw$low, seq_len(nrow(bw))), ][c(1:16, 60:148), ],
  tiny = bw[order(-bw$low, seq_len(nrow(bw))), ][c(1:7, 60:85), ])
names_x <- setdiff(names(bw), "low"); cut <- "light"; screening <- 0.10
number <- function(x) { k <- sapply(x, is.numeric); x[k] <- lapply(x[k], function(v) trimws(formatC(v, digits = 15, format = "g"))); x }
write <- function(x, name) write.csv(number(x), paste0("tests/reference_r/", name, ".csv"), row.names = FALSE, quote = FALSE)
tight <- glm.control(epsilon = 1e-14, maxit = 100)
logit <- function(f, d) suppressWarnings(glm(f, binomial, d, control = tight))
gone <- function(fit) any(fit$fitted.values < 1e-8 | fit$fitted.values > 1 - 1e-8)
concordance <- function(lp, y) { d <- outer(lp[y == 1], lp[y == 0], "-"); mean((d > 0) + 0.5 * (d == 0)) }
youden <- function(v, y) { k <- sort(unique(v)); j <- sapply(k, function(c) round(sum(v >= c & y == 1) * sum(y == 0) - sum(v >= c & y == 0) * sum(y == 1))); k[which.max(j)] }
# Cut-off, screening, model; returns a function that predicts logits.
road <- function(d) {
  at <- youden(d[[cut]], d$low); d[[cut]] <- as.numeric(d[[cut]] >= at)
  p <- sapply(names_x, function(x) { f <- logit(reformulate(x, "low"), d)
    if (gone(f) || any(is.na(coef(f)))) NA else summary(f)$coefficients[2, 4] })
  into <- names_x[!is.na(p) & p < screening]
  f <- logit(reformulate(if (length(into)) into else "1", "low"), d)
  list(at = at, into = into, failed = gone(f), lp = function(new) { new[[cut]] <- as.numeric(new[[cut]] >= at); as.numeric(predict(f, new)) })
}
measure <- function(lp, y) c(c_statistic = concordance(lp, y), brier = mean((y - plogis(lp))^2),
  scaled_brier = 1 - mean((y - plogis(lp))^2) / (mean(y) * (1 - mean(y))),
  intercept = unname(coef(glm(y ~ 1, binomial, offset = lp, control = tight))),
  slope = if (length(unique(round(lp, 10))) > 1) unname(coef(logit(y ~ lp, data.frame(y, lp)))[2]) else NA)
each <- counts <- summary_ <- NULL
for (s in names(sets)) {
  d <- sets[[s]]; n <- nrow(d); set.seed(20260301)
  whole <- road(d); own <- measure(whole$lp(d), d$low); B <- 40
  loss <- used <- matrix(0, B, n); out_c <- rep(NA, B)
  for (b in seq_len(B)) {
    i <- sample(n, n, TRUE); r <- road(d[i, ]); w <- tabulate(i, n)
    counts <- rbind(counts, data.frame(set = s, resample = b, counts = paste(w, collapse = " ")))
    drawn <- original <- setNames(rep(NA, 5), names(own))
    if (!r$failed) {
      drawn <- measure(r$lp(d[i, ]), d$low[i]); original <- measure(r$lp(d), d$low); new <- w == 0
      out_c[b] <- concordance(r$lp(d)[new], d$low[new]); used[b, ] <- new; loss[b, ] <- new * (d$low - plogis(r$lp(d)))^2
    }
    each <- rbind(each, data.frame(set = s, resample = b, cutoff = r$at, entered = paste(r$into, collapse = " "), failed = r$failed,
      t(setNames(drawn, paste0("drawn_", names(own)))), t(setNames(original, paste0("original_", names(own))))))
  }
  p <- plogis(whole$lp(d)); gamma <- mean(outer(d$low, p, "-")^2)
  plus <- function(err, err1, gamma) { e <- min(err1, gamma); R <- if (e > err && gamma > err) (e - err) / (gamma - err) else 0
    0.368 * err + 0.632 * err1 + (e - err) * 0.368 * 0.632 * R / (1 - 0.368 * R) }
  err1 <- mean((colSums(loss) / colSums(used))[colSums(used) > 0]); c1 <- mean(out_c, na.rm = TRUE)
  # Noma et al. (2021), algorithm 1: percentiles of the measure in the resamples, less the optimism.
  e <- each[each$set == s, ]; shifted <- function(m) quantile(e[[paste0("drawn_", m)]], c(0.025, 0.975), na.rm = TRUE) -
    mean(e[[paste0("drawn_", m)]] - e[[paste0("original_", m)]], na.rm = TRUE)
  summary_ <- rbind(summary_, data.frame(set = s, name = c(names(own), "out_brier", "plus_brier", "no_information", "out_c", "plus_c",
    "shifted_c_lower", "shifted_c_upper", "shifted_brier_lower", "shifted_brier_upper"),
    value = c(own, err1, plus(own[["brier"]], err1, gamma), gamma, c1, 1 - plus(1 - own[["c_statistic"]], 1 - c1, 0.5),
      shifted("c_statistic"), shifted("brier"))))
}
write(do.call(rbind, lapply(names(sets), function(s) data.frame(set = s, sets[[s]]))), "validation_data")
write(counts, "validation_counts"); write(each, "validation_each"); write(summary_, "validation")
# Measures of predictions that are not perfect: a model of every second birth, on the others.
odd <- seq(1, nrow(bw), 2); f <- logit(low ~ ., bw[odd, ]); p <- unname(predict(f, bw[-odd, ], type = "response")); y <- bw$low[-odd]
v <- val.prob(p, y, pl = FALSE); l <- lowess(p, y, iter = 0, delta = 0)
m <- measure(qlogis(p), y)
stopifnot(all.equal(m[["c_statistic"]], v[["C (ROC)"]], tolerance = 1e-9), all.equal(m[["brier"]], v[["Brier"]], tolerance = 1e-9), all.equal(m[["slope"]], v[["Slope"]], tolerance = 1e-6))
benefit <- function(t) mean(p >= t & y == 1) - mean(p >= t & y == 0) * t / (1 - t)
t <- c(0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
write(data.frame(p, y, smooth_x = l$x, smooth_y = l$y), "performance_data")
write(data.frame(name = c(names(m), paste0("model_", t), paste0("all_", t)),
  value = c(m, sapply(t, benefit), mean(y) - (1 - mean(y)) * t / (1 - t))), "performance")
# rms::validate: all terms, no screening.
set.seed(1); B <- 2000
fit <- lrm(low ~ ., bw, x = TRUE, y = TRUE); val <- validate(fit, method = "boot", B = B)
write(data.frame(name = c("c_statistic", "brier", "slope"), apparent = c(0.5 + val["Dxy", 1] / 2, val["B", 1], val["Slope", 1]),
  optimism = c(val["Dxy", "optimism"] / 2, val["B", "optimism"], val["Slope", "optimism"]), resamples = val[c("Dxy", "B", "Slope"), "n"]), "validation_rms")
# Lowess where one probability is shared by more rows than the span holds, and where all share one.
set.seed(20260312)
tied <- list(heavy = c(rep(0.3, 70), seq(0.35, 0.8, length.out = 30)), two = rep(c(0.2, 0.6), c(40, 20)), one = rep(0.25, 30),
  three = rep(c(0.1, 0.15, 0.5), c(20, 15, 25)))
ties <- do.call(rbind, lapply(names(tied), function(s) { p <- tied[[s]]; y <- rbinom(length(p), 1, p)
  data.frame(set = s, p, y, smooth_y = lowess(p, y, iter = 0, delta = 0)$y) }))
write(ties, "performance_ties")
