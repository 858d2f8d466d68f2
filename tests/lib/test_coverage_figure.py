"""The picture of coverage says in words, and holds as data, what it draws."""

import io

import numpy as np
import pandas as pd
import pytest

from analysis_lib.coverage import coverage
from analysis_lib.errors import MissingColumnError
from analysis_lib.figures.coverage import coverage_curves

FOUND = coverage(30, np.linspace(0.7, 0.9, 21), methods=["wald", "exact"])
COMMON = {
    "id": "05-a", "status": "derived", "caption": "Which?", "level": 0.95, "share": (0.8, "here"),
}  # fmt: skip


def test_alt_text_and_data_carry_what_is_drawn():
    figure = coverage_curves(FOUND, {"wald": "Wald", "exact": "Exact"}, **COMMON)
    for name, title in (("wald", "Wald"), ("exact", "Exact")):
        rows = FOUND[FOUND["method"] == name]["coverage"]
        assert f"{title}: {100 * rows.mean():.1f}" in figure.alt
        assert f"{100 * rows.min():.1f}" in figure.alt
        assert f">{title}</text>" in figure.svg
    assert figure.caption == "Which? Dashed: what is claimed. Orange: here."
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(figure.csv)), FOUND, rtol=1e-12)


def test_a_method_without_rows_is_refused():
    with pytest.raises(MissingColumnError, match="wilson"):
        coverage_curves(FOUND, {"wilson": "Wilson"}, **COMMON)
