"""A linear mixed model over visits: each visit against baseline, with a level for each patient.

Every value counts, also those of patients who miss a visit. Three things are assumed. A value is
missing for reasons that the patient's other values tell (missing at random). The scatter within a
patient is the same at each visit. Two visits are equally alike however far apart they are. The
robust standard errors drop the second and third for the interval, not for the estimate.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from analysis_lib.errors import DataError
from analysis_lib.proportions import check_level
from analysis_lib.results import Estimate
from analysis_lib.visits import Scale, check_course, check_scale

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Errors = Literal["model", "robust"]


@dataclass(frozen=True, kw_only=True)
class VisitModel:
    """A fitted model.

    ``visits`` has one row a visit after baseline: ``visit``, ``month``, ``n`` patients with a
    value there, ``estimate`` (ratio of geometric means to baseline on the log scale, else mean
    difference), ``lower``, ``upper``, and ``log_estimate`` with its ``se`` (on the linear scale:
    the difference and its own). ``sd_patients`` and ``sd_residual`` are the standard deviations
    between and within patients, of the logarithms or in the unit. ``missing`` rows were due and
    had no value. ``remarks`` says what went wrong with the fit, and is empty if nothing did.
    """

    visits: pd.DataFrame
    sd_patients: float
    sd_residual: float
    log_likelihood: float
    n_patients: int
    n_values: int
    missing: int
    converged: bool
    remarks: tuple[str, ...]
    scale: Scale
    errors: Errors
    level: float

    @property
    def correlation(self) -> float:
        """Correlation of two values of one patient, as the model has it."""
        between = self.sd_patients**2
        return between / (between + self.sd_residual**2)

    def at(self, visit: str) -> pd.Series:
        """Return the row of one visit; DataError if the model has none of that name."""
        found = self.visits[self.visits["visit"].eq(visit)]
        if found.empty:
            known = ", ".join(self.visits["visit"])
            raise DataError(f"the model has no visit {visit!r}; it has {known}")
        return found.iloc[0]

    def estimate(self, visit: str, *, unit: str = "", decimals: int = 2) -> Estimate:
        """Return one visit against baseline as a result; ``n`` patients have a value there."""
        row = self.at(visit)
        return Estimate(
            estimate=float(row["estimate"]), lower=float(row["lower"]), upper=float(row["upper"]),
            level=self.level, n=int(row["n"]), unit=unit, decimals=decimals,
            method=f"linear mixed model, {self.errors} errors", denominator="patients",
            warnings=self.remarks,
        )  # fmt: skip


def visit_model(
    rows: pd.DataFrame, *, scale: Scale, errors: Errors, level: float = 0.95
) -> VisitModel:
    """Fit value ~ visit with a random intercept per patient, by restricted maximum likelihood.

    The visits are categories, so that no shape over time is assumed. Fitted by ``MixedLM`` of
    ``statsmodels``. A random response beside the random intercept would fit the shipped cohort
    better, but has no maximum inside its range for phosphorus and alkaline phosphatase.

    Parameters
    ----------
    rows : DataFrame
        One row a patient and visit, as from ``cohort.course``, of one analyte. A row without a
        value is left out and counted. Patients without a baseline value stay in.
    scale : {"linear", "log"}
        "log" models the natural logarithm and gives ratios to baseline. There is no default.
    errors : {"model", "robust"}
        "model" believes the variances of the model; "robust" takes them from the patients'
        residuals (sandwich estimator with patients as clusters, times patients / (patients - 1)).
        There is no default.
    level : float
        Confidence level, in (0, 1). Limits use the normal distribution, as there are many
        patients; at a visit with few of them they are too narrow.

    Raises
    ------
    MissingColumnError, DataError
        If the frame is no course of visits; without a visit called baseline, or any other; with
        no patient who has two values; if no value varies; or if a value is not positive on the log
        scale.

    References
    ----------
    Laird NM, Ware JH. Biometrics 1982;38:963-974.
    Liang KY, Zeger SL. Biometrika 1986;73:13-22.
    """
    import numpy as np
    import pandas as pd
    from scipy.stats import norm

    check_course(rows)
    check_level(level)
    if errors not in get_args(Errors):
        raise DataError(f"the errors are {errors!r}; say 'model' or 'robust'")
    used = rows.assign(value=rows["value"].astype(float)).dropna(subset=["value"])
    check_scale(used["value"], scale)
    used = used.sort_values(["patient_id", "month"], kind="stable")
    names = list(used.sort_values("month", kind="stable")["visit"].unique())
    _check(used, names)
    y = np.asarray(np.log(used["value"]) if scale == "log" else used["value"], dtype=float)
    design = np.column_stack(
        [np.ones(len(y)), *((used["visit"] == name).to_numpy(float) for name in names[1:])]
    )
    groups = pd.factorize(used["patient_id"])[0]
    fit, unit, remarks = _fit(y, design, groups)
    between = float(np.asarray(fit.cov_re)[0, 0])
    within = float(fit.scale)
    beta = np.asarray(fit.fe_params)
    covariance = _covariance(y / unit, design, groups, beta, between, within, errors)
    estimate, se = unit * beta[1:], unit * np.sqrt(np.diag(covariance))[1:]
    half = float(norm.isf((1 - level) / 2)) * se
    ends = {"estimate": estimate, "lower": estimate - half, "upper": estimate + half}
    if scale == "log":
        ends = {name: np.exp(values) for name, values in ends.items()}
    counts = used.groupby("visit")["value"].count()
    months = used.groupby("visit")["month"].first()
    table = pd.DataFrame({"visit": names[1:]})
    table["month"], table["n"] = table["visit"].map(months), table["visit"].map(counts)
    return VisitModel(
        visits=table.assign(**ends, log_estimate=estimate, se=se),
        sd_patients=unit * float(np.sqrt(between)),
        sd_residual=unit * float(np.sqrt(within)),
        # The density of y / unit is that of y times unit; REML loses one degree a coefficient.
        log_likelihood=float(fit.llf) - (len(y) - design.shape[1]) * float(np.log(unit)),
        n_patients=int(groups.max()) + 1,
        n_values=len(y),
        missing=len(rows) - len(y),
        converged=bool(fit.converged),
        remarks=remarks,
        scale=scale,
        errors=errors,
        level=level,
    )


def _check(used: pd.DataFrame, names: list[Any]) -> None:
    values = f"{len(used)} values of {used['patient_id'].nunique()} patients"
    if "baseline" not in names:
        raise DataError(f"{values}, none of them at a visit called 'baseline' to compare with")
    if names[0] != "baseline":
        raise DataError(f"visit {names[0]!r} is planned before baseline; leave it out")
    if len(names) < 2:
        raise DataError(f"{values}, all of them at baseline; a change needs another visit")
    if used["patient_id"].value_counts().max() < 2:
        raise DataError(f"{values}, and nobody has two: patients can't be told from scatter")
    if used.groupby("visit")["value"].std().fillna(0).max() == 0:
        raise DataError(f"{values}, all alike at each visit; there is no spread to model")


def _fit(y: Floats, design: Floats, groups: Any) -> tuple[Any, float, tuple[str, ...]]:
    """Fit with the scatter about the means as unit, as the optimiser's tolerance is absolute."""
    import numpy as np
    from statsmodels.regression.mixed_linear_model import MixedLM

    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    unit = float(np.std(rest))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            fit = MixedLM(y / unit, design, groups).fit(reml=True, method=["bfgs"], gtol=1e-7)
        except np.linalg.LinAlgError as error:
            raise DataError(
                f"the mixed model of {len(y)} values can't be fitted ({error}); are there visits "
                "with one value, or patients whose values are all the same?"
            ) from error
    remarks = dict.fromkeys(str(warning.message) for warning in said)
    if float(np.asarray(fit.cov_re)[0, 0]) < 1e-6:
        remarks["patients do not differ beyond their scatter: variance at its limit of zero"] = None
    return fit, unit, tuple(remarks)


def _covariance(
    y: Floats, design: Floats, groups: Any, beta: Floats, between: float, within: float,
    errors: Errors,
) -> Floats:  # fmt: skip
    """Covariance of the fixed effects: the inverse information, or the sandwich around it."""
    import numpy as np

    k = design.shape[1]
    information, meat, count = np.zeros((k, k)), np.zeros((k, k)), int(groups.max()) + 1
    for group in range(count):
        mine = groups == group
        x, rest = design[mine], (y - design @ beta)[mine]
        size = len(rest)
        weight = (np.eye(size) - between / (within + size * between)) / within
        information += x.T @ weight @ x
        score = x.T @ weight @ rest
        meat += np.outer(score, score)
    bread = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return bread if errors == "model" else bread @ meat @ bread * count / (count - 1)
