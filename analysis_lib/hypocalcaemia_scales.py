"""The same association on other scales: per standard deviation, and at every threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib.hypocalcaemia import OUTCOME, TERMS, complete_cases, maximum
from analysis_lib.logistic import fit
from analysis_lib.logistic.profile import profile_many
from analysis_lib.results import Estimate

if TYPE_CHECKING:
    import pandas as pd


def per_sd(
    frame: pd.DataFrame,
    assumed: Mapping[str, float],
    *,
    outcome: str = OUTCOME,
    level: float = 0.95,
) -> pd.DataFrame:
    """Set the coefficients that the simulation was given beside those that its rows show.

    Both are per standard deviation of a term and in one model. The simulation adds a Gumbel
    variable to its score and calls the highest scores severe. That is a binomial model with the
    complementary log-log link, so this is fitted, by statsmodels, and the logistic one beside it.
    Where a third has the outcome, a log odds ratio is somewhat larger than the other coefficient.

    Parameters
    ----------
    frame : DataFrame
        One row a patient, as from :func:`predictor_frame`. Who lacks a value is left out.
    assumed : mapping of str to float
        Column to the coefficient per standard deviation that the scenario names.
    outcome : str
        Boolean column.
    level : float
        Confidence level of the Wald limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row a term: ``term``; ``sd`` (divided by n, in the unit of the column); ``assumed``;
        ``cloglog``, an Estimate on the scale of the simulation; ``logit``, an Estimate of the log
        odds ratio per standard deviation; ``n``, ``left_out``.

    Raises
    ------
    MissingColumnError, DataError
        As :func:`associations`.
    """
    import numpy as np
    import pandas as pd
    import statsmodels.api as sm

    used = complete_cases(frame, outcome, list(assumed))
    y = used[outcome].to_numpy(dtype=float)
    x, _ = maximum(used, list(assumed), y)
    sd = x[:, 1:].std(axis=0)
    x = np.column_stack([x[:, 0], (x[:, 1:] - x[:, 1:].mean(axis=0)) / sd])
    found = {}
    for name, link in (("cloglog", sm.families.links.CLogLog()), ("logit", None)):
        model = sm.GLM(y, x, sm.families.Binomial(link)).fit(tol=1e-12, maxiter=200)
        limits = model.conf_int(1 - level)
        found[name] = [
            Estimate(
                estimate=float(model.params[place]),
                lower=float(limits[place, 0]),
                upper=float(limits[place, 1]),
                level=level,
                n=len(y),
                unit="",
                decimals=2,
                method=f"binomial regression, {name} link, Wald",
                denominator="patients",
                p_value=float(model.pvalues[place]),
            )
            for place in range(1, x.shape[1])
        ]
    return pd.DataFrame(
        {
            "term": list(assumed),
            "sd": sd,
            "assumed": list(assumed.values()),
            **found,
            "n": len(y),
            "left_out": len(frame) - len(used),
        }
    )


def by_cut(
    frame: pd.DataFrame,
    thresholds: Sequence[float],
    *,
    value: str = "calcium_nadir_30d_mmol_l",
    terms: Mapping[str, str] = TERMS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Fit the terms to a calcium cut in two at each threshold, and to the calcium itself.

    Parameters
    ----------
    frame : DataFrame
        One row a patient, as from :func:`predictor_frame`.
    thresholds : sequence of float
        Calcium in mmol/L below which the outcome counts as severe.
    value : str
        Column that is cut.
    terms : mapping of str to str
        Columns that stand in each model together.
    level : float
        Confidence level of the Wald limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row a threshold and term, and last one row a term for the value itself:
        ``threshold`` (missing for the value itself); ``term``; ``events``, ``n``;
        ``odds_ratio``, an OddsRatio (missing for the value itself); ``z``, signed root of the
        likelihood ratio statistic of the term, with the sign of its coefficient (for the value
        itself that of a linear regression with normal errors); ``z_ratio``, its size as a share
        of that of the value itself; ``note``, why there is no estimate.

    Notes
    -----
    The ratio of estimate and standard error would not do: in logistic regression it shrinks again
    where an association is strong (Hauck and Donner, J Am Stat Assoc 1977;72:851-853).

    Raises
    ------
    MissingColumnError, DataError
        If a column is missing, or nobody has all values.
    """
    import numpy as np
    import pandas as pd
    import statsmodels.api as sm

    used = complete_cases(frame, value, list(terms))
    calcium = used[value].to_numpy(dtype=float)
    x = np.column_stack([np.ones(len(used)), used[list(terms)].to_numpy(dtype=float)])
    line = sm.OLS(calcium, x).fit()
    whole = np.array(
        [
            np.copysign(
                np.sqrt(2 * (line.llf - sm.OLS(calcium, np.delete(x, place, axis=1)).fit().llf)),
                line.params[place],
            )
            for place in range(1, x.shape[1])
        ]
    )
    rows: list[dict[str, Any]] = []
    for limit in thresholds:
        y = (calcium < limit).astype(float)
        model = fit(x, y, names=["intercept", *terms])
        fine = model.status == "converged"
        for place, term in enumerate(terms, start=1):
            z = np.nan
            if fine:
                lr = profile_many(x, y, column=place, penalty="none").statistic[0]
                z = float(np.copysign(np.sqrt(lr), model.coefficients[place]))
            rows.append(
                {
                    "threshold": float(limit),
                    "term": term,
                    "events": int(y.sum()),
                    "n": len(y),
                    "odds_ratio": model.odds_ratio(term, level) if fine else None,
                    "z": z,
                    "z_ratio": abs(z / whole[place - 1]),
                    "note": "" if fine else model.warnings[0],
                }
            )
    rows += [
        {"threshold": np.nan, "term": term, "events": pd.NA, "n": len(used), "odds_ratio": None,
         "z": float(whole[place]), "z_ratio": 1.0, "note": ""}
        for place, term in enumerate(terms)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"events": "Int64"})
