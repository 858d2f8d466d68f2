"""The picture of the sieve says in words, and holds as data, what it draws."""

import io

import pandas as pd
import pytest

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures.sieve import sieve

CURVES = pd.DataFrame(
    {
        "curve": ["noise"] * 3 + ["true"] * 3,
        "level": [0.01, 0.05, 0.2] * 2,
        "share": [0.05, 0.301, 0.833, 0.1, 0.262, 0.534],
    }
)
COMMON = {"id": "09-a", "status": "simulated", "caption": "Which?", "ylabel": "Passes, %"}


def test_alt_text_and_data_carry_what_is_drawn():
    figure = sieve(CURVES, (0.05, 0.2), **COMMON)
    said = figure.alt.replace("\N{NO-BREAK SPACE}", " ")
    assert "2 curves. noise: 30 % at 0.05, 83 % at 0.2; true: 26 % at 0.05, 53 % at 0.2." in said
    for words in ("noise", "true", "0.05", "Passes, %"):
        assert f">{words}</text>" in figure.svg
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(figure.csv)), CURVES)


def test_what_it_cannot_draw_is_refused():
    with pytest.raises(MissingColumnError, match="share"):
        sieve(CURVES.drop(columns="share"), (0.05,), **COMMON)
    with pytest.raises(DataError, match=r"four at most, each with the levels 0\.07"):
        sieve(CURVES, (0.07,), **COMMON)
    five = pd.concat(CURVES.assign(curve=name) for name in "abcde")
    with pytest.raises(DataError, match="5 curves"):
        sieve(five, (0.05,), **COMMON)
