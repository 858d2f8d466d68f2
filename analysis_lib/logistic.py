"""Logistic regression by maximum likelihood: one fit, or thousands of small ones at once.

Thousands of fits of a hundred rows are what a bootstrap or a simulated cohort asks for. They are
iterated side by side here, in blocks of arrays that fit a processor's cache. One fit takes the
same road as a block of one. The intercept is the caller's column: nothing is added to ``x``.

**Convergence.** Newton-Raphson in a basis where the columns are orthonormal. ``reach`` is the
largest change of a linear predictor that a full step makes. A step is halved until the likelihood
has risen by a tenth of what its slope promises; with a reach up to 1.5 that is certain beforehand
(self-concordance, Bach 2010), and no likelihood is computed. Iteration stops where the next step
is bound to move no coefficient by more than ``tolerance`` standard errors.

**Separation.** A direction d separates if no row contradicts it: x_i'd >= 0 for events and <= 0
for the others, and not all 0 (Albert & Anderson 1984). Then no maximum exists. Two facts decide:

- If d exists, H s = g for the Newton step s, multiplied by d', says that a weighted mean of
  p_i x_i's is 1 (signs and p_i as of the class that was seen; weights not negative). So reach is
  above 1 at every iteration. Once it is below 1, a maximum exists; each fit that converges has
  passed there.
- Under separation s turns towards such a d: rows on the boundary stop moving, the others move by
  1 or more. Where that is seen, s is projected so that the boundary rows do not move at all, and
  the sign of each row is checked. Only a direction that passes counts as separation.

So neither a large coefficient nor a limit of iterations is taken for separation. An overlap below
about 1e-10 of a column's spread counts as none.

References
----------
Albert A, Anderson JA. On the existence of maximum likelihood estimates in logistic regression
models. Biometrika 1984;71:1-10.

Bach F. Self-concordant analysis for logistic regression. Electron J Stat 2010;4:384-414.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.odds_ratio import critical_value
from analysis_lib.results import OddsRatio, Result, number

Floats = NDArray[np.float64]

STATUSES = ("converged", "separated", "singular", "no_events", "not_converged", "no_weight")
"""What became of a fit; ``Fits.codes`` counts from 0 in this order."""

REASONS = {
    "separated": "the columns separate events from non-events: no maximum of the likelihood exists",
    "singular": "a column is a combination of the others, or constant beside the intercept",
    "no_events": "all rows are of one class: no maximum of the likelihood exists",
    "not_converged": "the iterations ran out",
    "no_weight": "all weights are zero",
}
"""Why estimates are missing, by status."""

CONVERGED, SEPARATED, SINGULAR, NO_EVENTS, NOT_CONVERGED, NO_WEIGHT = range(6)
ILL_CONDITIONED = 6  # never leaves this module: to be fitted again in a basis of its own
ILL = 1e-8  # share of an information left beside the other columns, in a shared basis
COLLAPSED = 1e-13  # the same, where digits are used up
DEPENDENT = 1e-11  # share of a column's length left beside the others: singular
SAFE = 1.5  # largest reach of a step that surely raises the likelihood
BOUNDARY = 1e-3  # largest move of a row that counts as on the boundary
CELLS = 1 << 19  # numbers in the arrays of one block, about


@dataclass(frozen=True, kw_only=True)
class Fits:
    """B fits of p coefficients.

    ``coefficients`` (B, p), ``covariances`` (B, p, p; the inverse information) and
    ``log_likelihood`` (B,) are not-a-number where a fit has not converged. ``iterations`` (B,)
    counts Newton steps; ``codes`` (B,) index ``STATUSES``.
    """

    coefficients: Floats
    covariances: Floats
    log_likelihood: Floats
    iterations: NDArray[np.int64]
    codes: NDArray[np.int8]

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the coefficients (B, p)."""
        errors: Floats = np.sqrt(np.einsum("bii->bi", self.covariances))
        return errors

    @property
    def status(self) -> NDArray[np.str_]:
        """The status of each fit (B,), one of ``STATUSES``."""
        return np.array(STATUSES)[self.codes]

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Whether a fit has reached its maximum (B,)."""
        return np.equal(self.codes, CONVERGED)

    @property
    def separated(self) -> NDArray[np.bool_]:
        """Whether no maximum exists because columns separate the classes (B,)."""
        return np.equal(self.codes, SEPARATED)

    def wald(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return lower and upper Wald limits of the coefficients (B, p each)."""
        half = critical_value(level) * self.standard_errors
        return self.coefficients - half, self.coefficients + half

    def p_values(self) -> Floats:
        """Return two-sided Wald p-values (B, p)."""
        from scipy.special import erfc

        p: Floats = erfc(np.abs(self.coefficients / self.standard_errors) / math.sqrt(2))
        return p


@dataclass(frozen=True, kw_only=True)
class LogisticFit(Result):
    """One logistic regression.

    ``coefficients``, ``standard_errors`` and ``p_values`` (two-sided, Wald) follow ``names``;
    ``covariance`` is the inverse information, row by row. ``n`` and ``events`` are sums of the
    weights. Where ``status`` is not "converged", estimates are not-a-number and ``warnings`` says
    why.
    """

    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    p_values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    n: float
    events: float
    status: str
    method: str = "logistic regression, maximum likelihood"
    warnings: tuple[str, ...] = ()

    def odds_ratio(self, name: str, level: float = 0.95) -> OddsRatio:
        """Return the odds ratio for one unit of a column, with its Wald interval."""
        if name not in self.names:
            raise DataError(f"no column {name!r}; the fit has {', '.join(self.names)}")
        at = self.names.index(name)
        estimate, se = self.coefficients[at], self.standard_errors[at]
        half = critical_value(level) * se
        with np.errstate(over="ignore"):
            lower, middle, upper = np.exp([estimate - half, estimate, estimate + half]).tolist()
        return OddsRatio(
            estimate=middle,
            lower=lower,
            upper=upper,
            log_se=se,
            p_value=self.p_values[at],
            level=level,
            method=f"{self.method}, Wald",
            warnings=self.warnings,
        )

    def faces(self) -> dict[str, str]:
        """Format codes: "", "n", "events", "status", and each name (its odds ratio)."""
        n, events = f"{self.n:g}", f"{self.events:g}"
        odds = {name: format(self.odds_ratio(name)) for name in self.names}
        counts = {"n": n, "events": events, "status": self.status}
        text = f"log-likelihood {number(self.log_likelihood, 2)}, {events} events in {n}"
        return {**odds, **counts, "": text}


def fit_many(
    x: ArrayLike,
    y: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 60,
    chunk: int | None = None,
) -> Fits:
    """Fit B logistic regressions by maximum likelihood.

    Parameters
    ----------
    x : array (n, p) or (B, n, p)
        Columns of the design, shared by all fits or one design a fit. An intercept is a column
        of ones that the caller puts in.
    y : array (n,) or (B, n)
        Outcomes, 0 or 1, shared or one set a fit.
    weights : None, array (n,) or (B, n)
        Not negative; counts of a bootstrap, for one. A row of weight 0 is as good as absent.
    tolerance : float
        No coefficient is further from the maximum than this share of its standard error (for
        weights scaled to a largest one of 1; rounding aside).
    max_iterations : int
        Newton steps before a fit counts as "not_converged".
    chunk : int, optional
        Fits iterated side by side; bounds the memory, and leaves results as they are to rounding.
        Chosen to fit a processor's cache by default.

    Returns
    -------
    Fits
        B is 1 where ``x``, ``y`` and ``weights`` are all shared.

    Raises
    ------
    DataError
        If shapes don't match, p exceeds n, ``x``, ``y`` or ``weights`` has a missing or infinite
        value (rows are never dropped here), ``y`` has another value than 0 and 1, or a weight is
        negative.
    """
    xs, ys, ws = _checked(x, y, weights)
    if not tolerance > 0 or max_iterations < 1 or (chunk is not None and chunk < 1):
        raise DataError(
            f"tolerance {tolerance}, max_iterations {max_iterations} and chunk {chunk} must be "
            "positive"
        )
    n, p = xs.shape[-2:]
    ws = np.ones(n) if ws is None else ws
    sizes = [len(a) for a, shared in ((xs, 2), (ys, 1), (ws, 1)) if a.ndim > shared]
    size = sizes[0] if sizes else 1
    out = Fits(
        coefficients=np.full((size, p), np.nan),
        covariances=np.full((size, p, p), np.nan),
        log_likelihood=np.full(size, np.nan),
        iterations=np.zeros(size, dtype=np.int64),
        codes=np.full(size, NOT_CONVERGED, dtype=np.int8),
    )
    if chunk is None:
        chunk = max(1, CELLS // (n * (6 + (p if xs.ndim == 3 else 0))))
    basis = None if xs.ndim == 3 else _basis(xs)
    for start in range(0, size, chunk):
        members = np.arange(start, min(start + chunk, size))
        shape = (len(members), n)
        y01 = np.broadcast_to(ys if ys.ndim == 1 else ys[members], shape).astype(bool)
        w = np.broadcast_to(ws if ws.ndim == 1 else ws[members], shape).astype(float)
        _fit_block(out, members, xs, basis, y01, w, tolerance, max_iterations)
    return out


def fit(
    x: ArrayLike, y: ArrayLike, *, names: Sequence[str], weights: ArrayLike | None = None
) -> LogisticFit:
    """Fit one logistic regression by maximum likelihood.

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

    Returns
    -------
    LogisticFit

    Raises
    ------
    DataError
        As :func:`fit_many`; or if names are not p different ones.
    """
    xs, ys, ws = _checked(x, y, weights)
    if xs.ndim != 2 or ys.ndim != 1 or (ws is not None and ws.ndim != 1):
        raise DataError("fit() takes one design, outcome and set of weights; use fit_many()")
    if len(names) != xs.shape[1] or len(set(names)) != len(names):
        raise DataError(f"{len(names)} names ({', '.join(names)}) for {xs.shape[1]} columns of x")
    fits = fit_many(xs, ys, weights=ws)
    status = str(fits.status[0])
    w = np.ones(len(ys)) if ws is None else ws.astype(float)
    return LogisticFit(
        names=tuple(names),
        coefficients=tuple(fits.coefficients[0].tolist()),
        standard_errors=tuple(fits.standard_errors[0].tolist()),
        p_values=tuple(fits.p_values()[0].tolist()),
        covariance=tuple(tuple(row) for row in fits.covariances[0].tolist()),
        log_likelihood=float(fits.log_likelihood[0]),
        n=_whole(float(w.sum())),
        events=_whole(float(w @ ys)),
        status=status,
        warnings=(f"no estimate: {REASONS[status]}",) if status in REASONS else (),
    )


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


def _numbers(values: Any, name: str) -> NDArray[Any]:
    """Return an array of numbers; DataError that counts values that are missing or infinite."""
    array: NDArray[Any] = np.asarray(values)
    if array.dtype.kind not in "biuf":
        import pandas as pd

        try:
            array = np.where(pd.isna(array), math.nan, array.astype(object)).astype(float)
        except (TypeError, ValueError) as error:
            raise DataError(f"{name} has values that are not numbers: {error}") from error
    # The extremes show a missing value without an array as large as the data.
    if array.size and not np.isfinite(np.array([array.min(), array.max()], dtype=float)).all():
        bad = ~np.isfinite(array)
        where = ""
        if name == "x" and array.ndim > 1:
            labels = getattr(values, "columns", range(array.shape[-1]))
            counts = bad.reshape(-1, array.shape[-1]).sum(axis=0).tolist()
            listed = [
                f"{count} in column {label!r}"
                for label, count in zip(labels, counts, strict=True)
                if count
            ]
            where = f" ({', '.join(listed)})"
        raise DataError(
            f"{name} has missing or infinite values: {bad.sum()} of {bad.size}{where}; leave out "
            "or impute these rows before the fit"
        )
    return array


def _checked(
    x: ArrayLike, y: ArrayLike, weights: ArrayLike | None
) -> tuple[Floats, NDArray[Any], NDArray[Any] | None]:
    """Return design, outcomes and weights as arrays, or raise what :func:`fit_many` says."""
    xs = _numbers(x, "x").astype(float, copy=False)
    ys = _numbers(y, "y")
    ws = None if weights is None else _numbers(weights, "weights")
    shapes = f"x {xs.shape}, y {ys.shape}" + ("" if ws is None else f", weights {ws.shape}")
    rows = [(ys, 1)] + ([] if ws is None else [(ws, 1)])
    if xs.ndim not in (2, 3) or any(a.ndim not in (1, 2) for a, _ in rows):
        raise DataError(f"{shapes}: x must be (n, p) or (B, n, p), y and weights (n,) or (B, n)")
    n, p = xs.shape[-2:]
    if any(a.shape[-1] != n for a, _ in rows):
        raise DataError(f"{shapes}: the counts of rows don't match")
    batches = {a.shape[0] for a, shared in [(xs, 2), *rows] if a.ndim > shared}
    if len(batches) > 1:
        raise DataError(f"{shapes}: the counts of fits don't match")
    if not 1 <= p <= n:
        raise DataError(f"{shapes}: {p} columns need at least {max(p, 1)} rows and one column")
    if not ((ys == 0) | (ys == 1)).all():
        others = np.unique(ys[(ys != 0) & (ys != 1)])[:5].tolist()
        raise DataError(f"y must be 0 or 1; it has {others} too")
    if ws is not None and ws.size and ws.min() < 0:
        raise DataError(f"weights has {(ws < 0).sum()} negative values, the least {ws.min()}")
    return xs, ys, ws


def _basis(x: Floats, w: Floats | None = None) -> tuple[Floats, Any]:
    """Return T (..., p, p), columns of x T being orthogonal, and which designs are singular (...).

    The columns have a mean square of 1, with weights if they are given.
    """
    n, p = x.shape[-2:]
    scale = np.abs(x).max(axis=-2)
    scale[scale == 0] = 1
    rows = x / scale[..., None, :]
    if w is not None:
        rows *= np.sqrt(w)[..., None]
    r = np.asarray(np.linalg.qr(rows, mode="r"))
    length = np.sqrt(np.einsum("...ij,...ij->...j", r, r))
    dependent = np.abs(np.einsum("...ii->...i", r)) <= DEPENDENT * length
    singular = dependent.any(axis=-1)
    r[singular] = np.eye(p)
    return np.linalg.inv(r) * (math.sqrt(n) / scale[..., None]), singular


def _fit_block(
    out: Fits,
    members: NDArray[np.int64],
    x: Floats,
    basis: tuple[Floats, Any] | None,
    y: NDArray[np.bool_],
    w: Floats,
    tolerance: float,
    max_iterations: int,
) -> None:
    """Fit ``members`` of the batch and write them into ``out``; y and w are (members, n)."""
    weighed = w > 0
    both = (y & weighed).any(axis=1) & (weighed > y).any(axis=1)
    out.codes[members] = np.where(weighed.any(axis=1), NO_EVENTS, NO_WEIGHT)
    if not both.all():
        members, y, w = members[both], y[both], w[both]
    top = w.max(axis=1)
    scaled = w / top[:, None]
    if basis is None:
        design = x[members] if x.ndim == 3 else np.broadcast_to(x, (len(members), *x.shape))
        t, singular = _basis(design, scaled)
        use = np.flatnonzero(~singular)
        design, t = design[use], t[use]
    else:
        design, (t, singular) = x, basis
        use = np.arange(0 if singular else len(members))
    out.codes[members] = SINGULAR
    if not len(use):
        return
    z, inward = design @ t, t.swapaxes(-1, -2)
    members, y, w, scaled, top = members[use], y[use], w[use], scaled[use], top[use]
    signs = np.where(scaled > 0, np.where(y, 1.0, -1.0), 0.0)
    gamma, inverse, likelihood, steps, codes = _newton(
        z, signs, scaled, tolerance, max_iterations, stop_if_ill=basis is not None
    )
    out.codes[members], out.iterations[members] = codes, steps
    done = codes == CONVERGED
    root = (t @ inverse / np.sqrt(top)[:, None, None])[done]
    out.coefficients[members[done]] = _times(gamma, inward)[done]
    out.covariances[members[done]] = root @ root.swapaxes(1, 2)
    out.log_likelihood[members[done]] = (likelihood * top)[done]
    ill = codes == ILL_CONDITIONED
    if ill.any():
        _fit_block(out, members[ill], x, None, y[ill], w[ill], tolerance, max_iterations)


def _newton(
    z: Floats, signs: Floats, w: Floats, tolerance: float, max_iterations: int, stop_if_ill: bool
) -> tuple[Floats, Floats, Floats, NDArray[np.int64], NDArray[np.int8]]:
    """Iterate all fits of a block, dropping each one that is decided.

    ``z`` (n, p) or (b, n, p); ``signs`` (b, n) is 1 for events, -1 for the others and 0 for rows
    without weight. Returns coefficients (b, p), M (b, p, p) with M M' the inverse information,
    log-likelihoods (b,), steps (b,) and codes (b,).
    """
    b, p = len(w), z.shape[-1]
    first, second = np.triu_indices(p)
    packed = np.zeros((p, p), dtype=int)
    packed[first, second] = packed[second, first] = np.arange(len(first))
    products = np.ascontiguousarray(z[..., first] * z[..., second])

    gammas, inverses = np.zeros((b, p)), np.zeros((b, p, p))
    likelihoods, steps = np.zeros(b), np.full(b, max_iterations, dtype=np.int64)
    codes = np.full(b, NOT_CONVERGED, dtype=np.int8)

    live, decided, last = np.arange(b), np.zeros(b, dtype=bool), np.zeros(b, dtype=bool)
    # Start: the overall odds, as far as the columns can say "constant"; it saves a step or two.
    odds = (w * (signs > 0)).sum(axis=1) / (w * (signs < 0)).sum(axis=1)
    constant = z.mean(axis=0) if z.ndim == 2 else _times(w, z) / z.shape[1]
    gamma = np.log(odds)[:, None] * constant
    # Minus the linear predictor, with the sign of the class seen.
    against = -signs * _times(gamma, z.swapaxes(-1, -2))
    for count in range(max_iterations + 1):
        odds = np.minimum(against, 700.0)
        np.exp(odds, out=odds)
        rest = odds + 1
        pull = odds / rest  # probability of the class not seen
        pull *= w
        score = _times(signs * pull, z)
        pull /= rest
        lower, kept = _cholesky(_times(pull, products).T[packed])

        collapsed = (kept < COLLAPSED) & ~decided
        last &= ~collapsed
        if last.any():
            at = live[last]
            codes[at], steps[at], gammas[at] = CONVERGED, count, gamma[last]
            inverses[at] = _inverse(lower[:, :, last])
            likelihoods[at] = -np.einsum("bn,bn->b", w[last], np.log1p(odds[last]))
        steps[live[collapsed]] = count
        decided |= last | collapsed
        if count == 0 and stop_if_ill:
            codes[live[kept < ILL]] = ILL_CONDITIONED
            decided |= kept < ILL
        if count == max_iterations:
            break

        step, decrement = _solve(lower, score.T)
        move = _times(step, z.swapaxes(-1, -2))
        move *= signs
        least = move.min(axis=1)
        reach = np.maximum(move.max(axis=1), -least)
        for i in np.flatnonzero((reach >= 1) & (least > -BOUNDARY) & ~decided):
            if _separates(step[i], z if z.ndim == 2 else z[i], signs[i]):
                codes[live[i]], steps[live[i]], decided[i] = SEPARATED, count + 1, True
        far = np.flatnonzero((reach > SAFE) & ~decided)
        if len(far):
            share = _share(against[far], move[far], w[far], decrement[far] ** 2)[:, None]
            step[far] *= share
            move[far] *= share
        gamma += step
        against -= move
        last = (reach <= 0.5) & (reach * decrement <= tolerance) & ~decided
        if decided.all():
            break
        if 8 * decided.sum() > len(live):  # leaving them in costs less than copying the others
            stay = ~decided
            live, decided, last, gamma = live[stay], decided[stay], last[stay], gamma[stay]
            w, signs, against = w[stay], signs[stay], against[stay]
            if z.ndim == 3:
                z, products = z[stay], products[stay]
    return gammas, inverses, likelihoods, steps, codes


def _share(against: Floats, move: Floats, w: Floats, slope: Floats) -> Floats:
    """Halve steps (b,) until the log-likelihood rises by a tenth of what its slope promises."""

    def loss(linear: Floats) -> Floats:
        logs = np.log1p(np.exp(np.minimum(linear, 700.0)))
        total: Floats = np.einsum("bn,bn->b", w, np.maximum(logs, linear))
        return total

    share, at = np.ones(len(w)), np.arange(len(w))
    before = loss(against)
    while len(at):
        after = loss(against - share[at, None] * move)
        low = (after > before - 0.1 * share[at] * slope + 1e-13 * before) & (share[at] > 1e-9)
        at, against, move, w = at[low], against[low], move[low], w[low]
        before, slope = before[low], slope[low]
        share[at] /= 2
    return share


def _separates(step: Floats, z: Floats, signs: Floats) -> bool:
    """Tell whether a Newton step, its boundary rows held still, separates the classes."""
    z = (z * signs[:, None])[signs != 0]
    move = z @ step
    boundary = move < BOUNDARY
    if boundary.any():
        edge = z[boundary]
        step = step - np.linalg.lstsq(edge, edge @ step, rcond=DEPENDENT)[0]
        move = z @ step
    return bool(
        np.abs(move[boundary]).max(initial=0) < 1e-9 and move[~boundary].min() > BOUNDARY / 2
    )


def _times(a: Floats, design: Floats) -> Floats:
    """Multiply rows of ``a`` (b, k) with a matrix (k, m), or each row with its own (b, k, m)."""
    product: Floats = a @ design if design.ndim == 2 else (a[:, None, :] @ design)[:, 0]
    return product


def _cholesky(a: Floats) -> tuple[Floats, Floats]:
    """Decompose matrices (p, p, b) in place; also return the least share a pivot has kept (b,)."""
    kept = np.ones(a.shape[2])
    diagonal = np.einsum("iib->ib", a).copy()
    for j in range(len(a)):
        share = a[j, j] / np.where(diagonal[j] > 0, diagonal[j], 1.0)
        kept = np.minimum(kept, share)
        sound = share > COLLAPSED
        a[j:, j] *= sound  # a collapsed fit goes on with a pivot of 1 until it is dropped
        a[j, j] += ~sound
        a[j:, j] /= np.sqrt(a[j, j])
        below = a[j + 1 :, j]
        a[j + 1 :, j + 1 :] -= below[:, None] * below[None]
    return a, kept


def _solve(lower: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Return Newton steps (b, p) and their length in the metric of the information (b,)."""
    u = score.copy()
    for j in range(len(u)):
        u[j] = (u[j] - (lower[j, :j] * u[:j]).sum(axis=0)) / lower[j, j]
    decrement = np.sqrt((u * u).sum(axis=0))
    for j in reversed(range(len(u))):
        u[j] = (u[j] - (lower[j + 1 :, j] * u[j + 1 :]).sum(axis=0)) / lower[j, j]
    return np.ascontiguousarray(u.T), decrement


def _inverse(lower: Floats) -> Floats:
    """Return the transposed inverses (b, p, p) of lower triangles (p, p, b)."""
    matrices = np.tril(np.moveaxis(lower, -1, 0))
    inverse: Floats = np.asarray(np.linalg.inv(matrices), dtype=float).swapaxes(1, 2)
    return inverse
