"""How well is a corrected measure known? Intervals from one set of rows, after Noma et al. (2021).

Both take percentiles of resamples. They are approximate: with few events, and a procedure that
chooses freely, they are too short and lie too high. :func:`analysis_lib.drawn_validation.drawn`
tells by how much for given rows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from analysis_lib.errors import DataError
from analysis_lib.performance import measures as standard
from analysis_lib.results import Estimate
from analysis_lib.roc import Floats
from analysis_lib.validation import (
    Corrected,
    Mask,
    Measures,
    Resampled,
    WholeProcedure,
    failures,
    optimism,
)

BLOCK = 4000
"""Resamples of resamples taken side by side; bounds the memory."""


def shifted_interval(
    resampled: Resampled, measure: str, *, level: float, measures: Measures = standard
) -> Estimate:
    """Return a corrected measure with its location-shifted interval.

    Each resample's model is measured in its own resample. The percentiles of that stand for how
    the apparent value scatters; moved down by the optimism, they are the limits.

    Parameters
    ----------
    resampled : Resampled
        As from :func:`analysis_lib.validation.resample`; a thousand resamples or more.
    measure : str
        One of the names that ``measures`` returns. Not the slope, nor the intercept: in its own
        resample each model has a slope of one and an intercept of zero, or nearly so, so that
        nothing scatters.
    level : float
        Of the interval, in (0, 1).
    measures : callable
        As for :func:`analysis_lib.validation.optimism`.

    Returns
    -------
    Estimate
        ``estimate`` is the corrected value. It need not lie in the middle: in a resample a model
        fits better still than in the rows.

    Raises
    ------
    DataError
        If the measure is not there, or is one of the two above, or the level is no share.

    References
    ----------
    Noma H, Shinozaki T, Iba K, Teramukai S, Furukawa TA. Stat Med 2021;40:5691-5701, algorithm 1.
    """
    _check(level)
    if measure in ("slope", "intercept"):
        raise DataError(
            f"The {measure} of a model in its own rows is fixed by the fit; no such interval."
        )
    row = optimism(resampled, measures=measures)[measure]
    good = resampled.good
    own = measures(resampled.fits.linear[good], resampled.y, resampled.counts[good])[measure]
    limits = np.nanquantile(own, _ends(level)) - row.optimism
    return _estimate(row.corrected, limits, level, len(resampled.y), row, "location-shifted")


def two_stage_interval(
    procedure: WholeProcedure,
    y: Mask,
    measure: str,
    *,
    outer: int,
    inner: int,
    seed: int,
    level: float,
    measures: Measures = standard,
) -> Estimate:
    """Return a corrected measure with its two-stage interval: the whole correction, resampled.

    Parameters
    ----------
    procedure, y
        As for :func:`analysis_lib.validation.resample`.
    measure : str
        One of the names that ``measures`` returns.
    outer, inner : int
        Resamples of the rows, and resamples of each of those for its own optimism; at least 2.
        The estimate itself is corrected by as many resamples as there are outer ones.
    seed : int
    level : float
        Of the interval, in (0, 1).
    measures : callable
        As for :func:`analysis_lib.validation.optimism`.

    Returns
    -------
    Estimate
        Copies of a row stand on both sides of an inner resample, which so seems less optimistic
        than the outer one; the limits then lie too high.

    Raises
    ------
    DataError
        As :func:`analysis_lib.validation.resample`; or if the level is no share.

    References
    ----------
    Noma H, Shinozaki T, Iba K, Teramukai S, Furukawa TA. Stat Med 2021;40:5691-5701, algorithm 2.
    """
    _check(level)
    if min(outer, inner) < 2:
        raise DataError(f"{outer} outer and {inner} inner resamples; ask for at least 2 of each.")
    rng = np.random.default_rng(seed)
    whole = procedure(np.ones((1, len(y)), dtype=np.int64))
    if whole.status[0] != "converged":
        raise DataError(
            f"The rows themselves have no model ({whole.status[0]}), so there is nothing to "
            "validate; use a penalty, or fewer candidates."
        )
    y = np.asarray(y, dtype=bool)
    counts = rng.multinomial(len(y), np.full(len(y), 1 / len(y)), size=outer)
    first = Resampled(y, counts, whole.linear, procedure(counts))
    if not first.good.any():
        raise DataError(f"None of {outer} resamples has a model: {failures(first.fits.status)}.")
    row = optimism(first, measures=measures)[measure]
    counts, linear = counts[first.good], first.fits.linear[first.good]
    own = measures(linear, y, counts)[measure]
    corrected = (
        own
        - nested_optimism(procedure, y, counts, resamples=inner, rng=rng, measures=measures)[
            measure
        ]
    )
    limits = np.nanquantile(corrected, _ends(level))
    return _estimate(row.corrected, limits, level, len(y), row, "two-stage")


def nested_optimism(
    procedure: WholeProcedure,
    y: Mask,
    counts: NDArray[np.int64],
    *,
    resamples: int,
    rng: np.random.Generator,
    measures: Measures,
    keep: dict[str, Floats] | None = None,
) -> dict[str, Floats]:
    """Return the optimism of each measure in S sets of counts of the rows, (S,) each.

    Each set is resampled ``resamples`` times by ``rng``; a resample without a model is left out of
    its set's mean. ``keep``, if given, takes each measure of each resample's model in that
    resample, (S, resamples), not-a-number without a model.
    """
    size = max(1, BLOCK // resamples)
    found: dict[str, list[Floats]] = {}
    own: dict[str, list[Floats]] = {}
    for part in np.split(counts, range(size, len(counts), size)):
        total = part.sum(axis=1)
        shares = part / total[:, None]
        shape = (len(part), resamples)
        inner = rng.multinomial(total[:, None], shares[:, None, :], size=shape)
        inner = inner.reshape(-1, len(y))
        fits = procedure(inner)
        good = fits.status == "converged"
        drawn = measures(fits.linear[good], y, inner[good])
        original = measures(fits.linear[good], y, np.repeat(part, resamples, axis=0)[good])
        for name, values in drawn.items():
            both = np.full((2, len(good)), math.nan)
            both[:, good] = values, values - original[name]
            value, gap = both.reshape(2, *shape)
            used = np.isfinite(gap).sum(axis=1)
            mean = np.nansum(gap, axis=1) / np.where(used > 0, used, math.nan)
            found.setdefault(name, []).append(mean)
            own.setdefault(name, []).append(value)
    if keep is not None:
        keep.update({name: np.concatenate(each) for name, each in own.items()})
    return {name: np.concatenate(each) for name, each in found.items()}


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise DataError(f"level={level}: give the share of an interval, such as 0.95.")


def _ends(level: float) -> list[float]:
    return [(1 - level) / 2, (1 + level) / 2]


def _estimate(
    value: float, limits: Floats, level: float, n: int, row: Corrected, method: str
) -> Estimate:
    return Estimate(
        estimate=value,
        lower=float(limits[0]),
        upper=float(limits[1]),
        level=level,
        n=n,
        unit="",
        decimals=3 if "brier" in row.measure or "benefit" in row.measure else 2,
        method=f"{method} bootstrap, corrected for optimism",
        denominator="patients",
        warnings=("approximate: with few events such intervals are too short and lie too high",),
    )
