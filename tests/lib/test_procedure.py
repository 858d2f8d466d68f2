"""The whole procedure in array form against a plain one, row by repeated row, and against R."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.logistic import fit
from analysis_lib.prediction import CANDIDATES, published_model
from analysis_lib.procedure import Procedure
from analysis_lib.procedure_fits import prepare

FOLDER = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(FOLDER / "validation_data.csv")
EACH = pd.read_csv(FOLDER / "validation_each.csv")
COUNTS = pd.read_csv(FOLDER / "validation_counts.csv")
BIRTHS = Procedure(
    candidates=("age", "light", "smoke", "ptl", "ht", "ui"),
    outcome="low",
    cut="light",
    cutoff="youden",
    screening=0.10,
    penalty="none",
)


def counts(name):
    rows = COUNTS.loc[COUNTS["set"] == name, "counts"]
    return np.array([[int(word) for word in row.split()] for row in rows])


def change(**other):
    return Procedure(**{**vars(BIRTHS), **other})


def youden(values, y):
    def merit(k):
        return int((y & (values >= k)).sum()) * int((~y).sum()) - int(
            (~y & (values >= k)).sum()
        ) * int(y.sum())

    return max(sorted(set(values)), key=merit)


def slow(procedure, frame, count):
    """Go the procedure once, in the rows repeated as often as they were drawn."""
    drawn = frame.loc[frame.index.repeat(count)]
    x, every = drawn[list(procedure.candidates)].to_numpy(float), frame[list(procedure.candidates)]
    every, y = every.to_numpy(float), drawn[procedure.outcome].to_numpy(bool)
    cutoff = math.nan
    if y.all() or not y.any():
        return {"status": "no_events"}
    if procedure.cut is not None:
        at = procedure.candidates.index(procedure.cut)
        rule = procedure.cutoff
        cutoff = youden(x[:, at], y) if isinstance(rule, str) else rule
        x[:, at], every[:, at] = x[:, at] >= cutoff, every[:, at] >= cutoff
    kind = "none" if procedure.penalty == "none" else "firth"

    def model(places):
        design = np.column_stack([np.ones(len(y)), x[:, places]])
        return fit(design, y, names=["one", *map(str, places)], penalty=kind)

    p = [model([j]).p_values[1] for j in range(x.shape[1])]
    places = [j for j, value in enumerate(p) if value < procedure.screening]
    found = model(places)
    if found.status != "converged":
        return {"status": found.status, "cutoff": cutoff}
    linear = found.coefficients[0] + every[:, places] @ np.array(found.coefficients[1:])
    if procedure.penalty == "flic":
        low, high = -20.0, 20.0
        own = np.repeat(linear, count)
        for _ in range(80):
            middle = (low + high) / 2
            enough = (1 / (1 + np.exp(-middle - own))).sum() > y.sum()
            low, high = (low, middle) if enough else (middle, high)
        linear = linear + low
    return {"status": "converged", "cutoff": cutoff, "p": p, "places": places, "linear": linear}


@pytest.mark.parametrize("penalty", ["none", "firth", "flic"])
@pytest.mark.parametrize("cutoff", ["youden", 145.0, None])
@pytest.mark.parametrize("name", ["few", "tiny"])
def test_it_is_the_plain_procedure_many_times(name, cutoff, penalty):
    frame = DATA[DATA["set"] == name].reset_index(drop=True)
    procedure = change(cutoff=cutoff, cut=None if cutoff is None else "light", penalty=penalty)
    size, n = 25, len(frame)
    drawn = np.random.default_rng(9).multinomial(n, np.full(n, 1 / n), size=size)
    drawn[0, frame["low"] == 1] = 0
    got = prepare(procedure, frame)(drawn)
    wants = [slow(procedure, frame, w) for w in drawn]
    assert got.status.tolist() == [want["status"] for want in wants]
    assert got.status[0] == "no_events"
    for i, want in enumerate(wants):
        if want["status"] != "converged":
            assert np.isnan(got.linear[i]).all()
            assert np.isnan(got.coefficients[i]).all()
            continue
        np.testing.assert_equal(got.cutoffs[i], want["cutoff"])
        np.testing.assert_allclose(got.p_alone[i], want["p"], rtol=1e-6)
        assert np.flatnonzero(got.entered[i]).tolist() == want["places"]
        np.testing.assert_allclose(got.linear[i], want["linear"], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["births", "few", "tiny"])
def test_it_agrees_with_r(name):
    want = EACH[EACH["set"] == name]
    got = prepare(BIRTHS, DATA[DATA["set"] == name])(counts(name))
    np.testing.assert_array_equal(got.cutoffs, want["cutoff"])
    np.testing.assert_array_equal(got.status == "separated", want["failed"])
    words = [" ".join(np.array(got.names)[entered]) for entered in got.entered]
    assert words == want["entered"].fillna("").tolist()


def test_the_edges_are_in_the_reference():
    tiny = EACH[EACH["set"] == "tiny"]
    assert tiny["failed"].any()
    assert tiny["entered"].isna().any()


def test_it_is_the_published_model_in_the_shipped_cohort():
    frame = cohort.analysis_frame(cohort.load())
    want = published_model(frame).set_index(["stage", "term"])
    procedure = Procedure(
        candidates=(*CANDIDATES[:-1], "pth_baseline_pg_ml"),
        outcome="treatment_failure",
        cut="pth_baseline_pg_ml",
        cutoff=1606.0,
        screening=0.10,
        penalty="none",
    )
    assert CANDIDATES[-1] == "pth_high"
    got = prepare(procedure, frame)(np.ones(len(frame)))
    np.testing.assert_allclose(got.p_alone[0], want.loc["univariable", "p"], rtol=1e-6)
    np.testing.assert_array_equal(got.entered[0], want.loc["univariable", "entered"])
    np.testing.assert_allclose(
        got.coefficients[0, 1:][got.entered[0]],
        want.loc["multivariable", "log_odds_ratio"],
        rtol=1e-6,
    )


def test_chunks_do_not_matter(monkeypatch):
    frame = DATA[DATA["set"] == "few"]
    whole = prepare(BIRTHS, frame)(counts("few"))
    monkeypatch.setattr("analysis_lib.procedure_fits.CHUNK", 7)
    parts = prepare(BIRTHS, frame)(counts("few"))
    np.testing.assert_allclose(parts.linear, whole.linear, rtol=1e-8, atol=1e-9)
    pd.testing.assert_frame_equal(parts.entries(), whole.entries())
    good = whole.status == "converged"
    assert whole.entries()["share"][1] == whole.entered[good, 1].mean()


def test_without_screening_all_enter_and_without_passing_none():
    frame = DATA[DATA["set"] == "births"]
    every = prepare(change(screening=None), frame)(counts("births")[:3])
    assert every.entered.all()
    assert np.isnan(every.p_alone).all()
    none = prepare(change(screening=1e-9), frame)(counts("births")[:3])
    assert not none.entered.any()
    share = counts("births")[:3] @ frame["low"].to_numpy() / len(frame)
    np.testing.assert_allclose(none.linear, np.log(share / (1 - share))[:, None] + 0 * none.linear)


def test_a_resample_may_have_no_cutoff():
    frame = pd.DataFrame({"a": [0, 0, 0, 0, 1, 0], "low": [0, 1, 0, 1, 0, 1]})
    procedure = Procedure(candidates=("a",), outcome="low", cut="a", cutoff="minimal_p",
                          screening=None, penalty="firth", inner=0.1)  # fmt: skip
    got = prepare(procedure, frame)([[1, 1, 1, 1, 1, 1], [2, 2, 1, 1, 0, 0]])
    assert got.status.tolist() == ["converged", "no_cutoff"]
    assert np.isnan(got.linear[1]).all()


def test_nothing_is_made_of_resamples_of_one_class():
    frame = DATA[DATA["set"] == "few"]
    for penalty in ("none", "firth", "flic"):
        got = prepare(change(penalty=penalty), frame)(np.eye(105, dtype=int)[:2] * 9)
        assert got.status.tolist() == ["no_events"] * 2
        assert got.entries()["share"].isna().all()


def test_an_empty_set_is_told_from_one_of_one_class():
    frame = DATA[DATA["set"] == "few"]
    w = np.ones((2, len(frame)), dtype=int)
    w[0] = 0
    got = prepare(BIRTHS, frame)(w)
    assert got.status.tolist() == ["no_weight", "converged"]
    assert np.isnan(got.linear[0]).all()


@pytest.mark.parametrize("penalty", ["none", "firth", "flic"])
def test_a_candidate_that_says_nothing_and_one_said_twice(penalty):
    """A constant does not enter; of columns that say the same, all do, and there is no model."""
    frame = DATA[DATA["set"] == "births"].assign(same=3.0)
    plain = prepare(change(penalty=penalty), frame)(counts("births")[:5])
    names = (*BIRTHS.candidates, "same")
    more = prepare(change(penalty=penalty, candidates=names), frame)(counts("births")[:5])
    assert not more.entered[:, -1].any()
    assert np.isnan(more.p_alone[:, -1]).all()
    np.testing.assert_allclose(more.linear, plain.linear, rtol=1e-8, atol=1e-10)
    frame = frame.assign(smoke_again=frame["smoke"] * 2)
    names = ("smoke", "smoke_again")
    twice = prepare(
        change(penalty=penalty, candidates=names, cut=None, cutoff=None, screening=None), frame
    )(counts("births")[:5])
    assert set(twice.status) == {"singular"}
    assert np.isnan(twice.linear).all()


def test_more_terms_than_events_is_no_crash():
    frame = DATA[DATA["set"] == "tiny"].reset_index(drop=True)
    rng = np.random.default_rng(1)
    names = tuple(f"x{i}" for i in range(9))
    frame = frame.assign(**{name: rng.normal(size=len(frame)) for name in names})
    for penalty in ("none", "flic"):
        got = prepare(
            change(candidates=names, cut=None, cutoff=None, screening=None, penalty=penalty), frame
        )(counts("tiny"))
        known = got.status == "converged"
        assert np.isfinite(got.linear[known]).all()
        assert np.isnan(got.linear[~known]).all()
        assert known.all() == (penalty == "flic") or known.sum() > 30


def test_rows_with_a_gap_are_left_out_and_counted():
    frame = DATA[DATA["set"] == "few"].astype({"age": "Float64", "low": "boolean"})
    frame.iloc[3, frame.columns.get_loc("age")] = pd.NA
    frame.iloc[8, frame.columns.get_loc("low")] = pd.NA
    got = prepare(BIRTHS, frame)
    assert got.left_out == 2
    assert len(got.y) == len(frame) - 2


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"candidates": ()}, "name some"),
        ({"candidates": ("age", "age"), "cut": None, "cutoff": None}, "each once"),
        ({"cut": None}, "None for both"),
        ({"cutoff": None}, "None for both"),
        ({"cut": "height"}, "None for both"),
        ({"cutoff": "best"}, "no rule 'best'"),
        ({"cutoff": math.nan}, "finite number or a rule"),
        ({"inner": 0.7}, "least share"),
        ({"screening": 0}, "p-value in"),
        ({"screening": 5}, "p-value in"),
        ({"penalty": "ridge"}, "No penalty 'ridge'"),
    ],
)
def test_a_procedure_that_can_not_be(other, message):
    with pytest.raises(DataError, match=message):
        change(**other)


def test_frames_that_can_not_be():
    frame = DATA[DATA["set"] == "few"]
    with pytest.raises(MissingColumnError, match="no column 'ht', 'low'"):
        prepare(BIRTHS, frame.drop(columns=["ht", "low"]))
    for broken, message in (
        (frame.assign(low=1), "105 events in 105 complete rows"),
        (frame.assign(low=frame["low"] * 2), "0 events in 105 complete rows"),
        (frame.assign(age=np.nan), "0 events in 0 complete rows"),
        (frame.assign(age=np.inf), "must be finite"),
        (frame.assign(age="old"), "not made of numbers"),
    ):
        with pytest.raises(DataError, match=message):
            prepare(BIRTHS, broken)
    ready = prepare(BIRTHS, frame)
    for weights, message in (
        (np.ones((2, 5)), r"weights \(2, 5\)"),
        (-np.ones(105), "none negative"),
        (np.ones((0, 105)), "no set of counts"),
        (np.full((1, 105), "1"), "as numbers"),
        (np.full((1, 105), np.nan), "none negative"),
    ):
        with pytest.raises(DataError, match=message):
            ready(weights)
