"""Predictors of severe hypocalcaemia, against R; and the bootstrap, against a plain loop."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis_lib import cohort
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.hypocalcaemia import OUTCOME, TERMS, associations, predictor_frame
from analysis_lib.hypocalcaemia_scales import by_cut, per_sd

R = pd.read_csv(Path(__file__).parents[1] / "reference_r/complications.csv").set_index(
    ["model", "term"]
)
FRAME = predictor_frame(cohort.load())
FOUND = associations(FRAME, draws=200, seed=3).set_index(["stage", "term"])


@pytest.mark.parametrize("stage", ["alone", "together"])
@pytest.mark.parametrize("term", TERMS)
def test_fits_are_those_of_r(stage, term):
    ours, theirs = FOUND.loc[(stage, term)], R.loc[(stage, term)]
    assert (ours["n"], ours["events"]) == (theirs["n"], theirs["events"])
    assert ours["log_odds_ratio"] == pytest.approx(theirs["estimate"], rel=1e-8)
    assert ours["se"] == pytest.approx(theirs["se"], rel=1e-8)
    limits = ours["odds_ratio"].lower, ours["odds_ratio"].upper
    assert limits == pytest.approx(np.exp([theirs["lower"], theirs["upper"]]), rel=1e-7)
    profile = ours["profile"].lower, ours["profile"].upper
    wanted = np.exp([theirs["profile_lower"], theirs["profile_upper"]])
    assert profile == pytest.approx(wanted, rel=1e-6)


def test_scales_are_those_of_r():
    rows = per_sd(FRAME, dict.fromkeys(TERMS, 0.5)).set_index("term")
    for term in TERMS:
        for ours, name in (("cloglog", "per_sd_cloglog"), ("logit", "per_sd_logit")):
            found, theirs = rows.loc[term, ours], R.loc[(name, term)]
            assert found.estimate == pytest.approx(theirs["estimate"], rel=1e-7)
            # Here expected and there observed information: they agree for the canonical link.
            rel = 1e-6
            assert found.lower == pytest.approx(theirs["lower"], rel=rel, abs=1e-6)
            assert found.upper == pytest.approx(theirs["upper"], rel=rel)


def test_a_log_odds_ratio_per_sd_is_that_per_unit_times_the_sd():
    rows = per_sd(FRAME, dict.fromkeys(TERMS, 0.5)).set_index("term")
    for term in TERMS:
        wanted = FOUND.loc[("together", term), "log_odds_ratio"] * rows.loc[term, "sd"]
        assert rows.loc[term, "logit"].estimate == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("limit", "model"), [(2.0, "below_2"), (8.4 * 0.2495, "below_8_4"), (None, "nadir")]
)
def test_the_uncut_calcium_and_its_cuts_are_those_of_r(limit, model):
    rows = by_cut(FRAME, [] if limit is None else [limit])
    rows = rows[rows["threshold"].isna() == (limit is None)].set_index("term")
    for term in TERMS:
        theirs = R.loc[(model, term)]
        assert rows.loc[term, "z"] == pytest.approx(theirs["root"], rel=1e-7)
        if limit is not None:
            found = np.log(rows.loc[term, "odds_ratio"].estimate)
            assert found == pytest.approx(theirs["estimate"], rel=1e-7)


def test_a_strong_association_has_a_large_root_where_its_wald_ratio_shrinks():
    row = R.loc[("below_8_4", "log2_alp_baseline")]
    assert row["root"] > 1.3 * row["estimate"] / row["se"]


def test_the_bootstrap_is_a_plain_loop_over_resampled_patients():
    used = FRAME[[*TERMS, OUTCOME]].dropna()
    n, y = len(used), used[OUTCOME].to_numpy(float)
    x = sm.add_constant(used[list(TERMS)].to_numpy(float))
    weights = np.random.default_rng(3).multinomial(n, np.full(n, 1 / n), size=200)
    slopes = np.array(
        [
            sm.GLM(y, x, sm.families.Binomial(), freq_weights=w).fit(tol=1e-12).params
            for w in weights
        ]
    )
    for place, term in enumerate(TERMS, start=1):
        ordered = np.exp(np.sort(slopes[:, place]))
        limits = ordered[[4, -5]]  # of 200 draws, five a tail
        ours = FOUND.loc[("together", term), ["boot_lower", "boot_upper"]].to_numpy(float)
        assert ours == pytest.approx(limits, rel=1e-6)
    assert FOUND["lost"].eq(0).all()


def test_the_same_seed_gives_the_same_limits_and_another_one_others():
    again = associations(FRAME, draws=200, seed=3).set_index(["stage", "term"])
    other = associations(FRAME, draws=200, seed=4).set_index(["stage", "term"])
    assert again["boot_upper"].equals(FOUND["boot_upper"])
    assert not other["boot_upper"].equals(FOUND["boot_upper"])


def test_draws_without_a_maximum_are_counted_and_infinite():
    """Nine events among the highest values of one term: many samples separate."""
    rng = np.random.default_rng(1)
    x = np.sort(rng.normal(size=40))
    y = x > x[-10]
    y[-10], y[-12] = False, True
    frame = pd.DataFrame({"x": x, "y": pd.array(y, "boolean")})
    rows = associations(frame, outcome="y", terms={"x": "x"}, draws=100, seed=1)
    assert 3 <= rows["lost"][0] < 100  # more than a tail's share: no upper limit
    assert np.isposinf(rows["boot_upper"][0])
    assert 1 < rows["boot_lower"][0] < np.inf


def test_the_fall_is_that_of_the_first_day_in_halvings():
    row = FRAME.dropna(subset=["pth_day_1_pg_ml"]).iloc[0]
    fall = row["pth_baseline_pg_ml"] / row["pth_day_1_pg_ml"]
    assert 2 ** row["pth_halvings_day_1"] == pytest.approx(fall)
    missing = FRAME["pth_day_1_pg_ml"].isna()
    assert missing.sum() == len(FRAME) - FOUND["n"].iloc[0]
    assert FRAME.loc[missing, "pth_halvings_day_1"].isna().all()


def test_a_threshold_without_events_has_no_estimate_and_says_why():
    rows = by_cut(FRAME, [1.0])
    assert rows["odds_ratio"][0] is None
    assert "one class" in rows["note"][0]


def test_what_has_no_answer_is_refused():
    with pytest.raises(MissingColumnError, match="pth_halvings_day_1"):
        associations(FRAME.drop(columns="pth_halvings_day_1"), draws=200, seed=1)
    with pytest.raises(DataError, match="no term"):
        associations(FRAME, terms={}, draws=200, seed=1)
    with pytest.raises(DataError, match="99 draws"):
        associations(FRAME, draws=99, seed=1)
    none = FRAME.assign(severe_hypocalcaemia=pd.array([False] * len(FRAME), "boolean"))
    with pytest.raises(DataError, match="0 events in 100 patients"):
        associations(none, draws=200, seed=1)
    lost = FRAME.assign(log2_alp_baseline=pd.array([None] * len(FRAME), "Float64"))
    with pytest.raises(DataError, match="none of 102 patients"):
        associations(lost, draws=200, seed=1)
    with pytest.raises(DataError, match="no estimate"):
        per_sd(FRAME.assign(log2_alp_baseline=1.0), dict.fromkeys(TERMS, 0.5))
