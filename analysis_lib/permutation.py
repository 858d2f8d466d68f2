"""Makes associations by exchanging values between patients, so that no margin moves.

A column keeps its values, and so its mean, its spread and its histogram; only who has which value
changes. Thousands of such exchanges are scored at once by fitting the model on each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis_lib.consistency import WaldRegion
from analysis_lib.logistic import fit_many
from analysis_lib.logistic.sensitivity import sensitivity
from analysis_lib.two_by_two import prints_as

Floats = NDArray[np.float64]
PROPOSALS, AT_RANDOM, PROMISING = 192, 3, 48
"""Exchanges scored in one of the first, random rounds; how many rounds are random; and exchanges
scored in each later one."""
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
    """How far a set of proposals is from the goal; arrays with one entry a proposal.

    ``alone`` and ``together`` are the Wald statistics of the columns, alone and in the model;
    ``short`` sums how far they lie on the wrong side of their thresholds.
    """

    distance: Floats
    log_odds_ratio: Floats
    standard_error: Floats
    alone: Floats
    together: Floats
    short: Floats


def columns_of(*parts: Floats) -> Floats:
    """Stack an intercept and columns of shape (B, n) or (n,) into designs (B, n, p)."""
    wide = np.broadcast_arrays(np.ones(1), *parts)
    return np.stack(wide, axis=-1) if wide[0].ndim > 1 else np.stack(wide, axis=-1)[None]


def z_alone(columns: Floats, outcome: Floats) -> Floats:
    """Return the Wald statistic of each column alone; columns are (B, n). Missing if no fit."""
    fits = fit_many(columns_of(columns), outcome)
    z: Floats = fits.coefficients[:, 1] / fits.standard_errors[:, 1]
    return z


def score(columns: Floats, exposure: Floats, outcome: Floats, goal: Goal) -> Score:
    """Score designs: ``columns`` (B, n, k) beside the exposure (n,), for an outcome (n,)."""
    count, _, k = columns.shape
    fits = fit_many(columns_of(exposure, *np.moveaxis(columns, 2, 0)), outcome)
    b, s = fits.coefficients[:, 1], fits.standard_errors[:, 1]
    together = fits.coefficients[:, 2:] / fits.standard_errors[:, 2:]
    alone = z_alone(np.moveaxis(columns, 2, 1).reshape(count * k, -1), outcome).reshape(count, k)
    distance, short = _distance(b, s, alone, together, goal)
    return Score(
        distance=distance,
        log_odds_ratio=b,
        standard_error=s,
        alone=alone,
        together=together,
        short=short,
    )


def _distance(
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


def prints(found: Score, index: int, goal: Goal) -> bool:
    """Return whether odds ratio, limits and p-value of the exposure print as the goal says."""
    b, s = float(found.log_odds_ratio[index]), float(found.standard_error[index])
    z = _z(0.05)
    printed = (
        (math.exp(b), goal.estimate),
        (math.exp(b - z * s), goal.lower),
        (math.exp(b + z * s), goal.upper),
        (math.erfc(abs(b / s) / math.sqrt(2)), goal.p),
    )
    return all(bool(prints_as(value, text)) for value, text in printed)


def meets(found: Score, index: int, goal: Goal) -> bool:
    """Return whether a proposal prints so, and the other columns' p-values are where they must."""
    return (
        prints(found, index, goal)
        and bool((found.alone[index] > _z(goal.screening_level)).all())
        and bool((np.abs(found.together[index]) < _z(goal.independence_level)).all())
    )


def exchange(
    rng: np.random.Generator,
    columns: Floats,
    exposure: Floats,
    outcome: Floats,
    goal: Goal,
    *,
    rounds: int,
) -> Iterator[tuple[Floats, Score, bool]]:
    """Exchange values within columns until the model prints as the goal says.

    The first rounds propose exchanges of one to four pairs of patients within one column at
    random; the later ones those single exchanges that the derivatives of the fit promise most of.
    Each keeps the best if it is nearer, and yields the columns, their score and whether the goal
    is met. The search ends when it is, when nothing that was promised is nearer, or after so many
    rounds.
    """
    best = score(columns[None], exposure, outcome, goal)
    for turn in range(rounds):
        done = meets(best, 0, goal)
        yield columns, best, done
        if done:
            return
        if turn < AT_RANDOM:
            proposals = _at_random(rng, columns)
        else:
            proposals = promising(rng, columns, exposure, outcome, goal)
        found = score(proposals, exposure, outcome, goal)
        nearest = int(np.argmin(found.distance))
        if found.distance[nearest] < best.distance[0]:
            columns = proposals[nearest]
            best = _only(found, nearest)
        elif turn >= AT_RANDOM:
            return


def _at_random(rng: np.random.Generator, columns: Floats) -> Floats:
    """Return proposals (B, n, k): one to four pairs exchanged within one column."""
    n, k = columns.shape
    rows = np.arange(PROPOSALS)
    proposals = np.repeat(columns[None], PROPOSALS, axis=0)
    chosen = rng.integers(k, size=PROPOSALS)
    pairs = 1 + rng.integers(4, size=PROPOSALS) * (rng.random(PROPOSALS) < 0.3)
    for turn in range(4):
        i, j = rng.integers(n, size=(2, PROPOSALS))
        j = np.where(pairs > turn, j, i)
        held = proposals[rows, i, chosen].copy()
        proposals[rows, i, chosen] = proposals[rows, j, chosen]
        proposals[rows, j, chosen] = held
    return proposals


def promising(
    rng: np.random.Generator, columns: Floats, exposure: Floats, outcome: Floats, goal: Goal
) -> Floats:
    """Return proposals (B, n, k): exchanges of one or two pairs that promise to come nearest.

    Every exchange of one pair within a column is judged by the derivatives of the fits; then those
    of two pairs, of which each is among the best or drawn at random. None is fitted. Without an
    estimate there is nothing to go by, and the columns come back as they are.
    """
    n, k = columns.shape
    joint, single = columns_of(exposure, *columns.T), columns_of(columns.T)
    fit, alone = fit_many(joint, outcome), fit_many(single, outcome)
    if not (fit.converged.all() and alone.converged.all()):
        return columns[None]
    # Estimates and standard errors in the model, exposure first, and of each column alone: how
    # they move per unit of each value, (n, k, 4k + 2).
    slopes = np.zeros((n, k, 4 * k + 2))
    together = sensitivity(
        joint[0], fit.coefficients[0], fit.covariances[0], outcome, columns=range(2, 2 + k)
    )
    slopes[..., : k + 1] = together.coefficients[..., 1:]
    slopes[..., k + 1 : 2 * k + 2] = together.standard_errors[..., 1:]
    for c in range(k):
        own = sensitivity(
            single[c], alone.coefficients[c], alone.covariances[c], outcome, columns=[1]
        )
        slopes[:, c, 2 * k + 2 + c] = own.coefficients[:, 0, 1]
        slopes[:, c, 3 * k + 2 + c] = own.standard_errors[:, 0, 1]
    now = np.concatenate(
        [
            fit.coefficients[0, 1:],
            fit.standard_errors[0, 1:],
            alone.coefficients[:, 1],
            alone.standard_errors[:, 1],
        ]
    )

    def away(moves: Floats) -> Floats:
        b, s, b_alone, s_alone = np.split(now + moves, np.cumsum([k + 1, k + 1, k]), axis=-1)
        return _distance(b[:, 0], s[:, 0], b_alone / s_alone, b[:, 1:] / s[:, 1:], goal)[0]

    i, j = np.triu_indices(n, 1)
    step = columns[j] - columns[i]
    pair, column = np.nonzero(step)
    i, j, step = i[pair], j[pair], step[pair, column]
    moves = (slopes[i, column] - slopes[j, column]) * step[:, None]
    order = np.argsort(away(moves), kind="stable")
    few = np.concatenate([order[:PROMISING], rng.integers(len(order), size=3 * PROMISING)])
    first, second = (few[at] for at in np.triu_indices(len(few), 1))
    kept = np.argsort(away(moves[first] + moves[second]), kind="stable")[:PROMISING]
    first = np.concatenate([order[:PROMISING], first[kept]])
    second = np.concatenate([order[:PROMISING], second[kept]])
    proposals = np.repeat(columns[None], len(first), axis=0)
    rows = np.arange(len(first))
    for turn, these in enumerate((first, second)):
        active = rows if turn == 0 else rows[PROMISING:]
        at, other, c = i[these][active], j[these][active], column[these][active]
        held = proposals[active, at, c].copy()
        proposals[active, at, c] = proposals[active, other, c]
        proposals[active, other, c] = held
    return proposals


def nearest_start(starts: Floats, exposure: Floats, outcome: Floats, goal: Goal) -> Floats:
    """Return the nearest to the goal among starting columns (B, n, k)."""
    chosen: Floats = starts[int(np.argmin(score(starts, exposure, outcome, goal).distance))]
    return chosen


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


def _only(found: Score, index: int) -> Score:
    kept: dict[str, Any] = {name: value[[index]] for name, value in vars(found).items()}
    return Score(**kept)


def _half_widths(region: WaldRegion) -> tuple[float, float]:
    low, high = region.odds_ratio
    s_low, s_high = region.standard_error
    return math.log(high / low) / 2, (s_high - s_low) / 2


def _z(level: float) -> float:
    return -NormalDist().inv_cdf(level / 2)
