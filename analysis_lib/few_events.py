"""The odds ratio of a risk factor by several methods, for few events: one study, or thousands.

Maximum likelihood with two intervals, Firth's penalty, log-F priors, and for a fourfold table also
the exact conditional interval and the whole posterior. How often these intervals hold a known
truth: :mod:`analysis_lib.interval_coverage`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import CountError, DataError
from analysis_lib.logistic import LogF, fit_many
from analysis_lib.logistic.penalties import Penalty
from analysis_lib.logistic.profile import profile_many
from analysis_lib.odds_ratio import crude_odds_ratio

if TYPE_CHECKING:
    import pandas as pd

    from analysis_lib.logistic.resampling import Bootstrap

Floats = NDArray[np.float64]
WALD, PROFILE = "Maximum likelihood, Wald", "Maximum likelihood, profile"
FIRTH_WALD, FIRTH = "Firth, Wald", "Firth, profile"
WIDE_PRIOR, NARROW_PRIOR = "Log-F(1,1), profile", "Log-F(2,2), profile"
EXACT, RESAMPLED = "Exact", "Bootstrap, percentiles"
"""Labels of the intervals; the exact conditional one is for tables alone."""


def methods(terms: int) -> dict[str, tuple[Penalty, str]]:
    """Return the intervals by label, for a design with an intercept and ``terms`` columns.

    Each is a penalty and "wald" or "profile". Log-F priors are on all columns but the intercept,
    for one unit of each.
    """
    columns = tuple(range(1, terms + 1))
    return {
        WALD: ("none", "wald"),
        PROFILE: ("none", "profile"),
        FIRTH_WALD: ("firth", "wald"),
        FIRTH: ("firth", "profile"),
        WIDE_PRIOR: (LogF(1, columns), "profile"),
        NARROW_PRIOR: (LogF(2, columns), "profile"),
    }


def intervals(
    x: ArrayLike,
    y: ArrayLike,
    wanted: Mapping[str, tuple[Penalty, str]],
    *,
    column: int,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return estimate, limits and p-value of one odds ratio by each method, in each study.

    Parameters
    ----------
    x, y, weights
        As :func:`analysis_lib.logistic.fit_many` takes them: one study, or many.
    wanted : mapping of str to (penalty, "wald" or "profile")
        As :func:`methods` returns it.
    column : int
        The column of ``x`` whose odds ratio is meant.
    level : float
        Of confidence.

    Returns
    -------
    DataFrame
        One row a method and study, in this order: ``label``, ``study`` (from 0), ``estimate``,
        ``lower``, ``upper`` (odds ratios), ``p`` (Wald's, or that of the likelihood ratio).
        Maximum likelihood has no estimate in a study that separates; then Wald's limits are
        missing, and a profile has one of 0 or infinity.

    Raises
    ------
    DataError
        As ``fit_many`` and ``profile_many``; or if a kind of interval is unknown.
    """
    import pandas as pd

    fits: dict[Penalty, Any] = {}
    profiles: dict[Penalty, Any] = {}
    parts = []
    for label, (penalty, kind) in wanted.items():
        if kind not in ("wald", "profile"):
            raise DataError(f"{label}: unknown interval {kind!r}; use 'wald' or 'profile'")
        if penalty not in fits:
            fits[penalty] = fit_many(x, y, weights=weights, penalty=penalty)
        found = fits[penalty]
        if kind == "wald":
            lower, upper = (limit[:, column] for limit in found.wald(level))
            p = found.p_values()[:, column]
        else:
            if penalty not in profiles:
                profiles[penalty] = profile_many(
                    x, y, column=column, weights=weights, penalty=penalty, level=level
                )
            one = profiles[penalty]
            lower, upper, p = one.lower, one.upper, one.p_value
        values = np.stack([found.coefficients[:, column], lower, upper])
        estimate, lower, upper = np.exp(values)
        parts.append(
            pd.DataFrame(
                {
                    "label": label,
                    "study": np.arange(len(estimate)),
                    "estimate": estimate,
                    "lower": lower,
                    "upper": upper,
                    "p": p,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def side_by_side(
    x: ArrayLike, y: ArrayLike, *, column: int, again: Bootstrap, level: float = 0.95
) -> pd.DataFrame:
    """Return the odds ratio of one two-valued column of one study by each method there is.

    Parameters
    ----------
    x, y : arrays (n, p), (n,)
        Design with an intercept first, and outcomes.
    column : int
        The column of ``x`` that is meant; 0 and 1.
    again : Bootstrap
        Of the same design, its columns in the same order.
    level : float
        Of confidence.

    Returns
    -------
    DataFrame
        ``group`` ("Alone", "Adjusted"), ``label``, ``estimate``, ``lower``, ``upper``, ``p``.
        Alone: :func:`methods`, the exact interval (its p is Fisher's), and medians and limits of
        the whole posteriors. Adjusted: ``methods`` and the bootstrap, whose estimate is maximum
        likelihood's. Those of the last three without a test have no p.

    Raises
    ------
    DataError, CountError
        As :func:`intervals`, :func:`analysis_lib.odds_ratio.crude_odds_ratio`, :func:`posterior`.
    """
    import pandas as pd

    design, failed = np.asarray(x, dtype=float), np.asarray(y)
    exposed = design[:, column] == 1
    a, b, c, d = (int((exposed == g)[failed == f].sum()) for f in (1, 0) for g in (1, 0))
    crude = intervals(design[:, [0, column]], failed, methods(1), column=1, level=level)
    exact = crude_odds_ratio(a, b, c, d, method="exact", level=level)
    lines = [(EXACT, exact.estimate, exact.lower, exact.upper, exact.p_value)]
    for m in (1, 2):
        believed = posterior((a, b, c, d), m=m, level=level)
        ends = believed["median"], believed["lower"], believed["upper"]
        lines.append((f"Log-F({m},{m}), posterior", *ends, math.nan))
    columns = ["label", "estimate", "lower", "upper", "p"]
    terms = design.shape[1] - 1
    adjusted = intervals(design, failed, methods(terms), column=column, level=level)
    low, high = np.exp([again.lower[column], again.upper[column]]).tolist()
    drawn = (RESAMPLED, adjusted["estimate"].iloc[0], low, high, math.nan)
    alone = pd.concat([crude[columns], pd.DataFrame(lines, columns=columns)])
    joint = pd.concat([adjusted[columns], pd.DataFrame([drawn], columns=columns)])
    parts = [alone.assign(group="Alone"), joint.assign(group="Adjusted")]
    return pd.concat(parts, ignore_index=True)


def exact_limits(
    above: ArrayLike, below: ArrayLike, n_above: int, n_below: int, *, level: float
) -> tuple[Floats, Floats, Floats]:
    """Return conditional estimates and exact limits (k,) of the odds ratios of k tables.

    Given how many failed, the number of failures above the cut-off has Fisher's noncentral
    hypergeometric distribution. The lower limit is the odds ratio at which as many or more had a
    chance of ``(1 - level) / 2``, the upper one that of as many or fewer; the estimate is that at
    which as many are expected. They are 0 or infinite where the count is the least or the largest
    possible; then the estimate is missing, as nothing is estimated.

    Parameters
    ----------
    above, below : arrays (k,) of int
        Failures at or above the cut-off, and below it.
    """
    from scipy.special import gammaln, logsumexp

    a, b = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    total, x = a + b, np.arange(n_above + 1.0)
    least, most = np.maximum(0, total - n_below), np.minimum(total, n_above)
    rest = total[:, None] - x
    inside = (x >= least[:, None]) & (x <= most[:, None])
    rest = np.where(inside, rest, 0)
    logs = gammaln(n_above + 1) - gammaln(x + 1) - gammaln(n_above - x + 1)
    logs = logs - gammaln(rest + 1) - gammaln(n_below - rest + 1)
    logs = np.where(inside, logs, -np.inf)

    def root(value: Any, target: Any) -> Floats:
        """Return where a function of the log odds ratio that rises reaches ``target``."""
        low, high = np.full(len(a), -60.0), np.full(len(a), 60.0)
        for _ in range(70):
            middle = (low + high) / 2
            terms = logs + x * middle[:, None]
            chance = np.exp(terms - logsumexp(terms, axis=1, keepdims=True))
            less = value(chance) < target
            low, high = np.where(less, middle, low), np.where(less, high, middle)
        return np.asarray(np.exp((low + high) / 2))

    tail = (1 - level) / 2
    lower = root(lambda chance: (chance * (x >= a[:, None])).sum(axis=1), tail)
    upper = root(lambda chance: -(chance * (x <= a[:, None])).sum(axis=1), -tail)
    estimate = root(lambda chance: chance @ x, a)
    edge = (a == least) | (a == most)
    return (
        np.where(edge, np.nan, estimate),
        np.where(a == least, 0, lower),
        np.where(a == most, np.inf, upper),
    )


def posterior(
    cells: tuple[int, int, int, int], *, m: float, level: float = 0.95
) -> dict[str, float]:
    """Return the posterior of an odds ratio under a log-F(m, m) prior, by integration.

    Parameters
    ----------
    cells : (failures above, failures below, successes above, successes below)
        There must be a failure and a success. The prior of the log odds below the cut-off is flat.
    m : float
        Of the prior, positive; see :class:`analysis_lib.logistic.LogF`.
    level : float
        Probability inside the limits, each tail having half of the rest.

    Returns
    -------
    dict
        ``median``, ``lower``, ``upper`` (odds ratios), ``above_one`` (probability).

    Raises
    ------
    CountError
        If nobody below the cut-off failed, or all did: then the posterior has no end.
    """
    a, b, c, d = cells
    if min(cells) < 0 or min(b, d) < 1 or not m > 0:
        raise CountError(
            f"cells {cells}: below the cut-off there must be a failure and a success, and m be "
            f"positive (it is {m})"
        )
    from scipy.special import betaln, logsumexp

    # The risk below is a beta variable; the log odds ratio is summed on a grid, weighed by it.
    node, weight = np.polynomial.legendre.leggauss(400)
    risk = (node + 1) / 2
    below = (b - 1) * np.log(risk) + (d - 1) * np.log1p(-risk) - betaln(b, d)
    odds = np.log(risk) - np.log1p(-risk)
    reach = 40.0 / min(m / 2, 1) ** 0.5
    beta = np.linspace(-reach, reach, 8001)
    linear = odds + beta[:, None]
    logs = a * linear - (a + c) * np.logaddexp(0, linear) + below + np.log(weight)
    density = logsumexp(logs, axis=1) + m / 2 * beta - m * np.logaddexp(0, beta)
    mass = np.exp(density - logsumexp(density))
    cumulated = np.cumsum(mass) - mass / 2
    tail = (1 - level) / 2
    lower, median, upper = np.exp(np.interp([tail, 0.5, 1 - tail], cumulated, beta)).tolist()
    return {
        "median": median,
        "lower": lower,
        "upper": upper,
        "above_one": float(1 - np.interp(0.0, beta, cumulated)),
    }
