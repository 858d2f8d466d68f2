"""Means at visits: against R, and what is refused."""

import pandas as pd
import pytest

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.visits import visit_means

ROWS = pd.DataFrame(
    [
        (name, visit, month, value)
        for name, values in {"A": (8, 2, 4), "B": (2, 8, None), "C": (4, 4, 1)}.items()
        for (visit, month), value in zip(
            (("baseline", 0.0), ("day_1", 0.03), ("month_6", 6.0)), values, strict=True
        )
    ],
    columns=["patient_id", "visit", "month", "value"],
)


def test_counts_tell_due_from_measured():
    found = visit_means(ROWS, scale="linear").set_index("visit")
    assert found["due"].tolist() == [3, 3, 3]
    assert found["n"].tolist() == [3, 3, 2]
    assert found.loc["month_6", "estimate"] == pytest.approx(2.5)


def test_one_value_has_a_mean_and_no_interval():
    one = ROWS[ROWS["patient_id"].eq("A")]
    found = visit_means(one, scale="log")
    assert found["estimate"].tolist() == pytest.approx([8, 2, 4])
    assert found[["lower", "upper"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("rows", "error", "says"),
    [
        (ROWS.drop(columns="visit"), MissingColumnError, "'visit'"),
        (pd.concat([ROWS, ROWS.head(1)]), DataError, "patient A has visit 'baseline' more than"),
        (ROWS.assign(value=None), DataError, "none of 9 rows"),
        (ROWS.assign(value=0.0), DataError, "9 of 9 values are not above zero"),
    ],
)
def test_refusals(rows, error, says):
    with pytest.raises(error, match=says):
        visit_means(rows, scale="log")


def test_the_scale_must_be_chosen():
    with pytest.raises(DataError, match="'linear' or 'log'"):
        visit_means(ROWS, scale="ln")
    with pytest.raises(TypeError, match="scale"):
        visit_means(ROWS)
