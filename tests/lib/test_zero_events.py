"""Upper limits when nothing was seen, against R and against what they must do."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib.errors import CountError, DataError
from analysis_lib.proportions import interval
from analysis_lib.zero_events import upper_limit

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r" / "proportions.csv")
PRIORS = {"uniform": (1, 1), "jeffreys_prior": (0.5, 0.5), "sceptical": (2, 38)}


@pytest.mark.parametrize("name", ["exact", *PRIORS])
def test_agrees_with_r(name):
    rows = REFERENCE[REFERENCE["method"] == f"upper_{name}"]
    assert {102, 174} <= set(rows["n"])
    assert len(rows) == 15
    how = {"method": "exact"} if name == "exact" else {"method": "bayes", "prior": PRIORS[name]}
    for row in rows.itertuples():
        found = upper_limit(row.n, denominator="patients", level=row.level, **how)
        assert found.lower == 0
        np.testing.assert_allclose(found.upper, row.upper, rtol=1e-9, err_msg=str(row))


def test_exact_limit_is_where_nothing_is_seen_one_time_in_twenty():
    found = upper_limit(174, method="exact", denominator="glands")
    assert (1 - found.upper) ** 174 == pytest.approx(0.05, abs=1e-12)
    two_sided = interval(0, 174, method="exact", denominator="glands", level=0.9)
    assert found.upper == pytest.approx(two_sided.upper, abs=1e-12)


def test_rule_of_three_lies_just_above_the_exact_limit():
    for n in (1, 2, 5, 30, 102, 174, 100_000):
        rule = upper_limit(n, method="rule_of_three", denominator="patients")
        exact = upper_limit(n, method="exact", denominator="patients")
        assert rule.upper == min(3 / n, 1)
        assert exact.upper < rule.upper
        assert bool(rule.warnings) == (n < 30)
    assert rule.upper == pytest.approx(exact.upper, rel=2e-3)


def test_under_a_uniform_prior_the_limit_is_the_exact_one_of_one_more_member():
    bayes = upper_limit(102, method="bayes", prior=(1, 1), denominator="patients")
    exact = upper_limit(103, method="exact", denominator="patients")
    assert bayes.upper == pytest.approx(exact.upper, rel=1e-12)
    assert bayes.estimate == pytest.approx(1 / 104)


def test_says_what_it_is():
    found = upper_limit(102, method="bayes", prior=(0.5, 0.5), denominator="patients")
    assert found.method == "Bayesian, Jeffreys prior, one-sided"
    assert f"{found:count}" == "0 of 102 patients"
    assert upper_limit(102, method="exact", denominator="patients").estimate == 0


@pytest.mark.parametrize(
    ("n", "how", "error", "words"),
    [
        (0, {"method": "exact"}, CountError, "at least 1"),
        (10.5, {"method": "exact"}, CountError, "whole numbers"),
        (9, {"method": "wald"}, DataError, "choose one of rule_of_three, exact, bayes"),
        (9, {"method": "bayes"}, DataError, "give a prior"),
        (9, {"method": "exact", "prior": (1, 1)}, DataError, "no other method"),
        (9, {"method": "bayes", "prior": (0, 0)}, DataError, "no distribution"),
        (9, {"method": "rule_of_three", "level": 0.99}, DataError, "use the method 'exact'"),
        (9, {"method": "exact", "level": 1.0}, DataError, "level is 1"),
        (9, {"method": "exact", "denominator": "people"}, DataError, "'people'"),
    ],
)
def test_refuses(n, how, error, words):
    with pytest.raises(error, match=words):
        upper_limit(n, **{"denominator": "patients", **how})
