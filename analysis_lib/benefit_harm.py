"""Benefit against harm in the same patients: what margins alone say, and whole people out of 100.

Printed margins say how many had the benefit and how many each harm. They do not say in whom. The
counts of patients with one and not the other are then only bounded (Fréchet).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis_lib.errors import CountError
from analysis_lib.proportions import whole_counts
from analysis_lib.results import NBSP, Result, percent_span, span

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class CountRange(Result):
    """Every count from ``lowest`` to ``highest`` of ``n`` patients is possible, and no other."""

    lowest: int
    highest: int
    n: int

    def faces(self) -> dict[str, str]:
        """Format codes: "" (counts), "percent", "lowest", "highest", "n"."""
        return {
            "": f"exactly{NBSP}{self.lowest}"
            if self.lowest == self.highest
            else span(self.lowest, self.highest, 0),
            "percent": percent_span(self.lowest / self.n, self.highest / self.n),
            "lowest": str(self.lowest),
            "highest": str(self.highest),
            "n": str(self.n),
        }


def joint_bounds(
    n: int, *, benefit: int, harms: Sequence[int]
) -> dict[tuple[bool, bool], CountRange]:
    """Bound how many patients had the benefit with and without any harm, from margins alone.

    Nothing is assumed of how benefit and harms go together. Each count in a range is reached by
    some set of patients with these margins, so that no narrower range is right.

    Parameters
    ----------
    n : int
        Patients.
    benefit : int
        Those with the benefit, among all ``n``.
    harms : sequence of int
        Those with each harm, among all ``n``; one patient may have several.

    Returns
    -------
    dict
        (had the benefit, had any harm) to the range of that count.

    Raises
    ------
    CountError
        If a count can't be, or there is no harm.

    References
    ----------
    Fréchet M. Généralisation du théorème des probabilités totales. Fund Math 1935;25:379-387.
    """
    with_benefit, m = whole_counts(benefit, n, where="benefit: ")
    if not harms:
        raise CountError("no harm to set against the benefit; give the count of at least one")
    counts = [whole_counts(count, n, where="harm: ")[0] for count in harms]
    # Any harm at all: fewest where they share patients, most where they do not.
    fewest, most = max(counts), min(sum(counts), m)
    groups = {True: with_benefit, False: m - with_benefit}
    ranges = {}
    for had, size in groups.items():
        ranges[had, True] = CountRange(
            lowest=max(0, size + fewest - m), highest=min(size, most), n=m
        )
        ranges[had, False] = CountRange(
            lowest=max(0, size - most), highest=min(size, m - fewest), n=m
        )
    return ranges


def out_of_hundred(counts: Mapping[str, int]) -> dict[str, int]:
    """Turn counts into whole people out of 100, by the method of largest remainders.

    Each group is rounded down or up, and the hundred is kept. Of equal remainders the earlier
    group is rounded up.

    Parameters
    ----------
    counts : mapping of str to int
        Group to patients; the groups do not overlap.

    Returns
    -------
    dict
        Group to people, in the same order; they add up to 100.

    Raises
    ------
    CountError
        If there is no group, a count is negative or not whole, or all are zero.
    """
    total = sum(counts.values())
    if not counts:
        raise CountError("no group to turn into a hundred people; give at least one")
    for name, count in counts.items():
        whole_counts(count, total, where=f"{name}: ")
    # Whole numbers throughout, so that equal remainders are equal.
    floors = {name: 100 * count // total for name, count in counts.items()}
    order = sorted(counts, key=lambda name: -(100 * counts[name] % total))
    for name in order[: 100 - sum(floors.values())]:
        floors[name] += 1
    return floors


NO_HARM, SEVERE, PALSY, BOTH = (
    "no severe hypocalcaemia, no persistent paralysis",
    "severe hypocalcaemia",
    "persistent paralysis",
    "severe hypocalcaemia and persistent paralysis",
)
HARMS = (NO_HARM, SEVERE, PALSY, BOTH)


def outcomes(frame: pd.DataFrame) -> pd.DataFrame:
    """Count patients by whether they reached the target and what harm they had.

    Parameters
    ----------
    frame : DataFrame
        One row a patient, as from ``analysis_frame``: ``target_reached``,
        ``severe_hypocalcaemia``, ``nerve_paralysis``.

    Returns
    -------
    DataFrame
        One row a combination, the target reached first: ``target_reached``; ``harm``, one of
        ``HARMS`` (a transient paralysis is none); ``patients``. ``attrs["missing"]`` counts those
        with any of the three missing; they are in no row.

    Raises
    ------
    CountError
        If nobody has all three.
    """
    import numpy as np
    import pandas as pd

    columns = ["target_reached", "severe_hypocalcaemia", "nerve_paralysis"]
    known = frame[columns].dropna()
    if known.empty:
        raise CountError(
            f"none of {len(frame)} patients has {', '.join(columns)}; nothing to count"
        )
    severe = known["severe_hypocalcaemia"].astype(bool)
    palsy = known["nerve_paralysis"].eq("persistent")
    harm = np.select([severe & palsy, severe, palsy], [BOTH, SEVERE, PALSY], NO_HARM)
    reached = known["target_reached"].astype(bool)
    rows = pd.DataFrame(
        [
            {
                "target_reached": wanted,
                "harm": name,
                "patients": int(((harm == name) & (reached == wanted)).sum()),
            }
            for wanted in (True, False)
            for name in HARMS
        ]
    )
    rows.attrs["missing"] = len(frame) - len(known)
    return rows
