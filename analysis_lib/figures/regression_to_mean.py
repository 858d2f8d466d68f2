"""Pictures of regression to the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import NBSP, Status, number, percent

if TYPE_CHECKING:
    import pandas as pd

STYLES = (("blue", "-"), ("orange", (0, (6, 2))), ("teal", (0, (2, 1.5))))


def remeasured(
    people: pd.DataFrame,
    threshold: float,
    *,
    unit: str,
    decimals: int,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw two measurements of each person, those chosen by the first one as lines.

    ``people`` as from :func:`analysis_lib.regression_to_mean.remeasure`.
    """
    chosen, rest = people[people["chosen"]], people[~people["chosen"]]
    with canvas(3.7) as (figure, axes):
        for part, colour, alpha in ((rest, "muted", 0.3), (chosen, "orange", 0.45)):
            for place, name in enumerate(("first", "second")):
                axes.plot(
                    [place] * len(part), part[name], "_", color=COLOURS[colour], alpha=alpha,
                    markersize=13, markeredgewidth=0.8,
                )  # fmt: skip
        axes.plot(
            [0, 1], chosen[["first", "second"]].T, color=COLOURS["orange"], linewidth=0.5,
            alpha=0.25,
        )  # fmt: skip
        axes.axhline(threshold, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (1, 2)))
        for part, colour, mark, words in (
            (people, "ink", "s", "everybody"),
            (chosen, "orange", "D", "chosen"),
        ):
            ends = [float(part[name].mean()) for name in ("first", "second")]
            axes.plot([0, 1], ends, mark + "-", color=COLOURS[colour], linewidth=2.4, markersize=7)
            for place, value in enumerate(ends):
                axes.annotate(
                    f"{words} {number(value, decimals)}", (place, value),
                    xytext=(-14 if place == 0 else 14, 0), textcoords="offset points",
                    ha="right" if place == 0 else "left", va="center", color=COLOURS[colour],
                    weight="bold",
                )  # fmt: skip
        axes.annotate(
            "threshold", (-0.61, threshold), ha="left", va="bottom", fontsize=9.5,
            color=COLOURS["ink"],
        )  # fmt: skip
        axes.set_xticks([0, 1], ["First measurement", "Second measurement"])
        axes.set_xlim(-0.62, 1.62)
        axes.set_ylabel(unit)
        grid(axes, "y")
        means = people[["first", "second"]].mean()
        of_chosen = chosen[["first", "second"]].mean()
        alt = (
            f"Two measurements of {len(people)} people whom nobody treated. "
            f"{len(chosen)} of them are chosen because the first is at or above the threshold. "
            f"Mean of the chosen: {number(of_chosen['first'], decimals)} first, "
            f"{number(of_chosen['second'], decimals)} second, in {unit}. Mean of everybody: "
            f"{number(means['first'], decimals)} first, {number(means['second'], decimals)} second."
        )
        caption += " Orange: chosen by the first measurement. Grey: the others. Nobody is treated."
        return finish(figure, people, id=id, status=status, caption=caption, alt=alt)


def shares(rows: pd.DataFrame, *, id: str, status: Status, caption: str) -> Figure:
    """Draw the share of a fall that regression to the mean would explain, over the correlation.

    ``rows`` has ``analyte``, ``correlation`` and ``share`` (a fraction); up to three analytes.
    """
    said = []
    starts = 100 * rows.groupby("analyte", sort=False)["share"].first()
    top = 15 + 100 * float(rows["share"].max())
    with canvas(3.2) as (figure, axes):
        lines = rows.groupby("analyte", sort=False)
        for (name, line), (colour, style) in zip(lines, STYLES, strict=False):
            axes.plot(
                line["correlation"], 100 * line["share"], color=COLOURS[colour], linestyle=style,
                linewidth=2.2,
            )  # fmt: skip
            first, last = line.iloc[0], line.iloc[-1]
            start = starts[name]
            crowded = bool(((starts > start) & (starts < start + 0.25 * top)).any())
            axes.annotate(
                str(name), (first["correlation"], start), xytext=(10, -21 if crowded else 2),
                textcoords="offset points", ha="left", va="top" if crowded else "bottom",
                color=COLOURS[colour], weight="bold",
            )  # fmt: skip
            said.append(
                f"{name}: {percent(first['share'], 0)} at {first['correlation']:g}, "
                f"{percent(last['share'], 0)} at {last['correlation']:g}"
            )
        axes.set_xlim(float(rows["correlation"].min()), float(rows["correlation"].max()))
        axes.set_ylim(0, top)
        axes.set_xlabel("Correlation of two measurements of one untreated person")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}{NBSP}%")
        grid(axes, "y")
        alt = (
            "Share of the fall that regression to the mean would explain, falling in straight "
            f"lines as the correlation rises. {'; '.join(said)}."
        )
        return finish(
            figure, rows[["analyte", "correlation", "share"]], id=id, status=status,
            caption=caption, alt=alt,
        )  # fmt: skip
