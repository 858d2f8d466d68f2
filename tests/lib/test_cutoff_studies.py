"""Studies drawn from a known truth, against all studies that there can be, counted one by one."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from analysis_lib.cutoff import bootstrap
from analysis_lib.cutoff_studies import landed, redrawn
from analysis_lib.errors import DataError, MissingColumnError

VALUES, RISK = np.array([3.0, 1.0, 2.0, 2.0, 5.0]), np.array([0.5, 0.1, 0.2, 0.4, 0.7])


def youden(values, y, cut):
    return (values[y] >= cut).mean() - (values[~y] >= cut).mean()


def best(values, y):
    """The lowest of the cut-offs with the highest Youden index; None with one class."""
    if not 0 < y.sum() < len(y):
        return None
    return max(sorted(set(values)), key=lambda cut: round(youden(values, y, cut), 9))


def every_study(values, risk, resampled):
    """Each set of outcomes with its chance, its cut-off, and its two Youden indices."""
    n = len(values)
    picks = list(itertools.product(range(n), repeat=n)) if resampled else []
    for outcome in itertools.product((False, True), repeat=n):
        y = np.array(outcome)
        cut = best(values, y)
        if cut is None:
            continue
        high = values >= cut
        true = (risk * high).sum() / risk.sum() - ((1 - risk) * high).sum() / (1 - risk).sum()
        gains = []
        for pick in picks:
            v, o = values[list(pick)], y[list(pick)]
            again = best(v, o)
            if again is not None:
                gains.append(youden(v, o, again) - youden(values, y, again))
        chance = np.prod(np.where(y, risk, 1 - risk))
        yield chance, cut, youden(values, y, cut), true, np.mean(gains) if gains else math.nan


def test_the_studies_are_those_that_there_can_be():
    got = redrawn(
        VALUES, RISK, rule="youden", direction="higher", studies=20_000, resamples=0, seed=1
    )
    chance, cut, apparent, true, _ = np.array(list(every_study(VALUES, RISK, False))).T
    none = 1 - chance.sum()
    chance = chance / chance.sum()
    kept = got.dropna(subset="cutoff")
    size = len(kept)
    assert np.mean(got["cutoff"].isna()) == pytest.approx(none, abs=4.5 * 0.5 / 20_000**0.5)
    for value in set(VALUES):
        want = chance[cut == value].sum()
        error = math.sqrt(want * (1 - want) / size)
        assert np.mean(kept["cutoff"] == value) == pytest.approx(want, abs=4.5 * error)
    for name, values in (("apparent", apparent), ("true", true)):
        want = chance @ values
        error = math.sqrt((chance @ values**2 - want**2) / size)
        assert kept[name].mean() == pytest.approx(want, abs=4.5 * error)
    assert got["bootstrap"].isna().all()
    assert got.loc[got["events"].isin([0, 5]), "true"].isna().all()
    assert kept["events"].mean() > 1


def test_the_optimism_that_a_study_sees_is_the_mean_over_all_its_resamples():
    values, risk = VALUES[:4], np.array([1.0, 0.0, 1.0, 0.0])  # one study only
    got = redrawn(
        values, risk, rule="youden", direction="higher", studies=1, resamples=4000, seed=2
    )
    ((_, cut, apparent, true, optimism),) = [
        study for study in every_study(values, risk, True) if study[0] == 1
    ]
    assert got[["cutoff", "apparent", "true"]].iloc[0].tolist() == pytest.approx(
        [cut, apparent, true]
    )
    assert apparent == pytest.approx(true)  # risks of 0 and 1 leave nothing to chance
    assert got["bootstrap"].iloc[0] == pytest.approx(optimism, abs=4.5 * 0.5 / 4000**0.5)
    assert optimism > 0.02


def test_low_values_may_speak_for_the_event():
    kept = {"rule": "youden", "studies": 50, "resamples": 3, "seed": 5}
    high = redrawn(VALUES, RISK, direction="higher", **kept)
    low = redrawn(-VALUES, RISK, direction="lower", **kept)
    pd.testing.assert_frame_equal(low.assign(cutoff=-low["cutoff"]), high)


def test_landed_sums_up():
    studies = pd.DataFrame(
        {"cutoff": [2.0, 2.0, 3.0, math.nan], "apparent": [0.5, 0.7, 0.6, math.nan],
         "true": [0.3, 0.3, 0.3, math.nan], "bootstrap": [0.1, 0.2, 0.3, math.nan]}
    )  # fmt: skip
    got = landed(studies, 2.0)
    assert (got.studies, got.without, got.same) == (3, 1, pytest.approx(2 / 3))
    assert got.same_error == pytest.approx(math.sqrt(2 / 9 / 3))
    assert (got.lower, got.upper) == (2.0, pytest.approx(2.95))
    assert [got.apparent, got.true, got.gap, got.bootstrap] == pytest.approx([0.6, 0.3, 0.3, 0.2])
    assert got.gap_error == pytest.approx(0.1 / math.sqrt(3))
    assert f"{got:gap}; {got:true}" == "0.30; 0.30"
    assert f"{got:span}".split() == ["2", "to", "3"]
    assert f"{got:same}".startswith("67")


def test_landed_takes_resamples_too():
    draws = bootstrap(VALUES, [0, 0, 1, 0, 1], rule="youden", direction="higher", resamples=80,
                      seed=1)  # fmt: skip
    got = landed(draws, 2.0)
    assert got.gap == pytest.approx((draws["youden_resample"] - draws["youden_original"]).mean())
    assert got.without == draws["cutoff"].isna().sum() > 0
    assert math.isnan(got.bootstrap)


def test_landed_refuses():
    with pytest.raises(MissingColumnError, match="true"):
        landed(pd.DataFrame({"cutoff": [1.0], "apparent": [0.5]}), 1.0)
    with pytest.raises(DataError, match="None of 1 studies"):
        landed(pd.DataFrame({"cutoff": [math.nan], "apparent": [0.5], "true": [0.1]}), 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": [1.0, math.nan, 2, 3, 4]}, "no value that is missing"),
        ({"risk": [0.1, 0.2]}, "one of each"),
        ({"risk": [0.1, 0.2, 0.3, 0.4, 1.2]}, r"in \[0, 1\]"),
        ({"risk": [0.0] * 5}, "all be 0|all 0"),
        ({"risk": [math.nan] * 5}, r"in \[0, 1\]"),
        ({"studies": 0}, "0 studies"),
        ({"resamples": -1}, "-1 resamples"),
        ({"rule": "best"}, "no rule 'best'"),
        ({"direction": "up"}, "say 'higher'"),
    ],
)
def test_refusals(change, message):
    given = {"values": VALUES, "risk": RISK, "rule": "youden", "direction": "higher"}
    given |= {"studies": 5, "resamples": 0, "seed": 1} | change
    with pytest.raises(DataError, match=message):
        redrawn(given.pop("values"), given.pop("risk"), **given)
