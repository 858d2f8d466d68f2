"""A chunk bounds the memory: what is held beside data and results does not grow with the fits."""

import itertools
import tracemalloc

import numpy as np
import pytest

from analysis_lib.logistic import LogF, fit_many
from analysis_lib.logistic.profile import profile_many

N, P = 102, 4


def data(kind, count):
    """The arguments of ``count`` fits, made before memory is measured."""
    rng = np.random.default_rng(5)
    x = np.c_[np.ones(N), rng.normal(size=(N, P - 1))]
    y = (rng.random(N) < 1 / (1 + np.exp(2.2 - x[:, 1]))).astype(np.int8)
    if kind == "weights":
        return {"x": x, "y": y, "weights": rng.integers(0, 3, (count, N), dtype=np.int8)}
    if kind == "outcomes":
        return {"x": x, "y": (rng.random((count, N), dtype=np.float32) < 0.2).astype(np.int8)}
    shared = np.broadcast_to(x, (count, N, P))  # takes no memory, and is no array of its own
    return {"x": shared, "y": y}


def beside(run, given, **options):
    """Peak of memory in bytes, results apart."""
    tracemalloc.start()
    try:
        out = run(**given, **options)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return peak - sum(value.nbytes for value in vars(out).values() if hasattr(value, "nbytes"))


def test_sixty_thousand_fits_take_no_more_memory_than_twenty_thousand():
    few, many = (beside(fit_many, data("weights", count)) for count in (20_000, 60_000))
    assert many < 1.1 * few


@pytest.mark.parametrize("penalty", ["none", "firth", LogF(1, (1, 2, 3))], ids=str)
@pytest.mark.parametrize("kind", ["weights", "outcomes", "designs"])
def test_a_chunk_is_honoured_and_nothing_else_grows(kind, penalty):
    def peak(count, chunk):
        return beside(fit_many, data(kind, count), penalty=penalty, chunk=chunk)

    few, many = peak(900, 150), peak(2700, 150)
    assert many < 1.1 * few + 1e5
    assert peak(900, 900) > 2 * few  # all at once


def test_memory_follows_the_chunk():
    given = data("weights", 4000)
    peaks = [beside(fit_many, given, chunk=chunk) for chunk in (100, 400, 1600)]
    for small, large in itertools.pairwise(peaks):
        assert 2 < large / small < 5  # four times, but for what is there anyway


@pytest.mark.parametrize("penalty", ["none", "firth"])
def test_profiles_are_bounded_too(penalty):
    rng = np.random.default_rng(5)
    x = np.c_[np.ones(40), rng.normal(size=(40, 2))]
    peaks = []
    for count in (200, 600):
        y = (np.random.default_rng(1).random((count, 40)) < 0.4).astype(np.int8)
        given = {"x": x, "y": y, "column": 1, "penalty": penalty}
        peaks.append(beside(profile_many, given, chunk=50))
    assert peaks[1] < 1.3 * peaks[0] + 1e5
