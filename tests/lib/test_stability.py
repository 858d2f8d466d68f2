"""Halves that agree and halves that do not; ranges that move a conclusion and that do not."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import fisher_exact, ks_2samp
from test_standing import made

from analysis_lib.errors import DataError
from analysis_lib.stability import compare_halves, halves, moved, since_shipped, told


@pytest.fixture(scope="module")
def found():
    return made()


def test_halves_share_no_member_and_lose_none(found):
    one, other = halves(found)
    assert not set(one["member"]) & set(other["member"])
    assert len(one) + len(other) == len(found.members)


def test_halves_of_one_ensemble_agree(found):
    table = compare_halves(found)
    assert table["adjusted"].min() > 0.05
    assert table["adjusted_distance"].min() > 0.05
    assert "reached_study" not in set(table["result"])  # the same in all cohorts
    a, b = (half["crude"] for half in halves(found))
    row = table[table["result"].eq("crude")].iloc[0]
    assert row["difference"] == pytest.approx(
        (a.mean() - b.mean()) / np.sqrt(a.var() / len(a) + b.var() / len(b))
    )
    assert row["distance"] == pytest.approx(ks_2samp(a, b).statistic)
    assert (table["adjusted"] >= table["p"]).all()


def test_halves_that_differ_are_found_out(found):
    """Even ones moved: in the mean of one measure, in the spread alone of another."""
    even = found.members["member"] % 2 == 0
    rows = found.members.copy()
    rows.loc[even, "crude"] += 0.2
    rows.loc[even, "doubling"] = 0.505 + 0.3 * (rows.loc[even, "doubling"] - 0.505)
    table = compare_halves(dataclasses.replace(found, members=rows)).set_index("result")
    assert table.loc["crude", "adjusted"] < 0.001
    assert table.loc["doubling", "adjusted"] > 0.05
    assert table.loc["doubling", "adjusted_distance"] < 0.001


def test_a_narrower_range_moves_what_hinges_on_it(found):
    narrow = found.within({"n_above": (28, 34)})
    table = moved(found, narrow).set_index("key")
    assert table.loc["discriminates", ["after", "moved"]].tolist() == [1, True]
    assert table.index[table["moved"]].tolist() == ["discriminates"]
    inside = found.members["n_above"].le(34)
    held = found.members["c_corrected"].lt(0.7)
    counts = [[(inside & held).sum(), (inside & ~held).sum()],
              [(~inside & held).sum(), (~inside & ~held).sum()]]  # fmt: skip
    raw = fisher_exact(counts).pvalue
    assert table.loc["discriminates", "p"] == pytest.approx(len(table) * raw)
    assert "to 100" in told(table[table["moved"]])
    idle = moved(found, found.within({"share_male": (0.45, 0.55)}))
    assert not idle["moved"].any()


def test_the_same_cohorts_are_refused(found):
    with pytest.raises(DataError, match="change a range"):
        moved(found, found)


def test_a_changed_declaration_is_told(found):
    assert "those of the shipped table" in since_shipped(found, found)
    narrow = found.within({"n_above": (28, 34)})
    assert "What moved: “Corrected, the model" in since_shipped(found, narrow)
    idle = found.within({"share_male": (0.45, 0.55)})
    assert "share of men. No conclusion moved" in since_shipped(found, idle)
    # Another ensemble altogether: all of its cohorts against all of the shipped ones.
    fresh = dataclasses.replace(made(seed=9), ranges={**found.ranges, "n_above": (28, 42)})
    assert "patients above the cut-off. No conclusion moved" in since_shipped(found, fresh)
