# ---
# jupyter:
#   # Generated from book/chapters/11_the_cutoff.md by `make pairs`. Edit that, not this.
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
# (the-cutoff)=
# # 11 · Where does 1606 come from?
#
# <!-- claim: predictor_pth_cutoff -->

# %% tags=["hide-input"]
import dataclasses

import numpy as np
import pandas as pd

from analysis_lib import cohort, compatible, logistic, splines, verify
from analysis_lib.c_statistic import c_statistic
from analysis_lib.cutoff import bootstrap, choose
from analysis_lib.cutoff_studies import landed, redrawn
from analysis_lib.false_alarms import false_alarms
from analysis_lib.figures import cutoffs as pictures
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.minimal_p import minimal_p
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import percent, percent_span, span
from analysis_lib.roc import roc_points
from analysis_lib.scenario import DEFAULT
from analysis_lib.tables import table

published = claim("predictor_pth_cutoff")
shipped = cohort.load()
frame = cohort.analysis_frame(shipped)
patients = frame[["pth_baseline_pg_ml", "treatment_failure"]].dropna()
pth = patients["pth_baseline_pg_ml"].to_numpy(dtype=float)
failed = patients["treatment_failure"].to_numpy(dtype=bool)
alpha = 0.05

# %%
how = {"rule": "youden", "direction": "higher"}
best = choose(pth, failed, **how)
again = bootstrap(pth, failed, **how, resamples=2000, seed=11)
beyond = pth >= best.value
shares = [failed[~beyond].mean(), failed[beyond].mean()]
step = np.where(beyond, shares[1], shares[0])
jump = redrawn(pth, step, **how, studies=2000, resamples=25, seed=11)
resampled, jumping = (landed(these, best.value) for these in (again, jump))

useless = {"inner": 0.10, "alpha": alpha, "studies": 20_000, "seed": 11}
alarms = false_alarms(len(pth), best.events, **useless)
by_chi_square = alarms["chi_square"].to_dict()

# %% tags=["hide-input"]
show(
    say(
        """
        The abstract does not say. If the patients it was tested on also chose it, it has three
        faults. **It flatters itself.** Suppose risk truly jumps at {published}, in patients like
        these simulated ones: the cut-off that looks best then shows a Youden index
        (sensitivity plus specificity minus one) of {jumping:apparent} on average, and has
        {jumping:true}. **It jumps.** The same cut-off is found again in {resampled:same} of
        resamples of these patients, and in {jumping:same} of new studies with that truth. **It
        spoils the p-value.** With {failures} failures in {n} patients, a PTH that means nothing is
        "significant" in {alarms[youden]:percent0} of studies that cut it at the highest Youden
        index, and in {alarms[minimal_p]:percent0} of those that seek the lowest p-value.
        """,
        id="11-in-plain-words",
        status="simulated",
        box="In plain words",
        published=published,
        jumping=jumping,
        resampled=resampled,
        failures=best.events,
        n=best.n,
        alarms=by_chi_square,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** sensitivity and specificity; what an odds ratio and a p-value are;
#   [how the simulated cohort was made](#compatible-cohort)
# - **You will be able to:** say how far a chosen cut-off jumps, how much it flatters itself and what
#   its p-value is worth; report a predictor without cutting it
# - **Data:** one published cut-off, and simulated patients. Each number says which.
# :::
#
# ## What was published

# %% tags=["hide-input"]
claims = ["predictor_pth_cutoff"]
show(printed(claims, id="11-claims", caption="What is said of the cut-off?"))

# %% [markdown]
# A number like that can come from many places: a median, a tertile, an earlier paper's threshold, or
# the best of many. The abstract does not tell {cite:p}`index`, and this chapter cannot. If it was
# fixed before the outcomes were seen, most of what follows does not concern it.
#
# ## The data

# %% tags=["hide-input"]
show(
    say(
        """
        {n} simulated patients have a PTH at baseline and a known outcome. Treatment failed in
        {failures}. PTH runs from {low:.0f} to {high:.0f} pg/mL. **The cohort was built so that
        sensitivity and specificity add up to the most at {published}, and only there.** On either
        side of it, failures were put anywhere, however high PTH is: in these rows a step is the
        truth, because we said so. So nothing that is found here about PTH is a finding. What
        choosing *does* to a cut-off can be shown all the same, in studies that are drawn from a
        stated truth.
        """,
        id="11-data",
        status="simulated",
        n=len(pth),
        failures=best.events,
        low=pth.min(),
        high=pth.max(),
        published=published,
    )
)

# %% [markdown]
# ## Method
#
# 1. **ROC curve.** Each observed PTH is tried as a cut-off: at or above it, a failure is expected.
#    The C statistic is the chance that of two patients, one failed and one not, the failed one has
#    the higher PTH. Its interval is DeLong's {cite:p}`delong1988`, on the logit scale.
# 2. **Youden's index** is sensitivity plus specificity minus one; the cut-off with the highest is
#    chosen {cite:p}`youden1950`. As it must be an observed value, it is the PTH of somebody who
#    failed. Other programs put it midway to the next value, and call the same patients high.
# 3. **Resamples.** Patients are drawn again with replacement, as many as there are, and the rule
#    chooses anew. The new cut-off is judged in the resample and in the patients themselves; the mean
#    difference is the *optimism*, which is taken off {cite:p}`harrell1996`.
# 4. **New studies.** The values of PTH stay, and who fails is drawn afresh from a stated risk: a *step*
#    at the published cut-off, with this cohort's two risks; or a *smooth* rise, by this cohort's
#    logistic regression on log PTH. Here the worth of a chosen cut-off is known: its Youden index in
#    endlessly many patients with these values and risks.
# 5. **False alarms.** Failures are dealt out at random, so that PTH means nothing. The cut-off is
#    tested by chi-square, and by Wald's test, as the published one is assumed to be. The lowest
#    p-value is sought among cut-offs that leave a tenth of the patients on either side, and corrected
#    by formula {cite:p}`miller1982,altman1994` or exactly, over all ways in which the failures could
#    fall {cite:p}`boulesteix2006`.
#
# *When not to use it:* corrections repair a search that is described. They cannot repair one that is
# not: other cut-offs tried, other outcomes, groups left out. And the spread of cut-offs is no
# confidence interval. For a rule that jumps from value to value, none is known to be right.
#
# ## Result
#
# ### How well does PTH tell failures apart?

# %%
area = c_statistic(pth, failed, direction="higher", scale="logit")
points = roc_points(pth, failed, direction="higher")
show(
    pictures.roc(
        points,
        best,
        unit="pg/mL",
        id="11-roc",
        status="simulated",
        caption="How well does baseline PTH tell failures from the others? "
        "The diamond is the best point, as the cohort was built so.",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort the C statistic is {area}; a coin has one half. Each step upwards
        is one of {failures} failures, so that one more or less moves the sensitivity by
        {points:.1f} percentage points. The best point is a corner of a staircase.
        """,
        id="11-roc-says",
        status="simulated",
        area=area,
        failures=area.events,
        points=100 / area.events,
    )
)

# %% [markdown]
# ### Would it be chosen again?

# %%
doublings = np.log2(pth)
smooth = splines.risk(doublings, failed, doublings, at=None)["risk"]
rise = redrawn(pth, smooth, **how, studies=2000, resamples=25, seed=11)
rising = landed(rise, best.value)

# %%
show(
    pictures.landings(
        {
            "Resamples of the same patients": again["cutoff"],
            "New studies, risk truly a step": jump["cutoff"],
            "New studies, risk truly smooth": rise["cutoff"],
        },
        best.value,
        xlabel="Chosen cut-off, pg/mL (log scale)",
        id="11-landings",
        status="simulated",
        caption="Where does the cut-off with the highest Youden index land?",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        Resamples choose {value:value} pg/mL again in {resampled:same}. They hold the failures of
        this cohort and no others, and its best cut-off is the PTH of one of them. A resample is no
        new study. Where outcomes are drawn anew, {value:value} is chosen in {jumping:same} of
        studies if risk truly jumps there, and in {rising:same} if it rises smoothly (two Monte
        Carlo standard errors: {error:.1f} percentage points at most). The middle {middle:percent0}
        of these cut-offs run from {jumping:span} pg/mL with the step, and from {rising:span}
        without.
        """,
        id="11-landings-say",
        status="simulated",
        value=best,
        resampled=resampled,
        jumping=jumping,
        rising=rising,
        error=200 * max(jumping.same_error, rising.same_error),
        middle=0.95,
    )
)

# %% [markdown]
# ### How much does it flatter itself?

# %% tags=["hide-input"]
show(
    say(
        """
        The best of many looks better than it is. If risk is a step, the chosen cut-off shows a
        Youden index of {jumping:apparent} on average and has {jumping:true}; if it is smooth,
        {rising:apparent} and {rising:true}. Of the difference (two Monte Carlo standard errors:
        {error:.2f}) a study that resamples its own patients sees {jumping:bootstrap} and
        {rising:bootstrap}: resamples of the same failures keep finding the same point. In this
        cohort resampling would bring {own:.2f} down to {corrected:.2f}. Take that for a first
        correction, not the last.
        """,
        id="11-flattery",
        status="simulated",
        jumping=jumping,
        rising=rising,
        error=2 * max(jumping.gap_error, rising.gap_error),
        own=best.criterion,
        corrected=best.criterion - resampled.gap,
    )
)

# %% [markdown]
# [Chapter 13](#would-it-predict) does the same to a whole model.
#
# ### What is its p-value worth?

# %% tags=["hide-input"]
show(
    table(
        alarms,
        {
            "words": "How PTH was cut",
            "chi_square": "Chi-square",
            "wald": "Wald",
            "no_estimate": "No Wald test",
        },
        id="11-alarms",
        status="simulated",
        caption="How often is a PTH that means nothing “significant”?",
        faces=dict.fromkeys(["chi_square", "wald", "no_estimate"], "percent"),
        missing="–",
        notes=[
            f"Shares of {useless['studies']} studies of {best.n} patients, {best.events} failures "
            f"dealt out at random, with p at most {alpha}. Fixed: any cut-off that leaves "
            f"{percent(useless['inner'], 0)} on either side. No Wald test: one side holds no "
            "failure, or nothing else; counted as not significant.",
            f"Two Monte Carlo standard errors: {100 / useless['studies'] ** 0.5:.1f} percentage "
            "points at most.",
        ],
    )
)

# %% tags=["hide-input"]
lowest = minimal_p(
    pth, failed, direction="higher", inner=0.10, permutations=99, seed=11
)
show(
    say(
        """
        {alpha:percent0} of useless predictors are meant to look significant. By chi-square
        {alarms[fixed]:percent} do if the cut-off is fixed beforehand, {alarms[youden]:percent0}
        at the highest Youden index, {alarms[minimal_p]:percent0} at the lowest p-value. Youden's
        index looks at no p-value, and spoils it all the same. The lowest p-value can be corrected:
        in this simulated cohort {lowest:unadjusted} becomes {lowest:exact}. Both follow from how
        the rows were built, and say nothing of PTH.
        """,
        id="11-alarms-say",
        status="simulated",
        alpha=alpha,
        alarms=by_chi_square,
        lowest=lowest,
    )
)

# %% [markdown]
# ### What can be done instead?
#
# Leave PTH as it is.

# %%
x = np.column_stack([np.ones(len(pth)), doublings])
fit = logistic.fit(x, failed, names=["intercept", "doubling"])
doubling = fit.odds_ratio("doubling")

at = np.append(np.geomspace(pth.min(), pth.max(), 60), [1600, 1610, 3200])
curve = splines.risk(doublings, failed, np.log2(at), at=None).assign(value=at)

# %%
show(
    pictures.risk(
        curve.head(60),
        pd.DataFrame({"risk": shares}),
        pd.DataFrame({"value": pth, "event": failed}),
        cutoff=best.value,
        xlabel="Baseline PTH, pg/mL (log scale)",
        id="11-risk",
        status="simulated",
        caption="What is a patient's risk of treatment failure? Band: "
        f"{percent(0.95, 0)} interval. Ticks: patients, failed above.",
    )
)

# %% tags=["hide-input"]
low, near, far = curve.tail(3).itertuples()
show(
    say(
        """
        In this simulated cohort the odds of failure rise with each doubling of PTH by a factor of
        {doubling}, not adjusted. At {low:.0f} and {near:.0f} pg/mL the step says {shares[0]:percent0}
        and {shares[1]:percent0}; the curve says {risk:percent0} to both. At {near:.0f} and {far:.0f}
        the step says the same; the curve says {risk:percent0} and {risk_far:percent0}. These rows
        were built as a step; a clinic's are not. Which shape is true there, a cut can't show: it
        hides it.
        """,
        id="11-risk-says",
        status="simulated",
        doubling=doubling,
        low=low.value,
        near=near.value,
        far=far.value,
        shares=shares,
        risk=near.risk,
        risk_far=far.risk,
    )
)

# %% [markdown]
# What does a cut cost, even one that is fixed beforehand?

# %%
terms = {"uncut": doublings, "cut": beyond, "median": pth >= np.median(pth)}
rng = np.random.default_rng(11)
power = {}
for truth, risk in (("step", step), ("smooth", np.array(smooth))):
    outcomes = rng.random((2000, len(pth))) < risk
    for name, term in terms.items():
        columns = np.column_stack([np.ones(len(pth)), term])
        p = logistic.fit_many(columns, outcomes).p_values()[:, 1]
        power[truth, name] = float(np.mean(p < alpha))

# %% tags=["hide-input"]
show(
    say(
        """
        If risk rises smoothly, PTH uncut is significant in {smooth_uncut:percent0} of new studies;
        cut where these rows have their step in {smooth_cut:percent0}, at the median in
        {smooth_median:percent0}. If risk truly jumps, and one knows where, a cut just there is the
        right model: {step_cut:percent0}, against {step_uncut:percent0} uncut and
        {step_median:percent0} at the median. (Wald's test; a study without an estimate counts as
        not significant; two Monte Carlo standard errors are {error:.1f} percentage points at most.)
        """,
        id="11-power",
        status="simulated",
        **{f"{truth}_{name}": share for (truth, name), share in power.items()},
        error=100 / len(outcomes) ** 0.5,
    )
)

# %% [markdown]
# So report the odds ratio per doubling, or a curve ([chapter 9](#one-at-a-time)). If a decision needs
# a cut-off, put it where the decision changes ([chapter 13](#would-it-predict)), name it beforehand,
# or test it in other patients. Cutting throws away what lies on either side
# {cite:p}`altman2006,royston2006`.
#
# ## Against the paper

# %% tags=["hide-input"]
open_questions = [
    cannot_compare(
        "predictor_pth_cutoff",
        "not stated",
        quantity="how the cut-off was chosen",
        reason="advance, median, ROC curve, lowest p: the abstract names none",
    ),
    cannot_compare(
        "predictor_pth_or",
        "not stated",
        status="simulated",
        quantity="odds ratio per doubling of PTH",
        ours=f"{doubling}",
        reason="whether PTH was also analysed uncut is not in the abstract",
    ),
]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=claims) + open_questions,
        id="11-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# ## What could change it
#
# **Other rows that print the same line.** Ten more cohorts, each with the published odds ratio at the
# published cut-off. In five, failures lie anywhere on either side of it, as in the shipped one; in five
# they are commoner the higher PTH is, on both sides.

# %%
others = []
for slope in (0.0, 1.0):
    scenario = dataclasses.replace(DEFAULT, failure_per_doubling=slope)
    for seed in range(1, 6):
        one = cohort.analysis_frame(compatible.build(scenario, seed))
        value = one["pth_baseline_pg_ml"].to_numpy(dtype=float)
        y = one["treatment_failure"].to_numpy(dtype=bool)
        risk = splines.risk(np.log2(value), y, np.log2(value), at=None)["risk"]
        drawn = (
            bootstrap(value, y, **how, resamples=1000, seed=11),
            redrawn(value, risk, **how, studies=400, resamples=10, seed=11),
        )
        same, anew = (landed(these, best.value) for these in drawn)
        others.append((same.same, anew.same, anew.gap, anew.bootstrap))

# %% tags=["hide-input"]
ends = dict(zip(("same", "anew", "gap", "seen"), zip(*others)))
show(
    say(
        """
        Their resamples choose the published cut-off again in {same}; new studies from their own
        smooth risk in {anew}. In those the best cut-off looks better than it is by {gap}, and
        resamples see {seen}. How steady a cut-off seems depends on the rows, and the printed
        line does not tell which rows it came from.
        """,
        id="11-others",
        status="simulated",
        same=percent_span(min(ends["same"]), max(ends["same"]), 0),
        anew=percent_span(min(ends["anew"]), max(ends["anew"]), 0),
        gap=span(min(ends["gap"]), max(ends["gap"]), 2),
        seen=span(min(ends["seen"]), max(ends["seen"]), 2),
    )
)

# %% [markdown]
# ## Limits
#
# - How the study chose its cut-off is not known. Nothing here says that it searched.
# - Two truths were drawn from, both taken from rows that were built. Others give other numbers; the
#   three faults are those of any search.
# - PTH stands alone here. The published odds ratio is adjusted, for what is not stated.
# - Youden's index weighs a missed failure and a false alarm as each group's share. A clinic would
#   weigh what each costs.
# - Nothing here allows for the choice of the *variable*: that is in [chapter 9](#one-at-a-time).
#
# ## Try it
#
# 1. **Recall.** Why does a resample find the same cut-off more often than a new study does?
# 2. **Apply.** Let the search for the lowest p-value leave only a twentieth of the patients on
#    either side. What becomes of the exact p-value?
# 3. **Criticise.** A talk says: our cut-off was the best in most of the bootstrap resamples, so it is
#    robust. What do you answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
wider = minimal_p(
    pth, failed, direction="higher", inner=0.05, permutations=99, seed=11
)
show(
    say(
        """
        1. It holds the same failures, some of them twice. The best cut-off is the PTH of one of
           them, so it is there to be chosen again. In a new study others fail.
        2. It becomes {wider:exact}, instead of {lowest:exact}: {more} cut-offs are tried instead
           of {fewer}, and chance has more to choose from. Nothing but a custom has changed.
        3. That resamples hold the failures that chose it. In this simulated cohort it is chosen
           again in {resampled:same} of resamples, and in {jumping:same} of new studies even if
           risk truly jumps there. Robust is what holds in other patients.
        """,
        id="11-solutions",
        status="simulated",
        box="Solutions",
        wider=wider,
        lowest=lowest,
        more=wider.cutoff.tried,
        fewer=lowest.cutoff.tried,
        resampled=resampled,
        jumping=jumping,
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Ask how a cut-off was chosen. For {published} the abstract does not say; this simulated
          cohort has it because it was built so.
        - A cut-off that the data chose flatters itself, jumps and spoils the p-value. In studies
          drawn with a true jump just there it shows a Youden index of {jumping:apparent} and has
          {jumping:true}, and is found again in {jumping:same}; where PTH means nothing, it is
          "significant" in {alarms[youden]:percent0}.
        - Report PTH uncut: {doubling} per doubling in this simulated cohort. Cut it, if at all,
          where a decision changes.
        """,
        id="11-take-away",
        status="simulated",
        box="Take away",
        published=published,
        jumping=jumping,
        alarms=by_chi_square,
        doubling=doubling,
    )
)
