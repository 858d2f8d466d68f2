# ---
# jupyter:
#   # Generated from book/chapters/08_complications.md by `make pairs`. Edit that, not this.
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
# (what-went-wrong)=
# # 8 · What went wrong, and how badly?

# %% tags=["hide-input"]
import dataclasses
import math

import pandas as pd

from analysis_lib import benefit_harm as balance
from analysis_lib import cohort, compatible, complications, grading, verify
from analysis_lib import hypocalcaemia as risk
from analysis_lib import hypocalcaemia_scales as scales
from analysis_lib.consistency import counts_for_percentage
from analysis_lib.figures import complications as pictures
from analysis_lib.figures.courses import Panel, courses
from analysis_lib.figures.estimates import estimates
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.proportions import interval, posterior
from analysis_lib.published import claim
from analysis_lib.rare_events import (
    chance_of_at_most,
    chance_of_none,
    members_for_one,
)
from analysis_lib.report import say, show
from analysis_lib.results import level_text, number, percent_span, span
from analysis_lib.scenario import DEFAULT, SEED
from analysis_lib.tables import table
from analysis_lib.zero_events import upper_limit

shipped = cohort.load()
patients = risk.predictor_frame(shipped)
severe = claim("severe_hypocalcaemia_count")
palsy = claim("nerve_paralysis_count")
treated = claim("cohort_participants").count
# This moves lines and bold print; who is flagged stands in the rows.
built_with = DEFAULT.hypocalcaemia_threshold_mmol_l
definitions = complications.by_threshold(
    patients, complications.thresholds(), method="exact"
)
seen = definitions.query("called == 'severe hypocalcaemia'")
groups = balance.outcomes(patients)
unharmed = int(groups.query("target_reached")["patients"].iloc[0])
exact = interval(palsy.count, treated, method="exact", denominator="patients")
flagged = patients["severe_hypocalcaemia"].astype(bool)

# %% tags=["hide-input"]
show(
    say(
        """
        Two harms are reported: severe hypocalcaemia in {severe} of {n} patients, and one nerve
        paralysis that stayed (published). Neither the calcium that counts as severe nor the
        meaning of *major* is in the abstract. In this simulated cohort the definitions in use, by
        the calcium alone, call between {fewest} and {most} of the same patients severe, if the
        study's own threshold was {built:.3f} mmol/L. One paralysis in {n} is compatible with a
        true share of up to {palsy:upper} (derived). Of the {n} simulated patients, {unharmed}
        reached the target without either harm; the abstract alone does not fix that number.
        """,
        id="08-in-plain-words",
        status="simulated",
        box="In plain words",
        severe=severe,
        n=treated,
        fewest=int(seen["events"].min()),
        most=int(seen["events"].max()),
        built=built_with,
        palsy=exact,
        unharmed=unharmed,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** an hour
# - **Needs:** the idea of an interval; what an odds ratio and a logistic regression are; [how the simulated cohort was made](#compatible-cohort)
# - **You will be able to:** ask for the definition behind *severe*; grade a complication by four
#   schemes and say what you assumed; say what one event, and what none, can tell; set benefit
#   against harm in the same patients
# - **Data:** published counts, what follows from them, and simulated patients. Each number says which.
# :::
#
# ## What was published

# %%
claims = [
    "severe_hypocalcaemia_count",
    "severe_hypocalcaemia_percent",
    "hypocalcaemia_comorbidity",
    "nerve_paralysis_count",
    "nerve_paralysis_percent",
]
show(printed(claims, id="08-claims", caption="Which harms are reported?"))

# %% [markdown]
# The abstract calls these complications *major* and gives calcium as the treatment
# {cite:p}`index`. It names no grading scheme. Nothing is said of voice changes that passed, of when
# calcium was lowest, or of what treatment took besides calcium.
#
# ## The data
#
# Definitions of low calcium and the grades of four schemes are [tables of this book](#data-dictionary):
# each row has its source. The calcium itself is simulated.

# %%
lowest = complications.lowest(shipped)
values = lowest["measured"].value_counts().sort_index()

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort {n} of {all} patients have a calcium between the ablation and
        day {days}; {fewer} have fewer than {most} values. The lowest of them is what counts here.
        Who is measured more often has a lower lowest value, by chance alone.
        """,
        id="08-data",
        status="simulated",
        n=len(lowest),
        all=len(patients),
        days=cohort.NADIR_DAYS,
        most=int(values.index.max()),
        fewer=int(values[values.index < values.index.max()].sum()),
    )
)

# %% [markdown]
# ## Method
#
# - **By definition.** Each patient's lowest calcium up to the end of the first month, corrected for
#   albumin, is held against each threshold. Only the number is judged. What else belongs to a definition,
#   such as symptoms or intravenous calcium, is not in the rows. Who has no value is counted apart. Counts under
#   different definitions are never added up.
# - **Grades.** Each scheme is applied as far as the abstract tells what was done. What had to be
#   assumed is written beside the grade.
# - **Recovery.** A patient counts from the visit after the one with the lowest calcium. Before it,
#   a calcium above the line is not back: it is still on its way down.
# - **Rare events.** Exact, Wilson and Bayesian intervals {cite:p}`brown2001`; the chance of what was
#   seen if the true share were another; upper limits where nothing was seen {cite:p}`hanley1983`.
# - **Predictors.** Logistic regression with two terms: baseline alkaline phosphatase (ALP) and the
#   fall of PTH *up to the first day*. That fall comes before the lowest calcium, or on the same
#   day. A fall up to the end of follow-up would explain the past by the future. Beside the usual
#   (Wald) interval stand that of the profile, read off the likelihood itself, and a bootstrap: patients
#   are drawn again, with replacement, and both models refitted.
# - **Benefit and harm together.** How many had the benefit $B$ and how many any harm $H$ is known;
#   how many had both is not. It lies between two bounds {cite:p}`frechet1935`, and each count between them
#   is possible. Of two harms only the size of each is known: $H$ is at least the larger of them, and at
#   most their sum. The lowest bound takes the one, the highest the other:
#
# $$\max(0, B + H - n) \le \text{both} \le \min(B, H)$$
#
# *When not to use it:* a threshold applied to the lowest of a few values says nothing about how the
# patient felt. With one event, no comparison of groups and no search for predictors is possible.
#
# ## Result
#
# ### How many, by which definition?

# %%
definitions["built"] = definitions["threshold_mmol_l"].eq(built_with)
definitions["printed"] = [
    f"{row.threshold:g} {row.unit}" for row in definitions.itertuples()
]
definitions["below"] = [f"{share:events}" for share in definitions["share"]]
hours = definitions["also"].str.extract(r"within (\d+) hours")[0].dropna()
in_time = [
    f"{definitions['label'][row]}, {limit} hours: "
    + str(
        complications.lowest(shipped, days=int(limit) / 24)["value"]
        .lt(definitions["threshold_mmol_l"][row])
        .sum()
    )
    for row, limit in hours.items()
]

# %% tags=["hide-input"]
show(
    table(
        definitions,
        {
            "label": "Definition",
            "called": "A value below is",
            "threshold_mmol_l": "mmol/L",
            "corrected": "For albumin",
            "also": "Also asked, or enough",
            "events": f"Below, of {treated}",
        },
        id="08-definitions",
        status="simulated",
        caption="Which calcium is called severe, or low, and how many are below it?",
        faces={
            "threshold_mmol_l": ".3f",
            "corrected": lambda word: word.replace("_", " "),
        },
        carry=[
            "printed",
            "source",
            "doi",
            "pmid",
            "citation_key",
            "n",
            "missing",
        ],
        strong="built",
        missing="–",
        notes=[
            "Definitions are published, converted and not rounded where printed in mg/dL; the last "
            f"column is simulated. Missing values: {int(definitions['missing'].max())}. Where a "
            "definition names no author, none was seen.",
            f"Judged by the number alone, up to day {cohort.NADIR_DAYS}. Within a definition's own "
            f"limit of time fewer are below: {'; '.join(in_time)}.",
            "Bold: the threshold that the simulation was built with. Its count equals the "
            "published one by construction; the others follow from the simulation.",
            "CTCAE: Common Terminology Criteria for Adverse Events. KDOQI: Kidney Disease "
            "Outcomes Quality Initiative; its range is no definition of severity.",
        ],
    )
)

# %% [markdown]
# The definitions differ in the calcium itself, in whether it is corrected for albumin, and in what
# else they ask. Some take intravenous calcium as proof. The guideline on surgery for dialysis patients
# starts an infusion at a corrected 7.2 mg/dL (1.80 mmol/L) {cite:p}`kdoqi2003`: what is called severe
# and what is treated so are not the same.

# %%
rows = definitions.assign(
    label=definitions["label"] + ", " + definitions["printed"],
    estimate=[share.estimate for share in definitions["share"]],
    lower=[share.lower for share in definitions["share"]],
    upper=[share.upper for share in definitions["share"]],
    strong=definitions["built"],
    count=definitions["below"] + " / " + definitions["n"].astype(str),
)

# %%
show(
    estimates(
        rows,
        id="08-by-definition",
        status="simulated",
        scale="percent",
        caption="What share of the same patients is below each threshold? "
        "Diamond: on the line because the cohort was built so.",
        xlabel="Patients below the threshold, %",
        heading="% (interval)",
        line=(severe.count / treated, "the published share"),
    )
)

# %% tags=["hide-input"]
ctcae = grading.calcium_grades(patients).value_counts()
moderate = int(grading.calcium_grades(patients)[flagged].eq("2").sum())
show(
    say(
        """
        By the calcium alone, the same {n} simulated patients give {fewest} to {most} cases of
        severe hypocalcaemia, depending on whose threshold is used. By CTCAE {three} have grade 3, {four} grade 4 and
        {two} grade 2; the other {rest} are normal or grade 1, which only the laboratory's lower limit can
        part. Of the {severe} whom this cohort calls severe, {moderate} are *moderate* by CTCAE.
        The published {share} can't be set beside another series before both thresholds are known.
        The intervals are those that a real study with these counts would print. They say nothing
        of the spread between definitions.
        """,
        id="08-definitions-say",
        status="simulated",
        n=len(patients),
        fewest=int(seen["events"].min()),
        most=int(seen["events"].max()),
        two=int(ctcae.get("2", 0)),
        three=int(ctcae.get("3", 0)),
        four=int(ctcae.get("4", 0)),
        rest=int(ctcae[grading.NOT_GRADED]),
        severe=int(flagged.sum()),
        moderate=moderate,
        share=claim("severe_hypocalcaemia_percent"),
    )
)

# %% [markdown]
# ### When was calcium lowest, and when was it back?

# %%
calcium = cohort.course(shipped, "calcium")
ids = set(patients.loc[flagged, "patient_id"])
panel = Panel(
    title="Corrected calcium, mmol/L",
    rows=calcium,
    scale="linear",
    decimals=2,
    line=(built_with, "the threshold of this cohort"),
)

# %%
show(
    courses(
        [panel],
        id="08-courses",
        status="simulated",
        fewest=40,
        marked=(ids, "severe hypocalcaemia"),
        caption="How does calcium run after the ablation?",
    )
)

# %% [markdown]
# It was assumed that calcium falls into the second week in most patients, that half of their fall is there
# on the first day, and that it settles below where it began, the further PTH was brought down. The
# picture shows what was put in.

# %%
day_1 = calcium[calcium["visit"].eq("day_1") & calcium["patient_id"].isin(ids)]
not_yet = int(day_1["value"].ge(built_with).sum())
kdoqi = definitions.set_index("definition_id").loc["kdoqi-2003"]
year = cohort.month("month_12")
back = complications.recovery(
    shipped, ids, at_least=built_with, method="exact"
).query("0 < month <= @year")
back["normal"] = complications.recovery(
    shipped, ids, at_least=kdoqi["threshold_mmol_l"], method="exact"
).query("0 < month <= @year")["recovered"]
back["visit"] = back["visit"].str.replace("_", " ")

# %% tags=["hide-input"]
show(
    table(
        back,
        {
            "visit": "Visit",
            "due": "Due",
            "n": "With a value",
            "recovered": f"Back at {built_with:g} mmol/L",
            "normal": f"Back at {kdoqi['printed']}",
        },
        id="08-recovery",
        status="simulated",
        caption="Of those with severe hypocalcaemia, who was back when?",
        carry=["share"],
        notes=[
            "Due: still followed, and past the patient's own lowest calcium. Back: at or above the "
            f"level at that visit. {built_with:g} mmol/L: the threshold of this cohort. "
            f"{kdoqi['printed']}: the lower end of KDOQI's range, which prints it as "
            f"{kdoqi['threshold_mmol_l']:.2f} mmol/L. Missed visits count on neither side.",
        ],
    )
)

# %% tags=["hide-input"]
first = lowest["visit"].eq("day_1")
show(
    say(
        """
        In this cohort calcium was lowest on the first day in {first} of {n} patients, but in
        {tied} of them a later value was just as low. Of the {severe} with severe hypocalcaemia,
        {not_yet} were still at or above the threshold on the first day: not yet severe. Who looks on
        the first day only does not count them. Of those past their lowest, {recovered} of {measured}
        were back at the threshold a month after the ablation, and {normal} at the lower end of the
        guideline's range; after three months it was {normal3} of {measured3}.
        """,
        id="08-course-says",
        status="simulated",
        first=int(first.sum()),
        n=len(lowest),
        tied=int((first & lowest["tied"].gt(1)).sum()),
        severe=len(ids),
        not_yet=not_yet,
        recovered=int(back.set_index("visit").loc["month 1", "recovered"]),
        measured=int(back.set_index("visit").loc["month 1", "n"]),
        normal=int(back.set_index("visit").loc["month 1", "normal"]),
        normal3=int(back.set_index("visit").loc["month 3", "normal"]),
        measured3=int(back.set_index("visit").loc["month 3", "n"]),
    )
)

# %% [markdown]
# The shape is assumed. It follows surgery, after which calcium falls for some two weeks
# {cite:p}`ho2017`. A nephrologist would still object:
#
# - **Half-way on the first day, for all who fall on.** Where the lowest comes in the second week, the
#   first day has half of the fall, whoever the patient is. That share is a guess, and it decides whom the
#   first day misses.
# - **Nobody looks when it matters.** The assumed schedule has a first day, a seventh, and then a month:
#   none in the second week, just when the assumed trough comes. After surgery the guideline asks for a
#   calcium every 4 to 6 hours during the first 48 to 72 hours {cite:p}`kdoqi2003`. A real nadir between
#   visits is not seen.
# - **Nobody is treated.** No row says who was given calcium or active vitamin D. In a clinic the lowest
#   value is what treatment let happen.
# - **All recover at one pace.** Where calcium settles follows how far PTH came down, and not how low
#   calcium had been; how fast it gets there is the same for all. Whether a deep fall lasts longer can't be
#   learnt here.
#
# ### Who is at risk?

# %%
steps = definitions.query("grade in ['2', '3']")
lines = dict(zip(steps["label"], steps["threshold_mmol_l"], strict=True))
lines["this cohort"] = built_with
show(
    pictures.nadirs(
        patients,
        lines,
        strong="this cohort",
        id="08-nadirs",
        status="simulated",
        caption="How low does calcium fall, by alkaline phosphatase before?",
    )
)

# %% [markdown]
# Calcium runs on through the lines. A patient just above one and a patient just below it have had almost the
# same, and are counted as different; two far apart on one side are counted as equal. Cutting a measured value in
# two throws information away {cite:p}`altman2006`.

# %%
found = risk.associations(patients, draws=2000, seed=8)
found["wald"] = [f"{ratio:interval}" for ratio in found["odds_ratio"]]
found["p"] = [ratio.p_value for ratio in found["odds_ratio"]]
found["likelihood"] = [
    span(ratio.lower, ratio.upper, 1) for ratio in found["profile"]
]
found["ratio"] = [ratio.estimate for ratio in found["odds_ratio"]]
rows = list(found.itertuples())
found["boot"] = [span(r.boot_lower, r.boot_upper, 1) for r in rows]
higher = sum(
    r.boot_lower > r.odds_ratio.lower and r.boot_upper > r.odds_ratio.upper
    for r in rows
)

# %% tags=["hide-input"]
show(
    table(
        found,
        {
            "words": "Term",
            "stage": "In the model",
            "ratio": "Odds ratio",
            "wald": "Wald",
            "likelihood": "Profile",
            "boot": "Bootstrap",
            "p": "p (Wald)",
        },
        id="08-predictors",
        status="simulated",
        caption="Which patients have severe hypocalcaemia in the simulated cohort?",
        faces={"ratio": ".1f", "p": "p"},
        carry=["log_odds_ratio", "se", "n", "events", "left_out", "lost"],
        notes=[
            f"{found['n'].iloc[0]} patients, {found['events'].iloc[0]} of them with severe "
            f"hypocalcaemia; {found['left_out'].iloc[0]} without a PTH on the first day are left "
            f"out of all fits. Bootstrap: {found['draws'].iloc[0]} samples, percentiles; "
            f"{found['lost'].max()} samples without a maximum of the likelihood.",
            f"Three intervals, each {level_text(0.95)}. ALP: alkaline phosphatase. PTH: parathyroid "
            "hormone.",
        ],
    )
)

# %% [markdown]
# With few events an estimate lies on average too far from one {cite:p}`firth1993`. The percentiles of a
# bootstrap carry that error a second time: a longer way up is no sign of more care.

# %%
together = found.query("stage == 'together'").set_index("term")
assumed = scales.per_sd(
    patients,
    {
        "log2_alp_baseline": DEFAULT.hypocalcaemia_per_sd_alp,
        "pth_halvings_day_1": DEFAULT.hypocalcaemia_per_sd_fall,
    },
)
assumed["words"] = assumed["term"].map(
    {"log2_alp_baseline": "log ALP", "pth_halvings_day_1": "log fall of PTH"}
)

# %% tags=["hide-input"]
show(
    table(
        assumed,
        {
            "words": "Per standard deviation of",
            "assumed": "Put in",
            "cloglog": "Came out, same scale",
            "logit": "As a log odds ratio",
        },
        id="08-assumed",
        status="simulated",
        caption="What did the simulation put in, and what do the rows give back?",
        faces={"assumed": ".2f"},
        carry=["sd", "n"],
        notes=[
            "Same scale: a binomial model with the complementary log-log link. The simulation "
            "adds a Gumbel variable to a score, and the highest scores become severe; its "
            "coefficients belong to that link. A log odds ratio is then somewhat larger.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        Doubling ALP goes with an odds ratio of {alp}, halving PTH by the first day with {fall},
        each with the other held. **Both associations were put in by the scenario.** That they
        come out says that the code works, and nothing about patients. With {events} events for
        two terms the intervals are wide. In {higher} of {rows} rows both ends of the bootstrap
        interval lie above those of Wald; the profile gives {profile} for ALP, and needs no
        resampling. Alone, halving PTH has {alone}. The two terms have a correlation of {r} in
        these rows; and an odds ratio also changes because another strong term is held.
        """,
        id="08-predictors-say",
        status="simulated",
        alp=together.loc["log2_alp_baseline", "odds_ratio"],
        fall=together.loc["pth_halvings_day_1", "odds_ratio"],
        events=int(found["events"].iloc[0]),
        higher=higher,
        rows=len(found),
        profile=found["likelihood"].iloc[2],
        alone=format(found["odds_ratio"].iloc[1], "estimate"),
        r=number(
            patients[list(risk.TERMS)].dropna().astype(float).corr().iloc[0, 1],
            2,
        ),
    )
)

# %% [markdown]
# ### What does one paralysis tell?

# %%
glands = claim("cohort_glands").count
by_method = {
    "exact": exact,
    "Wilson": interval(1, treated, method="wilson", denominator="patients"),
    "Jeffreys": interval(1, treated, method="jeffreys", denominator="patients"),
    "uniform prior": posterior(
        1, treated, prior=(1, 1), denominator="patients"
    ),
}
by_member = {
    f"{n} nerves": interval(1, n, method="exact", denominator="nerves")
    for n in (treated, glands)
}

# %% tags=["hide-input"]
rows = pd.DataFrame(
    [
        {
            "group": group,
            "label": label,
            "estimate": share.estimate,
            "lower": share.lower,
            "upper": share.upper,
            "count": f"{share.events} / {share.n}",
        }
        for group, shares in (
            ("Patients", by_method),
            ("Nerves at risk", by_member),
        )
        for label, share in shares.items()
    ]
)
show(
    estimates(
        rows,
        id="08-paralysis",
        status="derived",
        scale="percent",
        caption="Which true shares of persistent paralysis fit the one that was seen?",
        xlabel="Persistent paralysis, %",
        heading="% (interval)",
        decimals=2,
    )
)

# %% [markdown]
# In proportion, the methods agree on the upper end far more than on the lower one. A prior counts like patients seen
# before; with one event, the uniform one moves the estimate. Counting nerves instead of patients can make the
# share smaller, and changes nothing for the patient.

# %%
shares = pd.DataFrame({"share": [0.001, 0.005, 0.01, 0.02, 0.03, 0.05]})
shares["none"] = [
    chance_of_at_most(0, treated, share=share) for share in shares["share"]
]
shares["at_most_one"] = [
    chance_of_at_most(1, treated, share=share) for share in shares["share"]
]
shares["needed"] = [
    members_for_one(share, chance=0.95) for share in shares["share"]
]

# %% tags=["hide-input"]
show(
    table(
        shares,
        {
            "share": "If the true share were",
            "none": f"None in {treated}",
            "at_most_one": f"At most one in {treated}",
            "needed": "Patients to see one",
        },
        id="08-chances",
        status="derived",
        caption="How often would a study of this size see no paralysis?",
        faces={
            "share": "percent",
            "none": "percent0",
            "at_most_one": "percent0",
        },
        notes=[
            "Chances, if patients are independent and all have the same risk. Patients to see one: "
            f"so many that at least one is seen with a chance of {level_text(0.95)}.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        One paralysis in {n} patients is compatible with a true share from {low} in ten thousand to one in
        {high}. At the observed share one would treat {n} patients to expect one more; at the
        upper limit {soon}, at the lower one some {late}. With a Jeffreys prior, the chance
        that the next {n} patients show none is {none:percent0}. A clinic that has seen none in
        {n} should not conclude that it does better: were the true share one in a hundred, that
        would happen with a chance of {luck:percent0}.
        """,
        id="08-paralysis-says",
        status="derived",
        n=treated,
        low=f"{10_000 * exact.lower:.1f}",
        high=math.ceil(1 / exact.upper),
        soon=math.ceil(1 / exact.upper),
        late=int(round(1 / exact.lower, -2)),
        none=chance_of_none(1, treated, further=treated, prior=(0.5, 0.5)),
        luck=chance_of_at_most(0, treated, share=0.01),
    )
)

# %% [markdown]
# A patient asks about the patient: the denominator is patients. An operator may ask about the nerve,
# and each treated side of the neck puts one at risk. How many sides were treated is not stated:
# about one in each patient, fewer where the only gland lies elsewhere, and at most one for each gland.
# The figure takes as many nerves as patients, and as many as glands, with the exact method.

# %%
sides = shipped.glands["location"].str.extract("^(left|right)_")[0]
nerves = shipped.glands.assign(side=sides).dropna(subset=["side"])
at_risk = len(nerves.drop_duplicates(["patient_id", "side"]))
passed = int(patients["nerve_paralysis"].eq("transient").sum())

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort {at_risk} sides were treated, in {sided} patients. {ectopic}
        ectopic glands have no side, and {without} patients have no other gland. The cohort also has
        {passed} paralyses that passed. That number is an assumption: the abstract is silent.
        """,
        id="08-sides",
        status="simulated",
        at_risk=at_risk,
        sided=nerves["patient_id"].nunique(),
        without=treated - nerves["patient_id"].nunique(),
        ectopic=int(sides.isna().sum()),
        passed=passed,
    )
)

# %% [markdown]
# How often voices change for a while in other series stands in [chapter 16](#other-series).
#
# ### No sequelae among those with severe hypocalcaemia

# %%
none = claim("hypocalcaemia_comorbidity")
one_sided = upper_limit(severe.count, method="exact", denominator="patients")
rule = upper_limit(severe.count, method="rule_of_three", denominator="patients")
two_sided = interval(0, severe.count, method="exact", denominator="patients")

# %% tags=["hide-input"]
show(
    say(
        """
        None of {n} patients came to serious harm from low calcium (published). A true share of up to
        {one:upper} would still give that result in one study of twenty (exact, one-sided); the rule of three
        gives {rule:upper}. The exact two-sided interval ends at {two:upper}, as it guards a lower end
        that needs no guard. *None seen* is
        not *none possible*: one in {inverse} such patients is not excluded. What counts
        as serious is not stated.
        """,
        id="08-sequelae",
        status="derived",
        n=none.denominator,
        one=one_sided,
        rule=rule,
        two=two_sided,
        inverse=math.ceil(1 / one_sided.upper),
    )
)

# %% [markdown]
# ### How grave is that, and by which scheme?
#
# Surgeons grade by the treatment that a complication needed {cite:p}`dindo2004`. Interventional
# radiologists have two schemes {cite:p}`sacks2003,filippiadis2017`, shown here in their older form; both
# have since been revised {cite:p}`khalilzadeh2017,cirse2026`. Oncology grades laboratory values
# by their number {cite:p}`ctcae403`.

# %%
grades = grading.gradings()
grades["called"] = grades["grade"] + grades["severity"].map(
    ", {}".format, na_action="ignore"
).fillna("")
grades["taken"] = grades["assumed"].map({True: "yes", False: "no"})

# %% tags=["hide-input"]
show(
    table(
        grades,
        {
            "complication": "Complication",
            "scheme": "Scheme",
            "called": "Grade",
            "condition": "If",
            "taken": "Assumed here",
            "unstated": "Not stated",
        },
        id="08-gradings",
        status="derived",
        caption="Which grade would each complication have, and on what condition?",
        carry=["grade", "severity", "rule", "citation_key"],
        strong="assumed",
        notes=[
            "Assumed here (bold): a judgement of this book, which goes no further than what the "
            "abstract tells. For low calcium none is assumed by CTCAE, as no threshold is stated; "
            "by Clavien-Dindo, as active vitamin D is usual and not mentioned; or by SIR: the "
            "abstract's own word, major, would exclude B if these letters were meant. Nerves are "
            "not graded here by CTCAE.",
            "SIR: Society of Interventional Radiology, the older letters. CIRSE: Cardiovascular and "
            "Interventional Radiological Society of Europe. The CSV has each rule in our words.",
        ],
    )
)

# %% [markdown]
# For each complication the grade turns on a fact that one line of the paper could give. By
# Clavien-Dindo that fact is active vitamin D: after surgery the guideline gives it beside calcium
# {cite:p}`kdoqi2003`, so that the second grade is the likelier one.

# %%
bars = grading.graded(patients)
show(
    pictures.grade_bars(
        bars,
        id="08-grades",
        status="simulated",
        caption="What does each scheme make of the same patients?",
    )
)

# %% tags=["hide-input"]
majors = bars[bars["severity"].eq("major")].groupby("reading")["patients"].sum()
show(
    say(
        """
        If calcium was all, low calcium has the lightest grade of surgeons; with active vitamin D
        it has the second. In this simulated cohort the letters of SIR call {light} patient *major*, or {heavy}, depending on a single
        fact: whether calcium took a stay in hospital. For low calcium, *major* does not follow from
        what the abstract tells, by any of the four. It needs a fact, or a scheme, that is not stated.
        """,
        id="08-grades-say",
        status="simulated",
        light=int(majors["calcium is nominal therapy"]),
        heavy=int(majors["calcium took a long stay"]),
    )
)

# %% [markdown]
# ### Benefit against harm, in the same patients

# %%
target = claim("target_reached")
(reached,) = counts_for_percentage(target.value, treated)
bounds = balance.joint_bounds(
    treated, benefit=reached, harms=[severe.count, palsy.count]
)
harmed = groups["harm"].ne(balance.NO_HARM)
joint = groups.groupby(["target_reached", harmed])["patients"].sum()
cells = pd.DataFrame(list(bounds), columns=["reached", "harmed"])
cells["bounds"] = list(bounds.values())
cells["patients"] = [joint[cell] for cell in bounds]
cells["share"] = cells["patients"] / treated

# %% tags=["hide-input"]
cells["target"] = cells["reached"].map({True: "reached", False: "not reached"})
cells["harm"] = cells["harmed"].map({True: "one or both", False: "neither"})
cells["possible"] = [f"{cell:percent}" for cell in cells["bounds"]]
show(
    table(
        cells,
        {
            "target": "Target",
            "harm": "Harm",
            "bounds": "Possible (derived)",
            "possible": "Per cent (derived)",
            "patients": "This cohort (simulated)",
            "share": "Per cent",
        },
        id="08-joint",
        status="simulated",
        caption=f"How many of {treated} patients had the benefit, the harm, or both?",
        faces={"share": "percent"},
        notes=[
            "Harm: severe hypocalcaemia or persistent paralysis. Possible: every count in the "
            "range fits the published totals, and no other does. The count that reached the "
            "target is derived from the printed percentage.",
        ],
    )
)

# %% [markdown]
# The published totals leave the cell that matters most, benefit without harm, open.

# %%
deaths = int(patients["followup_end"].eq("death").sum())
show(
    pictures.icons(
        groups,
        id="08-hundred",
        status="simulated",
        caption="What did the simulated patients have, per hundred? Not drawn: "
        f"{passed} palsies that passed and {deaths} deaths later on. No forecast "
        "for a patient.",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        From the published totals alone, between {low} and {high} of the study's {n} patients
        reached the target with neither severe hypocalcaemia nor persistent paralysis (derived).
        If benefit and harm had nothing to do with each other, one would expect {apart}, by
        whether the two harms share a patient (derived). In this simulated cohort it is {here}. In
        other patients with the same totals it may be any number in the range. What a clinician
        would want to tell a patient can't be had from totals. It takes one more line in a table,
        which a paper could print.
        """,
        id="08-joint-says",
        status="simulated",
        low=bounds[True, False].lowest,
        high=bounds[True, False].highest,
        n=treated,
        apart=" or ".join(
            f"{reached * (1 - harms / treated):.1f}"
            for harms in (severe.count + palsy.count, severe.count)
        ),
        here=int(joint[True, False]),
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
open_questions = [
    cannot_compare(
        "severe_hypocalcaemia_count",
        "not stated",
        status="simulated",
        quantity="threshold of severe hypocalcaemia",
        ours=f"{seen['events'].min()} to {seen['events'].max()} patients, by definition",
        reason="definitions in use differ; the simulation assumes one of them",
    ),
    cannot_compare(
        "severe_hypocalcaemia_count",
        "not stated",
        quantity="scheme behind the word major",
        reason="calcium alone is light in some schemes and major in others",
    ),
    cannot_compare(
        "severe_hypocalcaemia_count",
        "not stated",
        quantity="when calcium was lowest, and for how long",
        reason="the course in this chapter is assumed",
    ),
    cannot_compare(
        "hypocalcaemia_comorbidity",
        "not stated",
        quantity="dose, route and duration of calcium; stay in hospital",
        reason="three of four schemes need them",
    ),
    cannot_compare(
        "nerve_paralysis_count",
        "not stated",
        status="simulated",
        quantity="paralyses that passed",
        ours=f"{passed}, assumed",
        reason="only the persistent one is reported",
    ),
    cannot_compare(
        "nerve_paralysis_percent",
        "not stated",
        quantity="interval of the share",
        ours=percent_span(exact.lower, exact.upper, 2),
        reason="exact; patients as denominator",
    ),
    cannot_compare(
        "target_reached",
        "not stated",
        quantity="target reached without either harm",
        ours=f"{bounds[True, False]} patients",
        reason="the published totals bound it and do not fix it",
    ),
]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=claims) + open_questions,
        id="08-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# ## What could change it
#
# **The study's own threshold.** The simulation assumes one. With another, calcium is lower or higher in
# the same patients, so that the published number still comes out.

# %%
rebuilt = {}
for threshold in (1.8, 2.0):
    other = dataclasses.replace(
        DEFAULT, hypocalcaemia_threshold_mmol_l=threshold
    )
    again = complications.by_threshold(
        cohort.analysis_frame(compatible.build(other, SEED)),
        complications.thresholds(),
        method="exact",
    )
    rebuilt[threshold] = again[again["called"].eq("severe hypocalcaemia")]

# %% tags=["hide-input"]
show(
    say(
        """
        Built with {low:.1f} mmol/L instead, the definitions in use give {low_range} cases of severe
        hypocalcaemia by the calcium alone; built with {high:.1f}, {high_range}. With {built:.3f} it
        was {here_range}. That the counts lie far apart stays; the counts do not.
        """,
        id="08-rebuilt",
        status="simulated",
        low=min(rebuilt),
        high=max(rebuilt),
        built=built_with,
        low_range=f"{rebuilt[1.8]['events'].min()} to {rebuilt[1.8]['events'].max()}",
        high_range=f"{rebuilt[2.0]['events'].min()} to {rebuilt[2.0]['events'].max()}",
        here_range=f"{seen['events'].min()} to {seen['events'].max()}",
    )
)

# %% [markdown]
# **Where the calcium is cut.** That decides not only how many, but also how well they are predicted.

# %%
limits = sorted(set(definitions["threshold_mmol_l"].round(3)) | {built_with})
cuts = scales.by_cut(patients, limits)
cuts = cuts[cuts["events"].ge(10).fillna(True)]
cuts = cuts.drop_duplicates(["events", "term"], keep="last")
alp = cuts.query("term == 'log2_alp_baseline'").reset_index(drop=True)
pth = cuts.query("term == 'pth_halvings_day_1'").reset_index(drop=True)
wide = alp.assign(odds_ratio_pth=pth["odds_ratio"], z_pth=pth["z"])
wide["cut"] = wide["threshold"].map("below {:g}".format, na_action="ignore")
wide["cut"] = wide["cut"].fillna("not cut (linear model)")

# %% tags=["hide-input"]
show(
    table(
        wide,
        {
            "cut": "Lowest calcium, mmol/L",
            "events": "Patients below",
            "odds_ratio": "ALP, per doubling",
            "z": "z of ALP",
            "odds_ratio_pth": "PTH, per halving",
            "z_pth": "z of PTH",
        },
        id="08-cuts",
        status="simulated",
        caption="What becomes of the predictors if calcium is cut elsewhere, or not at all?",
        faces={
            "z": lambda z: f"{abs(z):.1f}",
            "z_pth": lambda z: f"{abs(z):.1f}",
        },
        missing="–",
        notes=[
            f"Both terms together, {cuts['n'].iloc[0]} patients. z: square root of the likelihood "
            "ratio statistic of the term. Thresholds with fewer than ten patients below are left "
            "out, and of those with equal counts all but the highest.",
        ],
    )
)

# %% tags=["hide-input"]
uncut = wide[wide["threshold"].isna()].iloc[0]
cut = wide[wide["threshold"].eq(built_with)].iloc[0]
show(
    say(
        """
        In this simulated cohort the z of ALP is {whole:.1f} with the uncut calcium, and {part:.1f}
        where this cohort cuts it; over the cuts of the table it runs from {least:.1f} to {most:.1f}.
        How much is lost depends on the cut and on the simulation.
        """,
        id="08-cuts-say",
        status="simulated",
        whole=abs(uncut["z"]),
        part=abs(cut["z"]),
        least=wide.loc[wide["threshold"].notna(), "z"].abs().min(),
        most=wide.loc[wide["threshold"].notna(), "z"].abs().max(),
    )
)

# %% [markdown]
# The likelihood is asked, and not the estimate over its standard error: in logistic regression the latter
# shrinks again where an association is strong {cite:p}`hauck1977`.
#
# **The cohort.** Other seeds give other patients with the same totals.

# %%
others = [
    balance.outcomes(cohort.analysis_frame(compatible.build(DEFAULT, seed)))
    for seed in range(1, 4)
]
spared = [
    int(rows.query("target_reached")["patients"].iloc[0]) for rows in others
]

# %% tags=["hide-input"]
show(
    say(
        """
        In {n} cohorts built with other seeds, {low} to {high} patients reached the target without
        either harm. The scenario is the same in all of them: the published totals alone allow
        {range}.
        """,
        id="08-seeds",
        status="simulated",
        n=len(spared),
        low=min(spared),
        high=max(spared),
        range=bounds[True, False],
    )
)

# %% [markdown]
# ## Limits
#
# - Definitions and rules were read in papers, tables and secondary pages; for several series it was
#   not seen whether calcium was corrected. A full paper may say more.
# - A threshold on a number is not the patient. Cramps, seizures, a longer QT interval and readmission are what
#   matters, and no row has them.
# - The course of calcium, its predictors, and how harm goes along with benefit are assumed.
# - Intervals for a share take patients as independent. Patients of one operator are not.
# - Benefit is counted at the end of follow-up, harm mostly in the first weeks. A hundred small figures give both
#   the same weight; patients may not.
#
# ## Try it
#
# 1. **Recall.** Which grade of Clavien-Dindo has a hypocalcaemia that needed nothing but calcium?
# 2. **Apply.** With still only one paralysis, how many patients would bring the upper limit of the
#    exact two-sided interval below two per cent?
# 3. **Criticise.** A poster says: severe hypocalcaemia is more frequent after ablation than after surgery in two
#    series, and harmless, as no sequelae were seen. What do you ask?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
enough = next(
    n
    for n in range(treated, 10 * treated)
    if interval(1, n, method="exact", denominator="patients").upper < 0.02
)
show(
    say(
        """
        1. Grade I: electrolytes are among what that grade allows. With active vitamin D, which is
           usual, it is grade II.
        2. {enough} patients.
        3. Which threshold each series used, corrected or not, and how often calcium was measured:
           by the thresholds of this chapter the same simulated patients give {fewest} to {most}
           cases, if the study's own was {built:.3f} mmol/L.
           And out of how many no sequelae were seen: with none in {n}, up to {limit:percent} is possible.
        """,
        id="08-solutions",
        status="simulated",
        box="Solutions",
        enough=enough,
        built=built_with,
        fewest=int(seen["events"].min()),
        most=int(seen["events"].max()),
        n=severe.count,
        limit=one_sided.upper,
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - *Severe hypocalcaemia* is a threshold, not a thing: by those in use the same simulated
          patients give {fewest} to {most} cases, if the study's own was {built:.3f} mmol/L. It is
          not stated.
        - One paralysis in {n} is compatible with a true share of up to {palsy:upper} (two-sided), no
          sequelae in {severe} with up to {none:upper} (one-sided; derived).
        - Of the study's {n} patients, between {low} and {high} had the benefit without either harm
          (derived). Totals do not say more; this simulated cohort has {here}.
        """,
        id="08-take-away",
        status="simulated",
        box="Take away",
        fewest=int(seen["events"].min()),
        most=int(seen["events"].max()),
        built=built_with,
        n=treated,
        palsy=exact,
        severe=severe.count,
        none=one_sided,
        low=bounds[True, False].lowest,
        high=bounds[True, False].highest,
        here=int(joint[True, False]),
    )
)
