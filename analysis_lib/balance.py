"""Standardised differences: how far apart two groups lie, in units of their own spread.

Unlike a p-value, such a difference does not grow with the number of patients; its interval shrinks
with it. Every difference is *first minus second*.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from analysis_lib.errors import CountError, DataError
from analysis_lib.proportions import check_level
from analysis_lib.results import Estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Interval = Literal["hedges_olkin", "bonett"]
DistanceInterval = Literal["noncentral", "hedges_olkin"]

LABELS = {
    "hedges_olkin": "large-sample interval (Hedges and Olkin)",
    "bonett": "interval for unequal variances (Bonett)",
    "noncentral": "interval by the non-central chi-square distribution",
}
ROUNDING = 1e-12
"""A variance this small beside the square of the values is taken for none."""


def continuous(
    first: ArrayLike,
    second: ArrayLike,
    *,
    level: float = 0.95,
    interval: Interval = "hedges_olkin",
) -> Estimate:
    """Difference of two means over the root of the mean of both variances.

    Parameters
    ----------
    first, second : array of float
        Values of the patients in each group, at least two in each. Missing ones are left out, and
        ``warnings`` counts them.
    level : float
        Confidence level, in (0, 1).
    interval : {"hedges_olkin", "bonett"}
        "hedges_olkin" is the one in common use. It assumes equal variances: too narrow where the
        smaller group varies more, too wide where it varies less. "bonett" does not assume that.

    Returns
    -------
    Estimate
        In standard deviations; ``n`` patients with a value. If neither group varies, the
        difference is 0 where the two values agree, without limits, and not estimable where they
        do not; ``warnings`` says so.

    Raises
    ------
    CountError
        If a group is empty, has no value, or only one.
    DataError
        If a value is no finite number, or ``level`` or ``interval`` is unknown.

    References
    ----------
    Hedges LV, Olkin I. Statistical methods for meta-analysis. Academic Press 1985, chapter 5.
    Bonett DG. Psychol Methods 2008;13:99-109.
    Austin PC. Stat Med 2009;28:3083-3107.
    """
    if interval not in get_args(Interval):
        raise DataError(
            f"The interval is {interval!r}; choose one of {', '.join(get_args(Interval))}."
        )
    (a, b), notes = _numbers(first, second)
    for name, values in (("first", a), ("second", b)):
        if len(values) < 2:
            raise CountError(
                f"The {name} group has one value; a spread needs two. Describe it in words instead."
            )
    va, vb = (float(values.var(ddof=1)) for values in (a, b))
    largest = max(abs(a).max(), abs(b).max())
    mean_variance = (va + vb) / 2
    difference = float(a.mean() - b.mean())
    if mean_variance <= ROUNDING * largest**2:
        return _no_spread(abs(difference) <= ROUNDING * largest, len(a) + len(b), level, notes)
    d = difference / math.sqrt(mean_variance)
    if interval == "bonett":
        se = math.sqrt(_bonett_variance(d, va, len(a), vb, len(b)))
    else:
        se = standard_error(len(a), len(b), d)
    half = _quantile(level) * se
    return _estimate(d, d - half, d + half, len(a) + len(b), level, LABELS[interval], notes)


def binary(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Difference of two proportions over the root of the mean of both variances, ``p (1 - p)``.

    Parameters
    ----------
    first, second : array of bool
        Whether each patient of a group has the feature (1 or True). Missing values are left out,
        and ``warnings`` counts them.
    level : float
        Confidence level, in (0, 1).

    Returns
    -------
    Estimate
        As from :func:`continuous`. If all of one group and none of the other have the feature,
        it is not estimable.

    Raises
    ------
    CountError
        If a group is empty, or has no value.
    DataError
        If a value is neither 0 nor 1.

    References
    ----------
    Austin PC. Stat Med 2009;28:3083-3107.
    """
    (a, b), notes = _numbers(first, second)
    strange = sorted({float(x) for values in (a, b) for x in values} - {0.0, 1.0})
    if strange:
        raise DataError(
            f"A feature is there or not, 1 or 0; seen: {strange[:5]}. Use continuous() for a "
            "measurement, categorical() for several levels."
        )
    p, q = float(a.mean()), float(b.mean())
    variance = (p * (1 - p) + q * (1 - q)) / 2
    if variance == 0:
        return _no_spread(p == q, len(a) + len(b), level, notes)
    d = (p - q) / math.sqrt(variance)
    half = _quantile(level) * standard_error(len(a), len(b), d)
    return _estimate(d, d - half, d + half, len(a) + len(b), level, LABELS["hedges_olkin"], notes)


def categorical(
    first: Sequence[Any],
    second: Sequence[Any],
    *,
    levels: Sequence[Any],
    level: float = 0.95,
    interval: DistanceInterval = "noncentral",
) -> Estimate:
    """Distance between two sets of proportions, as Mahalanobis measures it.

    The proportions of all levels but one, their difference weighed by the mean of both groups'
    multinomial covariances; which level is left out does not matter. It is a distance: it has no
    sign, and chance alone keeps it above 0. With two levels it is the size of :func:`binary`.

    Parameters
    ----------
    first, second : sequence
        The level of each patient in each group. Missing ones are left out, and ``warnings``
        counts them.
    levels : sequence
        All levels there can be; one that nobody has changes nothing.
    level : float
        Confidence level, in (0, 1).
    interval : {"noncentral", "hedges_olkin"}
        "noncentral" takes the squared distance, over its chance variance, for a non-central
        chi-square value and inverts that; its limits can be 0. "hedges_olkin" is the one that
        Yang and Dalton give, cut at 0. It treats a distance like a signed difference and is
        centred on it, so that with small groups and several levels it excludes 0 far too often.

    Returns
    -------
    Estimate
        The distance. ``warnings`` tells how large chance alone would make it. If a set of levels
        is all of one group and none of the other it is not estimable.

    Raises
    ------
    CountError
        If a group is empty, or has no value.
    DataError
        If a value is none of the levels, or a level is listed twice.

    References
    ----------
    Yang D, Dalton JE. SAS Global Forum 2012, paper 335.
    """
    import numpy as np

    if interval not in get_args(DistanceInterval):
        raise DataError(
            f"The interval is {interval!r}; choose one of {', '.join(get_args(DistanceInterval))}."
        )
    check_level(level)
    listed = list(levels)
    if len(set(listed)) != len(listed):
        raise DataError(f"A level is listed twice: {listed}.")
    notes: list[str] = []
    counts = []
    for name, values in (("first", first), ("second", second)):
        present = _present(values, name, notes)
        unknown = sorted({str(value) for value in present if value not in listed})
        if unknown:
            raise DataError(
                f"The {name} group has {', '.join(unknown)}, not among the levels {listed}; "
                "list every level."
            )
        counts.append(np.array([sum(value == one for value in present) for one in listed]))
    n_first, n_second = (int(count.sum()) for count in counts)
    n = n_first + n_second
    seen = (counts[0] + counts[1]) > 0
    p, q = (count[seen][1:] / count.sum() for count in counts)
    if not len(p):
        return _no_spread(True, n, level, tuple(notes))
    covariance = sum(np.diag(x) - np.outer(x, x) for x in (p, q)) / 2
    weights = np.linalg.pinv(covariance, hermitian=True) @ (p - q)
    if not np.allclose(covariance @ weights, p - q, atol=1e-9):
        return _no_spread(False, n, level, tuple(notes))
    distance = math.sqrt(max(float((p - q) @ weights), 0.0))
    degrees = int(np.linalg.matrix_rank(covariance, hermitian=True))
    by_chance = math.sqrt(degrees) * standard_error(n_first, n_second)
    notes.append(
        f"a distance has no sign; by chance alone, its root mean square would be {by_chance:.2f}."
    )
    if interval == "noncentral":
        unit = standard_error(n_first, n_second)
        limits = [unit * math.sqrt(x) for x in _noncentral((distance / unit) ** 2, degrees, level)]
        if limits[1] == 0:
            notes.append("the groups agree more closely than chance would have it: 0 to 0.")
    else:
        half = _quantile(level) * standard_error(n_first, n_second, distance)
        limits = [max(distance - half, 0.0), distance + half]
    return _estimate(distance, limits[0], limits[1], n, level, LABELS[interval], tuple(notes))


def standard_error(n_first: int, n_second: int, difference: float = 0.0) -> float:
    """Return the large-sample standard error of a standardised difference (Hedges and Olkin).

    CountError if a group has nobody.
    """
    if n_first < 1 or n_second < 1:
        raise CountError(f"Groups of {n_first} and {n_second}: each needs at least one patient.")
    return math.sqrt(
        1 / n_first + 1 / n_second + difference**2 / (2 * (n_first + n_second)),
    )


def beyond_by_chance(bound: float, n_first: int, n_second: int) -> float:
    """Return how often chance alone puts a standardised difference beyond plus or minus a bound.

    A fraction, by the normal approximation, for two groups that are samples of one population.
    DataError for a bound below 0, CountError if a group has nobody.
    """
    if not bound >= 0:
        raise DataError(f"The bound is {bound}; give the size of a difference, 0 or more.")
    return math.erfc(bound / standard_error(n_first, n_second) / math.sqrt(2))


# ---- inside --------------------------------------------------------------------------------------


def _bonett_variance(d: float, va: float, na: int, vb: float, nb: int) -> float:
    mean = (va + vb) / 2
    spread = va**2 / (na - 1) + vb**2 / (nb - 1)
    return d**2 * spread / (8 * mean**2) + (va / (na - 1) + vb / (nb - 1)) / mean


def _numbers(first: Any, second: Any) -> tuple[tuple[Floats, Floats], tuple[str, ...]]:
    import numpy as np

    notes: list[str] = []
    out = []
    for name, values in (("first", first), ("second", second)):
        present = _present(values, name, notes)
        try:
            numbers = np.asarray(present, dtype=float)
        except (TypeError, ValueError):
            raise DataError(
                f"The {name} group has values that are no numbers, such as {present[0]!r}; use "
                "categorical() for words."
            ) from None
        if not np.isfinite(numbers).all():
            raise DataError(f"The {name} group has an infinite value; correct it.")
        out.append(numbers)
    return (out[0], out[1]), tuple(notes)


def _present(values: Any, name: str, notes: list[str]) -> list[Any]:
    """Return the values that are not missing, and note how many were."""
    import pandas as pd

    given = list(values)
    if not given:
        raise CountError(f"The {name} group is empty: there is nothing to compare.")
    present = [value for value in given if not pd.isna(value)]
    missing = len(given) - len(present)
    if not present:
        raise CountError(
            f"All {missing} values of the {name} group are missing: leave the variable out."
        )
    if missing:
        notes.append(f"{missing} of {len(given)} values missing in the {name} group, left out.")
    return present


def _no_spread(agree: bool, n: int, level: float, notes: tuple[str, ...]) -> Estimate:
    word = (
        "nobody differs from anybody: the difference is 0, and has no interval."
        if agree
        else "the groups have nothing in common to measure the difference by: not estimable."
    )
    d = 0.0 if agree else math.nan
    return _estimate(d, math.nan, math.nan, n, level, "no spread within groups", (*notes, word))


def _quantile(level: float) -> float:
    from scipy.stats import norm

    check_level(level)
    return float(norm.ppf(0.5 + level / 2))


def _noncentral(value: float, degrees: int, level: float) -> list[float]:
    """Return the two non-centralities at which a chi-square value lies at the tails' edges."""
    from scipy.optimize import brentq
    from scipy.stats import ncx2

    found = []
    for tail in (0.5 + level / 2, 0.5 - level / 2):

        def above(centre: float, tail: float = tail) -> float:
            return float(ncx2.cdf(value, degrees, centre)) - tail

        # At no distance the value is already as low as that: the limit is 0.
        top = (math.sqrt(value) + 10) ** 2
        found.append(0.0 if above(1e-12) <= 0 else float(brentq(above, 1e-12, top, xtol=1e-12)))
    return found


def _estimate(
    d: float,
    lower: float,
    upper: float,
    n: int,
    level: float,
    method: str,
    notes: tuple[str, ...],
) -> Estimate:
    check_level(level)
    return Estimate(
        estimate=d,
        lower=lower,
        upper=upper,
        level=level,
        n=n,
        unit="",
        decimals=2,
        method=f"standardised difference, {method}",
        denominator="patients",
        warnings=notes,
    )
