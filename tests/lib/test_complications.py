"""Severe hypocalcaemia counted under each definition, timed, and graded."""

import dataclasses

import pandas as pd
import pytest

from analysis_lib import cohort, complications, grading
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.published import grades
from analysis_lib.scenario import DEFAULT

SHIPPED = cohort.load()
FRAME = cohort.analysis_frame(SHIPPED)
NADIR = complications.NADIR
SMALL = pd.DataFrame({NADIR: pd.array([1.4, 1.5, 1.74, 1.75, 1.99, 2.0, 2.3, None], "Float64")})


def test_thresholds_rise_and_those_in_mg_dl_are_converted():
    rows = complications.thresholds()
    assert rows["threshold_mmol_l"].is_monotonic_increasing
    seen = rows.set_index("definition_id")["threshold_mmol_l"]
    assert seen["reoperation-2015-2022"] == pytest.approx(7.5 * 0.2495)
    assert seen["wei-2020"] == 1.875


def test_a_value_at_the_threshold_is_not_below_it_and_missing_ones_are_counted_apart():
    rows = complications.by_threshold(
        SMALL, pd.DataFrame({"threshold_mmol_l": [1.4, 1.75, 2.0, 3.0]}), method="exact"
    )
    assert rows["events"].tolist() == [0, 3, 5, 7]
    assert set(rows["n"]) == {7}
    assert set(rows["missing"]) == {1}
    assert format(rows["share"][1], "count") == "3 of 7 patients"


def test_the_threshold_that_the_cohort_was_built_with_gives_the_flags():
    built = pd.DataFrame({"threshold_mmol_l": [DEFAULT.hypocalcaemia_threshold_mmol_l]})
    rows = complications.by_threshold(FRAME, built, method="wilson")
    assert rows["events"][0] == FRAME["severe_hypocalcaemia"].sum()


def test_grades_part_at_their_thresholds():
    found = grading.calcium_grades(SMALL)
    assert found.tolist()[:7] == ["4", "3", "3", "2", "2", "0 or 1", "0 or 1"]
    assert pd.isna(found.iloc[7])


def tiny(*rows):
    """The shipped cohort with the calcium of its first two patients replaced."""
    ids = SHIPPED.patients["patient_id"].head(2)
    patients = SHIPPED.patients[SHIPPED.patients["patient_id"].isin(ids)]
    labs = pd.DataFrame(
        [
            {"patient_id": ids.iloc[who], "visit": visit, "day": day, "value": value}
            for who, visit, day, value in rows
        ]
    ).assign(analyte="calcium")
    labs["day"] = labs["day"].astype("Int64")
    labs["value"] = labs["value"].astype("Float64")
    return dataclasses.replace(SHIPPED, patients=patients, labs=labs), list(ids)


ROWS = (
    (0, "baseline", 0, 1.0), (0, "day_1", 1, 1.9), (0, "week_1", 7, 1.7), (0, "month_1", 28, 1.7),
    (0, "month_3", 90, 1.5), (1, "baseline", 0, 2.4), (1, "day_1", 1, None),
    (1, "week_1", None, None), (1, "month_1", 29, 2.1), (1, "month_3", 91, 2.3),
)  # fmt: skip


def test_the_lowest_value_is_the_earliest_of_equal_ones_within_a_month():
    small, ids = tiny(*ROWS)
    found = complications.lowest(small).set_index("patient_id")
    assert found.loc[ids[0]].tolist() == ["week_1", 7, 1.7, 3, 2]
    assert found.loc[ids[1]].tolist() == ["month_1", 29, 2.1, 1, 1]


def test_the_lowest_value_is_that_of_the_analysis_frame():
    found = complications.lowest(SHIPPED).set_index("patient_id")["value"]
    wanted = FRAME.set_index("patient_id")[NADIR].dropna()
    pd.testing.assert_series_equal(found, wanted, check_names=False)


def test_recovery_counts_from_the_visit_after_the_lowest_and_says_who_was_due():
    small, ids = tiny(*ROWS)
    found = complications.recovery(small, ids, at_least=1.9, method="exact").set_index("visit")
    # The first patient is above the level on the first day, and still falling.
    assert found.index.tolist() == ["month_1", "month_3"]
    assert found.loc["month_1", ["due", "n", "recovered"]].tolist() == [1, 1, 0]
    assert found.loc["month_3", ["due", "n", "recovered"]].tolist() == [2, 2, 1]
    assert found.loc["month_3", "share"].estimate == 0.5
    one = complications.recovery(small, ids[1:], at_least=1.9, method="exact")
    assert one["visit"].tolist() == ["month_3"]


def test_a_limit_of_time_leaves_out_what_came_later():
    small, ids = tiny(*ROWS)
    found = complications.lowest(small, days=1).set_index("patient_id")
    assert found.loc[ids[0], ["visit", "value"]].tolist() == ["day_1", 1.9]
    assert ids[1] not in found.index


def test_each_possible_grade_has_a_rule_and_one_is_assumed_at_most():
    rows = grading.gradings()
    assert rows["rule"].notna().all()
    assert rows[["condition", "unstated"]].ne("").all(axis=None)
    assumed = rows.groupby(["complication", "scheme"])["assumed"].sum()
    assert (assumed <= 1).all()
    # No threshold is stated; nor whether vitamin D was given; and *major* excludes the letter B.
    for scheme in ("CTCAE", "Clavien-Dindo", "SIR"):
        assert assumed[(grading.CALCIUM, scheme)] == 0
    assert (grading.NERVE, "CTCAE") not in assumed.index  # its heading for nerves is not used
    assert set(rows["scheme"]) == set(grades()["scheme"])


def test_every_scheme_grades_the_same_patients():
    rows = grading.graded(FRAME)
    assert set(rows.groupby(["scheme", "reading"])["patients"].sum()) == {len(FRAME)}
    seen = rows.set_index(["scheme", "reading", "grade"])["patients"]
    severe = FRAME["severe_hypocalcaemia"] | FRAME["nerve_paralysis"].eq("persistent")
    assert seen["Clavien-Dindo", "calcium was all that was given", "I"] == severe.sum()
    assert seen["Clavien-Dindo", "vitamin D was added", "II"] == (
        FRAME["severe_hypocalcaemia"].sum()
    )
    majors = rows[rows["severity"].eq("major")].groupby("reading")["patients"].sum()
    assert majors["calcium is nominal therapy"] == FRAME["nerve_paralysis"].eq("persistent").sum()
    assert majors["calcium took a long stay"] == severe.sum()
    assert rows.attrs["missing"] == 0


def test_who_has_both_complications_gets_the_graver_grade():
    both = FRAME.head(1).assign(
        severe_hypocalcaemia=pd.array([True], "boolean"), nerve_paralysis="persistent"
    )
    rows = grading.graded(both).set_index(["reading", "grade"])
    assert rows.loc[("vitamin D was added", "II"), "patients"] == 1
    assert rows.loc[("vitamin D was added", "I"), "patients"] == 0
    assert rows.loc[("calcium is nominal therapy", "B"), "patients"] == 0
    assert rows.loc[("calcium is nominal therapy", "E"), "patients"] == 1


def test_what_is_not_there_is_refused():
    empty = SMALL.assign(**{NADIR: pd.array([None] * 8, "Float64")})
    for count in (
        lambda frame: complications.by_threshold(frame, complications.thresholds(), method="exact"),
        grading.calcium_grades,
    ):
        with pytest.raises(DataError, match="none of 8 patients"):
            count(empty)
        with pytest.raises(MissingColumnError, match=NADIR):
            count(SMALL.drop(columns=NADIR))
    with pytest.raises(MissingColumnError, match="nerve_paralysis"):
        grading.graded(FRAME.drop(columns="nerve_paralysis"))
    with pytest.raises(DataError, match="none of 102 patients"):
        grading.graded(FRAME.assign(nerve_paralysis=pd.array([None] * len(FRAME), "string")))
    small, _ = tiny((0, "baseline", 0, 2.4), (0, "month_3", 90, 2.0))
    with pytest.raises(DataError, match="no calcium was measured"):
        complications.lowest(small)
    with pytest.raises(DataError, match="not in the cohort: \\['nobody'\\]"):
        complications.recovery(small, ["nobody"], at_least=1.9, method="exact")
    with pytest.raises(DataError, match="0 patients to follow"):
        complications.recovery(small, [], at_least=1.9, method="exact")
