"""Pictures of what is known about the disease and its targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib.figures import COLOURS, Figure, canvas, finish
from analysis_lib.published import Claim

if TYPE_CHECKING:
    import pandas as pd


def target_ranges(ranges: pd.DataFrame, target: Claim, cutoff: Claim, *, id: str) -> Figure:
    """Draw the target ranges of the guidelines beside the study's target and its cut-off.

    ``ranges`` has the columns ``label``, ``lower_pg_ml`` and ``upper_pg_ml``.
    """
    with canvas(0.38 * len(ranges) + 1.5) as (figure, axes):
        for place, row in enumerate(ranges.itertuples()):
            axes.plot(
                [row.lower_pg_ml, row.upper_pg_ml],
                [-place, -place],
                linewidth=9,
                color=COLOURS["blue"],
                solid_capstyle="butt",
            )
            axes.annotate(
                f"{row.lower_pg_ml:.0f} to {row.upper_pg_ml:.0f}",
                (row.upper_pg_ml, -place),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=COLOURS["muted"],
                fontsize=9.5,
            )
        last = -len(ranges)
        axes.plot(
            [40, target.number],
            [last, last],
            linewidth=9,
            color=COLOURS["orange"],
            solid_capstyle="butt",
        )
        axes.annotate(
            f"up to {target.value}",
            (target.number, last),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=COLOURS["muted"],
            fontsize=9.5,
        )
        axes.axvline(target.number, color=COLOURS["orange"], linewidth=1, linestyle=(0, (4, 3)))
        axes.axvline(cutoff.number, color=COLOURS["ink"], linewidth=1, linestyle=(0, (4, 3)))
        axes.annotate(
            f"cut-off {cutoff.value}",
            (cutoff.number, 0.55),
            xytext=(-5, 0),
            textcoords="offset points",
            ha="right",
            va="center",
        )
        axes.set_xscale("log")
        ticks = [50, 100, 200, 300, 600, 1000, 2000]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.set_xlim(40, 2200)
        axes.set_ylim(last - 0.6, 0.9)
        axes.set_yticks(
            [*(-place for place in range(len(ranges))), last], [*ranges["label"], "Study: target"]
        )
        axes.set_xlabel("PTH, pg/mL (log scale)")
        axes.grid(visible=True, axis="x", linewidth=0.8)
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        alt = (
            "Target ranges of PTH as bars on a log scale. "
            + "; ".join(
                f"{row.label}: {row.lower_pg_ml:.0f} to {row.upper_pg_ml:.0f} pg/mL"
                for row in ranges.itertuples()
            )
            + f". The study counts anything up to {target}; its cut-off lies at {cutoff}."
        )
        caption = "How does the study's target compare with the guidelines' ranges?"
        return finish(figure, ranges, id=id, status="derived", caption=caption, alt=alt)
