"""Rubin's rules against R's mice, and chained equations against its chains."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import CountError, DataError
from analysis_lib.imputation import impute, pool, pooled_proportion

R = Path(__file__).parents[1] / "reference_r"
POOLS = pd.read_csv(R / "imputation.csv")
CHAINS = pd.read_csv(R / "imputation_chains.csv").set_index("set")
DATA = pd.read_csv(R / "imputation_data.csv")
EVENTS = {
    "nhanes": lambda table: table["chl"] >= 200,
    "airquality": lambda table: table["ozone"] > math.log(60) + 1e-9,
    "boys": lambda table: table["tv"] >= math.log(15) - 1e-9,
}
SMALL = pd.DataFrame(
    {"a": [1.0, 2, 3, 4, 5, 6, 7, 8], "b": [2.0, None, 6, 8, None, 12, 14, 15]},
    index=list("hgfedcba"),
)


def test_rubins_rules_agree_with_r():
    assert len(POOLS) == 12
    for row in POOLS.to_dict("records"):
        q, u = ([float(value) for value in row[name].split()] for name in ("q", "u"))
        found = pool(q, u, n=row["n"], k=row["k"])
        for name in ("estimate", "within", "total", "df", "increase", "missing_information"):
            assert getattr(found, name) == pytest.approx(row[name], rel=1e-10), (name, row)
        assert found.between == pytest.approx(row["between"], rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("name", EVENTS)
def test_chains_agree_with_r_within_monte_carlo_error(name):
    """The mean to four errors of both; the spread, which needs more tables, to a third."""
    frame = DATA[DATA["set"] == name].pivot_table("value", "row", "column")
    expected = CHAINS.loc[name]
    m = 200
    counts = [
        int(EVENTS[name](table).sum()) for table in impute(frame, m=m, burn_in=10, seed=20261124)
    ]
    error = math.hypot(np.std(counts, ddof=1) / math.sqrt(m), expected["mc_error"])
    assert abs(np.mean(counts) - expected["mean_events"]) < 4 * error
    found = pooled_proportion(counts, len(frame), denominator="patients").logit
    assert found.increase == pytest.approx(expected["increase"], rel=1 / 3)
    assert found.total == pytest.approx(expected["total"], rel=0.1)


def test_what_was_observed_stays_and_gaps_hold_what_somebody_had():
    tables = impute(SMALL, m=30, burn_in=5, seed=1)
    for table in tables:
        pd.testing.assert_index_equal(table.index, SMALL.index)
        seen = SMALL["b"].notna()
        assert (table.loc[seen, "b"] == SMALL.loc[seen, "b"]).all()
        assert set(table["b"]) <= set(SMALL["b"].dropna())
    assert len({tuple(table["b"]) for table in tables}) > 5
    # a and b go together: what is filled in on the right is larger than on the left.
    filled = np.mean([table["b"].to_numpy()[[1, 4]] for table in tables], axis=0)
    assert filled[1] > filled[0]


def test_a_seed_fixes_the_draws_and_another_changes_them():
    one, same, other = (impute(SMALL, m=5, burn_in=3, seed=seed) for seed in (1, 1, 2))
    assert all(a.equals(b) for a, b in zip(one, same, strict=True))
    assert not all(a.equals(b) for a, b in zip(one, other, strict=True))


def test_columns_that_say_the_same_do_no_harm():
    doubled = SMALL.assign(twin=SMALL["a"] * 2)
    assert np.isfinite(np.concatenate(impute(doubled, m=3, burn_in=3, seed=1))).all()


@given(st.lists(st.integers(1, 39), min_size=2, max_size=30))
def test_pooling_a_proportion(counts):
    found = pooled_proportion(counts, 40, denominator="patients")
    assert min(counts) / 40 - 1e-9 <= found.estimate <= max(counts) / 40 + 1e-9
    assert 0 <= found.lower < found.estimate < found.upper <= 1
    assert 0 < found.logit.missing_information < 1
    assert found.logit.total >= found.logit.within
    mirrored = pooled_proportion([40 - x for x in counts], 40, denominator="patients")
    assert mirrored.lower == pytest.approx(1 - found.upper, abs=1e-12)


def test_tables_that_agree_give_the_interval_of_one():
    """Nothing between the tables: the error is that of one, and t is nearly normal."""
    found = pooled_proportion([80, 80, 80], 100, denominator="patients")
    assert found.logit.total == found.logit.within == pytest.approx(1 / 80 + 1 / 20)
    assert found.estimate == pytest.approx(0.8)
    assert format(found).startswith("80.0")


@pytest.mark.parametrize(
    ("frame", "settings", "message"),
    [
        (SMALL, {"m": 1}, "m is 1"),
        (SMALL, {"burn_in": 0}, "burn_in 0"),
        (SMALL.assign(b=None), {}, "0 observed values"),
        (SMALL.assign(b=[1.0, 2] + [None] * 6), {}, "2 observed values"),
        (SMALL.assign(c=1.0), {}, "does not vary"),
        (SMALL.assign(c="x"), {}, "needs numbers"),
        (SMALL.dropna(), {}, "nothing to impute"),
        (pd.concat([SMALL, pd.DataFrame([[None, None]], columns=["a", "b"])]), {}, "position 8"),
    ],
)
@pytest.mark.filterwarnings("ignore:The behavior of DataFrame concatenation:FutureWarning")
def test_refusals_of_tables(frame, settings, message):
    with pytest.raises(DataError, match=message):
        impute(frame, **{"m": 3, "burn_in": 2, "seed": 1} | settings)


@pytest.mark.parametrize(
    ("counts", "n", "error", "message"),
    [
        ([3, 0], 10, CountError, "table 2: 0 events of 10"),
        ([10, 3], 10, CountError, "table 1: 10 events of 10"),
        ([3, 11], 10, CountError, "table 2"),
        ([3], 10, DataError, "1 estimates"),
        ([], 10, DataError, "0 estimates"),
    ],
)
def test_refusals_of_counts(counts, n, error, message):
    with pytest.raises(error, match=message):
        pooled_proportion(counts, n, denominator="patients")


@pytest.mark.parametrize(
    ("q", "u", "n", "message"),
    [
        ([1, 2], [1, 0], 10, "not positive"),
        ([1, float("nan")], [1, 1], 10, "not finite"),
        ([1, 2], [1], 10, "1 variances"),
        ([1, 2], [1, 1], 1, "no degree of freedom"),
    ],
)
def test_refusals_of_pooling(q, u, n, message):
    with pytest.raises(DataError, match=message):
        pool(q, u, n=n)
