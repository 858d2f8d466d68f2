"""Makes associations by exchanging values between patients, so that no margin moves.

A column keeps its values, and so its mean, its spread and its histogram; only who has which value
changes. What the regression must print is a :class:`Goal`; of many orders of the columns
:func:`nearest` finds the one that comes nearest to it, by fitting the model on each. Which orders
are tried is the matter of :mod:`analysis_lib.exchanges`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from analysis_lib.consistency import WaldRegion
from analysis_lib.logistic import fit_many
from analysis_lib.logistic.nearby import fit_nearby
from analysis_lib.two_by_two import prints_as

Floats = NDArray[np.float64]
MARGIN = 0.02
"""How far, in standard errors, a p-value must stay clear of its threshold."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What the model must print: odds ratio, limits and p-value of the exposure, as text.

    ``region`` holds the pairs (log odds ratio, standard error) that print so. Candidates that
    enter must pass ``screening_level`` alone, as risk factors, and miss ``independence_level`` in
    the model.
    """

    estimate: str
    lower: str
    upper: str
    p: str
    region: WaldRegion
    screening_level: float
    independence_level: float = 0.05


@dataclass(frozen=True, kw_only=True)
class Score:
    """How far one order of the columns is from the goal.

    ``coefficients`` (k + 2,) and ``covariance`` of the model begin with intercept and exposure;
    ``alone_coefficients`` (k, 2) and ``alone_covariances`` (k, 2, 2) are those of each column
    alone. ``short`` sums how far their Wald statistics lie on the wrong side of their thresholds.
    """

    distance: float
    coefficients: Floats
    covariance: Floats
    alone_coefficients: Floats
    alone_covariances: Floats
    short: float

    @property
    def alone(self) -> Floats:
        """Wald statistics of the columns (k,), each alone."""
        return _wald(self.alone_coefficients, self.alone_covariances)[:, 1]

    @property
    def together(self) -> Floats:
        """Wald statistics of the columns (k,) in the model."""
        return _wald(self.coefficients, self.covariance)[2:]

    @property
    def log_odds_ratio(self) -> float:
        """Of the exposure."""
        return float(self.coefficients[1])

    @property
    def standard_error(self) -> float:
        """Of the log odds ratio."""
        return math.sqrt(self.covariance[1, 1])


def columns_of(*parts: Floats) -> Floats:
    """Stack an intercept and columns of shape (B, n) or (n,) into designs (B, n, p)."""
    wide = np.broadcast_arrays(np.ones(1), *parts)
    return np.stack(wide, axis=-1) if wide[0].ndim > 1 else np.stack(wide, axis=-1)[None]


def z_alone(columns: Floats, outcome: Floats) -> Floats:
    """Return the Wald statistic of each column alone; columns are (B, n). Missing if no fit."""
    fits = fit_many(columns_of(columns), outcome)
    return _wald(fits.coefficients, fits.covariances)[:, 1]


SIDE_BY_SIDE = 32
"""Of how many orders at a time the columns are also fitted alone."""


def nearest(
    columns: Floats, exposure: Floats, outcome: Floats, goal: Goal, *, near: Score | None = None
) -> tuple[int, Score]:
    """Return which of B orders comes nearest to the goal, and its score.

    ``columns`` (B, n, k) stand beside the exposure (n,), for an outcome (n,). What the model says
    bounds the distance from below, so that the columns are fitted alone only where it is small.
    With the score of an order ``near`` to all of them, the fits start there, some four times
    faster; what they say is good enough to choose by.
    """
    _, n, k = columns.shape

    def fitted(x: Floats, start: Floats | None) -> tuple[Floats, Floats]:
        if start is not None:
            return fit_nearby(x, outcome, start)
        fits = fit_many(x, outcome)
        return fits.coefficients, fits.covariances

    model = columns_of(exposure, *np.moveaxis(columns, 2, 0))
    b, cov = fitted(model, None if near is None else near.coefficients)
    z, s = _wald(b, cov), np.sqrt(cov[:, 1, 1])

    def away(at: NDArray[np.int64], alone: Floats) -> tuple[Floats, Floats]:
        return distance(b[at, 1], s[at], alone, z[at, 2:], goal)

    every = np.arange(len(columns))
    bound, _ = away(every, np.full((len(columns), k), math.inf))
    order = np.argsort(bound, kind="stable")
    best = (math.inf, -1)
    for first in range(0, len(order), SIDE_BY_SIDE):
        some = order[first : first + SIDE_BY_SIDE]
        if bound[some[0]] > best[0]:
            break
        single = columns_of(np.moveaxis(columns[some], 2, 1).reshape(-1, n))
        start = None if near is None else np.tile(near.alone_coefficients, (len(some), 1))
        alone, alone_cov = fitted(single, start)
        far, short = away(some, _wald(alone, alone_cov)[:, 1].reshape(len(some), k))
        for i in range(len(some)):
            if best[1] < 0 or (far[i], some[i]) < best:
                best = (float(far[i]), int(some[i]))
                own = slice(i * k, (i + 1) * k)
                found = Score(
                    distance=float(far[i]),
                    coefficients=b[some[i]],
                    covariance=cov[some[i]],
                    alone_coefficients=alone[own],
                    alone_covariances=alone_cov[own],
                    short=float(short[i]),
                )
    return best[1], found


def distance(
    b: Floats, s: Floats, alone: Floats, together: Floats, goal: Goal
) -> tuple[Floats, Floats]:
    """How far log odds ratios, standard errors and Wald statistics (B, k) are from the goal."""
    centre_b, centre_s = goal.region.centre
    half_b, half_s = _half_widths(goal.region)
    off = ((b - centre_b) / half_b) ** 2 + ((s - centre_s) / half_s) ** 2
    short = np.maximum(0, _z(goal.screening_level) + MARGIN - alone)
    over = np.maximum(0, np.abs(together) - _z(goal.independence_level) + MARGIN)
    # A tenth of a standard error beyond a threshold weighs as much as a width off the centre.
    distance = off + 100 * (short**2 + over**2).sum(axis=1)
    return np.nan_to_num(distance, nan=math.inf), (short + over).sum(axis=1)


def prints(found: Score, goal: Goal) -> bool:
    """Return whether odds ratio, limits and p-value of the exposure print as the goal says."""
    b, s = found.log_odds_ratio, found.standard_error
    if not math.isfinite(b):
        return False
    z = _z(0.05)
    printed = (
        (math.exp(b), goal.estimate),
        (math.exp(b - z * s), goal.lower),
        (math.exp(b + z * s), goal.upper),
        (math.erfc(abs(b / s) / math.sqrt(2)), goal.p),
    )
    return all(bool(prints_as(value, text)) for value, text in printed)


def meets(found: Score, goal: Goal) -> bool:
    """Return whether an order prints so, and the other columns' p-values are where they must."""
    return (
        prints(found, goal)
        and bool((found.alone > _z(goal.screening_level)).all())
        and bool((np.abs(found.together) < _z(goal.independence_level)).all())
    )


def shuffle_unrelated(
    rng: np.random.Generator, column: Floats, outcome: Floats, level: float
) -> Floats:
    """Permute a column until it does not pass the screening; its values stay."""
    while True:
        proposals = rng.permuted(np.repeat(column[None], 16, axis=0), axis=1)
        z = np.abs(z_alone(proposals, outcome))
        fit = np.flatnonzero(z < _z(level) - MARGIN)
        if len(fit):
            chosen: Floats = proposals[fit[0]]
            return chosen


def youden_order(
    rng: np.random.Generator,
    n: int,
    n_above: int,
    failures: int,
    failures_above: int,
    *,
    log_odds: Floats | None = None,
) -> NDArray[np.bool_] | None:
    """Return who fails, in descending order of the marker, so that the cut-off is Youden's.

    The sum of sensitivity and specificity is largest, and only there, when the first ``n_above``
    are called positive; so the last of them is a failure. The others fall on either side at random
    among the ranks, or with the log odds (n,) of each rank, up to a constant. None if no such
    order was found among a few thousand.
    """
    for _ in range(20):
        order = np.zeros((500, n), dtype=bool)
        order[:, n_above - 1] = True
        for side, count in (
            (slice(None, n_above - 1), failures_above - 1),
            (slice(n_above, None), failures - failures_above),
        ):
            size = len(range(n)[side])
            chosen = np.tile(np.arange(size) < count, (500, 1))
            if log_odds is None:
                order[:, side] = rng.permuted(chosen, axis=1)
            else:  # the largest of log odds with Gumbel noise: drawn without putting back
                keys = log_odds[side] + rng.gumbel(size=chosen.shape)
                order[:, side] = (-keys).argsort(axis=1).argsort(axis=1) < count
        gain = np.where(order, 1 / failures, -1 / (n - failures)).cumsum(axis=1)
        peak = gain[:, n_above - 1].copy()
        gain[:, n_above - 1] = -np.inf
        fit = np.flatnonzero(gain.max(axis=1) < peak - 1e-9)
        if len(fit):
            found: NDArray[np.bool_] = order[fit[0]]
            return found
    return None


def _wald(coefficients: Floats, covariances: Floats) -> Floats:
    """Each coefficient over its standard error."""
    z: Floats = coefficients / np.sqrt(np.einsum("...ii->...i", covariances))
    return z


def _half_widths(region: WaldRegion) -> tuple[float, float]:
    low, high = region.odds_ratio
    s_low, s_high = region.standard_error
    return math.log(high / low) / 2, (s_high - s_low) / 2


def _z(level: float) -> float:
    return -NormalDist().inv_cdf(level / 2)
