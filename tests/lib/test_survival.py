"""Curves against R's survival package, and against what must hold for any data."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight

from analysis_lib.errors import CountError, DataError
from analysis_lib.survival import cumulative_incidence, kaplan_meier

R = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(R / "survival_data.csv")
CURVES = pd.read_csv(R / "survival.csv")
MEDIANS = pd.read_csv(R / "survival_medians.csv")
COMPETING = ["mgus", "mgus_years", "all_end"]
PATIENTS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["censored", "a", "b"])), min_size=2, max_size=40
)


def rows(name):
    return DATA[DATA["set"] == name]


def agree(found, expected):
    for column in ("time", "at_risk", "events", "censored"):
        np.testing.assert_array_equal(found[column], expected[column])
    kind = found.columns[4]
    np.testing.assert_allclose(found[kind], expected["value"], rtol=1e-10, atol=1e-14)
    inside = expected["lower"].notna()
    for column in ("se", "lower", "upper"):
        np.testing.assert_allclose(
            found.loc[inside.to_numpy(), column], expected.loc[inside, column], rtol=1e-9
        )
    # R has no limits where the curve is 0 or 1, and neither do we.
    assert found.loc[~inside.to_numpy(), ["lower", "upper"]].isna().all(axis=None)


@pytest.mark.parametrize("name", [n for n in CURVES["set"].unique() if n not in COMPETING])
@pytest.mark.parametrize("level", [0.95, 0.9])
def test_kaplan_meier_agrees_with_r(name, level):
    data = rows(name)
    curve = kaplan_meier(data["time"], data["kind"] == "event", level=level)
    expected = CURVES[(CURVES["set"] == name) & (CURVES["level"] == level)].reset_index(drop=True)
    assert len(expected) >= 3
    agree(curve.table, expected)
    median = MEDIANS[(MEDIANS["set"] == name) & (MEDIANS["level"] == level)].iloc[0]
    for field in ("estimate", "lower", "upper"):
        assert getattr(curve.median, field) == pytest.approx(median[field], nan_ok=True), field


def test_the_reference_holds_the_hard_cases():
    """Ties, a curve level at one half, a limit that is not reached, a last time of events only."""
    level = MEDIANS.set_index(["set", "level"])["estimate"]
    assert level["level_half", 0.95] == 5.5
    assert level["level_half_to_the_end", 0.95] == 6
    assert MEDIANS["upper"].isna().any()
    assert (rows("lung_months")["time"].value_counts() > 5).any()
    assert rows("all_end").groupby("time")["kind"].nunique().iloc[-1] == 2


@pytest.mark.parametrize("name", COMPETING)
def test_aalen_johansen_agrees_with_r(name):
    data = rows(name)
    curves = cumulative_incidence(data["time"], data["kind"], censored="censored")
    assert len(curves) == 2
    for kind, curve in curves.items():
        expected = CURVES[(CURVES["set"] == name) & (CURVES["kind"] == kind)]
        agree(curve.table, expected.reset_index(drop=True))


def test_aalen_johansen_agrees_with_statsmodels():
    data = rows("mgus")
    curves = cumulative_incidence(data["time"], data["kind"], censored="censored")
    code = data["kind"].map({"censored": 0} | {k: i for i, k in enumerate(curves, 1)})
    other = CumIncidenceRight(data["time"].to_numpy(float), code.to_numpy())
    for place, curve in enumerate(curves.values()):
        np.testing.assert_allclose(curve.table["incidence"], other.cinc[place])
        np.testing.assert_allclose(curve.table["se"], other.cinc_se[place], rtol=1e-8)


@given(PATIENTS)
def test_incidences_and_survival_add_up_and_one_minus_kaplan_meier_is_above(patients):
    time, kind = zip(*patients, strict=True)
    if set(kind) == {"censored"}:
        return
    curves = cumulative_incidence(time, kind, censored="censored")
    free = kaplan_meier(time, [k != "censored" for k in kind]).table["survival"]
    total = sum(curve.table["incidence"] for curve in curves.values())
    np.testing.assert_allclose(total + free, 1, atol=1e-12)
    for name, curve in curves.items():
        alone = kaplan_meier(time, [k == name for k in kind]).complement()
        assert (alone.table["incidence"] >= curve.table["incidence"] - 1e-12).all()
        assert (curve.table["incidence"].diff().dropna() >= 0).all()


@given(PATIENTS)
def test_without_censoring_the_curve_is_the_share(patients):
    time = [t for t, _ in patients]
    curve = kaplan_meier(time, [1] * len(time))
    for at in range(13):
        if at <= max(time):
            share = np.mean([t > at for t in time])
            assert curve.at([at])["survival"][0] == pytest.approx(share, abs=1e-12)
        assert curve.at_risk([at])[0] == sum(t >= at for t in time)


def test_between_before_and_after_the_times():
    curve = kaplan_meier([2, 4, 4, 6], [1, 1, 0, 0])
    found = curve.at([0, 2, 3.9, 4, 5, 6, 6.1])
    assert found["at_risk"].tolist() == [4, 4, 3, 3, 1, 1, 0]
    assert found["survival"].tolist()[:6] == pytest.approx([1, 0.75, 0.75, 0.5, 0.5, 0.5])
    assert math.isnan(found["survival"][6])
    assert math.isnan(found["lower"][0])
    assert math.isnan(found["upper"][6])
    assert format(curve) == "2 events in 4 patients"
    assert curve.median.estimate == 5  # level at one half from 4 to the last time, 6
    other = curve.complement()
    assert other.quantity == "incidence"
    assert other.median.estimate == curve.median.estimate
    assert (other.table["lower"] < other.table["incidence"]).all()
    assert (other.table["incidence"] < other.table["upper"]).all()
    np.testing.assert_allclose(other.complement().table, curve.table, rtol=1e-12)


def test_a_median_that_is_not_reached_says_so():
    curve = kaplan_meier([1, 2, 3, 4, 5], [1, 0, 0, 0, 0])
    assert math.isnan(curve.median.estimate)
    assert format(curve.median, "estimate").startswith("not estimable")


@pytest.mark.parametrize(
    ("time", "event", "error", "message"),
    [
        ([], [], CountError, "nobody"),
        ([1, 2], [0, 0], CountError, "None of 2 patients has the event"),
        ([1, -2], [1, 0], DataError, "position 1 has -2"),
        ([1, float("inf")], [1, 0], DataError, "finite"),
        ([1, None], [1, 0], DataError, "1 of 2 times missing, the first at position 1"),
        ([1, 2], [1, None], DataError, "1 of 2 events missing"),
        ([1, 2], [1, 2], DataError, "cumulative_incidence"),
        ([1, 2, 3], [1, 0], DataError, "3 times but 2 events"),
    ],
)
def test_refusals(time, event, error, message):
    with pytest.raises(error, match=message):
        kaplan_meier(time, event)


def test_refusals_of_levels_and_of_nothing_but_censoring():
    with pytest.raises(DataError, match="level"):
        kaplan_meier([1, 2], [1, 0], level=95)
    with pytest.raises(CountError, match="All 2 patients"):
        cumulative_incidence([1, 2], ["end", "end"], censored="end")


def test_types_of_pandas_are_taken():
    time = pd.Series([1.0, 2.0, 3.0], dtype="Float64", index=[7, 8, 9])
    event = pd.Series([True, False, True], dtype="boolean", index=[7, 8, 9])
    assert kaplan_meier(time, event).events == 2
    with pytest.raises(DataError, match="missing"):
        kaplan_meier(time.where(time > 1), event)
