"""Which candidates predict treatment failure: the road that is assumed for the study.

Each candidate alone, then all that pass the screening together. Fits are those of statsmodels.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
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
        independent if its p-value there is below ``alpha``. With ``math.inf`` all enter that have
        an estimate alone.
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
        If there is no candidate, or a column holds anything but numbers.
    """
    import pandas as pd

    frame = _checked(frame, candidates, outcome)
    single = [row for term in candidates for row in _fit(frame, [term], outcome, level)]
    entered = [str(row["term"]) for row in single if row["p"] < screening]
    joint = _fit(frame, entered, outcome, level) if entered else []
    table = pd.DataFrame(
        [{"stage": "univariable", **row, "independent": None} for row in single]
        + [{"stage": "multivariable", **row, "independent": row["p"] < alpha} for row in joint]
    )
    table.insert(len(table.columns) - 2, "entered", table["term"].isin(entered))
    return _typed(table)


def by_rule(
    frame: pd.DataFrame,
    *,
    levels: Sequence[float],
    stays: Sequence[float],
    candidates: Sequence[str] = CANDIDATES,
    outcome: str = "treatment_failure",
    alpha: float = 0.05,
    level: float = 0.95,
) -> dict[str, pd.DataFrame]:
    """Choose the terms of a model by other rules: screening, all at once, backward elimination.

    Parameters
    ----------
    frame, candidates, outcome, alpha, level
        As for :func:`published_model`.
    levels : sequence of float
        Levels of screening.
    stays : sequence of float
        Levels of backward elimination: start with all candidates; while the largest p-value is
        not below the level, drop its term and fit again. 0.157 is about Akaike's criterion for a
        term with one coefficient.

    Returns
    -------
    dict of str to DataFrame
        Rule, in words, to the rows of its last model, with the columns of ``published_model``
        from ``term`` on; no row if no term is left. Elimination stops at a model without an
        estimate, whose note says why.

    Raises
    ------
    MissingColumnError, DataError
        As for :func:`published_model`.
    """
    import pandas as pd

    checked = _checked(frame, candidates, outcome)
    alone = {term: _fit(checked, [term], outcome, level)[0]["p"] for term in candidates}

    def model(terms: Sequence[str]) -> list[dict[str, Any]]:
        return _fit(checked, terms, outcome, level) if terms else []

    models = {
        f"screening, p < {each:g}": model([term for term, p in alone.items() if p < each])
        for each in levels
    }
    models["all at once"] = model(list(candidates))
    for stay in stays:
        rows = model(list(candidates))
        while rows and (worst := max(rows, key=lambda row: row["p"]))["p"] >= stay:
            rows = model([str(row["term"]) for row in rows if row is not worst])
        models[f"backward, p < {stay:g}"] = rows
    tables = {}
    for rule, rows in models.items():
        table = pd.DataFrame(rows, columns=list(models["all at once"][0]))
        table.insert(len(table.columns) - 1, "entered", True)
        tables[rule] = _typed(table.assign(independent=table["p"] < alpha))
    return tables


def of_predictor(models: Mapping[str, pd.DataFrame], predictor: str = PREDICTOR) -> pd.DataFrame:
    """Say of each model of :func:`by_rule` what it makes of one term.

    Returns
    -------
    DataFrame
        One row a rule: ``rule``; ``others``, the tuple of the other terms; ``beside``, the same in
        words; ``per_term``, events for each term; ``odds_ratio``, ``lower``, ``upper``, ``p`` of
        the predictor, missing if it is not in the model; ``only``, whether it alone is
        independent.
    """
    import pandas as pd

    lines = []
    for rule, model in models.items():
        rows = model.set_index("term")
        others = tuple(str(term) for term in rows.index if term != predictor)
        numbers = rows.reindex([predictor]).iloc[0]
        lines.append(
            {
                "rule": rule,
                "others": others,
                "beside": listed(others),
                "per_term": float(rows["events"].max() / len(rows)) if len(rows) else math.nan,
                **{name: float(numbers[name]) for name in ("odds_ratio", "lower", "upper", "p")},
                "only": rows.index[rows["independent"]].tolist() == [predictor],
            }
        )
    return pd.DataFrame(lines)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of a table of fits their types."""
    whole = dict.fromkeys(("n", "events", "left_out"), "Int64")
    words = dict.fromkeys({"stage", "term", "note"} & set(table), "string")
    return table.astype({**whole, **words, "entered": "boolean", "independent": "boolean"})


def _checked(frame: pd.DataFrame, candidates: Sequence[str], outcome: str) -> pd.DataFrame:
    """The columns to model, as numbers; errors name the first value that is none."""
    import pandas as pd

    if not candidates:
        raise DataError("no candidate to screen; name at least one column of the frame")
    names = [*candidates, outcome]
    absent = [name for name in names if name not in frame]
    if absent:
        raise MissingColumnError(
            f"no column {', '.join(map(repr, absent))} to model; give a frame as from "
            "cohort.analysis_frame, with these columns"
        )
    checked = frame[names].convert_dtypes()
    for name in names:
        values = checked[name].dropna()
        if len(values) and not pd.api.types.is_numeric_dtype(values):
            raise DataError(
                f"column {name!r} holds {values.iloc[0]!r}; a model needs numbers, or yes and no: "
                "turn a group into one column of 0 and 1 for each of its levels but one"
            )
    values = checked[outcome].dropna().astype(float)
    if not values.isin([0, 1]).all():
        raise DataError(f"outcome {outcome!r} takes other values than yes and no (1 and 0)")
    return checked.astype("Float64")


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
