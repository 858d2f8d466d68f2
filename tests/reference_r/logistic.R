# Logistic regressions of data sets that come with R and MASS, by glm; some with weights.
suppressMessages(library(MASS))
tight <- glm.control(epsilon = 1e-14, maxit = 200)

both <- function(d, ones, zeros, ...) { # one row a class, counts as weights
  rbind(data.frame(y = 1, w = ones, d, ...), data.frame(y = 0, w = zeros, d, ...))
}
birth <- with(birthwt, data.frame(y = low, w = 1, age, lwt, black = +(race == 2),
  other = +(race == 3), smoke, ptl, ht, ui))
tobacco <- data.frame(age = as.numeric(esoph$agegp), alcohol = as.numeric(esoph$alcgp),
  tobacco = as.numeric(esoph$tobgp))
admissions <- as.data.frame(UCBAdmissions)
sets <- list(
  infert = with(infert, data.frame(y = case, w = 1, age, parity, spontaneous, induced)),
  birthwt = birth,
  mtcars = with(mtcars, data.frame(y = am, w = 1, wt, hp)), # fitted values close to 0 and 1
  quakes = with(quakes, data.frame(y = +(mag >= 5.5), w = 1, depth, lat, long)), # few events
  esoph = both(tobacco, esoph$ncases, esoph$ncontrols), # some weights are 0
  admissions = with(admissions, data.frame(y = +(Admit == "Admitted"), w = Freq,
    male = +(Gender == "Male"), b = +(Dept == "B"), c = +(Dept == "C"), d = +(Dept == "D"),
    e = +(Dept == "E"), f = +(Dept == "F"))),
  menarche = both(data.frame(age = menarche$Age), menarche$Menarche,
    menarche$Total - menarche$Menarche),
  fractions = transform(birth[c("y", "w", "smoke", "age")], w = seq_along(w) / 50)
)

columns <- max(sapply(sets, ncol)) - 2
values <- dump <- list()
for (name in names(sets)) {
  d <- sets[[name]]
  # Weights that are not counts make glm warn; the likelihood is the same.
  fit <- suppressWarnings(glm(y ~ . - w, binomial, d, weights = w, control = tight))
  # Its standard errors belong to the step before the last: start again from the maximum.
  fit <- suppressWarnings(update(fit, start = coef(fit)))
  stopifnot(fit$converged)
  est <- coef(summary(fit))
  values[[name]] <- data.frame(set = name, name = rownames(est), estimate = est[, 1],
    se = est[, 2], p_value = est[, 4], log_likelihood = -deviance(fit) / 2)
  x <- as.matrix(d[setdiff(names(d), c("y", "w"))])
  x <- cbind(x, matrix(NA, nrow(x), columns - ncol(x)))
  colnames(x) <- paste0("x", seq_len(columns))
  dump[[name]] <- data.frame(set = name, d[c("y", "w")], x)
}
out <- do.call(rbind, values)
num <- sapply(out, is.numeric)
out[num] <- lapply(out[num], formatC, digits = 15, format = "g")
out[] <- lapply(out, trimws)
write.csv(out, "tests/reference_r/logistic.csv", row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, dump), "tests/reference_r/logistic_data.csv", row.names = FALSE,
  quote = FALSE, na = "")
