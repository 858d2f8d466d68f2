"""How many patients it takes to know a proportion, or to have a chance to see a rare event."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from analysis_lib.errors import CountError, DataError
from analysis_lib.proportions import check_level, whole_counts
from analysis_lib.results import Result
from analysis_lib.zero_events import upper_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Method = Literal["wilson", "exact"]

METHODS: tuple[Method, ...] = get_args(Method)
_STATSMODELS_NAMES = {"wilson": "wilson", "exact": "beta"}
LARGEST = 2_000_000
"""Patients beyond which no size is looked for."""


@dataclass(frozen=True, kw_only=True)
class PrecisionSize(Result):
    """Patients for an interval of a given half-width.

    Patients are whole, so that the share observed, and with it the width, moves up and down as
    patients are added. ``first`` is the smallest number with an interval narrow enough;
    ``settled`` the smallest from which on every larger number has one too: plan with that.
    """

    share: float
    half_width: float
    method: Method
    level: float
    first: int
    settled: int

    def faces(self) -> dict[str, str]:
        """Format codes: "" (settled), "first", "settled"."""
        return {"": str(self.settled), "first": str(self.first), "settled": str(self.settled)}


def widths(
    share: float, sizes: Sequence[int], *, method: Method, level: float = 0.95
) -> pd.DataFrame:
    """Return the interval at each number of patients if the share came out as expected.

    Parameters
    ----------
    share : float
        Expected share, in (0, 1). The events are the whole number nearest to it.
    sizes : sequence of int
        Patients, each at least 1.
    method : {"wilson", "exact"}
        See :func:`analysis_lib.proportions.interval`. No default.
    level : float
        Confidence level, in (0, 1).

    Returns
    -------
    DataFrame
        One row a size: ``n``, ``events``, ``lower``, ``upper`` and ``half_width``, which is half
        the distance between the limits; they do not lie evenly about the share.

    Raises
    ------
    CountError
        If a size is no count of at least 1, or there is none.
    DataError
        If ``share``, ``method`` or ``level`` is out of range.
    """
    import numpy as np
    import pandas as pd

    _check(share, method, level)
    n = np.array([whole_counts(0, size)[1] for size in sizes], dtype=np.int64)
    if not len(n):
        raise CountError("no number of patients to speak of; give at least one")
    events = _nearest(share, n)
    lower, upper = _limits(events, n, method, level)
    return pd.DataFrame(
        {
            "n": n,
            "events": events,
            "lower": lower,
            "upper": upper,
            "half_width": (upper - lower) / 2,
        }
    )


def size_for_half_width(
    share: float, half_width: float, *, method: Method, level: float = 0.95
) -> PrecisionSize:
    """Return the patients that make the interval of an expected share narrow enough.

    Parameters
    ----------
    share, method, level
        As for :func:`widths`.
    half_width : float
        Half of the distance between the limits, as a fraction, in (0, 0.5).

    Notes
    -----
    Every number of patients is tried, up to one beyond which even the share nearest to a half
    that rounding allows has a narrow enough interval.

    Raises
    ------
    DataError
        If an argument is out of range, or more than ``LARGEST`` patients were needed.
    """
    import numpy as np

    _check(share, method, level)
    if not 0 < half_width < 0.5:
        raise DataError(f"half-width {half_width} lies outside (0, 0.5); give a fraction")

    def half_at(events: NDArray[np.float64], n: NDArray[np.int64]) -> NDArray[np.float64]:
        lower, upper = _limits(events, n, method, level)
        return np.asarray((upper - lower) / 2)

    end = 16
    while True:
        # Half an event more, towards the side where the interval is widest.
        worst = min(share + 0.5 / end, 0.5) if share < 0.5 else max(share - 0.5 / end, 0.5)
        if half_at(np.array([worst * end]), np.array([end]))[0] <= half_width:
            break
        end *= 2
        if end > LARGEST:
            raise DataError(
                f"a half-width of {half_width:g} takes more than {LARGEST} patients; ask for less"
            )
    n = np.arange(1, end + 1)
    enough = half_at(_nearest(share, n).astype(float), n) <= half_width
    short = np.flatnonzero(~enough)
    return PrecisionSize(
        share=share,
        half_width=half_width,
        method=method,
        level=level,
        first=int(n[enough][0]),
        settled=int(n[short[-1]]) + 1 if len(short) else 1,
    )


def size_to_see_one(share: float, *, chance: float = 0.95) -> int:
    """Return the patients with whom at least one event is seen with this chance.

    It is the same number with which no event at all puts the upper limit at the share: see
    :func:`size_for_upper_limit`.

    Raises
    ------
    DataError
        If ``share`` or ``chance`` lies outside (0, 1).
    """
    for value, what in ((share, "share"), (chance, "chance")):
        if not 0 < value < 1:
            raise DataError(f"{what} {value} lies outside (0, 1); give a fraction")
    return max(1, math.ceil(math.log1p(-chance) / math.log1p(-share) - 1e-9))


def size_for_upper_limit(limit: float, *, level: float = 0.95) -> int:
    """Return the patients of whom none may have the event for the upper limit to be at most this.

    The limit is the exact, one-sided one of :func:`analysis_lib.zero_events.upper_limit`.

    Raises
    ------
    DataError
        If ``limit`` or ``level`` lies outside (0, 1), or more than ``LARGEST`` were needed.
    """
    check_level(level)
    if not 0 < limit < 1:
        raise DataError(f"limit {limit} lies outside (0, 1); give a fraction")

    def enough(n: int) -> bool:
        found = upper_limit(n, method="exact", denominator="patients", level=level)
        return found.upper <= limit * (1 + 1e-12)

    if not enough(LARGEST):
        raise DataError(f"a limit of {limit:g} takes more than {LARGEST} patients; ask for less")
    short, long = 0, LARGEST
    while long - short > 1:  # the limit falls with every patient more
        middle = (short + long) // 2
        short, long = (short, middle) if enough(middle) else (middle, long)
    return long


def _nearest(share: float, n: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    return np.asarray(np.floor(share * n + 0.5), dtype=np.int64)


def _limits(
    events: NDArray[np.int64] | NDArray[np.float64],
    n: NDArray[np.int64],
    method: Method,
    level: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Limits for many counts at once, by the same code as :func:`proportions.interval`."""
    import numpy as np
    from statsmodels.stats.proportion import proportion_confint

    lower, upper = proportion_confint(events, n, 1 - level, method=_STATSMODELS_NAMES[method])
    return np.clip(np.nan_to_num(lower, nan=0.0), 0, 1), np.clip(
        np.nan_to_num(upper, nan=1.0), 0, 1
    )


def _check(share: float, method: str, level: float) -> None:
    check_level(level)
    if method not in METHODS:
        raise DataError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
    if not 0 < share < 1:
        raise DataError(f"expected share {share} lies outside (0, 1); give a fraction")
