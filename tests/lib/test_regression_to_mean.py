"""Regression to the mean: formula, integration in R and simulation give the same."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import DataError
from analysis_lib.figures.regression_to_mean import remeasured, shares
from analysis_lib.regression_to_mean import Source, expected_fall, remeasure, source_of

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/regression_to_mean.csv")
SOURCE = Source(mean=1.5, sd=0.45, threshold=1.78)


def test_the_formula_agrees_with_integration_in_r():
    for row in REFERENCE.itertuples():
        source = Source(mean=row.mean, sd=row.sd, threshold=row.threshold)
        assert source.share_chosen == pytest.approx(row.share, rel=1e-9)
        assert source.chosen_mean == pytest.approx(row.first, rel=1e-9)
        assert expected_fall(source, row.correlation) == pytest.approx(row.fall, rel=1e-8)


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.8, 1.0])
def test_the_formula_agrees_with_simulation(correlation):
    people = remeasure(SOURCE, correlation, people=200_000, seed=11)
    chosen = people[people["chosen"]]
    fall = chosen["first"] - chosen["second"]
    assert fall.mean() == pytest.approx(
        expected_fall(SOURCE, correlation), abs=4 * fall.std() / len(chosen) ** 0.5 + 1e-12
    )
    assert people["second"].mean() == pytest.approx(people["first"].mean(), abs=0.005)
    assert people["first"].corr(people["second"]) == pytest.approx(correlation, abs=0.01)
    assert people["chosen"].mean() == pytest.approx(SOURCE.share_chosen, abs=0.005)


@given(st.floats(0.04, 8), st.floats(0.05, 3), st.floats(-5, 5))
def test_the_source_gives_back_the_mean_of_the_chosen(excess, sd, threshold):
    source = source_of(threshold + excess * sd, sd=sd, threshold=threshold)
    assert source.chosen_mean == pytest.approx(threshold + excess * sd, rel=1e-9, abs=1e-9)


def test_a_seed_fixes_the_people():
    one, same, other = (remeasure(SOURCE, 0.5, people=50, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_refusals():
    with pytest.raises(DataError, match="standard deviation is 0"):
        Source(mean=0, sd=0, threshold=1)
    with pytest.raises(DataError, match="40 standard deviations"):
        Source(mean=0, sd=1, threshold=40)
    with pytest.raises(DataError, match="not above the threshold 2; give a lower one"):
        source_of(2.0, sd=1, threshold=2.0)
    with pytest.raises(DataError, match="50 standard deviations above"):
        source_of(50.0, sd=1, threshold=0.0)
    with pytest.raises(DataError, match="correlation is 1.2"):
        expected_fall(SOURCE, 1.2)
    with pytest.raises(DataError, match="0 people"):
        remeasure(SOURCE, 0.5, people=0, seed=1)


WORDS = {"id": "06-x", "status": "simulated", "caption": "How far?"}


def test_the_picture_of_two_measurements_says_both_means():
    people = remeasure(SOURCE, 0.5, people=300, seed=4)
    figure = remeasured(people, SOURCE.threshold, unit="mmol/L", decimals=2, **WORDS)
    chosen = people[people["chosen"]]
    for name in ("first", "second"):
        assert f"{chosen[name].mean():.2f}" in figure.alt
        assert f"{people[name].mean():.2f}" in figure.alt
    assert len(figure.csv.splitlines()) == 301


def test_the_picture_of_shares_carries_its_lines():
    rows = pd.DataFrame(
        {"analyte": ["A"] * 2 + ["B"] * 2, "correlation": [0, 1] * 2, "share": [0.9, 0, 0.2, 0]}
    )
    figure = shares(rows, **WORDS)
    assert "A: 90\u00a0% at 0, 0\u00a0% at 1" in figure.alt
    assert figure.csv.splitlines()[1] == "A,0,0.9"
