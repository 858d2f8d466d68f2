"""The published tables: they keep their descriptor, and a broken file names what is broken."""

import json
import re
from pathlib import Path

import pytest

from analysis_lib import datapackage, published
from analysis_lib.consistency import counts_for_percentage
from analysis_lib.errors import (
    DataError,
    EncodingError,
    InvalidTableError,
    MissingColumnError,
    MissingTableError,
    UnknownClaimError,
)

ROOT = Path(__file__).parents[2]
LOADERS = {
    "claims": published.claims,
    "evidence": published.evidence,
    "pooling": published.pooling,
    "targets": published.targets,
    "hypocalcaemia": published.hypocalcaemia,
    "grades": published.grades,
}


def broken(tmp_path, name, old, new):
    """A copy of a table with one piece of text exchanged."""
    text = (ROOT / f"data/published/{name}.csv").read_text("utf-8")
    assert old in text
    path = tmp_path / f"{name}.csv"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize("name", LOADERS)
def test_every_table_loads_with_the_columns_of_its_descriptor(name):
    resource = next(r for r in datapackage.descriptor()["resources"] if r["name"] == name)
    frame = LOADERS[name]()
    assert list(frame.columns) == [field["name"] for field in resource["schema"]["fields"]]
    assert len(frame) > 3


def test_the_descriptor_describes_every_published_file():
    described = {resource["path"] for resource in datapackage.descriptor()["resources"]}
    files = {f"published/{path.name}" for path in (ROOT / "data/published").iterdir()}
    assert {path for path in described if path.startswith("published/")} == files


def test_the_descriptor_describes_every_column_and_says_what_each_table_is():
    for resource in datapackage.descriptor()["resources"]:
        folder = resource["path"].split("/")[0]
        assert resource["licenses"]
        assert (
            resource["status"]
            in {
                "published": ("published", "judgement"),
                "cohort": ("simulated",),
                "ledger": ("judgement",),
            }[folder]
        )
        for field in resource["schema"]["fields"]:
            required = field.get("constraints", {}).get("required", False)
            assert field["description"].endswith("."), field["name"]
            assert required != ("missing" in field), f"{field['name']}: say what empty means"


def test_the_descriptor_is_a_valid_frictionless_package():
    from frictionless import Package

    assert (
        Package.metadata_validate(json.loads((ROOT / "data/datapackage.json").read_text()))
        is not None
    )
    assert not list(Package.metadata_validate(datapackage.descriptor()))


def test_claims_agree_with_each_other():
    """Printed percentages of a known denominator belong to the printed counts."""
    frame = published.claims()
    percentages = frame[frame["statistic"].eq("percent") & frame["events"].notna()]
    assert len(percentages) == 2
    for row in percentages.itertuples():
        assert row.events in counts_for_percentage(row.value, int(row.denominator))


def test_a_claim_is_quoted_as_printed():
    claim = published.claim("predictor_pth_or")
    assert f"{claim}" == "5.1 (95\u00a0% CI 1.1\u00a0to\u00a023.1)"
    assert f"{claim:value}" == "5.1"
    assert claim.limits == ("1.1", "23.1")
    assert claim.number == 5.1
    assert f"{published.claim('predictor_pth_p')}" == "p =\u00a00.04"
    assert f"{published.claim('change_alp')}" == "p <\u00a00.05"
    assert f"{published.claim('cohort_age_sd'):summary}" == "SD 12\u00a0years"
    assert published.claim("severe_hypocalcaemia_count").count == 29


def test_an_unknown_claim_names_its_neighbours():
    with pytest.raises(UnknownClaimError, match="no claim 'target_reach'.*target_reached"):
        published.claim("target_reach")


def test_a_claim_is_not_turned_into_what_it_is_not():
    with pytest.raises(DataError, match="'2014-01', not a number"):
        _ = published.claim("design_window_start").number
    with pytest.raises(DataError, match="'87.3', not a count"):
        _ = published.claim("target_reached").count
    with pytest.raises(DataError, match="without an interval"):
        _ = published.claim("target_reached").limits
    with pytest.raises(DataError, match="has no format code 'percent'"):
        format(published.claim("target_reached"), "percent")


def test_a_count_above_its_denominator_names_row_and_rule(tmp_path):
    path = broken(tmp_path, "evidence", ",29,102,", ",129,102,")
    with pytest.raises(
        InvalidTableError, match=r"evidence.csv, row 3: events 129 lies above n 102"
    ):
        published.evidence(path)


def test_every_broken_cell_is_listed_at_once(tmp_path):
    path = broken(tmp_path, "evidence", ",29,102,", ",many,102,")
    text = path.read_text("utf-8").replace(",RFA,", ",laser,", 1).replace(",2024,", ",1924,", 1)
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidTableError) as error:
        published.evidence(path)
    seen = {(p.row, p.column, p.value) for p in error.value.problems}
    assert seen == {(3, "events", "many"), (5, "year", "1924"), (8, "modality", "laser")}
    assert "3 problems" in str(error.value)
    assert "row 3, column 'events'" in str(error.value)


def test_a_limit_above_the_other_is_refused(tmp_path):
    path = broken(tmp_path, "claims", "5.1,1.1,23.1", "5.1,31.1,23.1")
    with pytest.raises(InvalidTableError, match=r"row 24: lower 31.1 lies above upper 23.1"):
        published.claims(path)


def test_a_number_that_is_none_is_refused(tmp_path):
    path = broken(tmp_path, "claims", "p_value,0.04", "p_value,small")
    with pytest.raises(InvalidTableError, match="value 'small' is no number, as 'p_value' needs"):
        published.claims(path)


def test_a_claim_id_that_stands_twice_is_refused(tmp_path):
    path = broken(tmp_path, "claims", "\ncohort_glands,", "\ncohort_participants,")
    with pytest.raises(InvalidTableError, match="row 7"):
        published.claims(path)


def test_a_missing_column_is_named(tmp_path):
    path = broken(tmp_path, "claims", "denominator_unit,unit", "denominator_units,unit")
    with pytest.raises(MissingColumnError, match="no column 'denominator_unit'"):
        published.claims(path)


def test_a_file_in_another_encoding_names_the_row(tmp_path):
    path = tmp_path / "evidence.csv"
    text = (ROOT / "data/published/evidence.csv").read_text("utf-8")
    path.write_bytes(text.replace("Wei Y et al.", "Wéi Y et al.", 1).encode("cp1252"))
    with pytest.raises(EncodingError, match="row 5: byte 0xe9 is not UTF-8"):
        published.evidence(path)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_bytes(b"\xef\xbb\xbf" + (ROOT / "data/published/claims.csv").read_bytes())
    assert published.claims(path).equals(published.claims())


def test_series_put_thermal_ablation_first_and_can_leave_one_out():
    rows = published.series("target_pth")
    assert list(dict.fromkeys(rows["group"])) == [
        "Thermal ablation",
        "Ethanol injection",
        "Surgery",
    ]
    thermal = published.series("target_pth", group="Thermal ablation")
    others = published.series("target_pth", group="Thermal ablation", without=published.INDEX_STUDY)
    assert len(others) == len(thermal) - 1
    assert published.INDEX_STUDY not in set(others["study_id"])
    assert rows["label"].is_unique


def test_an_outcome_that_no_series_counts_lists_those_there_are():
    with pytest.raises(DataError, match="no series counts 'death'; outcomes are hypocalcaemia,"):
        published.series("death")


def test_every_outcome_has_a_judgement_on_pooling():
    assert set(published.evidence()["outcome"]) == set(published.pooling().index)


@pytest.mark.parametrize("name", ["targets", "hypocalcaemia", "grades"])
def test_every_key_of_a_source_stands_in_the_bibliography(name):
    known = set(
        re.findall(r"^@\w+{(\w+),", (ROOT / "book/references.bib").read_text("utf-8"), re.M)
    )
    keys = set(LOADERS[name]()["citation_key"].dropna())
    assert keys
    assert keys <= known


def test_a_definition_of_low_calcium_agrees_with_the_series_that_uses_it():
    """Where both tables name a threshold, they name the same one."""
    rows = published.hypocalcaemia().set_index("definition_id")
    series = published.evidence().set_index(["study_id", "outcome"])["definition"]
    pairs = {
        "wei-2020": ("Wei2020-MWA", "severe_hypocalcaemia"),
        "chou-2020": ("Chou2020-PTX", "severe_hypocalcaemia"),
        "thesis-784": ("thesis-784-PTX", "severe_hypocalcaemia"),
        "reoperation-2015-2022": ("neck-reoperation-2015-2022", "severe_hypocalcaemia"),
        "kritmetapak-2020": ("Kritmetapak2020-PTX", "hypocalcaemia"),
    }
    for name, place in pairs.items():
        assert f"<{rows.loc[name, 'threshold']:g} {rows.loc[name, 'unit']}" in series[place]


def test_a_grade_stands_once_in_its_scheme_and_belongs_to_no_other():
    rows = published.grades()
    assert not rows.duplicated(["scheme", "grade"]).any()
    assert set(rows["scheme"]) == {"Clavien-Dindo", "CTCAE", "SIR", "CIRSE"}
    assert (rows.groupby("scheme")["citation_key"].nunique() == 1).all()


def test_thresholds_of_the_grades_are_those_of_the_definitions():
    rules = published.grades().query("scheme == 'CTCAE'").set_index("grade")["rule"]
    for row in published.hypocalcaemia().query("system == 'CTCAE v4.03'").itertuples():
        assert f"below {row.threshold}" in rules[row.grade]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingTableError, match="no file claims.csv in"):
        published.claims(tmp_path / "claims.csv")


def test_a_column_that_nobody_described_is_refused(tmp_path):
    path = broken(tmp_path, "pooling", "outcome,", "outcome,outcome,")
    with pytest.raises(InvalidTableError, match="row 1, column 'outcome': stands twice"):
        published.pooling(path)
    path = tmp_path / "targets.csv"
    lines = (ROOT / "data/published/targets.csv").read_text("utf-8").splitlines()
    path.write_text("\n".join(["name," + lines[0], *(f"x,{line}" for line in lines[1:])]), "utf-8")
    with pytest.raises(InvalidTableError, match="row 1, column 'name': is no column"):
        published.targets(path)


def test_columns_may_stand_in_any_order(tmp_path):
    frame = published.targets()
    path = tmp_path / "targets.csv"
    frame[frame.columns[::-1]].to_csv(path, index=False)
    assert published.targets(path).equals(frame)


def test_a_table_saved_with_semicolons_says_so(tmp_path):
    path = tmp_path / "targets.csv"
    text = (ROOT / "data/published/targets.csv").read_text("utf-8")
    path.write_text(text.replace(",", ";"), "utf-8")
    with pytest.raises(MissingColumnError, match="separated by semicolons or tabs"):
        published.targets(path)
