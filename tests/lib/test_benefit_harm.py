"""Bounds from margins, against every set of patients; a hundred people; counts of groups."""

from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.benefit_harm import (
    BOTH,
    HARMS,
    NO_HARM,
    PALSY,
    SEVERE,
    joint_bounds,
    out_of_hundred,
    outcomes,
)
from analysis_lib.errors import CountError


def every_joint(n):
    """For each set of margins of one benefit and two harms: the counts that some cohort has."""
    kinds = list(product((False, True), repeat=3))
    seen = {}
    counts = [[]]
    for _ in kinds[:-1]:
        counts = [[*c, k] for c in counts for k in range(n - sum(c) + 1)]
    for c in counts:
        sizes = dict(zip(kinds, [*c, n - sum(c)], strict=True))
        margin = tuple(sum(k for kind, k in sizes.items() if kind[i]) for i in range(3))
        for benefit, harm in product((True, False), repeat=2):
            count = sum(
                k
                for kind, k in sizes.items()
                if kind[0] is benefit and (kind[1] or kind[2]) is harm
            )
            seen.setdefault((margin, benefit, harm), set()).add(count)
    return seen


@pytest.mark.parametrize("n", [1, 2, 4])
def test_the_bounds_are_exactly_what_some_cohort_reaches(n):
    for (margin, benefit, harm), counts in every_joint(n).items():
        found = joint_bounds(n, benefit=margin[0], harms=margin[1:])[benefit, harm]
        assert counts == set(range(found.lowest, found.highest + 1)), margin


def test_one_harm_gives_the_bounds_of_frechet():
    found = joint_bounds(10, benefit=7, harms=[5])
    assert (found[True, True].lowest, found[True, True].highest) == (2, 5)
    assert (found[True, False].lowest, found[True, False].highest) == (2, 5)
    assert format(found[True, False]) == "2\u00a0to\u00a05"
    assert format(found[True, False], "percent") == "20.0\u00a0to\u00a050.0\u00a0%"
    assert format(joint_bounds(10, benefit=10, harms=[5])[True, True]) == "exactly\u00a05"


@given(st.lists(st.integers(0, 300), min_size=1, max_size=8).filter(sum))
def test_a_hundred_people_are_a_hundred_and_no_group_moves_by_a_whole_one(counts):
    named = {str(place): count for place, count in enumerate(counts)}
    people = out_of_hundred(named)
    assert list(people) == list(named)
    assert sum(people.values()) == 100
    for name, count in named.items():
        assert abs(people[name] - 100 * count / sum(counts)) < 1
        assert count or not people[name]


def test_of_equal_remainders_the_earlier_is_rounded_up():
    assert out_of_hundred({"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}


FRAME = pd.DataFrame(
    {
        "target_reached": pd.array([True, True, True, False, False, None, True], "boolean"),
        "severe_hypocalcaemia": pd.array([False, True, True, True, False, True, False], "boolean"),
        "nerve_paralysis": ["transient", "none", "persistent", "none", "persistent", "none", None],
    }
)


def test_patients_are_counted_by_target_and_harm_and_missing_ones_apart():
    rows = outcomes(FRAME)
    counts = rows.set_index(["target_reached", "harm"])["patients"]
    assert counts[True].to_dict() == {NO_HARM: 1, SEVERE: 1, PALSY: 0, BOTH: 1}
    assert counts[False].to_dict() == {NO_HARM: 0, SEVERE: 1, PALSY: 1, BOTH: 0}
    assert rows["harm"].tolist() == [*HARMS, *HARMS]
    assert rows.attrs["missing"] == 2


def test_what_can_not_be_is_refused():
    with pytest.raises(CountError, match="benefit: 11 events of 10"):
        joint_bounds(10, benefit=11, harms=[1])
    with pytest.raises(CountError, match="harm: 12 events of 10"):
        joint_bounds(10, benefit=1, harms=[1, 12])
    with pytest.raises(CountError, match="no harm"):
        joint_bounds(10, benefit=1, harms=[])
    with pytest.raises(CountError, match="no group"):
        out_of_hundred({})
    with pytest.raises(CountError, match="denominator"):
        out_of_hundred({"a": 0})
    with pytest.raises(CountError, match="negative"):
        out_of_hundred({"a": -1, "b": 3})
    with pytest.raises(CountError, match="none of 7 patients"):
        outcomes(FRAME.assign(target_reached=pd.array([None] * 7, "boolean")))
