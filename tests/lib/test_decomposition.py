"""Shares of variance against R, and what a known model gives."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib.decomposition import agreement, first_order, hinges, slices
from analysis_lib.errors import DataError, MissingColumnError

R = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(R / "decomposition_data.csv")
REFERENCE = pd.read_csv(R / "decomposition.csv")


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("name", ["quakes", "airquality"])
def test_shares_and_p_values_agree_with_r(name, log):
    found = first_order(DATA[DATA["set"].eq(name)], "y", ["a", "b", "c"], log=log)
    wanted = REFERENCE[REFERENCE["set"].eq(name) & REFERENCE["log"].eq(log)]
    merged = found.merge(wanted, on="assumption", suffixes=("", "_r"))
    assert len(merged) == 3
    np.testing.assert_allclose(merged["share"], merged["share_r"], rtol=1e-9)
    np.testing.assert_allclose(merged["p"], merged["p_r"], rtol=1e-8)
    assert found["share"].is_monotonic_decreasing


def test_a_known_model_gives_its_shares():
    """y = 3 a + b with a, b uniform: nine tenths of the variance are a's, one tenth is b's."""
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(rng.random((20_000, 3)), columns=["a", "b", "idle"])
    rows["y"] = 3 * rows["a"] + rows["b"]
    shares = first_order(rows, "y", ["a", "b", "idle"]).set_index("assumption")["share"]
    # Slices of a tenth leave a hundredth of an assumption's own variance inside them.
    assert shares["a"] == pytest.approx(0.9 * 0.99, abs=0.005)
    assert shares["b"] == pytest.approx(0.1 * 0.99, abs=0.015)
    assert shares["idle"] < 0.002
    assert hinges(first_order(rows, "y", ["a", "b", "idle"]))["assumption"].tolist() == ["a", "b"]


def test_chance_is_no_hinge():
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(rng.random((300, 26)), columns=[f"a{i}" for i in range(26)])
    rows["y"] = rng.normal(size=300)
    assert hinges(first_order(rows, "y", [f"a{i}" for i in range(26)])).empty


def test_slices_hold_equal_values_together_and_are_of_equal_count():
    values = np.random.default_rng(1).random(1000)
    assert set(np.bincount(slices(values))) == {100}
    assert slices(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [2, 0, 2, 1]
    tied = np.repeat(np.arange(15.0), [50, *[1] * 14])
    at = slices(tied)
    for value in np.unique(tied):
        assert len(set(at[tied == value])) == 1


def test_a_ratio_is_explained_on_its_log_scale_and_means_are_geometric():
    rows = pd.DataFrame(
        {"a": np.repeat([0.0, 1.0], 20), "y": np.r_[[1.0, 4.0] * 10, [2.0, 8.0] * 10]}
    )
    found = first_order(rows, "y", ["a"], log=True).iloc[0]
    assert (found["low"], found["high"]) == pytest.approx((2.0, 4.0))


def test_what_one_assumption_settles_and_what_none_can():
    """A result without any rest, and one that is the same but for its last bits."""
    rows = pd.DataFrame({"a": np.repeat([0.0, 1.0], 20), "b": np.tile([0.0, 1.0], 20)})
    rows["y"] = rows["a"]
    found = first_order(rows, "y", ["a", "b"]).set_index("assumption")
    assert found.loc["a", ["share", "p"]].tolist() == [1, 0]
    assert found.loc["b", "share"] == 0
    rows["y"] = np.where(rows["a"], 0.1 + 0.2, 0.3)
    assert rows["y"].nunique() == 2
    assert first_order(rows, "y", ["a", "b"])["share"].eq(0).all()


def test_refusals():
    rows = pd.DataFrame({"a": np.arange(40.0), "y": np.r_[np.nan, np.arange(39.0)]})
    assert first_order(rows, "y", ["a"])["n"].item() == 39
    with pytest.raises(MissingColumnError, match="no column b"):
        first_order(rows, "y", ["b"])
    with pytest.raises(DataError, match="29 cohorts have y"):
        first_order(rows[:30], "y", ["a"])
    with pytest.raises(DataError, match="not positive in 1 cohorts"):
        first_order(rows, "y", ["a"], log=True)


def test_two_samples_are_compared_as_r_does():
    quakes = DATA.loc[DATA["set"].eq("quakes"), ["y"]]
    found = agreement(quakes[:500], quakes[500:], ["y"]).iloc[0]
    wanted = pd.read_csv(R / "decomposition_ks.csv").iloc[0]
    assert found["distance"] == pytest.approx(wanted["distance"], rel=1e-9)
    assert found["p"] == pytest.approx(wanted["p"], rel=2e-5)  # R cuts its series off
    z = (quakes[:500].mean() - quakes[500:].mean()).item() / np.sqrt(
        (quakes[:500].var() + quakes[500:].var()).item() / 500
    )
    assert found["difference"] == pytest.approx(z)
    same = pd.DataFrame({"y": np.ones(50)})
    assert agreement(same, same, ["y"])[["difference", "p"]].iloc[0].tolist() == [0, 1]
