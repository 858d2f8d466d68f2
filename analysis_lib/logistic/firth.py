"""Firth's penalised likelihood for a block of fits, side by side.

The objective is the log-likelihood plus half the log-determinant of the information, Jeffreys'
prior (Firth 1993). Weights enter both: sum_i w_i l_i + 1/2 log det(X'WVX), so that a row of weight
2 is two equal rows. Its gradient is the score with h_i (1/2 - p_i) added to a row's
w_i (y_i - p_i), where h_i is the leverage of the row.

Steps are those of Fisher scoring, which converge linearly; mixing each with the one before it
(Anderson 1965, depth one) saves one or two of about nine. A step moves no linear predictor by more
than ``CAP``. As long as the steps shrink, nothing else is asked. A fit in which they do not shrink
is iterated again with care: steps are not mixed, and each is as long as if the leverages were
further weights, which fits where the penalty outweighs the data. Steps are not halved until the
objective rises: of thousands of hard fits none needed it, and where the determinant runs out of
digits its noise would keep a fit from its maximum.

The estimate is finite for each design of full rank, separated or of one class (Kosmidis & Firth
2021). It can lie hundreds of logits out, where a row is far off and weights are in the thousands;
capped steps do not get there, and the fit ends as "not_converged".

The information is that of the likelihood, without the penalty, at the estimate; so are the
standard errors, as in brglm2 (type "AS_mean"). The package firthmodels agrees on estimates, profile
limits and likelihood ratio tests, but prints smaller standard errors: it counts a row's leverage as
further weight, w_i + h_i, as the data would be augmented to give this estimate by likelihood. The
pseudo-rows hold no patient, so they are not counted as information here. The h_i sum to p, and
the difference fades as the patients grow many for each coefficient.

References
----------
Anderson DG. Iterative procedures for nonlinear integral equations. J ACM 1965;12:547-60.

Firth D. Bias reduction of maximum likelihood estimates. Biometrika 1993;80:27-38.

Kosmidis I, Firth D. Jeffreys-prior penalty, finiteness and shrinkage in binomial-response
generalized linear models. Biometrika 2021;108:71-82.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis_lib.logistic.solution import (
    CONVERGED,
    ILL,
    ILL_CONDITIONED,
    NOT_CONVERGED,
    STALLED,
    Solution,
)
from analysis_lib.logistic.stack import Stack
from analysis_lib.logistic.triangles import (
    COLLAPSED,
    log_determinant,
    solve,
)

Floats = NDArray[np.float64]
CAP = 2.0
"""Largest move of a linear predictor in one step."""
MIXED = -3.0, 0.5
"""Bounds of how much of the last step is taken off the next."""
SHRINKS = 0.9
"""A step longer than this share of the one before it, after the first few, is looked after."""
CAREFUL = 10
"""How many times as many steps a fit may take that is iterated again."""


def maximise_firth(
    stack: Stack,
    start: Floats,
    *,
    tolerance: float,
    max_iterations: int,
    free: int | None = None,
    stop_if_ill: bool = False,
) -> Solution:
    """Iterate all fits of a block, dropping each one that is decided.

    ``start`` (p, b), or (p, 1) for all. Only the first ``free`` coordinates move; the penalty is
    that of all p.
    """
    out = _iterate(stack, start, tolerance, max_iterations, free, stop_if_ill, careful=False)
    stalled = np.flatnonzero(out.codes == STALLED)
    if len(stalled):
        again = _iterate(
            stack.take(stalled),
            out.gamma[:, stalled],
            tolerance,
            CAREFUL * max_iterations,
            free,
            stop_if_ill,
            careful=True,
        )
        out.put(stalled, again)
    return out


def _iterate(
    stack: Stack,
    start: Floats,
    tolerance: float,
    max_iterations: int,
    free: int | None,
    stop_if_ill: bool,
    careful: bool,
) -> Solution:
    b, p = stack.shape
    free = p if free is None else free
    out = Solution.empty(b, p, max_iterations)
    gamma = np.array(np.broadcast_to(start, (p, b)))
    live, decided = np.arange(b), np.zeros(b, dtype=bool)
    memory: dict[str, Any] = {}
    for count in range(max_iterations + 1):
        point, metric = stack.evaluate_firth(start if count == 0 else gamma, careful)
        score, lower, kept = point.score, point.lower, point.kept.min(axis=0)
        step, decrement = solve(metric, score[:free])
        if free < p:
            step = np.concatenate([step, np.zeros((p - free, len(live)))])
        # A start that solves the score already is no maximum where the design is singular.
        sound = kept >= (ILL if count == 0 and stop_if_ill else COLLAPSED)
        last = (decrement <= tolerance) & sound & ~decided
        if last.any():
            at = live[last]
            out.codes[at], out.steps[at] = CONVERGED, count + 1
            out.gamma[:, at] = (gamma + step)[:, last]
            out.lower[..., at], out.slope[at] = lower[..., last], score[-1, last]
            out.likelihood[at] = stack.likelihood(gamma[:, last], np.flatnonzero(last))
            out.objective[at] = out.likelihood[at] + log_determinant(lower[..., last]) / 2
            decided |= last
        lost = ~(sound & np.isfinite(decrement)) & ~decided
        if count == 0 and stop_if_ill:
            out.codes[live[lost]] = ILL_CONDITIONED
        elif lost.any():
            out.codes[live[lost]] = NOT_CONVERGED if careful else STALLED
            out.gamma[:, live[lost]] = np.broadcast_to(start, (p, b))[:, live[lost]]
        out.steps[live[lost]] = count
        decided |= lost
        if count == max_iterations or decided.all():
            stuck = live[~decided]
            if not careful:
                out.codes[stuck], out.gamma[:, stuck] = STALLED, gamma[:, ~decided]
            break

        if careful:
            gamma = gamma + _capped(step, stack)
        else:
            if "decrement" in memory and count > 3:
                slow = ~(decrement <= SHRINKS * memory["decrement"]) & ~decided
                out.codes[live[slow]], out.gamma[:, live[slow]] = STALLED, gamma[:, slow]
                decided |= slow
            gamma, memory = _mixed_step(gamma, _capped(step, stack), decrement, memory)
        if 8 * decided.sum() > len(live):
            stay = ~decided
            live, gamma, decided = live[stay], gamma[:, stay], decided[stay]
            memory = {name: value[..., stay] for name, value in memory.items()}
            stack = stack.take(stay)
            if not len(live):
                break
    return out


def _capped(step: Floats, stack: Stack) -> Floats:
    """Shorten steps (p, b) in which a row would move by more than ``CAP``."""
    bound = stack.longest * np.sqrt((step * step).sum(axis=0))
    wide = np.flatnonzero(~(bound <= CAP))
    if len(wide):
        reach = np.abs(stack.move(step[:, wide], wide)).max(axis=1)
        step[:, wide] *= np.minimum(1, CAP / np.maximum(reach, 1e-300))
    return step


def _mixed_step(
    gamma: Floats, step: Floats, decrement: Floats, memory: dict[str, Any]
) -> tuple[Floats, dict[str, Any]]:
    """Mix a step with the one before it as far as that cancels what both have in common."""
    moved = gamma + step
    after = moved
    if memory:
        change = step - memory["step"]
        total = (change * change).sum(axis=0)
        share = (step * change).sum(axis=0) / np.where(total > 0, total, 1)
        share = np.where(decrement < 1, np.clip(share, *MIXED), 0)
        after = moved - share * (moved - memory["moved"])
    return after, {"step": step, "moved": moved, "decrement": decrement}
