"""Screening by p: against every outcome that can be dealt out, R, and known distributions."""

import math
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from analysis_lib import cohort
from analysis_lib.errors import CountError, DataError
from analysis_lib.prediction import CANDIDATES, published_model
from analysis_lib.screening import monte_carlo_error, noise, p_alone, passing, signal

FOLDER = Path(__file__).parents[1] / "reference_r"
ROWS = pd.read_csv(FOLDER / "screening_data.csv")
EACH = pd.read_csv(FOLDER / "screening.csv")
SIGNAL = pd.read_csv(FOLDER / "screening_signal.csv")
DRAWS = 20_000
Y = np.arange(14) < 4


def dealt():
    sets = [[int(word) - 1 for word in row.split()] for row in EACH["events"]]
    return np.array([np.isin(np.arange(len(ROWS)), chosen) for chosen in sets])


def test_every_way_to_deal_the_outcomes_agrees_with_r():
    got = p_alone(ROWS, dealt())
    assert len(got) == math.comb(14, 4)
    for name in ROWS:
        np.testing.assert_array_equal(got[name].isna(), EACH[name].isna())
        np.testing.assert_allclose(got[name], EACH[name], rtol=1e-6)
    assert EACH.isna().any().sum() == 3  # each candidate separates somewhere


def test_draws_come_as_often_as_the_enumeration_says():
    levels = (0.10, 0.20, 0.30)
    drawn = passing(noise(ROWS, Y, draws=DRAWS, seed=1), levels)
    every = passing(EACH[list(ROWS)], levels)
    assert every["share"].between(0.01, 0.99).all()
    for i in range(len(levels)):
        error = monte_carlo_error(every["share"][i], DRAWS)
        assert abs(drawn["share"][i] - every["share"][i]) < 4.5 * error
    np.testing.assert_allclose(drawn["mean"], every["mean"], atol=4.5 * 3 / math.sqrt(DRAWS))


def test_a_yes_or_no_candidate_follows_the_hypergeometric_distribution():
    x = pd.DataFrame({"x": np.arange(40) < 15})
    y = np.arange(40) < 12
    want = 0.0
    for both in range(13):
        outcome = np.isin(np.arange(40), [*range(both), *range(15, 27 - both)])
        if outcome.sum() == 12 and p_alone(x, outcome)["x"][0] < 0.05:
            want += hypergeom.pmf(both, 40, 15, 12)
    share = passing(noise(x, y, draws=DRAWS, seed=2), (0.05,))["share"][0]
    assert 0.01 < want < 0.06
    assert abs(share - want) < 4.5 * monte_carlo_error(want, DRAWS)


def test_candidates_keep_how_they_hang_together():
    twice = ROWS.assign(again=ROWS["age"])
    got = noise(twice, Y, draws=50, seed=3)
    pd.testing.assert_series_equal(got["again"], got["age"], check_names=False)
    assert not np.allclose(got["lwt"], got["age"], equal_nan=True)


def test_the_shipped_table_of_one_at_a_time_is_the_same():
    frame = cohort.analysis_frame(cohort.load())
    alone = published_model(frame).query("stage == 'univariable'").set_index("term")["p"]
    got = p_alone(frame[list(CANDIDATES)], frame["treatment_failure"].to_numpy(float))
    np.testing.assert_allclose(got.iloc[0], alone[list(got)].astype(float), rtol=1e-7)


@pytest.mark.parametrize("want", list(SIGNAL.itertuples()), ids=lambda row: f"{row.ratio:g}")
def test_true_predictors_are_found_as_often_as_in_r(want):
    got = signal(want.n, want.events, want.ratio, draws=DRAWS, seed=4)
    for level, share in ((0.05, want.p05), (0.10, want.p10), (0.20, want.p20)):
        error = math.sqrt(share * (1 - share) * (1 / DRAWS + 1 / want.studies))
        assert abs((got["p"] < level).mean() - share) < 4.5 * error
    logs = np.log(got["odds_ratio"])
    error = want.log_or_sd * math.sqrt(1 / DRAWS + 1 / want.studies)
    assert abs(logs.mean() - want.log_or_mean) < 4.5 * error
    assert logs.std() == pytest.approx(want.log_or_sd, rel=0.05)


def test_an_odds_ratio_and_its_reciprocal_are_found_alike_and_one_is_noise():
    there, back = (
        (signal(60, 20, r, draws=DRAWS, seed=5)["p"] < 0.1).mean() for r in (1.6, 1 / 1.6)
    )
    assert abs(there - back) < 4.5 * math.sqrt(2) * monte_carlo_error(there, DRAWS)
    none = signal(400, 200, 1.0, draws=DRAWS, seed=6)
    assert abs((none["p"] < 0.05).mean() - 0.05) < 4.5 * monte_carlo_error(0.05, DRAWS)


def test_counting_by_hand():
    p = pd.DataFrame({"a": [0.01, 0.04, 0.5, np.nan], "b": [0.06, 0.03, 0.5, 0.09]})
    got = passing(p, (0.05, 0.10))
    assert got["share"].tolist() == [0.5, 0.75]
    assert got["mean"].tolist() == [0.75, 1.25]
    assert got["error"].tolist() == pytest.approx([0.25, math.sqrt(0.75 * 0.25 / 4)])
    assert got["formula"].tolist() == pytest.approx([0.0975, 0.19])


def test_gaps_leave_out_that_patient_from_that_candidate_only():
    gap = ROWS.astype("Float64")
    gap.loc[5, "age"] = pd.NA
    y = np.isin(np.arange(14), [0, 5, 9, 12]).astype(float)
    got, keep = p_alone(gap, y), ROWS.index != 5
    assert got["age"][0] == p_alone(ROWS[keep], y[keep])["age"][0] != p_alone(ROWS, y)["age"][0]
    assert got["lwt"][0] == p_alone(ROWS, y)["lwt"][0]


def test_no_estimate_is_no_p_value():
    same = ROWS.assign(age=1, lwt=pd.NA)
    assert p_alone(same, Y).isna().iloc[0].tolist() == [True, True, False]
    assert p_alone(ROWS, np.zeros(14)).isna().all(axis=None)
    assert passing(p_alone(same[["age"]], Y), (0.2,))["share"][0] == 0


def test_seeds():
    for a, b in product((7, 8), (7, 8)):
        one, two = (noise(ROWS, Y, draws=5, seed=s) for s in (a, b))
        assert one.equals(two) == (a == b)
        one, two = (signal(30, 9, 2, draws=5, seed=s) for s in (a, b))
        assert one.equals(two) == (a == b)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: p_alone(ROWS[[]], Y), DataError, "0 candidates of 14 patients"),
        (lambda: p_alone(ROWS, Y[:13]), DataError, r"outcomes of shape \(1, 13\)"),
        (lambda: p_alone(ROWS, [*Y[:13], np.nan]), DataError, "missing, or neither"),
        (lambda: p_alone(ROWS, 2 * Y), DataError, "missing, or neither"),
        (lambda: p_alone(ROWS.assign(age="old"), Y), DataError, "'age' must be a column"),
        (lambda: noise(ROWS, np.ones(14), draws=3, seed=1), DataError, "sum 14: give one"),
        (lambda: noise(ROWS, [Y, Y], draws=3, seed=1), DataError, r"shape \(2, 14\)"),
        (lambda: noise(ROWS, Y, draws=0, seed=1), DataError, "0 draws"),
        (lambda: signal(10, 10, 2, draws=3, seed=1), CountError, "10 events among 10"),
        (lambda: signal(10, 4, -1, draws=3, seed=1), DataError, "odds ratio of -1"),
        (lambda: signal(10, 4, math.nan, draws=3, seed=1), DataError, "odds ratio of nan"),
        (lambda: signal(10, 4, 2, draws=0, seed=1), DataError, "0 draws"),
        (lambda: passing(pd.DataFrame(), (0.1,)), DataError, "p-values of shape"),
        (lambda: passing(EACH[["age"]], (5,)), DataError, "between 0 and 1"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
