"""Unit factors against molar masses, and the pairs of values printed in the literature."""

import pandas as pd
import pytest

from analysis_lib.errors import DataError
from analysis_lib.units import FACTORS, convert


@pytest.mark.parametrize(
    ("analyte", "molar_mass", "per_litre"),
    # pg/mL to pmol/L: 1e-9 g/L over g/mol. mg/dL to mmol/L: 1e-2 g/L over g/mol.
    [("pth", 9425, 1e3), ("calcium", 40.078, 10), ("phosphorus", 30.974, 10)],
)
def test_factors_follow_from_the_molar_mass(analyte, molar_mass, per_litre):
    (factor,) = (value for key, value in FACTORS.items() if key[0] == analyte)
    assert factor == pytest.approx(per_litre / molar_mass, rel=1e-3)


def test_printed_pairs():
    for pg_ml, pmol_l in ((150, 15.9), (300, 31.8), (600, 63.6), (800, 84.8), (1606, 170.3)):
        assert convert(pg_ml, "pth", "pg/mL", "pmol/L") == pytest.approx(pmol_l, abs=0.05)


def test_there_and_back_with_missing_values():
    column = pd.Series([8.4, None, 9.5])
    back = convert(convert(column, "calcium", "mg/dL", "mmol/L"), "calcium", "mmol/L", "mg/dL")
    pd.testing.assert_series_equal(back, column)
    assert convert(2.0, "calcium", "mmol/L", "mmol/L") == 2.0


@pytest.mark.parametrize(
    ("analyte", "source", "target"),
    [("alp", "U/L", "U/L"), ("pth", "ng/L", "ng/L"), ("calcium", "mg/dL", "pmol/L")],
)
def test_an_unknown_unit_is_refused_and_the_known_are_listed(analyte, source, target):
    with pytest.raises(DataError, match=f"no factor for '{analyte}'.*pth: pg/mL, pmol/L"):
        convert(1.0, analyte, source, target)
