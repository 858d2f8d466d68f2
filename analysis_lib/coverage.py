"""How often an interval for a proportion holds the true one: exactly, count by count.

With ``n`` patients there are only ``n + 1`` possible intervals. Each holds the true share or does
not, and has a known chance of coming up, so that nothing need be simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis_lib.errors import DataError
from analysis_lib.proportions import Method, interval

if TYPE_CHECKING:
    import pandas as pd


def coverage(
    n: int, shares: Sequence[float], *, methods: Sequence[Method], level: float = 0.95
) -> pd.DataFrame:
    """Return the coverage and the expected width of intervals, at each true share.

    Parameters
    ----------
    n : int
        Patients.
    shares : sequence of float
        True shares, in (0, 1).
    methods : sequence of Method
        See :func:`analysis_lib.proportions.interval`.
    level : float
        Confidence level that the intervals claim.

    Returns
    -------
    DataFrame
        One row a method and share: ``method``; ``share``; ``coverage``, the probability that the
        interval holds the share; ``too_high`` and ``too_low``, that all of it lies above or below
        the share (the three add up to 1); ``width``, its expected width.

    Raises
    ------
    DataError
        If a share is outside (0, 1), or there is none, or no method.

    References
    ----------
    Brown LD, Cai TT, DasGupta A. Stat Sci 2001;16:101-133.
    """
    import numpy as np
    import pandas as pd
    from scipy.stats import binom

    wanted = np.asarray(shares, dtype=float)
    if not (len(wanted) and len(methods) and ((wanted > 0) & (wanted < 1)).all()):
        raise DataError(
            f"{len(methods)} methods and shares {list(shares)[:5]}: give at least one of each, "
            "shares as fractions above 0 and below 1."
        )
    chance = binom.pmf(np.arange(n + 1)[:, None], n, wanted)
    parts = []
    for method in methods:
        found = [
            interval(x, n, method=method, denominator="patients", level=level) for x in range(n + 1)
        ]
        lower, upper = (np.array([getattr(f, end) for f in found]) for end in ("lower", "upper"))
        above, below = lower[:, None] > wanted, upper[:, None] < wanted
        too_high, too_low = (chance * above).sum(axis=0), (chance * below).sum(axis=0)
        parts.append(
            pd.DataFrame(
                {
                    "method": method,
                    "share": wanted,
                    "coverage": 1 - too_high - too_low,
                    "too_high": too_high,
                    "too_low": too_low,
                    "width": (chance * (upper - lower)[:, None]).sum(axis=0),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
