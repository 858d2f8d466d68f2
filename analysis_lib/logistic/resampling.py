"""Percentile intervals of coefficients: the fit repeated on patients drawn with replacement.

A resample is a set of weights on the same rows. Each is drawn, fitted and reduced to its
coefficients in blocks, so memory does not grow with the number of resamples but for those.

A resample that separates has no maximum of the likelihood: the likelihood rises as a coefficient
goes to infinity. There it counts as infinite. To leave it out would cut off the tail it belongs
to, and where more than a tail's share of the resamples separate, there is no limit on that side.

References
----------
Efron B, Tibshirani RJ. An introduction to the bootstrap. New York: Chapman & Hall; 1993.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.logistic import Fits, fit_many
from analysis_lib.logistic.basis import basis
from analysis_lib.logistic.inputs import check_one, checked
from analysis_lib.logistic.penalties import Penalty, describe
from analysis_lib.logistic.penalties import checked as known_penalty
from analysis_lib.logistic.profile import profile_many
from analysis_lib.logistic.separation import recedes
from analysis_lib.logistic.solution import STATUSES
from analysis_lib.results import Result, level_text, number, percent, span

Floats = NDArray[np.float64]
BLOCK = 4096
"""Resamples drawn at once."""


@dataclass(frozen=True, kw_only=True)
class Bootstrap(Result):
    """Percentile intervals of log odds ratios.

    ``lower`` and ``upper`` follow ``names``; they are order statistics of the ``used`` resamples,
    of ``resamples`` drawn, and infinite where there is no limit. ``shares`` are of all resamples by
    status; they sum to 1. ``draws`` (used, p) are the coefficients themselves, infinite where a
    resample separates. Left out are resamples that say nothing of a coefficient, neither a value
    nor a direction.
    """

    names: tuple[str, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    level: float
    resamples: int
    used: int
    shares: dict[str, float]
    draws: Floats
    method: str
    warnings: tuple[str, ...] = ()

    @property
    def separated(self) -> float:
        """The share of resamples in which columns separate the classes, or all are of one class."""
        return self.shares.get("separated", 0.0) + self.shares.get("no_events", 0.0)

    def faces(self) -> dict[str, str]:
        """Format codes: "", "resamples", "used", "separated", and each name (its odds ratios)."""
        odds = {
            name: f"{span(float(np.exp(low)), float(np.exp(high)), 1)}"
            for name, low, high in zip(self.names, self.lower, self.upper, strict=True)
        }
        apart = percent(self.separated)
        return {
            **odds,
            "resamples": number(self.resamples, 0),
            "used": number(self.used, 0),
            "separated": apart,
            "": f"{level_text(self.level)} percentile limits from {self.used} of "
            f"{self.resamples} resamples, {apart} separated",
        }


def bootstrap(
    x: ArrayLike,
    y: ArrayLike,
    *,
    names: Sequence[str],
    penalty: Penalty,
    resamples: int,
    seed: int,
    level: float = 0.95,
) -> Bootstrap:
    """Fit resamples of the rows and return percentile limits of each coefficient.

    Parameters
    ----------
    x, y, names, penalty
        As :func:`analysis_lib.logistic.fit` takes them, with two columns or more.
    resamples : int
        How many; two at least. A few thousand settle the limits to about a digit.
    seed : int
        Of the random numbers.
    level : float
        Of confidence.

    Returns
    -------
    Bootstrap
        Limits are not-a-number if fewer than two resamples can be used.

    Raises
    ------
    DataError
        As ``fit`` and ``profile_many``; or if ``resamples`` or ``level`` is impossible.
    """
    xs, ys, _ = checked(x, y, None)
    check_one(xs, ys, None, names)
    if xs.shape[1] < 2:
        raise DataError(
            "one column: a resample that separates is told by a profile, which needs two"
        )
    if resamples < 2 or not 0 < level < 1:
        raise DataError(
            f"{resamples} resamples at level {level}: need 2, and a level inside (0, 1)"
        )
    rng, n = np.random.default_rng(seed), len(ys)
    draws, codes = np.empty((resamples, xs.shape[1])), np.empty(resamples, dtype=np.int8)
    for first in range(0, resamples, BLOCK):
        part = slice(first, min(first + BLOCK, resamples))
        weights = rng.multinomial(n, np.full(n, 1 / n), size=part.stop - first)
        fits = fit_many(xs, ys, weights=weights, penalty=penalty)
        draws[part], codes[part] = placed(fits, xs, ys, weights, penalty=penalty), fits.codes
    counts = np.bincount(codes, minlength=len(STATUSES))
    known = ~np.isnan(draws).any(axis=1)
    draws, left_out = draws[known], codes[~known]
    lower = upper = np.full(xs.shape[1], np.nan)
    if len(draws) > 1:
        lower, upper = percentiles(draws, level)
    told = [f"{(left_out == k).sum()} {name}" for k, name in enumerate(STATUSES)]
    told = [text for text in told if not text.startswith("0 ")]
    return Bootstrap(
        names=tuple(names),
        lower=tuple(lower.tolist()),
        upper=tuple(upper.tolist()),
        level=level,
        resamples=resamples,
        used=len(draws),
        shares={name: int(count) / resamples for name, count in zip(STATUSES, counts, strict=True)},
        draws=draws,
        method=f"{describe(penalty)}, percentile bootstrap of rows",
        warnings=(f"resamples that say nothing left out: {', '.join(told)}",) if told else (),
    )


def placed(
    fits: Fits, x: ArrayLike, y: ArrayLike, weights: NDArray[np.int64], *, penalty: Penalty
) -> Floats:
    """Return the coefficients (B, p) of resamples, infinite where a fit separates.

    Parameters
    ----------
    fits : Fits
        Of the resamples ``weights`` (B, n) of one design ``x`` and outcome ``y``, by ``penalty``.

    Returns
    -------
    array (B, p)
        Of a separated fit: where the profile of the coefficient is highest, which is infinite for
        those that separate. Not-a-number where the fit says nothing of the coefficient.
    """
    out = fits.coefficients.copy()
    apart = np.flatnonzero(fits.separated)
    if not len(apart):
        return out
    xs, ys, _ = checked(x, y, None)
    turn = np.where(ys == 1, 1.0, -1.0)[:, None]
    pseudo = known_penalty(penalty, xs.shape[1])
    for j in range(out.shape[1]):
        order = [k for k in range(out.shape[1]) if k != j] + [j]
        t, _ = basis(xs[:, order])
        rows, sign = turn * (xs[:, order] @ t), float(np.sign(t[-1, -1]))
        if pseudo is not None:  # rows of a prior stand on either side: what has one is bounded
            prior = (pseudo.x * np.where(pseudo.y == 1, 1.0, -1.0)[:, None])[:, order] @ t
            rows = np.concatenate([rows, prior])
        present = np.pad(
            weights[apart] > 0, ((0, 0), (0, len(rows) - len(xs))), constant_values=True
        )
        up, down = (
            np.array([recedes(rows[seen], side * sign) for seen in present]) for side in (1, -1)
        )
        out[apart, j] = np.where(up, np.where(down, np.nan, np.inf), -np.inf)
        still = apart[~up & ~down]
        if len(still):
            found = profile_many(xs, ys, weights=weights[still], column=j, penalty=penalty)
            out[still, j] = found.estimate
    return out


def percentiles(draws: Floats, level: float) -> tuple[Floats, Floats]:
    """Return lower and upper percentile limits (p,) of draws (B, p), which may be infinite.

    They are the k-th smallest and the k-th largest draw, k being the smallest count that is a
    tail's share or more. Between an infinite draw and a finite one nothing can be interpolated.
    """
    k = max(1, math.ceil(len(draws) * (1 - level) / 2 - 1e-9))
    ordered = np.sort(draws, axis=0)
    return ordered[k - 1], ordered[-k]
