"""False alarms of a chosen cut-off, against all ways to deal out the events, counted one by one."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, chi2_contingency, norm

from analysis_lib.errors import DataError
from analysis_lib.false_alarms import WAYS, false_alarms
from analysis_lib.maximal_chi_square import exact
from analysis_lib.minimal_p import by_formula


def youden(values, y, cut):
    return (values[y] >= cut).mean() - (values[~y] >= cut).mean()


def best(values, y):
    """The lowest of the cut-offs with the highest Youden index."""
    return max(sorted(set(values)), key=lambda cut: round(youden(values, y, cut), 9))


def counted(n, events, alpha, inner):
    """Shares of all ways to deal out the events in which a useless value is significant."""
    ranks = np.arange(n)
    least = math.ceil(inner * n - 1e-9)
    fair = [cut for cut in range(1, n) if least <= n - cut <= n - least]
    seen = {"fixed": [], "youden": [], "minimal_p": []}
    corrected = {"exact": [], "formula": []}
    for chosen in itertools.combinations(range(n), events):
        y = np.isin(ranks, chosen)
        tests, tops = {}, {}
        for cut in range(1, n):
            high = ranks >= cut
            a, b = (high & y).sum(), (high & ~y).sum()
            c, d = events - a, n - events - b
            top, p = chi2_contingency([[a, b], [c, d]], correction=False)[:2]
            wald = math.nan
            if min(a, b, c, d):
                z = math.log(a * d / (b * c)) / math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
                wald = 2 * norm.sf(abs(z))
            tests[cut], tops[cut] = (p, wald), top
        tests[0] = (math.nan, math.nan)  # all positive: no table
        seen["fixed"] += [tests[cut] for cut in fair]
        seen["youden"].append(tests[best(ranks, y)])
        lowest = min(fair, key=lambda cut: (round(tests[cut][0], 12), cut))
        p = tests[lowest][0]
        seen["minimal_p"].append(tests[lowest])
        corrected["formula"].append((by_formula(p, inner=inner), 0))
        corrected["exact"].append((exact(ranks, events, [tops[lowest]], inner=inner)[0], 0))
    shares = {
        cut: (
            np.mean([p <= alpha for p, _ in tests]),
            np.mean([p <= alpha for _, p in tests]),
            np.mean([math.isnan(p) for _, p in tests]),
        )
        for cut, tests in (seen | corrected).items()
    }
    return pd.DataFrame.from_dict(
        shares, orient="index", columns=["chi_square", "wald", "no_estimate"]
    )


@pytest.mark.parametrize(("n", "events", "alpha"), [(9, 3, 0.12), (8, 4, 0.21), (11, 2, 0.3)])
def test_false_alarms_are_those_of_all_ways_to_deal_out_the_events(n, events, alpha):
    want = counted(n, events, alpha, 0.2)
    got = false_alarms(n, events, inner=0.2, alpha=alpha, studies=20_000, seed=3)
    assert list(got.index) == list(WAYS)
    assert set(WAYS) == set(want.index)
    for cut in ("fixed", "youden", "minimal_p"):
        for name in want.columns:
            share = want.loc[cut, name]
            error = math.sqrt(share * (1 - share) / 20_000)
            assert got.loc[cut, name] == pytest.approx(share, abs=4.5 * error), (cut, name)
    for cut in ("exact", "formula"):
        share = want.loc[cut, "chi_square"]
        error = math.sqrt(share * (1 - share) / 20_000)
        assert got.loc[cut, "chi_square"] == pytest.approx(share, abs=4.5 * error), cut
        assert got.loc[cut, ["wald", "no_estimate"]].isna().all()


def test_false_alarms_of_the_lowest_p_are_its_exact_distribution():
    got = false_alarms(102, 13, inner=0.1, alpha=0.05, studies=4000, seed=3)
    want = exact(np.arange(102.0), 13, [chi2.isf(0.05, 1)], inner=0.1)[0]
    error = math.sqrt(want * (1 - want) / 4000)
    assert got.loc["minimal_p", "chi_square"] == pytest.approx(want, abs=4.5 * error)
    assert got.loc["exact", "chi_square"] <= 0.05 + 4.5 * math.sqrt(0.05 * 0.95 / 4000)
    again = false_alarms(102, 13, inner=0.1, alpha=0.05, studies=4000, seed=3)
    pd.testing.assert_frame_equal(got, again)


@pytest.mark.parametrize(
    "change",
    [{"studies": 0}, {"events": 0}, {"events": 102}, {"alpha": 0.0}, {"n": 3, "inner": 0.4},
     {"inner": 0.5}],
)  # fmt: skip
def test_false_alarms_refuse(change):
    given = {"n": 102, "events": 13, "inner": 0.1, "alpha": 0.05, "studies": 5, "seed": 1} | change
    if given["n"] == 3:
        given["events"] = 1
    with pytest.raises(DataError):
        false_alarms(given.pop("n"), given.pop("events"), **given)
