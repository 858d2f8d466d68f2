"""The shapes results come in, and how a number is written.

A result is a frozen dataclass that carries its own meaning: estimate, interval, level, counts,
unit, denominator, method, warnings. Sentences, tables, captions and alt texts take their numbers
from results through ``format()``, so that a number is rounded in one place.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from analysis_lib.errors import DataError

Status = Literal["published", "derived", "simulated"]
"""Printed in a paper; worked out from printed numbers alone; taken from the simulated cohort."""

STATUSES: tuple[Status, ...] = get_args(Status)
Denominator = Literal["patients", "glands", "nerves", "cohorts"]

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def number(value: float, decimals: int) -> str:
    """Write a number with a fixed count of decimals, a true minus sign and no "-0.0"."""
    if not math.isfinite(value):
        return "not estimable" if math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def percent(fraction: float, decimals: int = 1) -> str:
    """Write a fraction in [0, 1] as a percentage."""
    return f"{number(100 * fraction, decimals)}{NBSP}%"


def p_value(p: float) -> str:
    """Write a p-value: two significant digits below 0.1, "< 0.001" below that."""
    if p < 0.001:
        return f"<{NBSP}0.001"
    return number(p, 3 if p < 0.1 else 2)


def span(lower: float, upper: float, decimals: int) -> str:
    """Write an interval as "1.1 to 23.1"."""
    return f"{number(lower, decimals)}{NBSP}to{NBSP}{number(upper, decimals)}"


def percent_span(lower: float, upper: float, decimals: int = 1) -> str:
    """Write an interval of fractions as "79.4 to 92.4 %"."""
    return f"{span(100 * lower, 100 * upper, decimals)}{NBSP}%"


def level_text(level: float) -> str:
    """Write a confidence level as "95 %"."""
    return f"{100 * level:g}{NBSP}%"


def write(value: Any, code: str = "") -> str:
    """Write a value by a format code: a result's own, Python's, or one for a plain number.

    For plain numbers: "percent" and "percent0" (a fraction, with one decimal or none), "p" (a
    p-value).
    """
    if isinstance(value, (int, float)):
        if code in ("percent", "percent0"):
            return percent(value, 1 if code == "percent" else 0)
        if code == "p":
            return p_value(value)
    return format(value, code)


def plain(value: Any) -> Any:
    """Turn a result, or anything inside one, into what JSON can hold; not-a-number becomes null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"type": type(value).__name__, **fields}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return plain(value.tolist())
    if hasattr(value, "to_dict"):  # a pandas frame: one record a row
        return plain(value.to_dict("records"))
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


@dataclass(frozen=True, kw_only=True)
class Result:
    """Base of all results: converts to plain data, and refuses unknown format codes by name."""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and the type's name as plain data, for JSON."""
        record: dict[str, Any] = plain(self)
        return record

    def faces(self) -> dict[str, str]:
        """Return the ways this result is written, by format code; "" is the default one."""
        raise NotImplementedError

    def __format__(self, code: str) -> str:
        faces = self.faces()
        if code not in faces:
            known = ", ".join(repr(name) for name in faces)
            raise DataError(
                f"{type(self).__name__} has no format code {code!r}; it has {known}. "
                "Use one of those in the sentence."
            )
        return faces[code]


@dataclass(frozen=True, kw_only=True)
class Proportion(Result):
    """A proportion with its interval.

    ``estimate``, ``lower`` and ``upper`` are fractions in [0, 1]; ``events`` of ``n`` members of
    the ``denominator`` had the event; ``level`` is the confidence level.
    """

    events: int
    n: int
    estimate: float
    lower: float
    upper: float
    level: float
    method: str
    denominator: Denominator
    warnings: tuple[str, ...] = ()

    def faces(self) -> dict[str, str]:
        """Format codes: "", "percent", "interval", "count", "lower", "upper"."""
        interval = percent_span(self.lower, self.upper)
        return {
            "": f"{percent(self.estimate)} ({level_text(self.level)} CI {interval})",
            "percent": percent(self.estimate),
            "interval": interval,
            "count": f"{self.events} of {self.n} {self.denominator}",
            "events": str(self.events),
            "n": str(self.n),
            "lower": percent(self.lower),
            "upper": percent(self.upper),
        }


@dataclass(frozen=True, kw_only=True)
class OddsRatio(Result):
    """An odds ratio with its interval; ``log_se`` is the standard error of the log odds ratio."""

    estimate: float
    lower: float
    upper: float
    log_se: float
    p_value: float
    level: float
    method: str
    warnings: tuple[str, ...] = ()

    def faces(self) -> dict[str, str]:
        """Format codes: "", "estimate", "interval", "p", "se"."""
        interval = span(self.lower, self.upper, 1)
        return {
            "": f"{number(self.estimate, 1)} ({level_text(self.level)} CI {interval})",
            "estimate": number(self.estimate, 1),
            "interval": interval,
            "p": p_value(self.p_value),
            "se": number(self.log_se, 3),
        }


@dataclass(frozen=True, kw_only=True)
class Estimate(Result):
    """A quantity with its interval: a mean, a median, a difference, a ratio.

    ``estimate``, ``lower`` and ``upper`` are in ``unit`` ("" for a pure number) and are written
    with ``decimals``; ``n`` members of the ``denominator`` went in. A quantity that the data do
    not reach, such as a median survival time, is not-a-number; so is a limit.
    """

    estimate: float
    lower: float
    upper: float
    level: float
    n: int
    unit: str
    decimals: int
    method: str
    denominator: Denominator
    p_value: float | None = None
    warnings: tuple[str, ...] = ()

    def faces(self) -> dict[str, str]:
        """Format codes: "", "estimate" (with its unit), "interval", "p", "n"."""
        unit = f"{NBSP}{self.unit}" if self.unit else ""
        estimate = number(self.estimate, self.decimals)
        interval = span(self.lower, self.upper, self.decimals)
        return {
            "": f"{estimate}{unit} ({level_text(self.level)} CI {interval})",
            "estimate": f"{estimate}{unit}",
            "interval": f"{interval}{unit}",
            "p": "not computed" if self.p_value is None else p_value(self.p_value),
            "n": str(self.n),
        }
