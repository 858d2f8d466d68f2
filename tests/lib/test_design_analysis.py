"""Power, type S and type M error against numerical integration in R and against simulation."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.design_analysis import design_analysis, events_per_variable
from analysis_lib.errors import CountError, DataError

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/design_analysis.csv")


def test_agrees_with_numerical_integration_in_r():
    assert len(REFERENCE) == 56
    for row in REFERENCE.to_dict("records"):
        found = design_analysis(row["true_odds_ratio"], row["log_se"], level=row["level"])
        for name in ("power", "type_s", "exaggeration", "smallest_significant"):
            assert getattr(found, name) == pytest.approx(row[name], rel=1e-8), (name, row)


def test_agrees_with_simulation():
    """One million estimates at the published standard error: the filter does what is claimed."""
    effect, se = math.log(2), 0.774
    estimates = np.random.default_rng(20261124).normal(effect, se, 1_000_000)
    kept = estimates[np.abs(estimates) > 1.959964 * se]
    found = design_analysis(2.0, se)
    assert found.power == pytest.approx(len(kept) / 1e6, abs=0.0015)
    assert found.type_s == pytest.approx(np.mean(kept < 0), abs=0.002)
    assert found.exaggeration == pytest.approx(np.abs(kept).mean() / effect, abs=0.01)
    assert found.printed_odds_ratio == pytest.approx(math.exp(np.abs(kept).mean()), rel=0.01)


@given(true=st.floats(1.05, 20), se=st.floats(0.1, 2))
def test_significance_always_exaggerates_and_direction_does_not_matter(true, se):
    found, mirrored = design_analysis(true, se), design_analysis(1 / true, se)
    assert found.exaggeration > 1 - 1e-12
    assert 0.049 < found.power <= 1
    assert found.type_s < 0.5
    for name in ("power", "type_s", "exaggeration"):
        assert getattr(found, name) == pytest.approx(getattr(mirrored, name))
    assert found.printed_odds_ratio * mirrored.printed_odds_ratio == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, 0.7), "must be above 0 and not 1"),
        ((-2.0, 0.7), "must be above 0 and not 1"),
        ((2.0, 0.0), "standard error 0.0 must be above 0"),
        ((2.0, math.nan), "standard error nan must be above 0"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(DataError, match=message):
        design_analysis(*arguments)
    with pytest.raises(DataError, match="outside"):
        design_analysis(2.0, 0.7, level=0)


def test_events_per_variable_counts_the_rarer_outcome():
    frame = events_per_variable(13, 89, 4)
    assert list(frame["events_per_variable"]) == [13, 6.5, 13 / 3, 3.25]
    assert events_per_variable(89, 13, 4).equals(frame)
    with pytest.raises(CountError, match="a model has at least one variable"):
        events_per_variable(13, 89, 0)
