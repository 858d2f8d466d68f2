"""The picture of curves says in words, and holds as data, what it draws."""

import io

import pandas as pd
import pytest

from analysis_lib.errors import DataError
from analysis_lib.figures.survival import curves
from analysis_lib.survival import cumulative_incidence, kaplan_meier

TIME = [1, 2, 2, 3, 5, 8, 8, 9]
KIND = ["a", "b", "end", "a", "end", "b", "a", "end"]
CURVE = kaplan_meier(TIME, [k == "a" for k in KIND])
COMMON = {
    "id": "05-a",
    "status": "simulated",
    "caption": "How long?",
    "xlabel": "Months",
    "ylabel": "Share, %",
    "at_risk_times": [0, 3, 6],
}


def test_alt_text_and_data_carry_what_is_drawn():
    figure = curves({"Alive": CURVE}, **COMMON)
    for time, count in zip([0, 3, 6], CURVE.at_risk([0, 3, 6]), strict=True):
        assert f"at {time} (at risk {count})" in figure.alt
        assert f">{count}</text>" in figure.svg
    assert "Alive, 3 events in 8 patients" in figure.alt
    assert "Half at 8.0 months" in figure.alt
    assert "The axis ends at 6 months." in figure.alt
    assert figure.caption.startswith("How long? Bands: pointwise 95 % intervals. Ticks:")
    data = pd.read_csv(io.StringIO(figure.csv))
    assert data["curve"].unique().tolist() == ["Alive"]
    pd.testing.assert_series_equal(
        data["survival"], CURVE.table["survival"], rtol=1e-12, check_names=False
    )


def test_competing_curves_are_named_and_told_apart_by_line():
    both = cumulative_incidence(TIME, KIND, censored="end")
    figure = curves(both, **COMMON | {"at_risk_of": ["a"], "bands": False, "marks": False})
    assert ">a</text>" in figure.svg
    assert ">b</text>" in figure.svg
    assert "stroke-dasharray" in figure.svg
    assert figure.svg.count(">At risk</text>") == 1
    assert "Bands" not in figure.caption
    both = cumulative_incidence(TIME, KIND, censored="end")
    assert ">At risk: b</text>" in curves(both, **COMMON).svg


def test_a_median_that_is_not_reached_is_said():
    figure = curves({"Alive": kaplan_meier([1, 2, 3], [1, 0, 0])}, **COMMON)
    assert "Half is not reached." in figure.alt
    assert "axis ends" not in figure.alt


@pytest.mark.parametrize(
    ("shown", "times", "message"),
    [
        ({}, [0, 1], "0 curves"),
        ({str(i): CURVE for i in range(5)}, [0, 1], "5 curves"),
        ({"x": CURVE, "y": CURVE.complement()}, [0, 1], "do not mix"),
        ({"x": CURVE}, [], "at_risk_times"),
        ({"x": CURVE}, [0], "at_risk_times"),
        ({"x": CURVE}, [-1, 2], "at_risk_times"),
    ],
)
def test_refusals(shown, times, message):
    with pytest.raises(DataError, match=message):
        curves(shown, **COMMON | {"at_risk_times": times})


def test_numbers_at_risk_of_a_curve_that_is_not_shown():
    with pytest.raises(DataError, match=r"at_risk_of names \['Dead'\]; the curves are \['Alive'\]"):
        curves({"Alive": CURVE}, **COMMON | {"at_risk_of": ["Dead"]})
