"""What can still be true when nothing was seen: upper limits for zero events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

from analysis_lib.errors import CountError, DataError
from analysis_lib.proportions import check_denominator, check_level, prior_name, whole_counts
from analysis_lib.results import Denominator, Proportion

Method = Literal["rule_of_three", "exact", "bayes"]

METHODS: tuple[Method, ...] = get_args(Method)
FEW_FOR_RULE = 30
"""Members below which the rule of three is rough, by Hanley and Lippman-Hand."""


def upper_limit(
    n: int,
    *,
    method: Method,
    denominator: Denominator,
    level: float = 0.95,
    prior: tuple[float, float] | None = None,
) -> Proportion:
    """One-sided upper limit for a proportion when none of ``n`` members had the event.

    The two-sided limits are those of :func:`analysis_lib.proportions.interval` at 0 events.

    Parameters
    ----------
    n : int
        Members at risk, at least 1. Whoever has a missing outcome is not a member without event:
        leave them out, or count them as events in :func:`analysis_lib.proportions.interval`.
    method : {"rule_of_three", "exact", "bayes"}
        There is no default.

        - "rule_of_three": ``3 / n``, at most 1. For the level 0.95 only.
        - "exact": ``1 - (1 - level)**(1 / n)``, the share at which no event is seen with a chance
          of ``1 - level``.
        - "bayes": the quantile of the posterior under ``prior``.
    denominator : {"patients", "glands"}
        What the members are. Glands of one patient are not independent: a limit for glands is
        then too low.
    level : float
        Confidence level, in (0, 1); all of the rest lies above the limit.
    prior : (float, float), optional
        For "bayes", and needed there: see :func:`analysis_lib.proportions.posterior`.

    Returns
    -------
    Proportion
        ``lower`` is 0, ``upper`` the limit. ``estimate`` is 0, and the mean of the posterior for
        "bayes".

    Raises
    ------
    CountError
        If ``n`` is no count of at least 1.
    DataError
        If ``level``, ``method`` or ``denominator`` is unknown; if the rule of three is asked for
        another level; if a prior is missing for "bayes", or given to a method that has none.

    References
    ----------
    Hanley JA, Lippman-Hand A. JAMA 1983;249:1743-1745.
    """
    _, m = whole_counts(0, n)
    check_level(level)
    check_denominator(denominator)
    if method not in METHODS:
        raise DataError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
    if (method == "bayes") != (prior is not None):
        raise DataError(
            f"The method is {method!r} and the prior {prior}; give a prior with 'bayes', such as "
            "(1, 1), and with no other method."
        )
    if method == "rule_of_three" and level != 0.95:
        raise DataError(f"The rule of three is for 0.95, not {level}; use the method 'exact'.")

    estimate = 0.0
    warnings: tuple[str, ...] = ()
    if method == "rule_of_three":
        upper, name = min(3 / m, 1.0), "rule of three, one-sided"
        if m < FEW_FOR_RULE:
            warnings = (
                f"{m} members, fewer than {FEW_FOR_RULE}: the rule of three is too wide; use the "
                "exact limit.",
            )
    elif prior is None:
        upper, name = -math.expm1(math.log1p(-level) / m), "exact, one-sided"
    else:
        from scipy.stats import beta

        a, b = prior
        name = f"Bayesian, {prior_name(prior)}, one-sided"
        upper, estimate = float(beta.isf(1 - level, a, m + b)), a / (m + a + b)
    return Proportion(
        events=0,
        n=m,
        estimate=estimate,
        lower=0.0,
        upper=upper,
        level=level,
        method=name,
        denominator=denominator,
        warnings=warnings,
    )


def upper_limit_in_clusters(
    sizes: Sequence[int], *, icc: float, denominator: Denominator, level: float = 0.95
) -> Proportion:
    """One-sided exact upper limit for members in clusters, none of which had the event.

    The share at which no event is seen with a chance of ``1 - level``, if events are
    beta-binomial within clusters. Without correlation it is the exact limit for the members; with
    a correlation of 1 it is that for the clusters, whatever their sizes. With no events the
    correlation can't be estimated: it is assumed.

    Parameters
    ----------
    sizes : sequence of int
        Members of each cluster, each at least 1. Up to two members a cluster, no other model with
        that correlation gives another limit.
    icc : float
        Assumed intracluster correlation, in [0, 1].
    denominator : {"patients", "glands", ...}
        What the members are.
    level : float
        Confidence level, in (0, 1); all of the rest lies above the limit.

    Returns
    -------
    Proportion
        ``estimate`` and ``lower`` are 0; ``n`` counts the members.

    Raises
    ------
    CountError
        If a size is no count of at least 1, or there is none.
    DataError
        If the correlation lies outside [0, 1], or ``level`` or ``denominator`` is unknown.

    References
    ----------
    Skellam JG. J R Stat Soc B 1948;10:257-261 (the beta-binomial distribution).
    """
    check_level(level)
    check_denominator(denominator)
    if not 0 <= icc <= 1:
        raise DataError(f"The correlation is {icc}; assume one in [0, 1].")
    counts: dict[int, int] = {}
    for size in sizes:
        _, members = whole_counts(0, size, where="cluster: ")
        counts[members] = counts.get(members, 0) + 1
    if not counts:
        raise CountError("no cluster to speak of; give the size of each.")

    from scipy.optimize import brentq

    def excess(share: float) -> float:
        """Log of the chance of no event, above the log of what is allowed."""
        chance = sum(k * _log_none(m, share, icc) for m, k in counts.items())
        return chance - math.log1p(-level)

    upper = brentq(excess, 0.0, 1 - 1e-15, xtol=1e-15, rtol=1e-14)
    return Proportion(
        events=0,
        n=sum(m * k for m, k in counts.items()),
        estimate=0.0,
        lower=0.0,
        upper=float(upper),
        level=level,
        method=f"exact in clusters, correlation {icc:g} assumed, one-sided",
        denominator=denominator,
    )


def _log_none(members: int, share: float, icc: float) -> float:
    """Log of the beta-binomial chance that none of so many members of a cluster has the event."""
    return sum(
        math.log1p(-share * (1 - icc) / (1 - icc + place * icc)) if place else math.log1p(-share)
        for place in range(members)
    )
