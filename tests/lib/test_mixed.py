"""The mixed model over visits: against lme4, and what is refused."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort
from analysis_lib.change import complete_pairs, geometric_ratio, mean_change
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.mixed import visit_model

FOLDER = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(FOLDER / "mixed_data.csv")
REFERENCE = pd.read_csv(FOLDER / "mixed.csv")
SETS = list(dict.fromkeys(zip(REFERENCE["set"], REFERENCE["scale"], strict=True)))


@cache
def rows_of(name):
    if name in set(DATA["set"]):
        return DATA[DATA["set"].eq(name)]
    course = cohort.course(cohort.load(), name)
    return course[course["month"].le(36)]


@pytest.mark.parametrize(("name", "scale"), SETS, ids=" ".join)
def test_effects_errors_and_variances_agree_with_lme4(name, scale):
    r = REFERENCE.query("set == @name and scale == @scale").set_index(["what", "name"])["value"]
    fit = visit_model(rows_of(name), scale=scale, errors="model")
    robust = visit_model(rows_of(name), scale=scale, errors="robust")
    assert fit.converged
    assert fit.remarks == ()
    visits, sturdy = fit.visits.set_index("visit"), robust.visits.set_index("visit")
    assert list(visits.index) == list(r["estimate"].index)
    close = {"rel": 1e-6, "abs": 1e-9}
    assert visits["log_estimate"].to_dict() == pytest.approx(r["estimate"].to_dict(), **close)
    assert visits["se"].to_dict() == pytest.approx(r["se"].to_dict(), **close)
    assert sturdy["se"].to_dict() == pytest.approx(r["robust"].to_dict(), **close)
    ours = {k: getattr(fit, k) for k in ("sd_patients", "sd_residual", "log_likelihood")}
    assert ours == pytest.approx(r["model"].to_dict(), rel=1e-5)


def test_limits_and_ratios_follow_from_the_estimate():
    fit = visit_model(rows_of("pth"), scale="log", errors="model", level=0.9)
    row = fit.at("month_12")
    assert row["estimate"] == pytest.approx(np.exp(row["log_estimate"]))
    assert row["upper"] == pytest.approx(np.exp(row["log_estimate"] + 1.6448536 * row["se"]))
    result = fit.estimate("month_12")
    assert (result.estimate, result.upper, result.n) == (row["estimate"], row["upper"], row["n"])
    assert fit.missing == rows_of("pth")["value"].isna().sum()
    assert fit.n_values == rows_of("pth")["value"].notna().sum()


def test_with_two_visits_and_nobody_missing_it_is_the_paired_t_test():
    two = rows_of("sleepstudy").query("visit in ('baseline', 'day_9')")
    wide = two.pivot_table("value", "patient_id", "visit")
    row = visit_model(two, scale="linear", errors="model").at("day_9")
    paired = mean_change(complete_pairs(wide, "baseline", "day_9"), unit="ms", decimals=1)
    assert row["estimate"] == pytest.approx(paired.estimate)
    assert row["se"] == pytest.approx(
        np.ptp([paired.lower, paired.upper]) / 2 / 2.1098156, rel=1e-5
    )
    ratio = geometric_ratio(complete_pairs(wide, "baseline", "day_9"))
    log = visit_model(two, scale="log", errors="model").at("day_9")
    assert log["estimate"] == pytest.approx(ratio.estimate)


def test_a_fit_at_the_edge_says_so():
    # Who is high once is low the other time: less alike than any level per patient allows.
    apart = np.random.default_rng(5).normal(0, 1, 30)
    rows = pd.DataFrame(
        {
            "patient_id": [f"P{i}" for i in range(30)] * 2,
            "visit": ["baseline"] * 30 + ["month_1"] * 30,
            "month": [0.0] * 30 + [1.0] * 30,
            "value": 10 + np.concatenate([apart, -apart]),
        }
    )
    fit = visit_model(rows, scale="linear", errors="model")
    assert fit.remarks
    assert fit.correlation < 0.01
    assert visit_model(rows_of("orthodont"), scale="linear", errors="model").remarks == ()


TWO = pd.DataFrame(
    [("A", "baseline", 0.0, 5), ("A", "day_1", 0.03, 3), ("B", "baseline", 0.0, 7)],
    columns=["patient_id", "visit", "month", "value"],
)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (TWO.assign(value=np.nan), "0 values of 0 patients, none of them at a visit called"),
        (TWO[TWO["visit"].ne("baseline")], "1 values of 1 patients, none of them at a visit"),
        (TWO[TWO["visit"].eq("baseline")], "2 values of 2 patients, all of them at baseline"),
        (TWO[TWO["month"].gt(0) | TWO["patient_id"].eq("B")], "nobody has two"),
        (TWO[TWO["patient_id"].eq("A")], "all alike at each visit"),
        (TWO.assign(value=[5, 0, 7]), "1 of 3 values are not above zero"),
        (TWO.assign(month=[0.0, -1.0, 0.0]), "'day_1' is planned before baseline"),
    ],
)
def test_refusals(rows, says):
    with pytest.raises(DataError, match=says):
        visit_model(rows, scale="log", errors="model")


def test_choices_have_no_default_and_no_other_value():
    with pytest.raises(DataError, match="'model' or 'robust'"):
        visit_model(TWO, scale="log", errors="sandwich")
    with pytest.raises(TypeError, match="errors"):
        visit_model(TWO, scale="log")
    with pytest.raises(MissingColumnError, match="'month'"):
        visit_model(TWO.drop(columns="month"), scale="log", errors="model")
    with pytest.raises(DataError, match="no visit 'month_5'; it has day_1"):
        visit_model(rows_of("pth"), scale="log", errors="model").at("month_5")
