"""What a rare event tells, against R and against the definitions."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import CountError, DataError
from analysis_lib.proportions import interval
from analysis_lib.rare_events import chance_of_at_most, chance_of_none, members_for_one

R = pd.read_csv(Path(__file__).parents[1] / "reference_r/rare_events.csv")
JEFFREYS = (0.5, 0.5)


@pytest.mark.parametrize("row", list(R.itertuples()), ids=lambda row: f"{row.share}-{row.chance}")
def test_chances_and_numbers_are_those_of_r(row):
    assert chance_of_at_most(0, 102, share=row.share) == pytest.approx(row.none, rel=1e-12)
    assert chance_of_at_most(1, 102, share=row.share) == pytest.approx(row.at_most_1, rel=1e-12)
    assert members_for_one(row.share, chance=row.chance) == row.members
    found = chance_of_none(1, 102, further=row.further, prior=JEFFREYS)
    assert found == pytest.approx(row.none_of_further, rel=1e-9)


def test_limits_of_one_in_a_hundred_and_two_are_those_of_r():
    exact = interval(1, 102, method="exact", denominator="nerves")
    jeffreys = interval(1, 102, method="jeffreys", denominator="patients")
    assert (exact.lower, exact.upper) == pytest.approx(
        (R["exact_lower"][0], R["exact_upper"][0]), rel=1e-9
    )
    assert (jeffreys.lower, jeffreys.upper) == pytest.approx(
        (R["jeffreys_lower"][0], R["jeffreys_upper"][0]), rel=1e-9
    )
    assert format(exact, "count") == "1 of 102 nerves"
    none = interval(0, 29, method="exact", denominator="patients")
    assert none.upper == pytest.approx(R["zero_of_29"][0], rel=1e-9)


@given(st.floats(1e-4, 0.9), st.floats(0.01, 0.99))
def test_one_member_fewer_would_not_do(share, chance):
    members = members_for_one(share, chance=chance)
    assert 1 - chance_of_at_most(0, members, share=share) >= chance - 1e-12
    if members > 1:
        assert 1 - chance_of_at_most(0, members - 1, share=share) < chance


def test_the_limits_of_an_exact_interval_make_what_was_seen_just_possible():
    exact = interval(1, 102, method="exact", denominator="patients")
    assert chance_of_at_most(1, 102, share=exact.upper) == pytest.approx(0.025)
    assert 1 - chance_of_at_most(0, 102, share=exact.lower) == pytest.approx(0.025)


def test_the_chance_of_none_falls_with_each_further_patient():
    chances = [chance_of_none(1, 102, further=m, prior=JEFFREYS) for m in (1, 2, 50, 1000)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == pytest.approx(1 - 1.5 / 103)


def test_what_can_not_be_is_refused():
    with pytest.raises(CountError, match="3 events of 2"):
        chance_of_at_most(3, 2, share=0.1)
    with pytest.raises(DataError, match=r"The share is 1\.5"):
        chance_of_at_most(0, 2, share=1.5)
    for share, chance in ((0.0, 0.5), (1.0, 0.5), (0.1, 1.0), (0.1, 0.0)):
        with pytest.raises(DataError, match="give a fraction in"):
            members_for_one(share, chance=chance)
    with pytest.raises(CountError):
        chance_of_none(1, 102, further=0, prior=JEFFREYS)
    with pytest.raises(DataError, match="both parameters must be above 0"):
        chance_of_none(1, 102, further=10, prior=(0, 1))
