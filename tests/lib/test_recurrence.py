"""Times to target and to recurrence, counted by hand and on the shipped cohort."""

import numpy as np
import pandas as pd
import pytest
from test_endpoint import small

from analysis_lib import cohort
from analysis_lib.contradictions import DAYS_PER_MONTH
from analysis_lib.errors import DataError
from analysis_lib.recurrence import time_to_recurrence, time_to_target

SHIPPED = cohort.load()
# id: months followed, why it ended, {day: PTH}, then what is expected in days.
PATIENTS = {
    "at_once": (12.0, "study_end", {1: 100, 30: 120, 300: 200}),
    "later": (12.0, "study_end", {1: 400, 7: 350, 30: 300, 200: 310, 300: 320}),
    "never": (12.0, "lost", {1: 400, 200: 390}),
    "died_first": (12.0, "death", {1: 400}),
    "blip": (12.0, "transplant", {1: 100, 30: 301, 90: 100, 180: 400}),
    "unmeasured": (12.0, "study_end", {}),
}
YEAR = 12 * DAYS_PER_MONTH


def days(frame):
    found = frame.set_index("patient_id")
    for name in ("time", "earliest"):
        found[name] = (found[name] * DAYS_PER_MONTH).round(6)
    return {key: tuple(row) for key, row in zip(found.index, found.to_numpy(), strict=True)}


def test_time_to_target_by_hand():
    assert days(time_to_target(small(PATIENTS), upper=300)) == {
        "at_once": (1, 0, "reached"),
        "later": (30, 7, "reached"),
        "never": (200, 200, "censored"),
        "died_first": (YEAR, YEAR, "death"),
        "blip": (1, 0, "reached"),
        "unmeasured": (0, 0, "censored"),
    }


def test_time_to_recurrence_by_hand():
    one = days(time_to_recurrence(small(PATIENTS), upper=300, values_above=1))
    assert one == {
        "at_once": (299, 299, "censored"),
        "later": (170, 0, "recurrence"),
        "blip": (29, 0, "recurrence"),
    }
    two = days(time_to_recurrence(small(PATIENTS), upper=300, values_above=2))
    assert two == {
        "at_once": (299, 299, "censored"),
        "later": (270, 0, "recurrence"),
        "blip": (YEAR - 1, YEAR - 1, "transplant"),
    }


def test_two_values_are_never_earlier_nor_more_frequent_than_one():
    one, two = (
        time_to_recurrence(SHIPPED, upper=300, values_above=values).set_index("patient_id")
        for values in (1, 2)
    )
    assert one.index.equals(two.index)
    again = two["kind"].eq("recurrence")
    assert one.loc[again, "kind"].eq("recurrence").all()
    assert (one.loc[again, "time"] < two.loc[again, "time"]).all()
    assert 0 < again.sum() < one["kind"].eq("recurrence").sum()


def test_on_the_shipped_cohort():
    reached = time_to_target(SHIPPED, upper=300).set_index("patient_id")
    assert len(reached) == len(SHIPPED.patients)
    assert (reached["earliest"] <= reached["time"]).all()
    there = reached.index[reached["kind"] == "reached"]
    again = time_to_recurrence(SHIPPED, upper=300, values_above=1)
    assert again["patient_id"].tolist() == there.tolist()
    assert (again["earliest"] <= again["time"]).all()
    followed = SHIPPED.patients.set_index("patient_id")["followup_months"].astype(float)
    total = again.set_index("patient_id")["time"] + reached.loc[there, "time"]
    assert (total <= followed[there] + 0.06).all()
    # Who ends above the target, having been at it, had a recurrence.
    last = cohort.analysis_frame(SHIPPED).set_index("patient_id")["pth_end_pg_ml"]
    ended = again.set_index("patient_id")["kind"]
    assert ended[last[there] > 300].eq("recurrence").all()


@pytest.mark.parametrize("upper", [0, -1, np.nan])
def test_refusal_of_a_target(upper):
    with pytest.raises(DataError, match="upper is"):
        time_to_target(SHIPPED, upper=upper)


@pytest.mark.parametrize("values", [0, 3])
def test_refusal_of_values_above(values):
    with pytest.raises(DataError, match="1 or 2"):
        time_to_recurrence(SHIPPED, upper=300, values_above=values)


def test_nobody_at_target_gives_no_row():
    found = time_to_recurrence(small({"a": (9.0, "lost", {1: 900})}), upper=300, values_above=1)
    assert found.columns.tolist() == ["patient_id", "time", "earliest", "kind"]
    assert isinstance(found, pd.DataFrame)
    assert found.empty
