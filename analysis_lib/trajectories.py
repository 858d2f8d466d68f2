"""Laboratory values over time, as they run after ablation: assumed shapes, no data.

PTH falls within a day and rises slowly; where treatment fails it ends above the target. Calcium
falls for some two weeks while bone takes it up, and recovers. Phosphorus falls early and stays
lower. Alkaline phosphatase rises for two weeks and then falls. The later course of all three
follows how far PTH was brought down. ``scenario.FIXED`` names the sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis_lib.scenario import Scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EARLY = {"day_1": 1, "week_1": 7, "month_1": 28}
"""Visits in which the lowest calcium is looked for, with their day."""
DAYS_PER_MONTH = 365.25 / 12
SCHEDULE = EARLY | {f"month_{m}": round(m * DAYS_PER_MONTH) for m in (3, *range(6, 115, 6))}
"""Visit to its planned day after the ablation."""
SCATTER = {"day_1": 0, "week_1": 2, "month_1": 2, "month_3": 7}
"""By how many days a visit may be early or late; later ones by 14."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """The visits of one patient and the values there; missing values are not-a-number."""

    visits: tuple[str, ...]
    days: tuple[int | None, ...]
    measured: Mapping[str, Floats]


def attended(rng: np.random.Generator, last_day: int, missed: float) -> dict[str, int | None]:
    """Return the scheduled visits until the end of follow-up; None where one was missed.

    The first day, which is in hospital, and the last visit are never missed.
    """
    days: dict[str, int | None] = {}
    for visit, planned in SCHEDULE.items():
        scatter = SCATTER.get(visit, 14)
        day = planned + int(rng.integers(-scatter, scatter + 1))
        if day > last_day:
            break
        days[visit] = day
    last = list(days)[-1]
    for visit in days:
        if visit not in ("day_1", last) and rng.random() < missed:
            days[visit] = None
    return days


def pth(
    rng: np.random.Generator, days: Floats, baseline: float, first: float, end: float
) -> Floats:
    """Return PTH at the visits: ``first`` on the first day, a slow change, ``end`` at the last."""
    reach = np.log1p(days - 1) / np.log1p(max(days[-1] - 1, 1.0))
    noise = rng.normal(0, 0.2, len(days))
    noise[0] = 0
    path = np.log(first) + (np.log(end) - np.log(first)) * reach + noise
    values: Floats = np.round(np.clip(np.exp(path), 3, baseline * 0.97))
    values[-1] = end
    return values


def depth(baseline: float, end: float) -> float:
    """Return how far PTH was brought down: 0 not at all, 1 to a tenth or less."""
    return float(np.clip(np.log10(baseline / end), 0.0, 1.0))


def calcium(
    rng: np.random.Generator, days: Floats, baseline: float, lowest: float, depth: float
) -> Floats:
    """Return corrected calcium: ``lowest`` on the first day or in the second week, then better.

    Where it is lowest in the second week, half of the fall is there on the first day. It settles
    below its baseline, the further PTH was brought down.
    """
    level = 2.24 + 0.35 * (baseline - 2.5) + rng.normal(0, 0.08)
    end = np.clip(baseline + depth * (level - baseline), 2.02, 2.62)
    end = max(end, lowest)
    trough = 1 if rng.random() < 0.25 else 10
    falling = 0.5 + 0.5 * (days - 1) / max(trough - 1, 1)
    before = baseline - (baseline - lowest) * falling
    after = end - (end - lowest) * np.exp(-(days - trough) / 45)
    values = np.where(days < trough, before, after) + rng.normal(0, 0.045, len(days))
    values = np.maximum(values, lowest)
    values[int(np.argmin(np.where(days <= 30, np.abs(days - trough), np.inf)))] = lowest
    return _rounded(values, 1.2, 2.95, 2)


def phosphorus(rng: np.random.Generator, days: Floats, baseline: float, depth: float) -> Floats:
    """Return phosphorus: down within days, level in the first two weeks, then a partial return.

    The return is the more complete, the less PTH was brought down.
    """
    level = 0.85 + 0.40 * baseline + rng.normal(0, 0.15)
    end = np.clip(baseline + depth * (level - baseline), 0.8, 2.6)
    low = np.clip(baseline * rng.uniform(0.5, 0.75), 0.75, 2.2)
    early = baseline + (low - baseline) * (1 - np.exp(-days / 3.5))
    weight = np.exp(-np.maximum(days - 14, 0) / 60)
    values = weight * early + (1 - weight) * end + rng.normal(0, 0.10, len(days))
    return _rounded(values, 0.65, 3.4, 2)


def alp(rng: np.random.Generator, days: Floats, baseline: float, depth: float) -> Floats:
    """Return alkaline phosphatase: up for some two weeks, then down towards normal.

    It comes down the further, the further PTH was brought down.
    """
    share = 0.55 * depth
    end = np.exp((1 - share) * np.log(baseline) + share * np.log(78) + rng.normal(0, 0.12))
    bump = rng.uniform(0.15, 0.45) * (days / 16) * np.exp(1 - days / 16)
    values = end + (baseline - end) * np.exp(-days / 110)
    scatter = np.exp(rng.normal(0, 0.06, len(days)))
    return _rounded(values * (1 + bump) * scatter, 28, 4000, 0)


def _rounded(values: Floats, low: float, high: float, decimals: int) -> Floats:
    return np.asarray(np.round(np.clip(values, low, high), decimals), dtype=np.float64)


def course(
    rng: np.random.Generator,
    scenario: Scenario,
    *,
    baseline: Mapping[str, float],
    pth_first: float,
    pth_end: float,
    calcium_lowest: float,
    last_day: int,
) -> Course:
    """Return all visits and values of one patient after the ablation."""
    schedule = attended(rng, last_day, scenario.share_missed)
    there = np.array([day for day in schedule.values() if day is not None], dtype=float)
    reached = depth(baseline["pth"], pth_end)
    found = {
        "pth": pth(rng, there, baseline["pth"], pth_first, pth_end),
        "calcium": calcium(rng, there, baseline["calcium"], calcium_lowest, reached),
        "phosphorus": phosphorus(rng, there, baseline["phosphorus"], reached),
        "alp": alp(rng, there, baseline["alp"], reached),
    }
    for analyte, values in found.items():
        # A tube gets lost now and then; early calcium and the last PTH are always measured.
        lost = rng.random(len(there)) < 0.03
        lost &= (there > 30) if analyte == "calcium" else np.arange(len(there)) < len(there) - 1
        values[lost] = np.nan
    present = [day is not None for day in schedule.values()]
    filled = {analyte: np.full(len(schedule), np.nan) for analyte in found}
    for analyte, values in found.items():
        filled[analyte][present] = values
    return Course(visits=tuple(schedule), days=tuple(schedule.values()), measured=filled)
