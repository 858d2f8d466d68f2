"""Filling gaps many times over: chained equations, and Rubin's rules for what comes out.

Each column with gaps is regressed on the others in turn, and a gap is filled with the value of a
patient who looks alike. That is done ``m`` times; the spread between the filled tables is what the
gaps cost. It holds if, given the columns, being missing says nothing about the value (missing at
random). Nothing in the data can show that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis_lib.errors import CountError, DataError
from analysis_lib.proportions import check_level, whole_counts
from analysis_lib.results import Denominator, Result, level_text, number, percent, percent_span

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DONORS = 5
"""Patients alike among whom one is drawn, as by default in R's mice."""
TINY = 1e-4
"""Least share of variance due to the gaps in the degrees of freedom, as in R's mice."""


@dataclass(frozen=True, kw_only=True)
class PooledEstimate(Result):
    """An estimate over ``m`` filled tables.

    ``within`` and ``between`` are the mean variance in a table and the variance between tables;
    ``total`` is their sum, ``between`` taken ``1 + 1/m`` times. ``df`` are the degrees of freedom
    of Barnard and Rubin; ``increase`` is the relative increase in variance due to the gaps, and
    ``missing_information`` the fraction of information that they cost.
    """

    estimate: float
    within: float
    between: float
    total: float
    df: float
    increase: float
    missing_information: float
    m: int

    def faces(self) -> dict[str, str]:
        """Format codes: "" (estimate and standard error), "missing_information", "df"."""
        return {
            "": f"{number(self.estimate, 3)} (SE {number(math.sqrt(self.total), 3)})",
            "missing_information": percent(self.missing_information),
            "df": number(self.df, 1),
        }


@dataclass(frozen=True, kw_only=True)
class PooledProportion(Result):
    """A proportion over ``m`` filled tables, pooled on the scale of the log odds.

    ``events`` is the mean count over the tables, which need not be whole; ``logit`` holds the
    pooled log odds with its variances.
    """

    events: float
    n: int
    estimate: float
    lower: float
    upper: float
    level: float
    method: str
    denominator: Denominator
    logit: PooledEstimate

    def faces(self) -> dict[str, str]:
        """Format codes: "", "percent", "interval", "missing_information", "n"."""
        interval = percent_span(self.lower, self.upper)
        return {
            "": f"{percent(self.estimate)} ({level_text(self.level)} CI {interval})",
            "percent": percent(self.estimate),
            "interval": interval,
            "missing_information": format(self.logit, "missing_information"),
            "n": str(self.n),
        }


def impute(
    frame: pd.DataFrame, *, m: int, burn_in: int, seed: int, donors: int = DONORS
) -> list[pd.DataFrame]:
    """Return ``m`` filled copies of a table, by chained equations.

    The algorithm of R's ``mice`` with ``method = "pmm"``. ``statsmodels`` has one too, but there
    the spread between tables came out too small beside it (``tests/reference_r/README.md``).

    Parameters
    ----------
    frame : DataFrame
        Numeric columns, one row a patient, gaps as missing values. Put in all that predicts the
        values or that they are missing, outcome included; take logarithms of skewed columns.
        Each column with gaps is regressed on all others by least squares, with variance and
        coefficients drawn anew, and filled from one of the ``donors`` patients whose fitted
        values are nearest (predictive mean matching): nothing is filled in that nobody had.
    m : int
        Filled tables, at least 2. Each has a chain of its own, so that they are independent.
    burn_in : int
        Cycles through the columns in each chain, at least 1.
    seed : int
        Fixes all draws.

    Returns
    -------
    list of DataFrame
        With the index and the columns of ``frame``; observed values are untouched.

    Raises
    ------
    DataError
        If a column is not numeric or does not vary, one has fewer observed values than ``donors``
        or than it takes to fit its regression, a row has no value at all, nothing is missing, or
        ``m`` or ``burn_in`` is too small.

    References
    ----------
    van Buuren S, Groothuis-Oudshoorn K. J Stat Softw 2011;45(3):1-67.
    """
    import numpy as np
    import pandas as pd

    values = _checked(frame, m, burn_in, donors)
    chains = np.random.default_rng(seed).spawn(m)
    return [
        pd.DataFrame(
            _chain(values, burn_in, donors, chain), index=frame.index, columns=frame.columns
        )
        for chain in chains
    ]


def _chain(values: Floats, burn_in: int, donors: int, rng: np.random.Generator) -> Floats:
    """Fill the gaps from observed values at random, then by one regression after the other."""
    import numpy as np

    gaps = np.isnan(values)
    work = values.copy()
    order = [place for place in np.argsort(gaps.sum(axis=0), kind="stable") if gaps[:, place].any()]
    for place in order:
        gap = gaps[:, place]
        work[gap, place] = rng.choice(work[~gap, place], int(gap.sum()))
    for _ in range(burn_in):
        for place in order:
            gap = gaps[:, place]
            others = np.delete(work, place, axis=1)
            others = (others - others.mean(axis=0)) / others.std(axis=0)
            design = np.column_stack([np.ones(len(work)), others])
            work[gap, place] = _matched(design, work[:, place], gap, donors, rng)
    return work


def _matched(
    design: Floats, y: Floats, gap: NDArray[np.bool_], donors: int, rng: np.random.Generator
) -> Floats:
    """Draw for each gap the value of one of its nearest neighbours by fitted value."""
    import numpy as np

    x, seen = design[~gap], y[~gap]
    left, size, right = np.linalg.svd(x, full_matrices=False)
    kept = size > 1e-10 * size[0]  # columns that say the same are shared out among themselves
    left, size, right = left[:, kept], size[kept], right[kept]
    along = left.T @ seen
    residual = seen - left @ along
    sigma = np.sqrt(residual @ residual / rng.chisquare(max(len(seen) - len(size), 1)))
    drawn = right.T @ ((along + sigma * rng.standard_normal(len(size))) / size)
    # Observed values by the fit, gaps by the draw: with the draw for both, the spread is too small.
    distance = np.abs((left @ along)[None, :] - (design[gap] @ drawn)[:, None])
    nearest = np.argpartition(distance, donors - 1, axis=1)[:, :donors]
    picked: Floats = seen[nearest[np.arange(len(nearest)), rng.integers(0, donors, len(nearest))]]
    return picked


def _checked(frame: pd.DataFrame, m: int, burn_in: int, donors: int) -> Floats:
    if m < 2 or burn_in < 1 or donors < 1:
        raise DataError(
            f"m is {m}, burn_in {burn_in} and donors {donors}: take at least 2 tables, for their "
            "spread, and 1 of the others."
        )
    try:
        data = frame.reset_index(drop=True).astype(float)
    except (TypeError, ValueError):
        kinds = ", ".join(f"{name} ({kind})" for name, kind in frame.dtypes.items())
        raise DataError(f"Imputation needs numbers in each column; seen: {kinds}.") from None
    empty = data.index[data.isna().all(axis=1)]
    if len(empty):
        raise DataError(
            f"{len(empty)} rows have no value at all, the first at position {empty[0]}: nothing "
            "tells what they might have been. Leave them out, and say how many."
        )
    if not data.isna().any(axis=None):
        raise DataError("No value is missing: there is nothing to impute.")
    needed = max(donors, data.shape[1] + 1)
    for name, column in data.items():
        seen = column.dropna()
        if column.isna().any() and len(seen) < needed:
            raise DataError(
                f"Column {name!r} has {len(seen)} observed values; {needed} are needed for "
                f"{donors} donors and a regression on {data.shape[1] - 1} columns. Leave it out."
            )
        if seen.nunique() < 2:
            raise DataError(f"Column {name!r} does not vary: leave it out, it predicts nothing.")
    return data.to_numpy(dtype=float)


def pool(
    estimates: Sequence[float], variances: Sequence[float], *, n: float = math.inf, k: int = 1
) -> PooledEstimate:
    """Combine the estimates of filled tables by Rubin's rules.

    Parameters
    ----------
    estimates, variances : sequence of float
        One a table, on a scale on which the estimate is roughly normal.
    n : float
        Patients in a table; infinite for the degrees of freedom of Rubin (1987).
    k : int
        Parameters estimated; ``n - k`` are the degrees of freedom without gaps.

    Raises
    ------
    DataError
        If there are fewer than two tables, lengths differ, a value is not finite, a variance is
        not positive, or ``n <= k``.

    References
    ----------
    Rubin DB. Multiple Imputation for Nonresponse in Surveys. Wiley 1987.
    Barnard J, Rubin DB. Biometrika 1999;86:948-955.
    """
    import numpy as np

    q, u = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    m = len(q)
    if m < 2 or len(u) != m:
        raise DataError(f"{m} estimates and {len(u)} variances: give one of each for 2 tables on.")
    if not (np.isfinite(q).all() and np.isfinite(u).all() and (u > 0).all()):
        raise DataError(
            "An estimate is not finite, or a variance not positive: a table in which nobody or "
            "everybody has the event can't be pooled on this scale."
        )
    if n <= k:
        raise DataError(f"{n:g} patients and {k} parameters leave no degree of freedom.")
    within, between = float(u.mean()), float(q.var(ddof=1))
    extra = (1 + 1 / m) * between
    total = within + extra
    share = max(extra / total, TINY)
    df = (m - 1) / share**2
    if math.isfinite(n):
        complete = n - k
        observed = (complete + 1) / (complete + 3) * complete * (1 - share)
        df = df * observed / (df + observed)
    increase = extra / within
    return PooledEstimate(
        estimate=float(q.mean()), within=within, between=between, total=total, df=df,
        increase=increase, missing_information=(increase + 2 / (df + 3)) / (increase + 1), m=m,
    )  # fmt: skip


def pooled_proportion(
    events: Sequence[int], n: int, *, denominator: Denominator, level: float = 0.95
) -> PooledProportion:
    """Pool a proportion over filled tables on the logit scale, and carry it back.

    Parameters
    ----------
    events : sequence of int
        Members with the event in each table, all of the same ``n``.
    n : int
        Members in each table, those with filled values included.

    Raises
    ------
    CountError
        If counts can't be, or a table has nobody or everybody with the event: the logit is then
        infinite. Give the counts, or an exact interval of the complete cases.
    DataError
        As in :func:`pool`.
    """
    from scipy.stats import t

    check_level(level)
    logits, variances = [], []
    for place, count in enumerate(events):
        x, size = whole_counts(count, n, where=f"table {place + 1}: ")
        if x in (0, size):
            raise CountError(
                f"table {place + 1}: {x} events of {size}: the log odds are infinite. Give the "
                "counts, or an exact interval of the complete cases."
            )
        logits.append(math.log(x / (size - x)))
        variances.append(1 / x + 1 / (size - x))
    logit = pool(logits, variances, n=n)
    width = float(t.ppf(0.5 + level / 2, logit.df)) * math.sqrt(logit.total)
    return PooledProportion(
        events=sum(events) / len(events),
        n=n,
        estimate=_share(logit.estimate),
        lower=_share(logit.estimate - width),
        upper=_share(logit.estimate + width),
        level=level,
        method=f"Rubin's rules on the logit scale, {logit.m} tables",
        denominator=denominator,
        logit=logit,
    )


def _share(logit: float) -> float:
    from scipy.special import expit

    return float(expit(logit))
