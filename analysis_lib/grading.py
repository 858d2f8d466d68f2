"""Complications graded: what each scheme would call them, and on what condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib.complications import NADIR, nadirs, thresholds
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.published import grades

if TYPE_CHECKING:
    import pandas as pd

NOT_GRADED = "0 or 1"
"""A calcium that no threshold of CTCAE reaches: normal, or grade 1. Which of the two depends on
the laboratory's lower limit."""

CALCIUM, NERVE = "severe hypocalcaemia", "persistent paralysis"
GRADINGS = (
    (CALCIUM, "Clavien-Dindo", "I", "calcium was all that was given", False, "other drugs"),
    (CALCIUM, "Clavien-Dindo", "II", "a drug such as vitamin D was added", False, "other drugs"),
    (CALCIUM, "CTCAE", "2", "", False, "the lowest calcium"),
    (CALCIUM, "CTCAE", "3", "", False, "the lowest calcium; stay in hospital"),
    (CALCIUM, "CTCAE", "4", "", False, "the lowest calcium"),
    (CALCIUM, "SIR", "B", "calcium is nominal therapy", False, "stay in hospital"),
    (CALCIUM, "SIR", "C", "calcium took a short stay in hospital", False, "stay in hospital"),
    (CALCIUM, "SIR", "D", "calcium took a long stay in hospital", False, "stay in hospital"),
    (CALCIUM, "CIRSE", "3", "calcium is further therapy; no harm left", True, "lesser harm"),
    (NERVE, "Clavien-Dindo", "I", "nothing was done but to wait; suffix d", True, "treatment"),
    (NERVE, "Clavien-Dindo", "IIIa", "a vocal fold was treated under local anaesthesia", False,
     "treatment"),
    (NERVE, "Clavien-Dindo", "IIIb", "a vocal fold was treated under general anaesthesia", False,
     "treatment"),
    (NERVE, "SIR", "E", "persistent means permanent", True, "how long it lasted"),
    (NERVE, "CIRSE", "4", "the harm was mild", True, "need of help"),
    (NERVE, "CIRSE", "5", "help was needed in daily life", False, "need of help"),
)  # fmt: skip
"""(complication, scheme, grade, on what condition, whether it is assumed here, what is not stated).

A judgement of this book. The abstract tells of calcium, of no serious comorbidity, and of nothing
else that was done; what is assumed goes no further. For low calcium three schemes have no assumed
grade: for Clavien-Dindo active vitamin D decides, which is usual and not mentioned; for SIR the
word *major* would rule out the one grade that calcium alone allows; for CTCAE no threshold is
stated. CTCAE's heading for nerves is not used here. Where no condition stands, it is the rule
itself.
"""


def calcium_grades(frame: pd.DataFrame) -> pd.Series[str]:
    """Return the CTCAE grade of each patient's lowest corrected calcium, by its number alone.

    Grades 2 to 4, or ``NOT_GRADED``. The scheme also asks for symptoms or a stay in hospital;
    these are not in the rows. Missing where there is no value. Source: CTCAE, version 4.03.

    Raises
    ------
    MissingColumnError, DataError
        If the column is missing, or nobody has a value.
    """
    import pandas as pd

    values = nadirs(frame)
    steps = thresholds().query("system == 'CTCAE v4.03'").sort_values("threshold", ascending=False)
    found = pd.Series(NOT_GRADED, index=values.index, dtype="string", name="ctcae_grade")
    for limit, grade in zip(
        steps["threshold_mmol_l"].tolist(), steps["grade"].tolist(), strict=True
    ):
        found = found.mask(values.lt(limit), grade)
    return found.reindex(frame.index)


def gradings() -> pd.DataFrame:
    """Return which grade each complication of the abstract would have in each scheme, and if what.

    Returns
    -------
    DataFrame
        One row a complication, scheme and possible grade: ``complication``; ``scheme``;
        ``grade``; ``severity``, the scheme's own word (missing if it has none); ``condition``;
        ``assumed``, whether this book takes it, going no further than the abstract's words;
        ``unstated``, what one would have to know; ``rule`` and ``citation_key`` of the grade.
    """
    import pandas as pd

    rows = pd.DataFrame(
        GRADINGS, columns=["complication", "scheme", "grade", "condition", "assumed", "unstated"]
    )
    found = rows.merge(grades(), on=["scheme", "grade"], how="left", validate="many_to_one")
    found["condition"] = found["condition"].where(
        found["condition"].ne(""), found["rule"].str.removesuffix(".").str[0].str.lower()
        + found["rule"].str.removesuffix(".").str[1:],
    )  # fmt: skip
    columns = ["complication", "scheme", "grade", "severity", "condition", "assumed", "unstated"]
    return found[[*columns, "rule", "citation_key"]]


def graded(frame: pd.DataFrame) -> pd.DataFrame:
    """Count patients by the gravest grade that each scheme gives them, and by what reading.

    Parameters
    ----------
    frame : DataFrame
        One row a patient, as from ``analysis_frame``: ``severe_hypocalcaemia``,
        ``nerve_paralysis``, ``calcium_nadir_30d_mmol_l``.

    Returns
    -------
    DataFrame
        One row a scheme, reading and grade, from the lightest: ``scheme``; ``reading``, what is
        taken for granted; ``grade``; ``severity``, the scheme's own word (missing if it has
        none); ``patients``; ``rank``, 0 for no complication or none that the scheme grades,
        rising with the grade. Clavien-Dindo and SIR stand twice. CTCAE judges every patient's
        lowest calcium by its number, and no nerve. ``attrs["missing"]`` counts patients with any
        of the three missing; they are in no row.

    Raises
    ------
    MissingColumnError, DataError
        If a column is missing, or nobody has all three.
    """
    import pandas as pd

    columns = ["severe_hypocalcaemia", "nerve_paralysis", NADIR]
    absent = [name for name in columns if name not in frame]
    if absent:
        raise MissingColumnError(f"no column {absent}; give a frame as from cohort.analysis_frame")
    known = frame.dropna(subset=columns)
    if known.empty:
        raise DataError(f"none of {len(frame)} patients has {', '.join(columns)}")
    calcium = known["severe_hypocalcaemia"].astype(bool)
    nerve = known["nerve_paralysis"].eq("persistent")
    neither = int((~calcium & ~nerve).sum())
    low, hurt, both = (int(who.sum()) for who in (calcium & ~nerve, nerve, calcium & nerve))
    alone = hurt - both
    by_number = calcium_grades(known).value_counts()
    steps = {
        ("CTCAE", "calcium alone, by its number"): {
            name: int(by_number.get(name, 0)) for name in (NOT_GRADED, "2", "3", "4")
        },
        ("Clavien-Dindo", "calcium was all that was given"): {"none": neither, "I": low + hurt},
        ("Clavien-Dindo", "vitamin D was added"): {"none": neither, "I": alone, "II": low + both},
        ("SIR", "calcium is nominal therapy"): {"none": neither, "B": low, "E": hurt},
        ("SIR", "calcium took a long stay"): {"none": neither, "D": low, "E": hurt},
        ("CIRSE", "no harm was left by calcium"): {"none": neither, "3": low, "4": hurt},
    }
    rows = pd.DataFrame(
        [
            {"scheme": scheme, "reading": reading, "grade": grade, "patients": count, "rank": rank}
            for (scheme, reading), counts in steps.items()
            for rank, (grade, count) in enumerate(counts.items())
        ]
    )
    words = grades().set_index(["scheme", "grade"])["severity"]
    rows.insert(3, "severity", rows.set_index(["scheme", "grade"]).index.map(words.to_dict()))
    rows.attrs["missing"] = len(frame) - len(known)
    return rows
