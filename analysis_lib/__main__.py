"""The command line: ``python -m analysis_lib build`` writes a cohort, ``ensemble`` many."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from analysis_lib.errors import DataError
from analysis_lib.scenario import SEED


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m analysis_lib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser(
        "build", help="build a cohort that is compatible with every published figure"
    )
    build.add_argument("--scenario", type=Path, help="assumptions as JSON; the default if left out")
    build.add_argument("--seed", type=int, default=SEED, help="one seed, one cohort")
    build.add_argument("--out", type=Path, required=True, help="folder to write the tables into")
    many = commands.add_parser(
        "ensemble", help="build and analyse many compatible cohorts, each of other assumptions"
    )
    many.add_argument("--n", type=int, default=2000, help="compatible cohorts")
    many.add_argument("--seed", type=int, default=SEED, help="one seed, one ensemble")
    many.add_argument("--jobs", type=int, default=-1, help="processes; -1 for all cores")
    many.add_argument(
        "--out", type=Path, required=True,
        help="folder to write the table into; called again, a run that was stopped goes on",
    )  # fmt: skip
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "ensemble":
            return _ensemble(chosen.n, chosen.seed, chosen.jobs, chosen.out)
        return _build(chosen.scenario, chosen.seed, chosen.out)
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _build(scenario: Path | None, seed: int, out: Path) -> int:
    from analysis_lib import compatible, records, verify
    from analysis_lib.scenario import DEFAULT, Scenario

    assumed = DEFAULT if scenario is None else Scenario.from_json(scenario.read_text("utf-8"))
    cohort = compatible.build(assumed, seed)
    broken = verify.failed(
        verify.verify(
            cohort,
            severe_below=assumed.hypocalcaemia_threshold_mmol_l,
            screening=assumed.screening_level,
        )
    )
    if broken:
        raise DataError(f"seed {seed} violates {', '.join(broken)}; nothing was written")
    for path in records.save(cohort, out):
        print(f"wrote {path}, simulated")
    return 0


def _ensemble(n: int, seed: int, jobs: int, out: Path) -> int:
    from analysis_lib import ensemble

    found = ensemble.ensemble(n, seed, jobs=jobs, folder=out, progress=sys.stderr.isatty())
    for path in ensemble.save(found, out):
        print(f"wrote {path}, simulated")
    print(f"{len(found.unmet)} of {found.drawn} scenarios could not be met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
