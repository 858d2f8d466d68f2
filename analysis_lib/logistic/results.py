"""What logistic regressions hand back: thousands of fits as arrays, or one that writes itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis_lib.errors import DataError
from analysis_lib.logistic.solution import CONVERGED, SEPARATED, STATUSES
from analysis_lib.odds_ratio import critical_value
from analysis_lib.results import OddsRatio, Result, number

Floats = NDArray[np.float64]

REASONS = {
    "separated": "the columns separate events from non-events: no maximum of the likelihood exists",
    "singular": "a column is a combination of the others, or constant beside the intercept",
    "no_events": "all rows are of one class: no maximum of the likelihood exists",
    "not_converged": "the iterations ran out",
    "no_weight": "all weights are zero",
}
"""Why estimates are missing, by status."""


@dataclass(frozen=True, kw_only=True)
class Fits:
    """B fits of p coefficients.

    ``coefficients`` (B, p), ``covariances`` (B, p, p; the inverse information), ``log_likelihood``
    (B,) and ``penalised`` (B,; what was maximised, that is with the penalty added) are
    not-a-number where a fit has not converged. ``iterations`` (B,) counts steps; ``codes`` (B,)
    index ``STATUSES``.
    """

    coefficients: Floats
    covariances: Floats
    log_likelihood: Floats
    penalised: Floats
    iterations: NDArray[np.int64]
    codes: NDArray[np.int8]

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the coefficients (B, p)."""
        errors: Floats = np.sqrt(np.einsum("bii->bi", self.covariances))
        return errors

    @property
    def status(self) -> NDArray[np.str_]:
        """The status of each fit (B,), one of ``STATUSES``."""
        return np.array(STATUSES)[self.codes]

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Whether a fit has reached its maximum (B,)."""
        return np.equal(self.codes, CONVERGED)

    @property
    def separated(self) -> NDArray[np.bool_]:
        """Whether no maximum exists because columns separate the classes (B,)."""
        return np.equal(self.codes, SEPARATED)

    def wald(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return lower and upper Wald limits of the coefficients (B, p each)."""
        half = critical_value(level) * self.standard_errors
        return self.coefficients - half, self.coefficients + half

    def p_values(self) -> Floats:
        """Return two-sided Wald p-values (B, p)."""
        from scipy.special import erfc

        p: Floats = erfc(np.abs(self.coefficients / self.standard_errors) / math.sqrt(2))
        return p


@dataclass(frozen=True, kw_only=True)
class LogisticFit(Result):
    """One logistic regression.

    ``coefficients``, ``standard_errors`` and ``p_values`` (two-sided, Wald) follow ``names``;
    ``covariance`` is the inverse information, row by row. ``n`` and ``events`` are sums of the
    weights; ``penalised`` is the log-likelihood with its penalty. Where ``status`` is not
    "converged", estimates are not-a-number and ``warnings`` says why.
    """

    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    p_values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    penalised: float
    n: float
    events: float
    status: str
    method: str = "logistic regression, maximum likelihood"
    warnings: tuple[str, ...] = ()

    def odds_ratio(self, name: str, level: float = 0.95) -> OddsRatio:
        """Return the odds ratio for one unit of a column, with its Wald interval."""
        if name not in self.names:
            raise DataError(f"no column {name!r}; the fit has {', '.join(self.names)}")
        at = self.names.index(name)
        estimate, se = self.coefficients[at], self.standard_errors[at]
        half = critical_value(level) * se
        with np.errstate(over="ignore"):
            lower, middle, upper = np.exp([estimate - half, estimate, estimate + half]).tolist()
        return OddsRatio(
            estimate=middle,
            lower=lower,
            upper=upper,
            log_se=se,
            p_value=self.p_values[at],
            level=level,
            method=f"{self.method}, Wald",
            warnings=self.warnings,
        )

    def faces(self) -> dict[str, str]:
        """Format codes: "", "n", "events", "status", and each name (its odds ratio)."""
        n, events = f"{self.n:g}", f"{self.events:g}"
        odds = {name: format(self.odds_ratio(name)) for name in self.names}
        counts = {"n": n, "events": events, "status": self.status}
        text = f"log-likelihood {number(self.log_likelihood, 2)}, {events} events in {n}"
        return {**odds, **counts, "": text}
