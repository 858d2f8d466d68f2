# C statistics, their variance and interval, and cut-offs: pROC; least p-values: chisq.test in a plain loop,
# maxstat for the formula, all ways to deal out the events for the exact value.
suppressMessages(library(pROC))
data(aSAH)
patients <- read.csv("data/cohort/patients.csv"); labs <- read.csv("data/cohort/labs.csv")
pth <- labs[labs$analyte == "pth" & !is.na(labs$value), ]
last <- pth[pth$visit != "baseline", ]; last <- last[order(last$patient_id, last$day), ]
last <- tapply(last$value, last$patient_id, function(v) v[length(v)])
base <- with(pth[pth$visit == "baseline", ], setNames(value, patient_id))
bw <- MASS::birthwt; poor <- as.integer(aSAH$outcome == "Poor")
sets <- list(s100b = list(aSAH$s100b, poor, "higher"), ndka = list(aSAH$ndka, poor, "higher"),
  wfns = list(as.integer(aSAH$wfns), poor, "higher"), age = list(aSAH$age, poor, "higher"),
  weight = list(bw$lwt, bw$low, "lower"), pima = list(MASS::Pima.tr$glu, as.integer(MASS::Pima.tr$type == "Yes"), "higher"),
  backwards = list(bw$lwt, bw$low, "higher"),
  cohort = list(unname(base[patients$patient_id]), as.integer(last[patients$patient_id] > 300), "higher"))
number <- function(x) { k <- sapply(x, is.numeric); x[k] <- lapply(x[k], function(v) trimws(formatC(v, digits = 15, format = "g"))); x }
write <- function(x, name) write.csv(number(x), paste0("tests/reference_r/", name, ".csv"), row.names = FALSE, quote = FALSE)
data <- do.call(rbind, lapply(names(sets), function(s) { x <- sets[[s]]
  data.frame(set = s, direction = x[[3]], value = x[[1]], outcome = x[[2]]) }))
curve <- function(x) roc(x[[2]], x[[1]], levels = 0:1, direction = if (x[[3]] == "higher") "<" else ">")
out <- NULL
for (s in names(sets)) {
  r <- curve(sets[[s]]); a <- as.numeric(auc(r)); se <- sqrt(var(r, method = "delong"))
  for (level in c(0.95, 0.8)) {
    ci <- as.numeric(ci.auc(r, method = "delong", conf.level = level))
    half <- qnorm((1 + level) / 2) * se / (a * (1 - a))
    out <- rbind(out, data.frame(set = s, level, c = a, se, lower = ci[1], upper = ci[3],
      logit_lower = plogis(qlogis(a) - half), logit_upper = plogis(qlogis(a) + half)))
  }
}
write(out, "roc")
pairs <- NULL
for (p in list(c("s100b", "ndka"), c("wfns", "s100b"), c("age", "wfns"))) {
  t <- roc.test(curve(sets[[p[1]]]), curve(sets[[p[2]]]), method = "delong", paired = TRUE)
  pairs <- rbind(pairs, data.frame(first = p[1], second = p[2], estimate = t$estimate[[1]] - t$estimate[[2]], z = t$statistic[[1]], p = t$p.value))
}
write(pairs, "roc_pairs")
cut <- NULL
for (s in names(sets)) for (m in c("youden", "closest.topleft")) {
  k <- coords(curve(sets[[s]]), "best", best.method = m, ret = c("threshold", "sensitivity", "specificity"))
  cut <- rbind(cut, data.frame(set = s, rule = m, k))
}
write(cut, "cutoff")
# Chi-square at each observed value that leaves a share of the rows on either side.
sweep <- function(v, y, direction, inner) {
  try <- sort(unique(v)); n <- length(v)
  x2 <- sapply(try, function(k) { high <- if (direction == "higher") v >= k else v <= k
    m <- sum(high); if (m >= inner * n - 1e-9 && n - m >= inner * n - 1e-9 && m < n)
      suppressWarnings(chisq.test(table(factor(high, c(FALSE, TRUE)), y), correct = FALSE)$statistic) else NA })
  list(at = try[which.max(x2)], x2 = max(x2, na.rm = TRUE), tried = sum(!is.na(x2)))
}
least <- NULL
small <- list(value = c(1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 9, 9, 10, 11), outcome = c(0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1))
for (s in c(names(sets), "small")) for (inner in c(0.1, 0.2)) {
  x <- if (s == "small") list(small$value, small$outcome, "higher") else sets[[s]]
  f <- sweep(x[[1]], x[[2]], x[[3]], inner)
  exact <- NA
  if (s == "small") {
    all <- combn(14, 5); top <- apply(all, 2, function(i) sweep(small$value, replace(numeric(14), i, 1), "higher", inner)$x2)
    exact <- mean(top >= f$x2 * (1 - 1e-12))
  }
  least <- rbind(least, data.frame(set = s, inner, cutoff = f$at, chi_square = f$x2, tried = f$tried,
    p = pchisq(f$x2, 1, lower.tail = FALSE), formula = min(1, maxstat::pLausen92(sqrt(f$x2), inner, 1 - inner)), exact))
}
data <- rbind(data, data.frame(set = "small", direction = "higher", value = small$value, outcome = small$outcome))
write(data, "roc_data"); write(least, "minimal_p")
