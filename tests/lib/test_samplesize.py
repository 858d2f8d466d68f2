"""Sample sizes against R, the published examples, and one against the other."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib import model_strength as strength
from analysis_lib.errors import CountError, DataError
from analysis_lib.samplesize import (
    CRITERIA,
    RECOMMENDED,
    Targets,
    affordable_parameters,
    expected,
    minimum_sample_size,
)

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/samplesize.csv")


def rows(kind):
    found = REFERENCE[REFERENCE["kind"] == kind]
    assert len(found)
    return found.itertuples()


def by_criterion(frame, column="n"):
    return dict(zip(frame["criterion"], frame[column], strict=True))


# ---- strength ------------------------------------------------------------------------------------


def test_largest_r2_and_r2_of_a_c_statistic_agree_with_r():
    for row in rows("maximum"):
        assert strength.max_cox_snell(row.a) == pytest.approx(row.value, rel=1e-12)
    for row in rows("from_c"):
        assert strength.cox_snell_from_c(row.a, row.b) == pytest.approx(row.value, rel=1e-8)


@pytest.mark.parametrize(
    ("c", "share", "drawn"), [(0.78, 0.2, 0.1579), (0.89, 0.174, 0.2902), (0.75, 0.1275, 0.0909)]
)
def test_r2_of_a_c_statistic_agrees_with_pmsampsize(c, share, drawn):
    """pmsampsize 1.1.3 draws a million patients: its error is about one in two hundred."""
    assert strength.cox_snell_from_c(c, share) == pytest.approx(drawn, rel=0.01)


@settings(deadline=None, max_examples=40)
@given(c=st.floats(0.52, 0.97), share=st.floats(0.02, 0.98))
def test_the_way_back_to_the_c_statistic(c, share):
    r2 = strength.cox_snell_from_c(c, share)
    assert 0 < r2 < strength.max_cox_snell(share)
    assert strength.c_from_cox_snell(r2, share) == pytest.approx(c, abs=1e-8)
    assert strength.cox_snell_from_c(c, 1 - share) == pytest.approx(r2)


def test_r2_of_two_groups_agrees_with_r():
    for row in rows("from_groups"):
        found = strength.cox_snell_of_groups([row.a, 1 - row.a], [row.b, row.c])
        assert found == pytest.approx(row.value, rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(
    risks=st.lists(st.floats(0.01, 0.99), min_size=2, max_size=5), share=st.floats(0.02, 0.98),
)  # fmt: skip
def test_groups_know_less_than_the_outcome_and_more_than_no_groups(risks, share):
    shares = [share, *[(1 - share) / (len(risks) - 1)] * (len(risks) - 1)]
    overall = sum(s * r for s, r in zip(shares, risks, strict=True))
    found = strength.cox_snell_of_groups(shares, risks)
    assert 0 <= found < strength.max_cox_snell(overall)
    split = strength.cox_snell_of_groups([*shares[:-1], *[shares[-1] / 2] * 2], [*risks, risks[-1]])
    assert split == pytest.approx(found, abs=1e-12)
    assert strength.cox_snell_of_groups(shares, [0.3] * len(risks)) == pytest.approx(0, abs=1e-12)


# ---- the criteria --------------------------------------------------------------------------------


def test_example_of_chagas_disease():
    """Riley 2019: 24 parameters, a share of 0.174, R² 0.288; 662 patients, 4.8 events for each."""
    found = minimum_sample_size(24, 0.174, 0.288).set_index("criterion")
    assert found.loc["shrinkage", "n"] == 623
    assert found.loc["optimism", "n"] == 662
    assert found.loc["overall_risk", "n"] == 221
    assert round(found.loc["optimism", "events_per_parameter"], 2) == 4.80
    assert round(found.loc["shrinkage", "events_per_parameter"], 2) == 4.52


def test_example_of_pre_eclampsia():
    """Riley 2020: 30 parameters, a share of 0.05, R² 0.05; 5249 patients, 8.75 events for each."""
    found = minimum_sample_size(30, 0.05, 0.05).set_index("criterion")
    assert dict(found["n"]) == {
        "overall_risk": 73, "prediction_error": 544, "shrinkage": 5249, "optimism": 1770,
    }  # fmt: skip
    assert list(found.index[found["decides"]]) == ["shrinkage"]
    assert round(found.loc["shrinkage", "events_per_parameter"], 2) == 8.75
    # And the R² of it: 15 % of the largest possible one.
    assert round(strength.cox_snell_from_nagelkerke(0.15, 0.05), 2) == 0.05


def test_numbers_of_pmsampsize():
    """Version 1.1.3, run once: a share of 0.2, C 0.78, 30 parameters."""
    found = by_criterion(minimum_sample_size(30, 0.2, 0.1579))
    assert (found["shrinkage"], found["optimism"], found["overall_risk"]) == (1556, 856, 246)


@pytest.mark.parametrize("name", CRITERIA)
def test_each_criterion_agrees_with_r(name):
    for row in rows(name):
        found = by_criterion(minimum_sample_size(int(row.a), row.b, row.c))
        assert found[name] == math.ceil(row.value)


def test_what_n_patients_give_agrees_with_r():
    names = {"shrinkage": "shrinkage", "optimism": "optimism", "error": "prediction_error"}
    for short, name in names.items():
        for row in rows(f"expected_{short}"):
            found = expected(int(row.d), int(row.a), row.b, row.c)
            assert getattr(found, name) == pytest.approx(row.value, rel=1e-8)
    for name in ("shrinkage", "optimism", "prediction_error"):
        for row in rows(f"room_{name}"):
            found = affordable_parameters(int(row.d), row.b, row.c)
            assert by_criterion(found, "room")[name] == pytest.approx(row.value, rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(
    p=st.integers(1, 40), share=st.floats(0.02, 0.98), part=st.floats(0.02, 0.9),
    n=st.integers(20, 5000),
)  # fmt: skip
def test_forth_and_back(p, share, part, n):
    """The size asked for reaches each target, one patient less does not; rooms agree with both."""
    r2 = part * strength.max_cox_snell(share)
    for name, needed in by_criterion(minimum_sample_size(p, share, r2)).items():
        if needed < 3:
            continue
        sign = 1 if name == "shrinkage" else -1
        enough, short = (
            getattr(expected(size, p, share, r2), name) for size in (needed, needed - 1)
        )
        target = getattr(RECOMMENDED, name)
        assert sign * (enough - target) >= -1e-9
        assert sign * (short - target) < 1e-9
    rooms = by_criterion(affordable_parameters(n, share, r2), "parameters")
    for name, room in rooms.items():
        if room:
            assert by_criterion(minimum_sample_size(room, share, r2))[name] <= n
        assert by_criterion(minimum_sample_size(room + 1, share, r2))[name] > n


def test_shrinkage_is_that_of_new_patients_drawn():
    """Ordinary studies of the size asked for: the slope in new patients is 0.9 on average."""
    from analysis_lib.logistic import fit_many

    rng = np.random.default_rng(20261124)
    p, beta = 8, np.full(8, 0.25)
    huge = rng.normal(size=(200_000, p))
    risk = 1 / (1 + np.exp(1 - huge @ beta))
    share = risk.mean()
    gain = np.mean(risk * np.log(risk) + (1 - risk) * np.log1p(-risk))
    null = share * math.log(share) + (1 - share) * math.log1p(-share)
    n = by_criterion(minimum_sample_size(p, share, 1 - math.exp(2 * (null - gain))))["shrinkage"]
    x = rng.normal(size=(400, n, p))
    y = rng.random((400, n)) < 1 / (1 + np.exp(1 - x @ beta))
    fits = fit_many(np.concatenate([np.ones((400, n, 1)), x], axis=2), y)
    slopes = fits.coefficients[:, 1:]
    slopes = (slopes @ beta) / (slopes**2).sum(axis=1)  # of the true predictor on the fitted one
    assert len(slopes) == 400
    assert slopes.mean() == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("p", [1, 3, 31])
def test_a_formula_beyond_its_range_is_noted(p):
    found = minimum_sample_size(p, 0.2, 0.1).set_index("criterion")["note"]
    assert found["prediction_error"] == f"{p} parameters: the formula is for 4 to 30"
    assert found.drop("prediction_error").isna().all()


@pytest.mark.parametrize("p", [4, 30])
def test_within_its_range_it_is_not(p):
    assert minimum_sample_size(p, 0.2, 0.1)["note"].isna().all()


def test_stricter_targets_ask_for_more():
    loose = minimum_sample_size(9, 0.13, 0.08)
    strict = minimum_sample_size(
        9, 0.13, 0.08,
        targets=Targets(overall_risk=0.03, prediction_error=0.03, shrinkage=0.95, optimism=0.02),
    )  # fmt: skip
    assert (strict["n"] > loose["n"]).all()


def test_the_words_of_a_result():
    found = expected(102, 9, 13 / 102, 0.08)
    assert format(found) == "shrinkage 0.50"
    assert format(found, "margin") == "6.5\N{NO-BREAK SPACE}%"
    assert format(found, "epp") == "1.4"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: minimum_sample_size(0, 0.1, 0.05),
            CountError,
            "0 parameters: give a whole number of at least 1",
        ),
        (lambda: minimum_sample_size(2.5, 0.1, 0.05), CountError, "2.5 parameters"),
        (lambda: minimum_sample_size(9, 12.7, 0.05), DataError, "not a percentage"),
        (lambda: minimum_sample_size(9, 0.0, 0.05), DataError, "outcome share"),
        (lambda: minimum_sample_size(9, math.nan, 0.05), DataError, "outcome share"),
        (lambda: minimum_sample_size(9, 0.1, 0.0), DataError, "above 0 and below 0.478"),
        (lambda: minimum_sample_size(9, 0.1, 0.5), DataError, "above 0 and below 0.478"),
        (lambda: minimum_sample_size(9, 0.1, math.nan), DataError, "above 0 and below"),
        (
            lambda: minimum_sample_size(9, 0.5, 0.7, targets=Targets(shrinkage=0.6)),
            DataError,
            "can't miss the target for shrinkage",
        ),
        (
            lambda: minimum_sample_size(9, 0.5, 0.7, targets=Targets(optimism=0.5)),
            DataError,
            "can't miss the target for optimism",
        ),
        (lambda: Targets(shrinkage=1.0), DataError, "target shrinkage"),
        (lambda: Targets(overall_risk=5), DataError, "target overall_risk"),
        (
            lambda: expected(1, 9, 0.1, 0.05),
            CountError,
            "1 patients: give a whole number of at least 2",
        ),
        (lambda: affordable_parameters(0, 0.1, 0.05), CountError, "at least 2"),
        (lambda: strength.cox_snell_from_c(0.5, 0.1), DataError, "knows nothing"),
        (lambda: strength.cox_snell_from_c(1.0, 0.1), DataError, "below 1"),
        (lambda: strength.cox_snell_from_c(0.8, True), DataError, "outcome share"),
        (lambda: strength.cox_snell_from_nagelkerke(1.0, 0.1), DataError, "Nagelkerke"),
        (lambda: strength.max_cox_snell(1.0), DataError, "outcome share"),
        (lambda: strength.c_from_cox_snell(0.6, 0.1), DataError, "below 0.478"),
        (lambda: strength.cox_snell_of_groups([0.4], [0.1, 0.2]), DataError, "1 shares but 2"),
        (lambda: strength.cox_snell_of_groups([0.4, 0.4], [0.1, 0.2]), DataError, "add up to 0.8"),
        (lambda: strength.cox_snell_of_groups([0.4, 0.6], [0.1, 1]), DataError, "risk of a group"),
        (lambda: strength.cox_snell_of_groups([1.0, 0.0], [0.1, 0.2]), DataError, "share of a"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
