# ---
# jupyter:
#   # Generated from book/chapters/01_disease_and_treatment.md by `make pairs`. Edit that, not this.
#   jupytext:
#     cell_metadata_filter: all
#     notebook_metadata_filter: kernelspec,jupytext,myst,-jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (disease)=
# # 1 · Why treat the glands, and why PTH at most 300 pg/mL?
#
# <!-- claim: target_definition -->

# %% tags=["hide-input"]
import pandas as pd

from analysis_lib.figures.background import target_ranges
from analysis_lib.ledger import against_the_paper, cannot_compare, printed
from analysis_lib.published import claim, claims, series, targets
from analysis_lib.report import say, show
from analysis_lib.tables import table
from analysis_lib.units import convert

target, cutoff = claim("target_definition"), claim("predictor_pth_cutoff")

# %% tags=["hide-input"]
show(
    say(
        """
        In kidney failure the parathyroid glands enlarge and make too much parathyroid hormone
        (PTH). If they can't be held with drugs, they are removed, or destroyed with heat. When
        the disease comes back, a second operation is difficult, and the study asks whether heat
        is an answer. It counts a patient as a success if PTH is at most {target} at the end. That
        is the upper end of one guideline's range, without its lower end.
        """,
        id="01-in-plain-words",
        status="derived",
        box="In plain words",
        target=target,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** twenty minutes
# - **Needs:** nothing
# - **You will be able to:** say what the target PTH means in each guideline; convert PTH between
#   units; name the two complications that matter, and why *severe hypocalcaemia* is not one thing
# - **Data:** published figures only. Nothing in this chapter is simulated.
# :::
#
# ## What was published

# %%
rows = claims().query("topic in ['design', 'cohort', 'primary_endpoint']")

# %% tags=["hide-input"]
show(
    printed(
        rows["claim_id"],
        id="01-claims",
        caption="Who was treated, and how was success defined?",
    )
)

# %% [markdown]
# The abstract names neither centres nor devices, neither the patients' sex nor their time on
# dialysis {cite:p}`index`. What it leaves out, this book leaves open.
#
# ## The disease
#
# Failing kidneys hold back phosphorus and activate too little vitamin D, and calcium falls. The
# parathyroid glands answer with more PTH, and in time they grow {cite:p}`cunningham2011`. This is
# *secondary hyperparathyroidism*. PTH draws calcium out of bone; bones weaken, vessels calcify.
# In a large gland, nodules grow that no longer obey calcium or vitamin D.
#
# *Persistent* disease never came under control after treatment. *Recurrent* disease did, and came
# back. The study treated both, after surgery or an earlier ablation.
#
# ## The treatment
#
# Surgery removes glands, and may put a piece of one back under the skin. Thermal ablation leaves
# them in place. Under ultrasound, a needle is led into the gland, and radio waves or microwaves heat
# its tip until the tissue dies. A second operation in a scarred neck is risky, which is why
# ablation is of interest here {cite:p}`index`. Trials and cohorts that compared ablation with surgery have been
# summarised, for primary and secondary disease together {cite:p}`cui2025`.
#
# Two complications matter most here, and both will return in this book:
#
# - **The nerve.** The recurrent laryngeal nerve moves the vocal cord and runs close by. Heat can hurt it. The voice then changes, mostly for a time, rarely for good;
#   [chapter 16](#other-series) counts it.
# - **Calcium.** When PTH falls fast, bone that was losing calcium takes it up again. This is
#   *hungry bone syndrome* {cite:p}`brasier1988`; after surgery, calcium was lowest two weeks later
#   {cite:p}`ho2017`.
#
# ## Method
#
# A target range states where PTH should lie. The study states an upper limit only. To compare them,
# each range is written in pg/mL, and in pmol/L beside it. One guideline gives multiples of the upper
# limit of normal, which differs between assays; it is worked out for two of them.
#
# *When not to use it:* values from different assays can't be compared by converting units. The
# assays see different fragments of the hormone.
#
# ## Result
#
# ### Which PTH is right?

# %%
ranges = targets()
multiple = ranges["assay_upper_limit_pg_ml"]
factor = multiple.fillna(1)
ranges["lower_pg_ml"], ranges["upper_pg_ml"] = (
    ranges["lower"] * factor,
    ranges["upper"] * factor,
)
ranges["label"] = ranges["guideline"] + [
    f", normal up to {limit:.0f}" if pd.notna(limit) else ""
    for limit in multiple
]
show(target_ranges(ranges, target, cutoff, id="01-targets"))

# %% [markdown]
# The ranges are those of {cite:t}`kdoqi2003`, {cite:t}`kdigo2017` and {cite:t}`jsdt2013`.

# %%
for end in ("lower", "upper"):
    ranges[f"{end}_pmol_l"] = convert(
        ranges[f"{end}_pg_ml"], "pth", "pg/mL", "pmol/L"
    )

# %% tags=["hide-input"]
show(
    table(
        ranges,
        {
            "label": "Guideline",
            "year": "Year",
            "lower_pg_ml": "From, pg/mL",
            "upper_pg_ml": "To, pg/mL",
            "lower_pmol_l": "From, pmol/L",
            "upper_pmol_l": "To, pmol/L",
        },
        id="01-target-ranges",
        status="derived",
        caption="Where should PTH lie in a patient on dialysis?",
        faces=dict.fromkeys(("lower_pg_ml", "upper_pg_ml"), ".0f")
        | dict.fromkeys(("lower_pmol_l", "upper_pmol_l"), ".1f"),
        notes=[
            "KDOQI: Kidney Disease Outcomes Quality Initiative. KDIGO: Kidney Disease: Improving "
            "Global Outcomes. JSDT: Japanese Society for Dialysis Therapy.",
            "KDIGO gives two to nine times the upper limit of normal of the assay.",
        ],
    )
)

# %% tags=["hide-input"]
kdoqi, jsdt = (
    ranges.set_index("guideline").loc[name] for name in ("KDOQI", "JSDT")
)
kdigo = ranges.query("guideline == 'KDIGO'")
show(
    say(
        """
        The study's limit, {target} ({target_si:.1f} pmol/L), is the upper end of the KDOQI range.
        But the range has a lower end too, {lower:.0f}, and the study has none: a patient whose PTH
        falls to almost nothing counts as a success. By JSDT, PTH between {jsdt:.0f} and
        {target:value} is still too high. By KDIGO, depending on the assay, up to {low:.0f} or
        {high:.0f} would be accepted. The baseline value above which treatment
        failed more often, {cutoff} ({cutoff_si:.0f} pmol/L), lies far above all of them.
        """,
        id="01-targets-say",
        status="derived",
        target=target,
        target_si=convert(target.number, "pth", "pg/mL", "pmol/L"),
        lower=float(kdoqi["lower_pg_ml"]),
        jsdt=float(jsdt["upper_pg_ml"]),
        low=float(kdigo["upper_pg_ml"].min()),
        high=float(kdigo["upper_pg_ml"].max()),
        cutoff=cutoff,
        cutoff_si=convert(cutoff.number, "pth", "pg/mL", "pmol/L"),
    )
)

# %% [markdown]
# ### What is severe hypocalcaemia?
#
# The abstract prints how many patients had it, and not at which calcium. Other series use the same
# words for different things. Some of their counts were worked out from percentages.

# %%
definitions = series("severe_hypocalcaemia").assign(
    count=lambda frame: [
        f"{row.events} / {row.n}" for row in frame.itertuples()
    ]
)

# %% tags=["hide-input"]
show(
    table(
        definitions,
        {
            "label": "Series",
            "group": "Treatment",
            "definition": "Severe means",
            "count": "Count",
        },
        id="01-severe-hypocalcaemia",
        status="derived",
        caption="Which calcium do published series call severe hypocalcaemia?",
        notes=[
            f"Calcium in mg/dL times {convert(1, 'calcium', 'mg/dL', 'mmol/L')} is mmol/L."
        ],
    )
)

# %% tags=["hide-input"]
unstated = int(
    definitions["definition"].str.contains("not stated|not seen").sum()
)
show(
    say(
        """
        For {unstated} of {all} series, the study among them, no threshold was seen. Two clinics
        with the same patients could report very different shares.
        """,
        id="01-severe-says",
        status="derived",
        unstated=unstated,
        all=len(definitions),
    )
)

# %% [markdown]
# How grave a complication is, three scales say differently: that of surgeons {cite:p}`dindo2004`,
# that of interventional radiologists {cite:p}`filippiadis2017`, and the grades of laboratory values
# used in oncology. By the first, calcium given by mouth or vein is the lightest grade. The abstract
# names none of them, yet speaks of *major* complications.
#
# ## Against the paper

# %% tags=["hide-input"]
show(
    against_the_paper(
        [
            cannot_compare(
                "target_definition",
                "not stated",
                quantity="lower limit of the target",
                ours=f"{kdoqi['lower_pg_ml']:.0f} pg/mL by KDOQI",
                status="published",
                reason="the study gives an upper limit only",
            ),
            cannot_compare(
                "severe_hypocalcaemia_count",
                "not stated",
                quantity="threshold of severe hypocalcaemia",
                reason="see the definitions in other series above",
            ),
            cannot_compare(
                "technical_success",
                "not stated",
                quantity="what technical success is counted in",
                reason="patients or glands",
            ),
        ],
        id="01-against-the-paper",
        status="published",
    )
)

# %% [markdown]
# ## What could change it
#
# - **The assay.** PTH assays differ, and so does their upper limit of normal. The same patient can
#   lie within the KDIGO range in one laboratory and above it in another.
# - **The time.** PTH rises again in some patients. The study looks at the end of follow-up, which
#   comes earlier for some than for others.
# - **The definition.** With a range instead of a limit, over-suppression would count as a failure.
#
# ## Limits
#
# This chapter is background, not a review. It cites guidelines and a few papers, and says nothing
# about which treatment is better.
#
# ## Try it
#
# 1. **Recall.** Which end of the KDOQI range does the study use?
# 2. **Apply.** A laboratory reports the cut-off in pmol/L and reads it as pg/mL. Would such a patient
#    count as a success?
# 3. **Criticise.** A series reports fewer severe hypocalcaemias than another. What must you know
#    before you believe that it is safer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
show(
    say(
        """
        1. The upper end.
        2. Yes: {cutoff} is {slip:.0f} pmol/L, and {slip:.0f} pg/mL would lie below the limit.
        3. The threshold, when and how often calcium was measured, and who got calcium before.
        """,
        id="01-solutions",
        status="derived",
        box="Solutions",
        cutoff=cutoff,
        slip=convert(cutoff.number, "pth", "pg/mL", "pmol/L"),
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Success in the study means PTH of at most {target} at the end of follow-up, however low.
        - Guidelines give ranges, and they differ between each other and between assays.
        - *Severe hypocalcaemia* has no common definition; for {unstated} of {all} series none was
          seen.
        """,
        id="01-take-away",
        status="derived",
        box="Take away",
        target=target,
        unstated=unstated,
        all=len(definitions),
    )
)
