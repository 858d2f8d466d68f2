"""The pictures of an ensemble say in words, and hold as data, what they draw."""

import io

import pandas as pd
import pytest
from test_standing import made

from analysis_lib.conclusions import CONCLUSIONS
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures.ensemble import TITLES, distributions
from analysis_lib.figures.hinges import along, twice
from analysis_lib.stability import compare_halves, halves

FOUND = made()
OWN = dict.fromkeys((one.measure for one in CONCLUSIONS), 0.42)
COMMON = {"id": "15-a", "status": "simulated", "caption": "Which?"}


def test_every_conclusion_has_a_title_that_fits():
    assert set(TITLES) == {one.key for one in CONCLUSIONS}
    assert max(map(len, TITLES.values())) <= 34


def test_distributions_tell_quantiles_limits_and_the_shipped_cohort():
    figure = distributions(FOUND.members, ["jumps", "discriminates", "alp"], OWN, **COMMON)
    data = pd.read_csv(io.StringIO(figure.csv)).set_index("key")
    assert data.loc["cutoff_again", "limit"] == 0.5
    assert data.loc["c_corrected", "shipped"] == 0.42
    median = FOUND.members["cutoff_again"].median()
    assert data.loc["cutoff_again", "median"] == pytest.approx(median)
    assert f"{TITLES['jumps']}: median {100 * median:.0f}" in figure.alt
    assert "limit 0.70, shipped cohort 0.42" in figure.alt
    for key in ("jumps", "discriminates", "alp"):
        assert f">{TITLES[key]}</text>" in figure.svg


def test_bars_are_filled_where_the_conclusion_holds():
    """All bars hollow where it holds nowhere; all filled where it holds everywhere."""
    blue = "fill: var(--bk-blue"
    rows = FOUND.members
    none = distributions(rows.assign(c_corrected=0.8), ["discriminates"], OWN, **COMMON)
    every = distributions(rows.assign(c_corrected=0.6), ["discriminates"], OWN, **COMMON)
    both = distributions(rows, ["discriminates"], OWN, **COMMON)
    assert [figure.svg.count(blue) for figure in (none, every, both)] == [0, 1, 1]


def test_a_conclusion_over_what_moves_it():
    figure = along(FOUND.members, "discriminates", ["n_above", "share_male"], **COMMON)
    data = pd.read_csv(io.StringIO(figure.csv))
    rows = data[data["assumption"].eq("n_above")]
    assert rows["held"].iloc[[0, -1]].tolist() == [1, 0]
    assert rows["median"].iloc[0] == pytest.approx(0.6)
    assert "median 0.60 in the lowest slice, 0.80 in the highest" in figure.alt
    assert "Patients above the cut-off" in figure.svg
    with pytest.raises(DataError, match="0 assumptions"):
        along(FOUND.members, "discriminates", [], **COMMON)
    with pytest.raises(MissingColumnError, match="height"):
        along(FOUND.members, "discriminates", ["height"], **COMMON)


def test_two_halves_side_by_side():
    table = compare_halves(FOUND)
    shares = table[table["kind"].eq("conclusion")]
    one, other = halves(FOUND)
    figure = twice(shares, (len(one), len(other)), **COMMON)
    row = shares[shares["result"].eq("discriminates")].iloc[0]
    assert row["mean"] == one["c_corrected"].lt(0.7).mean()
    assert f"{row['words']}: {100 * row['mean']:.1f}" in figure.alt
    assert f"{len(one)} and {len(other)} cohorts" in figure.alt
    assert len(pd.read_csv(io.StringIO(figure.csv))) == len(shares)
    with pytest.raises(DataError, match="no conclusions"):
        twice(shares[:0], (1, 1), **COMMON)
