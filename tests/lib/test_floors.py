"""The architecture: who may import whom, and what an import costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "analysis_lib"
FLOORS = [
    {"errors", "results", "units", "datapackage", "published", "cohort", "contradictions"}
    | {"scenario", "places"},
    {"proportions", "consistency", "design_analysis", "odds_ratio", "logistic", "trajectories"}
    | {"glands", "zero_events", "clusters", "clustering", "clustered_proportions"}
    | {"visits", "change", "effect_size", "mixed", "regression_to_mean"}
    | {"survival", "imputation", "coverage", "few_events", "interval_coverage"}
    | {"balance"}
    | {"model_strength", "specifications", "standardised"}
    | {"rare_events", "benefit_harm"}
    | {"roc", "c_statistic", "thresholds", "cutoff", "maximal_chi_square", "minimal_p"}
    | {"cutoff_studies", "false_alarms"}
    | {"decomposition"}
    | {"splines", "screening", "performance", "net_benefit"},
    {"two_by_two", "study_counts", "binomial_normal", "pooled", "synthesis", "verify"}
    | {"complications", "grading", "hypocalcaemia", "hypocalcaemia_scales"}
    | {"permutation", "exchanges", "records", "compatible", "conclusions", "ensemble"}
    | {"standing", "stability"}
    | {"prediction", "endpoint", "recurrence"}
    | {"samplesize", "precision", "power"}
    | {"baseline", "participants"}
    | {"procedure", "procedure_fits", "validation", "out_of_sample"}
    | {"validation_intervals", "drawn_validation", "decisions"},
    {"report"},
    {"tables", "figures"},
    {"ledger", "full_ledger", "dictionary"},
    {"__main__"},
]
HEAVY = {"numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn", "frictionless"}
MODULES = sorted(
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
)


def floor(module):
    top = module.split(".")[1]
    return next(level for level, names in enumerate(FLOORS) if top in names)


def imports(module):
    path = ROOT.parent / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis_lib."):
            yield node.module


@pytest.mark.parametrize("module", [m for m in MODULES if m != "analysis_lib"])
def test_a_module_imports_only_from_its_floor_or_below(module):
    assert any(module.split(".")[1] in names for names in FLOORS), f"{module} has no floor yet"
    for other in imports(module):
        assert floor(other) <= floor(module), f"{module} reaches up to {other}"


def test_there_is_no_import_cycle():
    done, path = set(), []

    def visit(module):
        assert module not in path, f"cycle: {' -> '.join([*path, module])}"
        if module not in done:
            path.append(module)
            for other in imports(module):
                visit(other)
            done.add(path.pop())

    for module in MODULES:
        visit(module)


@pytest.mark.parametrize(
    "module", ["analysis_lib", "analysis_lib.published", "analysis_lib.report"]
)
def test_heavy_packages_are_imported_only_when_they_are_used(module):
    code = f"import sys, {module}; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(out.stdout.split())
