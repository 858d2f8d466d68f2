"""Time until something happens: Kaplan-Meier, and Aalen-Johansen where events compete.

One row is one patient. Times are seen up to the right only: whoever leaves before the event is
censored, which is right only if leaving says nothing about the event to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from analysis_lib.errors import CountError, DataError
from analysis_lib.proportions import check_level
from analysis_lib.results import Estimate, Result, number

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Quantity = Literal["survival", "incidence"]
TIE = 1e-8
"""A curve this near to one half counts as level with it, as in R."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve(Result):
    """A step function of time with its pointwise band.

    ``table`` has one row a distinct time, censoring times too: ``time``; ``at_risk`` just before
    it; ``events`` and ``censored`` at it; ``survival`` or ``incidence`` (the name is
    ``quantity``) from this time until the next; ``se``; ``lower`` and ``upper``, not-a-number
    where the curve is 0 or 1. Of ``n`` patients ``events`` had the event. ``unit`` is the unit of
    time.
    """

    table: pd.DataFrame
    quantity: Quantity
    n: int
    events: int
    level: float
    unit: str
    method: str

    @property
    def median(self) -> Estimate:
        """The time by which half have had the event, with its interval.

        The first time at which the curve is at one half or beyond; if it runs level at one half,
        the middle of that stretch, as in R. The limits are the times at which the band gets there
        (Brookmeyer and Crowley 1982). Not-a-number where the curve, or the band, does not get
        there. Where events compete the curve counts all patients, also those who will never have
        the event.
        """
        times = self.table["time"].to_numpy(dtype=float)
        early, late = ("lower", "upper") if self.quantity == "survival" else ("upper", "lower")
        middle, lower, upper = (
            _half(times, self._falling(self.table[column].to_numpy(dtype=float)))
            for column in (self.quantity, early, late)
        )
        return Estimate(
            estimate=middle,
            lower=lower,
            upper=upper,
            level=self.level,
            n=self.n,
            unit=self.unit,
            decimals=1,
            method=f"median of the {self.method} curve, limits where its log-log band is at 1/2",
            denominator="patients",
        )

    def _falling(self, values: Floats) -> Floats:
        return values if self.quantity == "survival" else 1 - values

    def at(self, times: ArrayLike) -> pd.DataFrame:
        """Return the curve at some times: ``time``, ``at_risk``, curve, ``se``, limits.

        Before the first time the curve is 1 (incidence: 0) without a band. After the last one,
        event or censoring, nobody is observed and all is missing.
        """
        import numpy as np
        import pandas as pd

        wanted = _times(times, "times")
        seen = self.table["time"].to_numpy(dtype=float)
        place = np.searchsorted(seen, wanted, side="right") - 1
        out = pd.DataFrame({"time": wanted, "at_risk": self.at_risk(wanted)})
        start = {self.quantity: float(self.quantity == "survival"), "se": 0.0}
        for name in (self.quantity, "se", "lower", "upper"):
            values = self.table[name].to_numpy(dtype=float)[np.maximum(place, 0)]
            values = np.where(place < 0, start.get(name, np.nan), values)
            out[name] = np.where(wanted > seen[-1], np.nan, values)
        return out

    def at_risk(self, times: ArrayLike) -> NDArray[np.int64]:
        """Return how many patients are still followed just before each time."""
        import numpy as np

        seen = self.table["time"].to_numpy(dtype=float)
        leaving = np.r_[self.table["at_risk"].to_numpy(dtype=np.int64), 0]
        place = np.searchsorted(seen, _times(times, "times"), side="left")
        return np.asarray(leaving[place], dtype=np.int64)

    def complement(self) -> Curve:
        """Return one minus the curve: the share with the event by then, if nothing competes."""
        other: Quantity = "incidence" if self.quantity == "survival" else "survival"
        table = self.table.rename(columns={self.quantity: other})
        table[other] = 1 - table[other]
        table["lower"], table["upper"] = 1 - self.table["upper"], 1 - self.table["lower"]
        return Curve(
            table=table,
            quantity=other,
            n=self.n,
            events=self.events,
            level=self.level,
            unit=self.unit,
            method=f"one minus {self.method}",
        )

    def faces(self) -> dict[str, str]:
        """Format codes: "" (events and patients), "median", "median_interval", "n", "events"."""
        return {
            "": f"{self.events} events in {self.n} patients",
            "median": number(self.median.estimate, 1),
            "median_interval": format(self.median, "interval"),
            "n": str(self.n),
            "events": str(self.events),
        }


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, *, level: float = 0.95, unit: str = "months"
) -> Curve:
    """Kaplan-Meier curve, by ``statsmodels``, with Greenwood errors and a log-log band.

    Parameters
    ----------
    time : array of float
        Time of the event or of the end of follow-up, one a patient, not negative. At the same
        time, events come before censorings.
    event : array of bool
        Whether the time ends with the event (1 or True). For the time under observation (reverse
        Kaplan-Meier) hand in the contrary: being censored is then the event.
    level : float
        Confidence level of the pointwise band, in (0, 1).
    unit : str
        Unit of time, for the median.

    Raises
    ------
    CountError
        If there is nobody, or nobody with the event.
    DataError
        If lengths differ, a time is negative, not finite or missing, or an event is neither 0 nor
        1 or is missing. Nobody is left out silently: leave out, and count, before.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481.
    """
    import numpy as np
    from statsmodels.duration.survfunc import SurvfuncRight

    at, kinds = _checked(time, event)
    happened = _flags(kinds)
    check_level(level)
    found = SurvfuncRight(at, happened.astype(int))
    table = _counts(at, happened)
    place = np.searchsorted(found.surv_times, table["time"], side="right")
    table["survival"] = np.r_[1.0, found.surv_prob][place]
    table["se"] = np.r_[0.0, found.surv_prob_se][place]
    table["lower"], table["upper"] = _band(table["survival"], table["se"], level)
    return Curve(
        table=table, quantity="survival", n=len(at), events=int(happened.sum()), level=level,
        unit=unit, method="Kaplan-Meier",
    )  # fmt: skip


def cumulative_incidence(
    time: ArrayLike,
    kind: Sequence[str] | pd.Series,
    *,
    censored: str,
    level: float = 0.95,
    unit: str = "months",
) -> dict[str, Curve]:
    """Aalen-Johansen estimate of the cumulative incidence of each of several events.

    The share of all patients who have had this event, and not another one before. The shares of
    all events and of those without any add up to 1, which one minus Kaplan-Meier does not.

    Parameters
    ----------
    time : array of float
        Time of the first event or of the end of follow-up, one a patient.
    kind : sequence of str
        What the time ended with. All that is not ``censored`` counts as an event of its own.
    censored : str
        The word for the end of follow-up without an event.

    Returns
    -------
    dict of Curve
        Name of the event to its curve, in the order of first appearance. ``events`` are those of
        this kind, ``at_risk`` is without any event. Standard errors are those of R's multi-state
        ``survfit`` (infinitesimal jackknife), which in closed form are those that ``statsmodels``
        computes; here they also exist at a last time at which all who are left have an event.

    Raises
    ------
    CountError, DataError
        As in :func:`kaplan_meier`.

    References
    ----------
    Aalen OO, Johansen S. Scand J Stat 1978;5:141-150.
    """
    import numpy as np

    at, kinds = _checked(time, kind)
    check_level(level)
    names = [str(name) for name in dict.fromkeys(kinds) if name != censored]
    if not names:
        raise CountError(f"All {len(at)} patients are {censored!r}: there is no event to count.")
    every = _counts(at, kinds != censored)
    risk = every["at_risk"].to_numpy(dtype=float)
    gone = every["events"].to_numpy(dtype=float)
    before = np.r_[1.0, np.cumprod(1 - gone / risk)[:-1]]  # free of any event just before
    left = risk - gone
    hazard_variance = np.divide(gone, risk * left, out=np.zeros_like(risk), where=left > 0)
    curves = {}
    for name in names:
        table = _counts(at, kinds == name)
        table["censored"] = every["censored"]
        own = table["events"].to_numpy(dtype=float)
        share = np.cumsum(before * own / risk)
        # The variance is a sum over earlier times v of (F(t) - F(v))^2 a + b - 2 (F(t) - F(v)) c.
        a, b = hazard_variance, before**2 * own * (risk - own) / risk**3
        c = before * own / risk**2
        variance = (
            share**2 * np.cumsum(a) - 2 * share * np.cumsum(share * a) + np.cumsum(share**2 * a)
            + np.cumsum(b) - 2 * share * np.cumsum(c) + 2 * np.cumsum(share * c)
        )  # fmt: skip
        table["incidence"] = share
        table["se"] = np.sqrt(np.maximum(variance, 0.0))
        table["lower"], table["upper"] = _band(table["incidence"], table["se"], level)
        curves[name] = Curve(
            table=table, quantity="incidence", n=len(at), events=int(own.sum()), level=level,
            unit=unit, method="Aalen-Johansen",
        )  # fmt: skip
    return curves


def _counts(at: Floats, happened: NDArray[np.bool_]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    times, place = np.unique(at, return_inverse=True)
    events = np.bincount(place, weights=happened).astype(int)
    leaving = np.bincount(place)
    return pd.DataFrame(
        {
            "time": times,
            "at_risk": np.cumsum(leaving[::-1])[::-1],
            "events": events,
            "censored": leaving - events,
        }
    )


def _band(value: Any, se: Any, level: float) -> tuple[Floats, Floats]:
    """Limits on the scale of log(-log), which keeps them in (0, 1); not-a-number at 0 and 1."""
    import numpy as np
    from scipy.stats import norm

    p, error = np.array(value, dtype=float), np.array(se, dtype=float)
    p[(p <= 0) | (p >= 1)] = np.nan
    middle, width = np.log(-np.log(p)), norm.ppf(0.5 + level / 2) * error / (p * -np.log(p))
    return np.exp(-np.exp(middle + width)), np.exp(-np.exp(middle - width))


def _half(times: Floats, falling: Floats) -> float:
    import numpy as np

    there = np.flatnonzero(falling <= 0.5 + TIE)  # not-a-number never is
    if not len(there):
        return float("nan")
    first = times[there[0]]
    if falling[there[0]] < 0.5 - TIE:
        return float(first)
    beyond = np.flatnonzero(falling < 0.5 - TIE)
    return float((first + (times[beyond[0]] if len(beyond) else times[-1])) / 2)


def _times(values: ArrayLike, name: str) -> Floats:
    import numpy as np
    import pandas as pd

    given = pd.Series(values).reset_index(drop=True)
    if given.isna().any():
        raise DataError(
            f"{int(given.isna().sum())} of {len(given)} {name} missing, the first at position "
            f"{int(given.isna().argmax())}: leave those patients out, and say how many."
        )
    out: Floats = given.to_numpy().astype(np.float64)
    bad = ~np.isfinite(out) | (out < 0)
    if bad.any():
        raise DataError(
            f"{name} must be finite and not negative; position {int(bad.argmax())} has "
            f"{out[bad][0]:g}. Count time from the start, and correct the date."
        )
    return out


def _checked(time: ArrayLike, kind: Any) -> tuple[Floats, NDArray[Any]]:
    import pandas as pd

    at = _times(time, "times")
    kinds = pd.Series(kind).reset_index(drop=True)
    if len(at) != len(kinds):
        raise DataError(f"{len(at)} times but {len(kinds)} events: give one of each a patient.")
    if not len(at):
        raise CountError("There is nobody: a curve needs at least one patient.")
    if kinds.isna().any():
        raise DataError(
            f"{int(kinds.isna().sum())} of {len(kinds)} events missing, the first at position "
            f"{int(kinds.isna().argmax())}: say for each patient how the time ended."
        )
    return at, kinds.to_numpy()


def _flags(kinds: NDArray[Any]) -> NDArray[np.bool_]:
    if not set(kinds.tolist()) <= {0, 1}:
        raise DataError(
            f"events must be 0 or 1 (False or True); seen: {sorted(map(str, set(kinds)))[:5]}. "
            "For several kinds of event use cumulative_incidence()."
        )
    happened: NDArray[np.bool_] = kinds.astype(bool)
    if not happened.any():
        raise CountError(
            f"None of {len(kinds)} patients has the event: the curve would stay where it starts, "
            "with no error to give. Report the count and the follow-up instead."
        )
    return happened
