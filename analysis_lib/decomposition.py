"""What a result hinges on: the share of its variance that goes with each assumption.

Assumptions of an ensemble are drawn independently of each other, so that the variance of a result
splits into parts (roughly: scenarios that can't be met drop out, which ties some of them together).
The part of one assumption alone is estimated from the means over slices of its range (its
first-order index); what is left is due to assumptions acting together, and to chance: two cohorts
of the same scenario differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis_lib.errors import DataError, MissingColumnError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

SLICES = 10
"""Slices of equal count into which a continuous assumption is cut."""


def slices(values: NDArray[np.float64], count: int = SLICES) -> NDArray[np.int64]:
    """Return the slice (n,) of each value: each value its own if there are few, else by rank."""
    different, at = np.unique(values, return_inverse=True)
    if len(different) <= count:
        return at.astype(np.int64)
    # Equal values stay together, so that what is alike is never told apart.
    lowest = np.searchsorted(np.sort(values), values)
    found: NDArray[np.int64] = np.unique(lowest * count // len(values), return_inverse=True)[1]
    return found


def first_order(
    members: pd.DataFrame, result: str, assumptions: Sequence[str], *, log: bool = False
) -> pd.DataFrame:
    """Return how much of a result's variance each assumption explains alone.

    Parameters
    ----------
    members : DataFrame
        One row a cohort. Rows without the result are left out.
    result : str
        Column to be explained.
    assumptions : sequence of str
        Columns that were drawn, independently of each other.
    log : bool
        Whether the logarithm of the result is explained: for ratios.

    Returns
    -------
    DataFrame
        One row an assumption, largest share first: ``assumption``; ``share``, the adjusted R² of
        a one-way analysis of variance over its slices (0 where chance alone explains as much);
        ``p`` of its F test; ``low`` and ``high``, the mean of the result in the lowest and the
        highest slice, in its own units (geometric where ``log``); ``n`` cohorts.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    DataError
        If fewer cohorts than three times ``SLICES`` have the result, or a logarithm is asked of
        one that is not positive.
    """
    import pandas as pd
    from scipy.stats import f as f_distribution

    absent = [name for name in (result, *assumptions) if name not in members]
    if absent:
        raise MissingColumnError(f"no column {', '.join(absent)}; give the members of an ensemble")
    used = members.dropna(subset=[result])
    y = used[result].to_numpy(dtype=float)
    if len(y) < 3 * SLICES:
        raise DataError(f"{len(y)} cohorts have {result}; a decomposition needs {3 * SLICES}")
    if log and (y <= 0).any():
        raise DataError(
            f"{result} is not positive in {int((y <= 0).sum())} cohorts; take log=False"
        )
    y = np.log(y) if log else y
    n, total = len(y), float(((y - y.mean()) ** 2).sum())
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        total = 0.0  # the same in all cohorts, but for the last bits
    rows = []
    for name in assumptions:
        at = slices(used[name].to_numpy(dtype=float))
        counts = np.bincount(at)
        means = np.bincount(at, weights=y) / counts
        between = float((counts * (means - y.mean()) ** 2).sum())
        groups = len(counts)
        share, p = 0.0, math.nan
        if groups > 1 and total > 0:
            inside = (total - between) / (n - groups)
            share = max(0.0, 1 - inside / (total / (n - 1)))
            ratio = between / (groups - 1) / inside if inside > 0 else math.inf
            p = float(f_distribution.sf(ratio, groups - 1, n - groups))
        ends = (float(np.exp(m) if log else m) for m in (means[0], means[-1]))
        low, high = ends
        rows.append({"assumption": name, "share": share, "p": p, "low": low, "high": high, "n": n})
    table = pd.DataFrame(rows)
    return table.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)


def hinges(table: pd.DataFrame, *, least: float = 0.05, level: float = 0.01) -> pd.DataFrame:
    """Return the assumptions that a result hinges on.

    Those whose share is at least ``least`` and whose p-value, times the number of assumptions
    looked at, is below ``level``.
    """
    kept = table["share"].ge(least) & (table["p"] * len(table)).lt(level)
    return table[kept].reset_index(drop=True)


def agreement(one: pd.DataFrame, other: pd.DataFrame, results: Sequence[str]) -> pd.DataFrame:
    """Compare the distributions of results in two ensembles that share no member.

    Returns
    -------
    DataFrame
        One row a result: ``result``; ``mean`` and ``other`` mean; ``difference`` in standard
        errors of a difference of means; ``distance``, the largest between the distribution
        functions, and its ``p`` (Kolmogorov and Smirnov, by its limiting distribution). Results
        that are the same in all cohorts have a difference of 0 and a p-value of 1.
    """
    import pandas as pd
    from scipy.special import kolmogorov
    from scipy.stats import ks_2samp

    rows = []
    for name in results:
        a, b = (table[name].dropna().to_numpy(dtype=float) for table in (one, other))
        error = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
        distance = float(ks_2samp(a, b, method="asymp").statistic)
        root = math.sqrt(len(a) * len(b) / (len(a) + len(b)))
        rows.append(
            {
                "result": name, "mean": a.mean(), "other": b.mean(),
                "difference": (a.mean() - b.mean()) / error if error else 0.0,
                "distance": distance, "p": float(kolmogorov(distance * root)),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
