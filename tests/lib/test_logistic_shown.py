"""Separation asked of many fits at once says no more than when it is asked of each alone."""

import numpy as np
import pytest

from analysis_lib.logistic.separation import BOUNDARY, separates, shown


def asked(z, weights, steps):
    """Both answers for each step (p,): of all at once, and of each alone."""
    i, j = np.triu_indices(z.shape[1])
    absent = weights == 0
    move = np.where(absent, 0, steps @ z.T)
    at_once = shown(z, z[:, i] * z[:, j], absent, steps.T, move)
    # As in the iterations, only those are asked of in which some row moves by 1.
    alone = [
        row.max() >= 1 and separates(step, z[~gone])
        for step, gone, row in zip(steps, absent, move, strict=True)
    ]
    return at_once, np.array(alone)


@pytest.mark.parametrize("seed", range(20))
def test_asked_at_once_it_says_what_it_says_of_each(seed):
    """A rare column that only events have: each draw without its contradictions separates."""
    rng = np.random.default_rng(seed)
    n, k = 60, 40
    rare = (rng.random(n) < 0.15).astype(float)
    event = np.where(rare == 1, rng.random(n) < 0.8, rng.random(n) < 0.3)
    event[np.flatnonzero(rare)[:2]] = False, True  # one that contradicts, one that does not
    x = np.column_stack([np.ones(n), rare, rng.normal(size=(n, 2))])
    z = np.linalg.qr(x)[0] * np.where(event, 1.0, -1.0)[:, None]
    weights = rng.multinomial(n, np.full(n, 1 / n), size=k)
    weights[:, (rare == 1) & ~event] *= rng.random((k, 1)) < 0.5  # else nothing separates
    turn = np.linalg.solve(np.linalg.qr(x)[1].T, np.eye(4))
    toward = np.linalg.lstsq(z * np.where(event, 1.0, -1.0)[:, None], rare, rcond=None)[0]
    steps = 1.5 * toward + 1e-5 * rng.normal(size=(k, 4)) @ turn / np.abs(turn).max()
    at_once, alone = asked(z, weights, steps)
    at_once &= (steps @ z.T * (weights > 0)).max(axis=1) >= 1
    np.testing.assert_array_equal(at_once, alone)
    assert 0 < alone.sum() < k


def test_a_row_on_the_wrong_side_or_none_that_moves_is_no_separation():
    z = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    weights = np.ones((3, 4))
    steps = np.array([[0.0, 1.0], [0.5, 1.0], [0.0, BOUNDARY / 10]])
    at_once, alone = asked(z, weights, steps)
    assert at_once.tolist() == [True, False, False]
    assert alone.tolist() == [True, False, False]
