"""Time the whole-procedure bootstrap: cut-off, screening of nine candidates, model, measures."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import statsmodels.api as sm

from analysis_lib import cohort
from analysis_lib.cutoff import bootstrap
from analysis_lib.minimal_p import minimal_p
from analysis_lib.prediction import CANDIDATES
from analysis_lib.procedure import Procedure
from analysis_lib.procedure_fits import prepare
from analysis_lib.thresholds import choose_many
from analysis_lib.validation import optimism, resample

RESAMPLES, LOOP, SCREENING = 1000, 50, 0.10
CUT = "pth_baseline_pg_ml"
NAMES = (*CANDIDATES[:-1], CUT)


def best(task: Callable[[], Any], times: int = 3) -> float:
    """Return the least of some times, in seconds; a first run does not count."""
    task()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def row(name: str, seconds: float, remark: str = "") -> None:
    """Print a line of the table."""
    print(f"{name:<48}{seconds:9.3f} s  {remark}", flush=True)


def concordance(linear: Any, y: Any) -> float:
    """Return the C statistic of one set of logits."""
    gaps = linear[y][:, None] - linear[~y]
    return float(np.mean((gaps > 0) + 0.5 * (gaps == 0)))


def plain(x: Any, y: Any, counts: Any) -> list[float]:
    """Go the procedure one resample after the other, one fit of statsmodels after the other."""
    found = []
    for count in counts:
        rows, at = np.repeat(np.arange(len(y)), count), NAMES.index(CUT)
        cutoff = choose_many(
            x[rows, at], y[rows], np.ones((1, len(rows))), rule="youden", inner=0.1
        )
        own = x.copy()
        own[:, at] = own[:, at] >= cutoff

        def model(places: list[int], own: Any = own, rows: Any = rows) -> Any:
            design = np.column_stack([np.ones(len(rows)), own[rows][:, places]])
            return sm.Logit(y[rows].astype(float), design).fit(method="newton", disp=False)

        entered = [j for j in range(x.shape[1]) if model([j]).pvalues[1] < SCREENING]
        coefficients = model(entered).params
        linear = coefficients[0] + own[:, entered] @ coefficients[1:]
        found.append(concordance(linear[rows], y[rows]) - concordance(linear, y))
    return found


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")  # of the loop: separation in the screening
    frame = cohort.analysis_frame(cohort.load())
    print(
        f"{RESAMPLES} resamples of the whole procedure, n = {len(frame)}, {len(NAMES)} candidates"
    )
    for penalty in ("none", "firth"):
        ready = prepare(
            Procedure(
                candidates=NAMES,
                outcome="treatment_failure",
                cut=CUT,
                cutoff="youden",
                screening=SCREENING,
                penalty=penalty,
            ),
            frame,
        )
        resampled = resample(ready, ready.y, resamples=RESAMPLES, seed=1)
        fits = best(lambda ready=ready: resample(ready, ready.y, resamples=RESAMPLES, seed=1))
        failed = RESAMPLES - int(resampled.good.sum())
        row(f"penalty {penalty}: fits", fits, f"{failed} resamples without a model")
        measured = best(lambda resampled=resampled: optimism(resampled))
        row("  five measures, in resamples and in the rows", measured)
        if penalty == "none":
            counts = resampled.counts[resampled.good][:LOOP]
            loop = best(lambda ready=ready, counts=counts: plain(ready.x, ready.y, counts), 1)
            scaled = loop * RESAMPLES / LOOP
            remark = f"{LOOP} resamples, scaled; {scaled / (fits + measured):.0f} times ours"
            row("  a plain loop of statsmodels Logit, C alone", scaled, remark)
    value, outcome = frame[CUT], frame["treatment_failure"]
    for rule in ("youden", "closest", "minimal_p"):
        seconds = best(
            lambda rule=rule: bootstrap(
                value, outcome, rule=rule, direction="higher", resamples=10_000, seed=1
            )
        )
        row(f"10000 cut-offs by {rule}", seconds)
    seconds = best(
        lambda: minimal_p(
            value, outcome, direction="higher", inner=0.1, permutations=10_000, seed=1
        )
    )
    row("lowest p: formula, exact, 10000 permutations", seconds)


if __name__ == "__main__":
    main()
