"""Pictures of the patients: how they pass through, which visits they kept, how many glands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import NBSP, Status, number, percent, span

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ROW = 0.235
"""Height of a visit's row in inches."""
SMALL = 9.5


def flow_chart(boxes: pd.DataFrame, *, id: str, status: Status, caption: str) -> Figure:
    """Draw the participant flow: ``boxes`` as from ``participants.flow``.

    Who was seen and not treated is in no row: a dashed box says that it is not stated.
    """
    _need(boxes, ("step", "box", "patients", "glands", "failed", "unknown"), id)
    steps = {step: list(rows.itertuples()) for step, rows in boxes.groupby("step", sort=False)}
    (treated,) = steps["treated"]
    ends, endpoint = steps["follow_up_ended"], steps["endpoint"]
    reached, failed = steps["outcome"]
    with canvas(5.3) as (figure, axes):
        axes.set_axis_off()
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        _box(axes, 50, 94, 62, 10, "Seen, screened, not treated: not stated", dashed=True)
        _arrow(axes, (50, 89), (50, 83))
        _box(
            axes, 50, 76.5, 62, 13,
            f"Treated: {treated.patients} patients\nwith {treated.glands} glands",
        )  # fmt: skip
        centres = [100 * (place + 0.5) / len(ends) for place in range(len(ends))]
        _fork(axes, 70, 61.5, 57, centres)
        axes.text(
            51.5, 65.8, "follow-up ended by", va="center", fontsize=SMALL, color=COLOURS["muted"]
        )
        for x, end in zip(centres, ends, strict=True):
            words = str(end.box)
            _box(
                axes, x, 49, 100 / len(ends) - 2, 16,
                f"{words[0].upper()}{words[1:]}\n{end.patients}, of whom\n{end.failed} failed",
                size=SMALL,
            )  # fmt: skip
        for x in centres:
            _line(axes, [x, x], [41, 37])
        _line(axes, [min(centres), max(centres)], [37, 37])
        known, none = endpoint
        for x in (32, 84):
            _arrow(axes, (x, 37), (x, 32.5))
        _box(axes, 32, 26.5, 62, 12, f"Last PTH known: {known.patients}")
        _box(axes, 84, 26.5, 30, 12, f"No PTH after\nablation: {none.patients}")
        _fork(axes, 20.5, 16.5, 12, [25.5, 77], stem=32)
        _box(axes, 25.5, 6.5, 49, 11, f"Target reached: {reached.patients}", edge="blue")
        _box(axes, 77, 6.5, 44, 11, f"Treatment failed: {failed.patients}", edge="orange")
        reasons = "; ".join(
            f"{end.box} {end.patients}, of whom {end.failed} failed" for end in ends
        )
        alt = (
            "Flow of participants, from top to bottom. Seen, screened or not treated: not stated. "
            f"Treated: {treated.patients} patients with {treated.glands} glands. Follow-up ended "
            f"by: {reasons}. Last PTH known in {known.patients}, no PTH after ablation in "
            f"{none.patients}. Target reached in {reached.patients}, treatment failed in "
            f"{failed.patients}."
        )
        return finish(figure, boxes, id=id, status=status, caption=caption, alt=alt)


def visits(rows: pd.DataFrame, *, id: str, status: Status, caption: str) -> Figure:
    """Draw visits due, attended and measured, one planned visit a row, with their counts.

    ``rows`` as from ``participants.completeness``: ``visit``, ``due``, ``attended``, ``measured``.
    """
    _need(rows, ("visit", "due", "attended", "measured"), id)
    headings = {"due": 34, "attended": 88, "measured": 147}
    with canvas(ROW * (len(rows) + 1) + 0.75) as (figure, axes):
        places = [-place for place in range(len(rows))]
        axes.barh(places, rows["due"], height=0.78, color=COLOURS["grid"], label="due")
        axes.barh(places, rows["attended"], height=0.36, color=COLOURS["blue"], label="attended")
        axes.plot(
            rows["measured"], places, "|", color=COLOURS["orange"], markersize=11,
            markeredgewidth=2.6, label="measured",
        )  # fmt: skip
        axes.set_yticks(places, [str(name).replace("_", " ") for name in rows["visit"]])
        axes.set_ylim(places[-1] - 0.7, 1.3)
        axes.set_xlim(0, max(rows["due"]) * 1.02)
        axes.set_xlabel("Patients")
        grid(axes)
        axes.spines["left"].set_visible(False)
        for name, x in headings.items():
            colour = {"due": "muted", "attended": "blue", "measured": "orange"}[name]
            _right(axes, 1.0, x, name, colour, bold=True)
            for place, count in zip(places, rows[name], strict=True):
                _right(axes, place, x, str(count), "ink")
        said = "; ".join(
            f"{str(row.visit).replace('_', ' ')}: {row.due}, {row.attended}, {row.measured}"
            for row in rows.itertuples()
        )
        alt = (
            f"{len(rows)} planned visits, one a row, each with patients for whom it was due (wide "
            f"pale bar), who attended (narrow bar) and who have a value (upright mark). {said}."
        )
        return finish(figure, rows, id=id, status=status, caption=caption, alt=alt)


def glands(rows: pd.DataFrame, *, id: str, status: Status, caption: str) -> Figure:
    """Draw patients by their number of glands, and the glands that makes, side by side.

    ``rows`` as from ``participants.glands_per_patient``.
    """
    _need(rows, ("n_glands", "patients", "glands", "patient_share", "gland_share"), id)
    totals = {name: int(rows[name].sum()) for name in ("patients", "glands")}
    with canvas(0.46 * len(rows) + 1.0, columns=2, sharey=True) as (figure, pair):
        for axes, name, colour in zip(
            pair, ("patients", "glands"), ("blue", "orange"), strict=True
        ):
            places = [-place for place in range(len(rows))]
            axes.barh(places, rows[name], height=0.62, color=COLOURS[colour])
            shares = rows["patient_share" if name == "patients" else "gland_share"]
            for place, count, share in zip(places, rows[name], shares, strict=True):
                axes.annotate(
                    f"{count} ({percent(share, 0)})", (count, place), xytext=(5, 0),
                    textcoords="offset points", va="center", fontsize=SMALL,
                )  # fmt: skip
            axes.set_title(f"{totals[name]} {name}", weight="bold")
            axes.set_xlim(0, max(rows["patients"].max(), rows["glands"].max()) * 1.38)
            axes.set_yticks(places, [f"{k} gland{'' if k == 1 else 's'}" for k in rows["n_glands"]])
            axes.set_xticks([])
            axes.tick_params(length=0)
            for side in ("left", "bottom"):
                axes.spines[side].set_visible(False)
        said = "; ".join(
            f"{row.n_glands}: {row.patients} patients, {row.glands} glands"
            for row in rows.itertuples()
        )
        alt = (
            f"Bars by number of treated glands: on the left {totals['patients']} patients, on the "
            f"right their {totals['glands']} glands. {said}."
        )
        return finish(figure, rows, id=id, status=status, caption=caption, alt=alt)


def last_values(
    rows: pd.DataFrame, failed: pd.Series, *, id: str, status: Status, caption: str
) -> Figure:
    """Draw how long before the end of follow-up each patient was last measured.

    ``rows`` as from ``participants.last_measurement``; ``failed``, boolean, in the same order.
    Patients without a value, or without a known outcome, are not drawn, and the alt text counts
    them.
    """
    _need(rows, ("patient_id", "followup_months", "measured_months", "gap_months"), id)
    data = rows.assign(treatment_failure=failed.to_numpy())
    drawn = data.dropna()
    with canvas(3.1) as (figure, axes):
        for is_failure, colour, marker, label in (
            (False, "blue", "o", "target reached"),
            (True, "orange", "D", "treatment failed"),
        ):
            part = drawn[drawn["treatment_failure"].eq(is_failure)]
            axes.plot(
                part["followup_months"], part["gap_months"], marker, color=COLOURS[colour],
                markersize=5.5 if is_failure else 4.5, markeredgewidth=0,
                alpha=1 if is_failure else 0.75, label=label, zorder=3 if is_failure else 2,
            )  # fmt: skip
        axes.set_xlabel("Follow-up, months")
        axes.set_ylabel("Months since last PTH")
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2)
        grid(axes, "y")
        gap = drawn["gap_months"].astype(float)
        quarters = gap.quantile([0.25, 0.5, 0.75]).tolist()
        left = len(data) - len(drawn)
        alt = (
            f"One point a patient, {len(drawn)} in all: follow-up in months against the months "
            f"between the last PTH and the end of follow-up. The gap is {number(quarters[1], 1)} "
            f"months at the median, {span(quarters[0], quarters[2], 1)} in the middle half, "
            f"{number(gap.max(), 1)} at most."
            + (f" {left} patient{' is' if left == 1 else 's are'} not drawn." if left else "")
        )
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


# ---- inside --------------------------------------------------------------------------------------


def _need(rows: pd.DataFrame, columns: tuple[str, ...], id: str) -> None:
    absent = [name for name in columns if name not in rows]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(rows.columns)}")


def _box(
    axes: Axes, x: float, y: float, width: float, height: float, text: str,
    *, edge: str = "muted", dashed: bool = False, size: float = 10.5,
) -> None:  # fmt: skip
    from matplotlib.patches import Rectangle

    strong = edge != "muted"
    axes.add_patch(
        Rectangle(
            (x - width / 2, y - height / 2), width, height, fill=False,
            edgecolor=COLOURS[edge], linewidth=2.2 if strong else 1.1,
            linestyle=(0, (4, 3)) if dashed else "-", clip_on=False,
        )
    )  # fmt: skip
    axes.text(
        x, y, text, ha="center", va="center", fontsize=size, linespacing=1.25,
        color=COLOURS["muted" if dashed else "ink"], weight="bold" if strong else "normal",
    )  # fmt: skip


def _line(axes: Axes, xs: list[float], ys: list[float]) -> None:
    axes.plot(xs, ys, color=COLOURS["muted"], linewidth=1.1, solid_capstyle="butt")


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start,
        arrowprops={"arrowstyle": "-|>", "color": COLOURS["muted"], "linewidth": 1.1,
                    "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11},
    )  # fmt: skip


def _fork(
    axes: Axes, top: float, bar: float, bottom: float, xs: list[float], stem: float = 50
) -> None:
    """Draw one line from above that splits into arrows at the height of the bar."""
    _line(axes, [stem, stem], [top, bar])
    _line(axes, [min(xs), max(xs)], [bar, bar])
    for x in xs:
        _arrow(axes, (x, bar), (x, bottom))


def _right(axes: Axes, y: float, x: float, text: str, colour: str, *, bold: bool = False) -> None:
    extra: dict[str, Any] = {"weight": "bold"} if bold else {}
    axes.annotate(
        text.replace(" ", NBSP), (1, y), xycoords=("axes fraction", "data"), xytext=(x, 0),
        textcoords="offset points", va="center", ha="right", fontsize=SMALL,
        color=COLOURS[colour], **extra,
    )  # fmt: skip
