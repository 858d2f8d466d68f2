"""Pictures of harm: a hundred people, grades side by side, and calcium with lines across it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analysis_lib.benefit_harm import BOTH, NO_HARM, PALSY, SEVERE, out_of_hundred
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import Status, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Each harm has a colour, a shape of the body and letters on it; who missed the target is hollow.
LOOKS = {
    NO_HARM: ("blue", "round", ""),
    SEVERE: ("orange", "square", "Ca"),
    PALSY: ("teal", "triangle", "N"),
    BOTH: ("ink", "square", "2"),
}
SHAPES = {
    NO_HARM: "round",
    SEVERE: "square body, marked Ca",
    PALSY: "triangular body, marked N",
    BOTH: "square body, marked 2",
}
ROW = 10
"""People in a row of the hundred."""
NARROW = 4.2
"""Width of the hundred in inches."""
KEY_HEAD, KEY_LINE = 1.15, 1.0
"""Height of a heading and of a line of the key; one is the height of a person."""
SIZE = "max-width: 27rem; min-width: 0"
"""The hundred shrinks to a phone, where other pictures scroll, and never fills the whole column."""


def icons(
    rows: pd.DataFrame,
    *,
    id: str,
    status: Status,
    caption: str,
    words: Mapping[str, str] | None = None,
) -> Figure:
    """Draw a hundred people: who reached the target, and who was harmed.

    Parameters
    ----------
    rows : DataFrame
        One row a group, as from :func:`analysis_lib.benefit_harm.outcomes`: ``target_reached``,
        ``harm``, ``patients``. Counts are turned into a hundred people by largest remainders.
    words : mapping of str to str, optional
        How the key names a harm, where not by itself.

    Raises
    ------
    MissingColumnError, CountError
        If a column is missing, or there is nobody.
    """
    absent = [name for name in ("target_reached", "harm", "patients") if name not in rows]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(rows.columns)}")
    shown = rows[rows["patients"].gt(0)].reset_index(drop=True)
    people = out_of_hundred(
        {str(place): int(count) for place, count in enumerate(shown["patients"])}
    )
    shown = shown.assign(people=list(people.values()))
    named = {name: (words or {}).get(name, name) for name in LOOKS}
    parts = list(shown.groupby("target_reached", sort=False))
    # One unit is one person; the key stands below, so that a phone shows it without scrolling.
    height = ROW + sum(KEY_HEAD + KEY_LINE * len(group) for _, group in parts)
    with canvas(NARROW * height / ROW) as (figure, axes):
        figure.set_size_inches(NARROW, NARROW * height / ROW)
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set_xlim(0.0, ROW)
        axes.set_ylim(-height, 0.0)
        place = 0
        groups: list[Any] = list(shown.itertuples())
        for row in groups:
            for _ in range(row.people):
                _person(axes, place % ROW, -(place // ROW), row.harm, hollow=not row.target_reached)
                place += 1
        y = -float(ROW)
        for reached, group in parts:
            y = _key(axes, y, bool(reached), group, named)
        total = int(shown["patients"].sum())
        caption += f" Counts of {total} patients, rounded to a hundred people."
        found = finish(
            figure, shown, id=id, status=status, caption=caption, alt=_in_words(shown, named)
        )
    return replace(found, svg=found.svg.replace("<svg ", f'<svg style="{SIZE}" ', 1))


def _in_words(shown: pd.DataFrame, named: Mapping[str, str]) -> str:
    said = []
    for reached, group in shown.groupby("target_reached", sort=False):
        each = ", ".join(
            f"{people} {named[harm]} ({SHAPES[harm]})"
            for people, harm in zip(group["people"].tolist(), group["harm"].tolist(), strict=True)
        )
        said.append(
            f"{group['people'].sum()} {'reached' if reached else 'did not reach'} the target "
            f"({'filled' if reached else 'hollow'} figures): {each}"
        )
    return f"Rows of {ROW} small figures, a hundred in all. " + ". ".join(said) + "."


def _person(axes: Axes, x: float, y: float, harm: str, *, hollow: bool) -> None:
    """Draw one figure in the cell whose upper left corner is (x, y)."""
    from matplotlib.patches import Circle, FancyBboxPatch, Patch, Polygon

    name, shape, letters = LOOKS[harm]
    colour = COLOURS[name]
    style: dict[str, Any] = {
        "facecolor": "none" if hollow else colour,
        "edgecolor": colour,
        "linewidth": 1.3 if hollow else 0.8,
    }
    middle = x + 0.5
    bodies: dict[str, Patch] = {
        "round": FancyBboxPatch(
            (middle - 0.26, y - 0.91), 0.52, 0.46,
            boxstyle="round,pad=0,rounding_size=0.2", **style,
        ),
        "square": FancyBboxPatch(
            (middle - 0.3, y - 0.92), 0.6, 0.48, boxstyle="square,pad=0", **style
        ),
        "triangle": Polygon(
            [(middle - 0.36, y - 0.92), (middle + 0.36, y - 0.92), (middle, y - 0.36)],
            joinstyle="round", **style,
        ),
    }  # fmt: skip
    axes.add_patch(bodies[shape])
    axes.add_patch(Circle((middle, y - 0.24), 0.155, **style))
    if letters:
        axes.text(
            middle, y - (0.78 if shape == "triangle" else 0.69), letters, ha="center", va="center",
            fontsize=7.5, weight="bold", color=colour if hollow else COLOURS["paper"],
        )  # fmt: skip


def _key(
    axes: Axes, y: float, reached: bool, group: pd.DataFrame, named: Mapping[str, str]
) -> float:
    """Write one half of the key downwards from ``y``, and return where it ends."""
    import textwrap

    people = int(group["people"].sum())
    axes.text(
        0.15, y - 0.65, f"{people} of {ROW * ROW} {'reached' if reached else 'did not reach'} the "
        "target", va="center", fontsize=11.5, weight="bold",
    )  # fmt: skip
    y -= KEY_HEAD
    for row in group.itertuples():
        centre = y - KEY_LINE / 2
        _person(axes, 0.1, centre + 0.53, str(row.harm), hollow=not reached)
        axes.text(1.9, centre, str(row.people), ha="right", va="center", fontsize=12)
        letters = LOOKS[str(row.harm)][2]
        said = named[str(row.harm)] + (f" ({letters})" if letters else "")
        axes.text(
            2.2, centre, "\n".join(textwrap.wrap(said, 36)), va="center", fontsize=10.5,
            linespacing=1.1,
        )  # fmt: skip
        y -= KEY_LINE
    return y


# ---- grades --------------------------------------------------------------------------------------

TINTS = {
    "mild": "blue", "moderate": "blue", "minor": "blue",
    "severe": "orange", "life-threatening": "orange", "major": "orange",
}  # fmt: skip
"""The scheme's own word to a colour; teal where it has none."""
LETTERS = 38
"""Letters that have room in a whole bar; a label without room stands beside it."""


def grade_bars(rows: pd.DataFrame, *, id: str, status: Status, caption: str) -> Figure:
    """Draw, for each scheme and reading, how many of the same patients get which grade.

    Parameters
    ----------
    rows : DataFrame
        As from :func:`analysis_lib.grading.graded`: ``scheme``, ``reading``, ``grade``,
        ``severity``, ``patients``, ``rank``.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    needed = ("scheme", "reading", "grade", "severity", "patients", "rank")
    absent = [name for name in needed if name not in rows]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(rows.columns)}")
    bars = list(rows.groupby(["scheme", "reading"], sort=False))
    said = []
    with canvas(0.56 * len(bars) + 0.7) as (figure, axes):
        for y, ((scheme, reading), bar) in enumerate(bars):
            _graded_bar(axes, -y, bar)
            for text, up, bold in ((scheme, 6, True), (reading, -7, False)):
                axes.annotate(
                    text, (0, -y), xytext=(-8, up), textcoords="offset points", ha="right",
                    va="center", fontsize=10.5 if bold else 9, weight="bold" if bold else "normal",
                    color=COLOURS["ink" if bold else "muted"],
                )  # fmt: skip
            each = ", ".join(_label(part) for part in bar.itertuples())
            said.append(f"{scheme}, if {reading}: {each}")
        axes.set_yticks([])
        axes.set_xlim(0, max(int(bar["patients"].sum()) for _, bar in bars))
        axes.set_xlabel("Patients")
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(length=0)
        return finish(
            figure,
            rows,
            id=id,
            status=status,
            caption=f"{caption} On each part: its grade, the scheme's own word for it, and how "
            "many. Orange: severe, major or worse. Blue: less. Green: graded, without such a word.",
            alt=f"{len(bars)} bars of the same patients, parted by grade. " + "; ".join(said) + ".",
        )


def _label(part: Any) -> str:
    word = f" ({part.severity})" if isinstance(part.severity, str) else ""
    return f"{part.grade}{word}: {part.patients}"


def _graded_bar(axes: Axes, y: float, bar: pd.DataFrame) -> None:
    total, left, beside = int(bar["patients"].sum()), 0, []
    parts: list[Any] = list(bar.itertuples())
    for part in parts:
        count = int(part.patients)
        colour = TINTS.get(part.severity, "teal") if part.rank else "grid"
        axes.barh(
            y, count, left=left, height=0.56, color=COLOURS[colour], edgecolor=COLOURS["paper"],
            linewidth=1.0,
        )  # fmt: skip
        if LETTERS * count >= total * len(_label(part)):
            axes.text(
                left + count / 2, y, _label(part), ha="center", va="center",
                color=COLOURS["paper" if part.rank else "ink"], fontsize=9.5,
            )  # fmt: skip
        elif count:
            beside.append(_label(part))
        left += count
    axes.annotate(
        "\n".join(beside), (left, y), xytext=(6, 0), textcoords="offset points", va="center",
        fontsize=9, linespacing=1.1,
    )  # fmt: skip


# ---- the lowest calcium --------------------------------------------------------------------------


def nadirs(
    frame: pd.DataFrame,
    lines: Mapping[str, float],
    *,
    strong: str,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw each patient's lowest calcium against baseline alkaline phosphatase.

    Parameters
    ----------
    frame : DataFrame
        One row a patient, as from ``analysis_frame``: ``patient_id``, ``alp_baseline_u_l``,
        ``calcium_nadir_30d_mmol_l``. A patient without either is left out, and the caption says
        how many were.
    lines : mapping of str to float
        Thresholds in mmol/L to draw across, by name.
    strong : str
        The one of them that parts the patients by marker and colour.

    Raises
    ------
    MissingColumnError, DataError
        If a column is missing, ``strong`` is no line, or nobody has both values.
    """
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    columns = ["patient_id", "alp_baseline_u_l", "calcium_nadir_30d_mmol_l"]
    absent = [name for name in columns if name not in frame]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(frame.columns)}")
    data = frame[columns].dropna()
    if strong not in lines or data.empty:
        raise DataError(f"figure {id!r}: {len(data)} patients; {strong!r} must be one of the lines")
    alp = data["alp_baseline_u_l"].astype(float)
    calcium = data["calcium_nadir_30d_mmol_l"].astype(float)
    low = calcium.lt(lines[strong])
    with canvas(3.5) as (figure, axes):
        for part, marker, colour in ((~low, "o", "blue"), (low, "D", "orange")):
            axes.plot(
                alp[part], calcium[part], marker, color=COLOURS[colour], markersize=5,
                markerfacecolor="none" if marker == "o" else COLOURS[colour], markeredgewidth=1.2,
                linestyle="",
            )  # fmt: skip
        for name, value in lines.items():
            bold = name == strong
            axes.axhline(
                value, color=COLOURS["ink" if bold else "muted"], linewidth=1.6 if bold else 1.0,
                linestyle=(0, (4, 3)), zorder=1,
            )  # fmt: skip
            axes.annotate(
                f"below {value:.4g}: {name}", (1, value),
                xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
                va="center", fontsize=9.5, color=COLOURS["ink" if bold else "muted"],
                weight="bold" if bold else "normal",
            )  # fmt: skip
        axes.set_xscale("log", base=2)
        ticks = [50 * 2**power for power in range(9) if alp.min() < 50 * 2**power < alp.max()]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_xlabel("Alkaline phosphatase before, U/L (each step doubles it)")
        axes.set_ylabel("Lowest calcium, mmol/L")
        grid(axes, "y")
        rho = float(alp.corr(calcium, method="spearman"))
        said = "; ".join(f"{name}: {int(calcium.lt(v).sum())}" for name, v in lines.items())
        alt = (
            f"Scatter of {len(data)} patients. The higher the alkaline phosphatase before, the "
            f"{'lower' if rho < 0 else 'higher'} the lowest calcium (rank correlation "
            f"{number(rho, 2)}). Calcium runs from {number(calcium.min(), 2)} to "
            f"{number(calcium.max(), 2)} mmol/L. Patients below each "
            f"line: {said}."
        )
        gone = len(frame) - len(data)
        caption += f" Diamonds: below the line of {strong}." + (
            f" {gone} patients without a value are left out." if gone else ""
        )
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)
