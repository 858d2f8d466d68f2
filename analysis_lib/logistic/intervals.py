"""One fit with both kinds of interval and test, by Wald and off the profile of the likelihood."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis_lib.logistic import fit, fit_many
from analysis_lib.logistic.inputs import check_one, checked
from analysis_lib.logistic.penalties import Penalty
from analysis_lib.logistic.profile import profile_many
from analysis_lib.logistic.solution import NOT_CONVERGED
from analysis_lib.results import OddsRatio

if TYPE_CHECKING:
    import pandas as pd


def profile_table(
    x: ArrayLike,
    y: ArrayLike,
    *,
    names: Sequence[str],
    penalty: Penalty,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return both kinds of interval and test for each coefficient of one fit.

    Parameters
    ----------
    x, y, names, weights, penalty
        As :func:`analysis_lib.logistic.fit` takes them, with two columns or more.
    level : float
        Of confidence.

    Returns
    -------
    DataFrame
        One row a column of ``x``: ``name``, ``estimate``, ``se``, ``wald_lower``, ``wald_upper``,
        ``wald_p``, ``profile_lower``, ``profile_upper``, ``lr_statistic``, ``lr_p`` (all in log
        odds ratios) and ``status``. A limit that does not exist is infinite; what a fit without
        a maximum does not have is missing. ``status`` is that of the fit, or "not_converged"
        where a limit or the test of the row was not found.

    Raises
    ------
    DataError
        As ``fit`` and ``profile_many``.
    """
    import pandas as pd

    xs, ys, ws = checked(x, y, weights)
    check_one(xs, ys, ws, names)
    fits = fit_many(xs, ys, weights=ws, penalty=penalty)
    lower, upper = fits.wald(level)
    rows = []
    for j, name in enumerate(names):
        found = profile_many(xs, ys, column=j, weights=ws, penalty=penalty, level=level)
        lost = found.codes[0] == NOT_CONVERGED
        rows.append(
            {
                "name": name,
                "estimate": fits.coefficients[0, j],
                "se": fits.standard_errors[0, j],
                "wald_lower": lower[0, j],
                "wald_upper": upper[0, j],
                "wald_p": fits.p_values()[0, j],
                "profile_lower": found.lower[0],
                "profile_upper": found.upper[0],
                "lr_statistic": found.statistic[0],
                "lr_p": found.p_value[0],
                "status": str(found.status[0] if lost else fits.status[0]),
            }
        )
    return pd.DataFrame(rows)


def profile_odds_ratio(
    x: ArrayLike,
    y: ArrayLike,
    *,
    names: Sequence[str],
    name: str,
    penalty: Penalty,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> OddsRatio:
    """Return the odds ratio of one column with profile limits and its likelihood ratio test.

    Parameters
    ----------
    x, y, names, weights, penalty
        As :func:`analysis_lib.logistic.fit` takes them, with two columns or more.
    name : str
        One of ``names``.
    level : float
        Of confidence.

    Returns
    -------
    OddsRatio
        ``log_se`` is that of Wald. The estimate is not-a-number where there is none; a limit that
        does not exist is 0 or infinite. ``warnings`` says so.

    Raises
    ------
    DataError
        As ``fit`` and ``profile_many``; or if there is no such name.
    """
    one = fit(x, y, names=names, weights=weights, penalty=penalty)
    wald = one.odds_ratio(name, level)
    found = profile_many(
        x, y, column=one.names.index(name), weights=weights, penalty=penalty, level=level
    )
    sides = (("lower", float(found.lower[0])), ("upper", float(found.upper[0])))
    endless = tuple(
        f"no {side} limit exists: the columns separate the classes"
        for side, value in sides
        if math.isinf(value)
    )
    if found.codes[0] == NOT_CONVERGED and one.status != "not_converged":
        parts = (*((f"{side} limit", value) for side, value in sides), ("p", found.p_value[0]))
        missing = ", ".join(what for what, value in parts if math.isnan(value))
        endless += (f"not found, the iterations ran out: {missing}",)
    with np.errstate(over="ignore"):
        lower, upper = (float(np.exp(value)) for _, value in sides)
    return dataclasses.replace(
        wald,
        lower=lower,
        upper=upper,
        p_value=float(found.p_value[0]),
        method=f"{one.method}, profile",
        warnings=wald.warnings + endless,
    )
