"""The picture of many specifications carries every set, and says what it shows."""

import pandas as pd
import pytest

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures.specifications import curve

TERMS = {"age": "age, per year", "alp": "phosphatase"}
ROWS = pd.DataFrame(
    {
        "estimate": [6.5, 4.5, 5.1],
        "lower": [1.7, 0.9, 1.1],
        "upper": [25.6, 21.1, 23.1],
        "name": ["", "all", "assumed road"],
        "age": [False, True, False],
        "alp": [False, True, True],
    }
)
WORDS = {"id": "10-x", "status": "simulated", "caption": "Which set?", "ylabel": "Odds ratio"}


def test_the_sets_are_sorted_and_all_in_the_data():
    lines = curve(ROWS, TERMS, **WORDS).csv.splitlines()
    assert lines[0] == "estimate,lower,upper,name,age,alp"
    assert [line.split(",")[0] for line in lines[1:]] == ["4.5", "5.1", "6.5"]
    assert lines[1].endswith("all,True,True")


def test_the_words_say_the_ends_the_named_sets_and_how_many_lie_above_one():
    alt = curve(ROWS, TERMS, **WORDS).alt
    assert "3 estimates" in alt
    assert "Lowest 4.5 (0.9\u00a0to\u00a021.1)" in alt
    assert "highest 6.5 (1.7\u00a0to\u00a025.6)" in alt
    assert "2 of the intervals lie above 1" in alt
    assert "Pointed out: all 4.5; assumed road 5.1. Marks below" in alt
    assert "Pointed" not in curve(ROWS.assign(name=""), TERMS, **WORDS).alt
    assert "age, per year, phosphatase" in alt


def test_named_sets_are_written_into_the_picture():
    figure = curve(ROWS, TERMS, **WORDS)
    assert "assumed road 5.1" in figure.svg
    assert "phosphatase" in figure.svg


def test_refusals():
    with pytest.raises(MissingColumnError, match="'alp'"):
        curve(ROWS.drop(columns="alp"), TERMS, **WORDS)
    with pytest.raises(DataError, match="no term to mark"):
        curve(ROWS, {}, **WORDS)
    with pytest.raises(DataError, match="0 sets"):
        curve(ROWS.iloc[:0], TERMS, **WORDS)
    with pytest.raises(DataError, match="positive, finite"):
        curve(ROWS.assign(upper=[25.6, float("inf"), 23.1]), TERMS, **WORDS)
    with pytest.raises(DataError, match="positive, finite"):
        curve(ROWS.assign(lower=[1.7, 0.0, 1.1]), TERMS, **WORDS)
