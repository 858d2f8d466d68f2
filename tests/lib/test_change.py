"""Paired change and effect sizes: against R, against themselves, and what is refused."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib import cohort
from analysis_lib.change import (
    Pairs,
    as_percent,
    complete_pairs,
    geometric_ratio,
    holm,
    mean_change,
    median_change,
    signed_rank_distribution,
)
from analysis_lib.effect_size import (
    IN_WORDS,
    effect_sizes,
    noncentrality_limits,
    smallest_significant,
)
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.visits import visit_means

FOLDER = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(FOLDER / "change_data.csv")
REFERENCE = pd.read_csv(FOLDER / "change.csv").set_index(["set", "name"])["value"]
SETS = list(dict.fromkeys(DATA["set"]))
UNIT = {"unit": "", "decimals": 2}


def frame(*pairs):
    return pd.DataFrame(pairs, columns=["before", "after"], dtype="Float64")


def pairs_of(name):
    return complete_pairs(DATA[DATA["set"].eq(name)], "before", "after")


@pytest.mark.parametrize("name", SETS)
def test_differences_ratios_and_effect_sizes_agree_with_r(name):
    r, pairs = REFERENCE[name], pairs_of(name)
    mean, middle = mean_change(pairs, **UNIT), median_change(pairs, **UNIT)
    ours = {
        "mean": mean.estimate, "mean_lower": mean.lower, "mean_upper": mean.upper,
        "p_t": mean.p_value,
        "hl": middle.estimate, "hl_lower": middle.lower, "hl_upper": middle.upper,
        "p_wilcoxon": middle.p_value,
        "correlation": pairs.correlation,
    }  # fmt: skip
    for kind, fit in (("mean", mean_change), ("hl", median_change)):
        narrow = fit(pairs, level=0.9, **UNIT)
        ours |= {f"{kind}_lower_90": narrow.lower, f"{kind}_upper_90": narrow.upper}
    if "ratio" in r:
        ratio = geometric_ratio(pairs)
        ours |= {
            "ratio": ratio.estimate, "ratio_lower": ratio.lower, "ratio_upper": ratio.upper,
            "ratio_p": ratio.p_value,
        }  # fmt: skip
    for row in effect_sizes(pairs).itertuples():
        ours |= {str(row.measure): row.estimate}
        if not math.isnan(row.lower):
            ours |= {f"{row.measure}_lower": row.lower, f"{row.measure}_upper": row.upper}
    assert set(ours) == set(r.index)
    assert ours == pytest.approx(r.to_dict(), rel=1e-9, abs=1e-13)


def test_holm_agrees_with_r():
    r = REFERENCE["holm"]
    given_p = [r[f"p{i}"] for i in range(1, 6)]
    assert holm(given_p) == pytest.approx([r[f"adjusted{i}"] for i in range(1, 6)], rel=1e-12)


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_means_at_visits_agree_with_r(scale):
    found = visit_means(cohort.course(cohort.load(), "pth"), scale=scale).set_index("visit")
    for visit in ("baseline", "day_1", "month_24"):
        r, row = REFERENCE["visits"], found.loc[visit]
        assert row["n"] == r[f"{visit}_n"]
        assert [row["estimate"], row["lower"], row["upper"]] == pytest.approx(
            [r[f"{visit}_{scale}{end}"] for end in ("", "_lower", "_upper")], rel=1e-10
        )


def test_the_rank_biserial_is_pingouins():
    pairs = pairs_of("anorexia_cont")
    ours = effect_sizes(pairs).set_index("measure").loc["rank_biserial", "estimate"]
    assert ours == pytest.approx(pingouin.wilcoxon(pairs.change)["RBC"].iloc[0])
    assert set(effect_sizes(pairs)["measure"]) == set(IN_WORDS)


def test_patients_without_both_values_are_counted():
    some = frame((5, 3), (4, None), (None, 2), (9, 3), (7, 1))
    pairs = complete_pairs(some, "before", "after")
    assert (pairs.n, pairs.left_out) == (3, 2)
    assert mean_change(pairs, **UNIT).warnings == ("2 patients without both values are left out",)
    assert set(effect_sizes(pairs)["left_out"]) == {2}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "0 of 0 patients have both"),
        ([(None, None), (None, None)], "0 of 2 patients have both .0 have the first, 0 the second"),
        ([(5, None), (None, 3)], "0 of 2 .* .1 have the first, 1 the second"),
        ([(5, 3), (5, None)], "1 of 2 patients have both.*at least two pairs"),
        ([(5, 3), (7, 5)], "each change is -2"),
        ([(2.5, 2.3), (2.3, 2.1)], "each change is -0.2"),
        ([(5, 3), (7, math.inf)], "infinite"),
    ],
)
def test_pairs_that_carry_no_change_are_refused(rows, says):
    with pytest.raises(DataError, match=says):
        complete_pairs(frame(*rows), "before", "after")


def test_other_refusals():
    with pytest.raises(MissingColumnError, match="'pth_end'"):
        complete_pairs(frame((5, 3)), "before", "pth_end")
    with pytest.raises(DataError, match="1 of 6 values are not above zero"):
        geometric_ratio(complete_pairs(frame((5, 3), (7, 0), (2, 1)), "before", "after"))
    with pytest.raises(DataError, match="3 pairs are too few"):
        median_change(complete_pairs(frame((5, 3), (7, 6), (9, 2)), "before", "after"), **UNIT)
    with pytest.raises(DataError, match="confidence level"):
        mean_change(pairs_of("sleep"), level=95, **UNIT)
    for bad in ([], [0.1, 1.2], [math.nan]):
        with pytest.raises(DataError, match="p-values are"):
            holm(bad)


def test_when_everybody_falls_the_rank_biserial_has_no_interval():
    row = effect_sizes(complete_pairs(frame((5, 3), (7, 6), (9, 2)), "before", "after"))
    row = row.set_index("measure").loc["rank_biserial"]
    assert row["estimate"] == -1
    assert math.isnan(row["lower"])


def test_a_ratio_in_percent_says_the_same():
    ratio = geometric_ratio(complete_pairs(frame((100, 10), (200, 30)), "before", "after"))
    assert as_percent(ratio).estimate == pytest.approx(100 * (math.sqrt(0.1 * 0.15) - 1))
    assert format(as_percent(ratio), "estimate").endswith("\u00a0%")


changes = st.lists(st.integers(-40, 40), min_size=8, max_size=25).filter(
    lambda values: len(set(values)) > 1
)


@settings(deadline=None, max_examples=30)
@given(changes)
def test_turning_time_round_turns_every_sign(values):
    before = np.linspace(50, 90, len(values))
    forth = Pairs(before=before, after=before + values, left_out=0)
    back = Pairs(before=forth.after, after=forth.before, left_out=0)
    for fit in (mean_change, median_change):
        one, other = fit(forth, **UNIT), fit(back, **UNIT)
        assert one.estimate == pytest.approx(-other.estimate, abs=1e-9)
        assert one.lower == pytest.approx(-other.upper, abs=1e-9)
        assert one.p_value == pytest.approx(other.p_value)
    one, other = effect_sizes(forth), effect_sizes(back)
    assert one["lower"].to_numpy() == pytest.approx(-other["upper"].to_numpy(), nan_ok=True)


@settings(deadline=None, max_examples=30)
@given(changes, st.sampled_from([0.125, 4.0, 64.0]))
def test_effect_sizes_have_no_unit(values, factor):
    before = np.linspace(50, 90, len(values))
    plain = Pairs(before=before, after=before + values, left_out=0)
    scaled = Pairs(before=factor * before, after=factor * (before + values), left_out=0)
    for name in ("estimate", "lower", "upper"):
        assert effect_sizes(plain)[name].to_numpy() == pytest.approx(
            effect_sizes(scaled)[name].to_numpy(), rel=1e-5, nan_ok=True
        )


def test_dz_grows_with_the_correlation_and_dav_does_not():
    # The same values before and after, paired in another way.
    before, after = np.arange(1.0, 9.0), np.arange(1.0, 9.0) - np.array([1, 2, 1, 2, 1, 2, 1, 2])
    alike = effect_sizes(Pairs(before=before, after=after, left_out=0)).set_index("measure")
    mixed = effect_sizes(Pairs(before=before, after=after[::-1], left_out=0)).set_index("measure")
    assert alike.loc["d_av", "estimate"] == pytest.approx(mixed.loc["d_av", "estimate"])
    assert abs(alike.loc["d_z", "estimate"]) > 5 * abs(mixed.loc["d_z", "estimate"])


def test_the_signed_rank_distribution_is_counted_right():
    assert signed_rank_distribution(3) * 8 == pytest.approx([1, 1, 1, 2, 1, 1, 1])
    assert signed_rank_distribution(102).sum() == pytest.approx(1)


def test_noncentrality_limits_reach_beyond_what_r_can():
    low, high = noncentrality_limits(-60.0, 101, level=0.95)
    assert low < -60 < high < -50


def test_the_smallest_significant_effect_is_on_the_edge():
    edge = smallest_significant(20)
    change = np.linspace(-1, 1, 20)
    change = (change - change.mean()) / change.std(ddof=1)
    before = np.linspace(0, 5, 20)
    for factor, significant in ((0.999, False), (1.001, True)):
        pairs = Pairs(before=before, after=before + change + factor * edge, left_out=0)
        assert (mean_change(pairs, **UNIT).p_value < 0.05) is significant
    with pytest.raises(DataError, match="1 pairs"):
        smallest_significant(1)
