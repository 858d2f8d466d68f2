"""How alike the members of a cluster are, such as the glands of one patient, and what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis_lib.clusters import (
    members_of,
    refuse_without_pairs,
    refuse_without_variation,
    resampled,
)
from analysis_lib.errors import DataError
from analysis_lib.proportions import check_denominator, check_level
from analysis_lib.results import Denominator, Estimate


def intracluster_correlation(
    values: Any,
    clusters: Any,
    *,
    denominator: Denominator,
    seed: int,
    resamples: int = 2000,
    level: float = 0.95,
) -> Estimate:
    """Intracluster correlation by one-way analysis of variance.

    ``(B - W) / (B + (m - 1) W)`` with the mean squares between and within clusters, B and W, and
    the average size m that :func:`analysis_lib.clusters.cluster_sizes` calls ``anova``. The same
    for a number and for a yes-or-no outcome. It may be below 0 and is left there.

    Parameters
    ----------
    values, clusters : sequence
        A number, or true and false, and a cluster for each member; none may be missing.
    denominator : {"patients", "glands", ...}
        What the members are.
    seed, resamples : int
        For the interval: percentiles over cohorts of as many clusters, drawn with replacement.
        Draws in which no correlation exists are left out, and a warning counts them.
    level : float
        Confidence level.

    Raises
    ------
    DataError
        If no correlation exists: fewer than two clusters, none with two members, or values that
        are all the same (no failures at all, for example).

    References
    ----------
    Fleiss JL. The design and analysis of clinical experiments. Wiley 1986.
    Donner A, Klar N. Design and analysis of cluster randomization trials. Arnold 2000.
    """
    check_level(level)
    check_denominator(denominator)
    x, codes = members_of(values, clusters)
    refuse_without_pairs(codes)
    refuse_without_variation(x)
    centred = x - x.mean()
    sums = [np.bincount(codes, weights) for weights in (np.ones(len(x)), centred, centred**2)]
    k = len(sums[0])
    found = float(_anova(np.ones((1, k)), *sums)[0])
    draws = _anova(resampled(k, resamples=resamples, seed=seed), *sums)
    kept = draws[np.isfinite(draws)]
    lower, upper = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    lost = len(draws) - len(kept)
    return Estimate(
        estimate=found,
        lower=float(lower),
        upper=float(upper),
        level=level,
        n=len(x),
        unit="",
        decimals=2,
        method="one-way analysis of variance, cluster bootstrap",
        denominator=denominator,
        warnings=(f"{lost} of {resamples} draws have no correlation",) if lost else (),
    )


def design_effect(size: float, icc: float) -> float:
    """Return by how much clustering multiplies the variance: ``1 + (size - 1) * icc``.

    Parameters
    ----------
    size : float
        ``weighted`` of :func:`analysis_lib.clusters.cluster_sizes`, which is
        ``(1 + cv**2) * mean``, if members weigh the same; ``mean`` if in addition all clusters
        have one size.
    icc : float
        Intracluster correlation, at most 1.

    Raises
    ------
    DataError
        If the size is below 1, or the correlation can't be with clusters of that size.

    References
    ----------
    Kish L. Survey sampling. Wiley 1965.
    Eldridge SM, Ashby D, Kerry S. Int J Epidemiol 2006;35:1292-1300.
    """
    effect = 1 + (size - 1) * icc
    if not (size >= 1 and icc <= 1 and effect > 0):
        raise DataError(
            f"size {size:g} and correlation {icc:g} don't go together: an average size is at "
            "least 1, and a correlation lies between -1 / (size - 1) and 1."
        )
    return effect


def effective_members(members: int, effect: float) -> float:
    """Return how many independent members would tell as much: ``members / effect``."""
    if not effect > 0:
        raise DataError(f"the design effect is {effect:g}; it must be above 0.")
    return members / effect


def _anova(weights: Any, n: Any, s: Any, squares: Any) -> Any:
    """Return the correlation for each row of weights, from size, sum and squares by cluster."""
    k = weights.sum(axis=1)
    total, all_s, all_squares = weights @ n, weights @ s, weights @ squares
    own = weights @ (s**2 / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (own - all_s**2 / total) / (k - 1)
        within = (all_squares - own) / (total - k)
        size = (total - weights @ n**2 / total) / (k - 1)
        return (between - within) / (between + (size - 1) * within)
