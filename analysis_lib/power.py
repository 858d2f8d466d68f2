"""What a study of one two-valued risk factor can be expected to print, before it is done.

Some share of the patients lie above a cut-off, some share fail, and a true odds ratio ties the
two. The chance of a significant result follows: by formula, and by going through every fourfold
table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from analysis_lib.design_analysis import DesignAnalysis, design_analysis
from analysis_lib.errors import CountError, DataError
from analysis_lib.proportions import check_level, whole_counts
from analysis_lib.results import Result, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

LARGEST = 10_000_000
"""Patients beyond which no size is looked for."""
MOST_TABLES = 10_000_000
"""Fourfold tables beyond which they are not gone through one by one."""


def group_risks(odds_ratio: float, *, exposed: float, outcome: float) -> tuple[float, float]:
    """Return the risks above and below a cut-off that give an odds ratio and an overall risk.

    Parameters
    ----------
    odds_ratio : float
        Above 0 and not 1.
    exposed, outcome : float
        Shares of all patients above the cut-off, and with the outcome; in (0, 1).

    Raises
    ------
    DataError
        If an argument is out of range; the message names it.
    """
    if not (0 < odds_ratio < math.inf) or odds_ratio == 1:
        raise DataError(f"odds ratio {odds_ratio} must be above 0 and not 1")
    for value, what in ((exposed, "share above the cut-off"), (outcome, "share with the outcome")):
        if not 0 < value < 1:
            raise DataError(f"{what} {value} lies outside (0, 1); give a fraction")
    # The share that is above and has the outcome solves a quadratic.
    a = odds_ratio - 1
    b = -(odds_ratio * (exposed + outcome) + (1 - exposed - outcome))
    c = odds_ratio * exposed * outcome
    both = 2 * c / (-b + math.sqrt(b * b - 4 * a * c))
    return both / exposed, (outcome - both) / (1 - exposed)


def planned_se(n: int, odds_ratio: float, *, exposed: float, outcome: float) -> float:
    """Return the standard error of the log odds ratio to expect from ``n`` patients.

    That of the fourfold table whose cells are as expected; other arguments and errors as for
    :func:`group_risks`, and a CountError if ``n`` is no count of at least 1.
    """
    _, patients = whole_counts(0, n)
    above, below = group_risks(odds_ratio, exposed=exposed, outcome=outcome)
    parts = (exposed * above * (1 - above), (1 - exposed) * below * (1 - below))
    return math.sqrt(sum(1 / (patients * part) for part in parts))


def planned(
    n: int, odds_ratio: float, *, exposed: float, outcome: float, level: float = 0.95
) -> DesignAnalysis:
    """Return power and errors of a Wald test in ``n`` patients, by formula.

    :func:`analysis_lib.design_analysis.design_analysis` at the standard error of
    :func:`planned_se`: it takes the standard error as fixed, and the estimate as normal.
    """
    se = planned_se(n, odds_ratio, exposed=exposed, outcome=outcome)
    return design_analysis(odds_ratio, se, level=level)


def size_for_power(
    odds_ratio: float, *, exposed: float, outcome: float, power: float, level: float = 0.95
) -> int:
    """Return the patients whose planned power reaches ``power``, by the Wald test.

    Parameters
    ----------
    odds_ratio, exposed, outcome
        As for :func:`group_risks`.
    power : float
        Above ``1 - level``, which a study has without any patient, and below 1.
    level : float
        A result is significant when its interval at this level leaves out 1.

    Raises
    ------
    DataError
        If an argument is out of range, or more than ``LARGEST`` patients were needed.
    """
    _check_power(power, level)

    def enough(n: int) -> bool:
        found = planned(n, odds_ratio, exposed=exposed, outcome=outcome, level=level)
        return found.power >= power

    if not enough(LARGEST):
        raise DataError(
            f"an odds ratio of {odds_ratio:g} takes more than {LARGEST} patients; it is too near 1"
        )
    short, long = 0, LARGEST
    while long - short > 1:
        middle = (short + long) // 2
        short, long = (short, middle) if enough(middle) else (middle, long)
    return long


def size_by_hsieh(
    odds_ratio: float, *, exposed: float, outcome: float, power: float, level: float = 0.95
) -> int:
    """Return the patients by another formula: the test that compares the two risks themselves.

    Arguments and errors as for :func:`size_for_power`.

    References
    ----------
    Hsieh FY, Bloch DA, Larsen MD. Stat Med 1998;17:1623-1634, formula (2).
    """
    check_level(level)
    _check_power(power, level)
    above, below = group_risks(odds_ratio, exposed=exposed, outcome=outcome)
    normal = NormalDist()
    under_null = math.sqrt(outcome * (1 - outcome) / exposed)
    under_truth = math.sqrt(below * (1 - below) + above * (1 - above) * (1 - exposed) / exposed)
    root = normal.inv_cdf(0.5 + level / 2) * under_null + normal.inv_cdf(power) * under_truth
    return math.ceil(root**2 / ((above - below) ** 2 * (1 - exposed)) - 1e-9)


@dataclass(frozen=True, kw_only=True)
class ExactPower(Result):
    """What all studies of a size would find, each possible result with its chance.

    ``power``: chance of a significant result by Wald's test; ``no_estimate``: chance that nobody
    (or everybody) in a group fails, so that there is no estimate. Such a result is not significant.
    """

    n: int
    n_exposed: int
    odds_ratio: float
    outcome: float
    level: float
    power: float
    no_estimate: float

    def faces(self) -> dict[str, str]:
        """Format codes: "" (power), "no_estimate"."""
        return {"": percent(self.power, 0), "no_estimate": percent(self.no_estimate, 1)}


def exact_power(
    n: int, odds_ratio: float, *, exposed: float, outcome: float, level: float = 0.95
) -> ExactPower:
    """Return the power of Wald's test over every fourfold table that a study can end in.

    The standard error is that of the table itself, not the one to be expected.

    Parameters
    ----------
    n : int
        Patients of a study; the whole number nearest to ``exposed`` of them lie above the cut-off,
        the same in each study, and each patient fails by chance.
    odds_ratio, exposed, outcome
        As for :func:`group_risks`.
    level : float
        A result is significant when its interval at this level leaves out 1.

    Raises
    ------
    CountError
        If ``n`` is no count, one side of the cut-off is empty, or there are more than
        ``MOST_TABLES`` tables.
    DataError
        If an argument is out of range.
    """
    import numpy as np
    from scipy.stats import binom

    m, patients, (above, below) = _design(n, odds_ratio, exposed, outcome, level)
    if (m + 1) * (patients - m + 1) > MOST_TABLES:
        raise CountError(f"{patients} patients have more than {MOST_TABLES} tables; use planned()")
    a, c = np.arange(m + 1)[:, None], np.arange(patients - m + 1)[None]
    chance = binom.pmf(a, m, above) * binom.pmf(c, patients - m, below)
    inner = np.s_[1:-1, 1:-1]  # the tables without an empty cell
    cells = [cell[inner] for cell in np.broadcast_arrays(a, m - a, c, patients - m - c)]
    log_ratio = np.log(cells[0] * cells[3]) - np.log(cells[1] * cells[2])
    se = np.sqrt(sum(1 / cell for cell in cells))
    critical = NormalDist().inv_cdf(0.5 + level / 2)
    return ExactPower(
        n=patients,
        n_exposed=m,
        odds_ratio=odds_ratio,
        outcome=outcome,
        level=level,
        power=float(chance[inner][np.abs(log_ratio) > critical * se].sum()),
        no_estimate=float(chance.sum() - chance[inner].sum()),
    )


def over_sizes(
    sizes: Sequence[int],
    odds_ratio: float,
    *,
    exposed: float,
    outcome: float | None = None,
    failures: float | None = None,
    exact_at: Sequence[int] = (),
) -> pd.DataFrame:
    """Return the power of Wald's test for several numbers of patients.

    Parameters
    ----------
    sizes, exact_at : sequence of int
        Patients: by formula, as :func:`planned`, and through every table, as :func:`exact_power`.
    odds_ratio, exposed
        As for :func:`group_risks`.
    outcome, failures : float
        Give one: the share with the outcome, or the number with it to be expected, in all studies.

    Returns
    -------
    DataFrame
        One row a source and size: ``source`` ("formula", "every table"); ``n``; ``failures``,
        expected among them; ``power``.

    Raises
    ------
    DataError
        If not one of ``outcome`` and ``failures`` is given; else as the two functions raise.
    """
    import pandas as pd

    if (outcome is None) == (failures is None):
        raise DataError("give either the share with the outcome, or the failures to be expected")
    rows = []
    for source, how, at in (("formula", planned, sizes), ("every table", exact_power, exact_at)):
        for n in map(int, at):
            share = outcome if outcome is not None else (failures or 0) / n
            found = how(n, odds_ratio, exposed=exposed, outcome=share)
            rows.append((source, n, n * share, found.power))
    return pd.DataFrame(rows, columns=["source", "n", "failures", "power"])


def _design(
    n: int, odds_ratio: float, exposed: float, outcome: float, level: float
) -> tuple[int, int, tuple[float, float]]:
    """Return patients above the cut-off and in all, and the risks above and below it."""
    check_level(level)
    _, patients = whole_counts(0, n)
    risks = group_risks(odds_ratio, exposed=exposed, outcome=outcome)
    m = math.floor(exposed * patients + 0.5)
    if not 0 < m < patients:
        raise CountError(
            f"{m} of {patients} patients would lie above the cut-off; both sides need at least one"
        )
    return m, patients, risks


def _check_power(power: float, level: float) -> None:
    check_level(level)
    if not 1 - level < power < 1:
        raise DataError(
            f"power {power} must be above {1 - level:.3g}, the chance of a false alarm, and below 1"
        )
