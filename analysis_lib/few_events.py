"""Which interval for an odds ratio keeps its word when events are few.

Intervals by several methods, for one study or thousands; and how often each holds a known odds
ratio. For one two-valued risk factor every possible table is looked at, with its chance, so that
nothing is simulated; for a model with further terms, outcomes are drawn.
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
from analysis_lib.odds_ratio import crude_odds_ratio, risks

if TYPE_CHECKING:
    import pandas as pd

    from analysis_lib.logistic.resampling import Bootstrap

Floats = NDArray[np.float64]
EXACT = "Exact"
"""The label of the exact conditional interval, which tables alone have."""


def methods(terms: int) -> dict[str, tuple[Penalty, str]]:
    """Return the intervals by label, for a design with an intercept and ``terms`` columns.

    Each is a penalty and "wald" or "profile". Log-F priors are on all columns but the intercept,
    for one unit of each.
    """
    columns = tuple(range(1, terms + 1))
    return {
        "Maximum likelihood, Wald": ("none", "wald"),
        "Maximum likelihood, profile": ("none", "profile"),
        "Firth, Wald": ("firth", "wald"),
        "Firth, profile": ("firth", "profile"),
        "Log-F(1,1), profile": (LogF(1, columns), "profile"),
        "Log-F(2,2), profile": (LogF(2, columns), "profile"),
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
    drawn = ("Bootstrap, percentiles", adjusted["estimate"].iloc[0], low, high, math.nan)
    alone = pd.concat([crude[columns], pd.DataFrame(lines, columns=columns)])
    joint = pd.concat([adjusted[columns], pd.DataFrame([drawn], columns=columns)])
    parts = [alone.assign(group="Alone"), joint.assign(group="Adjusted")]
    return pd.concat(parts, ignore_index=True)


def every_table(n_above: int, n_below: int, *, level: float = 0.95) -> pd.DataFrame:
    """Return the intervals of each study that two groups of patients can give.

    Parameters
    ----------
    n_above, n_below : int
        Patients at or above a cut-off and below it, at least one each.
    level : float
        Of confidence.

    Returns
    -------
    DataFrame
        As :func:`intervals` by :func:`methods`, and the exact conditional interval; also
        ``above`` and ``below``, the failures of each table. A table in which nobody failed, or
        everybody, has limits by Firth's penalty only, and the exact ones, 0 and infinity.

    Raises
    ------
    CountError
        If a group is empty.
    """
    import pandas as pd

    if min(n_above, n_below) < 1:
        raise CountError(f"{n_above} patients above and {n_below} below: both need at least one")
    above, below = (a.ravel() for a in np.mgrid[: n_above + 1, : n_below + 1])
    rows = [[1, 1], [1, 1], [1, 0], [1, 0]]
    cells = np.c_[above, n_above - above, below, n_below - below]
    found = intervals(rows, [1, 0, 1, 0], methods(1), column=1, weights=cells, level=level)
    estimate, lower, upper = exact_limits(above, below, n_above, n_below, level=level)
    exact = pd.DataFrame(
        {
            "label": EXACT,
            "study": np.arange(len(above)),
            "estimate": estimate,
            "lower": lower,
            "upper": upper,
            "p": math.nan,
        }
    )
    out = pd.concat([found, exact], ignore_index=True)
    return out.assign(above=above[out["study"]], below=below[out["study"]])


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


def chances(
    above: ArrayLike, below: ArrayLike, n_above: int, n_below: int, *, truth: float, failures: float
) -> Floats:
    """Return the chance of each table (k,) if the odds ratio is ``truth``.

    ``failures`` are expected in all; each patient fails by chance. CountError if they are not
    fewer than the patients.
    """
    from scipy.stats import binom

    n = n_above + n_below
    if not 0 < failures < n:
        raise CountError(f"{failures} failures expected in {n} patients: give a number between")
    if truth == 1:
        high = low = failures / n
    else:
        high, low = risks(truth, failures=failures, n=n, n_above=n_above)
    return np.asarray(binom.pmf(above, n_above, high) * binom.pmf(below, n_below, low), dtype=float)


def draw(
    x: ArrayLike, slopes: ArrayLike, *, failures: float, studies: int, seed: int
) -> NDArray[np.int64]:
    """Return outcomes (studies, n), drawn where the model holds.

    Parameters
    ----------
    x : array (n, p)
        Terms of the patients, without an intercept.
    slopes : array (p,)
        True log odds ratios, one a term.
    failures : float
        How many fail on average; the intercept is set so.

    Raises
    ------
    CountError
        If ``failures`` are not between 0 and the patients.
    """
    from scipy.optimize import brentq
    from scipy.special import expit

    linear = np.asarray(x, dtype=float) @ np.asarray(slopes, dtype=float)
    if not 0 < failures < len(linear):
        raise CountError(
            f"{failures} failures expected in {len(linear)} patients: give a number between"
        )
    far = 50 + np.abs(linear).max()
    shift = brentq(lambda a: expit(a + linear).sum() - failures, -far, far)
    drawn = np.random.default_rng(seed).random((studies, len(linear))) < expit(shift + linear)
    return np.asarray(drawn, dtype=np.int64)


def kept(found: pd.DataFrame, truth: float, *, chance: Floats | None = None) -> pd.DataFrame:
    """Return how often intervals hold the true odds ratio, method by method.

    Parameters
    ----------
    found : DataFrame
        As :func:`intervals` or :func:`every_table` returns it.
    truth : float
        The odds ratio that is true in all of these studies.
    chance : array (studies,), optional
        Of each study; they are equally likely without it, and drawn ones: then there are Monte
        Carlo errors.

    Returns
    -------
    DataFrame
        One row a method: ``label``; ``studies``; ``held``, ``too_high``, ``too_low`` (all of the
        interval above, or below, the truth) and ``none`` (no interval), which are shares of all
        studies and sum to 1; ``endless``, the share with an interval that has a limit of 0 or
        infinity; ``width``, the median of upper over lower limit, where both are finite;
        ``mean``, the geometric mean of the estimates where there is one, and ``no_estimate``,
        the share without; ``held_se`` and ``mean_log_se``, Monte Carlo standard errors, which are
        0 where every study was looked at.
    """
    import pandas as pd

    rows = []
    for label, one in found.groupby("label", sort=False):
        lower, upper = one["lower"].to_numpy(), one["upper"].to_numpy()
        log = np.log(one["estimate"].to_numpy())
        share = np.full(len(one), 1 / len(one)) if chance is None else chance / chance.sum()
        none = np.isnan(lower) | np.isnan(upper)
        high, low = lower > truth, upper < truth
        endless = ~none & ((lower == 0) | np.isinf(upper))
        finite, known = ~none & ~endless, np.isfinite(log)
        held = float(share @ ~(none | high | low))
        mean = float(share[known] @ log[known] / share[known].sum())
        drawn = chance is None
        rows.append(
            {
                "label": label,
                "studies": len(one),
                "held": held,
                "too_high": float(share @ high),
                "too_low": float(share @ low),
                "none": float(share @ none),
                "endless": float(share @ endless),
                "width": _median(upper[finite] / lower[finite], share[finite]),
                "mean": math.exp(mean),
                "no_estimate": float(share @ ~known),
                "held_se": math.sqrt(held * (1 - held) / len(one)) if drawn else 0.0,
                "mean_log_se": float(log[known].std() / math.sqrt(known.sum())) if drawn else 0.0,
            }
        )
    return pd.DataFrame(rows)


def picked(found: pd.DataFrame, *, chance: Floats) -> pd.DataFrame:
    """Return what studies print if only significant ones are looked at, method by method.

    Parameters
    ----------
    found : DataFrame
        As :func:`every_table` returns it.
    chance : array (studies,)
        Of each study.

    Returns
    -------
    DataFrame
        By ``label``: ``significant``, the chance of an interval without 1; ``prints``, the
        geometric mean of their odds ratios, each turned to be above 1, where there is an estimate.
    """
    import pandas as pd

    rows = {}
    for label, one in found.groupby("label", sort=False):
        share = np.where(one["lower"].gt(1) | one["upper"].lt(1), chance[one["study"]], 0)
        size = np.abs(np.log(one["estimate"].to_numpy()))
        known = np.isfinite(size)
        mean = share[known] @ size[known] / share[known].sum()
        rows[label] = {"significant": share.sum(), "prints": math.exp(mean)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("label")


def _median(values: Floats, share: Floats) -> float:
    order = np.argsort(values)
    cumulated = np.cumsum(share[order]) / share.sum()
    return float(values[order][np.searchsorted(cumulated, 0.5 - 1e-12)])


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
