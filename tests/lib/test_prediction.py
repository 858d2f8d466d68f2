"""Rules of selection: the same cohort, other models; and what cannot be modelled is said."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.prediction import (
    CANDIDATES,
    IN_WORDS,
    NAMES,
    PREDICTOR,
    by_rule,
    listed,
    of_predictor,
    published_model,
)

R = Path(__file__).parents[1] / "reference_r"
LEVELS, STAYS = (0.05, 0.10, 0.20), (0.157, 0.05)


@pytest.fixture(scope="module")
def frame():
    return cohort.analysis_frame(cohort.load())


@pytest.fixture(scope="module")
def models(frame):
    return by_rule(frame, levels=LEVELS, stays=STAYS)


def test_screening_is_the_published_model_at_each_level(frame, models):
    for level in LEVELS:
        table = published_model(frame, screening=level)
        joint = table[table["stage"].eq("multivariable")].drop(columns="stage")
        pd.testing.assert_frame_equal(
            models[f"screening, p < {level:g}"], joint.reset_index(drop=True)
        )


def test_all_at_once_screens_nobody(frame, models):
    table = published_model(frame, screening=math.inf)
    joint = table[table["stage"].eq("multivariable")].drop(columns="stage")
    pd.testing.assert_frame_equal(models["all at once"], joint.reset_index(drop=True))
    assert models["all at once"]["term"].tolist() == list(CANDIDATES)


@pytest.mark.parametrize("stay", STAYS)
def test_backward_elimination_is_that_of_r(models, stay):
    theirs = pd.read_csv(R / "shipped_backward.csv").query("stay == @stay")
    ours = models[f"backward, p < {stay:g}"]
    assert ours["term"].tolist() == theirs["term"].tolist()
    for column in ("log_odds_ratio", "se", "p"):
        np.testing.assert_allclose(ours[column], theirs[column], rtol=1e-6)
    assert ours["independent"].tolist() == (theirs["p"] < 0.05).tolist()


def noise(n=60, seed=3):
    """An outcome that has nothing to do with its columns."""
    rng = np.random.default_rng(seed)
    columns = {name: rng.standard_normal(n) for name in "abc"}
    return pd.DataFrame({**columns, "y": np.arange(n) % 3 == 0})


def test_a_rule_that_leaves_nobody_has_no_row_but_its_columns():
    found = by_rule(noise(), levels=[1e-9], stays=[1e-9], candidates=["a", "b", "c"], outcome="y")
    for rule in ("screening, p < 1e-09", "backward, p < 1e-09"):
        assert len(found[rule]) == 0
        assert list(found[rule]) == list(found["all at once"])
    assert len(found["all at once"]) == 3


def test_elimination_stops_where_there_is_no_estimate_and_says_why():
    frame = noise().assign(c=lambda rows: rows["y"].astype(float))
    last = by_rule(frame, levels=[], stays=[0.05], candidates=["a", "c"], outcome="y")
    rows = last["backward, p < 0.05"]
    assert rows["term"].tolist() == ["a", "c"]
    assert rows["note"].str.startswith("separation").all()
    assert rows["independent"].eq(False).all()


def test_a_constant_or_a_combination_of_others_has_no_estimate():
    frame = noise().assign(same=2.0, sum=lambda rows: rows["a"] + rows["b"])
    for columns in (["same"], ["a", "b", "sum"]):
        rows = by_rule(frame, levels=[], stays=[], candidates=columns, outcome="y")["all at once"]
        assert rows["odds_ratio"].isna().all()
        assert rows["note"].eq("a term does not vary, or follows from the others").all()


@pytest.mark.parametrize(
    "fit", [published_model, lambda *a, **k: by_rule(*a, levels=[], stays=[], **k)]
)
def test_what_is_no_number_is_refused_by_name(fit):
    text = noise().assign(b=["male", *["female"] * 59])
    with pytest.raises(DataError, match="column 'b' holds 'male'; a model needs numbers"):
        fit(text, candidates=["a", "b"], outcome="y")
    with pytest.raises(DataError, match="outcome 'y' takes other values than yes and no"):
        fit(noise().assign(y=2.0), candidates=["a"], outcome="y")
    with pytest.raises(MissingColumnError, match="no column 'z'"):
        fit(noise(), candidates=["a", "z"], outcome="y")
    with pytest.raises(DataError, match="no candidate"):
        fit(noise(), candidates=[], outcome="y")


def test_numbers_in_columns_of_objects_are_numbers():
    frame = noise()
    as_objects = frame.astype(object)
    as_objects.loc[0, "a"] = pd.NA
    frame.loc[0, "a"] = math.nan
    arguments = {"candidates": ["a", "b"], "outcome": "y", "screening": math.inf}
    pd.testing.assert_frame_equal(
        published_model(as_objects, **arguments), published_model(frame, **arguments)
    )


def test_names_are_words():
    assert set(NAMES) == set(IN_WORDS) == set(CANDIDATES)
    assert not [name for name in NAMES.values() if "_" in name or "," in name]
    assert listed([]) == "none"
    assert listed(["n_glands"]) == "glands"
    assert listed(["n_glands", "log2_alp_baseline"]) == "glands and alkaline phosphatase"
    assert listed(["age_years", "mine", PREDICTOR]) == "age, mine and PTH at or above the cut-off"


def test_of_one_term_each_model_says_its_line(models):
    lines = of_predictor(models).set_index("rule")
    assert list(lines.index) == list(models)
    assumed = lines.loc["screening, p < 0.1"]
    assert assumed["others"] == ("n_glands", "log2_alp_baseline")
    assert assumed["beside"] == "glands and alkaline phosphatase"
    assert assumed["per_term"] == pytest.approx(13 / 3)
    row = models["screening, p < 0.1"].set_index("term").loc[PREDICTOR]
    for column in ("odds_ratio", "lower", "upper", "p"):
        assert assumed[column] == row[column]
    assert lines.loc["screening, p < 0.05", "beside"] == "none"


@pytest.mark.parametrize(
    ("independent", "only"),
    [([PREDICTOR], True), (["n_glands"], False), ([PREDICTOR, "n_glands"], False), ([], False)],
)
def test_the_only_one_must_be_the_one_that_is_asked_for(models, independent, only):
    model = models["screening, p < 0.1"].copy()
    model["independent"] = model["term"].isin(independent)
    assert of_predictor({"rule": model})["only"].tolist() == [only]


def test_a_term_that_was_dropped_has_no_line(models):
    model = models["screening, p < 0.1"]
    without = {"dropped": model[model["term"].ne(PREDICTOR)], "empty": model.iloc[:0]}
    lines = of_predictor(without)
    assert lines[["odds_ratio", "lower", "upper", "p"]].isna().all().all()
    assert lines["only"].tolist() == [False, False]
    assert lines["beside"].tolist() == ["glands and alkaline phosphatase", "none"]
    assert np.isnan(lines["per_term"].iloc[1])
