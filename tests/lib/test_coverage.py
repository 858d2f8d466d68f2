"""Coverage against sums of binomials in R, and against simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib.coverage import coverage
from analysis_lib.errors import DataError
from analysis_lib.proportions import METHODS

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/coverage.csv")


def test_agrees_with_r():
    assert len(REFERENCE) == 60
    for (n, level, method), rows in REFERENCE.groupby(["n", "level", "method"]):
        found = coverage(n, rows["share"], methods=[method], level=level)
        for name in ("coverage", "too_high", "too_low", "width"):
            np.testing.assert_allclose(found[name], rows[name], rtol=1e-10, atol=1e-12)


def test_agrees_with_simulation():
    found = coverage(102, [0.8], methods=["wald"]).iloc[0]
    share = np.random.default_rng(20261124).binomial(102, 0.8, 400_000) / 102
    width = 1.959964 * np.sqrt(share * (1 - share) / 102)
    assert np.mean(np.abs(share - 0.8) <= width) == pytest.approx(found["coverage"], abs=0.002)
    assert np.mean(share - width > 0.8) == pytest.approx(found["too_high"], abs=0.001)


def test_what_is_known_of_the_methods():
    """Exact never below its level, with half of the rest in a tail; all mirror at one half."""
    shares = np.linspace(0.02, 0.98, 97)
    found = coverage(60, shares, methods=METHODS)
    parts = found[["coverage", "too_high", "too_low"]].sum(axis=1)
    np.testing.assert_allclose(parts, 1)
    exact = found[found["method"] == "exact"]
    assert exact["coverage"].min() >= 0.95
    assert exact[["too_high", "too_low"]].max(axis=None) <= 0.025
    assert found.loc[found["method"] == "wald", "coverage"].min() < 0.8
    for _, rows in found.groupby("method"):
        np.testing.assert_allclose(rows["coverage"], rows["coverage"][::-1], atol=1e-9)
        np.testing.assert_allclose(rows["too_high"], rows["too_low"][::-1], atol=1e-9)


@pytest.mark.parametrize(
    ("shares", "methods"), [([], ["wald"]), ([0.5], []), ([0.0], ["wald"]), ([1.2], ["wald"])]
)
def test_refusals(shares, methods):
    with pytest.raises(DataError, match="at least one of each"):
        coverage(20, shares, methods=methods)
