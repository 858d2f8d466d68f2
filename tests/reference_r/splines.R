# Restricted cubic splines as rms::rcs makes them.
suppressMessages(library(rms))
labs <- read.csv("data/cohort/labs.csv")
sets <- list(cohort = labs$value[labs$analyte == "pth" & labs$visit == "baseline"], weight = MASS::birthwt$lwt,
             wind = airquality$Wind, few = mtcars$hp, skew = mtcars$disp)
out <- NULL
for (s in names(sets)) for (k in 3:5) {
  x <- sets[[s]]; b <- rcspline.eval(x, nk = k, inclx = TRUE, fractied = 0)
  at <- attr(b, "knots"); full <- matrix(NA, length(x), 4); full[, seq_len(k - 1)] <- b
  out <- rbind(out, data.frame(set = s, count = k, x, full, knots = paste(format(at, digits = 15, trim = TRUE), collapse = " ")))
}
names(out)[4:7] <- paste0("b", 1:4)
r <- rcs(sets$weight, attr(rcspline.eval(sets$weight, nk = 4, fractied = 0), "knots"))
stopifnot(all.equal(unclass(r)[, 1:3], as.matrix(out[out$set == "weight" & out$count == 4, 4:6]), check.attributes = FALSE))
number <- sapply(out, is.numeric)
out[number] <- lapply(out[number], function(v) trimws(formatC(v, digits = 15, format = "g")))
write.csv(out, "tests/reference_r/splines.csv", row.names = FALSE, quote = FALSE)

# Risk by a spline and by a straight line, and the test between them.
pth <- labs[labs$analyte == "pth" & !is.na(labs$value), ]
last <- do.call(rbind, lapply(split(pth, pth$patient_id), function(d) d[which.max(d$day), c("patient_id", "value")]))
both <- merge(pth[pth$visit == "baseline", c("patient_id", "value")], last, by = "patient_id")
data <- list(cohort = data.frame(x = log2(both$value.x), y = as.integer(both$value.y > 300)),
             weight = data.frame(x = MASS::birthwt$lwt, y = MASS::birthwt$low),
             wind = data.frame(x = airquality$Wind, y = as.integer(airquality$Temp > 85)))
risk <- NULL
for (s in names(data)) for (k in c(0, 3, 4)) {
  d <- data[[s]]; shown <- unname(quantile(d$x, c(0, .1, .5, .8, 1)))
  knots <- if (k) attr(rcspline.eval(d$x, nk = k, fractied = 0), "knots")
  columns <- function(x) if (k) rcspline.eval(x, knots = knots, inclx = TRUE) else cbind(x)
  own <- glm.control(epsilon = 1e-14, maxit = 100)
  d$m <- columns(d$x)
  line <- glm(y ~ x, binomial, d, control = own); line <- update(line, start = coef(line))
  full <- glm(y ~ m, binomial, d, control = own); full <- update(full, start = coef(full))
  grid <- cbind(1, columns(shown)); logit <- drop(grid %*% coef(full))
  half <- qnorm(.975) * sqrt(diag(grid %*% vcov(full) %*% t(grid)))
  limits <- unname(exp(confint.default(line)["x", ]))
  test <- anova(line, full, test = "LRT")
  risk <- rbind(risk, data.frame(set = s, count = k, shown, risk = plogis(logit), lower = plogis(logit - half), upper = plogis(logit + half),
                                 odds_ratio = exp(coef(line)[["x"]]), or_lower = limits[1], or_upper = limits[2],
                                 chi_square = test$Deviance[2], p = test[["Pr(>Chi)"]][2]))
}
number <- sapply(risk, is.numeric)
risk[number] <- lapply(risk[number], function(v) trimws(formatC(v, digits = 15, format = "g")))
write.csv(risk, "tests/reference_r/splines_risk.csv", row.names = FALSE, quote = FALSE)
values <- do.call(rbind, lapply(names(data), function(s) data.frame(set = s, data[[s]])))
values$x <- formatC(values$x, digits = 17, format = "g")
write.csv(values, "tests/reference_r/splines_risk_data.csv", row.names = FALSE, quote = FALSE)
