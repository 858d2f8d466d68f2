"""The picture of risk over a predictor says in words, and holds as data, what it draws."""

import io

import pandas as pd
import pytest

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures.risk_curves import risk_curves

CURVES = pd.DataFrame(
    {
        "curve": ["bent", "bent", "straight", "straight"],
        "x": [500.0, 4000.0] * 2,
        "risk": [0.031, 0.212, 0.042, 0.303],
        "lower": [0.011, 0.102, None, None],
        "upper": [0.091, 0.404, None, None],
    }
)
MEMBERS = pd.DataFrame({"x": [600.0, 900.0, 2000.0], "event": [False, False, True]})
COMMON = {
    "id": "09-a", "status": "simulated", "caption": "Which?", "xlabel": "PTH", "ylabel": "Risk, %",
    "ticks": [500, 1000],
}  # fmt: skip


def test_alt_text_and_data_carry_what_is_drawn():
    figure = risk_curves(CURVES, MEMBERS, **COMMON)
    said = figure.alt.replace("\N{NO-BREAK SPACE}", " ")
    assert "bent: 3.1 % at 500, 21.2 % at 4000 (bands 1.1 to 9.1 % and 10.2 to 40.4 %)" in said
    assert "straight: 4.2 % at 500, 30.3 % at 4000." in said
    assert "1 with the event; at the bottom: 2 without" in said
    for words in ("bent", "straight", "1000", "Risk, %"):
        assert f">{words}</text>" in figure.svg
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(figure.csv)), CURVES)


def test_what_it_cannot_draw_is_refused():
    with pytest.raises(MissingColumnError, match="event"):
        risk_curves(CURVES, MEMBERS[["x"]], **COMMON)
    with pytest.raises(DataError, match="between 0 and 1"):
        risk_curves(CURVES.assign(risk=1.0), MEMBERS, **COMMON)
    four = CURVES.assign(curve=["a", "b", "c", "d"])
    with pytest.raises(DataError, match="three at most"):
        risk_curves(four, MEMBERS, **COMMON)
