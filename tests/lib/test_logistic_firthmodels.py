"""Firth's method against firthmodels: written by others, and not in R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib.logistic import fit
from analysis_lib.logistic.intervals import profile_table

FOLDER = Path(__file__).parents[1]
REFERENCE = pd.read_csv(FOLDER / "reference_python" / "logistic_firthmodels.csv")
DATA = pd.read_csv(FOLDER / "reference_r" / "logistic_firth_data.csv")
SIX = {"rtol": 1e-6, "atol": 0}


def rows_of(name):
    data = DATA[DATA["set"] == name]
    x = np.c_[np.ones(len(data)), data.filter(regex="^x").dropna(axis=1)]
    return x, data["y"].to_numpy(), REFERENCE[REFERENCE["set"] == name]


@pytest.mark.parametrize("name", REFERENCE["set"].unique())
def test_estimates_limits_and_tests_agree_to_six_digits(name):
    x, y, want = rows_of(name)
    names = want["name"].tolist()
    got = profile_table(x, y, names=names, penalty="firth")
    np.testing.assert_allclose(got["estimate"], want["estimate"], **SIX)
    np.testing.assert_allclose(got["profile_lower"], want["lower"], **SIX)
    np.testing.assert_allclose(got["profile_upper"], want["upper"], **SIX)
    np.testing.assert_allclose(got["lr_p"], want["p_value"], **SIX)
    one = fit(x, y, names=names, penalty="firth")
    np.testing.assert_allclose(one.penalised, want["penalised"], **SIX)


@pytest.mark.parametrize("name", REFERENCE["set"].unique())
def test_standard_errors_differ_by_the_leverages_alone(name):
    # Theirs come from the information with weights 1 + h, ours from that of the likelihood.
    x, y, want = rows_of(name)
    one = fit(x, y, names=want["name"].tolist(), penalty="firth")
    p = 1 / (1 + np.exp(-x @ np.array(one.coefficients)))
    v = p * (1 - p)
    h = v * np.einsum("ij,jk,ik->i", x, np.array(one.covariance), x)
    augmented = np.linalg.inv(x.T @ (((1 + h) * v)[:, None] * x))
    np.testing.assert_allclose(np.sqrt(np.diag(augmented)), want["se_augmented"], **SIX)
    assert (np.array(one.standard_errors) > want["se_augmented"]).all()
    plain = np.linalg.inv(x.T @ (v[:, None] * x))
    np.testing.assert_allclose(one.standard_errors, np.sqrt(np.diag(plain)), rtol=1e-9)


def test_the_reference_separates():
    x, y, _ = rows_of("endometrial")
    assert fit(x, y, names=list("abcd"), penalty="none").status == "separated"
