"""Limits and tests read off the likelihood itself, for one coefficient of many fits.

The profile of a coefficient is the largest objective (log-likelihood, or that with its penalty)
when the coefficient is held at a value and the others are fitted again. Its limits are where the
profile lies chi-squared / 2 below its top; twice its fall at 0 is the likelihood ratio statistic.
With Firth's penalty, the penalty is that of the whole design throughout, as in Heinze & Schemper
(2002). With a log-F prior, the posterior is profiled.

A limit is sought on the signed root of the fall, which is nearly a straight line, by Newton steps
that must stay inside a bracket; else the bracket is halved. Limits are good to about eight digits.

A limit need not exist. Under separation, the likelihood keeps its supremum in one direction: there
the limit is infinite, and the other one is still meaningful. Fits that separate therefore have
limits here; the estimate of a coefficient that separates is infinite.

References
----------
Heinze G, Schemper M. A solution to the problem of separation in logistic regression. Stat Med
2002;21:2409-19.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.logistic.blocks import Block, Problem, Solved
from analysis_lib.logistic.inputs import checked
from analysis_lib.logistic.penalties import LogF, Penalty
from analysis_lib.logistic.root import limit
from analysis_lib.logistic.solution import (
    CONVERGED,
    ILL_CONDITIONED,
    NO_EVENTS,
    NOT_CONVERGED,
    SEPARATED,
    STATUSES,
)
from analysis_lib.odds_ratio import critical_value

Floats = NDArray[np.float64]
TOLERANCE = 1e-9
"""How near the other coefficients come to their maximum, in standard errors."""


@dataclass(frozen=True, kw_only=True)
class Profiles:
    """Profile limits and likelihood ratio tests of one coefficient in B fits.

    ``estimate``, ``lower``, ``upper`` (B,) are log odds ratios; a limit that does not exist is
    infinite, one that was not found is not-a-number. ``estimate`` is where the profile is highest,
    under separation too: infinite where it rises without end to one side, not-a-number where it
    does not tell. ``statistic`` (B,) is twice the fall of the objective if the coefficient is 0;
    ``p_value`` (B,) its probability by chi-squared with one degree of freedom. ``codes`` (B,) index
    ``STATUSES``; "separated" fits have limits and a test. What the iterations did not reach, be it
    the fit, a limit or the statistic, makes a fit "not_converged"; the rest of it stands. A limit
    thousands of logits away is one of these, as with weights that sum to less than a patient.
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    statistic: Floats
    p_value: Floats
    level: float
    codes: NDArray[np.int8]

    @property
    def status(self) -> NDArray[np.str_]:
        """The status of each fit (B,), one of ``STATUSES``."""
        return np.array(STATUSES)[self.codes]


def profile_many(
    x: ArrayLike,
    y: ArrayLike,
    *,
    column: int,
    penalty: Penalty,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    max_iterations: int = 100,
    chunk: int | None = None,
) -> Profiles:
    """Return profile limits of one coefficient, and its likelihood ratio test, in B fits.

    Parameters
    ----------
    x, y, weights, penalty, max_iterations, chunk
        As :func:`analysis_lib.logistic.fit_many` takes them.
    column : int
        The column of ``x`` whose coefficient is held.
    level : float
        Of confidence.

    Returns
    -------
    Profiles

    Raises
    ------
    DataError
        As ``fit_many``; or if there is no such column, no other one, or the level is impossible.
    """
    xs, ys, ws = checked(x, y, weights)
    p = xs.shape[-1]
    if isinstance(column, bool) or not isinstance(column, int | np.integer):
        raise DataError(f"column is {column!r}; give the position of a column, a whole number")
    if not 0 <= column < p or p < 2:
        raise DataError(f"column {column} of {p}: a profile needs the column and at least one more")
    order = [j for j in range(p) if j != column] + [column]
    if isinstance(penalty, LogF) and all(0 <= j < p for j in penalty.columns):
        moved = tuple(order.index(j) for j in penalty.columns)
        penalty = dataclasses.replace(penalty, columns=moved)
    problem = Problem.of(xs[..., order], ys, ws, penalty, TOLERANCE, max_iterations, chunk)
    drop = critical_value(level) ** 2 / 2
    out = Profiles(
        estimate=np.full(problem.size, np.nan),
        lower=np.full(problem.size, np.nan),
        upper=np.full(problem.size, np.nan),
        statistic=np.full(problem.size, np.nan),
        p_value=np.full(problem.size, np.nan),
        level=level,
        codes=np.full(problem.size, NOT_CONVERGED, dtype=np.int8),
    )
    for block in problem.blocks():
        _profile_block(out, block, drop)
    return out


def _profile_block(out: Profiles, block: Block, drop: float) -> None:
    solved = block.solved(out.codes)
    codes = solved.solution.codes
    out.codes[solved.members] = codes
    # With a prior, rows of one class can be iterated; without one on each column they say nothing.
    if block.problem.pseudo is not None:
        alike = np.isin(solved.members, block.members[block.one_class()]) & (codes == SEPARATED)
        codes = np.where(alike, NO_EVENTS, codes)
        out.codes[solved.members] = codes
    _write(out, block.problem, solved, np.flatnonzero(codes == CONVERGED), drop)
    for code in (SEPARATED, ILL_CONDITIONED):
        at = np.flatnonzero(np.isin(block.members, solved.members[codes == code]))
        if not len(at):
            continue
        if code == ILL_CONDITIONED:
            _profile_block(out, block.take(at, own=True), drop)
        else:
            again = block.take(at).solved(supremum=True)
            out.codes[again.members[again.solution.codes != CONVERGED]] = NOT_CONVERGED
            found = np.flatnonzero(again.solution.codes == CONVERGED)
            _write(out, block.problem, again, found, drop, supremum=True)


def _write(
    out: Profiles,
    problem: Problem,
    solved: Solved,
    at: NDArray[np.int64],
    drop: float,
    supremum: bool = False,
) -> None:
    """Search the limits of the fits ``at`` of a block and write them."""
    if not len(at):
        return
    members, stack, top = solved.members[at], solved.stack.take(at), solved.top[at]
    best = solved.solution.take(at)
    unit = solved.t[-1, -1] * np.ones(len(solved.members))
    unit = unit[at]  # of the last coordinate: the sign of a basis is free
    for sign, side in ((-1, out.lower), (1, out.upper)):
        toward = sign * np.sign(unit)
        side[members] = unit * limit(problem, stack, best, toward, drop / top, supremum)
    null = problem.maximise(
        stack, best.along(-best.gamma[-1]), free=len(best.gamma) - 1, supremum=supremum
    )
    fall = np.maximum(0, best.objective - null.objective) * top
    out.statistic[members] = np.where(null.codes == CONVERGED, 2 * fall, np.nan)
    from scipy.special import erfc

    out.p_value[members] = erfc(np.sqrt(out.statistic[members] / 2))
    highest = unit * best.gamma[-1]
    if supremum:
        low, high = np.isneginf(out.lower[members]), np.isposinf(out.upper[members])
        highest = np.where(high, np.where(low, np.nan, np.inf), np.where(low, -np.inf, highest))
    out.estimate[members] = highest
    known = np.array([out.lower[members], out.upper[members], out.statistic[members]])
    out.codes[members[np.isnan(known).any(axis=0)]] = NOT_CONVERGED
