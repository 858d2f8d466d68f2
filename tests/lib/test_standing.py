"""How conclusions stand: shares, verdicts and hinges of a table whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from analysis_lib.conclusions import CONCLUSIONS, MEASURES
from analysis_lib.ensemble import Ensemble
from analysis_lib.errors import MissingColumnError
from analysis_lib.scenario import ranges
from analysis_lib.standing import (
    SHORT,
    dependence,
    error,
    met,
    met_hinges,
    moving,
    resistance,
    sentences,
    side_by_side,
    spans,
    standing,
    verdict,
)

N = 400


def made(seed=3, n=N):
    """An ensemble without cohorts: C below 0.7 where few lie above the cut-off, chance elsewhere.

    Scenarios with nine failures above and more than 39 patients there can't be met.
    """
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"member": np.arange(n), "seed": np.arange(n)})
    for name, (low, high) in ranges().items():
        whole = isinstance(low, int) and isinstance(high, int)
        rows[name] = rng.integers(low, high + 1, n) if whole else rng.uniform(low, high, n)
    lost = rows["failures_above"].eq(9) & rows["n_above"].gt(39)
    for one in MEASURES:
        rows[one.key] = rng.uniform(0.01, 1, n)
    rows["reached_study"] = 89 / 102
    rows["p_doubling"] = 0.2
    rows["c_corrected"] = np.where(rows["n_above"] < 36, 0.6, 0.8)
    names = ["member", "seed", *ranges()]
    unmet = rows.loc[lost, names].assign(claim_id="predictor_only_one", closest="near")
    return Ensemble(
        members=rows[~lost].reset_index(drop=True),
        unmet=unmet.reset_index(drop=True),
        seed=seed,
        ranges=ranges(),
    )


@pytest.fixture(scope="module")
def found():
    return made()


def test_every_assumption_has_a_short_name_and_no_other_has():
    assert set(SHORT) == set(ranges())
    assert len(set(SHORT.values())) == len(SHORT)
    assert max(map(len, SHORT.values())) <= 52


def test_a_conclusion_carries_its_limit_in_its_words():
    by_key = {one.key: one for one in CONCLUSIONS}
    assert by_key["discriminates"].sentence.endswith("(C below 0.7)")
    assert "80" in by_key["most_reach"].sentence
    for one in CONCLUSIONS:
        assert "{" not in one.sentence
    # The least that is printed as the published odds ratio.
    assert by_key["exaggerated"].limit == pytest.approx(5.05)


def test_shares_verdicts_and_hinges_are_what_was_put_in(found):
    table = standing(found).set_index("key")
    assert table.loc["most_reach", ["share", "verdict", "hinges"]].tolist() == [1, "survives", ""]
    assert table.loc["uncut", ["share", "verdict"]].tolist() == [0, "falls"]
    row = table.loc["discriminates"]
    assert row["share"] == found.members["n_above"].lt(36).mean()
    assert row["first"] == "n_above"
    assert row["hinges"].startswith(f"{SHORT['n_above']} (100\N{NO-BREAK SPACE}% to 0")
    assert row["alone"] > 0.9
    assert table.loc["stays", ["first", "alone", "rest"]].tolist() == ["", 0, 1]
    assert row["rest"] == pytest.approx(1 - row["alone"])


def test_an_assumption_whose_middle_differs_is_not_said_to_lead_one_way(found):
    bent = found.members.assign(
        c_corrected=np.where(found.members["n_above"].between(32, 38), 0.6, 0.8)
    )
    table = standing(
        Ensemble(members=bent, unmet=found.unmet, seed=1, ranges=found.ranges)
    ).set_index("key")
    assert table.loc["discriminates", "hinges"] == f"{SHORT['n_above']} (up and down)"


def test_verdicts_at_their_ends():
    assert [verdict(x) for x in (1, 0.95, 0.949, 0.051, 0.05, 0)] == [
        "survives", "survives", "depends", "depends", "falls", "falls",
    ]  # fmt: skip


def test_what_moves_a_conclusion(found):
    assert moving(found, "discriminates") == ["n_above"]
    assert set(moving(found, "stays")) == set(ranges())  # nothing does: all, as they come
    with pytest.raises(MissingColumnError, match="no conclusion nothing"):
        moving(found, "nothing")


def test_the_error_is_that_of_a_share():
    table = pd.DataFrame({"share": [0.5, 0.9], "n": [100, 100]})
    assert error(table) == pytest.approx(0.05)


def test_scenarios_that_can_be_met_are_counted_where_they_lie(found):
    grid = met(found, over="n_above", by="failures_above")
    assert grid["drawn"].sum() == N
    assert grid["met"].sum() == len(found.members)
    assert grid.loc[grid["low"].eq(40) & grid["by"].eq(9), "met"].item() == 0
    assert grid.loc[grid["by"].eq(10), "share"].eq(1).all()
    assert (grid["low"].min(), grid["high"].max()) == (28, 43)
    wide = side_by_side(grid)
    assert wide["span"].tolist() == ["28 to 31", "32 to 35", "36 to 39", "40 to 43"]
    last = grid[grid["low"].eq(40) & grid["by"].eq(9)].iloc[0]
    assert wide["9"].iloc[-1] == f"0 of {last['drawn']:.0f} (0\N{NO-BREAK SPACE}%)"
    assert set(met_hinges(found)["assumption"]) == {"n_above", "failures_above"}
    assert resistance(found) == (
        f"number of independent predictors of treatment failure ({len(found.unmet)})"
    )
    with pytest.raises(MissingColumnError, match="no assumption height"):
        met(found, over="height", by="n_above")


def test_scenarios_that_drop_out_tie_assumptions_together(found):
    first, second, r = dependence(found)
    assert {first, second} == {"n_above", "failures_above"}
    kept = found.members[["n_above", "failures_above"]]
    assert r == pytest.approx(kept.corr(method="spearman").iloc[0, 1])


def test_quantiles_are_of_cohorts(found):
    row = spans(found.members, ["crude"]).iloc[0]
    wanted = np.quantile(found.members["crude"], [0.025, 0.25, 0.5, 0.75, 0.975])
    np.testing.assert_allclose(row[["low", "lower", "median", "upper", "high"]].tolist(), wanted)
    with pytest.raises(MissingColumnError, match="no measure height"):
        spans(found.members, ["height"])


def test_sentences_are_quoted_or_none(found):
    table = standing(found)
    assert sentences(table, "falls").startswith("“")
    assert sentences(table[table["verdict"].eq("depends")], "falls") == "none"
