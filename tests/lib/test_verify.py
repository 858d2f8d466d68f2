"""The verification notices each claim that the rows stop showing, and no other."""

import dataclasses
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort, prediction, published, verify
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.published import claim

NOT_IN_ROWS = ["design_setting", "target_definition"]
MODEL = ["predictor_pth_or", "predictor_pth_p", "predictor_only_one"]
CUTOFF = claim("predictor_pth_cutoff").number
TARGET = claim("target_definition").number
PAIRED = ["pth", "calcium", "phosphorus", "alp"]


@pytest.fixture(scope="module")
def shipped():
    return cohort.load()


@pytest.fixture
def copy(shipped):
    return cohort.Cohort(
        patients=shipped.patients.copy(), glands=shipped.glands.copy(), labs=shipped.labs.copy()
    )


@pytest.fixture(scope="module")
def table(shipped):
    return verify.verify(shipped)


# ---- the shipped cohort shows every claim --------------------------------------------------------


def test_every_claim_has_a_row_in_the_order_of_the_file(table):
    assert table["claim_id"].tolist() == published.claims().index.tolist()
    assert list(table) == [
        "claim_id", "quantity", "published", "found", "value", "holds", "reason",
    ]  # fmt: skip
    assert table["reason"].str.len().gt(0).all()


def test_every_claim_that_rows_can_show_holds(table):
    assert verify.failed(table) == []
    assert table.loc[table["holds"].isna(), "claim_id"].tolist() == NOT_IN_ROWS
    assert table.loc[table["holds"].isna(), "value"].isna().all()


@pytest.mark.parametrize(
    "claim_id",
    [c for c in published.claims().index if not c.startswith(("design", "change", "target_def"))],
)
def test_what_is_found_is_written_like_the_claim(table, claim_id):
    row = table.set_index("claim_id").loc[claim_id]
    assert row["found"] == row["published"] == format(claim(claim_id))


def test_the_odds_ratio_agrees_with_another_implementation(shipped, table):
    """Newton's method written out: ten lines that share nothing with statsmodels."""
    frame = cohort.analysis_frame(shipped)
    model = prediction.published_model(frame)
    terms = model.loc[model["stage"].eq("multivariable"), "term"].tolist()
    used = frame[[*terms, "treatment_failure"]].dropna().astype(float)
    x = np.column_stack([np.ones(len(used)), used[terms]])
    y = used["treatment_failure"].to_numpy()
    b = np.zeros(x.shape[1])
    for _ in range(30):
        mu = 1 / (1 + np.exp(-x @ b))
        information = x.T @ (x * (mu * (1 - mu))[:, None])
        b = b + np.linalg.solve(information, x.T @ (y - mu))
    se = np.sqrt(np.diag(np.linalg.inv(information)))
    fitted = model[model["stage"].eq("multivariable")]
    np.testing.assert_allclose(fitted["log_odds_ratio"], b[1:], rtol=1e-6)
    np.testing.assert_allclose(fitted["se"], se[1:], rtol=1e-6)
    value = table.set_index("claim_id").loc["predictor_pth_or", "value"]
    assert value == pytest.approx(np.exp(b[1:][terms.index("pth_high")]), rel=1e-6)


# ---- one claim broken at a time ------------------------------------------------------------------


def frame_of(c):
    return cohort.analysis_frame(c).set_index("patient_id")


def last_rows(c, analyte):
    """The row of the last value of each patient, as a series of labels of ``labs``."""
    rows = c.labs[c.labs["analyte"].eq(analyte) & c.labs["visit"].ne("baseline")]
    rows = rows.dropna(subset=["value"]).sort_values("day")
    return (
        rows.groupby("patient_id")
        .tail(1)
        .set_index("patient_id", append=True)
        .reset_index(0)["level_0"]
    )


def set_baseline_pth(c, patient_ids, value):
    rows = c.labs["analyte"].eq("pth") & c.labs["visit"].eq("baseline")
    c.labs.loc[rows & c.labs["patient_id"].isin(patient_ids), "value"] = value


def of_patient(c, patient_id):
    return c.patients["patient_id"].eq(patient_id)


def ablate_too_early(c):
    c.patients.loc[0, "ablation_date"] = pd.Timestamp("2013-12-31")


def ablate_too_late(c):
    c.patients.loc[0, "ablation_date"] = pd.Timestamp("2023-08-01")


def forget_earlier_treatment(c):
    c.patients.loc[3, "earlier_treatment"] = pd.NA


def forget_course(c):
    c.patients.loc[3, "disease_course"] = pd.NA


def add_a_patient(c):
    """One more like the first who reached the target, with glands and values."""
    reached = frame_of(c)["target_reached"]
    like = reached.index[reached.eq(True)][0]
    for name in cohort.TABLES:
        rows = getattr(c, name)
        more = rows[rows["patient_id"].eq(like)].assign(patient_id="ONE-MORE")
        object.__setattr__(c, name, pd.concat([rows, more], ignore_index=True))


def add_a_gland(c):
    more = c.glands.iloc[[0]].assign(gland_id="ONE-MORE")
    object.__setattr__(c, "glands", pd.concat([c.glands, more], ignore_index=True))


def age_all(c):
    c.patients["age_years"] += 3


def spread_ages(c):
    """Twice the distance from the mean: another SD, the same mean, the same models."""
    ages = 2 * c.patients["age_years"]
    c.patients["age_years"] = ages - round(float(ages.mean()) - claim("cohort_age_mean").number)


def follow_longer(c):
    c.patients["followup_months"] += 2


def one_failure_less(c):
    failure = frame_of(c)["treatment_failure"]
    patient_id = failure.index[failure.eq(True)][0]
    c.labs.loc[last_rows(c, "pth")[patient_id], "value"] = TARGET


def lose_the_pth_of_one(c):
    reached = frame_of(c)["target_reached"]
    patient_id = reached.index[reached.eq(True)][0]
    rows = c.labs["patient_id"].eq(patient_id) & c.labs["analyte"].eq("pth")
    c.labs.loc[rows & c.labs["visit"].ne("baseline"), "value"] = pd.NA


def raise_pth_of_failures(c):
    failure = frame_of(c)["treatment_failure"]
    last = last_rows(c, "pth")
    c.labs.loc[last[last.index.isin(failure.index[failure.eq(True)])], "value"] += 1e6


def raise_last(analyte):
    def mutate(c):
        last = last_rows(c, analyte)
        late = c.labs.loc[last, "day"].gt(cohort.NADIR_DAYS).to_numpy()
        c.labs.loc[last[late], "value"] += 2 * c.labs.loc[last, "value"].max()

    return mutate


def no_change(analyte):
    """Last value as at baseline: nothing to test."""

    def mutate(c):
        baseline = frame_of(c)[f"{analyte}_baseline_{cohort.SUFFIXES[analyte]}"]
        last = last_rows(c, analyte)
        c.labs.loc[last, "value"] = baseline.loc[last.index].to_numpy()

    return mutate


def miss_a_gland(c):
    c.glands.loc[0, "complete_ablation"] = False


def fail_in_a_patient(c):
    c.patients.loc[0, "technical_success"] = False


def another_paralysis(c):
    rows = c.patients["nerve_paralysis"].ne("persistent")
    c.patients.loc[rows.idxmax(), "nerve_paralysis"] = "persistent"


def paralysis_passes(c):
    c.patients["nerve_paralysis"] = c.patients["nerve_paralysis"].replace("persistent", "transient")


def early_calcium(c, patient_id):
    rows = c.labs["patient_id"].eq(patient_id) & c.labs["analyte"].eq("calcium")
    return rows & c.labs["visit"].ne("baseline") & c.labs["day"].le(cohort.NADIR_DAYS).fillna(False)


def another_hypocalcaemia(c):
    """Flag and calcium agree, and there is one more."""
    patient_id = c.patients.loc[~c.patients["severe_hypocalcaemia"], "patient_id"].iloc[0]
    c.patients.loc[of_patient(c, patient_id), "severe_hypocalcaemia"] = True
    c.labs.loc[early_calcium(c, patient_id).idxmax(), "value"] = 1.7


def calcium_of_a_flag_is_normal(c):
    patient_id = c.patients.loc[c.patients["severe_hypocalcaemia"], "patient_id"].iloc[0]
    c.labs.loc[early_calcium(c, patient_id), "value"] = 1.9


def calcium_without_a_flag_is_low(c):
    patient_id = c.patients.loc[~c.patients["severe_hypocalcaemia"], "patient_id"].iloc[0]
    c.labs.loc[early_calcium(c, patient_id).idxmax(), "value"] = 1.8


def one_with_sequelae(c):
    rows = c.patients["severe_hypocalcaemia"]
    c.patients.loc[rows.idxmax(), "hypocalcaemia_sequelae"] = True


def shift_the_cut_off(c):
    """The best cut-off becomes the next number up; the groups stay as they are."""
    pth = frame_of(c)["pth_baseline_pg_ml"]
    set_baseline_pth(c, pth.index[pth.eq(CUTOFF)], CUTOFF + 0.6)


def raise_all_above_the_cut_off(c):
    """The same groups again, but no observed value is the published one."""
    frame = frame_of(c)
    high = frame.index[frame["pth_high"].eq(True)]
    set_baseline_pth(c, high, CUTOFF + 100)


def failures_go_below_the_cut_off(c):
    frame = frame_of(c)
    rows = frame["pth_high"].eq(True) & frame["treatment_failure"].eq(True)
    set_baseline_pth(c, frame.index[rows][:3], 900)


def failures_grow_old(c):
    """Ages change places between patients: most failures are among the oldest."""
    failure = frame_of(c)["treatment_failure"].loc[c.patients["patient_id"]]
    order = np.argsort(failure.to_numpy(dtype=float), kind="stable")
    swap = [0, 1, len(order) - 1, len(order) - 2]
    order[swap] = order[swap[::-1]]
    ages = np.sort(c.patients["age_years"].to_numpy(dtype=int))
    c.patients.loc[order, "age_years"] = ages


MUTATIONS = [
    # what is done to the rows, claims that must fail, claims that may fail with them
    (ablate_too_early, ["design_window_start"], []),
    (ablate_too_late, ["design_window_end"], []),
    (forget_earlier_treatment, ["design_population"], []),
    (forget_course, ["design_population"], []),
    # One patient more adds glands, and changes every share and model.
    (
        add_a_patient,
        ["cohort_participants", "cohort_glands"],
        ["cohort_age_mean", "cohort_age_sd", "cohort_followup", "target_reached",
         "severe_hypocalcaemia_count", "severe_hypocalcaemia_percent",
         "hypocalcaemia_comorbidity", "predictor_pth_cutoff", *MODEL],
    ),
    (add_a_gland, ["cohort_glands"], MODEL),  # the count of glands is a candidate
    (age_all, ["cohort_age_mean"], []),
    (spread_ages, ["cohort_age_sd"], []),
    (follow_longer, ["cohort_followup"], []),
    # The outcome of the model is the target.
    (one_failure_less, ["target_reached"], ["predictor_pth_cutoff", *MODEL]),
    (lose_the_pth_of_one, ["target_reached"], ["predictor_pth_cutoff", *MODEL]),
    (raise_pth_of_failures, ["change_pth"], []),
    *((raise_last(analyte), [f"change_{analyte}"], []) for analyte in PAIRED[1:]),
    # Calcium of baseline may be that of a patient whose flag says otherwise.
    *((no_change(analyte), [f"change_{analyte}"], []) for analyte in ("phosphorus", "alp")),
    (miss_a_gland, ["technical_success"], []),
    (fail_in_a_patient, ["technical_success"], []),
    # Count and percentage are one statement.
    (another_paralysis, ["nerve_paralysis_count", "nerve_paralysis_percent"], []),
    (paralysis_passes, ["nerve_paralysis_count", "nerve_paralysis_percent"], []),
    (
        another_hypocalcaemia,
        ["severe_hypocalcaemia_count", "severe_hypocalcaemia_percent",
         "hypocalcaemia_comorbidity"],  # printed as none of 29
        [],
    ),
    (
        calcium_of_a_flag_is_normal,
        ["severe_hypocalcaemia_count", "severe_hypocalcaemia_percent"],
        [],
    ),
    (
        calcium_without_a_flag_is_low,
        ["severe_hypocalcaemia_count", "severe_hypocalcaemia_percent"],
        [],
    ),
    (one_with_sequelae, ["hypocalcaemia_comorbidity"], []),
    (shift_the_cut_off, ["predictor_pth_cutoff"], []),
    (raise_all_above_the_cut_off, ["predictor_pth_cutoff"], []),
    # Odds ratio, p-value and verdict come from one fit of one grouping.
    (failures_go_below_the_cut_off, ["predictor_pth_or", "predictor_pth_p"],
     ["predictor_only_one", "predictor_pth_cutoff"]),
    (failures_grow_old, ["predictor_only_one"], ["predictor_pth_or", "predictor_pth_p"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mutate", "broken", "dependants"),
    MUTATIONS,
    ids=[f"{m.__qualname__.split('.')[0]}-{b[0]}" for m, b, _ in MUTATIONS],
)
def test_a_broken_claim_is_named_and_no_other(copy, mutate, broken, dependants):
    mutate(copy)
    table = verify.verify(copy)
    found = verify.failed(table)
    assert set(broken) <= set(found) <= {*broken, *dependants}, table.loc[
        table["claim_id"].isin({*found, *broken}), ["claim_id", "found", "reason"]
    ].to_dict("records")


def test_every_claim_that_rows_can_show_was_broken():
    broken = {claim_id for _, claims, _ in MUTATIONS for claim_id in claims}
    assert broken == set(published.claims().index) - set(NOT_IN_ROWS)


def test_an_observed_flag_is_taken_as_it_is(copy):
    calcium_of_a_flag_is_normal(copy)
    for name in cohort.TABLES:
        getattr(copy, name)["status"] = "observed"
    assert verify.failed(verify.verify(copy)) == []


def test_the_threshold_of_hypocalcaemia_is_a_setting(shipped):
    found = verify.failed(verify.verify(shipped, severe_below=0.5))
    assert found == ["severe_hypocalcaemia_count", "severe_hypocalcaemia_percent"]


# ---- cohorts in which nothing can be estimated ---------------------------------------------------


def reasons(c, claim_ids):
    table = verify.verify(c).set_index("claim_id")
    assert not table.loc[claim_ids, "holds"].any()
    return table.loc[claim_ids, "reason"].tolist()


@pytest.mark.parametrize(("value", "events"), [(100.0, 0), (900.0, 102)])
def test_without_failures_or_without_successes_nothing_is_estimated(copy, value, events):
    copy.labs.loc[last_rows(copy, "pth"), "value"] = value
    for reason in reasons(copy, [*MODEL, "predictor_pth_cutoff"]):
        assert f"{events} of 102 patients" in reason


def test_a_cut_off_that_shares_its_place_does_not_hold(copy):
    """Two failures and two others, so that two cut-offs tell them apart equally well."""
    failure = frame_of(copy)["treatment_failure"]
    some = [*failure.index[failure.eq(True)][:2], *failure.index[failure.eq(False)][:2]]
    few = cohort.Cohort(
        **{
            name: frame[frame["patient_id"].isin(some)].reset_index(drop=True)
            for name, frame in vars(copy).items()
        }
    )
    for patient_id, value in zip(some, (2000.0, CUTOFF, 1800.0, 1000.0), strict=True):
        set_baseline_pth(few, [patient_id], value)
    (reason,) = reasons(few, ["predictor_pth_cutoff"])
    assert reason == (
        "sensitivity plus specificity less one is 0.500, the highest of 4 cut-offs; "
        "so high at 2 of them"
    )


def test_separation_is_said_and_not_estimated(copy):
    frame = frame_of(copy)
    set_baseline_pth(copy, frame.index[frame["treatment_failure"].eq(True)], 2000.0)
    set_baseline_pth(copy, frame.index[frame["treatment_failure"].eq(False)], 1000.0)
    for reason in reasons(copy, MODEL):
        assert "no estimate: separation" in reason


def test_separation_in_one_direction_is_said_too(copy):
    """All failures have a high PTH, some others too: the odds ratio is infinite."""
    frame = frame_of(copy)
    set_baseline_pth(copy, frame.index[frame["treatment_failure"].eq(True)], 2000.0)
    for reason in reasons(copy, MODEL):
        assert "no estimate: separation" in reason


def test_a_predictor_that_does_not_pass_the_screening_is_said(shipped):
    table = verify.verify(shipped, screening=1e-6)
    assert verify.failed(table) == MODEL
    reason = table.set_index("claim_id").loc["predictor_pth_or", "reason"]
    assert "PTH at or above the cut-off did not pass the screening" in reason


def test_no_reason_shows_a_name_of_a_column(shipped, table):
    columns = {*cohort.analysis_frame(shipped), *shipped.labs, *shipped.glands}
    columns = {name for name in columns if "_" in name}
    for settings in ({}, {"screening": 1e-6}, {"screening": 1e-6, "candidates": ["n_glands"]}):
        for reason in verify.verify(shipped, **settings)["reason"]:
            assert not [name for name in columns if name in reason]
    reasons = table.set_index("claim_id")["reason"]
    words = "glands, alkaline phosphatase and PTH at or above the cut-off"
    for claim_id in MODEL:
        assert reasons[claim_id].endswith(f"with {words}")


def test_a_missing_covariate_leaves_out_the_patient_and_is_reported(copy):
    model = prediction.published_model(cohort.analysis_frame(copy))
    term = model.loc[model["entered"] & model["term"].ne("pth_high"), "term"].iloc[0]
    frame = cohort.analysis_frame(copy)
    frame[term] = frame[term].astype("Float64")
    frame.loc[0, term] = pd.NA
    again = prediction.published_model(frame)
    alone = again[again["stage"].eq("univariable")].set_index("term")
    assert (alone.loc[term, "n"], alone.loc[term, "left_out"]) == (len(frame) - 1, 1)
    assert (alone.loc["pth_high", "n"], alone.loc["pth_high", "left_out"]) == (len(frame), 0)


def test_a_candidate_that_is_not_there_is_named(shipped):
    with pytest.raises(MissingColumnError, match="no column 'smoking' to model"):
        verify.verify(shipped, candidates=["smoking"])
    with pytest.raises(DataError, match="no candidate to screen"):
        verify.verify(shipped, candidates=[])


def test_the_model_names_what_entered_and_what_is_independent(shipped):
    model = prediction.published_model(cohort.analysis_frame(shipped))
    alone = model[model["stage"].eq("univariable")]
    joint = model[model["stage"].eq("multivariable")]
    assert alone["term"].tolist() == list(prediction.CANDIDATES)
    assert joint["term"].tolist() == alone.loc[alone["p"] < 0.10, "term"].tolist()
    assert alone["independent"].isna().all()
    assert joint.loc[joint["independent"], "term"].tolist() == ["pth_high"]
    for bound, sign in (("lower", -1), ("upper", 1)):
        np.testing.assert_allclose(
            model[bound], np.exp(model["log_odds_ratio"] + sign * 1.959964 * model["se"])
        )


# ---- what a figure needs to hold -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "printed", "holds"),
    [
        (87.254, "87.3", True),
        (87.25, "87.3", False),  # prints as 87.2 or 87.3, by the way a half is rounded
        (0.98, "1.0", True),
        (52.4999, "52", True),
        (52.5, "52", False),
        (float("nan"), "52", False),
        (float("inf"), "52", False),
    ],
)
def test_a_figure_holds_if_it_prints_alike_however_a_half_is_rounded(value, printed, holds):
    assert verify._prints_as(value, printed) is holds


def test_a_claim_without_a_check_is_refused(shipped, monkeypatch):
    monkeypatch.delitem(verify.CHECKS, "cohort_glands")
    with pytest.raises(DataError, match="no check of claim 'cohort_glands'"):
        verify.verify(shipped)


def test_a_finding_is_frozen():
    finding = verify.Finding(found="1", value=1.0, holds=True, reason="")
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding.value = 2.0


def test_the_verification_shares_nothing_with_the_builder():
    code = (
        "import sys; from analysis_lib import cohort, verify; import statsmodels.api; "
        "print(*(m for m in sys.modules if m.startswith('analysis_lib.')))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(out.stdout.split()) == {
        f"analysis_lib.{name}"
        for name in (
            "cohort", "contradictions", "datapackage", "errors", "prediction", "published",
            "results", "units", "verify",
        )
    }  # fmt: skip
