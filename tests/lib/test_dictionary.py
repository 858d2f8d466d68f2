"""The data dictionary says of every column what it is, and of simulated ones what it rests on."""

import pytest

from analysis_lib.dictionary import assumption_table, data_dictionary, resources
from analysis_lib.errors import DataError
from analysis_lib.published import claims
from analysis_lib.scenario import Scenario


@pytest.mark.parametrize("resource", resources(), ids=lambda resource: resource["name"])
def test_every_table_is_explained_column_by_column(resource):
    shown = data_dictionary(resource["name"], id="90-x")
    assert [row[0] for row in shown.cells] == [f["name"] for f in resource["schema"]["fields"]]
    assert shown.status == ("published" if resource["status"] == "published" else shown.status)
    assert ("In the simulation" in shown.headers) == (resource["status"] == "simulated")


def test_every_simulated_column_is_constrained_by_a_real_claim_or_assumed_with_a_reason():
    for resource in resources():
        if resource["status"] != "simulated":
            continue
        for field in resource["schema"]["fields"]:
            basis = field["basis"]
            assert set(basis) <= {"claims", "assumed"}, field["name"]
            assert basis.get("claims") or len(basis.get("assumed", "")) > 10, field["name"]
            assert set(basis.get("claims", [])) <= set(claims().index), field["name"]


def test_every_claim_that_rows_can_show_constrains_a_column():
    constrained = {
        claim_id
        for resource in resources()
        if resource["status"] == "simulated"
        for field in resource["schema"]["fields"]
        for claim_id in field["basis"].get("claims", [])
    }
    no_column = {
        "design_setting",
        "target_definition",
        "predictor_pth_cutoff",
        "predictor_only_one",
    }
    assert set(claims().index) - constrained <= no_column


def test_assumptions_are_listed_as_the_scenario_has_them():
    shown = assumption_table(id="90-x")
    assert shown.status == "simulated"
    assert len(shown.cells) == len(Scenario.__dataclass_fields__)


def test_an_unknown_table_is_refused():
    with pytest.raises(DataError, match="no resource 'people'.*claims"):
        data_dictionary("people", id="90-x")
