"""Paired change without a unit: effect sizes, and what each of them depends on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from analysis_lib.change import Pairs
from analysis_lib.errors import DataError
from analysis_lib.proportions import check_level

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

IN_WORDS = {
    "d_z": "mean change / SD of the changes",
    "d_av": "mean change / root mean square of the two SDs",
    "rank_biserial": "share of the rank sum that rose, minus the share that fell",
}
"""What each measure is, as a table writes it."""


def effect_sizes(pairs: Pairs, *, level: float = 0.95) -> pd.DataFrame:
    """Return three effect sizes with their intervals; call it on ``pairs.logs()`` for log values.

    ``d_z`` divides by the spread of the changes: it grows with the correlation of before and
    after, and is the t statistic in disguise. ``d_av`` divides by the spread of the patients: it
    changes with how alike they were chosen. With skewed values a few patients set both spreads.
    ``rank_biserial`` uses ranks alone, and is at its limit as soon as everybody falls: then it
    can't tell a small fall from a large one.

    Parameters
    ----------
    pairs : Pairs
        As from :func:`complete_pairs`.
    level : float
        Confidence level, in (0, 1).

    Returns
    -------
    DataFrame
        One row a measure: ``measure``, ``estimate``, ``lower``, ``upper``, ``n``, ``left_out``,
        ``level``, ``method``. d_z: exact limits if changes are normal, from the non-central t
        distribution. d_av: the same, approximately (Algina and Keselman). No correction for small
        samples. rank_biserial: zeros left out; jackknife limits on Fisher's z scale,
        not-a-number where all changes have one sign.

    References
    ----------
    Algina J, Keselman HJ. Educ Psychol Meas 2003;63:537-553.
    Kerby DS. Compr Psychol 2014;3:11.IT.3.1.
    Lakens D. Front Psychol 2013;4:863.
    """
    import numpy as np
    import pandas as pd

    check_level(level)
    change, n = pairs.change, pairs.n
    spread = float(np.std(change, ddof=1))
    apart = math.sqrt((np.var(pairs.before, ddof=1) + np.var(pairs.after, ddof=1)) / 2)
    t_value = float(np.mean(change)) / spread * math.sqrt(n)
    ends = [t_value, *noncentrality_limits(t_value, n - 1, level=level)]
    noncentral = "non-central t"
    rows: list[tuple[Any, ...]] = [
        ("d_z", *(end / math.sqrt(n) for end in ends), noncentral),
        # Without spread among patients there is nothing to divide by.
        ("d_av", *(end / math.sqrt(n) * spread / apart if apart else math.nan for end in ends),
         f"{noncentral}, approximate"),
        ("rank_biserial", *_rank_biserial(change, level), "jackknife, Fisher's z"),
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=["measure", "estimate", "lower", "upper", "method"])
    return found.assign(n=n, left_out=pairs.left_out, level=level)[
        ["measure", "estimate", "lower", "upper", "n", "left_out", "level", "method"]
    ]


def smallest_significant(n: int, *, alpha: float = 0.05) -> float:
    """Return the ``d_z`` from which a two-sided paired t test of ``n`` pairs is significant.

    It follows from the number of pairs alone. DataError with fewer than two, or an ``alpha``
    outside (0, 1).
    """
    from scipy.stats import t

    check_level(alpha)
    if n < 2:
        raise DataError(f"{n} pairs have no t test; it takes at least two")
    return float(t.isf(alpha / 2, n - 1)) / math.sqrt(n)


def noncentrality_limits(t_value: float, df: int, *, level: float) -> tuple[float, float]:
    """Return limits for the non-centrality of which ``t_value`` is one observation."""
    from scipy.optimize import brentq
    from scipy.stats import nct

    # By symmetry both limits are sought for a positive t, where the tails are accurate.
    sign, size, tail = math.copysign(1, t_value), abs(t_value), (1 - level) / 2

    def limit(wanted: float, way: int) -> float:
        def gap(ncp: float) -> float:
            return float(nct.cdf(size, df, ncp)) - wanted

        step = 1.0  # outwards from t itself, no further than needed: far off, the tail is lost
        while gap(size + way * step) * way > 0:
            step *= 1.5
        return float(brentq(gap, *sorted((size, size + way * step)), xtol=1e-12))

    low, high = sorted(sign * end for end in (limit(1 - tail, -1), limit(tail, 1)))
    return low, high


def _rank_biserial(change: Floats, level: float) -> tuple[float, float, float]:
    import numpy as np
    from scipy.stats import norm

    whole = _kerby(change)
    if abs(whole) == 1:
        return whole, math.nan, math.nan
    n = len(change)
    without = np.array([_kerby(np.delete(change, i)) for i in range(n)])
    if not np.isfinite(without).all():  # all changes but one are zero
        return whole, math.nan, math.nan
    se = math.sqrt((n - 1) / n * float(np.sum((without - without.mean()) ** 2)))
    half = float(norm.isf((1 - level) / 2)) * se / (1 - whole**2)
    z = math.atanh(whole)
    return whole, math.tanh(z - half), math.tanh(z + half)


def _kerby(change: Floats) -> float:
    import numpy as np
    from scipy.stats import rankdata

    moved = change[change != 0]
    if not len(moved):
        return math.nan
    ranks = rankdata(np.abs(moved))
    return float(np.sum(np.sign(moved) * ranks) / np.sum(ranks))
