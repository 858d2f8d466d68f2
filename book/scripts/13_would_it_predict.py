# ---
# jupyter:
#   # Generated from book/chapters/13_would_it_predict.md by `make pairs`. Edit that, not this.
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
# (would-it-predict)=
# # 13 · Would it predict the next patient?

# %% tags=["hide-input"]
import dataclasses

import numpy as np

from analysis_lib import (
    cohort,
    compatible,
    drawn_validation,
    ledger,
    performance,
    verify,
)
from analysis_lib.decisions import decisions, per_hundred
from analysis_lib.figures import validity as pictures
from analysis_lib.out_of_sample import cross_validate, out_of_bag
from analysis_lib.prediction import CANDIDATES, IN_WORDS
from analysis_lib.procedure import Procedure
from analysis_lib.procedure_fits import prepare
from analysis_lib.report import say, show
from analysis_lib.results import number
from analysis_lib.scenario import DEFAULT
from analysis_lib.tables import table
from analysis_lib.validation import (
    compared,
    optimism,
    resample,
    shrunken_risks,
)
from analysis_lib.validation_intervals import shifted_interval

shipped = cohort.load()
frame = cohort.analysis_frame(shipped)
pth = "pth_baseline_pg_ml"
words = IN_WORDS | {pth: IN_WORDS["pth_high"]}

# %%
whole = Procedure(
    candidates=tuple(pth if c == "pth_high" else c for c in CANDIDATES),
    outcome="treatment_failure",
    cut=pth,
    cutoff="youden",
    screening=0.10,
    penalty="flic",
)
route = prepare(whole, frame)
resampled = resample(route, route.y, resamples=1000, seed=13)
honest = optimism(resampled)
tops = shifted_interval(resampled, "c_statistic", level=0.95)

# %% tags=["hide-input"]
show(
    say(
        """
        A model is flattered by the patients it was made from. In this simulated cohort the route that
        is assumed for the study gives a model that ranks a failure above a success in
        {c.apparent:percent0} of pairs. To see what is left in new patients, one has to go the whole
        route again in resamples of the patients: cut-off, screening, model. Then {c.corrected:percent0}
        remain; a coin gets half. Even that is known poorly: a rough interval reaches from
        {tops.lower:percent0} to {tops.upper:percent0}, and such intervals tend to lie too high.
        Predicted risks are too extreme as well: on average they have to be pulled back by
        {back:percent0}, in log odds. PTH, alkaline phosphatase and the number of glands were given their
        strength when the rows were made, so none of these figures is a finding about the study.
        """,
        id="13-in-plain-words",
        status="simulated",
        box="In plain words",
        c=honest["c_statistic"],
        tops=tops,
        back=1 - honest["slope"].corrected,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** what a logistic regression is; screening ([chapter 9](#one-at-a-time)) and Youden's index
#   ([chapter 11](#the-cutoff)); [how the simulated cohort was made](#compatible-cohort)
# - **You will be able to:** say what has to be repeated when a model is validated; read a C statistic, a
#   calibration slope and a decision curve; say how well such figures are known
# - **Data:** simulated patients throughout
# :::
#
# ## What was published
#
# The abstract calls high PTH a predictor {cite:p}`index`; [chapter 10](#multivariable) looks at its odds
# ratio. An odds ratio says that groups differ. How well single patients can be told apart is another
# question, and for it the abstract prints no measure.
#
# ## The data

# %%
own = route(np.ones(len(frame)))
predicted = performance.from_logits(own.linear[0])
seen = performance.performance(predicted, route.y)
share = seen.events / seen.n
kept = tuple(np.array(own.names)[own.entered[0]].tolist())

# %% tags=["hide-input"]
show(
    say(
        """
        {seen.n} simulated patients, {seen.events} of whom failed; nobody lacks a value. The route: the
        cut-off of PTH where sensitivity and specificity add up to the most; each of {candidates}
        candidates alone; into the model goes what has a p-value below {screening:.2f}. Here the cut-off
        is {cutoff:.0f} pg/mL, and in go: {kept}.
        """,
        id="13-data",
        status="simulated",
        seen=seen,
        candidates=len(CANDIDATES),
        screening=whole.screening,
        cutoff=float(own.cutoffs[0]),
        kept="; ".join(words[term] for term in kept),
    )
)

# %% [markdown]
# The route is assumed: the abstract gives neither the entry threshold nor the rule behind the cut-off. The
# rows were made so that by maximum likelihood it ends at the published odds ratio, so that one cut-off
# stands out, and so that all other candidates fail the screening. One thing is changed here. Each fit has
# Firth's penalty, with the intercept estimated again so that as many failures are expected as there were
# (*FLIC*) {cite:p}`firth1993,puhr2017`. Then each resample has a model, also one in which nobody below
# the cut-off fails.
#
# ## Method
#
# **What is measured** {cite:p}`steyerberg2010`:
#
# - The *C statistic*: of a patient who failed and one who did not, how often has the first the higher
#   predicted risk? One half is a coin.
# - The *Brier score*: the mean squared distance between predicted risk (zero to one) and what happened.
#   Small is good. The yardstick is the score of telling everyone the same, the overall risk.
# - The *calibration slope*: one if predicted risks spread as they should. Below one they are too
#   extreme: high ones too high, low ones too low {cite:p}`vancalster2019`.
#
# **Optimism.** Draw a bootstrap resample of the patients, build the model in it, and measure that model
# twice: in the resample, and in the original patients. The mean difference is the optimism; take it off
# the apparent value {cite:p}`harrell1996`. This is honest only if *build the model* means all of it.
# The usual mistake keeps the candidates that looked good by chance, and the cut-off that fits, in every
# resample, as if they had been known beforehand {cite:p}`ambroise2002`.
#
# **An interval** for a corrected C statistic, *location-shifted*: percentiles of what the resamples' models
# reach, each in its own resample, moved down by the optimism {cite:p}`noma2021`. It asks nothing but the
# resamples that are there already. Whether it holds can be tried where the truth is known, in studies
# drawn for the purpose.
#
# **Other ways.** The *.632+* estimate weighs the apparent value with that in the patients whom a
# resample happened to leave out {cite:p}`efron1997`. *Cross-validation* leaves out a tenth at a time.
#
# *When not to use it:* instead of new patients. All of this asks how the route would do in more
# patients of the same kind. Another hospital, another definition of failure, another use of
# ablation need patients from there.
#
# ## Result
#
# ### The usual mistake, and what it hides

# %%
cut_kept = dataclasses.replace(whole, cutoff=float(own.cutoffs[0]))
last = dataclasses.replace(cut_kept, candidates=kept, screening=None)
found = {}
for name, declared in {
    "Last model only": last,
    "Screening and model": cut_kept,
}.items():
    steps = prepare(declared, frame)
    again = resample(steps, steps.y, resamples=1000, seed=13)
    found[name] = optimism(again)
found["Cut-off, screening and model"] = honest

# %%
shorts = ["c_statistic", "brier", "slope"]
ladder = compared(found, shorts)
bag = out_of_bag(resampled)
folds = cross_validate(route, route.y, folds=10, repeats=50, seed=13)
others = {
    "All, by .632+": {m: bag[m].plus for m in bag},
    "All, by cross-validation": {m: folds[m].estimate for m in shorts},
}
for name, values in others.items():
    ladder.loc[len(ladder)] = {"repeated": name} | values

# %% tags=["hide-input"]
alike = share * (1 - share)
errors = [max(v[m].monte_carlo_error for v in found.values()) for m in shorts]
show(
    table(
        ladder,
        {
            "repeated": "Repeated",
            "optimism": "Optimism",
            "c_statistic": "C",
            "brier": "Brier",
            "slope": "Slope",
        },
        id="13-ladder",
        status="simulated",
        caption="How much of the apparent performance is left?",
        faces=dict(zip(shorts, (".2f", ".3f", ".2f"), strict=True))
        | {"optimism": ".2f"},
        missing="–",
        notes=[
            f"Corrected by {honest.resamples:,} bootstrap resamples; optimism: of C. Brier score "
            f"of the same risk for all: about {number(alike, 3)}. Ten folds, means over "
            f"{folds['brier'].repeats} divisions; C within folds. .632+ has no slope.",
            f"Monte Carlo standard errors, at most: C {number(errors[0], 3)}, Brier "
            f"{number(errors[1], 4)}, slope {number(errors[2], 3)}. No slope in "
            f"{honest.resamples - honest['slope'].used} resamples: no term, or separation.",
        ],
    )
)
once, half, full = (v["c_statistic"] for v in found.values())
show(
    say(
        """
        Refitting the last model takes {once:optimism} off the C statistic; repeating all takes
        {full:optimism}, {times:.1f} times as much. Fitting had begun before the last model. Choosing the
        cut-off anew adds {cut:.3f} to the screening (Monte Carlo standard error at most {error:.3f}).
        How much either adds was built in: so many candidates fail the screening narrowly, so clearly one
        cut-off stands out.

        The corrected Brier score is {brier:corrected}; telling every patient the same risk of
        {share:percent} scores about {alike:.3f}, which is {worse}. The other ways to repeat it all ask
        other patients, and the three values of C span {range:.2f}. The optimism bootstrap tests a model
        in all patients, most of whom it has seen. A tenth of the patients holds {tenth:.1f} failures,
        and the slope then mixes risks from models that differ.
        """,
        id="13-ladder-says",
        status="simulated",
        once=once,
        full=full,
        cut=full.optimism - half.optimism,
        error=float(np.hypot(full.monte_carlo_error, half.monte_carlo_error)),
        times=full.optimism / once.optimism,
        brier=honest["brier"],
        share=share,
        alike=alike,
        range=float(np.ptp(ladder["c_statistic"].tail(3))),
        tenth=seen.events / folds["brier"].folds,
        worse="smaller, so better"
        if alike < honest["brier"].corrected
        else "not smaller, so not better",
    )
)

# %% [markdown]
# In simulations with few events the bootstrap methods were all biased, and not in the same direction
# {cite:p}`iba2021`.
#
# ### How well is that known?
#
# To see whether the location-shifted interval holds, suppose the predicted risks were true. Draw studies from them, go the whole route in each, correct it and make its
# interval. In drawn studies one can look up what each study's model is really worth.

# %%
studies = drawn_validation.drawn(
    route, predicted, studies=100, resamples=60, seed=13, level=0.95
)
did = drawn_validation.accuracy(studies, level=0.95)
# What may be too high by so much stands for a truth that much lower.
turned = tops.estimate - did.upper, tops.estimate - did.lower
slopes = studies["true_slope"].quantile([0.025, 0.5, 0.975]).tolist()

# %% tags=["hide-input"]
show(
    say(
        """
        The corrected C statistic of the simulated patients is {tops:estimate}, its interval
        {tops:interval}. In {did:studies} drawn studies such an interval holds the true C statistic of its
        own model in {did:covered} (Monte Carlo standard error {did:coverage_error}), not in
        {did.level:percent0}; in {did:too_high} it lies too high, in {did:too_low} too low. A resample has
        copies, which make it easier to fit than the patients themselves, and taking off the optimism
        once does not undo that.

        The corrected value itself is {did:bias} too high on average (Monte Carlo standard error
        {did:bias_error}). Single studies miss by far more: the middle {did.level:percent0} of errors
        reach from {low:.2f} too low to {did:upper} too high. Turned round, they give {turned[0]:.2f} to
        {turned[1]:.2f}, the fairer interval, as far as the predicted risks can be believed.
        """,
        id="13-interval",
        status="simulated",
        tops=tops,
        did=did,
        low=-did.lower,
        turned=turned,
    )
)

# %% [markdown]
# A longer method repeats the correction itself in resamples of resamples (`two_stage_interval` in the
# library). Copies of a patient then stand on both sides, and it tends to lie too high as well. The interval
# that papers usually print, DeLong's for the apparent C statistic, knows nothing of any choosing
# {cite:p}`noma2021`.
#
# ### Would another sample choose the same?

# %%
entries = resampled.fits.entries().rename(columns={"share": "enters"})
entries["p"] = own.p_alone[0]
entries["name"] = entries["term"].map(words)
weak = entries[~own.entered[0]].set_index("name")["enters"]
as_before = (resampled.fits.entered == own.entered[0]).all(axis=1)
same_terms = float(as_before[resampled.good].mean())

# %% tags=["hide-input"]
show(
    table(
        entries,
        {
            "name": "Candidate",
            "p": "p alone",
            "enters": "Enters",
        },
        id="13-entries",
        status="simulated",
        caption="Which candidates pass the screening when patients are drawn again?",
        faces={"p": "p", "enters": "percent0"},
        notes=[
            f"p alone: in these rows, Wald, with Firth's penalty. Enters: in how "
            f"many of {honest.resamples:,} resamples."
        ],
    )
)
show(
    say(
        """
        The same terms as in the rows themselves enter in {same:percent0} of the resamples. Of the
        candidates that were made to fail the screening in these rows, one passes it in {most:percent0}
        ({name}). This is the part of the fitting which the usual mistake leaves out. But a resample is
        no new study: it takes what these rows show for the truth, so that a weak candidate passes more
        often than it would among new patients.
        """,
        id="13-entries-say",
        status="simulated",
        same=same_terms,
        most=float(weak.max()),
        name=weak.idxmax(),
    )
)

# %% [markdown]
# [Chapter 11](#the-cutoff) does the same with the cut-off.
#
# ### Are the predicted risks right?

# %%
slope = honest["slope"]
risks = shrunken_risks(resampled, slope.corrected)
show(
    pictures.calibration(
        risks,
        performance.calibration_curve(risks["predicted"], risks["outcome"]),
        slope=slope.corrected,
        id="13-calibration",
        status="simulated",
        caption="Does what was predicted happen?",
    )
)

# %% tags=["hide-input"]
top = risks.loc[risks["predicted"].idxmax()]
show(
    say(
        """
        In its own patients the model has a slope of {slope:apparent}; maximum likelihood would make it
        one, whatever the model is worth. The smoothed curve over {seen.events} failures is mostly noise.
        What counts is the corrected slope, {slope:corrected}: on average over such studies, predictions
        have to be drawn in by so much. Then the highest predicted risk is {top.corrected:percent0}
        instead of {top.predicted:percent0}. How much *this* model must be drawn in, the data do not say.
        In the drawn studies the true slope of a study's model is {slopes[1]:.2f} in the median, and from
        {slopes[0]:.2f} to {slopes[2]:.2f} in the middle {did.level:percent0}; cross-validation puts it
        at {cv:estimate}.
        """,
        id="13-calibration-says",
        status="simulated",
        seen=seen,
        slope=slope,
        top=top,
        slopes=slopes,
        did=did,
        cv=folds["slope"],
    )
)

# %% [markdown]
# Whether risks are right *on average* cannot be tested inside: the model is made to expect as many
# failures as there were. That takes new patients.
#
# ### Would it help to decide?
#
# Suppose a high predicted risk leads to something: PTH checked every month, or surgery discussed first.
# Someone who would do it at a risk of one in ten accepts nine checks for nothing to find one failure. The
# *net benefit* counts failures found, and takes off needless checks at that rate of exchange
# {cite:p}`vickers2006`. It is set against checking everyone, and no one. The picture runs from a risk of
# one in twenty to three in ten; hardly anyone would act below that, or wait beyond.

# %%
grid = [round(t, 2) for t in np.arange(0.05, 0.301, 0.01)]
curve = decisions(resampled, thresholds=grid)
default = curve[["treat_all", "treat_none"]].max(axis=1)
curve["gain"] = curve["corrected"] - default
show(
    pictures.decisions(
        curve,
        id="13-decisions",
        status="simulated",
        caption="Is acting on the model better than acting on all, or on none?",
    )
)

# %% tags=["hide-input"]
show(
    table(
        per_hundred(curve, thresholds=[0.10, 0.20]),
        {
            "threshold": "High from",
            "model": "Model",
            "found": "Rightly",
            "needless": "For nothing",
            "missed": "Missed",
        },
        id="13-per-100",
        status="simulated",
        caption="Of a hundred patients, who would be told that the risk is high?",
        faces={"threshold": "percent0"}
        | dict.fromkeys(("found", "needless", "missed"), ".1f"),
        notes=[
            "Rightly: told so, and treatment fails. For nothing: told so, and it does not. Missed: "
            "not told so, and it fails. Corrected for optimism as the curve is.",
        ],
    )
)
gains = curve[curve["gain"] > 0]["threshold"]
best = curve.loc[curve["gain"].idxmax()]
at = curve[np.isclose(curve["threshold"], 0.2)].iloc[0]
show(
    say(
        """
        Corrected, the model gains something over *everyone* and *no one* only between thresholds of
        {first:percent0} and {last:percent0}: at best {most:.1f} failures found per hundred patients
        without a needless check (at {best.threshold:percent0}; Monte Carlo standard error {error:.1f}),
        where {seems:.1f} seemed to be gained. Elsewhere it gains nothing or does harm.

        Take {at.threshold:percent0} as high. The model warns {at.positive:.0f} of its own {at.n:.0f}
        patients, {at.true_positive:.0f} of whom fail; so few that the curve must be as poorly known as
        the C statistic. Corrected, it warns {each:.1f} for nothing for each rightly, where {was:.1f}
        seemed to be. A clinic has to say whether that is worth it; no statistic does.
        """,
        id="13-decisions-say",
        status="simulated",
        first=gains.min(),
        last=gains.max(),
        most=100 * best["gain"],
        seems=100 * (best["gain"] + best["model"] - best["corrected"]),
        best=best,
        error=100 * best["monte_carlo_error"],
        at=at,
        each=at["needless_corrected"] / at["found_corrected"],
        was=at["needless"] / at["found"],
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
show(
    ledger.against_the_paper(
        [
            *ledger.from_verification(
                verify.verify(shipped), only=["predictor_only_one"]
            ),
            ledger.cannot_compare(
                "predictor_only_one",
                "not stated",
                quantity="C statistic, corrected",
                ours=format(honest["c_statistic"], "corrected"),
                status="simulated",
                reason="the abstract prints no measure of prediction",
            ),
        ],
        id="13-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# Whether the authors validated a model is not stated. The odds ratio may be all they aimed at; to name a
# risk factor is a fair aim that needs no C statistic.
#
# ## What could change it
#
# Does it hang on these very rows? Other cohorts can be built that print the same odds ratio: from other
# seeds, and with risk that rises with PTH on either side of the cut-off too, instead of a step.

# %%
smooth = dataclasses.replace(DEFAULT, failure_per_doubling=1.0)
built = {"once": [], "all": []}
for scenario in (DEFAULT, smooth):
    for seed in (1, 2):
        other = cohort.analysis_frame(compatible.build(scenario, seed))
        for name, declared in (("once", last), ("all", whole)):
            steps = prepare(declared, other)
            again = resample(steps, steps.y, resamples=200, seed=13)
            built[name].append(optimism(again)["c_statistic"].optimism)
least = min(a / b for a, b in zip(built["all"], built["once"], strict=True))

# %% tags=["hide-input"]
show(
    say(
        """
        In {builds} such cohorts the optimism of C is {once[0]:.2f} to {once[1]:.2f} for the last model
        alone and {all[0]:.2f} to {all[1]:.2f} for the whole route, at least {least:.1f} times as much
        in each.
        """,
        id="13-built",
        status="simulated",
        builds=len(built["all"]),
        least=least,
        **{name: (min(each), max(each)) for name, each in built.items()},
    )
)

# %% [markdown]
# A penalty mends estimates; it does not undo the choosing. What helps is to choose less, few predictors
# named beforehand, and to have more failures.
#
# ## Limits
#
# - The strengths of PTH, alkaline phosphatase and glands were put in, and all other candidates were made
#   to fail the screening. Real rows may be kinder or harsher to the route.
# - The route itself is a guess. Another way to choose, another optimism.
# - The drawn studies take the predicted risks for true. They are too extreme, as the slope says, so that
#   real errors may differ.
# - Failure is judged at the end of follow-up, which differs between patients. A risk *by when* needs
#   the methods of [chapter 5](#target-reached).
# - A report of a model should say all of this; checklists exist {cite:p}`collins2015,collins2024`.
#
# ## Try it
#
# 1. **Recall.** Why is the calibration slope of a model fitted by maximum likelihood one in its own
#    patients?
# 2. **Apply.** Cross-validate the whole route with five folds. What C statistic is left?
# 3. **Criticise.** A paper picks four of twenty variables by their p-values, then reports a C statistic
#    "corrected by bootstrap of the final model", without an interval. What do you ask the authors?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
five = cross_validate(route, route.y, folds=5, repeats=50, seed=13)
show(
    say(
        """
        1. Because maximum likelihood chooses the coefficients so. Multiplying them all by
           another factor would fit worse; so the slope says nothing until it is corrected.
        2. {five:estimate}, with a spread of {five:spread} between divisions into folds.
        3. All twenty were candidates. Ask them to pick anew in every resample, to say how many
           events there were and how often each variable was picked again, and to print how well
           the corrected value is known.
        """,
        id="13-solutions",
        status="simulated",
        box="Solutions",
        five=five["c_statistic"],
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Validate the route, not the last model. In this simulated cohort the C statistic falls from
          {c:apparent} to {c:corrected} when all is repeated, and only to {once:corrected} when the last
          model alone is.
        - Say how well that is known. The location-shifted interval is {tops:interval} here; in drawn
          studies it holds the truth in {did:covered} and lies too high in {did:too_high}. Fairer is
          {turned[0]:.2f} to {turned[1]:.2f}.
        - The predicted risks of these simulated patients are too extreme: their corrected slope is
          {slope:corrected}. Before a patient is told a number, it should be shrunk, and tried on patients
          from elsewhere.
        """,
        id="13-take-away",
        status="simulated",
        box="Take away",
        c=honest["c_statistic"],
        once=once,
        tops=tops,
        did=did,
        turned=turned,
        slope=honest["slope"],
    )
)
