"""What can still be true when nothing was seen: upper limits for zero events."""

from __future__ import annotations

import math
from typing import Literal, get_args

from analysis_lib.errors import DataError
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
