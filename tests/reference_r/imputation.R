# Rubin's rules by mice::pool.scalar; and chained equations by mice on data sets that come with it.
suppressMessages(library(mice))
pools <- NULL
one <- function(case, q, u, n, k) {
  x <- pool.scalar(q, u, n = n, k = k)
  data.frame(case, q = paste(formatC(q, digits = 15, format = "g"), collapse = " "),
             u = paste(formatC(u, digits = 15, format = "g"), collapse = " "), n, k,
             estimate = x$qbar, within = x$ubar, between = x$b, total = x$t, df = x$df,
             increase = x$r, missing_information = x$fmi)
}
logit <- function(x, n) list(log(x / (n - x)), 1 / x + 1 / (n - x))
set.seed(1)
counts <- list(a = c(70, 72, 69, 75, 71), b = rep(40, 3), c = c(1, 2, 1, 3), d = rbinom(20, 95, 0.8))
sizes <- c(a = 96, b = 50, c = 12, d = 95)
for (case in names(counts)) {
  at <- logit(counts[[case]], sizes[[case]])
  pools <- rbind(pools, one(case, at[[1]], at[[2]], sizes[[case]], 1), one(case, at[[1]], at[[2]], Inf, 1),
                 one(case, at[[1]], at[[2]], sizes[[case]], 3))
}
digits <- function(x) {
  number <- sapply(x, is.numeric)
  x[number] <- lapply(x[number], function(v) trimws(formatC(v, digits = 14, format = "g")))
  x
}
write.csv(digits(pools), "tests/reference_r/imputation.csv", row.names = FALSE, quote = FALSE)
# Means over many tables, with the Monte Carlo error that they have from their number.
airq <- with(airquality, data.frame(ozone = log(Ozone), solar = Solar.R, wind = Wind, temp = Temp))
boys5 <- with(boys[boys$age > 8 & boys$age < 20, ], data.frame(age, hgt, wgt = log(wgt), tv = log(tv)))
sets <- list(nhanes = nhanes, airquality = airq, boys = boys5)
events <- list(nhanes = function(d) d$chl >= 200, airquality = function(d) d$ozone > log(60),
               boys = function(d) d$tv >= log(15))
tables <- 400
chains <- NULL
for (set in names(sets)) {
  imp <- mice(sets[[set]], m = tables, maxit = 10, method = "pmm", seed = 20261124, printFlag = FALSE)
  n <- nrow(sets[[set]])
  x <- sapply(seq_len(tables), function(i) sum(events[[set]](complete(imp, i))))
  at <- logit(x, n)
  p <- pool.scalar(at[[1]], at[[2]], n = n, k = 1)
  chains <- rbind(chains, data.frame(set, n, tables, mean_events = mean(x), mc_error = sd(x) / sqrt(tables),
    logit = p$qbar, total = p$t, increase = p$r))
}
write.csv(digits(chains), "tests/reference_r/imputation_chains.csv", row.names = FALSE, quote = FALSE)
rows <- do.call(rbind, Map(function(d, set) data.frame(set, row = seq_len(nrow(d)), stack(as.list(d))), sets, names(sets)))
names(rows) <- c("set", "row", "value", "column")
write.csv(digits(rows), "tests/reference_r/imputation_data.csv", row.names = FALSE, quote = FALSE, na = "")
