# Kaplan-Meier, reverse Kaplan-Meier and Aalen-Johansen curves of data sets that come with survival.
suppressMessages(library(survival))
sets <- list(
  lung = with(lung, data.frame(time = time, event = status - 1)),
  lung_months = with(lung, data.frame(time = round(time / 30.4375), event = status - 1)),  # many ties
  aml = with(aml, data.frame(time = time, event = status)),
  veteran = with(veteran, data.frame(time = time, event = status)),
  ovarian = with(ovarian, data.frame(time = futime, event = fustat)),
  level_half = data.frame(time = c(1, 2, 3, 5, 8, 9), event = c(1, 1, 1, 0, 1, 1)),
  level_half_to_the_end = data.frame(time = c(1, 2, 3, 5, 8, 9), event = c(1, 1, 1, 0, 0, 0)),
  all_events = data.frame(time = c(4, 2, 2, 7), event = 1))
reversed <- sets[c("lung", "lung_months", "aml", "veteran", "ovarian")]
names(reversed) <- paste0(names(reversed), "_reversed")
sets <- c(sets, lapply(reversed, transform, event = 1 - event))
# Competing events: monoclonal gammopathy, in months with ties; and one in which all end with an event.
two <- within(mgus2, {
  time <- ifelse(pstat == 1, ptime, futime)
  kind <- ifelse(pstat == 1, "progression", ifelse(death == 1, "death", "censored"))
})
many <- list(mgus = two[two$id <= 400, c("time", "kind")], mgus_years = two[c("time", "kind")],
             all_end = data.frame(time = c(3, 1, 2, 2, 5, 5), kind = c("a", "b", "a", "b", "a", "b")))
many$mgus_years$time <- round(many$mgus_years$time / 12)
many$mgus_years <- many$mgus_years[many$mgus_years$time > 0, ]
write <- function(x, name) {
  number <- sapply(x, is.numeric)
  x[number] <- lapply(x[number], function(v) trimws(formatC(v, digits = 14, format = "g")))
  write.csv(x, paste0("tests/reference_r/", name, ".csv"), row.names = FALSE, quote = FALSE)
}
rows <- function(x, set) cbind(set = set, x)
data <- c(Map(function(x, set) data.frame(set, time = x$time, kind = ifelse(x$event == 1, "event", "censored")),
              sets, names(sets)),
          Map(function(x, set) data.frame(set, x), many, names(many)))
data <- do.call(rbind, data); data <- data[complete.cases(data), ]
write(data, "survival_data")
curve <- medians <- NULL
for (set in names(sets)) for (level in c(0.95, 0.9)) {
  fit <- survfit(Surv(time, event) ~ 1, sets[[set]], conf.type = "log-log", conf.int = level)
  half <- quantile(fit, 0.5)
  medians <- rbind(medians, data.frame(set, level, estimate = half$quantile[[1]],
                                       lower = half$lower[[1]], upper = half$upper[[1]]))
  curve <- rbind(curve, data.frame(set, level, kind = "event", time = fit$time, at_risk = fit$n.risk,
    events = fit$n.event, censored = fit$n.censor, value = fit$surv, se = fit$std.err * fit$surv,
    lower = fit$lower, upper = fit$upper))
}
for (set in names(many)) {
  x <- many[[set]]
  x$state <- factor(x$kind, c("censored", setdiff(unique(x$kind), "censored")))
  fit <- survfit(Surv(time, state) ~ 1, x, conf.type = "log-log")
  for (k in 2:ncol(fit$pstate)) curve <- rbind(curve, data.frame(set, level = 0.95, kind = fit$states[k],
    time = fit$time, at_risk = fit$n.risk[, 1], events = fit$n.event[, k], censored = rowSums(as.matrix(fit$n.censor)),
    value = fit$pstate[, k], se = fit$std.err[, k], lower = fit$lower[, k], upper = fit$upper[, k]))
}
write(curve, "survival"); write(medians, "survival_medians")
