"""No result is typed by hand, and the lint that says so can fail."""

import pytest
from prose import claims, pages, problems, typed_in_strings, typed_numbers

KNOWN = {"target_reached": {"87.3"}, "predictor_pth_or": {"5.1", "1.1", "23.1"}}


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.stem)
def test_no_number_is_typed(path):
    assert problems(path, claims()) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The target was reached in 87.3 % of patients.", ["87.3 %"]),
        ("The odds ratio was 5.1 (1.1 to 23.1).", ["5.1", "1.1", "23.1"]),
        ("- In 29 of 102\n- and in 3", ["29", "102", "3"]),
        ("Some 1,095 patients", ["1,095"]),
        ("The target is 150 to 300 pg/mL {cite:p}`kdoqi2003`. So 300 it is.", ["300"]),
        ("The target is 150 to 300 pg/mL {cite:p}`kdoqi2003`.", []),
        ("It was 87.3 %. <!-- claim: target_reached -->", []),
        ("It was 87.4 %. <!-- claim: target_reached -->", ["87.4 %"]),
        ("It was 87.3 %. <!-- claim: no_such -->", ["claim no_such", "87.3 %"]),
        ("See [chapter 16](#other-series) and chapters 3 to 15, 17 and 18.", []),
        ("1. First\n2. Second", []),
        ("With $z = 1.96$ and `n = 102` in code, KDIGO2017 and H2O.", []),
        (":::{admonition} At a glance\nSome 40 minutes\n:::", ["40"]),
        ("```{list-table}\n:widths: 20 80\n```", []),
    ],
)
def test_numbers_in_prose(text, numbers):
    assert [number for number, _ in typed_numbers(text, KNOWN)] == numbers


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("say('In {share:percent0} of 102 patients')", ["102"]),
        ("caption=f'Out of {n}, 87.3 % did'", ["87.3 %"]),
        ("say('{reached} of {n} patients, p {p:.3f}')", []),
        ("table(x, id='02-claims', faces={'a': '.1f'})", []),
        ("x = 102", []),
    ],
)
def test_numbers_in_strings_for_readers(code, numbers):
    assert [number for number, _ in typed_in_strings(code)] == numbers
