"""Glands and sessions as denominators: who counts as treated with success, under each reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis_lib.clusters import extreme_sizes
from analysis_lib.errors import DataError
from analysis_lib.zero_events import upper_limit_in_clusters

if TYPE_CHECKING:
    import pandas as pd

    from analysis_lib.cohort import Cohort

LARGE_MM = 17.0
"""Largest diameter, in mm, above which a gland was a risk factor for palsy of the recurrent
laryngeal nerve: Wei Y et al. Int J Hyperthermia 2024, doi 10.1080/02656736.2024.2308063
(printed as 1.7 cm)."""

MOST_GLANDS = 4
"""Glands that a patient is taken to have at most: the usual number. Some people have a fifth."""


def readings_of_success(cohort: Cohort) -> pd.DataFrame:
    """Count successes under each reading of "technical success".

    After all sessions, success is ``technical_success`` of a patient and ``complete_ablation`` of
    a gland. After the first session it is that, and no second session: this takes a second
    session as a sign that the first left something. Sessions are recorded by patient, so that for
    glands there are two counts: all or only one of the glands of a patient with a second session
    was left.

    Returns
    -------
    DataFrame
        One row a reading: ``denominator`` ("patients", "glands"); ``sessions`` ("all", "first");
        ``reading`` in words; ``events``, the successes; ``n``; ``left_out``, members whose
        success or number of sessions is missing and who are not counted in ``n``.

    Raises
    ------
    DataError
        If nothing is left to count under a reading.
    """
    import pandas as pd

    patients, glands = cohort.patients, cohort.glands
    sessions = patients.set_index("patient_id")["sessions"]
    of_gland = glands["patient_id"].map(sessions)
    again = of_gland.gt(1)
    # One gland stands for what the first session left in a patient with a second one.
    one_of_them = again & ~glands["patient_id"].where(again).duplicated()
    whole, first = patients["technical_success"], patients["sessions"].eq(1)
    gland = glands["complete_ablation"]
    rows = [
        ("patients", "all", "patients, after all sessions", whole),
        ("patients", "first", "patients, after the first session", whole & first),
        ("glands", "all", "glands, after all sessions", gland),
        ("glands", "first", "glands, after the first session, at most", gland & ~one_of_them),
        ("glands", "first", "glands, after the first session, at least", gland & ~again),
    ]
    found = []
    for denominator, when, reading, success in rows:
        known = (whole if denominator == "patients" else gland).notna()
        if when == "first":
            known &= (patients["sessions"] if denominator == "patients" else of_gland).notna()
        if not known.any():
            raise DataError(f"nothing to count for {reading!r}; no success or session is recorded")
        found.append(
            {
                "denominator": denominator,
                "sessions": when,
                "reading": reading,
                "events": int(success[known].sum()),
                "n": int(known.sum()),
                "left_out": int((~known).sum()),
            }
        )
    return pd.DataFrame(found)


def limits_by_correlation(
    glands: int,
    patients: int,
    *,
    correlations: Sequence[float],
    most: int = MOST_GLANDS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Upper limit for the share of failed glands when none failed, by assumed correlation.

    How the glands are shared among the patients need not be known: the limit is lowest if they
    are shared evenly and highest if as unevenly as one to ``most`` glands a patient allow. This
    holds for the beta-binomial model of :func:`analysis_lib.zero_events.upper_limit_in_clusters`.

    Returns
    -------
    DataFrame
        One row a correlation: ``correlation``; ``even`` and ``uneven``, the limits as fractions.

    Raises
    ------
    DataError
        If the glands can't be shared so, or a correlation lies outside [0, 1].
    """
    import pandas as pd

    shared = dict(
        zip(("even", "uneven"), extreme_sizes(glands, patients, largest=most), strict=True)
    )
    return pd.DataFrame(
        [
            {"correlation": icc}
            | {
                name: upper_limit_in_clusters(
                    sizes, icc=icc, denominator="glands", level=level
                ).upper
                for name, sizes in shared.items()
            }
            for icc in correlations
        ]
    )
