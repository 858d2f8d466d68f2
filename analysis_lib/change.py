"""Paired change: how much lower or higher a value is than before, in the same patients.

Three scales answer three questions. The difference in its unit is what a clinician can use where
values are roughly symmetric. The ratio of geometric means is the same for values that spread over
powers of ten. Effect sizes have no unit, and depend on how the patients were chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.proportions import check_level
from analysis_lib.results import Estimate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EXACT_UP_TO = 50
"""Most pairs for which the signed-rank test uses its exact distribution, as in R."""


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Values before and after, of the patients who have both.

    ``before`` and ``after`` have one finite value a patient, in the same order; ``n`` patients
    have both; ``left_out`` lack at least one. The change is always after minus before.
    """

    before: Floats
    after: Floats
    left_out: int

    @property
    def n(self) -> int:
        """Patients with both values."""
        return len(self.before)

    @property
    def change(self) -> Floats:
        """After minus before, one a patient; rounded, so that equal changes are equal."""
        import numpy as np

        # 2.5 - 2.3 and 2.3 - 2.1 differ in the sixteenth digit: ranks would see no tie.
        return np.round(self.after - self.before, 10)

    @property
    def correlation(self) -> float:
        """Pearson correlation of before and after; not-a-number if either does not vary."""
        import numpy as np

        if np.ptp(self.before) == 0 or np.ptp(self.after) == 0:
            return math.nan
        return float(np.corrcoef(self.before, self.after)[0, 1])

    def logs(self) -> Pairs:
        """Return the pairs of natural logarithms; DataError if a value is not above zero."""
        import numpy as np

        both = np.concatenate([self.before, self.after])
        if (both <= 0).any():
            raise DataError(
                f"{int((both <= 0).sum())} of {len(both)} values are not above zero, the lowest "
                f"being {both.min():g}; they have no logarithm. Correct them, or use differences."
            )
        return Pairs(before=np.log(self.before), after=np.log(self.after), left_out=self.left_out)


def complete_pairs(frame: pd.DataFrame, before: str, after: str) -> Pairs:
    """Return the complete pairs of two columns, one row a patient.

    A patient without one of the values is left out and counted; nothing is filled in. That is
    fair only if who lacks a value has nothing to do with how the value would have changed.

    Raises
    ------
    MissingColumnError
        If the frame lacks a column.
    DataError
        If there is no row or no complete pair, just one pair, an infinite value, or if all changes
        are the same, so that they have no spread.
    """
    import numpy as np

    absent = [name for name in (before, after) if name not in frame]
    if absent:
        raise MissingColumnError(
            f"no column {', '.join(map(repr, absent))} to pair; it has {list(frame.columns)}"
        )
    first, second = (
        np.asarray(frame[name].astype("Float64").astype(float), dtype=np.float64)
        for name in (before, after)
    )
    there = ~np.isnan(first) & ~np.isnan(second)
    seen = f"{before!r} and {after!r}: {int(there.sum())} of {len(frame)} patients have both"
    if there.sum() < 2:
        raise DataError(
            f"{seen} ({int((~np.isnan(first)).sum())} have the first, "
            f"{int((~np.isnan(second)).sum())} the second); a change needs at least two pairs"
        )
    pairs = Pairs(before=first[there], after=second[there], left_out=int((~there).sum()))
    if not np.isfinite(pairs.change).all():
        raise DataError(f"{seen}, and a value among them is infinite; correct it")
    if np.ptp(pairs.change) == 0:
        raise DataError(
            f"{seen}, and each change is {pairs.change[0]:g}; without spread there is no interval"
        )
    return pairs


# ---- how much, with its interval -----------------------------------------------------------------


def mean_change(pairs: Pairs, *, unit: str, decimals: int, level: float = 0.95) -> Estimate:
    """Return the mean change with its t interval, and the paired t test.

    Test by ``pingouin.ttest``. The interval is worked out here, as pingouin rounds its own to two
    decimals. It is about the mean, whatever the shape of the changes, if patients are many.

    Parameters
    ----------
    pairs : Pairs
        As from :func:`complete_pairs`.
    unit : str
        Unit of the values.
    decimals : int
        Decimals to write.
    level : float
        Confidence level, in (0, 1).
    """
    import numpy as np
    import pingouin
    from scipy.stats import t

    check_level(level)
    mean = float(np.mean(pairs.change))
    se = float(np.std(pairs.change, ddof=1)) / math.sqrt(pairs.n)
    half = float(t.isf((1 - level) / 2, pairs.n - 1)) * se
    p = float(pingouin.ttest(pairs.after, pairs.before, paired=True)["p_val"].iloc[0])
    return _estimate(pairs, (mean, mean - half, mean + half), p, level, unit, decimals, "paired t")


def median_change(pairs: Pairs, *, unit: str, decimals: int, level: float = 0.95) -> Estimate:
    """Return the Hodges-Lehmann change with its interval, and the Wilcoxon signed-rank test.

    The estimate is the median of all Walsh averages, that is of the mean of each change with each
    other and with itself. It is the median change only if changes are symmetric. The limits are
    ordered Walsh averages, counted off by the exact signed-rank distribution: with ties that is an
    approximation. Test by ``pingouin.wilcoxon``: exact up to ``EXACT_UP_TO`` pairs without ties
    and zeros, else normal with continuity correction, zeros left out. Parameters as in
    :func:`mean_change`.

    Raises
    ------
    DataError
        If there are so few pairs that no limits reach the level.

    References
    ----------
    Hodges JL, Lehmann EL. Ann Math Stat 1963;34:598-611.
    """
    import numpy as np
    import pingouin

    check_level(level)
    changes = pairs.change
    walsh = np.sort(((changes[:, None] + changes) / 2)[np.triu_indices(pairs.n)])
    cumulative = np.cumsum(signed_rank_distribution(pairs.n))
    rank = int(np.searchsorted(cumulative, (1 - level) / 2))
    if rank == 0:
        raise DataError(
            f"{pairs.n} pairs are too few for a signed-rank interval at the level {level:g}; "
            "the widest there is has a lower one"
        )
    sizes = np.abs(changes)
    tied = len(np.unique(sizes)) < pairs.n or bool((sizes == 0).any())
    exact = pairs.n < EXACT_UP_TO and not tied
    method = "exact" if exact else "asymptotic"
    test = pingouin.wilcoxon(changes, correction=True, method=method)
    return _estimate(
        pairs,
        (float(np.median(walsh)), float(walsh[rank - 1]), float(walsh[len(walsh) - rank])),
        float(test["p_val"].iloc[0]),
        level,
        unit,
        decimals,
        "Hodges-Lehmann, signed rank",
    )


def geometric_ratio(pairs: Pairs, *, level: float = 0.95, decimals: int = 2) -> Estimate:
    """Return the ratio of geometric means, after to before, with its t interval and test on logs.

    The mean and its limits are those of the change of logarithms, carried back. 0.1 means that a
    typical value fell to a tenth. DataError if a value is not above zero.
    """
    logs = mean_change(pairs.logs(), unit="", decimals=decimals, level=level)
    ends = tuple(math.exp(end) for end in (logs.estimate, logs.lower, logs.upper))
    return _estimate(pairs, ends, logs.p_value, level, "", decimals, "paired t on logarithms")


def as_percent(ratio: Estimate, *, decimals: int = 0) -> Estimate:
    """Return a ratio as a change in percent: 0.1 becomes -90 %."""
    import dataclasses

    ends = {name: 100 * (getattr(ratio, name) - 1) for name in ("estimate", "lower", "upper")}
    return dataclasses.replace(ratio, unit="%", decimals=decimals, **ends)


def signed_rank_distribution(n: int) -> Floats:
    """Return the probability of each signed-rank sum from 0 to n (n + 1) / 2, without ties."""
    import numpy as np

    ways = np.zeros(n * (n + 1) // 2 + 1)
    ways[0] = 1.0
    for rank in range(1, n + 1):
        ways[rank:] = (ways[rank:] + ways[:-rank]) / 2
        ways[:rank] /= 2
    return ways


def _estimate(
    pairs: Pairs, ends: Sequence[float], p: float | None, level: float, unit: str,
    decimals: int, method: str,
) -> Estimate:  # fmt: skip
    left = (f"{pairs.left_out} patients without both values are left out",)
    return Estimate(
        estimate=ends[0], lower=ends[1], upper=ends[2], level=level, n=pairs.n, unit=unit,
        decimals=decimals, method=method, denominator="patients", p_value=p,
        warnings=left if pairs.left_out else (),
    )  # fmt: skip


# ---- several endpoints ---------------------------------------------------------------------------


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values, in the order given, by ``statsmodels``.

    Rejecting where the adjusted value is below alpha keeps the chance of any false rejection
    below alpha, however the tests depend on each other. DataError for none, or one outside [0, 1].

    References
    ----------
    Holm S. Scand J Stat 1979;6:65-70.
    """
    from statsmodels.stats.multitest import multipletests

    if not len(p_values) or not all(0 <= p <= 1 for p in p_values):
        raise DataError(f"p-values are {list(p_values)}; give at least one, all within [0, 1]")
    return [float(p) for p in multipletests(p_values, method="holm")[1]]
