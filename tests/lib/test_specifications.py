"""One association beside every set of covariates: each of the models, against R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.prediction import CANDIDATES, PREDICTOR
from analysis_lib.specifications import every_set

REFERENCE = Path(__file__).parents[1] / "reference_r" / "shipped_sets.csv"
OTHERS = [name for name in CANDIDATES if name != PREDICTOR]


def test_each_of_the_models_agrees_with_r():
    theirs = pd.read_csv(REFERENCE).fillna({"chosen": ""})
    frame = cohort.analysis_frame(cohort.load())
    ours = every_set(frame, predictor=PREDICTOR, others=OTHERS, outcome="treatment_failure")
    chosen = [" ".join(np.array(OTHERS)[row]) for row in ours[OTHERS].to_numpy()]
    assert chosen == theirs["chosen"].tolist()
    half = 1.959963984540054 * theirs["se"]
    np.testing.assert_allclose(np.log(ours["estimate"]), theirs["log_odds_ratio"], rtol=1e-8)
    np.testing.assert_allclose(np.log(ours["lower"]), theirs["log_odds_ratio"] - half, atol=1e-7)
    np.testing.assert_allclose(np.log(ours["upper"]), theirs["log_odds_ratio"] + half, rtol=1e-7)
    np.testing.assert_allclose(ours["p"], theirs["p"], rtol=1e-7)
    np.testing.assert_allclose(ours["aic"], theirs["aic"], rtol=1e-9)
    assert ours["terms"].tolist() == [1 + len(text.split()) for text in chosen]
    assert ours["status"].eq("converged").all()


def made():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({name: rng.standard_normal(40) for name in ("x", "a", "b")})
    return frame.assign(y=rng.random(40) < 0.4)


def test_all_sets_rest_on_the_same_patients():
    frame = made()
    frame.loc[[1, 2], "b"] = np.nan
    found = every_set(frame, predictor="x", others=["a", "b"], outcome="y")
    assert found["n"].tolist() == [38] * 4
    assert found["left_out"].tolist() == [2] * 4
    complete = every_set(frame.dropna(), predictor="x", others=["a", "b"], outcome="y")
    pd.testing.assert_frame_equal(found.drop(columns="left_out"), complete.drop(columns="left_out"))


def test_a_set_that_separates_says_so_and_the_others_stay():
    frame = made().assign(b=lambda rows: rows["y"].astype(float))
    found = every_set(frame, predictor="x", others=["a", "b"], outcome="y")
    assert found["status"].tolist() == ["converged", "converged", "separated", "separated"]
    numbers = found[["estimate", "lower", "upper", "p", "aic"]]
    assert numbers.iloc[:2].notna().all().all()
    assert numbers.iloc[2:].isna().all().all()


def test_a_wider_level_is_wider():
    narrow, wide = (
        every_set(made(), predictor="x", others=["a"], outcome="y", level=level)
        for level in (0.90, 0.99)
    )
    assert (wide["lower"] < narrow["lower"]).all()
    assert (wide["upper"] > narrow["upper"]).all()


def test_refusals():
    frame = made()
    with pytest.raises(MissingColumnError, match="'z'"):
        every_set(frame, predictor="x", others=["z"], outcome="y")
    with pytest.raises(DataError, match="named twice"):
        every_set(frame, predictor="x", others=["a", "x"], outcome="y")
    with pytest.raises(DataError, match="2\\^13 sets"):
        every_set(frame, predictor="x", others=[f"c{i}" for i in range(13)], outcome="y")
