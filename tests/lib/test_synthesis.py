"""Random-effects synthesis, against R, against theory and by simulation."""

from __future__ import annotations

import functools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib import binomial_normal
from analysis_lib.errors import CountError, DataError, MissingColumnError
from analysis_lib.synthesis import Pooled, binomial_glmm, leave_one_out, logit_reml

R = Path(__file__).parents[1] / "reference_r"
COUNTS = pd.read_csv(R / "synthesis_counts.csv", dtype={"label": str})
REFERENCE = pd.read_csv(R / "synthesis.csv")
CASES = sorted(COUNTS["case"].unique())
FITS = {"logit_reml": logit_reml, "binomial_glmm": binomial_glmm}
SETTINGS = settings(max_examples=25, deadline=None, derandomize=True)

# Relative tolerances, with reasons in tests/reference_r/README.md.
TOLERANCE = {
    "metafor::rma": 1e-9,
    "lme4 deviance function": 5e-6,
    "metafor::rma.glmm": 1e-5,
    "lme4::confint": 2e-2,
    "stats::glm": 1e-7,
}
DEVIANCE_TOLERANCE = 1e-8
# The spline of lme4 misses a limit that its own deviance function puts elsewhere (README.md).
INTERPOLATED_AWRY = ("three_studies", "lme4::confint", "tau2_lower")

both = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
study = st.integers(5, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
several = st.lists(study, min_size=2, max_size=7)


def frame(pairs, **columns):
    x, n = zip(*pairs, strict=True)
    labels = [f"study {i}" for i in range(len(x))]
    return pd.DataFrame({"label": labels, "events": x, "n": n, **columns})


def logit(p):
    return math.log(p / (1 - p))


@functools.cache
def fitted(case, method):
    return FITS[method](COUNTS[COUNTS["case"] == case])


def ours(case, method, quantity):
    d = COUNTS[COUNTS["case"] == case]
    special = {
        "deviance": lambda: binomial_normal.fit(d["events"], d["n"]).deviance,
        "deviance_common": lambda: binomial_normal.common_deviance(d["events"], d["n"]),
        "deviance_at_half": lambda: at(logit(0.2), 0.5),
        "deviance_at_two": lambda: at(-1.0, 2.0),
    }

    def at(mu, tau):
        return binomial_normal.deviance(mu, tau, d["events"], d["n"])[0]

    if quantity in special:
        return special[quantity]()
    return getattr(fitted(case, method), quantity)


# ---- against R -----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_r(case):
    rows = REFERENCE[REFERENCE["case"] == case]
    assert {"metafor::rma"} < set(rows["source"])
    for row in rows.itertuples():
        if (case, row.source, row.quantity) == INTERPOLATED_AWRY:
            continue
        rtol = DEVIANCE_TOLERANCE if "deviance" in row.quantity else TOLERANCE[row.source]
        np.testing.assert_allclose(
            ours(case, row.method, row.quantity),
            row.value,
            rtol=rtol,
            atol=1e-9,  # REML ends near 0, not at it, where the boundary is the maximum
            err_msg=f"{case}, {row.source}, {row.quantity}",
        )


def test_reference_has_the_edges():
    assert {"same_proportion", "zero_counts", "pritz1997", "debruin2009"} <= set(CASES)
    assert REFERENCE.groupby("case")["method"].nunique().eq(2).all()
    zero = REFERENCE[(REFERENCE["quantity"] == "tau2") & (REFERENCE["value"] < 1e-9)]
    assert zero["case"].nunique() >= 3
    sources = REFERENCE["source"].value_counts()
    assert set(sources.index) == set(TOLERANCE)
    assert sources["lme4 deviance function"] >= 150


def test_quadrature_against_direct_integration():
    """Seven adaptive points against an integral that shares no code with them."""
    from scipy.integrate import quad
    from scipy.stats import binom, norm

    def integral(x, n, mu, tau):
        def integrand(u):
            return binom.pmf(x, n, 1 / (1 + math.exp(-mu - tau * u))) * norm.pdf(u)

        return quad(integrand, -9, 9, points=[-2, 0, 2], epsabs=1e-13)[0]

    for x, n, mu, tau in [(8, 30, -1.5, 0.6), (0, 93, -4.0, 0.8), (146, 204, 0.6, 0.7)]:
        exact = -2 * math.log(integral(x, n, mu, tau) / binom.pmf(x, n, x / n))
        assert binomial_normal.deviance(mu, tau, [x], [n])[0] == pytest.approx(exact, abs=1e-4)


# ---- what must hold ------------------------------------------------------------------------------


@both
@SETTINGS
@given(several, st.randoms(use_true_random=False))
def test_order_of_studies_does_not_matter(fit, pairs, random):
    studies = frame(pairs)
    shuffled = studies.sample(frac=1, random_state=random.randrange(1000))
    one, two = fit(studies), fit(shuffled)
    for name in ("estimate", "lower", "upper", "tau2", "q"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name), rtol=1e-6, atol=1e-7)


@both
@SETTINGS
@given(several)
def test_non_events_mirror_events(fit, pairs):
    one, two = fit(frame(pairs)), fit(frame([(n - x, n) for x, n in pairs]))
    mirrored = (1 - two.estimate, 1 - two.upper, 1 - two.lower, two.tau2, two.q)
    np.testing.assert_allclose(
        mirrored, (one.estimate, one.lower, one.upper, one.tau2, one.q), rtol=1e-6, atol=1e-7
    )


@both
@SETTINGS
@given(several)
def test_intervals_hold_what_they_should(fit, pairs):
    found = fit(frame(pairs))
    if math.isnan(found.lower):
        assert found.warnings
        return
    # With two studies the t interval can reach where floats can't tell it from 0 or 1.
    assert 0 <= found.lower <= found.estimate <= found.upper <= 1
    assert found.tau2 >= 0
    if not math.isnan(found.prediction_lower):
        assert found.prediction_lower <= found.lower + 1e-12
        assert found.prediction_upper >= found.upper - 1e-12
    if fit is binomial_glmm and not math.isnan(found.tau2_upper):
        assert found.tau2_lower <= found.tau2 <= found.tau2_upper
    assert 0 <= found.i2 < 1
    assert found.q >= 0
    assert 0 <= found.q_p <= 1


@both
@SETTINGS
@given(st.integers(1, 9), st.integers(2, 6), st.lists(st.integers(1, 12), min_size=2, max_size=6))
def test_equal_proportions_leave_nothing_between_studies(fit, x, rest, sizes):
    found = fit(frame([(x * s, (x + rest) * s) for s in sizes]))
    assert found.tau2 == 0
    assert found.i2 == 0
    assert found.tau2_lower == 0
    assert found.q == pytest.approx(0, abs=1e-10)
    assert found.q_p == pytest.approx(1)
    assert found.estimate == pytest.approx(x / (x + rest), abs=1e-9)
    assert any("tau2 is estimated at 0" in warning for warning in found.warnings)


def test_glmm_without_heterogeneity_is_logistic_regression_of_the_sums():
    found = binomial_glmm(frame([(9, 50), (22, 100), (14, 75), (9, 40)]))
    assert found.tau2 == 0
    assert found.estimate == pytest.approx(54 / 265, abs=1e-10)
    assert found.se == pytest.approx(math.sqrt(1 / 54 + 1 / 211), rel=1e-7)
    half = 4.302652729911275 * found.se  # t on two degrees of freedom
    assert logit(found.prediction_lower) == pytest.approx(found.logit - half, rel=1e-9)
    assert logit(found.prediction_upper) == pytest.approx(found.logit + half, rel=1e-9)


def test_tau2_limits_of_the_glmm_lie_where_the_profile_says():
    d = COUNTS[COUNTS["case"] == "pritz1997"]
    found = fitted("pritz1997", "binomial_glmm")
    best = binomial_normal.fit(d["events"], d["n"]).deviance
    for tau2 in (found.tau2_lower, found.tau2_upper):
        grid = np.linspace(found.logit - 2, found.logit + 2, 4001)
        profile = binomial_normal.deviance(grid, math.sqrt(tau2), d["events"], d["n"]).min()
        assert profile - best == pytest.approx(3.841458820694124, abs=1e-4)


def test_more_of_the_same_studies_narrow_the_interval():
    pairs = [(11, 87), (8, 30), (3, 56), (18, 93)]
    for fit in FITS.values():
        once, often = fit(frame(pairs)), fit(frame(pairs * 4))
        assert often.upper - often.lower < 0.6 * (once.upper - once.lower)


def test_level_widens():
    pairs = [(11, 87), (8, 30), (3, 56), (18, 93)]
    for fit in FITS.values():
        narrow, wide = fit(frame(pairs), level=0.8), fit(frame(pairs), level=0.99)
        assert wide.lower < narrow.lower < narrow.upper < wide.upper
        assert wide.tau2_upper > narrow.tau2_upper
        assert wide.prediction_upper > narrow.prediction_upper
        assert (wide.estimate, wide.level) == (narrow.estimate, 0.99)


# ---- edges ---------------------------------------------------------------------------------------


def warned(found, words):
    return any(words in warning for warning in found.warnings)


@both
def test_one_study_keeps_its_own_interval(fit):
    found = fit(frame([(29, 102)]))
    half = 1.959963984540054 * math.sqrt(1 / 29 + 1 / 73)
    assert found.estimate == pytest.approx(29 / 102)
    assert logit(found.upper) - logit(found.lower) == pytest.approx(2 * half)
    for name in ("tau2", "tau2_upper", "i2", "i2_lower", "prediction_lower", "q_p"):
        assert math.isnan(getattr(found, name)), name
    assert warned(found, "One study: nothing is pooled")
    assert (found.studies, found.q_df) == (1, 0)


@both
def test_two_studies_warn_and_have_no_prediction(fit):
    found = fit(frame([(11, 87), (8, 30)]))
    assert warned(found, "Two studies: tau2 is barely estimated, and a prediction interval needs")
    assert math.isnan(found.prediction_upper)
    assert found.lower < found.estimate < found.upper


@both
def test_few_studies_warn(fit):
    assert warned(fit(frame([(11, 87), (8, 30), (3, 56)])), "3 studies, fewer than 5")
    assert not warned(fit(frame([(11, 87), (8, 30), (3, 56)] * 2)), "fewer than 5")


def test_normal_quantiles_warn_below_ten_studies():
    pairs = [(11, 87), (8, 30), (13, 56)]
    assert warned(binomial_glmm(frame(pairs * 3)), "9 studies, fewer than 10")
    assert not warned(binomial_glmm(frame([*(pairs * 3), (11, 87)])), "normal quantiles")
    assert not warned(logit_reml(frame(pairs)), "normal quantiles")


def test_knapp_hartung_below_one_is_named_and_not_raised():
    found = fitted("thermal_severe_hypocalcaemia", "logit_reml")
    assert warned(found, "Knapp-Hartung scaling is 0.49, below 1, and is not raised to 1")
    equal = fitted("same_proportion", "logit_reml")
    assert equal.upper - equal.lower < 1e-7  # what the warning is about
    assert warned(equal, "Knapp-Hartung scaling")
    assert not warned(fitted("pritz1997", "logit_reml"), "Knapp-Hartung")


def test_empty_q_profile_is_said():
    found = fitted("same_proportion", "logit_reml")
    assert (found.tau2_lower, found.tau2_upper) == (0, 0)
    assert warned(found, "Q-profile interval of tau2 is empty")
    assert not warned(fitted("pritz1997", "logit_reml"), "Q-profile")


def test_half_is_added_only_where_a_cell_is_empty_and_named():
    pairs = [(0, 93), (5, 102), (4, 87), (23, 23)]
    found = logit_reml(frame(pairs))
    assert warned(found, "'study 0', 'study 3'")
    assert not warned(logit_reml(frame(pairs[1:3])), "0.5 was added")
    alone = logit_reml(frame(pairs[:1]))
    assert alone.estimate == pytest.approx(0.5 / 94)
    assert (alone.events, alone.n) == (0, 93)


@pytest.mark.parametrize("every", [False, True])
def test_no_event_anywhere_is_an_outcome(every):
    pairs = [(n if every else 0, n) for n in (23, 63, 102)]
    found = binomial_glmm(frame(pairs))
    assert found.estimate == (1 if every else 0)
    for name in ("lower", "upper", "tau2", "tau2_upper", "i2", "prediction_upper", "se"):
        assert math.isnan(getattr(found, name)), name
    assert (found.q, found.q_p) == (0, 1)
    assert warned(found, "No non-events in any" if every else "No events in any")
    shown = "100.0" if every else "0.0"
    assert f"{found}" == f"{shown}\N{NO-BREAK SPACE}% (95\N{NO-BREAK SPACE}% CI not estimable)"


def test_none_against_all_is_an_outcome():
    found = binomial_glmm(frame([(0, 10), (10, 10), (0, 12), (9, 9)]))
    assert math.isnan(found.estimate)
    assert math.isnan(found.tau2)
    assert found.q_p < 0.001
    assert warned(found, "keeps rising with tau2")
    assert "not estimable" in f"{found}"


def test_few_events_warn():
    found = fitted("thermal_voice_change_permanent", "binomial_glmm")
    assert warned(found, "Only 2 events in all")
    mirrored = binomial_glmm(frame([(101, 102), (86, 87), (93, 93)]))
    assert warned(mirrored, "Only 2 non-events in all")
    assert not warned(fitted("pritz1997", "binomial_glmm"), "in all")


def test_lower_limit_of_tau2_is_zero_where_the_boundary_is_within():
    assert fitted("thermal_voice_change_any", "binomial_glmm").tau2_lower == 0
    assert fitted("pritz1997", "binomial_glmm").tau2_lower > 0.1


def test_unbounded_profile_is_said():
    found = binomial_glmm(frame([(0, 100)] * 3 + [(1, 100), (60, 100)]))
    assert math.isnan(found.tau2_upper)
    assert found.tau2_lower > 1
    assert warned(found, "gives no upper limit (tau up to 10)")
    assert warned(found, "7 quadrature points are too few")
    assert not warned(fitted("zero_counts", "binomial_glmm"), "quadrature")
    assert "not estimable" in f"{found:tau2}"


def test_ripples_of_the_quadrature_leave_a_warning_and_no_interval():
    found = binomial_glmm(frame([(2, 2), (3, 3), (2, 2), (3, 3), (2, 2), (0, 2), (1, 2), (1, 1)]))
    assert math.isnan(found.lower) or found.se < 10
    assert warned(found, "7 quadrature points are too few")


# ---- leaving one out -----------------------------------------------------------------------------


@both
def test_leave_one_out_is_the_fit_without_that_study(fit):
    studies = frame([(11, 87), (8, 30), (3, 56), (18, 93)])
    table = leave_one_out(studies, fit)
    assert list(table["left_out"]) == list(studies["label"])
    rest = fit(studies.drop(index=2))
    row = table.iloc[2]
    names = ("estimate", "lower", "upper", "prediction_lower", "prediction_upper", "tau2", "i2")
    assert [row[name] for name in names] == [getattr(rest, name) for name in names]
    assert (row["studies"], row["events"], row["n"]) == (3, 37, 210)
    assert "3 studies" in row["warnings"]


def test_leave_one_out_takes_a_level_and_any_index():
    studies = frame([(11, 87), (8, 30), (3, 56)]).set_axis(["a", "a", "b"])
    table = leave_one_out(studies, functools.partial(logit_reml, level=0.8))
    assert table["lower"].iloc[0] == logit_reml(studies.iloc[1:], level=0.8).lower


def test_leave_one_out_survives_the_only_study_with_events():
    table = leave_one_out(frame([(0, 93), (1, 102), (0, 87)]), binomial_glmm)
    assert table["estimate"].iloc[1] == 0
    assert "No events in any study" in table["warnings"].iloc[1]


def test_leave_one_out_needs_two():
    with pytest.raises(DataError, match="leaving it out leaves none"):
        leave_one_out(frame([(1, 2)]), logit_reml)


# ---- refusals ------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("column", ["label", "events", "n"])
def test_refuses_a_missing_column(fit, column):
    with pytest.raises(MissingColumnError, match=f"no column '{column}'.*label, events, n"):
        fit(frame([(1, 5), (2, 5)]).drop(columns=column))


@both
def test_refuses_no_study(fit):
    with pytest.raises(DataError, match="no study to pool; check the filter"):
        fit(frame([(1, 5)]).iloc[:0])


@both
@pytest.mark.parametrize("bad", [(6, 5), (-1, 5), (0, 0), (1.5, 5), (float("nan"), 5)])
def test_refuses_counts_and_names_the_study(fit, bad):
    with pytest.raises(CountError, match=r"study 'study 1': ") as caught:
        fit(frame([(1.0, 5), bad]))
    assert f"{float(bad[0])} events of {bad[1]}" in str(caught.value)


@both
def test_refuses_labels(fit):
    with pytest.raises(DataError, match=r"'Wei'.*comes twice"):
        fit(frame([(1, 5), (2, 5)]).assign(label=["Wei", "Wei"]))
    with pytest.raises(DataError, match="no label; name each one"):
        fit(frame([(1, 5), (2, 5)]).assign(label=["Wei", None]))


@both
def test_refuses_units(fit):
    with pytest.raises(DataError, match=r"'glands', 'patients'.*different questions"):
        fit(frame([(1, 5), (2, 5)], unit=["patients", "glands"]))
    with pytest.raises(DataError, match="'people'"):
        fit(frame([(1, 5), (2, 5)], unit="people"))


@both
@pytest.mark.parametrize("level", [0, 1, 95])
def test_refuses_a_level(fit, level):
    with pytest.raises(DataError, match=f"level is {level}"):
        fit(frame([(1, 5), (2, 5)]), level=level)


# ---- the result ----------------------------------------------------------------------------------


def test_result_is_written_from_its_numbers():
    found = fitted("thermal_target_pth", "logit_reml")
    assert isinstance(found, Pooled)
    space = "\N{NO-BREAK SPACE}"
    assert f"{found}".replace(space, " ") == "64.6 % (95 % CI 41.3 to 82.6 %)"
    assert f"{found:interval}".replace(space, " ") == "41.3 to 82.6 %"
    assert f"{found:prediction}".replace(space, " ") == "15.7 to 94.7 %"
    assert f"{found:tau2}".replace(space, " ") == "0.65 (95 % CI 0.16 to 4.98)"
    assert f"{found:i2}".replace(space, " ") == "86 % (95 % CI 60 to 98 %)"
    assert f"{found:q}" == "29.0 on 5 df"
    assert (f"{found:studies}", f"{found:events}", f"{found:patients}") == ("6", "284", "396")
    assert found.to_dict()["type"] == "Pooled"


def test_glands_are_not_written_as_patients():
    found = binomial_glmm(frame([(60, 63), (40, 44)], unit="glands"))
    assert found.denominator == "glands"
    assert f"{found:glands}" == "107"
    with pytest.raises(DataError, match="no format code 'patients'"):
        f"{found:patients}"


# ---- simulation ----------------------------------------------------------------------------------


def simulate(fit, *, p, tau, k, sizes, replicates, seed):
    """Bias of the logit, and share of intervals that hold the true one."""
    rng = np.random.default_rng(seed)
    errors, covered = [], []
    for _ in range(replicates):
        n = rng.integers(*sizes, k)
        u = rng.standard_normal(k)
        x = rng.binomial(n, 1 / (1 + np.exp(-logit(p) - tau * u)))
        found = fit(frame(list(zip(x, n, strict=True))))
        errors.append(found.logit - logit(p))
        covered.append(found.lower <= p <= found.upper)
    return float(np.mean(errors)), float(np.mean(covered))


def test_glmm_is_unbiased_with_rare_events_where_corrected_logits_are_not():
    design = {"p": 0.018, "tau": 0.5, "k": 24, "sizes": (30, 150), "replicates": 70, "seed": 20240}
    bias, coverage = simulate(binomial_glmm, **design)
    assert abs(bias) < 0.06  # standard error of the simulation 0.02
    assert coverage > 0.87  # 95 % less three standard errors
    bias, coverage = simulate(logit_reml, **design)
    assert bias > 0.25  # pulled towards one half by the added 0.5
    assert coverage < 0.6


def test_knapp_hartung_covers_with_few_studies_where_normal_quantiles_do_not():
    design = {"p": 0.3, "tau": 0.6, "k": 5, "sizes": (40, 200), "seed": 7}
    bias, coverage = simulate(logit_reml, replicates=600, **design)
    assert abs(bias) < 0.05
    assert 0.925 < coverage < 0.975  # 95 % give or take three standard errors
    bias, coverage = simulate(binomial_glmm, replicates=60, **design)
    assert abs(bias) < 0.15
    assert 0.72 < coverage < 0.93  # why the warning about fewer than ten studies is there
