"""Every patient's course as a faint line, and the mean at each planned visit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis_lib.errors import DataError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import NBSP, Status, level_text, number, span
from analysis_lib.visits import Scale, visit_means

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

HEIGHT, ALONE = 2.1, 2.8
"""Height of one panel in inches: one of several, and one by itself."""
LABELS_BELOW = 32
"""Room, in points, that the names of the visits take below the last panel."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One analyte to draw.

    ``rows`` as from ``cohort.course``; ``title`` with the unit; ``scale`` "linear" (arithmetic
    mean) or "log" (geometric mean, log axis); ``decimals`` of the values in words; ``line``, a
    value to draw across and its name.
    """

    title: str
    rows: pd.DataFrame
    scale: Scale
    decimals: int
    line: tuple[float, str] | None = None


def courses(
    panels: Sequence[Panel],
    *,
    id: str,
    status: Status,
    caption: str,
    fewest: int = 10,
    marked: tuple[Collection[str], str] | None = None,
    level: float = 0.95,
) -> Figure:
    """Draw the course of one or more analytes, one panel below the other.

    Visits stand side by side at equal distances, so that the first days can be read. A patient's
    line runs on across a visit that was missed. The mean is over those who have a value.

    Parameters
    ----------
    panels : sequence of Panel
        What to draw; all share the visits.
    fewest : int
        Visits at which any panel has fewer values are left out; the caption says so.
    marked : (collection of patient_id, str), optional
        Patients whose lines are drawn dashed and in orange, and what they are called.
    level : float
        Confidence level of the interval at each visit, in (0, 1).

    Raises
    ------
    DataError
        If there is no panel, no visit has enough values, or a marked patient is in no panel; and
        what :func:`analysis_lib.visits.visit_means` refuses.
    """
    import pandas as pd

    if not panels:
        raise DataError(f"figure {id!r} has no panel; give at least one")
    means = [visit_means(panel.rows, scale=panel.scale, level=level) for panel in panels]
    shown = _shared_visits(means, fewest, id)
    chosen = set(marked[0]) if marked else set()
    strange = chosen - {name for panel in panels for name in panel.rows["patient_id"]}
    if strange:
        raise DataError(f"figure {id!r} marks {sorted(strange)[:3]}, who are in no panel")
    data, said = [], []
    height = max(ALONE, HEIGHT * len(panels)) + 0.7
    with canvas(height, rows=len(panels), squeeze=False) as (figure, grid_of):
        for axes, panel, mean in zip(grid_of[:, 0], panels, means, strict=True):
            mean = mean[mean["visit"].isin(shown)]
            rows = panel.rows[panel.rows["visit"].isin(shown)]
            _patients(axes, rows, shown, chosen)
            _means(axes, mean, shown)
            last = axes is grid_of[-1, 0]
            _frame(axes, panel, shown, named=last)
            _counts(axes, mean, shown, below=LABELS_BELOW if last else 4)
            data += [
                rows.assign(panel=panel.title)[["panel", "patient_id", "visit", "month", "value"]],
                mean.assign(panel=panel.title, patient_id="mean", value=mean["estimate"]),
            ]
            said.append(_in_words(panel, mean))
        grid_of[-1, 0].set_xlabel(
            "Planned visit, not to scale. n: patients with a value", labelpad=20
        )
        if marked:
            _legend(grid_of[0, 0], marked[1])
        dropped = max(len(mean) for mean in means) > len(shown)
        caption += (
            f" Faint: each patient{f' (orange, dashed: {marked[1]})' if marked else ''}. "
            f"Dots: mean, with {level_text(level)} interval"
            f"{'; geometric mean on a log axis' if any(p.scale == 'log' for p in panels) else ''}."
            + "".join(f" Dotted: {panel.line[1]}." for panel in panels if panel.line)
            + (f" Visits with fewer than {fewest} values are left out." if dropped else "")
        )
        return finish(
            figure,
            pd.concat(data)[
                ["panel", "patient_id", "visit", "month", "value", "lower", "upper", "n"]
            ],
            id=id,
            status=status,
            caption=caption,
            alt=" ".join(said),
        )


def _shared_visits(means: Sequence[pd.DataFrame], fewest: int, id: str) -> list[str]:
    enough = [set(mean.loc[mean["n"].ge(fewest), "visit"]) for mean in means]
    shown = [visit for visit in means[0]["visit"] if all(visit in names for names in enough)]
    if not shown:
        raise DataError(f"figure {id!r}: no visit has {fewest} values in each panel")
    return shown


def _patients(axes: Axes, rows: pd.DataFrame, shown: list[str], chosen: Collection[str]) -> None:
    for name, course in rows.dropna(subset=["value"]).groupby("patient_id", sort=False):
        strong = name in chosen
        axes.plot(
            course["visit"].map(shown.index), course["value"].astype(float),
            color=COLOURS["orange" if strong else "muted"], alpha=0.75 if strong else 0.3,
            linewidth=0.9 if strong else 0.6, linestyle=(0, (4, 2)) if strong else "-",
            zorder=2.5 if strong else 2,
        )  # fmt: skip


def _means(axes: Axes, mean: pd.DataFrame, shown: list[str]) -> None:
    places = mean["visit"].map(shown.index).to_numpy(dtype=float)
    axes.plot(places, mean["estimate"], "o-", color=COLOURS["blue"], markersize=5, zorder=4)
    axes.vlines(
        places, mean["lower"], mean["upper"], color=COLOURS["blue"], linewidth=2.6, zorder=4
    )


def _frame(axes: Axes, panel: Panel, shown: list[str], *, named: bool) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    if panel.scale == "log":
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 3.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    if panel.line is not None:
        axes.axhline(
            panel.line[0], color=COLOURS["ink"], linewidth=1.3, linestyle=(0, (1, 2)), zorder=3
        )
    axes.set_title(panel.title + (" (log scale)" if panel.scale == "log" else ""))
    axes.set_xticks(range(len(shown)), _labels(shown) if named else [""] * len(shown), fontsize=9)
    axes.set_xlim(-0.45, len(shown) - 0.55)
    grid(axes, "y")
    axes.tick_params(which="minor", length=0)


def _counts(axes: Axes, mean: pd.DataFrame, shown: list[str], *, below: float) -> None:
    axes.annotate(
        "n", (0, 0), xycoords="axes fraction", xytext=(-6, -below), textcoords="offset points",
        ha="right", va="top", color=COLOURS["muted"], fontsize=9, style="italic",
    )  # fmt: skip
    for place, count in zip(mean["visit"].map(shown.index), mean["n"], strict=True):
        axes.annotate(
            str(count), (place, 0), xycoords=("data", "axes fraction"), xytext=(0, -below),
            textcoords="offset points", ha="center", va="top", color=COLOURS["muted"],
            fontsize=9,
        )  # fmt: skip


def _labels(shown: list[str]) -> list[str]:
    """Write each visit as its unit above its count; a unit is named once for a run of visits."""
    labels, last = [], ""
    for visit in shown:
        unit, _, count = visit.partition("_")
        labels.append("base-\nline" if not count else f"{unit if unit != last else ''}\n{count}")
        last = unit
    return labels


def _legend(axes: Axes, name: str) -> None:
    axes.plot([], [], color=COLOURS["orange"], linewidth=1.2, linestyle=(0, (4, 2)), label=name)
    axes.legend(loc="upper right", borderpad=0)


def _in_words(panel: Panel, mean: pd.DataFrame) -> str:
    kind = "Geometric mean" if panel.scale == "log" else "Mean"

    def one(row: Any) -> str:
        interval = span(row.lower, row.upper, panel.decimals)
        return (
            f"{row.visit.replace('_', NBSP)} {number(row.estimate, panel.decimals)} ({interval}; "
            f"n{NBSP}={NBSP}{row.n})"
        )

    text = f"{panel.title}. {kind} and interval at each visit: "
    text += ", ".join(one(row) for row in mean.itertuples()) + "."
    return text + (f" A dotted line marks {panel.line[1]}." if panel.line else "")
