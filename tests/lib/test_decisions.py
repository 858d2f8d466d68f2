"""Who would be acted on: against a plain loop over resamples."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib.decisions import decisions, per_hundred
from analysis_lib.errors import DataError
from analysis_lib.net_benefit import acted_on, decision_curve
from analysis_lib.performance import from_logits
from analysis_lib.procedure import Procedure
from analysis_lib.procedure_fits import prepare
from analysis_lib.validation import resample

DATA = pd.read_csv(Path(__file__).parents[1] / "reference_r/validation_data.csv")


@pytest.fixture(scope="module")
def resampled():
    procedure = Procedure(
        candidates=("age", "light", "smoke", "ht"), outcome="low", cut="light", cutoff="youden",
        screening=0.10, penalty="firth",
    )  # fmt: skip
    ready = prepare(procedure, DATA[DATA["set"] == "few"])
    return resample(ready, ready.y, resamples=30, seed=5)


def test_it_is_a_loop_over_resamples(resampled):
    thresholds = [0.1, 0.25]
    got = decisions(resampled, thresholds=thresholds).set_index("threshold")
    y, n = resampled.y, len(resampled.y)
    own = from_logits(resampled.apparent[0])
    for t in thresholds:
        row = got.loc[t]
        for column, who in (("found", y), ("needless", ~y)):
            gaps = []
            for linear, count in zip(resampled.fits.linear, resampled.counts, strict=True):
                high = (from_logits(linear) >= t) & who
                rows = np.repeat(np.arange(n), count)
                gaps.append(high[rows].mean() - high.mean())
            assert row[column] == pytest.approx(((own >= t) & who).mean())
            assert row[f"{column}_corrected"] == pytest.approx(row[column] - np.mean(gaps))
        odds = t / (1 - t)
        for kind, column in (("", "model"), ("_corrected", "corrected")):
            want = row[f"found{kind}"] - row[f"needless{kind}"] * odds
            assert row[column] == pytest.approx(want)
        assert row["monte_carlo_error"] > 0
    curve = decision_curve(own, y, thresholds=thresholds).set_index("threshold")
    pd.testing.assert_frame_equal(got[curve.columns], curve)


def test_per_hundred_is_the_curve_in_counts(resampled):
    curve = decisions(resampled, thresholds=[0.1, 0.25, 0.4])
    got = per_hundred(curve, thresholds=[0.25, 0.4])
    assert got["model"].tolist() == ["as it seems", "corrected"] * 2
    assert got["threshold"].tolist() == [0.25, 0.25, 0.4, 0.4]
    row = curve.iloc[1]
    assert got.loc[0, "found"] == pytest.approx(100 * row["true_positive"] / row["n"])
    assert got.loc[0, "needless"] == pytest.approx(100 * row["false_positive"] / row["n"])
    assert got.loc[1, "found"] == pytest.approx(100 * row["found_corrected"])
    assert got.loc[1, "needless"] == pytest.approx(100 * row["needless_corrected"])
    np.testing.assert_allclose(got["found"] + got["missed"], 100 * resampled.y.mean())
    with pytest.raises(DataError, match="no threshold 0.3"):
        per_hundred(curve, thresholds=[0.3])


def test_who_is_acted_on_is_counted_in_repeated_rows():
    linear = np.array([[-1.0, 0.5, 2.0, -3.0]])
    y = np.array([True, False, True, False])
    found, needless = acted_on(linear, y, np.array([[3, 2, 1, 4]]), 0.5)
    assert (found[0], needless[0]) == (0.1, 0.2)


def test_refusals(resampled):
    for thresholds in ([], [0.0], [0.2, 1.0]):
        with pytest.raises(DataError, match="above 0 and below 1"):
            decisions(resampled, thresholds=thresholds)
