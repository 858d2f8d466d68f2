"""Which values are exchanged between patients: first by chance, then as the derivatives advise."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis_lib.logistic.sensitivity import sensitivity
from analysis_lib.permutation import Goal, Score, columns_of, distance, meets, nearest

Floats = NDArray[np.float64]
AT_RANDOM, JUDGED, POOL, PROMISING, SHAKE = 192, 3000, 64, 32, 8
"""Exchanges scored in a round by chance; in one by derivatives, exchanges judged, taken into pairs
at random, and scored, of one pair of patients and of two; and pairs exchanged to leave a place
from which no exchange leads nearer."""


def exchange(
    rng: np.random.Generator,
    columns: Floats,
    exposure: Floats,
    outcome: Floats,
    goal: Goal,
    *,
    rounds: int,
    by_chance: int,
) -> Iterator[tuple[Floats, Score, bool]]:
    """Exchange values within columns until the model prints as the goal says.

    The first rounds, as many as ``by_chance``, propose exchanges of one to four pairs of patients
    within one column at random; the others those that the derivatives of the fits promise most
    of. Each keeps the best if it is nearer, and yields the columns, their score and whether the
    goal is met. The search ends when it is, when nothing that was promised is nearer, or after so
    many rounds.
    """
    _, best = nearest(columns[None], exposure, outcome, goal)
    for turn in range(rounds):
        done = meets(best, goal)
        yield columns, best, done
        if done:
            return
        if turn < by_chance:
            proposals = at_random(rng, columns)
        else:
            proposals = promising(rng, columns, best, exposure, outcome, goal)
        near = best if math.isfinite(best.distance) else None
        at, found = nearest(proposals, exposure, outcome, goal, near=near)
        if meets(found, goal):
            _, found = nearest(proposals[at][None], exposure, outcome, goal)
        if found.distance < best.distance:
            columns, best = proposals[at], found
        elif turn >= by_chance:
            return


def at_random(rng: np.random.Generator, columns: Floats) -> Floats:
    """Return proposals (B, n, k): one to four pairs exchanged within one column."""
    n, k = columns.shape
    rows = np.arange(AT_RANDOM)
    proposals = np.repeat(columns[None], AT_RANDOM, axis=0)
    chosen = rng.integers(k, size=AT_RANDOM)
    pairs = 1 + rng.integers(4, size=AT_RANDOM) * (rng.random(AT_RANDOM) < 0.3)
    for turn in range(4):
        i, j = rng.integers(n, size=(2, AT_RANDOM))
        j = np.where(pairs > turn, j, i)
        held = proposals[rows, i, chosen].copy()
        proposals[rows, i, chosen] = proposals[rows, j, chosen]
        proposals[rows, j, chosen] = held
    return proposals


def shaken(rng: np.random.Generator, columns: Floats) -> Floats:
    """Return columns (n, k) with some pairs exchanged at random in each."""
    n, k = columns.shape
    moved = columns.copy()
    for c in range(k):
        i = rng.permutation(n)[: 2 * SHAKE]
        moved[i, c] = columns[i[::-1], c]
    return moved


def promising(
    rng: np.random.Generator,
    columns: Floats,
    score: Score,
    exposure: Floats,
    outcome: Floats,
    goal: Goal,
) -> Floats:
    """Return proposals (B, n, k): exchanges of one or two pairs that promise to come nearest.

    Some thousand exchanges of one pair within a column, drawn at random, are judged by the
    derivatives of the fits; then those of two pairs, of which each is among the best or drawn at
    random. None is fitted. Without an estimate there is nothing to go by, and the columns come
    back as they are.
    """
    n, k = columns.shape
    if not math.isfinite(score.distance):
        return columns[None]
    joint, single = columns_of(exposure, *columns.T), columns_of(columns.T)
    alone, alone_covariances = score.alone_coefficients, score.alone_covariances
    # Estimates and standard errors in the model, exposure first, and of each column alone: how
    # they move per unit of each value, (4k + 2, n, k).
    slopes = np.zeros((4 * k + 2, n, k))
    together = sensitivity(
        joint[0], score.coefficients, score.covariance, outcome, columns=range(2, 2 + k)
    )
    slopes[: k + 1] = np.moveaxis(together.coefficients[..., 1:], 2, 0)
    slopes[k + 1 : 2 * k + 2] = np.moveaxis(together.standard_errors[..., 1:], 2, 0)
    for c in range(k):
        own = sensitivity(single[c], alone[c], alone_covariances[c], outcome, columns=[1])
        slopes[2 * k + 2 + c, :, c] = own.coefficients[:, 0, 1]
        slopes[3 * k + 2 + c, :, c] = own.standard_errors[:, 0, 1]
    now = np.concatenate(
        [
            score.coefficients[1:],
            np.sqrt(np.diag(score.covariance)[1:]),
            alone[:, 1],
            np.sqrt(alone_covariances[:, 1, 1]),
        ]
    )[:, None]

    def away(moves: Floats) -> Floats:
        b, s, b_alone, s_alone = np.split(now + moves, np.cumsum([k + 1, k + 1, k]))
        return distance(b[0], s[0], (b_alone / s_alone).T, (b[1:] / s[1:]).T, goal)[0]

    i, j = rng.integers(n, size=(2, JUDGED))
    column = rng.integers(k, size=JUDGED)
    step = columns[j, column] - columns[i, column]
    moves = (slopes[:, i, column] - slopes[:, j, column]) * step
    best = _lowest(away(moves), PROMISING)
    few = np.concatenate([best, rng.integers(len(step), size=POOL)])
    first, second = (few[at] for at in np.triu_indices(len(few), 1))
    kept = _lowest(away(moves[:, first] + moves[:, second]), PROMISING)
    first, second = np.concatenate([best, first[kept]]), np.concatenate([best, second[kept]])
    proposals = np.repeat(columns[None], len(first), axis=0)
    rows = np.arange(len(first))
    for turn, these in enumerate((first, second)):
        active = rows if turn == 0 else rows[len(best) :]
        at, other, c = i[these][active], j[these][active], column[these][active]
        held = proposals[active, at, c].copy()
        proposals[active, at, c] = proposals[active, other, c]
        proposals[active, other, c] = held
    return proposals


def _lowest(values: Floats, count: int) -> NDArray[np.int64]:
    """Return where the lowest values are, in order; of equal ones the first."""
    if len(values) <= count:
        return np.argsort(values, kind="stable")
    low = np.flatnonzero(values <= np.partition(values, count)[count])
    return low[np.argsort(values[low], kind="stable")[:count]]
