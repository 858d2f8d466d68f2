"""Which candidates predict treatment failure: the road that is assumed for the study.

Each candidate alone, then all that pass the screening together. Fits are those of statsmodels.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib.errors import DataError, MissingColumnError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CANDIDATES = (
    "age_years",
    "sex_male",
    "dialysis_vintage_years",
    "n_glands",
    "max_diameter_mm",
    "calcium_baseline_mmol_l",
    "phosphorus_baseline_mmol_l",
    "log2_alp_baseline",
    "pth_high",
)
"""Columns of the analysis frame that the published model is assumed to have screened."""

IN_WORDS = {
    "age_years": "age, per year",
    "sex_male": "male sex",
    "dialysis_vintage_years": "time on dialysis, per year",
    "n_glands": "glands, per gland",
    "max_diameter_mm": "largest gland, per mm",
    "calcium_baseline_mmol_l": "calcium, per mmol/L",
    "phosphorus_baseline_mmol_l": "phosphorus, per mmol/L",
    "log2_alp_baseline": "alkaline phosphatase, per doubling",
    "pth_high": "PTH at or above the cut-off",
}
"""What one unit of each candidate is, as a table writes it."""

NAMES = {term: words.partition(",")[0] for term, words in IN_WORDS.items()}
"""What each candidate is called in a sentence, or as a label."""

PREDICTOR = "pth_high"


def listed(terms: Sequence[str]) -> str:
    """Name terms in a sentence: "glands, alkaline phosphatase and male sex"; "none" if there is
    no term. A column that is not among :data:`NAMES` is called by its own name."""
    *first, last = [NAMES.get(term, term) for term in terms] or ["none"]
    return f"{', '.join(first)} and {last}" if first else last


def published_model(
    frame: pd.DataFrame,
    *,
    candidates: Sequence[str] = CANDIDATES,
    outcome: str = "treatment_failure",
    screening: float = 0.10,
    alpha: float = 0.05,
    level: float = 0.95,
) -> pd.DataFrame:
    """Fit each candidate alone, then all that pass the screening together.

    Logistic regression by maximum likelihood, with Wald tests and limits. A patient without the
    outcome, or without a value of a term, is left out of the fits that need it, and counted.

    Parameters
    ----------
    frame : DataFrame
        One row a patient, as from ``analysis_frame``.
    candidates : sequence of str
        Numerical or boolean columns to screen.
    outcome : str
        Boolean column to be explained.
    screening, alpha : float
        A term enters the multivariable model if its p-value alone is below ``screening``; it is
        independent if its p-value there is below ``alpha``.
    level : float
        Confidence level of the limits.

    Returns
    -------
    DataFrame
        One row a stage and term: ``stage`` (univariable, multivariable); ``term``; ``n``
        patients in the fit; ``events`` among them; ``left_out``, patients with a missing value;
        ``log_odds_ratio`` and its ``se``; ``odds_ratio``, ``lower``, ``upper``, ``p``;
        ``entered`` (the term passed the screening); ``independent`` (missing in the univariable
        stage); ``note``, why there is no estimate. No estimate exists without events or without
        non-events, for a term that does not vary, and under separation.

    Raises
    ------
    MissingColumnError
        If the frame lacks a candidate or the outcome.
    DataError
        If there is no candidate.
    """
    import pandas as pd

    if not candidates:
        raise DataError("no candidate to screen; name at least one column of the frame")
    absent = [name for name in [*candidates, outcome] if name not in frame]
    if absent:
        raise MissingColumnError(
            f"no column {', '.join(map(repr, absent))} to model; give a frame as from "
            "cohort.analysis_frame, with these columns"
        )
    single = [row for term in candidates for row in _fit(frame, [term], outcome, level)]
    entered = [str(row["term"]) for row in single if row["p"] < screening]
    joint = _fit(frame, entered, outcome, level) if entered else []
    table = pd.DataFrame(
        [{"stage": "univariable", **row, "independent": None} for row in single]
        + [{"stage": "multivariable", **row, "independent": row["p"] < alpha} for row in joint]
    )
    table.insert(len(table.columns) - 2, "entered", table["term"].isin(entered))
    whole = dict.fromkeys(("n", "events", "left_out"), "Int64")
    words = dict.fromkeys(("stage", "term", "note"), "string")
    return table.astype({**whole, **words, "entered": "boolean", "independent": "boolean"})


def _fit(
    frame: pd.DataFrame, terms: Sequence[str], outcome: str, level: float
) -> list[dict[str, Any]]:
    """One row a term; not-a-number and a note where the likelihood has no maximum."""
    import numpy as np
    from scipy.stats import norm

    used = frame[[*terms, outcome]].dropna()
    y = used[outcome].to_numpy(dtype=float)
    x = used[list(terms)].to_numpy(dtype=float)
    estimate, se, note = _maximum_likelihood(x, y)
    z = norm.isf((1 - level) / 2)
    with np.errstate(over="ignore"):
        ratios = {
            "odds_ratio": np.exp(estimate),
            "lower": np.exp(estimate - z * se),
            "upper": np.exp(estimate + z * se),
            "p": 2 * norm.sf(np.abs(estimate / se)),
        }
    return [
        {
            "term": term,
            "n": len(y),
            "events": int(y.sum()),
            "left_out": len(frame) - len(y),
            "log_odds_ratio": float(estimate[i]),
            "se": float(se[i]),
            **{key: float(values[i]) for key, values in ratios.items()},
            "note": note,
        }
        for i, term in enumerate(terms)
    ]


def _maximum_likelihood(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, str]:
    """Estimates and standard errors of the terms, by statsmodels; none and a note if none exist."""
    import numpy as np
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    none = np.full(x.shape[1], np.nan)
    if not 0 < y.sum() < len(y):
        return none, none, f"{int(y.sum())} of {len(y)} patients have the outcome"
    design = np.column_stack([np.ones(len(y)), x])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return none, none, "a term does not vary, or follows from the others"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they would say is asked of the fit below
        try:
            fit = sm.Logit(y, design).fit(disp=False, maxiter=50)
        except (PerfectSeparationError, np.linalg.LinAlgError):
            return none, none, "separation: the terms tell outcomes apart perfectly"
        estimate, se = np.asarray(fit.params)[1:], np.asarray(fit.bse)[1:]
        converged = bool(fit.mle_retvals["converged"])
    if not converged or not np.isfinite(estimate).all() or not np.isfinite(se).all():
        return none, none, "separation: the likelihood has no maximum"
    return estimate, se, ""
