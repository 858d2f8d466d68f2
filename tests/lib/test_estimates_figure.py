"""The picture of many estimates says in words what it draws."""

import math

import pandas as pd
import pytest

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures.estimates import estimates

ROWS = pd.DataFrame(
    {
        "group": ["A", "A", "B"],
        "label": ["first", "second", "third"],
        "estimate": [0.5, math.nan, 0.9],
        "lower": [0.4, math.nan, 0.7],
        "upper": [0.6, math.nan, 0.99],
        "strong": [True, False, False],
        "count": ["5 / 10", "0 / 0", "9 / 10"],
    }
)


def draw(rows=ROWS, **extra):
    settings = {"scale": "percent", "xlabel": "Percent", "heading": "% (interval)"} | extra
    return estimates(rows, id="05-x", status="simulated", caption="How many?", **settings)


def test_every_row_is_said_in_words_and_kept_as_data():
    figure = draw()
    assert "A, first: 50.0\u00a0% (40.0\u00a0to\u00a060.0\u00a0%)" in figure.alt
    assert "A, second: not estimable" in figure.alt
    assert figure.csv.splitlines()[0] == "group,label,estimate,lower,upper"
    assert len(figure.csv.splitlines()) == 4
    assert ">5 / 10</text>" in figure.svg


def test_an_interval_that_leaves_the_picture_ends_in_an_arrow():
    whole, cut = draw(limits=(0, 100)), draw(limits=(45, 95))
    assert cut.svg.count("<use") > whole.svg.count("<use")


def test_a_line_is_named_in_caption_and_alt_text():
    figure = draw(line=(0.873, "as published"))
    assert figure.caption.endswith("Dashed: as published.")
    assert "dashed line marks as published" in figure.alt


def test_ratios_are_read_as_numbers_not_as_powers_of_ten():
    rows = ROWS.assign(estimate=[1.0, 2.0, 5.0], lower=[0.5, 1, 1], upper=[2.0, 4, 25])
    svg = draw(rows, scale="log").svg
    assert ">0.5</text>" in svg
    assert ">20</text>" in svg


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="upper"):
        draw(ROWS.drop(columns="upper"))
