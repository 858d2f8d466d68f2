"""Writes what firthmodels gives for Firth's logistic regression, beside this script.

firthmodels is not among the packages of this book; see README.md for how it was run.
"""

from __future__ import annotations

import warnings
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from firthmodels import FirthLogisticRegression

HERE = Path(__file__).parent
ROWS = HERE.parent / "reference_r" / "logistic_firth_data.csv"
SETS = ("endometrial", "birthwt")


def table(name: str, data: pd.DataFrame) -> pd.DataFrame:
    """Fit one set; the intercept is the last of firthmodels' and the first of ours."""
    x = data.filter(regex="^x").dropna(axis=1)
    model = FirthLogisticRegression(backend="numpy", gtol=1e-8, xtol=1e-8, max_iter=500)
    model.fit(x.to_numpy(), data["y"].to_numpy())
    model.lrt()
    limits = model.conf_int(alpha=0.05, method="pl", max_iter=500, tol=1e-10)
    out = pd.DataFrame(
        {
            "set": name,
            "name": [*x.columns, "intercept"],
            "estimate": [*model.coef_, model.intercept_],
            "se_augmented": model.bse_,
            "lower": limits[:, 0],
            "upper": limits[:, 1],
            "p_value": model.lrt_pvalues_,
            "penalised": model.loglik_,
        }
    )
    return out.iloc[[-1, *range(len(x.columns))]]


def main() -> None:
    """Write the CSV."""
    warnings.simplefilter("error")  # a fit that did not converge would leave holes
    data = pd.read_csv(ROWS)
    found = pd.concat([table(name, data[data["set"] == name]) for name in SETS])
    found.to_csv(HERE / "logistic_firthmodels.csv", index=False, float_format="%.12g")
    print(f"firthmodels {version('firthmodels')}: {len(found)} rows")


if __name__ == "__main__":
    main()
