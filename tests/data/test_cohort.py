"""A cohort is read as described; whatever is wrong in its files is named, all of it at once."""

import csv

import pandas as pd
import pytest

from analysis_lib import cohort, contradictions, datapackage, published
from analysis_lib.dictionary import data_dictionary
from analysis_lib.errors import (
    DataError,
    EncodingError,
    InvalidTableError,
    MissingColumnError,
    MissingTableError,
)

PTH = {  # baseline, day_1, month_6
    "P001": (1606.0, 40.0, 300.0),
    "P002": (1605.9, 50.0, 300.5),
    "P003": (900.0, 60.0, None),
    "P004": (2200.0, None, None),
    "P005": (700.0, 30.0, 120.0),
    "P006": (1200.0, 45.0, 90.0),
}
DAYS = {"baseline": -1, "day_1": 1, "month_1": 31, "month_6": 180}


def tables():
    """Six patients who break no rule; P004 was never seen again, P003 missed the last visit."""
    patients, glands, labs = [], [], []
    for i, (patient_id, (before, first, last)) in enumerate(PTH.items()):
        patients.append(
            {
                "status": "observed",
                "patient_id": patient_id,
                "ablation_date": f"2020-0{i + 1}-15",
                "age_years": 50 + i,
                "sex": "male" if i % 2 else "female",
                "dialysis_modality": "haemodialysis",
                "dialysis_vintage_years": 5.5,
                "earlier_treatment": "parathyroidectomy",
                "disease_course": "recurrent",
                "ablation_modality": "microwave",
                "sessions": 1,
                "technical_success": "no" if i == 5 else "yes",
                "nerve_paralysis": "none",
                "severe_hypocalcaemia": "yes" if i == 0 else "no",
                "hypocalcaemia_sequelae": "no",
                "followup_months": 12,
                "followup_end": "study_end",
            }
        )
        for g in range(2 if i in (0, 5) else 1):
            glands.append(
                {
                    "status": "observed",
                    "gland_id": f"{patient_id}-{g + 1}",
                    "patient_id": patient_id,
                    "location": "left_upper",
                    "max_diameter_mm": {"P002": "", "P001": 12 + 3 * g}.get(patient_id, 10),
                    "volume_ml": 0.5,
                    "complete_ablation": "no" if i == 5 and g == 1 else "yes",
                }
            )
        pth = {"baseline": before, "day_1": first, "month_6": last}
        for visit, value in pth.items():
            labs.append(lab(patient_id, visit, "pth", value, "pg/mL"))
        for visit, value in {"baseline": 2.4, "day_1": 2.0 - i / 10, "month_1": 1.2}.items():
            value = None if patient_id == "P004" and visit != "baseline" else value
            labs.append(lab(patient_id, visit, "calcium", value, "mmol/L"))
        labs.append(lab(patient_id, "baseline", "alp", 2.0 ** (6 + i), "U/L"))
        labs.append(lab(patient_id, "baseline", "phosphorus", 1.8, "mmol/L"))
    return {"patients": patients, "glands": glands, "labs": labs}


def lab(patient_id, visit, analyte, value, unit):
    missed = value is None
    return {
        "status": "observed",
        "patient_id": patient_id,
        "visit": visit,
        "day": "" if missed else DAYS[visit],
        "analyte": analyte,
        "value": "" if missed else value,
        "unit": unit,
    }


def write(folder, rows):
    for name, records in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(records)
    return folder


def find(rows, table, **where):
    """The first row that has these values, and its row in the file."""
    return next(
        (row, line)
        for line, row in enumerate(rows[table], start=2)
        if all(row[key] == value for key, value in where.items())
    )


@pytest.fixture
def rows():
    return tables()


@pytest.fixture
def good(tmp_path, rows):
    return cohort.load(write(tmp_path, rows))


# ---- a good cohort -------------------------------------------------------------------------------


def test_a_good_cohort_loads_with_the_columns_and_types_of_its_descriptor(good):
    assert good.status == "observed"
    for name in contradictions.TABLES:
        frame = getattr(good, name)
        fields = datapackage.resource(name)["schema"]["fields"]
        assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == {
            field["name"]: datapackage.PANDAS_TYPES[field["type"]] for field in fields
        }
        assert list(frame.index) == list(range(len(frame)))
    assert good.patients["technical_success"].tolist() == [True] * 5 + [False]
    assert good.patients["ablation_date"].iloc[0] == pd.Timestamp("2020-01-15")
    assert good.labs["value"].isna().sum() == 5


def test_columns_in_another_order_do_no_harm(tmp_path, rows, good):
    other = tmp_path / "other"
    other.mkdir()
    turned = {name: [dict(reversed(row.items())) for row in rows[name]] for name in rows}
    again = cohort.load(write(other, turned))
    for name in contradictions.TABLES:
        assert getattr(again, name).equals(getattr(good, name))


def test_numbers_are_read_exactly(tmp_path, rows):
    find(rows, "labs", analyte="alp")[0]["value"] = "123.45678901234567"
    loaded = cohort.load(write(tmp_path, rows)).labs
    assert loaded.loc[loaded["analyte"].eq("alp"), "value"].iloc[0] == 123.45678901234567


def test_the_shipped_cohort_is_simulated_and_described():
    shipped = cohort.load()
    assert shipped.status == "simulated"
    described = {resource["path"] for resource in datapackage.descriptor()["resources"]}
    files = {f"cohort/{p.name}" for p in (datapackage.ROOT / "data/cohort").iterdir()}
    assert {path for path in described if path.startswith("cohort/")} == files


def test_every_column_says_what_it_rests_on_and_what_empty_means():
    known = set(published.claims().index)
    for name in contradictions.TABLES:
        for field in datapackage.resource(name)["schema"]["fields"]:
            basis = field["basis"]
            assert basis, field["name"]
            assert set(basis) <= {"claims", "assumed"}
            assert set(basis.get("claims", [])) <= known
            required = field.get("constraints", {}).get("required", False)
            assert required != ("missing" in field), field["name"]
            assert field["description"].endswith("."), field["name"]


@pytest.mark.parametrize("name", contradictions.TABLES)
def test_the_dictionary_shows_unit_and_basis_of_every_column(name):
    shown = data_dictionary(name, id="90-x")
    fields = datapackage.resource(name)["schema"]["fields"]
    assert shown.status == "simulated"
    assert (shown.headers[2], shown.headers[-1]) == ("Unit", "In the simulation")
    for field, cells in zip(fields, shown.cells, strict=True):
        assert cells[0] == field["name"]
        assert cells[2] == field.get("unit", "–")
        for claim_id in field["basis"].get("claims", []):
            assert claim_id in cells[-1]
        assert cells[-1].startswith("constrained by " if "claims" in field["basis"] else "assumed:")


def test_the_dictionary_says_how_a_boolean_and_a_date_are_written():
    rules = {cells[0]: cells[4] for cells in data_dictionary("patients", id="90-x").cells}
    assert rules["technical_success"] == "yes or no"
    assert rules["ablation_date"] == "like YYYY-MM-DD"


@pytest.mark.parametrize("name", ["claims", "evidence", "targets", "pooling"])
def test_the_dictionary_of_published_tables_has_neither_unit_nor_basis(name):
    assert data_dictionary(name, id="90-x").headers == (
        "Column", "Type", "Meaning", "Rule", "An empty cell means",
    )  # fmt: skip


# ---- files that can't be read --------------------------------------------------------------------


def test_all_missing_files_are_named(tmp_path, rows):
    write(tmp_path, {"glands": rows["glands"]})
    with pytest.raises(MissingTableError, match=r"no patients.csv, labs.csv in"):
        cohort.load(tmp_path)


def test_a_missing_column_is_named(tmp_path, rows):
    for row in rows["labs"]:
        del row["unit"]
    with pytest.raises(MissingColumnError, match="labs.csv: no column 'unit'; it has"):
        cohort.load(write(tmp_path, rows))


def test_another_encoding_names_the_row(tmp_path, rows):
    rows["patients"][1]["patient_id"] = "Pé"
    write(tmp_path, rows)
    path = tmp_path / "patients.csv"
    path.write_bytes(path.read_text("utf-8").encode("cp1252"))
    with pytest.raises(EncodingError, match="patients.csv, row 3: byte 0xe9 is not UTF-8"):
        cohort.load(tmp_path)


def test_a_column_that_nobody_described_is_refused(tmp_path, rows):
    """Such as the name of a patient."""
    for row in rows["patients"]:
        row["name"] = "N. N."
    with pytest.raises(InvalidTableError, match="patients.csv, row 1, column 'name': is no column"):
        cohort.load(write(tmp_path, rows))


def test_an_empty_table_is_refused(tmp_path, rows):
    write(tmp_path, rows)
    path = tmp_path / "glands.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    with pytest.raises(InvalidTableError, match="glands.csv, row 1: has no row"):
        cohort.load(tmp_path)


# ---- every rule, broken once ---------------------------------------------------------------------

LAST = {"patient_id": "P001", "visit": "month_6", "analyte": "pth"}
FIRST = {"patient_id": "P001", "visit": "day_1", "analyte": "pth"}
BASELINE = {"patient_id": "P001", "visit": "baseline", "analyte": "pth"}
CALCIUM = {"patient_id": "P001", "visit": "baseline", "analyte": "calcium"}

BROKEN = {
    # name: table, which row, what is changed, column of the problem, value seen, rule
    "type": (
        "patients", {"patient_id": "P002"}, {"age_years": "old"}, "age_years", "old", "integer",
    ),
    "date": (
        "patients", {"patient_id": "P002"}, {"ablation_date": "15.02.2020"},
        "ablation_date", "15.02.2020", "date",
    ),
    "boolean": (
        "patients", {"patient_id": "P002"}, {"severe_hypocalcaemia": "true"},
        "severe_hypocalcaemia", "true", "boolean",
    ),
    "range": ("patients", {"patient_id": "P002"}, {"age_years": 17}, "age_years", "17", "minimum"),
    "enum": ("glands", {"gland_id": "P002-1"}, {"location": "left"}, "location", "left", "enum"),
    "required": ("patients", {"patient_id": "P002"}, {"sex": ""}, "sex", "", "required"),
    "pattern": (
        "glands", {"gland_id": "P002-1"}, {"gland_id": "P 1"}, "gland_id", "P 1", "pattern",
    ),
    "unique": (
        "glands", {"gland_id": "P002-1"}, {"gland_id": "P001-2"},
        "gland_id", "P001-2", "the same as",
    ),
    "infinite": ("labs", LAST, {"value": "inf"}, "value", "inf", "is no number"),
    "foreign key of glands": (
        "glands", {"gland_id": "P001-2"}, {"patient_id": "P999"},
        "patient_id", "P999", "no such patient in patients.csv",
    ),
    "foreign key of labs": (
        "labs", LAST, {"patient_id": "P999"},
        "patient_id", "P999", "no such patient in patients.csv",
    ),
    "value without day": ("labs", LAST, {"day": ""}, "day", "", "a value without its day"),
    "after follow-up": (
        "labs", LAST, {"day": 381}, "day", "381", "after the end of follow-up (12.0 months)",
    ),
    "baseline after ablation": (
        "labs", CALCIUM, {"day": 1}, "day", "1", "baseline must not lie after the ablation (day 0)",
    ),
    "visit before ablation": (
        "labs", FIRST, {"day": 0}, "day", "0", "day_1 must lie after the ablation",
    ),
    "order of visits": (
        "labs", LAST, {"day": 31}, "day", "31", "month_6 is not later than month_1, day 31 (row 7)",
    ),
    "unit": ("labs", LAST, {"unit": "mmol/L"}, "unit", "mmol/L", "pth is in pg/mL"),
    "calcium in mg/dL": (
        "labs", CALCIUM, {"value": 9.6}, "value", "9.6",
        "calcium in mmol/L lies between 0.8 and 4.5; this looks like mg/dL: convert it",
    ),
    "phosphorus in mg/dL": (
        "labs", {"analyte": "phosphorus"}, {"value": 6.1}, "value", "6.1", "this looks like mg/dL",
    ),
    "phosphorus in no unit": (
        "labs", {"analyte": "phosphorus"}, {"value": 61}, "value", "61",
        "phosphorus in mmol/L lies between 0.2 and 5",
    ),
    "alp": (
        "labs", {"analyte": "alp"}, {"value": 1.1}, "value", "1.1", "alp in U/L lies between 5",
    ),
    "sequelae without hypocalcaemia": (
        "patients", {"patient_id": "P002"}, {"hypocalcaemia_sequelae": "yes"},
        "hypocalcaemia_sequelae", "yes", "without severe_hypocalcaemia",
    ),
    "success against the glands": (
        "patients", {"patient_id": "P006"}, {"technical_success": "yes"},
        "technical_success", "yes", "1 of 2 glands in glands.csv have no complete_ablation",
    ),
    "no success against the glands": (
        "patients", {"patient_id": "P001"}, {"technical_success": "no"},
        "technical_success", "no", "0 of 2 glands in glands.csv have no complete_ablation",
    ),
    "status in a file": (
        "patients", {"patient_id": "P002"}, {"status": "simulated"},
        "status", "simulated", "the cohort began as 'observed'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_names_file_row_column_value_and_rule(tmp_path, rows, name):
    table, where, change, column, value, rule = BROKEN[name]
    row, line = find(rows, table, **where)
    row.update(change)
    with pytest.raises(InvalidTableError) as error:
        cohort.load(write(tmp_path, rows))
    problems = error.value.problems
    assert len(problems) == 1, problems
    found = problems[0]
    assert (found.file, found.row, found.column) == (f"{table}.csv", line, column)
    assert found.value == value
    assert rule in found.rule


def test_a_patient_without_baseline_pth_is_named(tmp_path, rows):
    row, _ = find(rows, "labs", **{**BASELINE, "patient_id": "P003"})
    row["value"] = row["day"] = ""
    with pytest.raises(InvalidTableError, match="1 problem;") as error:
        cohort.load(write(tmp_path, rows))
    assert str(error.value.problems[0]) == (
        "patients.csv, row 4, column 'patient_id': no PTH at baseline in labs.csv (seen: 'P003')"
    )


def test_a_patient_without_a_gland_is_named(tmp_path, rows):
    rows["glands"] = [row for row in rows["glands"] if row["patient_id"] != "P003"]
    with pytest.raises(InvalidTableError, match="no gland of this patient in glands.csv"):
        cohort.load(write(tmp_path, rows))


def test_a_visit_that_stands_twice_names_the_other_row(tmp_path, rows):
    row, line = find(rows, "labs", **LAST)
    rows["labs"].append(dict(row))
    with pytest.raises(InvalidTableError, match="1 problem;") as error:
        cohort.load(write(tmp_path, rows))
    found = error.value.problems[0]
    assert (found.row, found.column, found.value) == (len(rows["labs"]) + 1, "visit", "month_6")
    assert found.rule == f"the same patient, visit and analyte as in row {line}"


def test_a_file_of_another_status_is_one_problem(tmp_path, rows):
    for row in rows["labs"]:
        row["status"] = "simulated"
    with pytest.raises(InvalidTableError, match="1 problem;") as error:
        cohort.load(write(tmp_path, rows))
    found = error.value.problems[0]
    assert (found.file, found.row, found.value) == ("labs.csv", 2, "simulated")
    assert f"({len(rows['labs'])} such rows)" in found.rule


def test_pth_in_another_unit_shows_in_the_median(tmp_path, rows):
    for row in rows["labs"]:
        if row["analyte"] == "pth" and row["value"] != "":
            row["value"] = round(row["value"] / 9.43, 1)
    with pytest.raises(InvalidTableError, match="1 problem;") as error:
        cohort.load(write(tmp_path, rows))
    assert "the median pth at baseline is 148.8" in str(error.value)
    assert "this looks like pmol/L: convert it" in str(error.value)


def test_phosphorus_in_another_unit_shows_in_the_median(tmp_path, rows):
    for row in rows["labs"]:
        if row["analyte"] == "phosphorus":
            row["value"] = 4.6
    with pytest.raises(InvalidTableError, match="the median phosphorus at baseline is 4.6"):
        cohort.load(write(tmp_path, rows))


def test_all_problems_of_all_files_are_listed_at_once(tmp_path, rows):
    """One error for every rule that can be broken beside the others."""
    expected = set()
    beside = ["enum", "alp", "phosphorus in mg/dL", "visit before ablation", "range"]
    beside += ["success against the glands", "calcium in mg/dL"]
    for name in beside:
        table, where, change, column, value, _ = BROKEN[name]
        row, line = find(rows, table, **where)
        row.update(change)
        expected.add((f"{table}.csv", line, column, value))
    rows["glands"].append({**rows["glands"][0], "gland_id": "P999-1", "patient_id": "P999"})
    expected.add(("glands.csv", len(rows["glands"]) + 1, "patient_id", "P999"))
    with pytest.raises(InvalidTableError) as error:
        cohort.load(write(tmp_path, rows))
    seen = [(p.file, p.row, p.column, p.value) for p in error.value.problems]
    assert set(seen) == expected
    assert len(seen) == len(expected)
    files = [file for file, *_ in seen]
    assert files == sorted(files, key=["patients.csv", "glands.csv", "labs.csv"].index)
    assert f"{len(expected)} problems" in str(error.value)


@pytest.mark.parametrize(
    ("months", "days"), [(12, 380.4), (12.3, 375.9), (12.34, 375.75), (0, 15.2)]
)
def test_follow_up_ends_within_the_rounding_of_its_length(months, days):
    assert contradictions.last_day(months) == pytest.approx(days, abs=0.1)


# ---- one row a patient ---------------------------------------------------------------------------


def column(frame, name):
    """A column as a plain list, None where it is missing."""
    return [None if pd.isna(value) else value for value in frame[name]]


def test_one_row_a_patient_in_the_order_of_the_file(good):
    frame = cohort.analysis_frame(good)
    assert frame["patient_id"].tolist() == list(PTH)
    assert set(good.patients.columns) <= set(frame.columns)
    assert frame.columns.is_unique


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pth_baseline_pg_ml", [1606.0, 1605.9, 900.0, 2200.0, 700.0, 1200.0]),
        # P003 missed the last visit: the one before counts. P004 has nothing after baseline.
        ("pth_end_pg_ml", [300.0, 300.5, 60.0, None, 120.0, 90.0]),
        ("pth_end_day", [180, 180, 1, None, 180, 180]),
        ("pth_change_pg_ml", [-1306.0, -1305.4, -840.0, None, -580.0, -1110.0]),
        # 300 is on target, 300.5 is not; nobody fails for want of a value.
        ("target_reached", [True, False, True, None, True, True]),
        ("treatment_failure", [False, True, False, None, False, False]),
        ("pth_high", [True, False, False, True, False, False]),
        ("calcium_end_mmol_l", [1.2, 1.2, 1.2, None, 1.2, 1.2]),
        # Day 31 is too late for the nadir.
        ("calcium_nadir_30d_mmol_l", [2.0, 1.9, 1.8, None, 1.6, 1.5]),
        ("log2_alp_baseline", [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]),
        ("alp_end_u_l", [None] * 6),
        ("alp_change_u_l", [None] * 6),
        ("phosphorus_baseline_mmol_l", [1.8] * 6),
        ("sex_male", [False, True, False, True, False, True]),
        ("n_glands", [2, 1, 1, 1, 1, 2]),
        ("n_glands_complete", [2, 1, 1, 1, 1, 1]),
        ("max_diameter_mm", [15.0, None, 10.0, 10.0, 10.0, 10.0]),
    ],
)
def test_derived_columns(good, name, expected):
    frame = cohort.analysis_frame(good)
    assert column(frame, name) == [
        value if isinstance(value, bool) or value is None else pytest.approx(value)
        for value in expected
    ]


def test_the_order_of_the_laboratory_rows_does_not_matter(good):
    turned = cohort.Cohort(
        patients=good.patients,
        glands=good.glands[::-1],
        labs=good.labs.sample(frac=1, random_state=3),
    )
    assert cohort.analysis_frame(turned).equals(cohort.analysis_frame(good))


def test_target_and_cut_off_can_be_others(good):
    frame = cohort.analysis_frame(good, target=100, cutoff=1200)
    assert column(frame, "target_reached") == [False, False, True, None, False, True]
    assert column(frame, "pth_high") == [True, True, False, True, False, True]


def test_the_cohort_is_left_as_it_was(good):
    before = good.patients.copy()
    cohort.analysis_frame(good)
    assert good.patients.equals(before)


# ---- one row a visit -----------------------------------------------------------------------------


def test_a_course_keeps_missed_visits_and_has_none_that_were_not_due(good):
    pth = cohort.course(good, "pth")
    assert list(pth.columns) == ["patient_id", "visit", "month", "day", "value"]
    of = good.labs[good.labs["analyte"].eq("pth")]
    assert len(pth) == len(of)
    assert pth["value"].isna().sum() == of["value"].isna().sum() > 0
    assert list(pth["patient_id"].drop_duplicates()) == list(good.patients["patient_id"])
    assert all(frame["month"].is_monotonic_increasing for _, frame in pth.groupby("patient_id"))


def test_a_visit_knows_its_month():
    assert cohort.month("baseline") == 0
    assert cohort.month("month_6") == 6
    assert cohort.month("week_1") == pytest.approx(7 * 12 / 365.25)
    with pytest.raises(DataError, match="'last' has no time"):
        cohort.month("last")


def test_a_course_of_something_else_is_refused(good):
    with pytest.raises(DataError, match="no analyte 'vitamin_d'"):
        cohort.course(good, "vitamin_d")
