"""Patients for a precise proportion and for rare events, against R and by trying every size."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.errors import CountError, DataError
from analysis_lib.precision import (
    METHODS,
    size_for_half_width,
    size_for_upper_limit,
    size_to_see_one,
    widths,
)
from analysis_lib.proportions import interval
from analysis_lib.zero_events import upper_limit

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/samplesize.csv")


def rows(kind):
    found = REFERENCE[REFERENCE["kind"] == kind]
    assert len(found)
    return found.itertuples()


@pytest.mark.parametrize("method", METHODS)
def test_widths_and_sizes_agree_with_r(method):
    for row in rows(f"half_{method}"):
        found = widths(row.a, [int(row.b)], method=method)
        assert found["half_width"][0] == pytest.approx(row.value, rel=1e-9)
    for name in ("first", "settled"):
        for row in rows(f"{name}_{method}"):
            found = size_for_half_width(row.a, row.b, method=method)
            assert getattr(found, name) == row.value, (name, row)


@pytest.mark.parametrize("method", METHODS)
def test_limits_are_those_of_the_interval(method):
    found = widths(0.13, [1, 10, 102], method=method, level=0.9)
    assert list(found["events"]) == [0, 1, 13]
    for row in found.itertuples():
        one = interval(row.events, row.n, method=method, denominator="patients", level=0.9)
        assert (row.lower, row.upper) == pytest.approx((one.lower, one.upper))


@settings(deadline=None, max_examples=40)
@given(share=st.floats(0.005, 0.995), half=st.floats(0.03, 0.3), method=st.sampled_from(METHODS))
def test_settled_means_settled(share, half, method):
    """No larger size, far beyond the one found, is too small; the one before is."""
    found = size_for_half_width(share, half, method=method)
    assert found.first <= found.settled
    later = widths(share, range(found.settled, found.settled + 700), method=method)
    assert (later["half_width"] <= half).all()
    if found.settled > 1:
        before = widths(share, range(1, found.settled), method=method)["half_width"]
        assert before.iloc[-1] > half
        assert (before.iloc[: found.first - 1] > half).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_width_is_not_monotone(method):
    found = widths(89 / 102, range(20, 200), method=method)["half_width"]
    assert (np.diff(found) > 0).any()
    sizes = size_for_half_width(89 / 102, 0.1, method=method)
    assert sizes.first < sizes.settled
    assert format(sizes) == str(sizes.settled)


def test_to_see_one_is_the_limit_when_none_is_seen():
    for row in rows("see_one"):
        assert size_to_see_one(row.a, chance=row.b) == row.value
        assert size_for_upper_limit(row.a, level=row.b) == row.value
    n = size_for_upper_limit(0.01)
    exact = [upper_limit(m, method="exact", denominator="patients").upper for m in (n, n - 1)]
    assert exact[0] <= 0.01 < exact[1]
    assert size_to_see_one(0.5, chance=0.5) == 1
    assert size_to_see_one(0.999, chance=0.5) == 1
    assert size_for_upper_limit(0.96) == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: widths(87.3, [10], method="exact"), DataError, "expected share 87.3"),
        (lambda: widths(0.5, [], method="exact"), CountError, "no number of patients"),
        (lambda: widths(0.5, [0], method="exact"), CountError, "at least 1"),
        (lambda: widths(0.5, [10.5], method="exact"), CountError, "whole"),
        (lambda: widths(0.5, [10], method="wald"), DataError, "no method 'wald'"),
        (lambda: widths(0.5, [10], method="exact", level=95), DataError, "confidence level"),
        (lambda: size_for_half_width(0.5, 0.0, method="exact"), DataError, "half-width"),
        (lambda: size_for_half_width(0.5, 5, method="exact"), DataError, "half-width"),
        (lambda: size_for_half_width(1.0, 0.1, method="exact"), DataError, "expected share"),
        (lambda: size_for_half_width(0.5, 1e-5, method="wilson"), DataError, "ask for less"),
        (lambda: size_to_see_one(0.0), DataError, "share 0.0"),
        (lambda: size_to_see_one(0.1, chance=1.0), DataError, "chance 1.0"),
        (lambda: size_to_see_one(math.nan), DataError, "share nan"),
        (lambda: size_for_upper_limit(1.0), DataError, "limit 1.0"),
        (lambda: size_for_upper_limit(1e-9), DataError, "ask for less"),
        (lambda: size_for_upper_limit(0.1, level=0), DataError, "confidence level"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
