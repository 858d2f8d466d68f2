"""Glands and sessions as denominators, and the pictures of them."""

import dataclasses
import io

import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort, glands
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import glands as pictures
from analysis_lib.zero_events import upper_limit


def small(**patients):
    """Three patients with one, two and three glands; the last two have a second session."""
    base = {"patient_id": ["A", "B", "C"], "technical_success": True, "sessions": [1, 2, 2]}
    table = pd.DataFrame({**base, **patients}).astype(
        {"technical_success": "boolean", "sessions": "Int64"}
    )
    owners = ["A", "B", "B", "C", "C", "C"]
    rows = pd.DataFrame({"patient_id": owners, "complete_ablation": True}).astype(
        {"complete_ablation": "boolean"}
    )
    shipped = cohort.load()
    return dataclasses.replace(shipped, patients=table, glands=rows)


def counts(table):
    return list(zip(table["events"], table["n"], table["left_out"], strict=True))


def test_each_reading_counts_what_it_says():
    found = glands.readings_of_success(small())
    assert counts(found) == [(3, 3, 0), (1, 3, 0), (6, 6, 0), (4, 6, 0), (1, 6, 0)]
    assert found["denominator"].tolist() == ["patients"] * 2 + ["glands"] * 3


def test_a_failure_counts_under_every_reading():
    found = glands.readings_of_success(small(technical_success=[True, True, False]))
    assert counts(found)[:2] == [(2, 3, 0), (1, 3, 0)]


def test_missing_sessions_are_left_out_and_counted():
    found = glands.readings_of_success(small(sessions=[1, None, 2]))
    assert counts(found) == [(3, 3, 0), (1, 2, 1), (6, 6, 0), (3, 4, 2), (1, 4, 2)]


def test_missing_success_is_left_out_and_counted():
    found = glands.readings_of_success(small(technical_success=[True, None, True]))
    assert counts(found)[:2] == [(2, 2, 1), (1, 2, 1)]
    with pytest.raises(DataError, match="patients, after all sessions"):
        glands.readings_of_success(small(technical_success=[None] * 3))


def test_readings_of_the_shipped_cohort_agree_with_its_rows():
    shipped = cohort.load()
    found = glands.readings_of_success(shipped).set_index("reading")
    again = shipped.patients.loc[shipped.patients["sessions"] > 1, "patient_id"]
    of_them = shipped.glands["patient_id"].isin(again)
    assert found["events"].tolist() == [
        102, 102 - len(again), 174, 174 - len(again), 174 - of_them.sum(),
    ]  # fmt: skip


def test_limits_run_from_glands_to_patients():
    found = glands.limits_by_correlation(174, 102, correlations=[0, 0.3, 0.6, 1])
    by_gland, by_patient = (
        upper_limit(n, method="exact", denominator="glands").upper for n in (174, 102)
    )
    for name in ("even", "uneven"):
        assert found[name].is_monotonic_increasing
        assert found[name].iloc[0] == pytest.approx(by_gland)
        assert found[name].iloc[-1] == pytest.approx(by_patient)
    assert (found["even"] <= found["uneven"] + 1e-12).all()
    with pytest.raises(DataError, match="can't be shared"):
        glands.limits_by_correlation(500, 102, correlations=[0])


@pytest.fixture(scope="module")
def limits():
    return pictures.limit_by_correlation(
        glands.limits_by_correlation(174, 102, correlations=np.linspace(0, 1, 11)),
        patients=upper_limit(102, method="exact", denominator="patients"),
        glands=upper_limit(174, method="exact", denominator="glands"),
        id="07-limits",
        status="derived",
        caption="How many?",
    )


def test_figure_of_limits_says_and_carries_what_is_drawn(limits):
    data = pd.read_csv(io.StringIO(limits.csv))
    assert len(data) == 11
    assert {"correlation", "even", "uneven", "patients", "glands"} == set(data)
    middle = data[data["correlation"] == 0.5].iloc[0]
    for share in (data["glands"][0], data["patients"][0], middle["even"], middle["uneven"]):
        assert f"{100 * share:.1f}" in limits.alt
    assert "174 independent glands" in limits.alt


def sized(rows):
    return pd.DataFrame(rows, columns=["patient_id", "gland_id", "max_diameter_mm"])


def draw(rows):
    return pictures.sizes_in_patients(
        rows, above=17, id="07-sizes", status="simulated", caption="How large?"
    )


def test_figure_of_sizes_says_and_carries_what_is_drawn():
    figure = draw(
        sized([("A", "A-1", 20.0), ("B", "B-1", 17.0), ("B", "B-2", 9.0), ("C", "C-1", None)])
    )
    data = pd.read_csv(io.StringIO(figure.csv))
    assert data["gland_id"].tolist() == ["A-1", "B-1", "B-2"]
    assert data["large"].tolist() == [True, False, False]
    assert "3 glands of 2 patients" in figure.alt
    assert "1 patients have one gland" in figure.alt
    assert "differ by 8.0 mm" in figure.alt
    assert "1 glands lie above the dashed line at 17 mm" in figure.alt


def test_figure_of_sizes_takes_patients_with_one_gland_alone():
    assert "others" not in draw(sized([("A", "A-1", 20.0), ("B", "B-1", 7.0)])).alt


def test_figure_of_sizes_refuses_what_it_cannot_draw():
    with pytest.raises(MissingColumnError, match="max_diameter_mm"):
        draw(pd.DataFrame({"patient_id": ["A"], "gland_id": ["A-1"]}))
    with pytest.raises(DataError, match="no gland has a diameter"):
        draw(sized([("A", "A-1", None)]))
