# Paired change: differences, signed ranks, ratios, effect sizes and Holm's adjustment.
# Effect sizes and the limits of the Hodges-Lehmann estimate are worked out from their formulas.
labs <- read.csv("data/cohort/labs.csv")
wide <- function(analyte, visit) {
  d <- labs[labs$analyte == analyte & !is.na(labs$value), ]
  merge(d[d$visit == "baseline", c("patient_id", "value")], d[d$visit == visit, c("patient_id", "value")],
        by = "patient_id")[, 2:3]
}
anorexia <- MASS::anorexia
sets <- list(
  sleep = data.frame(before = sleep$extra[sleep$group == 1], after = sleep$extra[sleep$group == 2]),
  anorexia_ft = subset(anorexia, Treat == "FT")[, c("Prewt", "Postwt")],
  anorexia_cont = subset(anorexia, Treat == "Cont")[, c("Prewt", "Postwt")],
  immer = MASS::immer[, c("Y1", "Y2")],
  pth = wide("pth", "month_12"), calcium = wide("calcium", "month_12"),
  phosphorus = wide("phosphorus", "day_1"), alp = wide("alp", "week_1")
)
rows <- list(); data <- list()
add <- function(set, name, value) rows[[length(rows) + 1]] <<- data.frame(set, name, value)
tight <- function(f, lo, hi) uniroot(f, c(lo, hi), tol = 1e-13, maxiter = 1e4)$root
for (set in names(sets)) {
  x <- sets[[set]][[1]]; y <- sets[[set]][[2]]
  data[[set]] <- data.frame(set, before = x, after = y)
  d <- round(y - x, 10); n <- length(d)   # 2.5 - 2.3 and 2.3 - 2.1 are to be tied
  for (level in c(0.95, 0.9)) {
    tag <- if (level == 0.95) "" else "_90"
    fit <- t.test(y, x, paired = TRUE, conf.level = level)
    add(set, paste0("mean_lower", tag), fit$conf.int[1]); add(set, paste0("mean_upper", tag), fit$conf.int[2])
    walsh <- sort(outer(d, d, "+")[lower.tri(diag(n), diag = TRUE)] / 2)
    rank <- qsignrank((1 - level) / 2, n)
    hl <- c(walsh[rank], walsh[length(walsh) + 1 - rank])
    add(set, paste0("hl_lower", tag), hl[1]); add(set, paste0("hl_upper", tag), hl[2])
    if (!anyDuplicated(abs(d)) && all(d != 0)) {  # then R counts off the same averages
      w <- wilcox.test(d, conf.int = TRUE, exact = TRUE, conf.level = level)
      stopifnot(abs(w$conf.int - hl) < 1e-12, abs(w$estimate - median(walsh)) < 1e-12)
    }
  }
  add(set, "mean", mean(d)); add(set, "p_t", t.test(y, x, paired = TRUE)$p.value)
  add(set, "hl", median(walsh))
  exact <- n < 50 && !anyDuplicated(abs(d)) && all(d != 0)
  add(set, "p_wilcoxon", suppressWarnings(wilcox.test(d, exact = exact, correct = TRUE)$p.value))
  if (all(x > 0, y > 0)) {
    log_fit <- t.test(log(y), log(x), paired = TRUE)
    add(set, "ratio", exp(mean(log(y) - log(x))))
    add(set, "ratio_lower", exp(log_fit$conf.int[1])); add(set, "ratio_upper", exp(log_fit$conf.int[2]))
    add(set, "ratio_p", log_fit$p.value)
  }
  t_value <- mean(d) / sd(d) * sqrt(n); s <- sign(t_value); a <- abs(t_value)
  ncp <- c(tight(function(q) pt(a, n - 1, q) - 0.975, a - 8, a + 8),
           tight(function(q) pt(a, n - 1, q) - 0.025, a - 8, a + 10))
  ncp <- sort(s * ncp)
  apart <- sqrt((var(x) + var(y)) / 2)
  rank_biserial <- function(d) { d <- d[d != 0]; r <- rank(abs(d)); sum(sign(d) * r) / sum(r) }
  rb <- rank_biserial(d)
  add(set, "d_z", t_value / sqrt(n)); add(set, "d_z_lower", ncp[1] / sqrt(n)); add(set, "d_z_upper", ncp[2] / sqrt(n))
  add(set, "d_av", mean(d) / apart)
  add(set, "d_av_lower", ncp[1] / sqrt(n) * sd(d) / apart); add(set, "d_av_upper", ncp[2] / sqrt(n) * sd(d) / apart)
  add(set, "rank_biserial", rb)
  if (abs(rb) < 1) {
    left <- sapply(seq_len(n), function(i) rank_biserial(d[-i]))
    se <- sqrt((n - 1) / n * sum((left - mean(left))^2)) / (1 - rb^2)
    add(set, "rank_biserial_lower", tanh(atanh(rb) - qnorm(0.975) * se))
    add(set, "rank_biserial_upper", tanh(atanh(rb) + qnorm(0.975) * se))
  }
  add(set, "correlation", cor(x, y))
}
p <- c(0.012, 0.0004, 0.03, 0.2, 0.03)
for (i in seq_along(p)) { add("holm", paste0("p", i), p[i]); add("holm", paste0("adjusted", i), p.adjust(p, "holm")[i]) }
# Means at visits, with their intervals.
for (visit in c("baseline", "day_1", "month_24")) {
  v <- labs$value[labs$analyte == "pth" & labs$visit == visit]; v <- v[!is.na(v)]
  fit <- t.test(v); geo <- t.test(log(v))
  add("visits", paste0(visit, c("_n", "_linear", "_linear_lower", "_linear_upper", "_log", "_log_lower", "_log_upper")),
      c(length(v), mean(v), fit$conf.int, exp(mean(log(v))), exp(geo$conf.int)))
}
out <- do.call(rbind, rows)
out$value <- formatC(out$value, digits = 14, format = "g")
write.csv(out, "tests/reference_r/change.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, data), "tests/reference_r/change_data.csv", row.names = FALSE, quote = FALSE)
