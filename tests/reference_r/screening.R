# Screening by Wald's p: every way to deal 4 events out to 14 rows, and studies with one true predictor.
rows <- MASS::birthwt[c(3:9, 131:137), c("age", "lwt", "smoke")]
sets <- combn(nrow(rows), 4)
p_alone <- function(x, y) {
  # one predictor separates if its values among events and others do not overlap: no estimate
  if (max(x[y == 1]) <= min(x[y == 0]) || min(x[y == 1]) >= max(x[y == 0])) return(NA)
  coef(summary(glm(y ~ x, family = binomial, epsilon = 1e-14, maxit = 100)))[2, 4]
}
out <- NULL
for (i in seq_len(ncol(sets))) {
  y <- as.numeric(seq_len(nrow(rows)) %in% sets[, i])
  out <- rbind(out, sapply(rows, p_alone, y = y))
}
number <- function(d) { d[] <- lapply(d, function(v) trimws(formatC(v, digits = 15, format = "g"))); d }
write.csv(number(rows), "tests/reference_r/screening_data.csv", row.names = FALSE, quote = FALSE)
write.csv(cbind(number(as.data.frame(out)), events = apply(sets, 2, paste, collapse = " ")),
          "tests/reference_r/screening.csv", row.names = FALSE, quote = FALSE)

set.seed(9)
studies <- 20000; n <- 102; events <- 13
y <- rep(1:0, c(events, n - events))
signal <- NULL
for (ratio in c(1.5, 3)) {
  p <- odds <- rep(NA, studies)
  for (i in seq_len(studies)) {
    x <- rnorm(n, log(ratio) * y)
    fit <- suppressWarnings(glm.fit(cbind(1, x), y, family = binomial()))
    se <- sqrt(chol2inv(fit$qr$qr[1:2, 1:2])[2, 2])
    p[i] <- 2 * pnorm(-abs(fit$coefficients[2] / se)); odds[i] <- fit$coefficients[2]
  }
  signal <- rbind(signal, data.frame(n, events, ratio, studies, p05 = mean(p < 0.05), p10 = mean(p < 0.10), p20 = mean(p < 0.20),
                                     log_or_mean = mean(odds), log_or_sd = sd(odds)))
}
write.csv(number(signal), "tests/reference_r/screening_signal.csv", row.names = FALSE, quote = FALSE)
