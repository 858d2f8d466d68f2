"""How often an interval for an odds ratio holds the truth when events are few.

For one two-valued risk factor every possible table is looked at, with its chance, so that nothing
is simulated but the resamples of a bootstrap; for a model with further terms, outcomes are drawn.
The intervals are those of :mod:`analysis_lib.few_events`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import CountError
from analysis_lib.few_events import EXACT, RESAMPLED, exact_limits, intervals, methods
from analysis_lib.logistic.resampling import percentiles
from analysis_lib.odds_ratio import risks

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


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
        As ``few_events.intervals`` by ``few_events.methods``, with the exact interval; also
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


def resampled_tables(
    n_above: int, n_below: int, *, resamples: int, seed: int, level: float = 0.95
) -> pd.DataFrame:
    """Return the bootstrap's percentile limits for each study that two groups can give.

    Patients are drawn with replacement, so that the four cells of a resample are multinomial and
    its odds ratio needs no fit. As in :mod:`analysis_lib.logistic.resampling`, an odds ratio of 0
    or infinity counts as such, and a resample that says nothing of it is left out.

    Parameters
    ----------
    n_above, n_below, level
        As for :func:`every_table`, beside whose rows these go.
    resamples : int
        Of each table; at least 2. Limits come from so many, and have their Monte Carlo error.
    seed : int
        Of the resampling.

    Returns
    -------
    DataFrame
        The columns of :func:`every_table`; limits are missing where no resample says anything.

    Raises
    ------
    CountError
        If a group is empty, or fewer than two resamples are asked for.
    """
    import pandas as pd

    if min(n_above, n_below) < 1 or resamples < 2:
        raise CountError(
            f"{n_above} patients above, {n_below} below, {resamples} resamples: both groups need "
            "a patient, and a table two resamples"
        )
    above, below = (a.ravel() for a in np.mgrid[: n_above + 1, : n_below + 1])
    cells = np.c_[above, n_above - above, below, n_below - below]
    n, rng = n_above + n_below, np.random.default_rng(seed)
    limits = np.full((len(cells), 2), math.nan)
    for at, table in enumerate(cells):
        logs = _log_odds_ratios(rng.multinomial(n, table / n, size=resamples))
        known = logs[~np.isnan(logs)]
        if len(known):
            limits[at] = percentiles(known, level)
    estimate = _log_odds_ratios(cells)
    lower, upper = np.exp(limits).T
    return pd.DataFrame(
        {
            "label": RESAMPLED,
            "study": np.arange(len(cells)),
            "estimate": np.where(np.isfinite(estimate), np.exp(estimate), math.nan),
            "lower": lower,
            "upper": upper,
            "p": math.nan,
            "above": above,
            "below": below,
        }
    )


def _log_odds_ratios(cells: NDArray[np.int64]) -> Floats:
    """Log odds ratios of tables (k, 4), infinite where one product is 0, missing where both are."""
    a, b, c, d = cells.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(a * d) - np.log(b * c), dtype=float)


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
        As ``few_events.intervals`` or :func:`every_table` returns it.
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


def in_tables(found: pd.DataFrame, truth: float, *, failures: float) -> pd.DataFrame:
    """Return :func:`kept` of all tables that :func:`every_table` returned, by their chance.

    Other arguments as for :func:`chances`.
    """
    return kept(found, truth, chance=_chance_of(found, truth, failures))


def picked(found: pd.DataFrame, truth: float, *, failures: float) -> pd.DataFrame:
    """Return what studies print if only significant ones are looked at, method by method.

    Parameters
    ----------
    found : DataFrame
        As :func:`every_table` returns it.
    truth, failures
        As for :func:`chances`.

    Returns
    -------
    DataFrame
        By ``label``: ``significant``, the chance of an interval without 1; ``prints``, the
        geometric mean of their odds ratios, each turned to be above 1, where there is an estimate.
    """
    import pandas as pd

    rows, chance = {}, _chance_of(found, truth, failures)
    for label, one in found.groupby("label", sort=False):
        share = np.where(one["lower"].gt(1) | one["upper"].lt(1), chance[one["study"]], 0)
        size = np.abs(np.log(one["estimate"].to_numpy()))
        known = np.isfinite(size)
        mean = share[known] @ size[known] / share[known].sum()
        rows[label] = {"significant": share.sum(), "prints": math.exp(mean)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("label")


def _chance_of(found: pd.DataFrame, truth: float, failures: float) -> Floats:
    one = found[found["label"] == EXACT]
    above, below = one["above"].to_numpy(), one["below"].to_numpy()
    sizes = int(above.max()), int(below.max())  # the last table has everybody
    return chances(above, below, *sizes, truth=truth, failures=failures)


def _median(values: Floats, share: Floats) -> float:
    order = np.argsort(values)
    cumulated = np.cumsum(share[order]) / share.sum()
    return float(values[order][np.searchsorted(cumulated, 0.5 - 1e-12)])
