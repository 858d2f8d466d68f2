"""The crude odds ratio of a fourfold table: four kinds of interval, and what it means in risks.

Rows of a table here: patients at or above a cut-off, and below it. Columns: failures, successes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

from analysis_lib.errors import CountError, DataError
from analysis_lib.results import OddsRatio

Cells = tuple[int, int, int, int]

METHODS = ("wald", "haldane", "profile", "exact")
"""Intervals of a crude odds ratio, as :func:`crude_odds_ratio` takes them."""


def crude_odds_ratio(
    failures_above: int,
    failures_below: int,
    successes_above: int,
    successes_below: int,
    *,
    method: str,
    level: float = 0.95,
) -> OddsRatio:
    """Return the crude odds ratio of one fourfold table with one of four intervals.

    Parameters
    ----------
    failures_above, failures_below, successes_above, successes_below : int
        The cells. All must be at least 1, except for method ``"haldane"``.
    method : one of ``METHODS``
        Woolf's interval; the same with 0.5 added to each cell; profile likelihood of the
        logistic model; conditional maximum likelihood with the exact interval. The p-value goes
        with the method: Wald, Wald, likelihood ratio, Fisher. Fisher's p sums the tables that are
        no likelier than this one, the exact limits are two one-sided tests: near a limit the two
        may disagree, as they do in R.

    Raises
    ------
    CountError
        If a cell is negative, or empty where the method needs it filled.
    DataError
        If the method is unknown.
    """
    cells = (failures_above, failures_below, successes_above, successes_below)
    methods: dict[str, Callable[[Cells, float], OddsRatio]] = {
        "wald": lambda c, v: _wald(c, v, 0.0),
        "haldane": lambda c, v: _wald(c, v, 0.5),
        "profile": _profile,
        "exact": _exact,
    }
    if method not in methods:
        raise DataError(f"unknown method {method!r}; use one of {', '.join(methods)}")
    if min(cells) < (0 if method == "haldane" else 1):
        raise CountError(
            f"cells {cells} (failures above, below, successes above, below): method {method!r} "
            "needs each filled; use 'haldane', or penalised regression"
        )
    return methods[method](cells, level)


def risks(odds_ratio: float, *, failures: float, n: int, n_above: Any) -> tuple[Any, Any]:
    """Return the risks of failure above and below a cut-off that give this odds ratio.

    Parameters
    ----------
    odds_ratio : float
        Crude odds ratio, positive and not 1.
    failures : float
        Patients with failure, counted or expected.
    n : int
        All patients.
    n_above : int or array of int
        Patients at or above the cut-off, between 1 and ``n - 1``.

    Returns
    -------
    risk_above, risk_below : arrays like ``n_above``
        Fractions; they hold the total of failures exactly, and need not be whole patients.
    """
    import numpy as np

    if odds_ratio <= 0 or odds_ratio == 1:
        raise DataError(f"odds ratio {odds_ratio} must be positive and not 1")
    check_totals(failures, n - failures)
    m = np.asarray(n_above, dtype=float)
    if np.any((m < 1) | (m > n - 1)):
        raise CountError(f"n_above must lie between 1 and {n - 1}; seen: {n_above}")
    # The expected failures above solve a quadratic: the mean of Fisher's noncentral table.
    a = odds_ratio - 1
    b = -(odds_ratio * (failures + m) + (n - failures - m))
    c = odds_ratio * failures * m
    x = (-b - np.sqrt(b * b - 4 * a * c)) / (2 * a)
    return x / m, (failures - x) / (n - m)


def check_totals(failures: float, successes: float) -> None:
    """Refuse totals that leave no odds ratio: CountError names both."""
    if failures < 1 or successes < 1:
        raise CountError(
            f"{failures} failures and {successes} successes: both must be at least 1, "
            "else no odds ratio exists"
        )


def critical_value(level: float) -> float:
    """Return the normal critical value of a two-sided interval; DataError outside (0, 1)."""
    if not 0 < level < 1:
        raise DataError(f"level {level} lies outside (0, 1); for a 95 % interval give 0.95")
    return NormalDist().inv_cdf(0.5 + level / 2)


def _wald(cells: Cells, level: float, added: float) -> OddsRatio:
    a, b, c, d = (cell + added for cell in cells)
    estimate = math.log(a * d / (b * c))
    se = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    half = critical_value(level) * se
    return OddsRatio(
        estimate=math.exp(estimate),
        lower=math.exp(estimate - half),
        upper=math.exp(estimate + half),
        log_se=se,
        p_value=math.erfc(abs(estimate / se) / math.sqrt(2)),
        level=level,
        method="Wald, 0.5 added to each cell" if added else "Wald",
    )


def _profile(cells: Cells, level: float) -> OddsRatio:
    """Profile likelihood: where twice the fall in log-likelihood reaches the chi-square limit."""
    from scipy.optimize import brentq
    from scipy.special import chdtrc, chdtri, xlogy

    a, b, c, d = cells
    wald = _wald(cells, level, 0.0)
    best, limit = math.log(wald.estimate), chdtri(1, 1 - level)

    def likelihood(x: float) -> float:  # x failures expected above, totals kept
        above, below = a + c, b + d
        y = a + b - x
        return float(
            xlogy(a, x / above)
            + xlogy(c, 1 - x / above)
            + xlogy(b, y / below)
            + xlogy(d, 1 - y / below)
        )

    def fall(log_or: float) -> float:
        if abs(log_or) < 1e-12:
            x = (a + b) * (a + c) / sum(cells)
        else:
            high, _ = risks(math.exp(log_or), failures=a + b, n=sum(cells), n_above=a + c)
            x = float(high) * (a + c)
        return 2 * (likelihood(a) - likelihood(x))

    def end(sign: int) -> float:
        far = best + sign * wald.log_se
        while fall(far) < limit:  # both cells of each row are filled, so that the tails do fall
            far += sign * wald.log_se
        return float(brentq(lambda v: fall(v) - limit, *sorted((best, far)), xtol=1e-12))

    return OddsRatio(
        estimate=wald.estimate,
        lower=math.exp(end(-1)),
        upper=math.exp(end(1)),
        log_se=wald.log_se,
        p_value=float(chdtrc(1, fall(0.0))),
        level=level,
        method="profile likelihood",
    )


def _exact(cells: Cells, level: float) -> OddsRatio:
    from scipy.stats import fisher_exact
    from scipy.stats.contingency import odds_ratio

    a, b, c, d = cells
    table = [[a, c], [b, d]]
    fit = odds_ratio(table, kind="conditional")
    interval = fit.confidence_interval(level)
    return OddsRatio(
        estimate=float(fit.statistic),
        lower=float(interval.low),
        upper=float(interval.high),
        log_se=float("nan"),
        p_value=float(fisher_exact(table).pvalue),
        level=level,
        method="exact, conditional on both margins",
    )
