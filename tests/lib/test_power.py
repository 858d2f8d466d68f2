"""Power of one risk factor against R: by formula, and over every fourfold table."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib import power
from analysis_lib.errors import CountError, DataError
from analysis_lib.odds_ratio import risks
from analysis_lib.power import (
    exact_power,
    group_risks,
    over_sizes,
    planned,
    planned_se,
    size_by_hsieh,
    size_for_power,
)

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/samplesize.csv")
STUDY = {"exposed": 40 / 102, "outcome": 13 / 102}


def rows(kind):
    found = REFERENCE[REFERENCE["kind"] == kind]
    assert len(found)
    return found.itertuples()


def test_risks_standard_errors_and_power_agree_with_r():
    for place, name in enumerate(("risk_above", "risk_below")):
        for row in rows(name):
            found = group_risks(row.a, exposed=row.b, outcome=row.c)[place]
            assert found == pytest.approx(row.value, rel=1e-9)
    for row in rows("log_se"):
        assert planned_se(int(row.d), row.a, exposed=row.b, outcome=row.c) == pytest.approx(
            row.value, rel=1e-7
        )
    for row in rows("power"):
        found = planned(int(row.d), row.a, exposed=row.b, outcome=row.c)
        assert found.power == pytest.approx(row.value, rel=1e-6)


def test_sizes_agree_with_r():
    for row in rows("size_for_power"):
        assert size_for_power(row.a, exposed=row.b, outcome=row.c, power=row.d) == row.value
    for row in rows("hsieh"):
        assert size_by_hsieh(row.a, exposed=row.b, outcome=row.c, power=row.d) == math.ceil(
            row.value
        )
    for row in rows("power_prop_test"):  # two equal groups
        assert size_by_hsieh(row.a, exposed=row.b, outcome=row.c, power=row.d) == math.ceil(
            row.value - 1e-6
        )


def test_risks_are_those_of_whole_patients_too():
    above, below = risks(3.0, failures=13, n=102, n_above=40)
    assert group_risks(3.0, **STUDY) == pytest.approx((float(above), float(below)))
    found = group_risks(3.0, **STUDY)
    odds = [p / (1 - p) for p in found]
    assert odds[0] / odds[1] == pytest.approx(3)
    assert STUDY["exposed"] * found[0] + (1 - STUDY["exposed"]) * found[1] == pytest.approx(
        STUDY["outcome"]
    )


def test_every_table_agrees_with_r():
    for row in rows("exact_power"):
        found = exact_power(int(row.d), row.a, exposed=row.b, outcome=row.c)
        assert found.power == pytest.approx(row.value, rel=1e-9)
    for row in rows("exact_none"):
        found = exact_power(int(row.d), row.a, exposed=row.b, outcome=row.c)
        assert found.no_estimate == pytest.approx(row.value, rel=1e-9)


def test_every_table_and_formula_agree_in_large_studies():
    """Both are asymptotically the same test; a study of one patient a group finds nothing."""
    found = exact_power(4000, 1.5, exposed=0.4, outcome=0.3, level=0.9)
    formula = planned(4000, 1.5, exposed=0.4, outcome=0.3, level=0.9)
    assert found.power == pytest.approx(formula.power, abs=0.002)
    least = exact_power(2, 1.5, exposed=0.5, outcome=0.3)
    assert (least.n_exposed, least.power, least.no_estimate) == (1, 0, pytest.approx(1))
    assert format(least, "no_estimate") == "100.0\N{NO-BREAK SPACE}%"
    assert format(found) == f"{100 * found.power:.0f}\N{NO-BREAK SPACE}%"


def test_over_sizes_is_one_study_after_another():
    found = over_sizes([26, 102], 3.0, **STUDY, exact_at=np.array([26]))
    assert list(found["source"]) == ["formula", "formula", "every table"]
    assert list(found["n"]) == [26, 102, 26]
    assert list(found["failures"]) == pytest.approx([26 * 13 / 102, 13, 26 * 13 / 102])
    assert list(found["power"]) == [
        planned(26, 3.0, **STUDY).power,
        planned(102, 3.0, **STUDY).power,
        exact_power(26, 3.0, **STUDY).power,
    ]
    same = over_sizes([26, 102], 3.0, exposed=0.4, failures=13)
    assert list(same["failures"]) == pytest.approx([13, 13])
    assert same["power"][0] == planned(26, 3.0, exposed=0.4, outcome=0.5).power


def test_too_many_tables_are_refused(monkeypatch):
    monkeypatch.setattr(power, "MOST_TABLES", 41 * 63)
    assert exact_power(102, 2, **STUDY).power > 0
    with pytest.raises(CountError, match="103 patients have more than 2583 tables"):
        exact_power(103, 2, **STUDY)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: group_risks(1, **STUDY), DataError, "odds ratio 1"),
        (lambda: group_risks(-2, **STUDY), DataError, "odds ratio -2"),
        (lambda: group_risks(math.inf, **STUDY), DataError, "odds ratio inf"),
        (lambda: group_risks(2, exposed=40, outcome=0.1), DataError, "above the cut-off 40"),
        (lambda: group_risks(2, exposed=0.4, outcome=0), DataError, "the outcome 0"),
        (lambda: planned(0, 2, **STUDY), CountError, "at least 1"),
        (lambda: planned(10, 2, **STUDY, level=1), DataError, "level"),
        (lambda: size_for_power(2, **STUDY, power=0.05), DataError, "false alarm"),
        (lambda: size_for_power(2, **STUDY, power=80), DataError, "power 80"),
        (lambda: size_for_power(1.0001, **STUDY, power=0.8), DataError, "too near 1"),
        (lambda: size_by_hsieh(2, **STUDY, power=1), DataError, "power 1"),
        (lambda: size_by_hsieh(2, **STUDY, power=0.8, level=0), DataError, "level"),
        (lambda: exact_power(102, 1, **STUDY), DataError, "odds ratio 1"),
        (lambda: exact_power(3, 2, exposed=0.01, outcome=0.1), CountError, "0 of 3 patients"),
        (lambda: over_sizes([9], 2, exposed=0.4), DataError, "either"),
        (lambda: over_sizes([9], 2, exposed=0.4, outcome=0.1, failures=1), DataError, "either"),
        (lambda: over_sizes([9], 2, exposed=0.4, failures=0), DataError, "the outcome 0"),
        (lambda: over_sizes([9], 2, exposed=0.4, failures=9), DataError, "the outcome 1"),
        (lambda: exact_power(102.5, 2, **STUDY), CountError, "whole"),
        (lambda: exact_power(102, 2, **STUDY, level=95), DataError, "level"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
