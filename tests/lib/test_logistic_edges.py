"""Edge cases, each with one outcome in all modes: an estimate, or why there is none."""

import numpy as np
import pytest

from analysis_lib.logistic import fit, fit_many
from analysis_lib.logistic.profile import profile_many
from analysis_lib.logistic.resampling import bootstrap


def with_a_level(kind, n=30):
    """Designs with a dummy whose level is the first three rows."""
    level = np.arange(n) < 3
    other = {"alone": [], "binary": [np.arange(n) % 2], "straight": [np.linspace(-1, 2, n)]}[kind]
    return np.column_stack([np.ones(n), level, *other]).astype(float), level


@pytest.mark.parametrize("outcome", ["mixed", "none", "all", "the level's complement"])
@pytest.mark.parametrize("kind", ["alone", "binary", "straight"])
def test_firth_of_a_level_without_weight_is_singular_in_each_shape(kind, outcome):
    # The coefficient of an emptied level starts at 0, where its score is 0 already.
    x, level = with_a_level(kind)
    ys = {
        "mixed": np.arange(30) % 4 == 0,
        "none": np.zeros(30),
        "all": np.ones(30),
        "the level's complement": ~level,
    }
    y = ys[outcome].astype(int)
    w = (~level).astype(float)
    names = list("abc")[: x.shape[1]]
    one = fit(x, y, names=names, weights=w, penalty="firth")
    assert one.status == "singular"
    assert np.isnan([*one.coefficients, *one.standard_errors]).all()
    assert "combination of the others" in one.warnings[0]
    full = np.ones(30)
    for design, response, weights in (
        (x, y, np.stack([w, w, full])),
        (x, np.stack([y, 1 - y]), w),
        (np.stack([x, x]), y, w),
        (x, np.stack([y, y]), np.stack([3 * w, w / 7])),
    ):
        many = fit_many(design, response, weights=weights, penalty="firth")
        profile = profile_many(design, response, column=1, weights=weights, penalty="firth")
        empty = np.atleast_2d(weights)[:, 0] == 0
        empty = np.broadcast_to(empty, len(many.codes))
        assert many.status.tolist() == np.where(empty, "singular", "converged").tolist()
        assert profile.status.tolist() == many.status.tolist()
        assert np.isnan(many.coefficients[empty]).all()
        assert np.isnan(profile.lower[empty] + profile.upper[empty] + profile.p_value[empty]).all()


@pytest.mark.parametrize("rows", [1, 2])
def test_firth_of_fewer_rows_than_columns_is_singular(rows):
    x = np.c_[np.ones(30), np.arange(30), np.arange(30) % 3]
    for start in range(4):
        w = ((np.arange(30) >= start) & (np.arange(30) < start + rows)).astype(float)
        for y in (np.zeros(30), np.arange(30) % 2):
            for weights in (w, 5 * w, np.stack([w, w])):
                assert set(fit_many(x, y, weights=weights, penalty="firth").status) == {"singular"}


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_firth_of_resamples_is_singular_exactly_where_a_level_is_lost(rows):
    rng = np.random.default_rng([1, rows])
    x = np.c_[np.ones(102), np.arange(102) < rows, rng.normal(size=102)]
    y = (rng.random(102) < 0.13).astype(int)
    weights = rng.multinomial(102, np.full(102, 1 / 102), size=400)
    lost = weights[:, :rows].sum(axis=1) == 0
    assert 10 < lost.sum() < 200
    for outcome in (y, np.tile(y, (400, 1))):
        fits = fit_many(x, outcome, weights=weights, penalty="firth")
        assert fits.status.tolist() == np.where(lost, "singular", "converged").tolist()
    drawn = bootstrap(x, y, names=list("abc"), penalty="firth", resamples=2000, seed=1)
    share = (1 - rows / 102) ** 102
    assert drawn.shares["singular"] == pytest.approx(
        share, abs=4 * np.sqrt(share * (1 - share) / 2000)
    )
    assert drawn.shares["singular"] + drawn.shares["converged"] == pytest.approx(1)
    assert f"{2000 - drawn.used} singular" in drawn.warnings[0]
