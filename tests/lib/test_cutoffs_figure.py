"""The pictures of a cut-off say in words, and hold as data, what they draw."""

import io

import pandas as pd
import pytest

from analysis_lib.cutoff import choose
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import cutoffs as pictures
from analysis_lib.roc import roc_points

COMMON = {"id": "11-a", "status": "simulated", "caption": "Where?"}
VALUES, EVENTS = [1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 0, 1]
CURVE = pd.DataFrame(
    {"value": [500.0, 1000, 4000], "risk": [0.05, 0.1, 0.3], "lower": [0.01, 0.05, 0.1],
     "upper": [0.1, 0.2, 0.6]}
)  # fmt: skip
STEPS = pd.DataFrame({"risk": [0.048, 0.25]})
PATIENTS = pd.DataFrame({"value": [600.0, 2000, 3000], "event": [False, True, False]})


def test_roc():
    cutoff = choose(VALUES, EVENTS, rule="youden", direction="higher")
    points = roc_points(VALUES, EVENTS, direction="higher")
    figure = pictures.roc(points, cutoff, unit="pg/mL", **COMMON)
    assert figure.alt.startswith("ROC curve; 100")
    wrong_way = roc_points(VALUES, EVENTS, direction="lower")
    assert pictures.roc(wrong_way, cutoff, unit="pg/mL", **COMMON).alt.startswith("ROC curve; 0")
    assert "A diamond marks 4 pg/mL: sensitivity 100.0" in figure.alt
    assert "false alarms 25.0" in figure.alt
    assert "Youden's index, is 0.75" in figure.alt
    assert list(pd.read_csv(io.StringIO(figure.csv))["positive"]) == [0, 1, 2, 3, 4, 5, 6]


def test_landings():
    chosen = {"again": [1606.0, 1606, 1590, 800], "anew": [2000.0, float("nan"), 700]}
    figure = pictures.landings(chosen, 1606, xlabel="PTH, pg/mL", **COMMON)
    alt = figure.alt.replace("\N{NO-BREAK SPACE}", " ")
    assert "again: 1606 again in 50 %, the middle 95 % from 859 to 1606" in alt
    assert "anew: 1606 again in 0 %" in alt
    data = pd.read_csv(io.StringIO(figure.csv))
    assert data.groupby("kind")["share"].sum().round(9).to_dict() == {"again": 1, "anew": 1}
    own = data[data["from"].le(1606) & data["to"].gt(1606)]
    assert own["share"].to_list() == [0.75, 0]
    assert own["of_it_the_same"].to_list() == [0.5, 0]
    assert data["of_it_the_same"].sum() == 0.5
    ratio = data["to"] / data["from"]
    assert ratio.max() == pytest.approx(ratio.min())


@pytest.mark.parametrize("chosen", [{}, {"a": []}, {"a": [float("nan")]}, {"a": [1.0, 0.0]}])
def test_landings_refuse(chosen):
    with pytest.raises(DataError, match="all above 0"):
        pictures.landings(chosen, 1.0, xlabel="PTH", **COMMON)


def test_risk():
    figure = pictures.risk(CURVE, STEPS, PATIENTS, cutoff=1606, xlabel="PTH, pg/mL", **COMMON)
    alt = figure.alt.replace("\N{NO-BREAK SPACE}", " ")
    assert "from 5.0 % (band 1.0 % to 10.0 %) at 500 to 30.0 %" in alt
    assert "it is 4.8 % below 1606 and 25.0 % from there on" in alt
    assert "1 patients with the event at the upper edge, 2 without" in alt
    data = pd.read_csv(io.StringIO(figure.csv))
    assert list(data["drawn"]).count("patient") == 3
    assert list(data["risk"].dropna()) == [0.05, 0.1, 0.3, 0.048, 0.25]


@pytest.mark.parametrize("column", ["value", "risk", "lower", "upper"])
def test_a_missing_column_is_named(column):
    with pytest.raises(MissingColumnError, match=column):
        pictures.risk(
            CURVE.drop(columns=column), STEPS, PATIENTS, cutoff=1606, xlabel="PTH", **COMMON
        )
