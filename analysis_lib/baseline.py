"""Who the patients are: each variable summarised for all and for two groups (a "Table 1").

How a variable is shown is said by whoever calls, not read off the data: a test of normality would
let chance decide, and differently in each cohort.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from analysis_lib import balance
from analysis_lib.errors import CountError, DataError, MissingColumnError
from analysis_lib.results import NBSP, Denominator, Estimate, Result, number, percent, span

if TYPE_CHECKING:
    import pandas as pd

Shown = Literal["mean", "median", "count"]
Scale = Literal["linear", "log"]

IN_WORDS: dict[Shown, str] = {
    "mean": "mean (SD)",
    "median": "median (quartiles)",
    "count": "n (%)",
}
"""How a summary is written, as a table says it."""


@dataclass(frozen=True, kw_only=True)
class Summary(Result):
    """One variable, or one level of it, in one group.

    ``shown`` "mean": ``value`` is the mean, ``spread`` the standard deviation. "median": median,
    with the quartiles ``lower`` and ``upper``. "count": ``value`` members of the ``n`` with a
    value. What does not exist (a mean of nobody, the spread of one) is not-a-number. ``missing``
    members of the ``denominator`` have no value.
    """

    shown: Shown
    value: float
    spread: float = math.nan
    lower: float = math.nan
    upper: float = math.nan
    n: int
    missing: int
    unit: str
    decimals: int
    denominator: Denominator

    def faces(self) -> dict[str, str]:
        """Format codes: "", "value" (with its unit), "spread", "known" ("98 of 102"), "missing"."""
        if self.shown == "count":
            share = percent(self.value / self.n, self.decimals) if self.n else "no value"
            value, spread = number(self.value, 0), share
        else:
            value = number(self.value, self.decimals)
            spread = (
                number(self.spread, self.decimals)
                if self.shown == "mean"
                else span(self.lower, self.upper, self.decimals)
            )
        unit = f"{NBSP}{self.unit}" if self.unit else ""
        return {
            "": f"{value}{NBSP}({spread})" if self.n else "no value",
            "value": f"{value}{unit}" if self.n else "no value",
            "spread": spread,
            "known": f"{self.n} of {self.n + self.missing}",
            "missing": str(self.missing),
        }


@dataclass(frozen=True)
class Variable:
    """One variable of the table, and how it is to be shown.

    ``column`` of the frame; ``label`` and ``unit`` for the reader. ``shown``: "mean" with standard
    deviation, "median" with quartiles, or "count" with percentage. ``scale`` is that on which the
    groups are compared: "log" compares logarithms. ``levels``, for counts, maps each value to its
    words: one level is a feature that is there or not, several are all there can be. ``decimals``
    are those of the value, or of the percentage.
    """

    column: str
    label: str
    shown: Shown
    unit: str = ""
    decimals: int = 0
    scale: Scale = "linear"
    levels: Mapping[Any, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.shown not in get_args(Shown) or self.scale not in get_args(Scale):
            raise DataError(
                f"{self.label!r}: shown as {self.shown!r} on the scale {self.scale!r}; say "
                f"{' or '.join(map(repr, get_args(Shown)))}, and 'linear' or 'log'"
            )
        if (self.shown == "count") != bool(self.levels):
            raise DataError(
                f"{self.label!r}: levels belong to a variable that is counted, and to no other"
            )
        if self.shown == "count" and self.scale == "log":
            raise DataError(f"{self.label!r}: a count is not compared on a log scale")


def summarise(
    values: pd.Series, variable: Variable, *, denominator: Denominator, level: Any = None
) -> Summary:
    """Summarise one column of one group; for counts, one ``level`` of it.

    Missing values are left out, and counted in ``missing``. Quartiles interpolate (R's type 7).
    DataError for a level that the variable does not have, for values that are no numbers, and for
    a denominator that is none.
    """
    if denominator not in get_args(Denominator):
        raise DataError(
            f"the denominator is {denominator!r}; say {', '.join(get_args(Denominator))}"
        )
    known = values.dropna()
    base: dict[str, Any] = {
        "shown": variable.shown,
        "n": len(known),
        "missing": len(values) - len(known),
        "unit": variable.unit,
        "decimals": variable.decimals,
        "denominator": denominator,
    }
    if variable.shown == "count":
        if level not in variable.levels:
            raise DataError(f"{variable.label!r} has no level {level!r}; see its levels")
        return Summary(value=float(known.eq(level).sum()), **base)
    numbers = _numbers(known, variable)
    if variable.shown == "mean":
        return Summary(value=float(numbers.mean()), spread=float(numbers.std()), **base)
    lower, middle, upper = (float(numbers.quantile(q)) for q in (0.25, 0.5, 0.75))
    return Summary(value=middle, lower=lower, upper=upper, **base)


def table_one(
    frame: pd.DataFrame,
    variables: Sequence[Variable],
    *,
    group: str,
    level: float = 0.95,
    interval: balance.Interval = "hedges_olkin",
) -> pd.DataFrame:
    """Return the tidy table: each variable, or level of it, for all and for two groups.

    Parameters
    ----------
    frame : DataFrame
        One row a patient, as from ``cohort.analysis_frame``.
    variables : sequence of Variable
        What to show, in order, and how.
    group : str
        A boolean column: the first group has it, the second has not. Whoever has no value there
        is in neither, and counts among all.
    level : float
        Confidence level of the intervals.
    interval : {"hedges_olkin", "bonett"}
        Interval of the differences of means; see :func:`analysis_lib.balance.continuous`.

    Returns
    -------
    DataFrame
        One row a variable, or a level of it: ``column``; ``variable``; ``level``, in words (empty
        unless there are several); ``label``, both with the unit; ``shown``, and ``summary``, the
        same in words; ``scale``; ``overall``, ``first``, ``second``, each a :class:`Summary`;
        ``n`` with a value, ``missing`` and ``denominator`` (all patients), over all; ``known``,
        "98 of 102"; ``difference``, an Estimate, first minus second,
        on the first row of each variable. A difference that the values do not allow is not
        estimable, and its ``warnings`` say why.

    Raises
    ------
    MissingColumnError
        If the frame lacks a column.
    CountError
        If one of the groups has nobody.
    DataError
        If the group is not boolean, a value is none of several levels, or one to be compared on
        the log scale is not above zero.
    """
    import pandas as pd

    absent = [name for name in [group, *(v.column for v in variables)] if name not in frame]
    if absent:
        raise MissingColumnError(
            f"no column {', '.join(map(repr, absent))} for the table; it has {list(frame.columns)}"
        )
    if not pd.api.types.is_bool_dtype(frame[group].dtype):
        raise DataError(f"the group {group!r} must be a column of true and false")
    inside = frame[group].eq(True).fillna(False).astype(bool)
    outside = frame[group].eq(False).fillna(False).astype(bool)
    if not (inside.any() and outside.any()):
        raise CountError(
            f"{int(inside.sum())} with and {int(outside.sum())} without {group!r}: each group "
            "needs at least one member. Summarise the others alone."
        )
    rows = []
    for variable in variables:
        values = frame[variable.column]
        parts = {"overall": values, "first": values[inside], "second": values[outside]}
        several = len(variable.levels) > 1
        difference = _difference(parts["first"], parts["second"], variable, level, interval)
        for place, one in enumerate(variable.levels or [None]):
            found = {
                name: summarise(part, variable, denominator="patients", level=one)
                for name, part in parts.items()
            }
            rows.append(
                {
                    "column": variable.column,
                    "variable": variable.label,
                    "level": variable.levels[one] if several else "",
                    "label": variable.label
                    + (f": {variable.levels[one]}" if several else "")
                    + (f", {variable.unit}" if variable.unit else ""),
                    "shown": variable.shown,
                    "summary": IN_WORDS[variable.shown],
                    "scale": variable.scale,
                    **found,
                    "n": found["overall"].n,
                    "missing": found["overall"].missing,
                    "denominator": len(values),
                    "known": format(found["overall"], "known"),
                    "difference": difference if place == 0 else None,
                }
            )
    return pd.DataFrame(rows)


def differences(table: pd.DataFrame) -> pd.DataFrame:
    """Return the differences of a table as rows of a picture of estimates.

    One row a variable of :func:`table_one`: ``column``; ``label``, which says of a difference
    between several levels that it is a distance; ``estimate``, ``lower``, ``upper``.
    """
    rows = table[table["difference"].notna()].copy()
    several = rows["level"].ne("")
    rows["label"] = rows["variable"].where(~several, rows["variable"] + " (distance)")
    for end in ("estimate", "lower", "upper"):
        rows[end] = [getattr(found, end) for found in rows["difference"]]
    return rows[["column", "label", "estimate", "lower", "upper"]].reset_index(drop=True)


def _difference(
    first: pd.Series, second: pd.Series, variable: Variable, level: float, interval: str
) -> Estimate:
    import numpy as np

    try:
        if len(variable.levels) > 1:
            return balance.categorical(
                first.tolist(), second.tolist(), levels=list(variable.levels), level=level
            )
        if variable.levels:
            one = next(iter(variable.levels))
            having = (part.eq(one).where(part.notna()) for part in (first, second))
            return balance.binary(*having, level=level)
        parts = [_numbers(part, variable) for part in (first, second)]
        if variable.scale == "log":
            if any((part <= 0).any() for part in parts):
                raise DataError(
                    f"{variable.label!r} has a value that is not above zero; it has no logarithm"
                )
            parts = [np.log(part) for part in parts]
        return balance.continuous(*parts, level=level, interval=interval)  # type: ignore[arg-type]
    except CountError as error:
        return Estimate(
            estimate=math.nan,
            lower=math.nan,
            upper=math.nan,
            level=level,
            n=int(first.notna().sum() + second.notna().sum()),
            unit="",
            decimals=2,
            method="standardised difference",
            denominator="patients",
            warnings=(str(error),),
        )


def _numbers(values: pd.Series, variable: Variable) -> pd.Series:
    try:
        return values.astype("Float64").astype(float)
    except (TypeError, ValueError):
        raise DataError(
            f"{variable.label!r} has values that are no numbers, such as {values.iloc[0]!r}; "
            "count them instead"
        ) from None
