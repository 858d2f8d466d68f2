# ---
# jupyter:
#   # Generated from book/chapters/16_other_series.md by `make pairs`. Edit that, not this.
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
# (other-series)=
# # 16 · How does the study compare with the other series?

# %% tags=["hide-input"]
from functools import partial

import pandas as pd

from analysis_lib.figures.synthesis import forest
from analysis_lib.ledger import against_the_paper, cannot_compare
from analysis_lib.odds_ratio import crude_odds_ratio
from analysis_lib.proportions import interval
from analysis_lib.published import (
    GROUPS,
    INDEX_STUDY,
    claim,
    evidence,
    pooling,
    series,
)
from analysis_lib.report import say, show
from analysis_lib.synthesis import binomial_glmm, leave_one_out, logit_reml
from analysis_lib.tables import table

thermal = partial(series, group="Thermal ablation")
others = partial(thermal, without=INDEX_STUDY)
hypocalcaemia = binomial_glmm(thermal("severe_hypocalcaemia"))
without = binomial_glmm(others("severe_hypocalcaemia"))
count = claim("severe_hypocalcaemia_count")
against = crude_odds_ratio(
    count.events,
    without.events,
    count.denominator - count.events,
    without.n - without.events,
    method="exact",
)
voice = binomial_glmm(thermal("voice_change_any"))
permanent = binomial_glmm(thermal("voice_change_permanent"))

# %% tags=["hide-input"]
show(
    say(
        """
        Severe hypocalcaemia was somewhat more frequent in the study, {share}, than in the other
        series of thermal ablation, which pool to {others:percent}; chance can explain that. For
        most series no threshold was seen, so the word may mean different things. A voice change
        or nerve palsy of any duration occurred in {voice:percent}, a permanent one in
        {permanent:events} of {permanent:n} patients. For the main outcome, the target PTH, the
        series count different things. No summary of it would mean anything.
        """,
        id="16-in-plain-words",
        status="derived",
        box="In plain words",
        share=claim("severe_hypocalcaemia_percent"),
        others=without,
        voice=voice,
        permanent=permanent,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** the idea of an interval; [what the study published](#adds-up)
# - **You will be able to:** read a forest plot; tell a confidence interval from a prediction
#   interval; decide whether rows may be pooled at all
# - **Data:** published counts only. Nothing in this chapter is simulated.
# :::
#
# ## What was published
#
# The abstract of the study sets its figures beside no others {cite:p}`index`. This chapter does.
# The counts come from abstracts and tables of other series. Many papers print a percentage and the
# number assessed; there the count was worked out, and the table says so.
#
# ## The data

# %%
rows = evidence()
shown = rows.assign(
    count=[f"{row.events} / {row.n}" for row in rows.itertuples()],
    outcome_label=rows["outcome"].map(pooling()["label"]),
    source=rows["count_source"].str.replace("_", " "),
)

# %% tags=["hide-input"]
show(
    table(
        shown,
        {
            "label": "Series",
            "outcome_label": "Outcome",
            "count": "Events / n",
            "unit": "Counted in",
            "source": "Count",
        },
        carry=["citation", "year", "doi", "pmid", "definition", "caveat"],
        id="16-evidence",
        status="derived",
        caption="Which published counts does this chapter use?",
        notes=[
            "RFA: radiofrequency ablation. MWA: microwave ablation. mixed: thermal ablation of "
            "more than one kind. PEIT: percutaneous ethanol injection. PTX: parathyroidectomy.",
            "Printed counts are published, the others derived; the column Count says which. The CSV "
            "also holds citation, definition and caveat of each row.",
        ],
    )
)

# %% tags=["hide-input"]
derived_rows = int((rows["count_source"] == "derived_from_percentage").sum())
show(
    say(
        """
        The table has {rows} rows from {series} series. In {derived_rows} rows the count was worked
        out from a percentage. Some patients may stand in two rows: where a caveat says that
        overlap can't be excluded, the pooled interval is too narrow if they do.
        """,
        id="16-evidence-says",
        status="derived",
        rows=len(rows),
        series=rows["study_id"].nunique(),
        derived_rows=derived_rows,
    )
)

# %% [markdown]
# ### Which rows may be pooled?

# %%
rules = pooling().copy()
is_thermal = rows["modality"].map(GROUPS) == "Thermal ablation"
rules["thermal"] = rows[is_thermal].groupby("outcome").size()

# %% tags=["hide-input"]
show(
    table(
        rules,
        {
            "label": "Outcome",
            "thermal": "Thermal rows",
            "pooling": "Rows are",
            "reason": "Why",
        },
        id="16-pooling",
        status="derived",
        caption="May the rows of an outcome be summarised together?",
        faces={"pooling": lambda name: name.replace("_", " ")},
        notes=[
            "alike: they count the same thing. label only: they share a name, not a stated "
            "definition. different: no summary is given as an answer.",
            "A judgement of this book, not of the sources.",
        ],
    )
)

# %%
caveats = shown[is_thermal & shown["caveat"].notna()]

# %% tags=["hide-input"]
show(
    table(
        caveats,
        {"label": "Series", "outcome_label": "Outcome", "caveat": "Caveat"},
        id="16-caveats",
        status="published",
        caption="What must a reader know about the rows of thermal ablation?",
    )
)

# %% [markdown]
# ## Method
#
# - **Primary: binomial-normal model.** Each series has its own true log odds, drawn from a normal
#   distribution; the events are binomial around it {cite:p}`stijnen2010`. Nothing has to be added
#   to a count of zero. The model is fitted by maximum likelihood.
# - **Beside it: logit transform.** The observed log odds are averaged with the variance between
#   series estimated by restricted maximum likelihood, and the interval after
#   {cite:t}`knapp2003`. A count of zero needs a half added to it.
# - **Confidence and prediction.** The confidence interval is about the mean of all series. The
#   prediction interval is about the next one {cite:p}`riley2011`. With few series it is wide, and says mostly that
#   little is known.
# - **Only thermal ablation is pooled.** Ethanol injection and surgery stand beside it as context.
#
# *When not to use it:* with a handful of series, the variance between them is hardly known. The
# interval of the first method is then too narrow when the series differ; the second is biased when
# events are rare. Neither is right for all rows below, so both are given, and the rows say more than
# their summary.
#
# Both methods agree with the R package metafor {cite:p}`viechtbauer2010`; the tests hold them to
# it.
#
# ## Result
#
# ### Severe hypocalcaemia

# %%
show(
    forest(
        series("severe_hypocalcaemia"),
        pooled=hypocalcaemia,
        id="16-forest-hypocalcaemia",
        caption="How often was hypocalcaemia called severe?",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        The study's share is the highest of the {pooled:studies} series of thermal ablation. The
        others pool to {without}; with the study it is {pooled}. A difference of this size can be
        chance (p = {p:p}, Fisher's exact test of the study against the others together). The
        variance between series is estimated at zero, which does not show that they agree: I² is
        {pooled:i2}.
        """,
        id="16-hypocalcaemia-says",
        status="derived",
        without=without,
        pooled=hypocalcaemia,
        p=against.p_value,
    )
)

# %% [markdown]
# Surgery stands below for orientation. The patients differ, and so do the definitions: this is no
# comparison of treatments.
#
# ### Voice change

# %%
show(
    forest(
        series("voice_change_any"),
        pooled=voice,
        id="16-forest-voice",
        caption="How often did the voice change, for any time?",
    )
)

# %%
show(
    forest(
        series("voice_change_permanent"),
        pooled=permanent,
        id="16-forest-permanent",
        caption="How often did the voice change for good?",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        The abstract of the study mentions one persistent paralysis and is silent on voice changes
        that passed. In the series that counted them, a voice change or palsy of any duration
        occurred in {voice:percent}. With {voice:studies} series the share of the next clinic is
        hardly known: {voice:prediction} by one method, {second:prediction} by the other.
        Permanent change is rare: {permanent:events} in {permanent:n} patients, with an exact
        interval of {exact:interval} if all series were one.
        """,
        id="16-voice-says",
        status="derived",
        voice=voice,
        second=logit_reml(thermal("voice_change_any")),
        permanent=permanent,
        exact=interval(
            permanent.events,
            permanent.n,
            method="exact",
            denominator="patients",
        ),
    )
)

# %% [markdown]
# ### Target PTH

# %%
show(
    forest(
        series("target_pth"),
        id="16-forest-target",
        caption="How often was the target PTH reached, whatever it was?",
    )
)

# %%
targets = thermal("target_pth").assign(
    count=lambda frame: [
        f"{row.events} / {row.n}" for row in frame.itertuples()
    ]
)

# %% tags=["hide-input"]
show(
    table(
        targets,
        {
            "label": "Series",
            "count": "Events / n",
            "definition": "What counts as success",
        },
        id="16-target-definitions",
        status="derived",
        caption="What did each series of thermal ablation call success?",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        No two of the {rows} series are known to share both threshold and time. Where values below a range count
        as failure, deep suppression lowers the share; in the study it raises it. A difference
        between these rows says nothing about the treatment.
        """,
        id="16-target-says",
        status="derived",
        rows=len(targets),
    )
)

# %% [markdown]
# ### Both methods, with and without the study

# %%
choices = [
    (outcome, study, rows)
    for outcome in pooling().query("pooling != 'different'").index
    for study, rows in (
        ("with", thermal(outcome)),
        ("without", others(outcome)),
    )
    if study == "with" or len(rows) < len(thermal(outcome))
]

# %%
methods = {"mixed model": binomial_glmm, "logit, REML": logit_reml}
pooled = pd.DataFrame(
    [
        (pooling().loc[outcome, "label"], study, name, fit(rows))
        for outcome, study, rows in choices
        for name, fit in methods.items()
    ],
    columns=["outcome", "study", "method", "fit"],
)
for code in ("studies", "percent", "interval", "prediction", "tau2", "i2", "p"):
    pooled[code] = [format(fit, code) for fit in pooled["fit"]]

# %% tags=["hide-input"]
show(
    table(
        pooled,
        {
            "outcome": "Outcome",
            "study": "Index study",
            "method": "Method",
            "studies": "Series",
            "percent": "Pooled",
            "interval": "Confidence interval",
            "prediction": "Prediction interval",
        },
        carry=["fit"],
        id="16-pooled",
        status="derived",
        caption="What do the two methods give, with and without the study?",
        notes=[
            "Mixed model: binomial-normal, by maximum likelihood. REML: restricted maximum "
            "likelihood, with the interval of Knapp and Hartung.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    table(
        pooled[pooled["study"] == "with"],
        {
            "outcome": "Outcome",
            "method": "Method",
            "tau2": "τ² (interval)",
            "i2": "I² (interval)",
            "p": "p, all alike",
        },
        id="16-heterogeneity",
        status="derived",
        caption="How far do the series lie apart, the study included?",
        notes=[
            "τ²: variance between series, on the logit scale. I²: share of the variation that "
            "lies between series. p: test of whether all series share one proportion.",
        ],
    )
)

# %% tags=["hide-input"]
narrow = logit_reml(others("severe_hypocalcaemia"))
wide = binomial_glmm(others("severe_hypocalcaemia"))
show(
    say(
        """
        One row shows why a formula needs a second look. Without the study, the second method
        gives severe hypocalcaemia the interval {narrow:interval}: narrower than {n} patients can
        carry, even if all series were one. The series happen to agree closely, and the method
        takes that for precision. The first method gives {wide:interval}.
        """,
        id="16-narrow",
        status="derived",
        narrow=narrow,
        wide=wide,
        n=narrow.n,
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
show(
    against_the_paper(
        [
            cannot_compare(
                "severe_hypocalcaemia_percent",
                "not stated",
                status="derived",
                quantity="severe hypocalcaemia in other series",
                ours=format(without),
                reason="pooled without the study; thresholds mostly not seen",
            ),
            cannot_compare(
                "nerve_paralysis_percent",
                "not stated",
                status="derived",
                quantity="permanent voice change in other series",
                ours=format(binomial_glmm(others("voice_change_permanent"))),
                reason=f"{len(others('voice_change_permanent'))} other series",
            ),
            cannot_compare(
                "target_reached",
                "not derivable",
                quantity="target PTH against other series",
                reason="no other series is known to share threshold and time",
            ),
        ],
        id="16-against-the-paper",
        status="derived",
    )
)

# %% [markdown]
# ## What could change it

# %%
left_out = leave_one_out(thermal("severe_hypocalcaemia"), binomial_glmm)

# %% tags=["hide-input"]
show(
    table(
        left_out,
        {
            "left_out": "Left out",
            "estimate": "Pooled",
            "lower": "From",
            "upper": "To",
        },
        id="16-leave-one-out",
        status="derived",
        caption="Does one series carry the result for severe hypocalcaemia?",
        faces=dict.fromkeys(("estimate", "lower", "upper"), "percent"),
    )
)

# %%
anyway = binomial_glmm(thermal("target_pth"))

# %% tags=["hide-input"]
show(
    say(
        """
        And if one pooled the target PTH anyway? The summary would be {anyway}, with a prediction
        interval of {anyway:prediction}. An interval that wide is the model's own way of saying
        that the rows are not alike.
        """,
        id="16-target-anyway",
        status="derived",
        anyway=anyway,
    )
)

# %% [markdown]
# ## Limits
#
# The series were found through abstracts, tables and news reports, not by a systematic search. A
# threshold that was not seen may well stand in the full paper. Some
# sources are secondary, one is a thesis. Some rows include patients with primary disease; the
# caveats name them. Small series with bad results may never have been printed.
#
# ## Try it
#
# 1. **Recall.** Which interval tells a new clinic what to expect, confidence or prediction?
# 2. **Apply.** Pool any voice change without the series of unknown type of disease. What happens to
#    the prediction interval?
# 3. **Criticise.** A review pools all rows of the target PTH and prints a narrow interval. What
#    would you ask its authors first?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
known = thermal("voice_change_any").query("study_id != 'AcadRadiol2025-TA'")
show(
    say(
        """
        1. The prediction interval.
        2. With {known:studies} series left it is {known:prediction}; with all it was
           {voice:prediction}.
        3. Which threshold, at which time, one-sided or two-sided, in each series.
        """,
        id="16-solutions",
        status="derived",
        box="Solutions",
        known=binomial_glmm(known),
        voice=voice,
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Severe hypocalcaemia in the study, {share}, is somewhat above the other thermal series,
          {without:percent}; chance and different thresholds can explain that.
        - Voice changes and palsies of any duration are far more common than the one paralysis
          suggests: {voice:percent} where they were counted.
        - Shares that reach a target can't be compared until the targets are the same.
        """,
        id="16-take-away",
        status="derived",
        box="Take away",
        share=claim("severe_hypocalcaemia_percent"),
        without=without,
        voice=voice,
    )
)
