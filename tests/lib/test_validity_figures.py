"""The pictures of a model's worth say in words, and hold as data, what they draw."""

import io

import numpy as np
import pandas as pd
import pytest

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures.validity import calibration, decisions
from analysis_lib.net_benefit import decision_curve
from analysis_lib.performance import calibration_curve

RISK = np.linspace(0.05, 0.6, 30)
OUTCOME = np.arange(30) % 3 == 0
PATIENTS = pd.DataFrame({"predicted": RISK, "corrected": 0.1 + RISK / 2, "outcome": OUTCOME})
COMMON = {"id": "13-a", "status": "simulated", "caption": "Which?"}


def read(figure):
    return pd.read_csv(io.StringIO(figure.csv))


def test_calibration_says_what_it_draws():
    curve = calibration_curve(RISK, OUTCOME)
    figure = calibration(PATIENTS.sample(frac=1, random_state=1), curve, slope=0.513, **COMMON)
    for words in ("30 patients, 10 with", "5.0\N{NO-BREAK SPACE}%", "60.0", "12.5", "40.0", "0.51"):
        assert words in figure.alt
    assert f"{100 * curve['observed'].iloc[-1]:.1f}" in figure.alt
    assert "With the corrected slope, 0.51" in figure.svg
    pd.testing.assert_frame_equal(read(figure), PATIENTS, rtol=1e-12)


def test_decisions_say_what_they_draw():
    curve = decision_curve(RISK, OUTCOME, thresholds=[0.1, 0.2, 0.3])
    curve["corrected"] = curve["model"] - 0.0123
    figure = decisions(curve, **COMMON)
    for name in ("model", "corrected", "treat_all"):
        for value in curve[name]:
            assert f"{100 * value:.1f}".replace("-", "\N{MINUS SIGN}") in figure.alt
    assert "at a threshold of 30" in figure.alt
    columns = ["threshold", "model", "corrected", "treat_all", "treat_none"]
    pd.testing.assert_frame_equal(read(figure), curve[columns], rtol=1e-12)


def test_missing_columns_are_named():
    curve = calibration_curve(RISK, OUTCOME)
    with pytest.raises(MissingColumnError, match="corrected"):
        calibration(PATIENTS[["predicted", "outcome"]], curve, slope=1, **COMMON)
    with pytest.raises(MissingColumnError, match="observed"):
        calibration(PATIENTS, curve[["predicted"]], slope=1, **COMMON)
    with pytest.raises(MissingColumnError, match="corrected"):
        decisions(decision_curve(RISK, OUTCOME, thresholds=[0.1]), **COMMON)
