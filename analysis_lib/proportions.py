"""Intervals for one proportion: confidence intervals, and the posterior under a stated prior."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

from analysis_lib.errors import CountError, DataError
from analysis_lib.results import Denominator, Proportion

Method = Literal["wald", "wilson", "agresti_coull", "exact", "jeffreys"]

METHODS: tuple[Method, ...] = get_args(Method)
LABELS: dict[Method, str] = {
    "wald": "Wald (normal approximation)",
    "wilson": "Wilson score",
    "agresti_coull": "Agresti-Coull",
    "exact": "Clopper-Pearson exact",
    "jeffreys": "Jeffreys (equal-tailed Bayesian)",
}
_STATSMODELS_NAMES = {"wald": "normal", "exact": "beta"}  # the others have the same name there

FEW_FOR_WALD = 5  # events or non-events
FEW_FOR_WILSON = 3
SMALL_N_FOR_AGRESTI_COULL = 40


def whole_counts(events: Any, n: Any, *, where: str = "") -> tuple[int, int]:
    """Return both counts as integers, or refuse them.

    Parameters
    ----------
    events, n : int
        Members with the event and members. A float that holds a whole number is taken, as columns
        read from a file with gaps hold those; a missing value is refused.
    where : str
        What to put before the message, such as "study 'Wei 2020': ".

    Raises
    ------
    CountError
        If a count is not whole, ``n < 1``, ``events < 0`` or ``events > n``. The message names
        both counts.
    """
    seen = f"{where}{events} events of {n}: "
    if not (_is_whole(events) and _is_whole(n)):
        raise CountError(f"{seen}both counts must be whole numbers; give counts, not percentages.")
    x, m = int(events), int(n)
    if m < 1:
        raise CountError(f"{seen}the denominator must be at least 1; leave out an empty group.")
    if x < 0:
        raise CountError(f"{seen}a count can't be negative; correct the events.")
    if x > m:
        raise CountError(
            f"{seen}there can't be more events than members; correct a count, or check that both "
            "count the same unit (patients or glands)."
        )
    return x, m


def _is_whole(count: Any) -> bool:
    if isinstance(count, (bool, str)):
        return False
    try:
        return float(count).is_integer()
    except (TypeError, ValueError):  # None, a missing value of pandas
        return False


def check_level(level: float) -> None:
    """Refuse a confidence level outside (0, 1) with a DataError."""
    if not 0 < level < 1:
        raise DataError(
            f"The confidence level is {level}; give a fraction in (0, 1), such as 0.95."
        )


def check_denominator(denominator: str) -> None:
    """Refuse an unknown denominator with a DataError."""
    known = get_args(Denominator)
    if denominator not in known:
        raise DataError(f"The denominator is {denominator!r}; say {' or '.join(map(repr, known))}.")


def interval(
    events: int,
    n: int,
    *,
    method: Method,
    denominator: Denominator,
    level: float = 0.95,
) -> Proportion:
    """Confidence interval for a proportion, by ``statsmodels``.

    Parameters
    ----------
    events, n : int
        Members with the event and members at risk, ``0 <= events <= n``, ``n >= 1``. Whoever has a
        missing outcome must be counted in or out by the caller; there is no rule here.
    method : {"wald", "wilson", "agresti_coull", "exact", "jeffreys"}
        There is no default: the choice is part of the analysis.

        - "wald": normal approximation. Not with fewer than 5 events or non-events; of no width
          with none.
        - "wilson": inverts the score test. Good for most uses; with 1 to 3 events or non-events
          its coverage can fall well below the level.
        - "agresti_coull": normal approximation about the centre of the Wilson interval. Not below
          40 members, where it is wider than it need be.
        - "exact": Clopper-Pearson. Coverage never below the level, mostly above it, so the
          interval is wide.
        - "jeffreys": quantiles of the posterior under the Jeffreys prior. ``statsmodels`` leaves
          them as they are at 0 and ``n`` events, where they exclude the estimate; here the lower
          limit is then 0 and the upper one 1, as in Brown, Cai and DasGupta (2001).
    denominator : {"patients", "glands", "nerves", "cohorts"}
        What the members are. Glands of one patient are not independent: every interval here is
        then too narrow.
    level : float
        Confidence level, in (0, 1); two-sided, half of the rest in each tail (also at 0 and ``n``
        events).

    Returns
    -------
    Proportion
        ``estimate`` (``events / n`` for every method), ``lower``, ``upper`` as fractions in
        [0, 1]. ``warnings`` says where the method should not have been used.

    Raises
    ------
    CountError
        If the counts can't be; the message names both.
    DataError
        If ``level``, ``method`` or ``denominator`` is unknown.

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209-212.
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413.
    Agresti A, Coull BA. Am Stat 1998;52:119-126.
    Brown LD, Cai TT, DasGupta A. Stat Sci 2001;16:101-133.
    """
    x, m = whole_counts(events, n)
    check_level(level)
    if method not in METHODS:
        raise DataError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
    check_denominator(denominator)

    from statsmodels.stats.proportion import proportion_confint

    limits = proportion_confint(x, m, 1 - level, method=_STATSMODELS_NAMES.get(method, method))
    lower, upper = (min(max(float(limit), 0.0), 1.0) for limit in limits)
    # Every method ends at 0 without events (and at 1 without non-events), up to rounding; the
    # Jeffreys limits are set there by definition.
    lower = 0.0 if x == 0 else lower
    upper = 1.0 if x == m else upper
    return Proportion(
        events=x,
        n=m,
        estimate=x / m,
        lower=lower,
        upper=upper,
        level=level,
        method=LABELS[method],
        denominator=denominator,
        warnings=_warnings(x, m, method),
    )


def posterior(
    events: int,
    n: int,
    *,
    prior: tuple[float, float],
    denominator: Denominator,
    level: float = 0.95,
) -> Proportion:
    """Posterior of a proportion under a beta prior, with its equal-tailed interval.

    Parameters
    ----------
    events, n, denominator, level
        As for :func:`interval`. With no events the lower limit is above 0, and it should be: an
        equal-tailed interval leaves half of the rest on either side.
    prior : (float, float)
        ``(a, b)`` of Beta(a, b), both above 0: as if ``a`` events and ``b`` non-events had been
        seen before. (1, 1) is uniform, (0.5, 0.5) is the Jeffreys prior. There is no default.

    Returns
    -------
    Proportion
        ``estimate`` is the mean of the posterior, ``(events + a) / (n + a + b)``, and not
        ``events / n``; ``lower`` and ``upper`` are its quantiles; ``method`` names the prior.

    Raises
    ------
    CountError, DataError
        As for :func:`interval`; DataError also for a prior that is no distribution.

    References
    ----------
    Brown LD, Cai TT, DasGupta A. Stat Sci 2001;16:101-133.
    """
    x, m = whole_counts(events, n)
    check_level(level)
    check_denominator(denominator)
    a, b = prior
    name = prior_name(prior)

    from scipy.stats import beta

    after = beta(x + a, m - x + b)
    tail = (1 - level) / 2
    return Proportion(
        events=x,
        n=m,
        estimate=(x + a) / (m + a + b),
        lower=float(after.ppf(tail)),
        upper=float(after.isf(tail)),
        level=level,
        method=f"Bayesian, {name}, equal-tailed",
        denominator=denominator,
    )


def prior_name(prior: tuple[float, float]) -> str:
    """Return "uniform prior", "Jeffreys prior" or "prior Beta(a, b)"; DataError if it is none."""
    a, b = prior
    if not (0 < a < math.inf and 0 < b < math.inf):
        raise DataError(
            f"The prior is Beta({a:g}, {b:g}), which is no distribution; give two numbers above 0, "
            "such as (1, 1) for the uniform one or (0.5, 0.5) for that of Jeffreys."
        )
    return {(1, 1): "uniform prior", (0.5, 0.5): "Jeffreys prior"}.get(
        (a, b), f"prior Beta({a:g}, {b:g})"
    )


def _warnings(x: int, n: int, method: Method) -> tuple[str, ...]:
    found = []
    few = min(x, n - x)
    counts = f"{x} events and {n - x} non-events"
    if method == "wald" and few == 0:
        found.append(f"{counts}: the Wald interval has no width; use the exact or Wilson one.")
    elif method == "wald" and few < FEW_FOR_WALD:
        found.append(
            f"{counts}, fewer than {FEW_FOR_WALD} of one: the Wald interval covers too rarely; "
            "use the exact or Wilson one."
        )
    if method == "wilson" and 0 < few <= FEW_FOR_WILSON:
        found.append(
            f"{counts}: with 1 to {FEW_FOR_WILSON} of one the Wilson interval can cover less often "
            "than its level says; give the exact one beside it."
        )
    if method == "agresti_coull" and n < SMALL_N_FOR_AGRESTI_COULL:
        found.append(
            f"{n} members, fewer than {SMALL_N_FOR_AGRESTI_COULL}: the Agresti-Coull interval is "
            "wider than it need be; use the Wilson one."
        )
    if method == "jeffreys" and few == 0:
        found.append(
            f"{counts}: the Jeffreys limit at that end is set to {0 if x == 0 else 1}, since the "
            "posterior quantile would exclude the estimate."
        )
    return tuple(found)
