"""The shipped cohort: rebuilt byte for byte, and nothing in it that a clinician would doubt."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib import cohort, contradictions, logistic, records
from analysis_lib.__main__ import main
from analysis_lib.compatible import build
from analysis_lib.prediction import published_model
from analysis_lib.scenario import DEFAULT, SEED, Scenario

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "data/cohort"
MODEL = pd.read_csv(ROOT / "tests/reference_r/shipped_model.csv")


@pytest.fixture(scope="module")
def shipped():
    return cohort.load()


@pytest.fixture(scope="module")
def frame(shipped):
    return cohort.analysis_frame(shipped).set_index("patient_id", drop=False)


@pytest.fixture(scope="module", params=["shipped", 11, 12], ids=str)
def any_cohort(request):
    """What is demanded of the shipped cohort is demanded of other seeds too."""
    return cohort.load() if request.param == "shipped" else build(DEFAULT, request.param)


def test_the_files_are_rebuilt_byte_for_byte(tmp_path, capsys):
    assert main(["build", "--out", str(tmp_path)]) == 0
    for name in contradictions.TABLES:
        assert (tmp_path / f"{name}.csv").read_bytes() == (SHIPPED / f"{name}.csv").read_bytes()
    assert capsys.readouterr().out.count("simulated") == 3


def test_what_is_built_is_what_is_loaded(shipped):
    built = build(DEFAULT, SEED)
    for name in contradictions.TABLES:
        pd.testing.assert_frame_equal(getattr(built, name), getattr(shipped, name))


def test_the_command_line_takes_a_scenario_and_explains_failure(tmp_path, capsys):
    file = tmp_path / "scenario.json"
    file.write_text(Scenario(entering=()).to_json())
    assert main(["build", "--scenario", str(file), "--out", str(tmp_path / "x")]) == 1
    assert "predictor_pth_or resists" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
    file.write_text('{"share_male": 2}')
    assert main(["build", "--scenario", str(file), "--out", str(tmp_path / "x")]) == 1
    assert "share_male is 2" in capsys.readouterr().err


def test_a_cohort_that_violates_a_claim_is_not_written(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("analysis_lib.verify.failed", lambda table: ["cohort_glands"])
    assert main(["build", "--out", str(tmp_path / "x")]) == 1
    assert "violates cohort_glands; nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_saving_replaces_all_tables_or_none(shipped, tmp_path, monkeypatch):
    records.save(shipped, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(
        records, "csv_text", lambda frame: 1 / 0 if "analyte" in frame else "half a cohort"
    )
    with pytest.raises(ZeroDivisionError):
        records.save(shipped, tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.suffix == ".csv"} == before


def test_the_fits_agree_with_r_and_with_statsmodels_to_eight_digits(frame):
    statsmodels = published_model(frame.reset_index(drop=True)).set_index(["stage", "term"])
    y = frame["treatment_failure"].astype(float).to_numpy()
    together = list(MODEL.loc[MODEL["stage"] == "multivariable", "term"])
    for row in MODEL.to_dict("records"):
        terms = [row["term"]] if row["stage"] == "univariable" else together
        x = frame[terms].astype(float).to_numpy()
        x = pd.DataFrame(x, columns=terms).assign(intercept=1.0)[["intercept", *terms]]
        ours = logistic.fit(x.to_numpy(), y, names=["intercept", *terms])
        place = 1 + terms.index(row["term"])
        theirs = statsmodels.loc[(row["stage"], row["term"])]
        for value in (ours.coefficients[place], theirs["log_odds_ratio"]):
            assert value == pytest.approx(row["log_odds_ratio"], rel=1e-8)
        for value in (ours.standard_errors[place], theirs["se"]):
            assert value == pytest.approx(row["se"], rel=1e-8)
        assert ours.p_values[place] == pytest.approx(row["p"], rel=1e-7)
        assert ours.log_likelihood == pytest.approx(row["log_likelihood"], rel=1e-10)


# ---- what a clinician would look at --------------------------------------------------------------


def wide(tables, analyte):
    """Values after baseline, one row a patient, early to late."""
    rows = tables.labs[(tables.labs["analyte"] == analyte) & tables.labs["value"].notna()]
    return rows.sort_values(["patient_id", "day"])


def test_pth_falls_on_the_first_day_in_everyone(any_cohort):
    labs = wide(any_cohort, "pth").set_index(["patient_id", "visit"])["value"].astype(float)
    before, after = labs.xs("baseline", level=1), labs.xs("day_1", level=1)
    share = (after / before).dropna()
    assert len(share) > 90
    assert (share < 0.75).all()
    assert 0.02 < share.median() < 0.25


def test_pth_rebounds_where_treatment_fails_or_never_came_down(any_cohort):
    frame = cohort.analysis_frame(any_cohort).set_index("patient_id")
    labs = wide(any_cohort, "pth")
    never = 0
    for patient, row in frame[frame["treatment_failure"].astype(bool)].iterrows():
        values = labs[(labs["patient_id"] == patient) & (labs["day"] > 0)]["value"].astype(float)
        assert values.iloc[0] <= values.iloc[-1] or values.iloc[0] > 300, patient
        never += values.iloc[0] > 300
        assert values.iloc[-1] > 300
        assert values.iloc[-1] < row["pth_baseline_pg_ml"]
    assert 1 <= never <= 6


def test_calcium_falls_after_pth_and_recovers(any_cohort):
    labs = wide(any_cohort, "calcium")
    lows = 0
    for _, rows in labs.groupby("patient_id"):
        values, days = rows["value"].astype(float).to_numpy(), rows["day"].to_numpy()
        early = values[(days > 0) & (days <= 30)].min()
        lows += early < values[0]
        assert early >= 1.4
        assert values[-1] >= early - 0.05
        assert 1.85 <= values[-1] <= 2.75
    assert lows >= 0.97 * labs["patient_id"].nunique()


def test_severe_hypocalcaemia_is_what_the_calcium_says(any_cohort):
    frame = cohort.analysis_frame(any_cohort)
    low = frame["calcium_nadir_30d_mmol_l"].astype(float) < 1.875
    assert (low == frame["severe_hypocalcaemia"].astype(bool)).all()


def test_calcium_has_no_gap_at_the_threshold_and_spares_some(any_cohort):
    lowest = cohort.analysis_frame(any_cohort)["calcium_nadir_30d_mmol_l"].astype(float)
    assert lowest.between(1.80, 1.95).mean() > 0.12
    assert (lowest > 2.1).mean() > 0.10


def test_phosphorus_is_lowest_in_the_first_weeks_not_on_the_first_day(any_cohort):
    values = wide(any_cohort, "phosphorus")
    medians = values.groupby("visit")["value"].median().astype(float)
    assert medians["week_1"] < medians["day_1"] < medians["baseline"]
    assert medians["month_12"] > medians["week_1"]


def test_alp_and_the_fall_of_pth_go_with_severe_hypocalcaemia():
    """Over a few seeds, as the scenario says; a single cohort may differ by chance."""
    alp, fall = [], []
    for seed in range(6):
        frame = cohort.analysis_frame(build(DEFAULT, seed))
        severe = frame["severe_hypocalcaemia"].astype(bool)
        value = frame["log2_alp_baseline"].astype(float)
        alp.append(value[severe].mean() - value[~severe].mean())
        tables = build(DEFAULT, seed)
        pth = wide(tables, "pth").set_index(["patient_id", "visit"])["value"].astype(float)
        early = np.log(pth.xs("baseline", level=1) / pth.xs("day_1", level=1))
        flag = severe.set_axis(frame["patient_id"])
        fall.append(early[flag[early.index]].mean() - early[~flag[early.index]].mean())
    assert sum(alp) / len(alp) > 0.3
    assert sum(fall) / len(fall) > 0.05


def test_values_are_in_range(any_cohort):
    values = any_cohort.labs.dropna(subset="value").groupby("analyte")["value"].agg(["min", "max"])
    limits = {"pth": (3, 4900), "calcium": (1.3, 3.1), "phosphorus": (0.4, 3.4), "alp": (25, 4000)}
    for analyte, (low, high) in limits.items():
        assert low <= values.loc[analyte, "min"]
        assert values.loc[analyte, "max"] <= high


def test_alp_rises_before_it_falls(any_cohort):
    labs = wide(any_cohort, "alp").set_index(["patient_id", "visit"])["value"].astype(float)
    before, week = labs.xs("baseline", level=1), labs.xs("week_1", level=1)
    assert (week / before).median() > 1.05
    last = labs.groupby(level=0).last()
    assert (last / before).median() < 0.75


def test_follow_up_ends_after_the_last_visit(any_cohort):
    days = any_cohort.labs.groupby("patient_id")["day"].max()
    months = any_cohort.patients.set_index("patient_id")["followup_months"]
    assert (days <= months * 365.25 / 12).all()
    assert (days >= 0.5 * months * 365.25 / 12).mean() > 0.95


def test_glands_are_hyperplastic_glands_in_different_places(any_cohort):
    glands = any_cohort.glands
    assert glands["max_diameter_mm"].between(5, 45).all()
    assert 10 < glands["max_diameter_mm"].mean() < 20
    sphere = 3.1416 / 6 * glands["max_diameter_mm"].astype(float) ** 3 / 1000
    assert (glands["volume_ml"].astype(float) <= sphere + 0.01).all()
    usual = glands[glands["location"] != "ectopic"]
    assert not usual.duplicated(["patient_id", "location"]).any()


def test_the_reason_for_the_end_of_follow_up_fits_the_dates(any_cohort):
    patients = any_cohort.patients
    end = patients["ablation_date"] + pd.to_timedelta(
        patients["followup_months"].astype(float) * 365.25 / 12, unit="D"
    )
    assert (end <= pd.Timestamp(records.LAST_CONTACT) + pd.Timedelta(days=1)).all()
    at_end = patients["followup_end"] == "study_end"
    near = end >= pd.Timestamp(records.LAST_CONTACT) - pd.Timedelta(days=63)
    assert (near[at_end]).all()


def test_visits_are_missed_here_and_there_but_never_the_first_and_the_last(any_cohort):
    pth = any_cohort.labs[any_cohort.labs["analyte"] == "pth"]
    missed = pth["day"].isna()
    assert 0.03 < missed.mean() < 0.25
    ends = pth.groupby("patient_id").agg(first=("value", "first"), last=("value", "last"))
    assert ends.notna().all(axis=None)
