"""Printed figures: counts, and the region of odds ratio and standard error."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis_lib.consistency import (
    counts_for_percentage,
    fractions_for_percentage,
    geometric_centre,
    plug_in_p_value,
    rounding_range,
    share_of_possible_percentages,
    wald_region,
)
from analysis_lib.errors import CountError, DataError, ImpossiblePercentageError

Z = 1.959963984540054


def test_rounding_range_is_exact():
    assert rounding_range("87.3") == (Fraction(8725, 100), Fraction(8735, 100))
    assert rounding_range("0.04") == (Fraction(35, 1000), Fraction(45, 1000))
    assert rounding_range("52") == (Fraction(103, 2), Fraction(105, 2))


def test_rounding_range_refuses_what_is_no_number():
    with pytest.raises(DataError, match="'about 5' is no printed decimal number"):
        rounding_range("about 5")


def test_only_one_count_gives_each_percentage_of_the_abstract():
    assert counts_for_percentage("87.3", 102) == (89,)
    assert counts_for_percentage("28.4", 102) == (29,)
    assert counts_for_percentage("1.0", 102) == (1,)


@given(n=st.integers(1, 400), data=st.data(), decimals=st.integers(0, 2))
def test_every_count_is_found_behind_its_own_percentage(n, data, decimals):
    k = data.draw(st.integers(0, n))
    assert k in counts_for_percentage(f"{100 * k / n:.{decimals}f}", n)


@given(n=st.integers(1, 300), printed=st.integers(0, 1000))
def test_counts_agree_with_a_plain_search(n, printed):
    text = f"{printed / 10:.1f}"
    low, high = Fraction(text) - Fraction(1, 20), Fraction(text) + Fraction(1, 20)
    expected = tuple(k for k in range(n + 1) if low <= Fraction(100 * k, n) <= high)
    if expected:
        assert counts_for_percentage(text, n) == expected
    else:
        with pytest.raises(ImpossiblePercentageError):
            counts_for_percentage(text, n)


def test_a_half_counts_whichever_way_it_is_rounded():
    assert counts_for_percentage("12", 8) == (1,)  # 12.5, rounded to even
    assert counts_for_percentage("13", 8) == (1,)  # 12.5, rounded up


def test_an_impossible_percentage_names_the_neighbours_and_a_way_out():
    with pytest.raises(ImpossiblePercentageError) as error:
        counts_for_percentage("87.5", 102)
    assert "89/102 = 87.255 %" in str(error.value)
    assert "90/102 = 88.235 %" in str(error.value)
    assert "Check the denominator" in str(error.value)


def test_an_empty_group_is_refused():
    with pytest.raises(CountError, match="denominator 0 is below 1"):
        counts_for_percentage("50", 0)


def test_other_denominators_that_print_the_same():
    found = fractions_for_percentage("87.3", 60, 102)
    assert found == [(55, 63), (62, 71), (69, 79), (89, 102)]


@given(n=st.integers(1, 300))
def test_share_of_possible_percentages_counts_distinct_prints(n):
    distinct = {math.floor(Fraction(1000 * k, n) + Fraction(1, 2)) for k in range(n + 1)}
    assert share_of_possible_percentages(n, 1) == pytest.approx(len(distinct) / 1001)


def prints(value, text):
    low, high = rounding_range(text)
    return float(low) <= value <= float(high)


@given(b=st.floats(1.55, 1.70), s=st.floats(0.74, 0.81))
def test_a_pair_lies_in_the_region_if_and_only_if_it_prints_as_given(b, s):
    """Plain rounding of estimate, limits and p decides; the polygon must agree everywhere."""
    region = wald_region("5.1", "1.1", "23.1", p="0.04")
    expected = (
        prints(math.exp(b), "5.1")
        and prints(math.exp(b - Z * s), "1.1")
        and prints(math.exp(b + Z * s), "23.1")
        and prints(math.erfc(b / s / math.sqrt(2)), "0.04")
    )
    edges = zip(region.vertices, region.vertices[1:] + region.vertices[:1], strict=True)
    turns = [(x1 - x0) * (s - y0) - (y1 - y0) * (b - x0) for (x0, y0), (x1, y1) in edges]
    assume(min(abs(turn) for turn in turns) > 1e-9)  # not on an edge
    assert all(turn > 0 for turn in turns) == expected


@given(b=st.floats(0.3, 3), s=st.floats(0.1, 1.2))
def test_what_was_printed_from_a_pair_always_has_that_pair_in_its_region(b, s):
    texts = [f"{math.exp(b + k * Z * s):.2f}" for k in (0, -1, 1)]
    p = f"{math.erfc(b / s / math.sqrt(2)):.3f}"
    region = wald_region(*texts, p=p)
    assert region.consistent
    assert region.odds_ratio[0] - 1e-9 <= math.exp(b) <= region.odds_ratio[1] + 1e-9
    assert region.standard_error[0] - 1e-9 <= s <= region.standard_error[1] + 1e-9
    assert region.area >= 0


def test_the_p_value_cuts_the_region():
    without, with_p = (wald_region("5.1", "1.1", "23.1", p=p) for p in (None, "0.04"))
    assert without.p_value[0] < 0.035 < without.p_value[1]
    assert with_p.p_value[0] == pytest.approx(0.035)
    assert 0 < with_p.area < without.area
    low, high = with_p.odds_ratio
    assert 5.05 <= low < high < 5.10


def test_figures_that_contradict_each_other_leave_no_region():
    assert not wald_region("5.1", "1.1", "40.1").consistent
    nothing = wald_region("5.1", "1.1", "23.1", p="0.20")
    assert not nothing.consistent
    assert math.isnan(nothing.odds_ratio[0])
    assert math.isnan(nothing.standard_error[0])


def test_an_odds_ratio_below_one_mirrors_its_inverse():
    b, s = math.log(0.25), 0.4
    region = wald_region(*(f"{math.exp(b + k * Z * s):.3f}" for k in (0, -1, 1)), p="0.001")
    assert region.consistent
    assert region.odds_ratio[0] < 0.25 < region.odds_ratio[1]
    assert region.z[1] < 0


def test_a_p_value_of_zero_digits_is_only_an_upper_limit():
    assert wald_region("8.00", "4.00", "16.00", p="0.00").consistent


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        (("1.0", "0.5", "2.0"), "its direction is unknown"),
        (("5.1", "0.0", "23.1"), "0.0 may stand for zero"),
        (("five", "1.1", "23.1"), "'five' is no printed decimal number"),
    ],
)
def test_figures_that_say_nothing_are_refused(figures, message):
    with pytest.raises(DataError, match=message):
        wald_region(*figures)


def test_a_level_outside_its_range_is_refused():
    with pytest.raises(DataError, match="level 95 lies outside"):
        wald_region("5.1", "1.1", "23.1", level=95)


def test_the_middle_of_the_limits():
    low, high = geometric_centre("1.1", "23.1")
    assert low == pytest.approx(math.sqrt(1.05 * 23.05))
    assert high == pytest.approx(math.sqrt(1.15 * 23.15))


def test_the_plug_in_p_value_is_that_of_the_wald_test():
    b, s = math.log(2.0), 0.25
    texts = [f"{math.exp(b + k * Z * s):.9f}" for k in (0, -1, 1)]
    assert plug_in_p_value(*texts) == pytest.approx(math.erfc(b / s / math.sqrt(2)), rel=1e-6)
    assert f"{plug_in_p_value('5.1', '1.1', '23.1'):.2f}" == "0.04"
