# ---
# jupyter:
#   # Generated from book/chapters/10_multivariable.md by `make pairs`. Edit that, not this.
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
# (multivariable)=
# # 10 · What does the multivariable model say?

# %% tags=["hide-input"]
import dataclasses

import numpy as np
import pandas as pd

from analysis_lib import cohort, compatible, ledger, verify
from analysis_lib.figures.specifications import curve
from analysis_lib.prediction import (
    CANDIDATES,
    IN_WORDS,
    NAMES,
    PREDICTOR,
    by_rule,
    listed,
    of_predictor,
    published_model,
)
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import NBSP, number, span
from analysis_lib.scenario import DEFAULT, SEED
from analysis_lib.specifications import every_set
from analysis_lib.standardised import standardised_risks
from analysis_lib.tables import table

shipped = cohort.load()
patients = cohort.analysis_frame(shipped)
others = [name for name in CANDIDATES if name != PREDICTOR]
printed_or = claim("predictor_pth_or")

# %%
road = published_model(patients, screening=DEFAULT.screening_level)
alone = road[road["stage"].eq("univariable")].set_index("term")
joint = road[road["stage"].eq("multivariable")].set_index("term")
entered = [term for term in joint.index if term != PREDICTOR]
ask = {
    "predictor": PREDICTOR,
    "outcome": "treatment_failure",
    "denominator": "patients",
}
raw = standardised_risks(patients, others=[], **ask)
risks = standardised_risks(patients, others=entered, **ask)

# %% tags=["hide-input"]
show(
    say(
        """
        The study names one *independent* predictor of failure. The word is about one model: it
        means that PTH is still statistically significant when the other variables of that model
        are held fixed. Which variables those were, the abstract does not say. This chapter builds
        several cohorts with different models that all print the published line; from the line
        nobody can tell which model it was. Nor is an odds ratio a risk: the printed {published}
        is, in the simulated cohort, {ratio:.1f} times the risk, or a difference of
        {difference:estimate} ({limits}).
        """,
        id="10-in-plain-words",
        status="simulated",
        box="In plain words",
        published=number(printed_or.number, 1),
        ratio=risks.ratio.estimate,
        difference=risks.difference,
        limits=span(risks.difference.lower, risks.difference.upper, 0),
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** what an odds ratio and a logistic regression are;
#   [how the simulated cohort was made](#compatible-cohort);
#   [one predictor at a time](#one-at-a-time)
# - **You will be able to:** say what *independent predictor* claims and what it doesn't; read one
#   estimate over all sets of covariates; turn an adjusted odds ratio into risks
# - **Data:** published figures, and simulated patients built to fit them. Each number says which.
# :::
#
# ## What was published

# %%
show(
    ledger.printed(
        ["predictor_pth_or"],
        id="10-claims",
        caption="What is said of PTH in the multivariable model?",
    )
)

# %% [markdown]
# The abstract tells the order, univariable and then multivariable logistic regression, and not what
# was tried, what entered, or by which rule {cite:p}`index`.
#
# ## The data
#
# The candidates are assumed: those that such studies usually try. In the simulated cohort PTH has the
# published odds ratio by construction. How many failed above the cut-off and how many below is assumed,
# and that fixes the crude odds ratio. Two covariates were arranged so that they pass the screening and
# the crude odds ratio becomes the published one; all others, so that they fail it. Nothing here about PTH
# is a finding, then. What can be learned is how far one printed line tells the model behind it.
#
# ## Method
#
# - **The assumed road.** Each candidate alone; those with a small p-value go into one model together; who
#   is significant there is called independent.
# - **Other rules.** Other levels for entry; all candidates at once; backward elimination: start with all
#   and drop the least significant until each stays. Choosing covariates by their p-values alone, or
#   jointly, is a choice made with the outcome in view {cite:p}`sun1996,heinze2018`.
# - **Other cohorts.** Change what was assumed and build again, so that the same line is printed.
# - **All sets.** The odds ratio of PTH beside every subset of the other candidates, sorted: a
#   *specification curve* {cite:p}`simonsohn2020`. It shows how far an estimate depends on a choice. It
#   does not say which choice is right.
# - **Risks.** The risk of each patient is predicted twice, as if PTH were below and as if it were above
#   the cut-off. The two averages are *standardised* risks.
#
# All models are fitted by maximum likelihood, with the intervals and tests of Wald;
# [chapter 12](#few-events) compares them with others.
#
# *When not to use it:* with a handful of events, no rule that starts from many candidates is safe. Fix the
# covariates beforehand, from knowledge, and take few.
#
# ## Result
#
# ### Who enters, and who stays?

# %%
both = joint.join(alone.add_suffix("_alone")).reset_index()
for end in ("", "_alone"):
    ends = [f"odds_ratio{end}", f"lower{end}", f"upper{end}"]
    both[f"line{end}"] = [
        f"{number(ratio, 1)} ({span(*limits, 1)})"
        for ratio, *limits in both[ends].to_numpy(dtype=float)
    ]
both["words"] = both["term"].map(IN_WORDS)

# %% tags=["hide-input"]
adjusted = joint.loc[PREDICTOR]
show(
    table(
        both,
        {
            "words": "Candidate",
            "line_alone": "Alone",
            "p_alone": "p alone",
            "line": "Together",
            "p": "p together",
        },
        id="10-road",
        status="simulated",
        caption="Who enters, and who stays, by the road that is assumed?",
        faces={"p": "p", "p_alone": "p"},
        carry=[*ends, "odds_ratio", "lower", "upper"],
        notes=[
            f"{adjusted['n']} patients, {adjusted['events']} failures. Shown are the "
            f"{len(joint)} of {len(CANDIDATES)} candidates whose p-value alone is below "
            f"{DEFAULT.screening_level:g}, an assumption. Alone, together: odds ratios with "
            "intervals; those of PTH together are the published ones by construction.",
        ],
    )
)

# %% tags=["hide-input"]
beside = joint.loc[entered]
show(
    say(
        """
        One of {terms} terms stays significant, and so is the only *independent* predictor of this
        simulated cohort. That does not make the others nothing. Their odds ratios are {effects}.
        These intervals include no association, and associations that would matter.
        *Not significant* is no finding of absence.
        """,
        id="10-road-says",
        status="simulated",
        terms=len(joint),
        effects="; ".join(
            f"{number(row.odds_ratio, 1)} ({span(row.lower, row.upper, 1)}) for "
            f"{IN_WORDS[row.Index]}"
            for row in beside.itertuples()
        ),
    )
)

# %% [markdown]
# The difference between *significant* and *not significant* need not be significant itself
# {cite:p}`gelman2006`. Nor do the terms of one model answer one question: a covariate that serves to
# adjust PTH is not thereby adjusted for its own causes {cite:p}`westreich2013`. And whether a term tells
# failure beforehand is another matter, of [chapter 13](#would-it-predict).
#
# ### What if another rule had let them in?

# %%
which = {"levels": (0.05, 0.10, 0.20), "stays": (0.157, 0.05)}
rules = of_predictor(by_rule(patients, **which))
road_taken = f"screening, p < {DEFAULT.screening_level:g}"

# %% tags=["hide-input"]
rules["limits"] = [span(row.lower, row.upper, 1) for row in rules.itertuples()]
rules["words"] = rules["beside"].where(
    rules["others"].str.len().lt(len(others)), "all others"
)
rules["only"] = np.where(rules["only"], "yes", "no")
rules["assumed"] = rules["rule"].eq(road_taken)
rules["rule"] = rules["rule"].str.replace("p < ", f"p{NBSP}<{NBSP}")
show(
    table(
        rules,
        {
            "rule": "Rule",
            "words": "Beside PTH",
            "odds_ratio": "Odds ratio",
            "limits": "Interval",
            "p": "p",
            "only": "The only one",
        },
        id="10-rules",
        status="simulated",
        caption="What does the same cohort give by other rules of selection?",
        faces={"odds_ratio": ".1f", "p": "p"},
        carry=["lower", "upper"],
        strong="assumed",
        notes=[
            "Odds ratio: of PTH. The only one: whether it alone is independent. Bold: the "
            "assumed road. Intervals are those of the last model, as a paper would print "
            "them: they know nothing of the selection.",
        ],
    )
)

# %% [markdown]
# The rule decides which number is printed, and it is not stated. That PTH is the only independent predictor
# was built in for the assumed road; what other rules say of it is chance, as the next section shows. And
# whatever the last model keeps, all candidates were looked at: what so few failures can bear is worked out
# in [chapter 14](#sample-size).
#
# ### Which other models print the same line?
#
# The simulation assumes which covariates entered, how many patients lie above the cut-off and how many of
# them fail, whether risk rises with PTH on either side of it, and a seed. Change one, and another cohort is
# built that fits all published figures.

# %%
changes = {
    "as shipped": {},
    "another seed": {},
    "fewer above": {"n_above": 36, "failures_above": 10},
    "fewer still": {"n_above": 32, "failures_above": 10},
    "risk rises": {"failure_per_doubling": 1.0},
    "one covariate": {"entering": ("log2_alp",)},
    "two others": {"entering": ("age_years", "calcium")},
    "three": {"entering": ("log2_alp", "n_glands", "max_diameter_mm")},
}

# %%
rows = []
for name, change in changes.items():
    scenario = dataclasses.replace(DEFAULT, **change)
    seed = SEED + (name == "another seed")
    frame = cohort.analysis_frame(compatible.build(scenario, seed))
    lines = of_predictor(by_rule(frame, **which)).set_index("rule")
    line = lines.loc[road_taken]
    crude = standardised_risks(frame, others=[], **ask)
    fair = standardised_risks(frame, others=line["others"], **ask)
    rows.append({"cohort": name, "crude": crude.conditional, **line})
    rows[-1]["failed"] = f"{scenario.failures_above}/{scenario.n_above}"
    rows[-1]["agree"] = lines["only"].sum()
    rows[-1]["points"] = fair.difference.estimate
    rows[-1]["ratio"] = fair.ratio.estimate
built = pd.DataFrame(rows)

# %% tags=["hide-input"]
built["adjusted"] = [
    f"{number(row.odds_ratio, 1)} ({span(row.lower, row.upper, 1)})"
    for row in built.itertuples()
]
built["rules"] = [f"{agree} of {len(rules)}" for agree in built["agree"]]
rising = changes["risk rises"]["failure_per_doubling"]
show(
    table(
        built,
        {
            "cohort": "Cohort",
            "failed": "Failed above",
            "crude": "PTH alone",
            "beside": "Beside PTH",
            "rules": "Only PTH by",
            "points": "Points",
            "ratio": "Risk ratio",
        },
        id="10-rebuilt",
        status="simulated",
        caption="Which cohorts, and which models, print the same line on PTH?",
        faces={"crude": ".1f", "points": ".0f", "ratio": ".1f"},
        carry=["odds_ratio", "lower", "upper", "p", "agree"],
        notes=[
            "Failed above: the cut-off. PTH alone: crude odds ratio. Only PTH by: rules "
            "of the table before by which it is the only independent predictor. Points, risk "
            "ratio: standardised difference of risks in percentage points, and their ratio. "
            f"Risk rises: by {rising:g} in log odds for each doubling of PTH, on either side "
            "of the cut-off.",
        ],
    )
)

# %% tags=["hide-input"]
low, high = (
    built[["crude", "agree", "points", "ratio"]].agg(end)
    for end in ("min", "max")
)
show(
    say(
        """
        All {cohorts} cohorts print one line: {line}. Behind it stand {models} sets of covariates and
        crude odds ratios from {low.crude:.1f} to {high.crude:.1f}, and by {low.agree:.0f} to
        {high.agree:.0f} of the {rules} rules PTH is the only independent predictor. The line
        tells none of this. What it does tell, together with the share that failed, is about how
        far the risks lie apart: the standardised difference is {low.points:.0f} to
        {high.points:.0f} points, the ratio of risks {low.ratio:.1f} to {high.ratio:.1f}.
        """,
        id="10-rebuilt-says",
        status="simulated",
        cohorts=len(built),
        line=" or ".join(built["adjusted"].unique()),
        models=built["beside"].nunique(),
        rules=len(rules),
        low=low,
        high=high,
    )
)

# %% [markdown]
# ### Which covariates move it?
#
# Back to the shipped cohort, and to every set of covariates that can be put beside PTH.

# %%
sets = every_set(
    patients, predictor=PREDICTOR, others=others, outcome=ask["outcome"]
)
is_assumed = sets[others].eq([name in entered for name in others]).all(axis=1)
sets["name"] = np.where(is_assumed, "the assumed model", "")
sets.loc[[0, len(sets) - 1], "name"] = ["PTH alone", "all together"]

# %%
show(
    curve(
        sets,
        {name: NAMES[name] for name in [*entered, *others]},
        id="10-curve",
        status="simulated",
        caption="What is the odds ratio of PTH beside each set of covariates? "
        "Each thin column is one model: above, its odds ratio and interval; "
        "below, a tall mark for each covariate in it.",
        ylabel="Odds ratio of PTH",
    )
)

# %%
few = sets.groupby(entered)["estimate"].agg(["first", "min", "max"])
few = few.sort_values("first", ascending=False)
moved = np.maximum(few["max"] / few["first"], few["first"] / few["min"]).max()

# %% tags=["hide-input"]
show(
    say(
        """
        The {sets} odds ratios run from {all[min]:.1f} to {all[max]:.1f}; {below} of the p-values
        are below {alpha:g}. But their number makes the picture look richer than it is. Only the
        candidates in the upper {upper} rows of marks were arranged to pass the screening. By them
        it comes down to {few} models, with odds ratios of {models}. The other {rest} were arranged to fail it; all
        their combinations change these odds ratios by a factor of {moved:.2f} at most.
        """,
        id="10-curve-says",
        status="simulated",
        sets=len(sets),
        all=sets["estimate"].agg(["min", "max"]).to_dict(),
        below=int(sets["p"].lt(0.05).sum()),
        alpha=0.05,
        upper=len(entered),
        rest=len(others) - len(entered),
        few=len(few),
        models="; ".join(
            f"{number(estimate, 1)} beside "
            f"{listed(np.array(entered)[list(inside)].tolist())}"
            for inside, estimate in few["first"].items()
        ),
        moved=float(moved),
    )
)

# %% [markdown]
# That the odds ratio stays in a range is no support for it: the models share the same patients, and the
# association was put in. Nor does the range hold for the study. Where more covariates matter, their choice
# moves the estimate more.
#
# ### What is that odds ratio in risks?

# %% tags=["hide-input"]
show(
    say(
        """
        In the simulated cohort {raw:with} failed with PTH above the cut-off and {raw:without}
        below it: {raw_odds:.1f} times the odds, and {raw_ratio:.1f} times the risk. By the assumed
        model, averaged over the same patients, it is {risks:with} against {risks:without}:
        {odds:.1f} times the odds, {ratio:estimate} times the risk ({ratio:interval}), a difference
        of {difference:estimate} ({limits}). With the covariates held fixed, the odds
        ratio is {adjusted:.1f}.
        """,
        id="10-risk",
        status="simulated",
        raw=raw,
        raw_odds=raw.conditional,
        raw_ratio=raw.ratio.estimate,
        risks=risks,
        odds=risks.odds_ratio,
        ratio=risks.ratio,
        difference=risks.difference,
        limits=span(risks.difference.lower, risks.difference.upper, 0),
        adjusted=risks.conditional,
    )
)

# %% [markdown]
# An odds ratio is easily read as so many times the risk; that holds only where the outcome is rare in both
# groups. And it moves for two reasons when covariates come in.
#
# - *Covariates are spread unevenly over the two groups.* That is the step from the crude odds ratio to the
#   standardised one. It is confounding only where the covariates are no consequences of PTH. Alkaline
#   phosphatase may well be one, as PTH acts on bone; then the step removes part of what PTH does.
# - *Odds ratios do not collapse.* Within levels of a covariate that matters, the odds ratio lies further
#   from one than that of all patients together, even if the covariate has nothing to do with PTH
#   {cite:p}`greenland1999`. That is the step from the standardised odds ratio to the adjusted one. The
#   standard error grows, too: in large samples adjusting never sharpens the estimate of an odds ratio,
#   though its test may gain power {cite:p}`robinson1991`. Differences and ratios of standardised risks have no such step.
#
# How large each step is here follows from what was assumed, as the table of cohorts shows.
#
# ## Against the paper

# %% tags=["hide-input"]
built_in = ledger.from_verification(
    verify.verify(shipped), only=["predictor_pth_or"]
)
open_questions = [
    ledger.cannot_compare(
        "predictor_pth_or",
        "not stated",
        status="simulated",
        quantity="covariates of the model, and rule of entry",
        ours=f"{span(sets['estimate'].min(), sets['estimate'].max(), 1)} "
        f"over {len(sets)} sets",
        reason="each set is another odds ratio of PTH; one is assumed",
    ),
    ledger.cannot_compare(
        "predictor_only_one",
        "not stated",
        quantity="odds ratios and intervals of the other terms",
        reason="without them, not significant can't be told from absent",
    ),
]
show(
    ledger.against_the_paper(
        [*built_in, *open_questions],
        id="10-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# The published line is met because the cohort was built to meet it. What would tell the model behind it, and what it is in risks,
# is not in the abstract.
#
# ## What could change it
#
# - **The cut-off.** It is taken as given here, though data chose it by assumption. [Chapter
#   11](#the-cutoff) chooses it anew.
# - **Straight lines.** Covariates enter in a straight line and without interactions; other scales make
#   other models. [Chapter 9](#one-at-a-time) bends the line of PTH.
# - **Few failures.** Draw the patients again, and sometimes nobody below the cut-off fails: then there is
#   no estimate. [Chapter 12](#few-events) says what to do.
#
# ## Limits
#
# - Which candidates there were, which entered, and how strongly, is assumed; the spread over sets and rules
#   depends on it.
# - A handful of cohorts is no sample of all that fit. They show that the line does not tell the model, and
#   not how often which model would have been fitted.
# - Intervals and p-values after selection are too good. How much, no model printed alone can show.
# - Baseline values can't be effects of the ablation. Whether one of them is a cause of failure is no
#   question that a selected model answers.
#
# ## Try it
#
# 1. **Recall.** What does *independent predictor* say of a variable, and of those not in the model?
# 2. **Apply.** Leave alkaline phosphatase out of the assumed model:
#    `standardised_risks(patients, others=["n_glands"], **ask)`. What are odds ratio and ratio of risks?
# 3. **Criticise.** A talk concludes: alkaline phosphatase was not an independent predictor, so it needn't
#    be measured. What do you answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
left = standardised_risks(patients, others=["n_glands"], **ask)
alp = joint.loc["log2_alp_baseline"]
show(
    say(
        """
        1. That it is still significant when the other variables of this one model are held fixed.
           Of variables that aren't in the model it says nothing; nor that it is a cause.
        2. The odds ratio (`conditional`) is {odds:.1f} instead of {adjusted:.1f}, the ratio of
           risks {ratio:estimate} instead of {before:estimate}.
        3. In this simulated cohort its interval reaches from {low:.1f} to {high:.1f} times the
           odds per doubling: too wide to exclude an association that matters. The study's is not
           stated. And it may be wanted for something else, such as hypocalcaemia (chapter 8).
        """,
        id="10-solutions",
        status="simulated",
        box="Solutions",
        odds=left.conditional,
        adjusted=risks.conditional,
        ratio=left.ratio,
        before=risks.ratio,
        low=alp["lower"],
        high=alp["upper"],
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - *Independent* is a word about one model. Here {cohorts} simulated cohorts, with {models}
          different sets of covariates, print the published line. From the line nobody can tell
          which was fitted.
        - *Not significant* is not *absent*: in this simulated cohort the intervals of the terms
          beside PTH reach {reach} times the odds. The study's are not stated.
        - An odds ratio is no ratio of risks: {adjusted:.1f} is here {ratio:estimate} times the
          risk, a difference of {difference:estimate} ({limits}) among simulated patients. Print the risks, all terms of the model, and how they were chosen.
        """,
        id="10-take-away",
        status="simulated",
        box="Take away",
        cohorts=len(built),
        models=built["beside"].nunique(),
        reach=" and ".join(number(upper, 1) for upper in beside["upper"]),
        adjusted=risks.conditional,
        ratio=risks.ratio,
        difference=risks.difference,
        limits=span(risks.difference.lower, risks.difference.upper, 0),
    )
)
