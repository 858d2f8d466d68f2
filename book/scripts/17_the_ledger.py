# ---
# jupyter:
#   # Generated from book/chapters/17_the_ledger.md by `make pairs`. Edit that, not this.
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
# (the-ledger)=
# # 17 · What can be said of each claim?

# %% tags=["hide-input"]
from analysis_lib import (
    cohort,
    compatible,
    full_ledger,
    ledger,
    places,
    verify,
)
from analysis_lib.figures.verdicts import verdicts
from analysis_lib.report import say, show
from analysis_lib.scenario import DEFAULT
from analysis_lib.tables import table

rows = full_ledger.full_ledger(verify.verify(cohort.load()))
items = places.checklists()
counts = full_ledger.tally(rows)
by = counts.set_index("verdict")["rows"]
claims = rows[rows["verdict"] != "not stated"]
unstated = rows[rows["verdict"] == "not stated"]
tested = int(by["same"] + by["within rounding"] + by["differs"])

# %% tags=["hide-input"]
show(
    say(
        """
        The abstract makes {claims} claims. Only {tested} of them can be tested, because other
        printed figures say the same thing in another way: {agree} agree, {differ} disagree. Another
        {built} hold in this simulated cohort because it was built from them, which confirms
        nothing. And {unstated} things that a conclusion hangs on are not in the abstract.
        Nothing here speaks against the printed figures, and little speaks for them but the paper itself.
        """,
        id="17-in-plain-words",
        status="simulated",
        box="In plain words",
        claims=len(claims),
        tested=tested,
        agree=int(by["same"] + by["within rounding"]),
        differ=int(by["differs"]) or "none",
        built=int(by["by construction"]),
        unstated=len(unstated),
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** [chapter 2](#adds-up) and [chapter 3](#compatible-cohort)
# - **You will be able to:** tell a figure that was tested from one that was built in; find where each
#   claim is worked out; read a report with a checklist, and say what a checklist can't tell
# - **Data:** every claim of the abstract, beside what follows from published figures and what the
#   simulated cohort shows
# :::
#
# ## What was published
#
# The claims are those of the abstract, and of nothing else {cite:p}`index`. The article behind it was
# not seen. What this page calls *not stated* may well stand there.

# %%
topics = {
    "design": "the study",
    "cohort": "the patients",
    "primary_endpoint": "the target",
    "secondary_endpoint": "other endpoints",
    "complication": "complications",
    "predictor": "the predictor",
}
printed = claims["topic"].value_counts()[list(topics)]

# %% tags=["hide-input"]
show(
    say(
        """
        By topic: {listed}. What the study was made for, the target, takes up {target} of {all}.
        """,
        id="17-topics",
        status="published",
        all=len(claims),
        target=int(printed["primary_endpoint"]),
        listed=", ".join(
            f"{number} on {topics[name]}" for name, number in printed.items()
        ),
    )
)

# %% [markdown]
# ## The data
#
# The ledger has one row for each claim. Each row says where this book works it out: the chapter, and in
# it the sentence, table or figure. That map is a table too, `data/ledger/places.csv`. A test follows
# every entry into the chapter's source and onto the built page, so a link can't die unnoticed. No claim
# is left out, and none has two rows.
#
# ## Method
#
# A claim is compared in the strongest way there is:
#
# 1. **Printed figures against each other.** Where one printed figure follows from others, the comparison
#    uses no simulation. Such a verdict can go against the paper.
# 2. **Simulated rows.** Everything else can only be recomputed from the simulated cohort, and that was
#    built to fit. A match gets the verdict *by construction*, whatever the numbers are.
# 3. **Neither.** Some statements, such as a definition, are nothing to compute.

# %% tags=["hide-input"]
show(
    table(
        counts,
        {"verdict": "Verdict", "meaning": "What it means"},
        id="17-verdicts",
        status="derived",
        caption="What do the verdicts mean?",
    )
)

# %% [markdown]
# The first of them looks like the strongest confirmation, and is none.
#
# *When not to use it:* a ledger compares figures. It does not judge a treatment, and it is no audit of a
# study: nobody looked into a patient's record. Nor is a count of verdicts a score.
#
# ## Result
#
# ### How many claims were tested?

# %%
show(
    verdicts(
        counts,
        id="17-tiles",
        status="simulated",
        caption="What was the verdict on each claim, and what did ours rest on?",
    )
)

# %% tags=["hide-input"]
pairs = len(full_ledger.PAIRS)
show(
    say(
        """
        In all, {tested} claims were tested, by {tests} tests: a count and its percentage are two
        claims but check each other once. Each test could have failed. The {simulated} claims whose
        figure comes from the simulated cohort all hold, because they had to.
        """,
        id="17-tiles-say",
        status="simulated",
        tested=tested,
        tests=tested - pairs,
        simulated=int(claims["status"].eq("simulated").sum()),
    )
)

# %% [markdown]
# ### The study and its patients

# %%
patients = claims[claims["topic"].isin(["design", "cohort"])]

# %% tags=["hide-input"]
show(
    full_ledger.ledger_table(
        patients,
        id="17-patients",
        caption="What can be said of the claims on the study and its patients?",
    )
)

# %% [markdown]
# Not one of them can be tested from the abstract. They are the frame of everything else, and are taken
# from it.
#
# ### The endpoints

# %%
endpoints = claims[claims["topic"].str.endswith("endpoint")]

# %% tags=["hide-input"]
show(
    full_ledger.ledger_table(
        endpoints,
        id="17-endpoints",
        caption="What can be said of the claims on the endpoints?",
    )
)

# %% [markdown]
# The p-values of ours say how large the changes were made, and nothing about the study's. That exactly
# one count gives the printed share of patients at target is derived; it fills a gap, and confirms
# nothing.
#
# ### The complications

# %%
harms = claims[claims["topic"] == "complication"]

# %% tags=["hide-input"]
show(
    full_ledger.ledger_table(
        harms,
        id="17-complications",
        caption="What can be said of the claims on complications?",
    )
)

# %% [markdown]
# All but the last check each other, and they agree. That makes a slip of the pen unlikely. It does not
# say that every event was seen, or what was called severe.
#
# ### The predictor

# %%
predictor = claims[claims["topic"] == "predictor"]

# %% tags=["hide-input"]
show(
    full_ledger.ledger_table(
        predictor,
        id="17-predictor",
        caption="What can be said of the claims on the predictor?",
    )
)

# %% [markdown]
# Odds ratio, interval and p-value can come from one and the same fit, if the interval is Wald's. Whether
# that fit is the right one is another question: the model is not printed.
#
# ### What is not stated

# %%
bearing = unstated["topic"].value_counts()

# %% tags=["hide-input"]
show(
    full_ledger.ledger_table(
        unstated,
        id="17-unstated",
        caption="What does the abstract leave out that a conclusion hangs on?",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        For {assumed} of these {all} the simulation assumes a value, and for {tried} this book tries
        several, so that one sees what moves. {open} stay open: no simulation can tell how many
        centres took part, or who was not treated.
        """,
        id="17-unstated-says",
        status="simulated",
        all=len(unstated),
        assumed=int(unstated["ours"].eq("assumed").sum()),
        tried=int(unstated["ours"].eq("several tried").sum()),
        open=int(unstated["ours"].eq("left open").sum()),
    )
)

# %% [markdown]
# ### Two checklists
#
# STROBE says what a report of an observational study should tell {cite:p}`vonelm2007`. TRIPOD+AI says it
# for a prediction model, by regression or otherwise {cite:p}`collins2024`. Both are meant for whole articles. An abstract has no room
# for most of it, so *not* in its column is no reproach; it shows how far one can get with an abstract
# alone. The column of this book is held to the same list.

# %%
reports = full_ledger.reported(items)

# %% tags=["hide-input"]
show(
    table(
        reports.assign(report=reports["checklist"] + ", " + reports["by"]),
        {
            "report": "Checklist",
            "met": "Met",
            "partly": "Partly",
            "not": "Not",
            "not applicable": "N/A",
        },
        id="17-reported",
        status="derived",
        caption="How much of each checklist do the abstract and this book report?",
        notes=[
            "N/A: not applicable. Items are counted with their letters. STROBE: Strengthening the Reporting of "
            "Observational Studies in Epidemiology. TRIPOD+AI: Transparent Reporting of a "
            "multivariable prediction model for Individual Prognosis Or Diagnosis.",
            "One reader judged; no second one did.",
        ],
    )
)

# %% tags=["hide-input"]
at = reports.set_index(["checklist", "by"])
show(
    say(
        """
        Of the {strobe} items of STROBE the abstract meets {met} and touches {partly}. This book meets
        more because it has more pages, not because it knows more: where an item
        asks about people, centres or measurements, there is nothing behind simulated rows to report. Of
        TRIPOD+AI {na} items do not apply to the abstract, since it puts forward a risk factor and no
        prediction model. This book reports neither fairness nor funding.
        """,
        id="17-reported-says",
        status="derived",
        strobe=int(at.loc[("STROBE", "abstract"), "items"]),
        met=int(at.loc[("STROBE", "abstract"), "met"]),
        partly=int(at.loc[("STROBE", "abstract"), "partly"]),
        na=int(at.loc[("TRIPOD+AI", "abstract"), "not applicable"]),
    )
)

# %%
show(
    full_ledger.checklist_table(
        "STROBE",
        id="17-strobe",
        caption="STROBE: what do abstract and book report?",
    )
)

# %%
show(
    full_ledger.checklist_table(
        "TRIPOD+AI",
        id="17-tripod",
        caption="TRIPOD+AI: what do abstract and book report?",
    )
)

# %% [markdown]
# Read each list by its column *Book* to find a chapter, and by its column *Abstract* to find what to look
# for first in the article.
#
# ## Against the paper
#
# The ledger is this comparison, for the whole book. In short:

# %% tags=["hide-input"]
show(
    ledger.against_the_paper(
        [
            *full_ledger.from_figures(),
            ledger.cannot_compare(
                "target_definition",
                "not derivable",
                reason="a definition: nothing to compute",
            ),
            ledger.cannot_compare(
                "design_setting",
                "not derivable",
                reason="no figure depends on it",
            ),
        ],
        id="17-against-the-paper",
        status="derived",
    )
)

# %% [markdown]
# These are all the claims whose verdict does not lean on simulated rows.
#
# ## What could change it
#
# - **The article.** Each *not stated* that it answers turns into a claim, and some claims would then
#   check each other: a Table of characteristics, the counts, the other odds ratios.
# - **Other rows.** Another cohort that fits gives other figures and the same verdicts.
# - **Another kind of interval.** The verdicts on odds ratio and p-value take the interval for Wald's.
# - **A stricter reader.** A judgement on a checklist is one. Two readers would differ in some items.

# %%
other = compatible.build(DEFAULT, seed=7)
again = full_ledger.full_ledger(verify.verify(other))
strict = full_ledger.full_ledger(verify.verify(cohort.load(), alpha=0.01))
new = again[again["reason"].ne(rows["reason"])]
moved = strict[strict["verdict"].ne(rows["verdict"])]

# %% tags=["hide-input"]
show(
    say(
        """
        In a cohort from another seed, what stands behind {new} of the claims has other numbers, and
        {changed} verdict changes. The verdict *differs* is not out of reach, though: ask for
        significance at {level:.2f}, and {moved} of the claims no longer holds in the shipped rows,
        that on the *{which}*.
        """,
        id="17-moved",
        status="simulated",
        new=len(new),
        changed=int(again["verdict"].ne(rows["verdict"]).sum()) or "no",
        level=0.01,
        moved=len(moved),
        which="; ".join(moved["quantity"]),
    )
)

# %% [markdown]
# ## Limits
#
# A ledger treats claims alike, and they are not: the share at target carries the study, its first month
# carries nothing. Agreement of printed figures is a low bar. They can agree and all be wrong, and an error
# in an abstract need not be one of the article. The choice of what counts as *not stated* is ours;
# another reader would list other things. What is by construction here could be tested by anybody who has
# the patients' data.
#
# ## Try it
#
# 1. **Recall.** Why is *by construction* not a confirmation, although ours prints like the paper's?
# 2. **Apply.** How many things that are not stated bear on the predictor?
# 3. **Criticise.** "Nearly all claims were reproduced by an independent re-analysis." What is wrong?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
show(
    say(
        """
        1. The printed figure went in; it had to come out.
        2. {about} of {unstated}.
        3. {built} of {claims} were built in, so nothing was reproduced. And no patient's data were
           analysed again.
        """,
        id="17-solutions",
        status="simulated",
        box="Solutions",
        about=int(bearing["predictor"]),
        unstated=len(unstated),
        built=int(by["by construction"]),
        claims=len(claims),
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Of {claims} claims, {tested} could be tested on published figures alone; {differ} came out as
          wrong.
        - {built} are met by construction. They say what this book assumed, not what the study found.
        - {unstated} things that conclusions hang on are not stated. They are the questions to take to the
          article.
        """,
        id="17-take-away",
        status="simulated",
        box="Take away",
        claims=len(claims),
        tested=tested,
        differ=int(by["differs"]) or "none",
        built=int(by["by construction"]),
        unstated=len(unstated),
    )
)
