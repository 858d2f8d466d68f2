"""The pictures of sample sizes say in words, and hold as data, what they draw."""

import io

import pandas as pd
import pytest

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures import samplesize as pictures

COMMON = {"id": "14-a", "status": "derived", "caption": "How many?"}
POWER = pd.DataFrame(
    {
        "label": ["two", "two", "five", "five", "two", "five"],
        "source": ["formula"] * 4 + ["every table"] * 2,
        "n": [100, 1000, 100, 1000, 100, 100],
        "failures": [10.0, 100, 10, 100, 10, 10],
        "power": [0.21, 0.95, 0.69, 0.99, 0.23, 0.73],
    }
)


@pytest.mark.parametrize("share", [None, 0.1])
def test_power_curves(share):
    figure = pictures.power_curves(POWER, study=102, power=0.8, share=share, **COMMON)
    percents = [f"{x}\N{NO-BREAK SPACE}%" for x in (21, 95, 69, 99, 80)]
    assert f"two: {percents[0]} with 100 patients, {percents[1]} with 1000;" in figure.alt
    assert f"five: {percents[2]} with 100 patients, {percents[3]} with 1000." in figure.alt
    assert f"Dashed: {percents[4]}." in figure.caption
    assert ("Failures among them" in figure.svg) is (share is not None)
    assert all(f">{name}</text>" in figure.svg for name in ("two", "five"))
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(figure.csv)), POWER)


def test_failures_stand_above_the_patients_they_are_among(monkeypatch):
    """One patient in ten: 20 failures stand where 200 patients stand."""
    drawn = []
    monkeypatch.setattr(pictures, "finish", lambda figure, *_, **__: drawn.append(figure))
    pictures.power_curves(POWER, study=102, power=0.8, share=0.1, **COMMON)
    (above,) = drawn[0].axes[0].child_axes
    ticks = {
        t.get_text(): x for t, x in zip(above.get_xticklabels(), above.get_xticks(), strict=True)
    }
    assert ticks == pytest.approx({"10": 100, "20": 200, "50": 500, "100": 1000})


def test_needed():
    rows = pd.DataFrame(
        {"group": ["Nine", "Nine", "One"], "label": ["a", "b", "a"], "n": [967, 102, 36]}
    )
    figure = pictures.needed(rows, study=102, **COMMON)
    assert "Nine, a: 967; Nine, b: 102; One, a: 36" in figure.alt
    assert figure.svg.count("<pattern") == 1, "only the bar beyond the study is hatched"
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(figure.csv)), rows)


def test_missing_columns_are_named():
    with pytest.raises(MissingColumnError, match="source"):
        pictures.power_curves(POWER.drop(columns="source"), study=1, power=0.8, **COMMON)
    with pytest.raises(MissingColumnError, match="group"):
        pictures.needed(pd.DataFrame({"label": ["a"], "n": [1]}), study=1, **COMMON)
