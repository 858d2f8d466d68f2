"""What may be added to the log-likelihood, and the pseudo-rows that a log-F prior amounts to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analysis_lib.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LogF:
    """A log-F(m, m) prior on chosen coefficients: data that were never seen, as pseudo-rows.

    The density of a coefficient is proportional to exp(m b / 2) / (1 + exp(b))^m. That is the
    likelihood of m trials, half of them events, in which its column is 1 and all others are 0,
    the intercept too (Greenland & Mansournia 2015). The estimate is the mode of the posterior.
    With m = 1, 95 % of the prior's odds ratios lie between about 1/648 and 648; with m = 2,
    between 1/39 and 39.

    Attributes
    ----------
    m : float
        Positive. The larger, the narrower.
    columns : tuple of int
        The columns with a prior, by position. The intercept is usually not among them.
    per : float
        The prior is that of the odds ratio for this many units of each column.

    References
    ----------
    Greenland S, Mansournia MA. Penalization, bias reduction, and default priors in logistic and
    related categorical and survival regressions. Stat Med 2015;34:3133-43.
    """

    m: float
    columns: tuple[int, ...]
    per: float = 1.0

    def __post_init__(self) -> None:
        numbers = self.m, self.per
        if not all(isinstance(value, int | float | np.number) for value in numbers):
            raise DataError(f"{self}: m and per must be numbers")
        columns = np.atleast_1d(np.array(self.columns, dtype=object)).tolist()
        if not all(isinstance(j, int | np.integer) and not isinstance(j, bool) for j in columns):
            raise DataError(
                f"{self}: columns are named by their positions, whole numbers from 0, not "
                f"{columns!r}"
            )
        object.__setattr__(self, "columns", tuple(int(j) for j in columns))
        if not all(math.isfinite(value) and value > 0 for value in numbers) or not self.columns:
            raise DataError(f"{self}: m and per must be positive, and a column must be named")
        if len(set(self.columns)) != len(self.columns):
            raise DataError(f"{self}: a column is named twice")


Penalty = Literal["none", "firth"] | LogF


@dataclass(frozen=True)
class Pseudo:
    """Rows that stand for a prior: ``x`` (k, p), ``y`` and ``w`` (k,)."""

    x: Floats
    y: NDArray[np.int64]
    w: Floats

    def joined(self, array: NDArray[Any], extra: NDArray[Any]) -> NDArray[Any]:
        """Return an array (..., n[, p]) with ``extra`` (k[, p]) appended to its rows."""
        axis = -extra.ndim
        shape = (*array.shape[:axis], *extra.shape)
        return np.concatenate([array, np.broadcast_to(extra, shape)], axis=axis)

    def log_density(self, coefficients: Floats) -> Floats:
        """Return the log prior (B,) of coefficients (B, p), without its constant."""
        linear = coefficients @ self.x.T
        value: Floats = -(np.logaddexp(0, np.where(self.y == 1, -linear, linear)) @ self.w)
        return value


def checked(penalty: Penalty, p: int) -> Pseudo | None:
    """Return the pseudo-rows of a penalty, or None; DataError if it is unknown or does not fit."""
    if isinstance(penalty, LogF):
        bad = [column for column in penalty.columns if not 0 <= column < p]
        if bad:
            raise DataError(f"{penalty}: the design has columns 0 to {p - 1}, and no {bad[0]}")
        x = np.zeros((len(penalty.columns), p))
        x[np.arange(len(x)), list(penalty.columns)] = penalty.per
        half = np.full(2 * len(x), penalty.m / 2)
        return Pseudo(np.repeat(x, 2, axis=0), np.tile([1, 0], len(x)), half)
    if not (isinstance(penalty, str) and penalty in ("none", "firth")):
        raise DataError(f"unknown penalty {penalty!r}; use 'none', 'firth' or LogF(m, columns)")
    return None


def describe(penalty: Penalty) -> str:
    """Return the method of a result."""
    if isinstance(penalty, LogF):
        return f"logistic regression, log-F({penalty.m:g}, {penalty.m:g}) prior, posterior mode"
    if penalty == "firth":
        return "logistic regression, Firth's penalised likelihood"
    return "logistic regression, maximum likelihood"
