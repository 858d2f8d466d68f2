"""How numbers are written, and what a result looks like as plain data."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from analysis_lib.errors import DataError
from analysis_lib.results import (
    NBSP,
    Estimate,
    OddsRatio,
    Proportion,
    number,
    p_value,
    percent,
    percent_span,
    plain,
    write,
)

TARGET = Proportion(
    events=89,
    n=102,
    estimate=89 / 102,
    lower=0.7924,
    upper=0.9303,
    level=0.95,
    method="Clopper-Pearson exact",
    denominator="patients",
)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (87.25, 1, "87.2"),
        (-0.04, 1, "0.0"),
        (-1.5, 1, "−1.5"),
        (math.inf, 1, "∞"),
        (-math.inf, 1, "−∞"),
        (math.nan, 2, "not estimable"),
        (1606, 0, "1606"),
    ],
)
def test_number(value, decimals, text):
    assert number(value, decimals) == text


@pytest.mark.parametrize(
    ("p", "text"), [(0.0004, f"<{NBSP}0.001"), (0.0352, "0.035"), (0.2, "0.20"), (0.04, "0.040")]
)
def test_p_value(p, text):
    assert p_value(p) == text


def test_faces_of_a_proportion():
    assert f"{TARGET}" == f"87.3{NBSP}% (95{NBSP}% CI 79.2{NBSP}to{NBSP}93.0{NBSP}%)"
    assert f"{TARGET:count}" == "89 of 102 patients"
    assert f"{TARGET:lower}" == percent(0.7924)
    assert percent_span(0.1, 0.25) == f"10.0{NBSP}to{NBSP}25.0{NBSP}%"


def test_an_unknown_format_code_lists_the_known():
    with pytest.raises(DataError, match="no format code 'per cent'; it has '', 'percent'"):
        format(TARGET, "per cent")


def test_plain_numbers_have_codes_too():
    assert write(0.104, "percent0") == f"10{NBSP}%"
    assert write(0.104, "percent") == f"10.4{NBSP}%"
    assert write(0.0321, "p") == "0.032"
    assert write(3, "d") == "3"


def test_results_become_json():
    ratio = OddsRatio(
        estimate=5.1,
        lower=1.1,
        upper=math.inf,
        log_se=math.nan,
        p_value=0.04,
        level=0.95,
        method="exact",
        warnings=("wide",),
    )
    frame = pd.DataFrame({"a": [1, 2]})
    data = plain({"ratio": ratio, "array": np.arange(2), "frame": frame, "none": None, "x": {1}})
    assert json.loads(json.dumps(data)) == {
        "ratio": {
            "type": "OddsRatio",
            "estimate": 5.1,
            "lower": 1.1,
            "upper": "inf",
            "log_se": None,
            "p_value": 0.04,
            "level": 0.95,
            "method": "exact",
            "warnings": ["wide"],
        },
        "array": [0, 1],
        "frame": [{"a": 1}, {"a": 2}],
        "none": None,
        "x": "{1}",
    }
    assert TARGET.to_dict()["type"] == "Proportion"


def test_an_estimate_writes_its_unit_once_and_says_what_it_can_not_know():
    median = Estimate(
        estimate=30.04, lower=24.55, upper=math.nan, level=0.95, n=102, unit="months",
        decimals=1, method="Kaplan-Meier", denominator="patients",
    )  # fmt: skip
    assert f"{median}" == (
        f"30.0{NBSP}months (95{NBSP}% CI 24.6{NBSP}to{NBSP}not estimable)"
    ).replace("24.6", f"{24.55:.1f}")
    assert f"{median:estimate}" == f"30.0{NBSP}months"
    assert f"{median:p}" == "not computed"
    assert json.loads(json.dumps(median.to_dict()))["upper"] is None
