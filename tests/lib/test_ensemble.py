"""Ensembles: the same on any number of workers, resumable, and honest about what can't be built."""

import json
import math
import os
import signal
import threading
import time
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort, ensemble, scenario
from analysis_lib.__main__ import main
from analysis_lib.compatible import IncompatibleScenarioError, build
from analysis_lib.conclusions import CONCLUSIONS, MEASURES, judge, measure
from analysis_lib.errors import DataError
from analysis_lib.scenario import DEFAULT, draw, ranges
from analysis_lib.verify import failed, verify

SEED = 5
EASY = {"failures_above": (10, 10), "n_above": (32, 38)}
"""Where nearly every scenario can be met, so that tests are quick."""


@pytest.fixture(scope="module")
def few():
    return ensemble.ensemble(6, SEED, within=EASY)


def same(one, other):
    pd.testing.assert_frame_equal(one.members, other.members)
    pd.testing.assert_frame_equal(one.unmet, other.unmet)
    assert one.ranges == other.ranges


# ---- scenarios -----------------------------------------------------------------------------------


def test_a_narrower_range_leaves_the_other_assumptions_as_they_were():
    whole, narrow = draw(3), draw(3, {"n_above": (30, 31)})
    assert narrow.n_above in (30, 31)
    for name in ranges():
        if name != "n_above":
            assert getattr(whole, name) == getattr(narrow, name)


def test_draws_fill_their_ranges_evenly():
    drawn = pd.DataFrame([vars(draw(seed)) for seed in range(400)])
    for name, (low, high) in ranges().items():
        assert drawn[name].between(low, high).all()
        assert drawn[name].mean() == pytest.approx((low + high) / 2, abs=0.08 * (high - low))
    assert set(drawn["n_above"]) == set(range(28, 44))


@pytest.mark.parametrize(
    "within", [{"n_above": (10, 30)}, {"entering": (0, 1)}, {"n_above": (35, 30)}]
)
def test_a_range_that_is_no_part_of_the_declared_one_is_refused(within):
    with pytest.raises(DataError, match="a part of it"):
        draw(1, within)
    with pytest.raises(DataError, match="a part of it"):
        ensemble.ensemble(1, within=within)


# ---- members -------------------------------------------------------------------------------------


def test_members_are_compatible_cohorts_analysed(few):
    assert len(few.members) == 6
    for row in few.members.head(2).itertuples():
        assumed = draw(row.seed, EASY)
        rebuilt = build(assumed, row.seed)
        assert (
            failed(
                verify(
                    rebuilt,
                    severe_below=assumed.hypocalcaemia_threshold_mmol_l,
                    screening=assumed.screening_level,
                )
            )
            == []
        )
        again = measure(rebuilt, seed=row.seed)
        for one in MEASURES:
            assert getattr(row, one.key) == pytest.approx(again[one.key], rel=1e-5)
    assert few.members["reached_study"].round(3).eq(0.873).all()  # by construction


def test_measures_of_the_shipped_cohort_are_those_of_the_chapters():
    """Each against another road to the same number."""
    import statsmodels.api as sm

    from analysis_lib.minimal_p import minimal_p

    shipped = cohort.load()
    frame = cohort.analysis_frame(shipped)
    found = measure(shipped, seed=1)
    assert set(found) == {one.key for one in MEASURES}
    assert all(math.isfinite(value) for value in found.values())
    pth = frame["pth_baseline_pg_ml"].to_numpy(dtype=float)
    failure = frame["treatment_failure"].to_numpy(dtype=float)
    end = frame["pth_end_pg_ml"].to_numpy(dtype=float)
    assert found["reached_kdoqi"] == pytest.approx(((end >= 150) & (end <= 300)).mean())
    # Firth's crude odds ratio is that of the fourfold table with a half in each cell.
    high = pth >= 1606
    a, b = (high & (failure == 1)).sum() + 0.5, (high & (failure == 0)).sum() + 0.5
    c, d = (~high & (failure == 1)).sum() + 0.5, (~high & (failure == 0)).sum() + 0.5
    assert found["crude"] == pytest.approx(a * d / (b * c), rel=1e-6)
    likelihood = sm.Logit(failure, sm.add_constant(np.log2(pth))).fit(disp=False)
    assert 1 < found["doubling"] < np.exp(likelihood.params[1])  # the penalty shrinks
    assert found["p_doubling"] == pytest.approx(likelihood.llr_pvalue, abs=0.02)
    searched = minimal_p(pth, failure, direction="higher", inner=0.1, permutations=1, seed=1)
    assert found["p_search"] == pytest.approx(searched.exact)
    assert found["c_corrected"] < found["c_apparent"]
    assert 0 < found["cutoff_again"] < 1


def test_scenarios_that_cannot_be_met_are_kept_with_the_reason():
    hard = {"failures_above": (9, 9), "n_above": (42, 43)}
    found = ensemble.ensemble(1, 2, within=hard)
    assert len(found.members) == 1
    assert found.drawn == len(found.members) + len(found.unmet)
    assert found.unmet["claim_id"].isin(["predictor_pth_or", "predictor_only_one"]).all()
    for row in found.unmet.head(1).itertuples():
        with pytest.raises(IncompatibleScenarioError) as error:
            build(draw(row.seed, hard), row.seed, draws=ensemble.PATIENCE)
        assert error.value.closest == row.closest


# ---- running -------------------------------------------------------------------------------------


def test_the_number_of_workers_does_not_matter(few):
    same(ensemble.ensemble(6, SEED, within=EASY, jobs=2), few)


def test_an_ensemble_goes_on_where_it_was_stopped(few, tmp_path, monkeypatch):
    """Stopped in the middle, with half a line written: nothing is lost, doubled or done twice."""
    whole, calls = ensemble.member, []

    def stops(number, *rest):
        calls.append(number)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return whole(number, *rest)

    monkeypatch.setattr(ensemble, "member", stops)
    with pytest.raises(KeyboardInterrupt):
        ensemble.ensemble(6, SEED, within=EASY, folder=tmp_path)
    record = tmp_path / ensemble.RECORD
    assert len(record.read_text().splitlines()) == 3
    record.write_text(record.read_text() + '{"member": 3, "se')
    calls[:] = [None] * 10  # never four again
    same(ensemble.ensemble(6, SEED, within=EASY, folder=tmp_path), few)
    assert not {0, 1, 2} & set(calls[10:])
    numbers = [json.loads(line)["member"] for line in record.read_text().splitlines()]
    assert len(numbers) == len(set(numbers))
    # A larger one starts from the smaller.
    calls.clear()
    calls += [None] * 10
    larger = ensemble.ensemble(7, SEED, within=EASY, folder=tmp_path)
    pd.testing.assert_frame_equal(larger.members.head(6), few.members)
    assert len(calls) - 10 <= 2


def test_a_folder_of_another_ensemble_is_left_alone(tmp_path):
    ensemble.ensemble(1, SEED, within=EASY, folder=tmp_path)
    before = (tmp_path / ensemble.RECORD).read_text()
    with pytest.raises(DataError, match="another seed and ranges"):
        ensemble.ensemble(1, SEED + 1, folder=tmp_path)
    assert (tmp_path / ensemble.RECORD).read_text() == before


def test_nobody_asks_for_nothing():
    with pytest.raises(DataError, match="n is 0"):
        ensemble.ensemble(0)


def test_where_nothing_can_be_met_it_ends_and_says_so(monkeypatch):
    def unmet(number, seed, within):
        row = {"member": number, "seed": number, "scenario": dict.fromkeys(ranges(), 0)}
        return row | {"claim_id": "predictor_pth_or", "closest": "far"}

    monkeypatch.setattr(ensemble, "member", unmet)
    with pytest.raises(DataError, match=r"none of \d{3} scenarios can be met"):
        ensemble.ensemble(5, 1)


def test_a_cluster_that_loses_a_worker_loses_and_doubles_nothing(few, tmp_path):
    """A real Dask cluster of two processes; one is killed once the first member is there."""
    from distributed import Client, LocalCluster

    record = tmp_path / ensemble.RECORD
    killed = []

    def kill(client):
        while not (record.exists() and record.read_text().strip()):
            time.sleep(0.05)
        victim = next(iter(client.run(os.getpid).values()))
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a cluster says when a worker is killed
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            assert len(client.run(os.getpid)) == 2
            killer = threading.Thread(target=kill, args=(client,))
            killer.start()
            with joblib.parallel_config(backend="dask"):
                found = ensemble.ensemble(6, SEED, within=EASY, folder=tmp_path)
            killer.join()
    assert killed
    same(found, few)
    numbers = [json.loads(line)["member"] for line in record.read_text().splitlines()]
    assert len(numbers) == len(set(numbers))


# ---- tables --------------------------------------------------------------------------------------


def test_what_is_saved_is_loaded(few, tmp_path):
    ensemble.save(few, tmp_path)
    same(ensemble.load(tmp_path), few)
    assert pd.read_csv(tmp_path / ensemble.TABLE)["status"].eq("simulated").all()
    with pytest.raises(DataError, match="make ensemble"):
        ensemble.load(tmp_path / "elsewhere")


def test_narrower_ranges_take_the_members_inside_them(few):
    low, high = 34, 36
    inside = few.within({"n_above": (low, high)})
    assert inside.members["n_above"].between(low, high).all()
    assert len(inside.members) == few.members["n_above"].between(low, high).sum()
    assert inside.ranges["n_above"] == (low, high)
    with pytest.raises(DataError, match="not part of what was drawn over"):
        few.within({"n_above": (28, 36)})
    with pytest.raises(DataError, match="no member lies within"):
        few.within({"pth_log_sd": (0.3, 0.3)})


def test_a_changed_range_gives_another_ensemble(few, monkeypatch):
    """What a reader gets who edits a range in the scenario file."""
    whole = ensemble.ensemble(3, SEED)
    assert ensemble.as_declared(whole, n=2) is whole
    changed = {**ranges(), "n_above": (32, 38), "failures_above": (10, 10)}
    monkeypatch.setattr(scenario, "ranges", lambda: changed)
    monkeypatch.setattr(ensemble, "ranges", lambda: changed)
    fresh = ensemble.as_declared(whole, n=2)
    assert fresh.members["n_above"].between(32, 38).all()
    assert fresh.ranges["n_above"] == (32, 38)
    assert len(fresh.members) >= 2


def test_conclusions_are_counted_over_cohorts_that_have_the_measure():
    rows = pd.DataFrame({one.key: [1.0, 0.01, np.nan, 0.03] for one in MEASURES})
    table = judge(rows).set_index("key")
    assert set(table.index) == {one.key for one in CONCLUSIONS}
    assert table.loc["uncut", ["held", "n"]].tolist() == [2, 3]
    assert table.loc["search", ["held", "n"]].tolist() == [1, 3]
    assert table.loc["most_reach", "basis"] == "built"
    assert (table["lower"] <= table["share"]).all()
    assert {one.measure for one in CONCLUSIONS} <= {one.key for one in MEASURES}


def test_the_default_scenario_lies_in_every_range():
    for name, (low, high) in ranges().items():
        assert low <= getattr(DEFAULT, name) <= high


def test_the_command_line_writes_an_ensemble_and_goes_on(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(ensemble, "ranges", lambda: {**ranges(), **EASY})
    monkeypatch.setattr(scenario, "ranges", lambda: {**ranges(), **EASY})
    command = ["ensemble", "--seed", "5", "--jobs", "1", "--out", str(tmp_path)]
    assert main([*command, "--n", "1"]) == 0
    assert "simulated" in capsys.readouterr().out
    first = ensemble.load(tmp_path)
    assert main([*command, "--n", "2"]) == 0
    pd.testing.assert_frame_equal(ensemble.load(tmp_path).members.head(1), first.members)
    assert main(["ensemble", "--seed", "6", "--n", "1", "--out", str(tmp_path)]) == 1
    assert "another seed" in capsys.readouterr().err


@pytest.mark.parametrize("number", [0, 1, 2, 3, 1234, 2600])
def test_the_shipped_table_is_what_the_library_makes(number):
    """Members from its beginning, middle and end, met and unmet."""
    shipped = ensemble.load()
    assert (len(shipped.members), shipped.seed) == (2000, ensemble.SEED)
    assert {name: tuple(span) for name, span in shipped.ranges.items()} == ranges()
    again = ensemble.member(number, shipped.seed)
    whole = pd.concat([shipped.members, shipped.unmet]).set_index("member")
    row = whole.loc[number]
    assert row["seed"] == again["seed"]
    for name, value in again["scenario"].items():
        assert row[name] == pytest.approx(value, rel=1e-5)
    if "measures" in again:
        for key, value in again["measures"].items():
            assert row[key] == pytest.approx(value, rel=1e-3, nan_ok=True), key
    else:
        assert row["claim_id"] == again["claim_id"]
