"""Maximum likelihood for a block of fits: Newton-Raphson, side by side.

``reach`` is the largest change of a linear predictor that a full step makes. A step is halved
until the likelihood has risen by a tenth of what its slope promises; with a reach up to 1.5 that is
certain beforehand (self-concordance, Bach 2010), and no likelihood is computed. Iteration stops
where the next step is bound to move no coefficient by more than ``tolerance`` standard errors.
Fits that are decided leave the block.

References
----------
Bach F. Self-concordant analysis for logistic regression. Electron J Stat 2010;4:384-414.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis_lib.logistic.separation import BOUNDARY, separates, shown
from analysis_lib.logistic.solution import CONVERGED, ILL, ILL_CONDITIONED, SEPARATED, Solution
from analysis_lib.logistic.stack import Stack
from analysis_lib.logistic.triangles import COLLAPSED, solve

Floats = NDArray[np.float64]
SAFE = 1.5
"""Largest reach of a step that surely raises the likelihood."""
NARROW = 0.5
"""Reach below which a step is one of the last few."""
FLAT = 1e-11
"""Rise of a log-likelihood that a further step promises, where only its supremum is asked for."""


@np.errstate(over="ignore", invalid="ignore")  # a step out of bounds ends as "not_converged"
def maximise_likelihood(
    stack: Stack,
    start: Floats,
    *,
    tolerance: float,
    max_iterations: int,
    free: int | None = None,
    stop_if_ill: bool = False,
    supremum: bool = False,
) -> Solution:
    """Iterate all fits of a block, dropping each one that is decided.

    ``start`` (p, b), or (p, 1) for all. Only the first ``free`` coordinates move. With
    ``supremum``, separation is no end: iteration goes on until the likelihood rises no more.
    """
    b, p = stack.shape
    free = p if free is None else free
    out = Solution.empty(b, p, max_iterations)
    gamma = np.array(np.broadcast_to(start, (p, b)))
    live, decided, last = np.arange(b), np.zeros(b, dtype=bool), np.zeros(b, dtype=bool)
    for count in range(max_iterations + 1):
        # From a shared start, one exponential serves all fits.
        point = stack.evaluate(start if count == 0 else gamma, last)
        score, lower, kept = point.score, point.lower, point.kept[:free].min(axis=0)
        # Far out on a ridge to a supremum, a pivot may collapse: it counts as 1, and nothing moves.
        collapsed = (kept < COLLAPSED) & ~decided & (not supremum)
        last &= ~collapsed
        if last.any():
            at = live[last]
            out.codes[at], out.steps[at], out.gamma[:, at] = CONVERGED, count, gamma[:, last]
            out.lower[..., at], out.slope[at] = lower[..., last], score[-1, last]
            out.likelihood[at] = point.likelihood[last]
            out.objective[at] = out.likelihood[at]
        out.steps[live[collapsed]] = count
        decided |= last | collapsed
        if count == 0 and stop_if_ill:
            out.codes[live[kept < ILL]] = ILL_CONDITIONED
            decided |= kept < ILL
        if count == max_iterations or decided.all():
            break

        step, decrement = solve(lower, score[:free])
        if free < p:
            step = np.concatenate([step, np.zeros((p - free, len(live)))])
        reach = stack.longest * np.sqrt((step * step).sum(axis=0))  # an upper bound
        wide = np.flatnonzero((reach > NARROW) & ~decided)
        if len(wide):
            if 2 * len(wide) > len(live):
                wide = np.arange(len(live))
            move = stack.move(step[:, wide], wide)
            least = move.min(axis=1)
            reach[wide] = np.maximum(move.max(axis=1), -least)
            found = (reach[wide] >= 1) & (least > -BOUNDARY) & ~decided[wide]
            at = wide[found & (not supremum)]
            for i, sure in zip(at, _sure(stack, step, move, wide, at), strict=True):
                if sure or separates(step[:, i], stack.rows(i)):
                    out.codes[live[i]], out.steps[live[i]] = SEPARATED, count + 1
                    out.gamma[:, live[i]], decided[i] = gamma[:, i], True
            far = (reach[wide] > SAFE) & ~decided[wide]
            if far.any():
                at = wide[far]
                here = stack.predict(gamma[:, at], at)
                step[:, at] *= _share(here, move[far], stack.w[at], decrement[at] ** 2)
        gamma += step
        last = (reach <= NARROW) & (reach * decrement <= tolerance) & ~decided
        if supremum:
            last |= (decrement**2 <= FLAT) & ~decided
        if 8 * decided.sum() > len(live):  # leaving them in costs less than copying the others
            stay = ~decided
            live, last, gamma, decided = live[stay], last[stay], gamma[:, stay], decided[stay]
            stack = stack.take(stay)
            if not len(live):
                break
    return out


def _sure(
    stack: Stack, step: Floats, move: Floats, wide: NDArray[np.int64], at: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Of the fits ``at``, which separate for sure; asked side by side where they share a design."""
    if not len(at) or stack.own or stack.signs is not None:
        return np.zeros(len(at), dtype=bool)
    absent = None if stack.absent is None else stack.absent[at]
    return shown(stack.z, stack.products, absent, step[:, at], move[np.searchsorted(wide, at)])


def _share(linear: Floats, move: Floats, w: Floats, slope: Floats) -> Floats:
    """Halve steps (b,) until the log-likelihood rises by a tenth of what its slope promises."""

    def loss(value: Floats) -> Floats:
        logs = np.log1p(np.exp(-np.abs(value)))
        total: Floats = np.einsum("bn,bn->b", w, logs - np.minimum(value, 0))
        return total

    share, at = np.ones(len(w)), np.arange(len(w))
    before = loss(linear)
    while len(at):
        after = loss(linear + share[at, None] * move)
        low = (after > before - 0.1 * share[at] * slope + 1e-13 * before) & (share[at] > 1e-9)
        at, linear, move, w = at[low], linear[low], move[low], w[low]
        before, slope = before[low], slope[low]
        share[at] /= 2
    return share
