"""The pictures of sample sizes say in words, and hold as data, what they draw."""

import io

import pandas as pd
import pytest

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures import samplesize as pictures
from analysis_lib.precision import widths

COMMON = {"id": "14-a", "status": "derived", "caption": "How many?"}
CURVES = pd.concat(
    [widths(0.87, range(50, 300, 10), method=m).assign(method=m) for m in ("wilson", "exact")]
)
POWER = pd.DataFrame(
    {
        "odds_ratio": [2.0, 2.0, 5.0, 5.0],
        "n": [100, 1000, 100, 1000],
        "power": [0.21, 0.95, 0.69, 0.99],
        "exaggeration": [2.2, 1.03, 1.2, 1.01],
    }
)


def test_half_widths():
    figure = pictures.half_widths(CURVES, study=(102, 0.065), target=0.05, **COMMON)
    for method in ("wilson", "exact"):
        first = CURVES[CURVES["method"] == method].iloc[0]
        assert f"{method}: {100 * first['half_width']:.1f} points at 50 patients" in figure.alt
        assert f">{method}</text>" in figure.svg
    assert "The study has 102 patients and 6.5 points" in figure.alt
    assert figure.caption == "How many? Dashed: 5.0 points."
    pd.testing.assert_frame_equal(
        pd.read_csv(io.StringIO(figure.csv)), CURVES.reset_index(drop=True), rtol=1e-12
    )


def test_power_and_exaggeration():
    figure = pictures.power_and_exaggeration(
        POWER, POWER.iloc[[0, 2]], study=102, power=0.8, **COMMON
    )
    assert "true odds ratio 2.0: power 21\N{NO-BREAK SPACE}%" in figure.alt
    assert "true odds ratio 5.0" in figure.alt
    assert "significant results 1.2 times too large" in figure.alt
    data = pd.read_csv(io.StringIO(figure.csv))
    assert list(data["source"]) == ["formula"] * 4 + ["simulation"] * 2
    assert list(data["power"]) == [0.21, 0.95, 0.69, 0.99, 0.21, 0.69]


def test_needed():
    rows = pd.DataFrame(
        {"group": ["Nine", "Nine", "One"], "label": ["a", "b", "a"], "n": [967, 102, 36]}
    )
    figure = pictures.needed(rows, study=102, **COMMON)
    assert "Nine, a: 967; Nine, b: 102; One, a: 36" in figure.alt
    assert figure.svg.count("<pattern") == 1, "only the bar beyond the study is hatched"
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(figure.csv)), rows)


def test_missing_columns_are_named():
    with pytest.raises(MissingColumnError, match="half_width"):
        pictures.half_widths(
            CURVES.drop(columns="half_width"), study=(1, 0.1), target=0.05, **COMMON
        )
    with pytest.raises(MissingColumnError, match="exaggeration"):
        pictures.power_and_exaggeration(
            POWER, POWER.drop(columns="exaggeration"), study=1, power=0.8, **COMMON
        )
    with pytest.raises(MissingColumnError, match="group"):
        pictures.needed(pd.DataFrame({"label": ["a"], "n": [1]}), study=1, **COMMON)
