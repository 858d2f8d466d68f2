"""Pictures of glands in patients: limits when nothing failed, and how alike their sizes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import Proportion, Status, number, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def limit_by_correlation(
    limits: pd.DataFrame,
    *,
    patients: Proportion,
    glands: Proportion,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw the upper limit for failed glands by assumed correlation, between both denominators.

    ``limits`` is a table of :func:`analysis_lib.glands.limits_by_correlation`; ``patients`` and
    ``glands`` are the limits if each were independent.
    """
    with canvas(3.3) as (figure, axes):
        x = limits["correlation"]
        for limit, words, colour, above in (
            (patients, f"as if {patients.n} patients", COLOURS["orange"], 5),
            (glands, f"as if {glands.n} glands", COLOURS["teal"], -12),
        ):
            axes.axhline(100 * limit.upper, color=colour, linewidth=1.4, linestyle=(0, (4, 3)))
            axes.annotate(
                f"{words}: {percent(limit.upper)}", (0.0 if above > 0 else 1.0, 100 * limit.upper),
                xytext=(2 if above > 0 else -2, above), textcoords="offset points", color=colour,
                ha="left" if above > 0 else "right",
            )  # fmt: skip
        axes.fill_between(
            x, 100 * limits["even"], 100 * limits["uneven"], color=COLOURS["blue"], alpha=0.2,
            linewidth=0,
        )  # fmt: skip
        styles = (("uneven", "-", "o", "most unevenly"), ("even", "-", "s", "most evenly"))
        for name, style, marker, words in styles:
            axes.plot(
                x, 100 * limits[name], style, color=COLOURS["blue"], marker=marker, markersize=5,
                markerfacecolor=COLOURS["blue" if name == "uneven" else "paper"],
                markevery=max(1, len(x) // 5),
                label=f"glands shared {words}",
            )  # fmt: skip
        axes.set_xlim(0, 1)
        axes.set_ylim(80 * glands.upper, 112 * patients.upper)
        axes.set_xlabel("Assumed correlation between the glands of a patient")
        axes.set_ylabel("Upper limit, failed glands, %")
        axes.legend(loc="upper left", bbox_to_anchor=(0.01, 0.8))
        grid(axes, "y")
        middle = limits.iloc[(x - 0.5).abs().argmin()]
        alt = (
            f"Upper limit for the share of failed glands against the assumed correlation. It rises "
            f"from {percent(glands.upper)}, the limit for {glands.n} independent glands, to "
            f"{percent(patients.upper)}, that for {patients.n} patients. At a correlation of "
            f"{number(float(middle['correlation']), 1)} it is {percent(float(middle['even']))} if "
            f"the glands are shared evenly among patients and {percent(float(middle['uneven']))} "
            "if as unevenly as they can be."
        )
        data = limits.assign(patients=patients.upper, glands=glands.upper)
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def sizes_in_patients(
    glands: pd.DataFrame, *, above: float, id: str, status: Status, caption: str
) -> Figure:
    """Draw each gland's diameter over its patient: one column a patient, sorted by the mean.

    ``glands`` has ``patient_id``, ``gland_id`` and ``max_diameter_mm``; a gland without diameter
    is left out. ``above`` is the size from which a gland is drawn as large.
    """
    absent = [c for c in ("patient_id", "gland_id", "max_diameter_mm") if c not in glands]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(glands)}")
    rows = glands[["patient_id", "gland_id", "max_diameter_mm"]].dropna().copy()
    if rows.empty:
        raise DataError(f"figure {id!r}: no gland has a diameter; nothing to draw")
    rows["max_diameter_mm"] = rows["max_diameter_mm"].astype(float)
    per = rows.groupby("patient_id")["max_diameter_mm"]
    rows["glands"], rows["mean_mm"] = per.transform("size"), per.transform("mean")
    rows["large"] = rows["max_diameter_mm"] > above
    rows["several"] = rows["glands"] > 1
    rows = rows.sort_values(["several", "mean_mm", "patient_id", "gland_id"], kind="stable")
    order = {who: place for place, who in enumerate(dict.fromkeys(rows["patient_id"]))}
    rows["place"] = rows["patient_id"].map(order)
    singles = int((~rows["several"]).sum())
    several = rows[rows["several"]]
    width = [max(singles, 8), max(len(order) - singles, 8)]
    with canvas(3.7, columns=2, sharey=True, width_ratios=width) as (figure, both):
        for axes, part, words in zip(
            both, (rows[~rows["several"]], several), ("One gland", "Several glands"), strict=True
        ):
            _columns(axes, part, above)
            patients = part["patient_id"].nunique()
            axes.set_title(f"{words}: {patients} patients", weight="normal")
        both[0].set_ylabel("Largest diameter, mm")
        both[1].spines["left"].set_visible(False)
        both[0].annotate(
            f"{number(above, 0)} mm", (0, above), xycoords=("axes fraction", "data"),
            xytext=(4, 4), textcoords="offset points", fontsize=9.5,
        )  # fmt: skip
        figure.supxlabel("Patients, sorted by the mean of their glands", fontsize=10.5)
        ranges = several.groupby("patient_id")["max_diameter_mm"].agg(lambda d: d.max() - d.min())
        spread = float(rows["max_diameter_mm"].max() - rows["max_diameter_mm"].min())
        alt = (
            f"Largest diameter of {len(rows)} glands of {len(order)} patients, one column a "
            f"patient. {singles} patients have one gland. "
        )
        if len(ranges):
            alt += (
                f"In the {len(ranges)} others the glands of a patient differ by "
                f"{number(float(ranges.median()), 1)} mm at the median, while all glands span "
                f"{number(spread, 1)} mm. "
            )
        alt += (
            f"{int(rows['large'].sum())} glands lie above the dashed line at {number(above, 0)} mm."
        )
        data = rows[["patient_id", "gland_id", "glands", "max_diameter_mm", "large"]]
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def _columns(axes: Axes, part: pd.DataFrame, above: float) -> None:
    per = part.groupby("place")["max_diameter_mm"]
    axes.vlines(per.min().index, per.min(), per.max(), color=COLOURS["muted"], linewidth=1)
    for large, marker, colour in ((False, "o", COLOURS["blue"]), (True, "D", COLOURS["orange"])):
        shown = part[part["large"] == large]
        axes.plot(
            shown["place"], shown["max_diameter_mm"], marker, color=colour, markersize=3.6,
            linestyle="none",
        )  # fmt: skip
    axes.axhline(above, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set_xticks([])
    axes.margins(x=0.02)
    axes.grid(visible=True, axis="y", linewidth=0.8)
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)
