"""How well one value tells events from non-events: the C statistic with DeLong's interval.

A row with a missing value or a missing outcome is left out, and counted in ``left_out``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.proportions import check_level
from analysis_lib.results import Result, level_text, number, p_value, span
from analysis_lib.roc import Direction, Floats, complete

Scale = Literal["wald", "logit"]
LABELS: dict[Scale, str] = {"wald": "DeLong, Wald", "logit": "DeLong, logit scale"}


@dataclass(frozen=True, kw_only=True)
class CStatistic(Result):
    """A C statistic (area under the ROC curve) with its interval.

    ``estimate`` is the share of pairs of an event and a non-event in which the event has the
    value that speaks more for it, a tie counting one half; ``standard_error`` is DeLong's. Limits
    are not-a-number where the variance is not known (see ``warnings``). ``events`` and
    ``non_events`` went in, ``left_out`` rows did not.
    """

    estimate: float
    lower: float
    upper: float
    level: float
    standard_error: float
    events: int
    non_events: int
    left_out: int
    direction: Direction
    method: str
    warnings: tuple[str, ...] = ()

    def faces(self) -> dict[str, str]:
        """Format codes: "", "estimate", "interval", "se", "events", "non_events", "left_out"."""
        interval = span(self.lower, self.upper, 2)
        return {
            "": f"{number(self.estimate, 2)} ({level_text(self.level)} CI {interval})",
            "estimate": number(self.estimate, 2),
            "interval": interval,
            "se": number(self.standard_error, 3),
            "events": str(self.events),
            "non_events": str(self.non_events),
            "left_out": str(self.left_out),
        }


@dataclass(frozen=True, kw_only=True)
class CDifference(Result):
    """The first C statistic minus the second, on the same rows, with a Wald interval."""

    estimate: float
    lower: float
    upper: float
    level: float
    standard_error: float
    p_value: float
    first: float
    second: float
    events: int
    non_events: int
    left_out: int
    method: str
    warnings: tuple[str, ...] = ()

    def faces(self) -> dict[str, str]:
        """Format codes: "", "estimate", "interval", "p", "first", "second"."""
        interval = span(self.lower, self.upper, 2)
        return {
            "": f"{number(self.estimate, 2)} ({level_text(self.level)} CI {interval})",
            "estimate": number(self.estimate, 2),
            "interval": interval,
            "p": p_value(self.p_value),
            "first": number(self.first, 2),
            "second": number(self.second, 2),
        }


def c_statistic(
    values: ArrayLike,
    outcome: ArrayLike,
    *,
    direction: Direction,
    scale: Scale,
    level: float = 0.95,
) -> CStatistic:
    """Return the C statistic with DeLong's interval.

    Parameters
    ----------
    values, outcome, direction
        As for :func:`analysis_lib.roc.roc_points`.
    scale : {"wald", "logit"}
        "wald": estimate plus and minus the quantile times the standard error, cut off at 0 and 1,
        as pROC does. "logit": the same on the logit scale and carried back; never outside 0 to 1,
        and better near them. Neither is good with few events.
    level : float
        Confidence level, in (0, 1).

    Returns
    -------
    CStatistic

    Raises
    ------
    DataError
        As :func:`analysis_lib.roc.complete`, or if the level or the scale is unknown. One event,
        or one non-event, is no error: the estimate exists, and its variance does not.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845.
    """
    check_level(level)
    if scale not in LABELS:
        raise DataError(f"The scale is {scale!r}; say 'wald' or 'logit'.")
    y, (scores,), left_out = complete(outcome, values, direction=direction)
    estimates, covariance = _delong(y, [scores])
    c, se = float(estimates[0]), math.sqrt(covariance[0, 0])
    lower, upper, warnings = _limits(c, se, scale, level)
    return CStatistic(
        estimate=c,
        lower=lower,
        upper=upper,
        level=level,
        standard_error=se,
        events=int(y.sum()),
        non_events=int((~y).sum()),
        left_out=left_out,
        direction=direction,
        method=LABELS[scale],
        warnings=warnings,
    )


def c_difference(
    first: ArrayLike,
    second: ArrayLike,
    outcome: ArrayLike,
    *,
    direction: Direction,
    level: float = 0.95,
) -> CDifference:
    """Return the difference of two C statistics of the same rows, with DeLong's test.

    Not for a model and a larger one that contains it, both fitted to these rows: there the test
    is known to err on the side of no difference (Demler, Pencina & D'Agostino 2012). Nor for a
    value and a cut-off of it that was chosen on these rows.

    Parameters
    ----------
    first, second : (n,) numbers
        Two predictors. A row that lacks either is left out of both.
    outcome, direction, level
        As for :func:`c_statistic`; the direction is that of both.

    Raises
    ------
    DataError
        As :func:`c_statistic`.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845.
    Demler OV, Pencina MJ, D'Agostino RB. Stat Med 2012;31:2577-2587.
    """
    from scipy.stats import norm

    check_level(level)
    y, scores, left_out = complete(outcome, first, second, direction=direction)
    estimates, covariance = _delong(y, scores)
    contrast = np.array([1.0, -1.0])
    difference = float(contrast @ estimates)
    se = math.sqrt(max(float(contrast @ covariance @ contrast), 0.0))
    known = se > 1e-12
    half = float(norm.isf((1 - level) / 2)) * se if known else math.nan
    return CDifference(
        estimate=difference,
        lower=difference - half,
        upper=difference + half,
        level=level,
        standard_error=se,
        p_value=float(2 * norm.sf(abs(difference) / se)) if known else math.nan,
        first=float(estimates[0]),
        second=float(estimates[1]),
        events=int(y.sum()),
        non_events=int((~y).sum()),
        left_out=left_out,
        method="DeLong, paired, Wald",
        warnings=() if known else ("the variance of the difference is zero or not known",),
    )


def _delong(y: NDArray[np.bool_], scores: list[Floats]) -> tuple[Floats, Floats]:
    """C statistics (k,) and their covariances (k, k), by midranks (Sun & Xu 2014)."""
    from scipy.stats import rankdata

    m, n = int(y.sum()), int((~y).sum())
    ranks = np.array([rankdata(s) for s in scores])
    of_events = (ranks[:, y] - [rankdata(s[y]) for s in scores]) / n
    of_others = 1 - (ranks[:, ~y] - [rankdata(s[~y]) for s in scores]) / m
    k = len(scores)
    if min(m, n) < 2:
        return of_events.mean(axis=1), np.full((k, k), math.nan)
    covariance = np.cov(of_events).reshape(k, k) / m + np.cov(of_others).reshape(k, k) / n
    return of_events.mean(axis=1), covariance


def _limits(
    c: float, se: float, scale: Scale, level: float
) -> tuple[float, float, tuple[str, ...]]:
    from scipy.special import expit, logit
    from scipy.stats import norm

    if math.isnan(se):
        return math.nan, math.nan, ("one event or one non-event: the variance is not known",)
    if se < 1e-12:
        note = "all pairs agree: DeLong's variance is zero, and says nothing of the uncertainty"
        return math.nan, math.nan, (note,)
    half = float(norm.isf((1 - level) / 2)) * se
    if scale == "logit":
        middle, half = float(logit(c)), half / (c * (1 - c))
        return float(expit(middle - half)), float(expit(middle + half)), ()
    cut = c - half < 0 or c + half > 1
    note = "the Wald interval went past 0 or 1 and is cut off there; use the logit scale"
    return max(c - half, 0.0), min(c + half, 1.0), (note,) if cut else ()
