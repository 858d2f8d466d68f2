"""Crude odds ratios against R, the list of all tables, and what an odds ratio means in risks."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import CountError, DataError
from analysis_lib.odds_ratio import METHODS, critical_value, crude_odds_ratio, risks
from analysis_lib.two_by_two import all_tables, fitting, prints_as, search, with_exclusions

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/odds_ratio.csv")
CELLS = ["failures_above", "failures_below", "successes_above", "successes_below"]
# R's profile limits are read off a spline through the profile: six digits, not more. Its Wald
# figures stop where iteratively reweighted least squares stop.
TOLERANCE = {"wald": 1e-6, "haldane": 1e-12, "profile": 2e-6, "exact": 1e-10}
PRINTED = {"odds_ratio": "5.1", "lower": "1.1", "upper": "23.1"}


@pytest.mark.parametrize("method", METHODS)
def test_odds_ratio_agrees_with_r(method):
    rows = REFERENCE[REFERENCE["method"] == method]
    assert len(rows) == 11
    for row in rows.to_dict("records"):
        fit = crude_odds_ratio(*(int(row[cell]) for cell in CELLS), method=method)
        for name in ("estimate", "lower", "upper", "p_value"):
            assert getattr(fit, name) == pytest.approx(row[name], rel=TOLERANCE[method]), name
        if method != "exact":
            assert fit.log_se == pytest.approx(row["log_se"], rel=1e-6)


@given(cells=st.tuples(*[st.integers(1, 40)] * 4))
def test_turning_the_table_round_inverts_the_odds_ratio(cells):
    a, b, c, d = cells
    for method in ("wald", "haldane", "profile"):
        fit, turned = (
            crude_odds_ratio(*table, method=method) for table in ((a, b, c, d), (b, a, d, c))
        )
        assert fit.lower < fit.estimate < fit.upper
        assert fit.estimate * turned.estimate == pytest.approx(1)
        assert fit.lower * turned.upper == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("method", ["wald", "profile", "exact"])
def test_an_empty_cell_is_refused_with_a_way_out(method):
    with pytest.raises(CountError, match=r"\(0, 13, 20, 69\).*'haldane'"):
        crude_odds_ratio(0, 13, 20, 69, method=method)


def test_an_empty_cell_can_be_estimated_with_a_half_added():
    assert 0 < crude_odds_ratio(0, 13, 20, 69, method="haldane").estimate < 1


def test_refusals():
    with pytest.raises(DataError, match="unknown method 'score'; use one of wald, haldane"):
        crude_odds_ratio(1, 1, 1, 1, method="score")
    with pytest.raises(CountError, match="-1"):
        crude_odds_ratio(-1, 2, 3, 4, method="haldane")
    with pytest.raises(DataError, match="outside"):
        critical_value(1.0)
    with pytest.raises(CountError, match="0 failures and 89 successes"):
        all_tables(0, 89)


def test_all_tables_lists_each_table_once():
    tables = all_tables(13, 89)
    assert len(tables) == 14 * 90
    assert not tables.duplicated(["failures_above", "successes_above"]).any()
    assert (tables["n_above"] == tables["failures_above"] + tables["successes_above"]).all()
    finite = tables["odds_ratio"].notna()
    assert finite.sum() == 12 * 88  # a margin with an empty cell has no finite estimate
    row = tables.query("failures_above == 11 and successes_above == 46").iloc[0]
    single = crude_odds_ratio(11, 2, 46, 43, method="wald")
    for name, value in (
        ("odds_ratio", single.estimate),
        ("lower", single.lower),
        ("upper", single.upper),
        ("p_value", single.p_value),
    ):
        assert row[name] == pytest.approx(value, rel=1e-12)


def test_no_crude_table_of_all_patients_prints_the_published_interval():
    match = fitting(all_tables(13, 89), **PRINTED)
    assert [(r.failures_above, r.n_above) for r in match.itertuples()] == [(11, 57), (10, 45)]
    assert not match["interval_fits"].any()
    found = search(13, 89, **PRINTED)
    assert list(found["fitting"]) == [0, 0, 0, 0]
    assert list(found["tables"]) == [2, 5, 2, 6]


def test_the_search_finds_a_table_where_there_is_one():
    planted = crude_odds_ratio(6, 7, 20, 69, method="wald")
    printed = {
        name: f"{getattr(planted, field):.1f}"
        for name, field in (("odds_ratio", "estimate"), ("lower", "lower"), ("upper", "upper"))
    }
    found = search(13, 89, **printed).set_index("method")
    assert found.loc["Wald", "fitting"] >= 1
    assert bool(fitting(all_tables(13, 89), **printed).loc[0, "interval_fits"])


def test_the_search_looks_at_every_table_by_every_method():
    """The shortlist of the search must not drop a table whose estimate prints as given."""
    tables = all_tables(7, 25)
    for method in METHODS:
        by_hand = 0
        for row in tables.itertuples():
            cells = (
                row.failures_above,
                7 - row.failures_above,
                row.successes_above,
                25 - row.successes_above,
            )
            if method == "haldane" or min(cells) > 0:
                by_hand += bool(prints_as(crude_odds_ratio(*cells, method=method).estimate, "3.1"))
        found = search(7, 25, odds_ratio="3.1", lower="1.0", upper="9.9")
        assert found["tables"][METHODS.index(method)] == by_hand


def test_fewer_patients_can_fit_and_the_fewest_come_first():
    found = with_exclusions(13, 89, **PRINTED, p="0.04")
    first = found.iloc[0]
    assert first["excluded"] == 9
    assert (first["failures_excluded"], first["successes_excluded"]) == (5, 4)
    fit = crude_odds_ratio(5, 3, 21, 64, method="wald")
    assert (f"{fit.estimate:.1f}", f"{fit.lower:.1f}", f"{fit.upper:.1f}") == ("5.1", "1.1", "23.1")
    assert f"{fit.p_value:.2f}" == "0.04"


def test_exclusions_find_nothing_where_nothing_fits():
    found = with_exclusions(2, 3, odds_ratio="900.0", lower="800.0", upper="1000.0", p="0.04")
    assert found.empty
    assert {"excluded", "failures_excluded", "successes_excluded"} <= set(found.columns)


@given(
    odds_ratio=st.floats(0.05, 50).filter(lambda v: abs(v - 1) > 1e-3),
    failures=st.integers(1, 99),
    n_above=st.integers(1, 99),
)
def test_risks_hold_the_total_and_the_odds_ratio(odds_ratio, failures, n_above):
    above, below = risks(odds_ratio, failures=failures, n=100, n_above=n_above)
    assert 0 < above < 1
    assert 0 < below < 1
    assert n_above * above + (100 - n_above) * below == pytest.approx(failures)
    assert above / (1 - above) / (below / (1 - below)) == pytest.approx(odds_ratio, rel=1e-6)


def test_risks_take_a_column_and_refuse_a_cut_off_outside_the_patients():
    above, below = risks(5.1, failures=13, n=102, n_above=np.array([10, 50]))
    assert above.shape == below.shape == (2,)
    with pytest.raises(CountError, match="between 1 and 101"):
        risks(5.1, failures=13, n=102, n_above=[0, 10])
    with pytest.raises(DataError, match="must be positive and not 1"):
        risks(1.0, failures=13, n=102, n_above=10)


def test_a_tie_counts_as_printed_and_a_missing_value_does_not():
    values = pd.Series([5.05, 5.15, 5.0499, math.nan])
    assert list(prints_as(values, "5.1")) == [True, True, False, False]
