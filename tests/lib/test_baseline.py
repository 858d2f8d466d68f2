"""The table of baseline values: summaries against R, differences, missing values, refusals."""

import math
from pathlib import Path

import pandas as pd
import pytest

from analysis_lib import balance
from analysis_lib.baseline import Summary, Variable, differences, summarise, table_one
from analysis_lib.errors import CountError, DataError, MissingColumnError
from analysis_lib.tables import table

R = Path(__file__).parents[1] / "reference_r"
REFERENCE = pd.read_csv(R / "baseline.csv")
DATA = pd.read_csv(R / "balance_data.csv")

FRAME = pd.DataFrame(
    {
        "age": pd.Series([40, 50, 60, None, 70, 80], dtype="Float64"),
        "alp": [100.0, 200, 400, 100, 150, 90],
        "sex": pd.Series(["f", "m", "m", "f", None, "m"], dtype="string"),
        "glands": pd.Series([1, 2, 1, 3, 1, 2], dtype="Int64"),
        "failed": pd.Series([True, True, True, False, False, False], dtype="boolean"),
    }
)
AGE = Variable(column="age", label="Age", shown="mean", unit="years", decimals=1)
ALP = Variable(column="alp", label="ALP", shown="median", unit="U/L", scale="log")
SEX = Variable(column="sex", label="Men", shown="count", levels={"m": "men"})
GLANDS = Variable(
    column="glands", label="Glands", shown="count", levels={1: "one", 2: "two", 3: "three"}
)


def rows(*variables, frame=FRAME, **extra):
    return table_one(frame, variables, group="failed", **extra)


@pytest.mark.parametrize("row", list(REFERENCE.itertuples()), ids=lambda r: f"{r.set}-{r.variable}")
def test_summaries_agree_with_r(row):
    part = DATA[(DATA["set"] == row.set) & (DATA["variable"] == row.variable)]
    frame = pd.DataFrame({"x": part["value"].astype(float), "failed": part["first"].eq(1)})
    name = row.group
    means = table_one(frame, [Variable(column="x", label="x", shown="mean")], group="failed").loc[
        0, name
    ]
    medians = table_one(
        frame, [Variable(column="x", label="x", shown="median")], group="failed"
    ).loc[0, name]
    assert (means.n, means.missing) == (row.n, 0)
    assert (means.value, means.spread) == pytest.approx((row.mean, row.sd), rel=1e-12)
    found = (medians.lower, medians.value, medians.upper)
    assert found == pytest.approx((row.q25, row.q50, row.q75), rel=1e-12)


def test_missing_values_are_counted_and_leave_the_denominator():
    age, sex = rows(AGE, SEX).itertuples()
    assert (age.n, age.missing, age.denominator) == (5, 1, 6)
    assert age.second.missing == 1
    assert age.second.value == 75
    assert format(age.overall, "known") == "5 of 6"
    assert (sex.overall.value, sex.overall.n) == (3, 5)
    assert format(sex.overall) == "3\u00a0(60\u00a0%)"  # of five, not of six


def test_differences_are_those_of_balance_on_the_scale_that_was_declared():
    age, alp, sex, glands, *_ = rows(AGE, ALP, SEX, GLANDS).itertuples()
    assert age.difference.estimate == balance.continuous([40, 50, 60], [70, 80]).estimate
    logs = [[math.log(x) for x in part] for part in ([100, 200, 400], [100, 150, 90])]
    assert alp.difference.estimate == pytest.approx(balance.continuous(*logs).estimate)
    assert sex.difference.estimate == balance.binary([0, 1, 1], [0, 1]).estimate
    assert sex.difference.n == 5
    whole = balance.categorical([1, 2, 1], [3, 1, 2], levels=[1, 2, 3])
    assert glands.difference.estimate == whole.estimate


def test_several_levels_make_several_rows_and_one_difference():
    found = rows(GLANDS)
    assert found["level"].tolist() == ["one", "two", "three"]
    assert [summary.value for summary in found["overall"]] == [3, 2, 1]
    assert found["difference"].isna().tolist() == [False, True, True]


def test_differences_are_rows_for_a_picture():
    found = rows(AGE, GLANDS)
    drawn = differences(found)
    assert drawn["label"].tolist() == ["Age", "Glands (distance)"]
    assert drawn["upper"].tolist() == [found.loc[i, "difference"].upper for i in (0, 1)]
    assert found["label"].tolist()[:2] == ["Age, years", "Glands: one"]
    assert found.loc[0, "known"] == "5 of 6"


def test_whoever_has_no_group_counts_among_all_and_in_neither():
    frame = FRAME.assign(failed=FRAME["failed"].where(FRAME.index != 0))
    (alp,) = rows(ALP, frame=frame).itertuples()
    assert (alp.overall.n, alp.first.n, alp.second.n) == (6, 2, 3)


def test_the_interval_is_passed_on():
    plain, other = (rows(AGE, interval=name) for name in ("hedges_olkin", "bonett"))
    assert plain.loc[0, "difference"].estimate == other.loc[0, "difference"].estimate
    assert plain.loc[0, "difference"].upper != other.loc[0, "difference"].upper


def test_a_variable_without_values_keeps_its_row_and_says_why():
    frame = FRAME.assign(age=pd.Series([None] * 6, dtype="Float64"))
    (age,) = rows(AGE, frame=frame).itertuples()
    assert format(age.overall) == "no value"
    assert (age.n, age.missing) == (0, 6)
    assert math.isnan(age.difference.estimate)
    assert "missing" in age.difference.warnings[0]


def test_a_group_of_one_has_no_spread_but_a_row():
    frame = FRAME.assign(failed=[True, False, False, False, False, False])
    (age,) = rows(AGE, frame=frame).itertuples()
    assert age.first.value == 40
    assert math.isnan(age.first.spread)
    assert "one value" in age.difference.warnings[0]


def test_it_makes_a_table_whose_csv_holds_plain_numbers():
    made = table(
        rows(AGE, GLANDS),
        {"variable": "Variable", "overall": "All", "difference": "Difference"},
        id="04-x", status="simulated", caption="Who?", missing="",
    )  # fmt: skip
    assert made.cells[0][1] == "60.0\u00a0(15.8)"
    assert made.cells[2][2] == ""
    assert "overall_value" in made.csv.splitlines()[0]


def test_faces_of_a_summary():
    found = summarise(FRAME["alp"], ALP, denominator="glands")
    assert isinstance(found, Summary)
    assert format(found) == "125\u00a0(100\u00a0to\u00a0188)"
    assert format(found, "value") == "125\u00a0U/L"
    assert found.denominator == "glands"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: rows(Variable(column="x", label="x", shown="mean")), MissingColumnError, "'x'"),
        (lambda: rows(AGE, frame=FRAME.assign(failed="yes")), DataError, "true and false"),
        (lambda: rows(AGE, frame=FRAME.assign(failed=True)), CountError, "6 with and 0 without"),
        (lambda: rows(Variable(column="sex", label="s", shown="mean")), DataError, "no numbers"),
        (lambda: rows(ALP, frame=FRAME.assign(alp=0.0)), DataError, "not above zero"),
        (
            lambda: rows(
                Variable(column="glands", label="g", shown="count", levels={1: "one", 2: "two"})
            ),
            DataError,
            "3, not among the levels",
        ),
        (
            lambda: summarise(FRAME["sex"], SEX, denominator="patients", level="x"),
            DataError,
            "no level 'x'",
        ),
        (
            lambda: summarise(FRAME["alp"], ALP, denominator="nodes"),
            DataError,
            "'nodes'; say patients, glands",
        ),
        (lambda: Variable(column="a", label="a", shown="mode"), DataError, "'mode'"),
        (lambda: Variable(column="a", label="a", shown="count"), DataError, "levels"),
        (lambda: Variable(column="a", label="a", shown="mean", levels={1: "x"}), DataError, "lev"),
        (
            lambda: Variable(column="a", label="a", shown="count", levels={1: "x"}, scale="log"),
            DataError,
            "log scale",
        ),
    ],
)
def test_refusals_say_what_was_seen(call, error, words):
    with pytest.raises(error, match=words):
        call()
