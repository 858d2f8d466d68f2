"""How good predicted probabilities are: discrimination and calibration.

Whatever is computed on the rows that a model was fitted to is apparent, and too good; see
:mod:`analysis_lib.validation`. A row without a probability or an outcome is left out, and counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.logistic import fit_many
from analysis_lib.results import Result, number, percent
from analysis_lib.roc import Floats, c_statistics, complete

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("c_statistic", "brier", "scaled_brier", "intercept", "slope")
"""What :func:`measures` returns."""


@dataclass(frozen=True, kw_only=True)
class Performance(Result):
    """Measures of predicted probabilities.

    ``brier`` is the mean squared distance of outcome and probability; ``scaled_brier`` the share
    by which it is less than that of one probability for all, the observed share. ``intercept``
    is that of a logistic model with the logit of the probability as offset (0 if as many events
    are predicted as happen); ``slope`` that of the logit in a model with an intercept (below 1 if
    predictions are too extreme). Not-a-number where such a model has no estimate.
    """

    c_statistic: float
    brier: float
    scaled_brier: float
    intercept: float
    slope: float
    events: int
    n: int
    left_out: int

    def faces(self) -> dict[str, str]:
        """Format codes: "", and each measure by its name."""
        c, brier, slope = (
            number(value, 2 if value is not self.brier else 3)
            for value in (self.c_statistic, self.brier, self.slope)
        )
        return {
            "": f"C statistic {c}, Brier score {brier}, calibration slope {slope}",
            "c_statistic": c,
            "brier": brier,
            "scaled_brier": percent(self.scaled_brier),
            "intercept": number(self.intercept, 2),
            "slope": slope,
        }


def performance(probability: ArrayLike, outcome: ArrayLike) -> Performance:
    """Measure predicted probabilities against outcomes.

    Parameters
    ----------
    probability : (n,) numbers
        Above 0 and below 1.
    outcome : (n,) 0 or 1, or booleans
        1 for the event.

    Raises
    ------
    DataError
        If a probability is outside (0, 1), or as :func:`analysis_lib.roc.complete`.

    References
    ----------
    Steyerberg EW, Vickers AJ, Cook NR, et al. Epidemiology 2010;21:128-138.
    """
    p, y, left_out = checked_probabilities(probability, outcome)
    found = measures(np.log(p / (1 - p))[None], y, np.ones((1, len(y))))
    return Performance(
        **{name: float(values[0]) for name, values in found.items()},
        events=int(y.sum()),
        n=len(y),
        left_out=left_out,
    )


def from_logits(linear: Floats) -> Floats:
    """Return probabilities."""
    p: Floats = 1 / (1 + np.exp(-np.clip(linear, -700, 700)))
    return p


def measures(
    linear: Floats, y: NDArray[np.bool_], weights: NDArray[np.generic]
) -> dict[str, Floats]:
    """Return the measures of B sets of predictions at once.

    Parameters
    ----------
    linear : (B, n) floats
        Logits of the probabilities.
    y : (n,) booleans
    weights : (B, n)
        Counts of each row; a row with 0 is as good as absent.

    Returns
    -------
    dict of (B,) floats
        ``MEASURES``. Not-a-number where the weights leave one class (the Brier score apart) or
        nothing; the slope also where the logits are all the same, or separate the classes.
    """
    w = np.broadcast_to(weights, linear.shape).astype(float)
    total = w.sum(axis=1)
    total[total == 0] = math.nan
    share = (w @ y) / total
    brier = (w * (y - from_logits(linear)) ** 2).sum(axis=1) / total
    both = (share > 0) & (share < 1)
    slope = fit_many(np.stack([np.ones_like(linear), linear], axis=2), y, weights=w)
    scaled = np.where(both, 1 - brier / np.where(both, share * (1 - share), 1), math.nan)
    return {
        "c_statistic": c_statistics(linear, y, w),
        "brier": brier,
        "scaled_brier": scaled,
        "intercept": intercepts(linear, y, w),
        "slope": slope.coefficients[:, 1],
    }


def intercepts(offset: Floats, y: NDArray[np.bool_], weights: NDArray[np.generic]) -> Floats:
    """Return intercepts (B,) of logistic models with nothing but an offset (B, n).

    That is: what has to be added to each logit for as many events to be expected as happened.
    Not-a-number where the weights leave one class.
    """
    w = np.broadcast_to(weights, offset.shape).astype(float)
    events, total = w @ y, w.sum(axis=1)
    both = (events > 0) & (events < total)
    level = np.log(np.where(both, events, 1) / np.where(both, total - events, 1))
    # All probabilities are above the observed share at one end, and below at the other.
    low, high = level - offset.max(axis=1), level - offset.min(axis=1)
    a = level - (w * offset).sum(axis=1) / np.where(total > 0, total, 1)
    for _ in range(200):
        p = from_logits(a[:, None] + offset)
        missing = events - (w * p).sum(axis=1)
        low, high = np.where(missing > 0, a, low), np.where(missing < 0, a, high)
        information = (w * p * (1 - p)).sum(axis=1)
        new = a + missing / np.where(information > 0, information, 1)
        new = np.where((new < low) | (new > high), (low + high) / 2, new)
        moved, a = np.abs(new - a), new
        if not (moved[both] > 1e-12 * (1 + np.abs(a[both]))).any():
            break
    return np.where(both, a, math.nan)


def shrunken(
    linear: Floats, y: NDArray[np.bool_], weights: NDArray[np.generic], *, slope: float
) -> Floats:
    """Return logits (B, n) drawn in by a slope, and moved so that as many events are expected.

    Parameters
    ----------
    linear, y, weights
        As for :func:`measures`.
    slope : float
        What each logit is multiplied by: a calibration slope corrected for optimism.

    References
    ----------
    Van Houwelingen JC, Le Cessie S. Stat Med 1990;9:1303-1325.
    """
    milder = slope * linear
    moved: Floats = milder + intercepts(milder, y, weights)[:, None]
    return moved


def calibration_curve(
    probability: ArrayLike, outcome: ArrayLike, *, span: float = 2 / 3
) -> pd.DataFrame:
    """Return a smoothed curve of observed against predicted probability.

    Locally weighted linear regression without robustness steps, as ``lowess(p, y, iter = 0)`` of R
    and ``rms::val.prob``. With few events the curve is mostly noise. Where more rows share one
    probability than the span holds, they get their mean, as in R.

    Parameters
    ----------
    probability, outcome
        As for :func:`performance`.
    span : float
        Share of the rows that go into each point, in (0, 1].

    Returns
    -------
    DataFrame
        One row a row that went in, by rising ``predicted``; ``observed``, smoothed, and not held
        to 0 to 1.

    Raises
    ------
    DataError
        As :func:`performance`; or if the span is not a share, or holds fewer than 3 rows.

    References
    ----------
    Cleveland WS. J Am Stat Assoc 1979;74:829-836.
    """
    import pandas as pd

    p, y, _ = checked_probabilities(probability, outcome)
    if not 0 < span <= 1 or span * len(p) < 3:
        raise DataError(f"A span of {span} of {len(p)} rows; give a share that holds 3 or more.")
    order = np.argsort(p, kind="stable")
    x, outcome = p[order], y[order].astype(float)
    return pd.DataFrame({"predicted": x, "observed": _lowess(x, outcome, span)})


def _lowess(x: Floats, y: Floats, span: float) -> Floats:
    """Return what R's ``clowess`` does in its first round, with delta = 0; ``x`` rises.

    That of statsmodels leaves a row its own outcome where the span holds ties only.
    """
    n = len(x)
    size = max(2, min(n, int(span * n + 1e-7)))
    smooth = np.empty(n)
    first = 0
    for at in range(n):
        if at and x[at] == x[at - 1]:
            smooth[at] = smooth[at - 1]
            continue
        while first + size < n and x[at] - x[first] > x[first + size] - x[at]:
            first += 1
        far = max(x[at] - x[first], x[first + size - 1] - x[at])
        # Ties with the last row of the span count, too, as long as they are within reach.
        gap = np.abs(x[first:] - x[at])
        near = gap <= 0.999 * far
        scaled = gap[near] / far if far > 0 else np.zeros(near.sum())
        w = np.where(scaled <= 0.001, 1.0, (1 - scaled**3) ** 3)
        w /= w.sum()
        xs, ys = x[first:][near], y[first:][near]
        centre = w @ xs
        spread = w @ (xs - centre) ** 2
        if far > 0 and math.sqrt(spread) > 0.001 * (x[-1] - x[0]):
            w = w * (1 + (x[at] - centre) / spread * (xs - centre))
        smooth[at] = w @ ys
    return smooth


def checked_probabilities(
    probability: ArrayLike, outcome: ArrayLike
) -> tuple[Floats, NDArray[np.bool_], int]:
    """Return probabilities and outcomes of complete rows, and how many rows are not; or refuse."""
    y, (p,), left_out = complete(outcome, probability, direction="higher")
    if ((p <= 0) | (p >= 1)).any():
        raise DataError(
            f"{((p <= 0) | (p >= 1)).sum()} probabilities are not above 0 and below 1 (lowest "
            f"{p.min():g}, highest {p.max():g}); give probabilities of the event, not percentages "
            "or logits. One of exactly 0 or 1 comes from a model under separation."
        )
    return p, y, left_out
