"""Logistic regression, one fit or thousands of small ones at once, by likelihood or penalised.

Thousands of fits of a hundred rows are what a bootstrap or a simulated cohort asks for. They are
iterated side by side here, in blocks of arrays that fit a processor's cache. One fit takes the
same road as a block of one. The intercept is the caller's column: nothing is added to ``x``.

What is maximised is the caller's choice:

- ``penalty="none"``: the likelihood, by Newton's method. Separation is shown by a direction, and
  such a fit has no estimate.
- ``penalty="firth"``: with half the log-determinant of the information (X'WVX, W being the
  weights) added. Each design of full rank has an estimate, even if all rows are of one class.
- ``penalty=LogF(m, columns)``: with the log density of a prior added, as pseudo-rows.

Standard errors come from the information at the estimate: that of the likelihood for the first
two (as ``glm`` and brglm2 do; firthmodels adds leverages to the weights and prints smaller ones,
see :mod:`analysis_lib.logistic.firth`), with the pseudo-rows for the third. Wald limits and
p-values use them; for limits read off the likelihood itself see
:mod:`analysis_lib.logistic.profile`, for the bootstrap :mod:`analysis_lib.logistic.resampling`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from analysis_lib.logistic.blocks import Block, Problem
from analysis_lib.logistic.inputs import check_one, checked
from analysis_lib.logistic.penalties import LogF, Penalty, describe
from analysis_lib.logistic.results import REASONS, Fits, LogisticFit
from analysis_lib.logistic.solution import (
    CONVERGED,
    ILL_CONDITIONED,
    NO_EVENTS,
    NOT_CONVERGED,
    SEPARATED,
    STATUSES,
)
from analysis_lib.logistic.triangles import inverse

__all__ = ["REASONS", "STATUSES", "Fits", "LogF", "LogisticFit", "fit", "fit_many"]


def fit_many(
    x: ArrayLike,
    y: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    penalty: Penalty = "none",
    tolerance: float | None = None,
    max_iterations: int = 60,
    chunk: int | None = None,
) -> Fits:
    """Fit B logistic regressions.

    Parameters
    ----------
    x : array (n, p) or (B, n, p)
        Columns of the design, shared by all fits or one design a fit. An intercept is a column
        of ones that the caller puts in.
    y : array (n,) or (B, n)
        Outcomes, 0 or 1, shared or one set a fit.
    weights : None, array (n,) or (B, n)
        Not negative; counts of a bootstrap, for one. A row of weight 0 is as good as absent. A
        weight of 2 is two equal rows, for Firth's penalty too; so fractions shrink more there.
    penalty : "none", "firth" or LogF
        What is added to the log-likelihood; see above.
    tolerance : float, optional
        No coefficient is further from the maximum than about this share of its standard error
        (rounding aside): 1e-10 for maximum likelihood and priors (for weights scaled to a largest
        one of 1), 1e-8 for Firth's penalty, where it is the length of the last step.
    max_iterations : int
        Steps before a fit counts as "not_converged"; ten times as many for a Firth fit whose
        steps are checked one by one.
    chunk : int, optional
        Fits iterated side by side; bounds the memory, and leaves results as they are to rounding.
        Chosen to fit a processor's cache by default.

    Returns
    -------
    Fits
        B is 1 where ``x``, ``y`` and ``weights`` are all shared. Singular designs (collinear
        columns, a constant beside the intercept, fewer rows with weight than columns) are
        "singular"; with a prior, only where the columns without one are. Rows of one class are
        "no_events", except for Firth's penalty and where each column has a prior. Fewer events
        than columns are no error: the fit converges or is separated.

    Raises
    ------
    DataError
        If shapes don't match, p exceeds n, ``x``, ``y`` or ``weights`` has a missing or infinite
        value (rows are never dropped here), ``y`` has another value than 0 and 1, a weight is
        negative, or the penalty is unknown.
    """
    problem = Problem.of(x, y, weights, penalty, tolerance, max_iterations, chunk)
    size, p = problem.size, problem.x.shape[-1]
    out = Fits(
        coefficients=np.full((size, p), np.nan),
        covariances=np.full((size, p, p), np.nan),
        log_likelihood=np.full(size, np.nan),
        penalised=np.full(size, np.nan),
        iterations=np.zeros(size, dtype=np.int64),
        codes=np.full(size, NOT_CONVERGED, dtype=np.int8),
    )
    for block in problem.blocks():
        _fit_block(out, block)
    return out


def _fit_block(out: Fits, block: Block) -> None:
    """Fit the members of a block and write them into ``out``."""
    solved = block.solved(out.codes)
    found, members = solved.solution, solved.members
    out.codes[members], out.iterations[members] = found.codes, found.steps
    done = found.codes == CONVERGED
    at, top = members[done], solved.top[done]
    t = solved.t if solved.t.ndim == 2 else np.moveaxis(solved.t[..., done], -1, 0)
    out.coefficients[at] = (t @ found.gamma[:, done].T[..., None])[..., 0]
    root = t @ inverse(found.lower[..., done]).transpose(2, 1, 0) / np.sqrt(top)[:, None, None]
    out.covariances[at] = root @ root.swapaxes(1, 2)
    out.penalised[at] = found.objective[done] * top
    out.log_likelihood[at] = found.likelihood[done] * top
    if block.problem.penalised:  # the determinant was that of the basis
        out.penalised[at] -= np.log(np.abs(np.einsum("...ii->...i", t))).sum(axis=-1)
    if block.problem.pseudo is not None:
        out.log_likelihood[at] -= block.problem.pseudo.log_density(out.coefficients[at])
        lost = block.members[block.one_class()]
        out.codes[lost[out.codes[lost] == SEPARATED]] = NO_EVENTS
    ill = np.flatnonzero(np.isin(block.members, members[found.codes == ILL_CONDITIONED]))
    if len(ill):
        _fit_block(out, block.take(ill, own=True))


def fit(
    x: ArrayLike,
    y: ArrayLike,
    *,
    names: Sequence[str],
    weights: ArrayLike | None = None,
    penalty: Penalty = "none",
) -> LogisticFit:
    """Fit one logistic regression.

    Parameters
    ----------
    x : array (n, p)
        Columns of the design; an intercept is a column of ones that the caller puts in.
    y : array (n,)
        Outcomes, 0 or 1.
    names : sequence of p str
        Names of the columns, each once.
    weights : None or array (n,)
        Not negative; counts of equal rows, for one.
    penalty : "none", "firth" or LogF
        As :func:`fit_many` takes it.

    Returns
    -------
    LogisticFit

    Raises
    ------
    DataError
        As :func:`fit_many`; or if names are not p different ones.
    """
    xs, ys, ws = checked(x, y, weights)
    check_one(xs, ys, ws, names)
    fits = fit_many(xs, ys, weights=ws, penalty=penalty)
    status = str(fits.status[0])
    w = np.ones(len(ys)) if ws is None else ws.astype(float)
    return LogisticFit(
        names=tuple(names),
        coefficients=tuple(fits.coefficients[0].tolist()),
        standard_errors=tuple(fits.standard_errors[0].tolist()),
        p_values=tuple(fits.p_values()[0].tolist()),
        covariance=tuple(tuple(row) for row in fits.covariances[0].tolist()),
        log_likelihood=float(fits.log_likelihood[0]),
        penalised=float(fits.penalised[0]),
        n=_whole(float(w.sum())),
        events=_whole(float(w @ ys)),
        status=status,
        method=describe(penalty),
        warnings=(f"no estimate: {REASONS[status]}",) if status in REASONS else (),
    )


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value
