"""The picture of courses says in words what it draws, and keeps it as data."""

import io

import pandas as pd
import pytest

from analysis_lib import cohort
from analysis_lib.errors import DataError
from analysis_lib.figures.courses import Panel, courses
from analysis_lib.visits import visit_means

ROWS = pd.DataFrame(
    [
        (name, visit, month, value)
        for name, values in {"A": (8, 2, 4), "B": (2, 8, None), "C": (4, 4, 1)}.items()
        for (visit, month), value in zip(
            (("baseline", 0.0), ("day_1", 0.03), ("month_6", 6.0)), values, strict=True
        )
    ],
    columns=["patient_id", "visit", "month", "value"],
)


def draw(rows=ROWS, scale="log", line=None, **extra):
    panel = Panel(title="PTH, pg/mL", rows=rows, scale=scale, decimals=1, line=line)
    settings = {"fewest": 1} | extra
    return courses([panel], id="06-x", status="simulated", caption="How?", **settings)


def test_the_means_stand_in_words_and_in_the_data():
    figure = draw()
    means = visit_means(ROWS, scale="log").set_index("visit")
    assert means.loc["baseline", "estimate"] == pytest.approx(4)
    assert "baseline 4.0 (" in figure.alt
    assert "n\u00a0=\u00a02" in figure.alt
    data = pd.read_csv(io.StringIO(figure.csv))
    drawn = data[data["patient_id"].eq("mean")].set_index("visit")
    assert drawn["value"].to_dict() == pytest.approx(means["estimate"].to_dict())
    patients = data[data["patient_id"].ne("mean")].set_index(["patient_id", "visit"])["value"]
    given = ROWS.set_index(["patient_id", "visit"])["value"].astype(float)
    pd.testing.assert_series_equal(patients, given)


def test_visits_with_few_values_are_left_out_and_the_caption_says_so():
    figure = draw(fewest=3)
    assert "fewer than 3 values are left out" in figure.caption
    assert "month" not in figure.alt
    assert "left out" not in draw().caption
    with pytest.raises(DataError, match="no visit has 4 values"):
        draw(fewest=4)


def test_marked_patients_are_dashed_and_named():
    plain, marked = draw(), draw(marked=(["B"], "treatment failed"))
    assert "orange, dashed: treatment failed" in marked.caption
    assert marked.svg.count("stroke-dasharray") > plain.svg.count("stroke-dasharray")
    with pytest.raises(DataError, match="Z"):
        draw(marked=(["Z"], "nobody"))


def test_a_line_is_named_in_caption_and_alt_text():
    figure = draw(scale="linear", line=(3.0, "the target"))
    assert figure.caption.count("Dotted: the target.") == 1
    assert "dotted line marks the target" in figure.alt
    assert "geometric" not in figure.caption.lower()


def test_panels_share_their_visits():
    few = ROWS[ROWS["visit"].ne("day_1")]
    panels = [
        Panel(title=title, rows=rows, scale="linear", decimals=1)
        for title, rows in (("one", ROWS), ("two", few))
    ]
    figure = courses(panels, id="06-x", status="simulated", caption="How?", fewest=1)
    assert "day" not in figure.alt
    with pytest.raises(DataError, match="no panel"):
        courses([], id="06-x", status="simulated", caption="How?")


def test_the_shipped_cohort_can_be_drawn():
    shipped = cohort.load()
    figure = draw(cohort.course(shipped, "calcium"), scale="linear", fewest=20)
    assert f"n\u00a0=\u00a0{len(shipped.patients)}" in figure.alt
