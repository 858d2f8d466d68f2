"""Flow, visits and glands, counted from rows; and the pictures that show them."""

import dataclasses

import pandas as pd
import pytest

from analysis_lib import cohort, participants
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import patients as pictures

SHIPPED = cohort.load()
FRAME = cohort.analysis_frame(SHIPPED)
LOOK = {"id": "04-x", "status": "simulated", "caption": "What?"}


def changed(**tables):
    return dataclasses.replace(SHIPPED, **tables)


@pytest.mark.parametrize("step", ["treated", "follow_up_ended", "endpoint"])
def test_each_step_of_the_flow_adds_up_to_the_patients(step):
    boxes = participants.flow(SHIPPED)
    rows = boxes[boxes["step"] == step]
    assert rows["patients"].sum() == len(SHIPPED.patients)
    assert rows["glands"].sum() == len(SHIPPED.glands)
    for box in boxes.itertuples():
        assert box.reached + box.failed + box.unknown == box.patients


def test_a_patient_without_pth_is_unknown_and_no_failure():
    labs = SHIPPED.labs
    someone = FRAME.loc[FRAME["target_reached"], "patient_id"].iloc[0]
    gone = labs["patient_id"].eq(someone) & labs["analyte"].eq("pth") & labs["visit"].ne("baseline")
    before, after = (
        participants.flow(one).set_index("box")
        for one in (SHIPPED, changed(labs=labs.assign(value=labs["value"].mask(gone))))
    )
    assert after.loc["no PTH after ablation", "patients"] == 1
    assert after.loc["target reached", "patients"] == before.loc["target reached", "patients"] - 1
    assert after.loc["treatment failed", "patients"] == before.loc["treatment failed", "patients"]
    assert after.loc["treated", "unknown"] == 1


def test_an_end_that_was_not_recorded_gets_a_box_of_its_own():
    blank = SHIPPED.patients.assign(followup_end=SHIPPED.patients["followup_end"].mask(
        SHIPPED.patients.index < 3))  # fmt: skip
    boxes = participants.flow(changed(patients=blank)).set_index("box")
    assert boxes.loc["not recorded", "patients"] == 3
    assert "not recorded" not in set(participants.flow(SHIPPED)["box"])
    assert "not recorded 3" in pictures.flow_chart(boxes.reset_index(), **LOOK).alt


def test_the_target_moves_patients_between_outcomes():
    strict = participants.flow(SHIPPED, target=100).set_index("box")
    expected = int((FRAME["pth_end_pg_ml"] <= 100).sum())
    assert strict.loc["target reached", "patients"] == expected


def test_visits_are_counted_as_due_attended_and_measured():
    rows = participants.completeness(SHIPPED, "pth")
    assert (rows["measured"] <= rows["attended"]).all()
    assert (rows["attended"] <= rows["due"]).all()
    assert rows["month"].is_monotonic_increasing
    pth = SHIPPED.labs[SHIPPED.labs["analyte"] == "pth"]
    assert rows["due"].sum() == len(pth)
    assert rows["missed"].sum() == pth["day"].isna().sum()
    assert rows["unmeasured"].sum() == (pth["day"].notna() & pth["value"].isna()).sum()
    assert rows["unmeasured"].sum() > 0


def test_glands_per_patient_adds_up():
    rows = participants.glands_per_patient(FRAME)
    assert rows["patients"].sum() == len(SHIPPED.patients)
    assert rows["glands"].sum() == len(SHIPPED.glands)
    assert rows[["patient_share", "gland_share"]].sum().tolist() == pytest.approx([1, 1])


def test_the_last_value_lies_before_the_end_of_follow_up():
    rows = participants.last_measurement(FRAME)
    assert (rows["gap_months"] > -0.1).all()
    months = FRAME["pth_end_day"].astype(float) / 365.25 * 12
    assert rows["measured_months"].astype(float).tolist() == pytest.approx(months.tolist())
    blank = FRAME.assign(pth_end_day=FRAME["pth_end_day"].mask(FRAME.index == 0))
    assert participants.last_measurement(blank)["gap_months"].isna().tolist()[0]


def test_pictures_say_in_words_what_they_draw_and_keep_it_as_data():
    flow, visits = participants.flow(SHIPPED), participants.completeness(SHIPPED, "pth")
    chart = pictures.flow_chart(flow, **LOOK)
    for box in flow[flow["step"] == "follow_up_ended"].itertuples():
        assert f"{box.box} {box.patients}, of whom {box.failed} failed" in chart.alt
    assert "not treated: not stated" in chart.svg
    assert len(chart.csv.splitlines()) == len(flow) + 1

    kept = pictures.visits(visits, **LOOK)
    for row in visits.itertuples():
        words = f"{row.visit.replace('_', ' ')}: {row.due}, {row.attended}, {row.measured}"
        assert words in kept.alt
    assert kept.csv.splitlines()[0].startswith("visit,month,due,attended,measured")

    rows = participants.glands_per_patient(FRAME)
    counted = pictures.glands(rows, **LOOK)
    assert f"{rows['glands'].sum()} glands" in counted.alt
    assert f">{rows['patients'].iloc[0]} (" in counted.svg

    last = participants.last_measurement(FRAME)
    last.loc[0, ["measured_months", "gap_months"]] = pd.NA
    drawn = pictures.last_values(last, FRAME["treatment_failure"], **LOOK)
    assert "1 patient is not drawn" in drawn.alt
    assert len(drawn.csv.splitlines()) == len(FRAME) + 1


def test_refusals_name_what_is_missing():
    with pytest.raises(DataError, match="no analyte"):
        participants.completeness(SHIPPED, "sodium")
    with pytest.raises(MissingColumnError, match="n_glands"):
        participants.glands_per_patient(FRAME.drop(columns="n_glands"))
    with pytest.raises(MissingColumnError, match="pth_end_day"):
        participants.last_measurement(FRAME.drop(columns="pth_end_day"))
    with pytest.raises(MissingColumnError, match="failed"):
        pictures.flow_chart(participants.flow(SHIPPED).drop(columns="failed"), **LOOK)
