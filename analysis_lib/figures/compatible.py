"""Pictures of how the simulated cohort was built, and of its margins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analysis_lib.compatible import Build
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import number, span

if TYPE_CHECKING:
    import pandas as pd


def convergence(builds: Mapping[str, Build], *, id: str) -> Figure:
    """Draw how far the regression is from the published one, round by round of the search.

    ``builds`` maps a name for each search to its record; the first is the shipped cohort.
    """
    import pandas as pd

    record = pd.DataFrame(
        [{"search": name, **row} for name, build in builds.items() for row in build.trace]
    )
    with canvas(3.2) as (figure, axes):
        for name, rows in record.groupby("search", sort=False):
            first = name == next(iter(builds))
            axes.plot(
                rows["round"],
                rows["distance"].clip(lower=1e-3),
                color=COLOURS["orange" if first else "muted"],
                linewidth=2.2 if first else 1.0,
                alpha=1.0 if first else 0.55,
                zorder=3 if first else 2,
                marker="o" if first else None,
                markersize=5,
                label=str(name) if first else None,
            )
        others = len(builds) - 1
        axes.plot([], [], color=COLOURS["muted"], linewidth=1.0, label=f"{others} other seeds")
        axes.set_yscale("log")
        axes.set_xlabel("Round of exchanges")
        axes.set_ylabel("Distance (log scale)")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(loc="upper right")
        grid(axes, "y")
        last = record.groupby("search", sort=False).last()
        shipped = last.iloc[0]
        alt = (
            f"Distance to the published regression over rounds of exchanges, for {len(builds)} "
            f"searches. It falls steeply in each. The shipped cohort needed "
            f"{shipped['round']:.0f} rounds after its start and ended at an odds ratio of "
            f"{number(shipped['odds_ratio'], 2)} with standard error "
            f"{number(shipped['standard_error'], 3)}."
        )
        caption = "How fast do exchanges bring the regression to what was published?"
        return finish(figure, record, id=id, status="simulated", caption=caption, alt=alt)


PANELS = {
    "age_years": "Age, years",
    "followup_months": "Follow-up, months",
    "pth_baseline_pg_ml": "PTH before, pg/mL",
    "pth_end_pg_ml": "PTH at the end, pg/mL",
    "calcium_baseline_mmol_l": "Calcium before, mmol/L",
    "phosphorus_baseline_mmol_l": "Phosphorus before, mmol/L",
    "alp_baseline_u_l": "ALP before, U/L",
    "max_diameter_mm": "Largest gland, mm",
}


def margins(frame: pd.DataFrame, lines: Mapping[str, tuple[float, str]], *, id: str) -> Figure:
    """Draw the histogram of each main column, failures apart, with published values as lines.

    ``frame`` has one row a patient; ``lines`` maps a column to a published value and its name.
    """
    import seaborn as sns

    failed = frame["treatment_failure"].astype(bool)
    with canvas(6.6, rows=4, columns=2) as (figure, grid_of_axes):
        for axes, (column, title) in zip(grid_of_axes.flat, PANELS.items(), strict=True):
            data = frame[[column]].astype(float).assign(failed=failed.to_numpy())
            sns.histplot(
                data=data, x=column, hue="failed", multiple="stack", bins=16, ax=axes,
                palette={False: COLOURS["blue"], True: COLOURS["orange"]}, alpha=1,
                edgecolor="none", legend=False,
            )  # fmt: skip
            axes.set_title(title, weight="normal")
            axes.set_xlabel("")
            axes.set_ylabel("")
            axes.tick_params(length=0)
            axes.margins(y=0.22)
            axes.spines["left"].set_visible(False)
            axes.grid(visible=True, axis="y", linewidth=0.8)
            if column in lines:
                value, name = lines[column]
                axes.axvline(value, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
                axes.annotate(
                    name, (value, 1), xycoords=("data", "axes fraction"), xytext=(4, -2),
                    textcoords="offset points", va="top", fontsize=9,
                )  # fmt: skip
        figure.supylabel("Patients", fontsize=10.5)
        middle = {
            title: frame[column].astype(float).quantile([0.25, 0.5, 0.75]).tolist()
            for column, title in PANELS.items()
        }
        alt = (
            "Histograms of eight columns, patients with treatment failure on top in another "
            "colour. Median and middle half: "
            + "; ".join(
                f"{title}: {number(q[1], 2)} ({span(q[0], q[2], 2)})" for title, q in middle.items()
            )
            + "."
        )
        shown = frame[["patient_id", *PANELS]].assign(treatment_failure=failed)
        caption = (
            "What do the simulated patients look like? Blue: target reached. Orange: failure. "
            "Dashed: published values."
        )
        return finish(figure, shown, id=id, status="simulated", caption=caption, alt=alt)
