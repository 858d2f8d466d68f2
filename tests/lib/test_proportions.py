"""Intervals for one proportion, against R and against what they must do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.errors import CountError, DataError
from analysis_lib.proportions import LABELS, METHODS, interval, posterior, whole_counts

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r" / "proportions.csv")
SETTINGS = settings(max_examples=60, deadline=None, derandomize=True)

methods = st.sampled_from(METHODS)
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def limits(x, n, method, level=0.95):
    found = interval(x, n, method=method, denominator="patients", level=level)
    return found.lower, found.upper


CONFIDENCE = REFERENCE[REFERENCE["method"].isin(METHODS)]
PRIORS = {"uniform": (1, 1), "jeffreys_prior": (0.5, 0.5), "sceptical": (2, 38)}


@pytest.mark.parametrize("source", sorted(CONFIDENCE["source"].unique()))
def test_agrees_with_r(source):
    rows = CONFIDENCE[CONFIDENCE["source"] == source]
    assert len(rows) >= 24
    for row in rows.itertuples():
        lower, upper = max(row.lower, 0), min(row.upper, 1)  # epiR does not clip Agresti-Coull
        if row.method == "jeffreys":  # nor does it set the limits at the ends, as documented here
            lower = 0 if row.events == 0 else lower
            upper = 1 if row.events == row.n else upper
        found = limits(row.events, row.n, row.method, row.level)
        np.testing.assert_allclose(found, (lower, upper), rtol=1e-9, atol=1e-12, err_msg=str(row))


def test_reference_has_every_method_and_the_counts_of_the_study():
    assert set(CONFIDENCE["method"]) == set(METHODS)
    pairs = set(zip(REFERENCE["events"], REFERENCE["n"], strict=True))
    assert {(89, 102), (29, 102), (1, 102), (102, 102), (174, 174), (0, 102), (1, 1)} <= pairs


@pytest.mark.parametrize("name", PRIORS)
def test_posterior_agrees_with_r(name):
    rows = REFERENCE[REFERENCE["method"] == f"posterior_{name}"]
    assert len(rows) >= 48
    a, b = PRIORS[name]
    for row in rows.itertuples():
        found = posterior(
            row.events, row.n, prior=PRIORS[name], denominator="patients", level=row.level
        )
        np.testing.assert_allclose(
            (found.lower, found.upper), (row.lower, row.upper), rtol=1e-9, err_msg=str(row)
        )
        assert found.estimate == pytest.approx((row.events + a) / (row.n + a + b), rel=1e-14)


def test_posterior_under_the_jeffreys_prior_is_the_jeffreys_interval_but_for_the_ends():
    for x in (1, 50, 101):
        found = posterior(x, 102, prior=(0.5, 0.5), denominator="patients")
        assert (found.lower, found.upper) == pytest.approx(limits(x, 102, "jeffreys"), rel=1e-9)
    at_zero = posterior(0, 102, prior=(0.5, 0.5), denominator="patients")
    assert at_zero.lower > 0 == limits(0, 102, "jeffreys")[0]


def test_posterior_names_its_prior():
    names = {
        prior: posterior(1, 9, prior=prior, denominator="glands").method
        for prior in ((1, 1), (0.5, 0.5), (2, 38))
    }
    assert names == {
        (1, 1): "Bayesian, uniform prior, equal-tailed",
        (0.5, 0.5): "Bayesian, Jeffreys prior, equal-tailed",
        (2, 38): "Bayesian, prior Beta(2, 38), equal-tailed",
    }


@pytest.mark.parametrize("prior", [(0, 0), (1, -1), (float("nan"), 1), (1, float("inf"))])
def test_posterior_refuses_a_prior_that_is_no_distribution(prior):
    with pytest.raises(DataError, match="two numbers above 0"):
        posterior(1, 9, prior=prior, denominator="patients")


def test_posterior_refuses_what_the_interval_refuses():
    with pytest.raises(CountError, match="10 events of 9"):
        posterior(10, 9, prior=(1, 1), denominator="patients")
    with pytest.raises(DataError, match="level is 95"):
        posterior(1, 9, prior=(1, 1), denominator="patients", level=95)
    with pytest.raises(DataError, match="'people'"):
        posterior(1, 9, prior=(1, 1), denominator="people")  # type: ignore[arg-type]


@SETTINGS
@given(counts, methods, levels)
def test_holds_the_estimate_within_zero_and_one(pair, method, level):
    x, n = pair
    found = interval(x, n, method=method, denominator="patients", level=level)
    assert found.estimate == x / n
    assert 0 <= found.lower <= found.estimate <= found.upper <= 1
    assert (found.lower == 0) or x > 0
    assert (found.upper == 1) or x < n


@SETTINGS
@given(counts, methods, levels)
def test_non_events_mirror_events(pair, method, level):
    x, n = pair
    lower, upper = limits(x, n, method, level)
    assert limits(n - x, n, method, level) == pytest.approx((1 - upper, 1 - lower), abs=1e-12)


@SETTINGS
@given(st.integers(2, 300).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))), methods)
def test_one_more_event_moves_both_limits_up(pair, method):
    x, n = pair
    before, after = limits(x, n, method), limits(x + 1, n, method)
    if method == "wald":  # its width collapses at the ends, so only the centre is monotone
        assert sum(after) >= sum(before) - 1e-12 or x + 1 == n or x == 0
    else:
        assert after[0] >= before[0]
        assert after[1] >= before[1]


@SETTINGS
@given(counts, methods)
def test_higher_level_is_wider_and_more_members_narrower(pair, method):
    x, n = pair
    narrow, wide, large = (
        limits(x, n, method, 0.9),
        limits(x, n, method, 0.99),
        limits(4 * x, 4 * n, method, 0.9),
    )
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]
    assert large[1] - large[0] <= narrow[1] - narrow[0]


@pytest.mark.parametrize("p", [0.01, 0.1, 0.285, 0.873])
def test_coverage_summed_over_every_count(p):
    """Exact coverage at n = 102, no simulation: the sum of the chances of the counts that cover."""
    from scipy.stats import binom

    n = 102
    chance = binom.pmf(np.arange(n + 1), n, p)

    def coverage(method):
        spans = [limits(x, n, method) for x in range(n + 1)]
        return sum(c for c, (low, high) in zip(chance, spans, strict=True) if low <= p <= high)

    assert coverage("exact") >= 0.95
    assert coverage("wilson") >= 0.91
    if p == 0.01:  # one event expected
        assert coverage("wilson") < 0.95
        assert coverage("wald") < 0.70  # what the warning is about


def test_exact_ends_have_closed_forms():
    assert limits(0, 174, "exact") == (0, pytest.approx(1 - 0.025 ** (1 / 174), abs=1e-14))
    assert limits(174, 174, "exact") == (pytest.approx(0.025 ** (1 / 174), abs=1e-14), 1)


def test_result_says_what_it_is():
    found = interval(89, 102, method="wilson", denominator="patients")
    assert (found.events, found.n, found.level) == (89, 102, 0.95)
    assert found.method == "Wilson score"
    assert f"{found:count}" == "89 of 102 patients"
    assert found.warnings == ()
    assert interval(3, 9, method="exact", denominator="glands").denominator == "glands"
    assert set(LABELS) == set(METHODS)
    assert len(set(LABELS.values())) == len(METHODS)


@pytest.mark.parametrize(
    ("x", "n", "method", "words"),
    [
        (1, 102, "wald", "1 events and 101 non-events, fewer than 5"),
        (98, 102, "wald", "covers too rarely"),
        (0, 102, "wald", "no width"),
        (102, 102, "wald", "no width"),
        (1, 102, "wilson", "give the exact one beside it"),
        (9, 14, "agresti_coull", "14 members, fewer than 40"),
        (0, 23, "jeffreys", "set to 0"),
        (23, 23, "jeffreys", "set to 1"),
    ],
)
def test_warns_where_the_method_should_not_be_used(x, n, method, words):
    (warning,) = interval(x, n, method=method, denominator="patients").warnings
    assert words in warning


@pytest.mark.parametrize(
    ("x", "n", "method"),
    [
        (5, 102, "wald"),
        (97, 102, "wald"),
        (4, 102, "wilson"),
        (0, 102, "wilson"),
        (0, 5, "exact"),
        (9, 40, "agresti_coull"),
        (1, 23, "jeffreys"),
    ],
)
def test_is_silent_where_the_method_serves(x, n, method):
    assert interval(x, n, method=method, denominator="patients").warnings == ()


@pytest.mark.parametrize(
    ("x", "n", "todo"),
    [
        (103, 102, "correct a count, or check that both count the same unit"),
        (-1, 102, "correct the events"),
        (0, 0, "leave out an empty group"),
        (1, -3, "leave out an empty group"),
        (8.5, 102, "give counts, not percentages"),
        (89, 102.2, "give counts, not percentages"),
        (float("nan"), 102, "give counts, not percentages"),
        (float("inf"), 102, "give counts, not percentages"),
        (None, 102, "give counts, not percentages"),
        (pd.NA, 102, "give counts, not percentages"),
        ("89", 102, "give counts, not percentages"),
        (True, 102, "give counts, not percentages"),
    ],
)
def test_refuses_counts_that_cannot_be(x, n, todo):
    with pytest.raises(CountError) as caught:
        interval(x, n, method="wilson", denominator="patients")
    assert f"{x} events of {n}" in str(caught.value)
    assert todo in str(caught.value)


def test_takes_whole_numbers_of_other_types():
    assert whole_counts(np.int64(89), 102.0) == (89, 102)
    assert all(type(count) is int for count in whole_counts(np.int64(89), 102.0))


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
def test_refuses_a_level_outside_zero_and_one(level):
    with pytest.raises(DataError, match=f"level is {level}.*0.95"):
        interval(1, 2, method="exact", denominator="patients", level=level)


def test_refuses_unknown_names():
    with pytest.raises(DataError, match=r"'normal'.*wald, wilson, agresti_coull, exact, jeffreys"):
        interval(1, 2, method="normal", denominator="patients")  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"'people'.*'patients' or 'glands'"):
        interval(1, 2, method="exact", denominator="people")  # type: ignore[arg-type]


@pytest.mark.parametrize("module", ["proportions", "synthesis"])
def test_import_is_cheap(module):
    heavy = "{'pandas', 'scipy', 'statsmodels', 'matplotlib'}"
    code = f"import sys, analysis_lib.{module}; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
