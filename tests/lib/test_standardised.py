"""Standardised risks: against R on the shipped rows, and against the fourfold table."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.prediction import PREDICTOR
from analysis_lib.standardised import standardised_risks

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r" / "shipped_risks.csv")
Z = 1.959963984540054


def standardised(frame, others, **changes):
    arguments = {"predictor": PREDICTOR, "outcome": "treatment_failure", "denominator": "patients"}
    return standardised_risks(frame, others=others, **{**arguments, **changes})


@pytest.mark.parametrize("row", REFERENCE.fillna({"chosen": ""}).to_dict("records"))
def test_risks_and_limits_agree_with_r(row):
    found = standardised(cohort.analysis_frame(cohort.load()), row["chosen"].split())
    assert found.risk_without == pytest.approx(row["without"], rel=1e-8)
    assert found.risk_with == pytest.approx(row["with"], rel=1e-8)
    step, ratio = row["with"] - row["without"], row["with"] / row["without"]
    assert found.difference.estimate == pytest.approx(100 * step, rel=1e-8)
    half = Z * row["difference_se"]
    assert found.difference.upper == pytest.approx(100 * (step + half), rel=1e-7)
    assert found.difference.lower == pytest.approx(100 * (step - half), rel=1e-6)
    assert found.ratio.estimate == pytest.approx(ratio, rel=1e-8)
    factor = math.exp(Z * row["log_ratio_se"])
    assert found.ratio.lower == pytest.approx(ratio / factor, rel=1e-7)
    assert found.ratio.upper == pytest.approx(ratio * factor, rel=1e-7)


def fourfold(a=10, b=30, c=3, d=59):
    """Rows of a table: a of a + b fail above, c of c + d below."""
    return pd.DataFrame(
        {
            PREDICTOR: [True] * (a + b) + [False] * (c + d),
            "treatment_failure": [True] * a + [False] * b + [True] * c + [False] * d,
        }
    )


def test_without_covariates_they_are_those_of_the_fourfold_table():
    found = standardised(fourfold(), [])
    above, below = 10 / 40, 3 / 62
    se = math.sqrt(above * (1 - above) / 40 + below * (1 - below) / 62)
    assert found.difference.lower == pytest.approx(100 * (above - below - Z * se), rel=1e-9)
    log_se = math.sqrt(1 / 10 - 1 / 40 + 1 / 3 - 1 / 62)  # Katz
    assert found.ratio.upper == pytest.approx(above / below * math.exp(Z * log_se), rel=1e-9)
    assert found.odds_ratio == pytest.approx(found.conditional, rel=1e-9)
    assert found.conditional == pytest.approx(10 * 59 / 30 / 3, rel=1e-9)
    assert format(found) == "25.0\u00a0% against 4.8\u00a0%"
    assert format(found, "without") == "4.8\u00a0%"
    assert format(found.difference) == "20\u00a0percentage points (95\u00a0% CI 6\u00a0to\u00a035)"


def test_a_balanced_covariate_moves_the_odds_ratio_but_not_the_risks():
    """Two strata alike in PTH, the odds ratio 9 in both: 0.9 against 0.5, and 0.5 against 0.1."""
    rows = pd.concat(
        [
            fourfold(90, 10, 50, 50).assign(stratum=1),
            fourfold(50, 50, 10, 90).assign(stratum=0),
        ]
    )
    found = standardised(rows, ["stratum"])
    assert found.conditional == pytest.approx(9, rel=1e-9)
    assert (found.risk_without, found.risk_with) == pytest.approx((0.3, 0.7), rel=1e-9)
    assert found.odds_ratio == pytest.approx(49 / 9, rel=1e-9)
    crude = standardised(rows, [])
    assert crude.difference.estimate == pytest.approx(found.difference.estimate, rel=1e-9)


def test_who_lacks_a_value_is_left_out_and_counted():
    frame = fourfold().astype({PREDICTOR: "boolean"})
    frame.loc[0, PREDICTOR] = pd.NA
    found = standardised(frame, [])
    assert found.difference.n == len(frame) - 1
    assert found.risk_with == pytest.approx(9 / 39)


def test_refusals():
    frame = fourfold()
    with pytest.raises(MissingColumnError, match="'age'"):
        standardised(frame, ["age"])
    with pytest.raises(DataError, match="other values than 0 and 1"):
        standardised(frame.assign(**{PREDICTOR: np.arange(len(frame))}), [])
    with pytest.raises(DataError, match="separate events from non-events"):
        standardised(fourfold(c=0), [])
    with pytest.raises(DataError, match="constant beside the intercept"):
        standardised(frame[frame[PREDICTOR]], [])
