"""Every fourfold table that a cut-off could have made of the published outcome counts.

Rows of a table here: patients at or above the cut-off, and below it. Columns: failures,
successes. No patient data enter; the tables are all that the counts allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis_lib.consistency import rounding_range
from analysis_lib.odds_ratio import METHODS, check_totals, critical_value, crude_odds_ratio

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def all_tables(failures: int, successes: int, *, level: float = 0.95) -> pd.DataFrame:
    """Return every fourfold table with these totals, with its crude odds ratio (Wald, Woolf).

    Parameters
    ----------
    failures, successes : int
        Patients in whom treatment failed and succeeded, both at least 1.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        One row a table: ``failures_above``, ``successes_above`` (patients at or above the
        cut-off), ``n_above``, ``odds_ratio``, ``log_se``, ``lower``, ``upper``, ``p_value``. A
        table with an empty cell has no finite estimate: its last five columns are missing.

    Raises
    ------
    CountError
        If a total is below 1.

    References
    ----------
    Woolf B. Ann Hum Genet 1955;19:251-253.
    """
    import numpy as np
    import pandas as pd

    check_totals(failures, successes)
    above, spared = (
        grid.ravel() for grid in np.mgrid[0 : failures + 1, 0 : successes + 1].astype(float)
    )
    estimate, se = _woolf(above, failures - above, spared, successes - spared)
    z = critical_value(level)
    from scipy.special import ndtr

    return pd.DataFrame(
        {
            "failures_above": above.astype(int),
            "successes_above": spared.astype(int),
            "n_above": (above + spared).astype(int),
            "odds_ratio": np.exp(estimate),
            "log_se": se,
            "lower": np.exp(estimate - z * se),
            "upper": np.exp(estimate + z * se),
            "p_value": 2 * ndtr(-np.abs(estimate / se)),
        }
    )


def prints_as(values: Any, printed: str) -> Any:
    """Return which values round to the printed number; missing values do not."""
    low, high = (float(end) for end in rounding_range(printed))
    slack = 1e-12 * max(1.0, abs(high))  # a binary fraction may fall a hair beside a decimal tie
    return (values >= low - slack) & (values <= high + slack)


def fitting(tables: pd.DataFrame, *, odds_ratio: str, lower: str, upper: str) -> pd.DataFrame:
    """Return the tables whose crude odds ratio prints as given, nearest interval first.

    Adds ``interval_fits`` (both limits print as given) and ``distance``, the larger of the two
    gaps between a limit and its printed value, on the log scale.
    """
    import numpy as np

    kept: pd.DataFrame = tables[prints_as(tables["odds_ratio"], odds_ratio)].copy()
    kept["interval_fits"] = prints_as(kept["lower"], lower) & prints_as(kept["upper"], upper)
    gaps = [
        np.abs(np.log(kept[name] / float(printed)))
        for name, printed in (("lower", lower), ("upper", upper))
    ]
    kept["distance"] = np.maximum(*gaps)
    return kept.sort_values("distance", ignore_index=True)


def with_exclusions(
    failures: int,
    successes: int,
    *,
    odds_ratio: str,
    lower: str,
    upper: str,
    p: str,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return every fourfold table of *fewer* patients that prints exactly as the paper does.

    Patients with a missing covariate drop out of a regression, so that a crude table might still
    fit a part of the cohort. Columns as in :func:`all_tables`, with ``excluded``,
    ``failures_excluded`` and ``successes_excluded``; fewest exclusions first.
    """
    import numpy as np
    import pandas as pd

    check_totals(failures, successes)
    found = []
    for kept_failures in range(1, failures + 1):
        for kept_successes in range(1, successes + 1):
            above, spared = np.mgrid[0 : kept_failures + 1, 0 : kept_successes + 1].astype(float)
            estimate, se = _woolf(above, kept_failures - above, spared, kept_successes - spared)
            if not (
                prints_as(np.exp(estimate), odds_ratio)
                & prints_as(np.exp(estimate - critical_value(level) * se), lower)
                & prints_as(np.exp(estimate + critical_value(level) * se), upper)
            ).any():
                continue
            tables = all_tables(kept_failures, kept_successes, level=level)
            tables = fitting(tables, odds_ratio=odds_ratio, lower=lower, upper=upper)
            tables = tables[tables["interval_fits"] & prints_as(tables["p_value"], p)]
            gone = (failures - kept_failures, successes - kept_successes)
            found.append(
                tables.assign(
                    excluded=sum(gone), failures_excluded=gone[0], successes_excluded=gone[1]
                )
            )
    if not found:
        return (
            all_tables(1, 1).iloc[:0].assign(excluded=0, failures_excluded=0, successes_excluded=0)
        )
    joined: pd.DataFrame = pd.concat(found)
    return joined.sort_values("excluded", kind="stable", ignore_index=True)


def search(
    failures: int, successes: int, *, odds_ratio: str, lower: str, upper: str, level: float = 0.95
) -> pd.DataFrame:
    """Look among all fourfold tables for one that prints as the paper does, by each interval.

    Returns
    -------
    DataFrame
        One row a method: ``method``, ``tables`` (whose odds ratio prints as given), ``fitting``
        (whose limits do too), and the estimate with the nearest limits: ``failures_above``,
        ``n_above``, ``nearest`` (an :class:`~analysis_lib.results.OddsRatio`).
    """
    import math

    import pandas as pd

    tables = all_tables(failures, successes, level=level)
    added = tables[["failures_above", "successes_above"]] + 0.5
    haldane = (
        added["failures_above"]
        * (successes + 1 - added["successes_above"])
        / ((failures + 1 - added["failures_above"]) * added["successes_above"])
    )
    crude = prints_as(tables["odds_ratio"], odds_ratio)
    # The conditional estimate lies between 1 and the crude one, and never far from it.
    near_crude = (tables["odds_ratio"] / float(odds_ratio)).between(0.67, 1.5)
    candidates = {
        "wald": crude,
        "haldane": prints_as(haldane, odds_ratio),
        "profile": crude,
        "exact": near_crude,
    }
    rows = []
    for method in METHODS:
        cells = [
            (int(a), failures - int(a), int(c), successes - int(c))
            for a, c in tables.loc[
                candidates[method], ["failures_above", "successes_above"]
            ].itertuples(index=False)
        ]
        fits = [(table, crude_odds_ratio(*table, method=method, level=level)) for table in cells]
        fits = [(table, fit) for table, fit in fits if prints_as(fit.estimate, odds_ratio)]
        near = min(
            fits,
            key=lambda pair: max(
                abs(math.log(pair[1].lower / float(lower))),
                abs(math.log(pair[1].upper / float(upper))),
            ),
            default=None,
        )
        rows.append(
            {
                "method": near[1].method if near else method,
                "tables": len(fits),
                "fitting": sum(
                    bool(prints_as(fit.lower, lower) and prints_as(fit.upper, upper))
                    for _, fit in fits
                ),
                "failures_above": near[0][0] if near else None,
                "n_above": near[0][0] + near[0][2] if near else None,
                "nearest": near[1] if near else None,
            }
        )
    return pd.DataFrame(rows)


def _woolf(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """Log odds ratio and standard error; missing where a cell is empty."""
    import numpy as np

    filled = (a > 0) & (b > 0) & (c > 0) & (d > 0)
    a, b, c, d = (np.where(filled, cell, np.nan) for cell in (a, b, c, d))
    return np.log(a * d / (b * c)), np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
