# ---
# jupyter:
#   # Generated from book/chapters/03_compatible_cohort.md by `make pairs`. Edit that, not this.
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
# (compatible-cohort)=
# # 3 · Who could the patients have been?

# %% tags=["hide-input"]
from analysis_lib import cohort, compatible, prediction, verify
from analysis_lib.dictionary import (
    assumption_table,
    fixed_assumption_table,
    resources,
)
from analysis_lib.figures import compatible as pictures
from analysis_lib.ledger import against_the_paper, from_verification
from analysis_lib.published import claim, targets
from analysis_lib.report import say, show
from analysis_lib.scenario import DEFAULT, SEED
from analysis_lib.tables import table

shipped = cohort.load()
patients = cohort.analysis_frame(shipped)
proof = verify.verify(shipped)
model = prediction.published_model(patients)

# %% tags=["hide-input"]
show(
    say(
        """
        No patient-level data were available to this book. To show an analysis one needs rows, so
        {n} patients were made up. They fit every figure that the
        abstract prints: {holds} of {checkable} claims that rows can show, and none is violated.
        That proves nothing about the study. Many other cohorts fit as well, and these patients
        are one of them.
        """,
        id="03-in-plain-words",
        status="simulated",
        box="In plain words",
        n=len(patients),
        holds=int(proof["holds"].sum()),
        checkable=int(proof["holds"].notna().sum()),
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** what an odds ratio is; [what the study published](#adds-up)
# - **You will be able to:** tell a constraint from an assumption; explain how values can be exchanged
#   between patients without changing any margin; say what a simulated cohort can and can't show
# - **Data:** simulated patients, built to fit the published figures. No row stands for a person.
# :::
#
# ## What was published
#
# The claims are those of [chapter 2](#adds-up). Some fix a margin: how many patients, their mean age,
# how many reached the target. One fixes an association: the adjusted odds ratio of treatment failure
# above the PTH cut-off, with its interval and its p-value {cite:p}`index`. The rest of what one would
# need to know is not in the abstract.
#
# ## The data
#
# What the abstract leaves open has to be assumed. Each assumption has a default, a range, and a reason
# that makes it plausible. Together they are a *scenario*.

# %% tags=["hide-input"]
show(assumption_table(id="03-assumptions"))

# %% [markdown]
# Other assumptions are the same in every scenario.

# %% tags=["hide-input"]
show(fixed_assumption_table(id="03-fixed"))

# %% tags=["hide-input"]
fields = [
    field
    for resource in resources()
    if resource["status"] == "simulated"
    for field in resource["schema"]["fields"]
    if field["name"] not in ("patient_id", "gland_id", "status", "analyte")
]
constrained = sum("claims" in field["basis"] for field in fields)
show(
    say(
        """
        Leaving out the keys, the three tables have {all} columns. {constrained} of them are
        constrained by a claim in some way, and {assumed} rest on assumptions alone. The data
        dictionary says which, column by column.
        """,
        id="03-columns",
        status="simulated",
        all=len(fields),
        constrained=constrained,
        assumed=len(fields) - constrained,
    )
)

# %% [markdown]
# ## Method
#
# 1. **Margins by construction.** Each column is drawn from an assumed distribution and adjusted until
#    its published statistic holds as printed: the mean age, the number of glands, the median
#    follow-up.
# 2. **The cut-off.** The failures are placed among the ranks of PTH so that the cut-off is where
#    sensitivity and specificity add up to the most. How the study chose it is not stated.
# 3. **Associations by permutation.** The values of a column are exchanged between patients. Its mean,
#    its spread and its histogram stay as they are; only who has which value changes. Many exchanges are
#    scored at once by fitting the regression on each, and the nearest is kept: at first exchanges
#    drawn at random, then those of which the derivatives of the fit promise most.
# 4. **What happened afterwards.** Visits, laboratory values, hypocalcaemia and paralysis are drawn last,
#    in shapes that the fixed assumptions above describe.
# 5. **Proof.** Other code, with model fits of its own, recomputes every claim from the rows. It shares
#    the builder's assumptions about the model, and nothing of how the rows were made.
#
# The abstract speaks of univariate and multivariate logistic regression {cite:p}`index`. Here that is
# taken to mean: each candidate alone, then all that pass the screening together. Which candidates
# there were, and how they were screened, is not stated.
#
# *When not to use it:* to learn anything about the study. A figure that was used to build the cohort
# can't be confirmed by it.
#
# ## Result
#
# ### Do the exchanges reach the published regression?

# %%
searches = {"shipped cohort": compatible.trace(DEFAULT, SEED)}
searches |= {
    f"seed {seed}": compatible.trace(DEFAULT, seed) for seed in range(1, 6)
}
show(pictures.convergence(searches, id="03-convergence"))

# %% tags=["hide-input"]
rounds = [len(build.trace) - 1 for build in searches.values()]
show(
    say(
        """
        They do, within {least} to {most} rounds. The distance counts how far log odds ratio and
        standard error lie from the middle of the region that prints as published, in half-widths
        of it, and how far other p-values lie on the wrong side of their threshold.
        """,
        id="03-convergence-says",
        status="simulated",
        least=min(rounds),
        most=max(rounds),
    )
)

# %% tags=["hide-input"]
fits = model.assign(
    words=model["term"].map(prediction.IN_WORDS),
    stage=model["stage"].str.replace("_", " "),
    interval=[
        f"{row.lower:.2f} to {row.upper:.2f}" for row in model.itertuples()
    ],
)
show(
    table(
        fits,
        {
            "words": "Term",
            "stage": "Stage",
            "odds_ratio": "Odds ratio",
            "interval": "Interval",
            "p": "p",
        },
        id="03-model",
        status="simulated",
        caption="Which candidates predict failure in the simulated cohort?",
        faces={"odds_ratio": ".2f", "p": "p"},
        carry=["term", "se", "n", "events"],
    )
)

# %% [markdown]
# ### What do the patients look like?

# %%
published = {
    "age_years": (claim("cohort_age_mean").number, "mean"),
    "followup_months": (claim("cohort_followup").number, "median"),
    "pth_baseline_pg_ml": (claim("predictor_pth_cutoff").number, "cut-off"),
    "pth_end_pg_ml": (claim("target_definition").number, "target"),
}
show(pictures.margins(patients, published, id="03-margins"))

# %% tags=["hide-input"]
failure = patients["treatment_failure"].astype(bool)
rebound = patients.loc[failure, "pth_end_pg_ml"].astype(float)
kdoqi = targets().set_index("guideline").loc["KDOQI", "lower"]
suppressed = patients.loc[~failure, "pth_end_pg_ml"].astype(float) < kdoqi
show(
    say(
        """
        In this cohort, PTH at the end is {median:.0f} pg/mL at the median of those in whom
        treatment failed. Of those who reached the target, {share:percent0} ended below the lower
        end of the KDOQI range: they count as successes all the same. Both numbers are assumptions
        in disguise. Another scenario gives others.
        """,
        id="03-margins-say",
        status="simulated",
        median=float(rebound.median()),
        share=float(suppressed.mean()),
    )
)

# %% [markdown]
# ### What does one patient look like?

# %%
someone = patients.query("treatment_failure")["patient_id"].iloc[0]
labs = shipped.labs[shipped.labs["patient_id"] == someone]
course = labs.pivot_table("value", ["day", "visit"], "analyte").reset_index()
course["visit"] = course["visit"].str.replace("_", " ")

# %% tags=["hide-input"]
show(
    table(
        course,
        {
            "visit": "Visit",
            "day": "Day",
            "pth": "PTH, pg/mL",
            "calcium": "Calcium, mmol/L",
            "phosphorus": "Phosphorus, mmol/L",
            "alp": "ALP, U/L",
        },
        id="03-one-patient",
        status="simulated",
        caption=f"How did the values of simulated patient {someone} run, whose treatment failed?",
        faces={
            "pth": ".0f",
            "calcium": ".2f",
            "phosphorus": ".2f",
            "alp": ".0f",
        },
        missing="missed",
        notes=["ALP: alkaline phosphatase. Calcium is corrected for albumin."],
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
show(
    against_the_paper(
        from_verification(proof), id="03-against-the-paper", status="simulated"
    )
)

# %% [markdown]
# Each figure that went in comes out, and so each verdict is *by construction*. None of them is a
# reproduction.
#
# ## What could change it
#
# - **The seed.** Another seed gives other patients who fit as well.
# - **The scenario.** Another assumption gives other patients, and may give other conclusions:
#   [chapter 15](#what-holds) draws thousands. Some scenarios can't be met at all; the builder then says
#   which claim resists, and how close it came.
# - **The region.** The printed odds ratio leaves little room: see [chapter 2](#adds-up).

# %%
try:
    compatible.build(compatible.Scenario(entering=()), SEED)
except compatible.IncompatibleScenarioError as error:
    unmet = error

# %% tags=["hide-input"]
show(
    say(
        """
        An example: with nothing but PTH in the model there is nothing to exchange. What resists
        is the claim on *{claim_id}*; this scenario gives {closest}. Chapter 2 shows that no other
        split would do.
        """,
        id="03-unmet",
        status="simulated",
        claim_id=claim(unmet.claim_id).quantity,
        closest=unmet.closest,
    )
)

# %% [markdown]
# ## Limits
#
# What such a cohort can show: how an analysis is done, how its steps depend on each other, and
# whether a conclusion needs more than the published figures. What it can't show: anything about
# treatment, patients or the study that is not in the abstract already. Associations that were not
# constrained are those of the simulation. So are all standard errors except one.
#
# ## Try it
#
# 1. **Recall.** Why does exchanging ages between patients leave the mean age as it is?
# 2. **Apply.** Build a cohort with another seed. Does it hold as many claims?
# 3. **Criticise.** Somebody finds in these rows that alkaline phosphatase predicts hypocalcaemia, and
#    writes that the study shows it. What do you answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
other = verify.verify(compatible.build(DEFAULT, seed=7))
show(
    say(
        """
        1. The mean is a sum over all patients, and a sum does not care for their order.
        2. It holds {holds} of {checkable}.
        3. That the simulation was told so: it is one of the assumptions above.
        """,
        id="03-solutions",
        status="simulated",
        box="Solutions",
        holds=int(other["holds"].sum()),
        checkable=int(other["holds"].notna().sum()),
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - {n} simulated patients fit every published figure that rows can show; so would many
          others.
        - What went in comes out: *by construction* is not *reproduced*.
        - Whatever the abstract does not say is an assumption here, declared, with a source where one was
          found.
        """,
        id="03-take-away",
        status="simulated",
        box="Take away",
        n=len(patients),
    )
)
