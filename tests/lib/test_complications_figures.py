"""The pictures of harm say in words what they draw, and draw what they say."""

import re

import pandas as pd
import pytest

from analysis_lib import cohort, grading
from analysis_lib.benefit_harm import NO_HARM, PALSY, SEVERE, outcomes
from analysis_lib.errors import CountError, DataError, MissingColumnError
from analysis_lib.figures import COLOURS
from analysis_lib.figures.complications import grade_bars, icons, nadirs

FRAME = cohort.analysis_frame(cohort.load())
SETTINGS = {"id": "08-x", "status": "simulated", "caption": "How many?"}
GROUPS = pd.DataFrame(
    {
        "target_reached": [True, True, True, False],
        "harm": [NO_HARM, SEVERE, PALSY, NO_HARM],
        "patients": [120, 60, 1, 19],
    }
)


def test_a_hundred_figures_are_drawn_and_each_group_is_said():
    figure = icons(GROUPS, **SETTINGS)
    assert "91 reached the target (filled figures): 60 no severe hypocalcaemia" in figure.alt
    assert "30 severe hypocalcaemia (square body, marked Ca)" in figure.alt
    # 0.5 people of 200 patients: the remainder ties with that of the failures, and comes first.
    assert "1 persistent paralysis (triangular body, marked N)" in figure.alt
    assert "9 no severe" in figure.alt
    assert "Counts of 200 patients" in figure.caption
    # A letter on each of them, and one in the key.
    assert len(re.findall(r">Ca</text>", figure.svg)) == 31
    assert len(re.findall(r">N</text>", figure.svg)) == 2
    assert ">severe hypocalcaemia (Ca)</text>" in figure.svg
    assert figure.csv.splitlines()[0] == "target_reached,harm,patients,people"
    assert sum(int(line.split(",")[-1]) for line in figure.csv.splitlines()[1:]) == 100


def test_the_hundred_and_its_key_shrink_to_a_phone():
    figure = icons(GROUPS, **SETTINGS)
    assert figure.svg.startswith('<svg style="max-width: 27rem; min-width: 0"')
    width, height = map(float, re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', figure.svg)[0])
    assert width < 320  # points: drawn for a column of a phone, and the key is below
    assert height > 1.4 * width


def test_who_missed_the_target_is_hollow():
    filled = icons(GROUPS.head(1), **SETTINGS).svg
    hollow = icons(GROUPS.tail(1), **SETTINGS).svg
    fill = re.compile(r"fill: var\(--bk-blue")
    assert len(fill.findall(filled)) >= 200
    assert not fill.search(hollow)
    assert COLOURS["blue"] in hollow


def test_groups_without_patients_are_left_out():
    figure = icons(outcomes(FRAME), **SETTINGS)
    assert len(figure.csv.splitlines()) == 1 + outcomes(FRAME)["patients"].gt(0).sum()


def test_every_grade_is_said_with_the_word_of_its_scheme():
    rows = grading.graded(FRAME)
    figure = grade_bars(rows, **SETTINGS)
    for row in rows.itertuples():
        word = f" ({row.severity})" if isinstance(row.severity, str) else ""
        assert f"{row.grade}{word}: {row.patients}" in figure.alt
        if row.patients:
            assert f"{row.grade}{word}: {row.patients}" in figure.svg
    assert "Orange" in figure.caption


def test_the_scatter_counts_those_below_each_line():
    figure = nadirs(FRAME, {"low": 1.8, "high": 2.0}, strong="high", **SETTINGS)
    below = int((FRAME["calcium_nadir_30d_mmol_l"] < 2.0).sum())
    assert f"high: {below}" in figure.alt
    assert "Diamonds: below the line of high." in figure.caption
    assert len(figure.csv.splitlines()) == 1 + len(FRAME)
    assert ">below 1.8: low</text>" in figure.svg


def test_patients_without_a_value_are_counted_in_the_caption():
    frame = FRAME.copy()
    frame.loc[[0, 1], "alp_baseline_u_l"] = pd.NA
    figure = nadirs(frame, {"low": 1.8}, strong="low", **SETTINGS)
    assert figure.caption.endswith("2 patients without a value are left out.")


def test_what_can_not_be_drawn_is_refused():
    with pytest.raises(MissingColumnError, match="harm"):
        icons(GROUPS.drop(columns="harm"), **SETTINGS)
    with pytest.raises(CountError):
        icons(GROUPS.assign(patients=0), **SETTINGS)
    with pytest.raises(MissingColumnError, match="severity"):
        grade_bars(grading.graded(FRAME).drop(columns="severity"), **SETTINGS)
    with pytest.raises(DataError, match="'other' must be one of the lines"):
        nadirs(FRAME, {"low": 1.8}, strong="other", **SETTINGS)
    with pytest.raises(MissingColumnError, match="alp_baseline_u_l"):
        nadirs(FRAME.drop(columns="alp_baseline_u_l"), {"low": 1.8}, strong="low", **SETTINGS)
