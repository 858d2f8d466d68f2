"""Pictures of how many patients it takes: for one risk factor, and for a prediction model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import Status, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

STYLES = (
    ("blue", "-", "o"),
    ("orange", (0, (5, 2)), "D"),
    ("teal", (0, (1, 1.2)), "s"),
    ("ink", (0, (5, 1.5, 1, 1.5)), "^"),
)
"""Colour, line style and marker of each curve: never told apart by colour alone."""

TICKS = (20, 50, 100, 200, 500, 1000, 2000, 5000)
FAILURE_TICKS = (5, 10, *TICKS)
BAR = 0.34
"""Height of a bar with its gap, in inches."""


def power_curves(
    curves: pd.DataFrame,
    *,
    study: int,
    power: float,
    id: str,
    status: Status,
    caption: str,
    share: float | None = None,
) -> Figure:
    """Draw the chance of a significant result over the number of patients.

    Parameters
    ----------
    curves : DataFrame
        ``label`` (four at most, named above the picture) and the columns of
        :func:`analysis_lib.power.over_sizes`. Formula is drawn as a line, every table as marks.
    study : int
        Patients of the study, drawn as a line across.
    power : float
        Power asked for, drawn as a dashed line.
    share : float, optional
        Share of the patients that fail: writes the failures at the upper edge.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    _need(curves, ("label", "source", "n", "power"), id)
    with canvas(3.4 if share is None else 3.9) as (figure, axes):
        said = []
        groups = curves.groupby("label", sort=False)
        for (name, both), (colour, line, mark) in zip(groups, STYLES, strict=False):
            formula = both["source"].eq("formula")
            rows, marks = both[formula], both[~formula]
            axes.plot(rows["n"], 100 * rows["power"], color=COLOURS[colour], linestyle=line)
            axes.plot(marks["n"], 100 * marks["power"], mark, color=COLOURS[colour], markersize=5)
            axes.plot(
                [], [], mark, color=COLOURS[colour], linestyle=line, markersize=5, label=str(name)
            )
            at = rows.iloc[(rows["n"] - study).abs().argmin()]
            last = rows.iloc[-1]
            said.append(
                f"{name}: {percent(at['power'], 0)} with {at['n']:.0f} patients, "
                f"{percent(last['power'], 0)} with {last['n']:.0f}"
            )
        axes.axhline(100 * power, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
        axes.axvline(study, color=COLOURS["muted"], linewidth=1.2)
        _patients(axes, curves["n"].min(), curves["n"].max())
        grid(axes, "y")
        axes.set_ylim(0, 102)
        axes.set_ylabel("Significant, % of studies")
        figure.legend(loc="outside upper left", ncols=2, handlelength=3)
        if share is not None:
            low, high = axes.get_xlim()
            failures = [f for f in FAILURE_TICKS if low * share <= f <= high * share]
            above = axes.secondary_xaxis("top")
            above.set_xticks([f / share for f in failures], [str(f) for f in failures])
            above.set_xlabel("Failures among them")
            above.minorticks_off()
            above.tick_params(length=0)
            above.spines["top"].set_visible(False)
        alt = (
            "Chance of a significant result over the number of patients. "
            f"{'; '.join(said)}. Marks, from every possible result, lie near the curves. A dashed "
            f"line marks {percent(power, 0)}, another line the {study} patients of the study."
        )
        caption += (
            f" Upright: the {study} patients of the study. Dashed: {percent(power, 0)}. Lines: "
            "formula; marks: every possible result."
        )
        return finish(figure, curves, id=id, status=status, caption=caption, alt=alt)


def needed(rows: pd.DataFrame, *, study: int, id: str, status: Status, caption: str) -> Figure:
    """Draw the patients that each criterion asks for as bars, the study's as a line.

    Parameters
    ----------
    rows : DataFrame
        ``group`` (a bold heading above its bars), ``label`` and ``n``, in the order to be drawn.
        A bar beyond the study is orange and hatched, another blue; its number stands at its end.
    study : int
        Patients of the study.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    _need(rows, ("group", "label", "n"), id)
    groups = list(dict.fromkeys(rows["group"]))
    with canvas(BAR * (len(rows) + len(groups)) + 0.75) as (figure, axes):
        ticks: dict[float, str] = {}
        room = 0.1 * float(rows["n"].max())
        y, said = 0.0, []
        for group in groups:
            axes.annotate(
                str(group), (0, y), xycoords=("axes fraction", "data"), xytext=(-6, 0),
                textcoords="offset points", ha="right", va="center", weight="bold",
            )  # fmt: skip
            y -= 1
            for row in rows[rows["group"] == group].itertuples():
                beyond = int(str(row.n)) > study
                axes.barh(
                    y, row.n, height=0.62, color=COLOURS["orange" if beyond else "blue"],
                    hatch="///" if beyond else None, edgecolor=COLOURS["paper"], linewidth=0,
                )  # fmt: skip
                # A number that would stand across the dashed line starts behind it.
                crosses = int(str(row.n)) < study < int(str(row.n)) + room
                axes.annotate(
                    f"{row.n}", (study if crosses else float(str(row.n)), y), xytext=(5, 0),
                    textcoords="offset points", va="center", fontsize=10,
                )  # fmt: skip
                ticks[y] = str(row.label)
                said.append(f"{group}, {row.label}: {row.n}")
                y -= 1
        axes.axvline(study, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
        axes.set_yticks(list(ticks), list(ticks.values()))
        axes.set_ylim(y + 0.4, 0.6)
        axes.set_xlim(0, 1.12 * rows["n"].max())
        axes.set_xlabel("Patients needed")
        grid(axes, "x")
        alt = (
            f"Bars of the patients needed. {'; '.join(said)}. A dashed line marks the {study} "
            "patients of the study."
        )
        caption += f" Dashed: the {study} patients of the study."
        return finish(figure, rows, id=id, status=status, caption=caption, alt=alt)


def _patients(axes: Axes, low: float, high: float) -> None:
    """Make the patients a logarithmic axis that is written in plain numbers."""
    axes.set_xscale("log")
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlim(low, high)
    axes.set_xlabel("Patients (log scale)")


def _need(frame: Any, columns: Sequence[str], id: str) -> None:
    absent = [name for name in columns if name not in frame]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(frame.columns)}")
