"""Times ensembles: cohorts per second, how time grows with their number and with workers, memory.

A thousand compatible cohorts should take at most five minutes on two cores. The growth is drawn
into ``_build/bench/ensemble.svg``.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIZES, LARGEST, AIM, MEMORY = (25, 50, 100, 200), 200, 300.0, 2048.0


def row(name: str, text: str) -> None:
    """Print a line of the table."""
    print(f"{name:<44}{text}", flush=True)


def main() -> int:
    """Time ensembles of several sizes on one core and on all."""
    import joblib
    from joblib.externals.loky import get_reusable_executor

    from analysis_lib.ensemble import ensemble

    cores = joblib.cpu_count(only_physical_cores=False)
    workers = [1, cores] if cores > 1 else [1]
    times: dict[int, list[float]] = {}
    for jobs in workers:
        ensemble(jobs, 1, jobs=jobs)  # imports, in each worker
        for n in SIZES:
            start = time.perf_counter()
            found = ensemble(n, 1, jobs=jobs)
            times.setdefault(jobs, []).append(time.perf_counter() - start)
            took = times[jobs][-1]
            row(
                f"{n} cohorts, {jobs} worker{'s' * (jobs > 1)}",
                f"{took:8.1f} s  {n / took:6.2f} a second; "
                f"{len(found.unmet)} of {found.drawn} scenarios not met",
            )
    missed = False
    thousand = times[workers[-1]][-1] / LARGEST * 1000
    missed |= cores > 1 and thousand > AIM
    verdict = "within" if thousand <= AIM else "MISSES"
    row(
        f"a thousand, {workers[-1]} workers, from the last",
        f"{thousand:8.0f} s  {verdict} the aim of {AIM:.0f} s on two cores",
    )
    row("time of the largest over that of the half", f"{times[1][-1] / times[1][-2]:8.2f}")
    row("one worker over all", f"{times[1][-1] / times[workers[-1]][-1]:8.2f}")
    if sys.platform != "win32":
        # Only what has ended counts among the children.
        get_reusable_executor().shutdown(wait=True)
        unit = 2**20 if sys.platform == "darwin" else 2**10
        own, child = (
            resource.getrusage(who).ru_maxrss / unit
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        whole = own + cores * child
        missed |= whole > MEMORY
        verdict = "within" if whole <= MEMORY else "MISSES"
        row("memory, all processes at most", f"{whole:8.0f} MB  {verdict} {MEMORY:.0f} MB")
    draw(times)
    return int(missed)


def draw(times: dict[int, list[float]]) -> None:
    """Draw seconds against the number of cohorts, a line for each number of workers."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.6, 3.6), layout="constrained")
    for (jobs, seconds), marker in zip(times.items(), "os", strict=False):
        axes.plot(SIZES, seconds, marker=marker, label=f"{jobs} worker{'s' * (jobs > 1)}")
    axes.set(xlabel="Compatible cohorts", ylabel="Seconds", xlim=(0, None), ylim=(0, None))
    axes.legend(loc="upper left")
    file = ROOT / "_build/bench/ensemble.svg"
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)
    row("growth with cohorts and workers", f"drawn in {file.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
