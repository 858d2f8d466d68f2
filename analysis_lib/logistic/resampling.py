"""Percentile intervals of coefficients: the fit repeated on patients drawn with replacement.

A resample is a set of weights on the same rows. Each is drawn, fitted and reduced to its
coefficients in blocks, so memory does not grow with the number of resamples but for those.

A resample that separates has no maximum of the likelihood. It is left out and counted: the limits
then speak of the others only, and are too narrow on the side of the separation. Where that happens
often, a penalty is the remedy, not a larger number of resamples.

References
----------
Efron B, Tibshirani RJ. An introduction to the bootstrap. New York: Chapman & Hall; 1993.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.logistic import fit_many
from analysis_lib.logistic.inputs import check_one, checked
from analysis_lib.logistic.penalties import Penalty, describe
from analysis_lib.logistic.solution import STATUSES
from analysis_lib.results import Result, level_text, number, percent, span

Floats = NDArray[np.float64]
BLOCK = 4096
"""Resamples drawn at once."""


@dataclass(frozen=True, kw_only=True)
class Bootstrap(Result):
    """Percentile intervals of log odds ratios.

    ``lower`` and ``upper`` follow ``names``; they are quantiles of the ``used`` resamples, those
    with an estimate, of ``resamples`` drawn. ``shares`` of all resamples by status; the shares sum
    to 1. ``draws`` (used, p) are the coefficients themselves.
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
        lost = percent(self.separated)
        return {
            **odds,
            "resamples": number(self.resamples, 0),
            "used": number(self.used, 0),
            "separated": lost,
            "": f"{level_text(self.level)} percentile limits from {self.used} of "
            f"{self.resamples} resamples, {lost} separated",
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
        As :func:`analysis_lib.logistic.fit` takes them.
    resamples : int
        How many; two at least. A few thousand settle the limits to about a digit.
    seed : int
        Of the random numbers.
    level : float
        Of confidence.

    Returns
    -------
    Bootstrap
        Limits are not-a-number if fewer than two resamples have an estimate.

    Raises
    ------
    DataError
        As ``fit``; or if ``resamples`` or ``level`` is impossible.
    """
    xs, ys, _ = checked(x, y, None)
    check_one(xs, ys, None, names)
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
        draws[part], codes[part] = fits.coefficients, fits.codes
    counts = np.bincount(codes, minlength=len(STATUSES))
    draws = draws[codes == 0]
    lower = upper = np.full(xs.shape[1], np.nan)
    if len(draws) > 1:
        lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    lost = {name: int(count) for name, count in zip(STATUSES[1:], counts[1:], strict=True) if count}
    told = ", ".join(f"{count} {name}" for name, count in lost.items())
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
        warnings=(f"resamples without an estimate left out: {told}",) if lost else (),
    )
