"""The endpoint on a cohort small enough to count by hand, and on the shipped one."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort, verify
from analysis_lib.cohort import Cohort
from analysis_lib.endpoint import (
    RULES,
    STATES,
    Draws,
    Target,
    definitions,
    endpoint,
    imputed_values,
    states,
)
from analysis_lib.errors import CountError, DataError
from analysis_lib.published import claim

SHIPPED = cohort.load()
STUDY = definitions()[0]
DRAWS = Draws(m=5, burn_in=3, seed=1)
RANGE = Target(key="range", label="100 to 300", lower=100.0, upper=300.0)
# id: months followed, why it ended, {day: PTH}; 12 months are 365.25 days.
PATIENTS = {
    "seen": (30.0, "study_end", {1: 90, 180: 120, 360: 250, 720: 400}),
    "nearest": (30.0, "study_end", {1: 90, 350: 500, 370: 200}),
    "missed": (30.0, "study_end", {1: 90, 180: 350, 720: 200}),
    "dead_after_a_value": (11.9, "death", {1: 90, 355: 200}),
    "transplant": (6.0, "transplant", {1: 90}),
    "lost_after_a_value": (11.9, "lost", {1: 90, 355: 310}),
    "lost": (8.0, "lost", {1: 90, 180: 50}),
    "not_due_with_a_value": (11.9, "study_end", {1: 90, 355: 200}),
    "never_measured": (20.0, None, {}),
    "at_the_end": (30.0, "study_end", {1: 300, 365: 300}),
    "suppressed": (30.0, "study_end", {1: 20, 365: 20}),
}


def small(patients=PATIENTS, started="2020-01-01"):
    rows = [
        {
            "status": "observed", "patient_id": name, "visit": visit, "day": day,
            "analyte": analyte, "value": value, "unit": "pg/mL",
        }
        for name, (_, _, values) in patients.items()
        for visit, day, value in [
            ("baseline", 0, 1500), *((f"day_{d}", d, v) for d, v in values.items())
        ]
        for analyte in (["pth", "alp", "calcium"] if visit == "baseline" else ["pth"])
    ]  # fmt: skip
    people = pd.DataFrame(
        {
            "patient_id": list(patients),
            "ablation_date": pd.to_datetime(started),
            "followup_months": [months for months, _, _ in patients.values()],
            "followup_end": pd.array([end for _, end, _ in patients.values()], dtype="string"),
        }
    )
    return Cohort(patients=people, glands=SHIPPED.glands.iloc[:0], labs=pd.DataFrame(rows))


def test_the_study_and_the_guidelines_define_the_targets():
    found = {target.key: (target.lower, target.upper) for target in definitions()}
    assert found == {
        "study": (None, 300.0),
        "kdoqi": (150.0, 300.0),
        "kdigo_65": (130.0, 585.0),
        "kdigo_53": (106.0, 477.0),
        "jsdt": (60.0, 240.0),
    }
    values = pd.Series([99.9, 100, 300, 300.1, np.nan])
    assert RANGE.reached(values).tolist() == [False, True, True, False, False]
    assert RANGE.below(values).tolist() == [True, False, False, False, False]
    assert STUDY.reached(values).tolist() == [True, True, True, False, False]
    assert not STUDY.below(values).any()


def test_states_at_a_time():
    found = states(small(), time=12.0, window_months=1.0).set_index("patient_id")
    assert found["state"].to_dict() == {
        "seen": "observed",
        "nearest": "observed",
        "missed": "missed",
        "dead_after_a_value": "dead",
        "transplant": "transplant",
        "lost_after_a_value": "observed",
        "lost": "lost",
        "not_due_with_a_value": "not_due",
        "never_measured": "missed",
        "at_the_end": "observed",
        "suppressed": "observed",
    }
    assert found.loc["seen", "value"] == 250
    assert found.loc["nearest", ["value", "day", "last_value"]].tolist() == [200, 370, 200]
    assert found.loc["missed", "last_value"] == 350
    assert np.isnan(found.loc["missed", "value"])
    assert found.loc["dead_after_a_value", "last_value"] == 200
    assert np.isnan(found.loc["never_measured", "last_value"])


def test_rules_count_whom_they_say():
    found = endpoint(
        small(), targets=[STUDY, RANGE], times=["end", 12.0],
        rules=["last_value", "complete_cases", "failure"], window_months=1.0, method="exact",
        draws=DRAWS,
    ).set_index(["target", "time", "rule"])  # fmt: skip
    counts = found[["events", "n"]].apply(tuple, axis=1).to_dict()
    # Six measured: 250, 200, 310, 300, 20 and no more; the last one is suppressed.
    assert counts["study", 12.0, "complete_cases"] == (4, 5)
    assert counts["range", 12.0, "complete_cases"] == (3, 5)
    assert counts["study", 12.0, "failure"] == (4, 10)
    assert counts["study", 12.0, "last_value"] == (7, 9)
    assert found.loc[("range", 12.0, "complete_cases"), "below"] == 1
    assert np.isnan(found.loc[("study", 12.0, "complete_cases"), "below"])
    assert counts["study", "end", "last_value"] == counts["study", "end", "complete_cases"]
    assert counts["study", "end", "complete_cases"] == (8, 10)
    assert counts["study", "end", "failure"] == (8, 11)
    left = found.loc[("study", 12.0, "complete_cases")]
    assert [left[f"out_{name}"] for name in STATES[1:]] == [2, 1, 1, 1, 1]
    assert found["method"].str.contains("Clopper").all()


def test_the_date_decides_who_was_due_however_follow_up_ended():
    """Somebody who died early would not have been due either, had all been ablated too late."""
    patients = {
        "first": (30.0, "study_end", {1: 90, 365: 100}),
        "late": (3.0, "death", {1: 90}),
    }
    data = small(patients)
    data.patients["ablation_date"] = pd.to_datetime(["2020-01-01", "2022-01-01"])
    found = states(data, time=12.0, window_months=1.0).set_index("patient_id")["state"]
    assert found.to_dict() == {"first": "observed", "late": "not_due"}
    assert states(data, time=3.5, window_months=1.0)["state"].tolist() == ["missed", "dead"]


@pytest.fixture(scope="module")
def shipped():
    return endpoint(
        SHIPPED, targets=definitions(), times=["end", 6, 12.0, 24.0], rules=list(RULES),
        window_months=1.5, method="wilson", draws=DRAWS,
    )  # fmt: skip


def test_everybody_is_counted_or_left_out_for_a_reason(shipped):
    out = [f"out_{name}" for name in STATES[1:]]
    assert (shipped["n"] + shipped[out].sum(axis=1) == len(SHIPPED.patients)).all()
    assert (shipped["lower"] < shipped["estimate"]).all()
    assert (shipped["estimate"] < shipped["upper"]).all()
    assert (shipped["events"] + shipped["below"].fillna(0) <= shipped["n"]).all()


def test_at_the_end_of_follow_up_the_rules_coincide_and_it_is_the_published_count(shipped):
    end = shipped[shipped["time"] == "end"]
    columns = ["events", "below", "n", "estimate", "lower", "upper"]
    assert len(end[["target", *columns]].drop_duplicates()) == len(definitions())
    row = end[end["target"] == "study"].iloc[0]
    assert round(100 * row["estimate"], 1) == claim("target_reached").number
    verified = verify.verify(SHIPPED).set_index("claim_id").loc["target_reached"]
    assert verified["holds"]


def test_rules_order_as_they_must(shipped):
    """Failure has the events of the complete cases, among more; imputation lies in its bounds."""
    wide = shipped[shipped["time"] != "end"].set_index(["target", "time", "rule"])
    for (target, time), rows in wide.groupby(level=[0, 1]):
        rule = rows.droplevel([0, 1])
        assert rule.loc["failure", "events"] == rule.loc["complete_cases", "events"], (target, time)
        filled = rule.loc["imputed"]
        assert filled["n"] == rule.loc["complete_cases", "n"] + filled["imputed"]
        most = rule.loc["complete_cases", "events"] + filled["imputed"]
        assert rule.loc["complete_cases", "events"] <= filled["events"] <= most
        assert 0 < filled["missing_information"] < filled["imputed"] / filled["n"] * 3


def test_the_living_get_values_and_nobody_else():
    known = states(SHIPPED, time=24.0, window_months=1.5)
    tables = imputed_values(SHIPPED, known, time=24.0, draws=DRAWS)
    assert len(tables) == DRAWS.m
    living = known["state"].isin(["observed", "lost", "missed"])
    for table in tables:
        assert table[living].notna().all()
        assert table[~living].isna().all()
        seen = known["state"].eq("observed")
        np.testing.assert_array_equal(table[seen], known.loc[seen, "value"])
        assert set(table[living]) <= set(known["value"].dropna())
    assert any(not tables[0].equals(table) for table in tables[1:])


@pytest.mark.parametrize("seed", [0, 7, 2**31])
def test_the_seed_fixes_the_filled_values(seed):
    known = states(SHIPPED, time=12.0, window_months=1.5)
    draws = Draws(m=2, burn_in=1, seed=seed)
    one, two = (imputed_values(SHIPPED, known, time=12.0, draws=draws) for _ in range(2))
    assert all(a.equals(b) for a, b in zip(one, two, strict=True))


def test_nobody_at_target_in_a_table_is_said_and_not_pooled():
    none = Target(key="none", label="none", lower=None, upper=1.0)
    row = endpoint(
        SHIPPED, targets=[none], times=[12.0], rules=["imputed"], window_months=1.5,
        method="wilson", draws=DRAWS,
    ).iloc[0]  # fmt: skip
    assert row["events"] == 0
    assert row["method"].startswith("not pooled")
    assert np.isnan(row["lower"])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"rules": ["guess"]}, DataError, "last_value, complete_cases"),
        ({"rules": []}, DataError, "at least one"),
        ({"targets": []}, DataError, "0 targets"),
        ({"times": [0.0]}, DataError, "time is 0.0"),
        ({"times": [6.0], "window_months": 6.0}, DataError, "window"),
        ({"times": [6.0], "window_months": -1.0}, DataError, "window"),
        ({"times": [100.0], "rules": ["complete_cases"]}, CountError, "nobody is left"),
        ({"times": [12.0, 12.0]}, DataError, "each of them once"),
        ({"rules": ["failure", "failure"]}, DataError, "each of them once"),
        (
            {"times": [9.0], "rules": ["imputed"]},
            DataError,
            "No PTH counts for month 9.*planned at",
        ),
    ],
)
def test_refusals(settings, error, message):
    asked = {
        "targets": [STUDY], "times": ["end"], "rules": ["failure"], "window_months": 1.0,
        "method": "wilson", "draws": DRAWS,
    } | settings  # fmt: skip
    with pytest.raises(error, match=message):
        endpoint(small(), **asked)


def test_no_choice_has_a_default():
    with pytest.raises(TypeError, match="targets.*times.*rules.*window_months.*method.*draws"):
        endpoint(SHIPPED)
    with pytest.raises(dataclasses.FrozenInstanceError):
        DRAWS.m = 3


def test_gaps_are_filled_where_nobody_has_a_baseline_value():
    """A clinic may lack the visit before the ablation for one analyte, or for all."""
    labs = SHIPPED.labs[SHIPPED.labs["visit"].ne("baseline")]
    without = dataclasses.replace(SHIPPED, labs=labs)
    found = endpoint(
        without, targets=[STUDY], times=[12.0], rules=["imputed"], window_months=3.0,
        method="wilson", draws=DRAWS,
    ).iloc[0]  # fmt: skip
    whole = endpoint(
        SHIPPED, targets=[STUDY], times=[12.0], rules=["imputed"], window_months=3.0,
        method="wilson", draws=DRAWS,
    ).iloc[0]  # fmt: skip
    assert found["imputed"] == whole["imputed"] > 0
    assert found["n"] == whole["n"]
    assert 0.5 < found["estimate"] < 1
