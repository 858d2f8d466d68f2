"""What screening by p-value lets through: candidates that are noise, and one that is not.

Each candidate has a logistic regression of its own, with Wald's test, as in a univariable table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import CountError, DataError
from analysis_lib.logistic import fit_many

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def p_alone(candidates: pd.DataFrame, outcomes: ArrayLike) -> pd.DataFrame:
    """Return Wald's p-value of each candidate alone, for D sets of outcomes.

    Parameters
    ----------
    candidates : DataFrame (n rows, k columns)
        Numbers or booleans. A patient without a value is left out of that candidate's fits only.
    outcomes : array (D, n) or (n,)
        0 or 1, none missing.

    Returns
    -------
    DataFrame (D rows, k columns)
        Two-sided p-values; not-a-number where there is no estimate: under separation, for outcomes
        that are all alike, and for a candidate that does not vary.

    Raises
    ------
    DataError
        If there is no candidate, one is not numerical, or the outcomes do not match the rows or
        hold anything but 0 and 1.
    """
    import pandas as pd

    dealt = np.atleast_2d(np.asarray(outcomes, dtype=float))
    if not len(candidates.columns) or dealt.ndim != 2 or dealt.shape[1] != len(candidates):
        raise DataError(
            f"{len(candidates.columns)} candidates of {len(candidates)} patients and outcomes of "
            f"shape {dealt.shape}: give a column or more, and one outcome a patient in each set."
        )
    if not np.isin(dealt, (0, 1)).all():
        raise DataError("An outcome is missing, or neither 0 nor 1; leave such patients out first.")
    found: dict[str, Floats] = {}
    for name in candidates:
        try:
            x = candidates[name].astype("Float64").to_numpy(dtype=float, na_value=math.nan)
        except (TypeError, ValueError) as error:
            raise DataError(f"candidate {name!r} must be a column of numbers: {error}") from error
        known = ~np.isnan(x)
        if known.sum() < 2:
            found[str(name)] = np.full(len(dealt), math.nan)
            continue
        design = np.column_stack([np.ones(known.sum()), x[known]])
        found[str(name)] = fit_many(design, dealt[:, known]).p_values()[:, 1]
    return pd.DataFrame(found)


def noise(candidates: pd.DataFrame, outcome: ArrayLike, *, draws: int, seed: int) -> pd.DataFrame:
    """Deal the outcomes out anew, so that every candidate is noise, and test each alone.

    How candidates hang together stays as it is; any tie to the outcome is broken.

    Parameters
    ----------
    candidates : DataFrame (n rows, k columns)
        As :func:`p_alone` takes it.
    outcome : array (n,)
        0 or 1, of both some, none missing.
    draws : int
        How often they are dealt out, each time for all candidates at once.
    seed : int
        Of the random numbers.

    Returns
    -------
    DataFrame (draws rows, k columns)
        P-values, as of :func:`p_alone`.

    Raises
    ------
    DataError
        As :func:`p_alone`; or if all outcomes are alike or there is no draw.
    """
    y = np.asarray(outcome, dtype=float)
    if y.ndim != 1 or not 0 < y.sum() < len(y):
        raise DataError(f"outcome of shape {y.shape}, sum {y.sum():g}: give one column with both.")
    _check(draws)
    rng = np.random.default_rng(seed)
    return p_alone(candidates, rng.permuted(np.tile(y, (draws, 1)), axis=1))


def signal(n: int, events: int, odds_ratio: float, *, draws: int, seed: int) -> pd.DataFrame:
    """Test a true predictor whose odds ratio is known, in studies drawn anew.

    The predictor is normal with a standard deviation of 1, among events about the logarithm of
    the odds ratio and among the others about 0. Then the logistic model holds, with just that
    odds ratio per standard deviation (within the outcome groups).

    Parameters
    ----------
    n, events : int
        Patients of each study, and events among them.
    odds_ratio : float
        True odds ratio per standard deviation; 1 for none.
    draws : int
        How many studies.
    seed : int
        Of the random numbers.

    Returns
    -------
    DataFrame
        One row a study: ``odds_ratio`` as found, and its Wald ``p``; not-a-number under separation.

    Raises
    ------
    CountError
        If there are no events or nothing but events.
    DataError
        If the odds ratio is not a positive number or there is no draw.
    """
    import pandas as pd

    if not 0 < events < n:
        raise CountError(f"{events} events among {n}: give some of both kinds.")
    if not (math.isfinite(odds_ratio) and odds_ratio > 0):
        raise DataError(f"a true odds ratio of {odds_ratio} is none; give a number above 0.")
    _check(draws)
    y = np.arange(n) < events
    x = np.random.default_rng(seed).normal(size=(draws, n)) + math.log(odds_ratio) * y
    fits = fit_many(np.stack([np.ones_like(x), x], axis=2), y.astype(float))
    return pd.DataFrame({"odds_ratio": np.exp(fits.coefficients[:, 1]), "p": fits.p_values()[:, 1]})


def passing(p_values: pd.DataFrame, levels: Sequence[float]) -> pd.DataFrame:
    """Count the candidates that pass a screening, at several levels.

    Parameters
    ----------
    p_values : DataFrame (D rows, k columns)
        As of :func:`p_alone`; one without an estimate does not pass.
    levels : sequence of float
        A candidate passes with a p-value below the level.

    Returns
    -------
    DataFrame
        One row a level: ``level``; ``formula``, the chance that any of k passes if all are noise,
        unrelated to each other, and the tests keep their level exactly; ``share``, that of
        the D in which one passes at least; ``error``, its Monte Carlo standard error; ``mean``,
        how many pass on average.

    Raises
    ------
    DataError
        If there is no p-value, or a level is not between 0 and 1.
    """
    import pandas as pd

    if p_values.empty or not all(0 < level < 1 for level in levels):
        raise DataError(
            f"p-values of shape {p_values.shape}, levels {list(levels)}: give p-values, and levels "
            "between 0 and 1."
        )
    rows = []
    for level in levels:
        passed = p_values < level
        share = float(passed.any(axis=1).mean())
        rows.append(
            {
                "level": level,
                "formula": 1 - (1 - level) ** passed.shape[1],
                "share": share,
                "error": monte_carlo_error(share, len(passed)),
                "mean": float(passed.sum(axis=1).mean()),
            }
        )
    return pd.DataFrame(rows)


def monte_carlo_error(share: float, draws: int) -> float:
    """Return the standard error of a share of so many independent draws."""
    return math.sqrt(share * (1 - share) / draws)


def _check(draws: int) -> None:
    if draws < 1:
        raise DataError(f"{draws} draws: give one at least.")
