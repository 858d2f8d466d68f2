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
import pandas as pd

from analysis_lib import cohort, verify
from analysis_lib.c_statistic import c_statistic
from analysis_lib.figures import validity as pictures
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.net_benefit import decision_curve, net_benefits
from analysis_lib.out_of_sample import cross_validate, out_of_bag
from analysis_lib.performance import (
    calibration_curve,
    from_logits,
    intercepts,
    performance,
)
from analysis_lib.prediction import CANDIDATES, IN_WORDS, published_model
from analysis_lib.procedure import Procedure
from analysis_lib.procedure_fits import prepare
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import number, percent
from analysis_lib.tables import table
from analysis_lib.validation import optimism, resample

pth = "pth_baseline_pg_ml"
words = IN_WORDS | {pth: IN_WORDS["pth_high"]}
shipped = cohort.load()
frame = cohort.analysis_frame(shipped)
model = published_model(frame)
kept = model.loc[model["stage"] == "multivariable", "term"].tolist()
whole = Procedure(
    candidates=tuple(pth if c == "pth_high" else c for c in CANDIDATES),
    outcome="treatment_failure",
    cut=pth,
    cutoff="youden",
    screening=0.10,
    penalty="none",
)
road = prepare(whole, frame)
drawn = resample(road, road.y, resamples=1000, seed=13)
honest = optimism(drawn)
only_last = dataclasses.replace(
    whole,
    candidates=tuple(pth if term == "pth_high" else term for term in kept),
    cutoff=claim("predictor_pth_cutoff").number,
    screening=None,
)
final = prepare(only_last, frame)
usual = optimism(resample(final, final.y, resamples=1000, seed=13))

# %% tags=["hide-input"]
show(
    say(
        """
        A model is flattered by the patients it was made from. In this simulated cohort the
        published route, as far as it can be guessed, gives a model that ranks a failure above a success in
        {c.apparent:percent0} of pairs. To see what is left in new patients, one has to go the
        whole route again in resamples of the patients: cut-off, screening, model. Then
        {c.corrected:percent0} remain; a coin gets half. Who repeats only the last step reports
        {last.corrected:percent0}. Predicted risks are also too extreme: their calibration slope is
        {slope:corrected}, not one. PTH, alkaline phosphatase and the number of glands were given
        their strength when the rows were made, so none of these figures is a finding about the study.
        """,
        id="13-in-plain-words",
        status="simulated",
        box="In plain words",
        c=honest["c_statistic"],
        last=usual["c_statistic"],
        slope=honest["slope"],
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** an hour
# - **Needs:** what a logistic regression is; [how the simulated cohort was made](#compatible-cohort)
# - **You will be able to:** say what has to be repeated when a model is validated; read a C statistic, a
#   calibration slope and a decision curve; tell what a patient could be told
# - **Data:** simulated patients throughout. Only the claims are published.
# :::
#
# ## What was published

# %%
claims = ["predictor_only_one", "predictor_pth_or", "predictor_pth_cutoff"]
show(printed(claims, id="13-claims", caption="What is said of prediction?"))

# %% [markdown]
# The abstract calls high PTH a predictor {cite:p}`index`. An odds ratio says that groups differ. How
# well single patients can be told apart is another question, and for it the abstract prints no measure.
#
# ## The data

# %%
predicted = from_logits(drawn.apparent[0])
seen = performance(predicted, road.y)
same_for_all = seen.events / seen.n
tops = c_statistic(
    predicted, road.y, direction="higher", scale="logit", level=0.95
)

# %% tags=["hide-input"]
show(
    say(
        """
        {n} simulated patients, {events} of whom failed; nobody lacks a value. The route: the
        cut-off of PTH where sensitivity and specificity add up to the most; each of {candidates} candidates alone;
        into the model goes what has a p-value below {screening:.2f}. Here that is {kept}. The
        route is assumed, for the abstract gives neither the entry threshold nor the rule behind
        the cut-off. The rows were made so that this route ends at the published odds ratio.
        """,
        id="13-data",
        status="simulated",
        n=seen.n,
        events=seen.events,
        candidates=len(CANDIDATES),
        screening=whole.screening,
        kept="; ".join(words[term] for term in kept),
    )
)

# %% [markdown]
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
# A candidate that was kept because it looked good by chance, and a cut-off chosen because it fits,
# are kept by the usual mistake in every resample, as if they had been known beforehand
# {cite:p}`ambroise2002`.
#
# **Two others.** The *.632* estimate weighs the apparent value with that in the patients whom a
# resample happened to leave out; *.632+* trusts the second more, the more the model overfits
# {cite:p}`efron1983,efron1997`. *Cross-validation* leaves out a tenth at a time.
#
# *When not to use it:* instead of new patients. All of this asks how the route would do in more
# patients of the same kind. Another hospital, another definition of failure, another use of
# ablation need patients from there.
#
# ## Result
#
# ### The usual mistake, and what it hides

# %%
cut_kept = prepare(dataclasses.replace(whole, cutoff=only_last.cutoff), frame)
halfway = optimism(resample(cut_kept, cut_kept.y, resamples=1000, seed=13))
steps = {
    "Last model only": usual,
    "Screening and model": halfway,
    "Cut-off, screening and model": honest,
}
rows = pd.DataFrame({"repeated": list(steps), "found": list(steps.values())})
for short in ("c_statistic", "brier", "slope"):
    rows[short] = [found[short].corrected for found in rows["found"]]
rows["optimism"] = [v["c_statistic"].optimism for v in rows["found"]]
rows["failed"] = [sum(count for _, count in v.failed) for v in rows["found"]]

# %% tags=["hide-input"]
first = {
    "repeated": "Nothing (apparent)",
    "c_statistic": seen.c_statistic,
    "brier": seen.brier,
    "slope": seen.slope,
}
ladder = pd.concat([pd.DataFrame([first]), rows.drop(columns="found")])
ladder["failed"] = ladder["failed"].astype("Int64")
show(
    table(
        ladder,
        {
            "repeated": "Repeated in each resample",
            "optimism": "Optimism of C",
            "c_statistic": "C",
            "brier": "Brier",
            "slope": "Slope",
            "failed": "No model",
        },
        id="13-ladder",
        status="simulated",
        caption="How much of the apparent performance is left?",
        faces={
            "optimism": ".2f",
            "c_statistic": ".2f",
            "brier": ".3f",
            "slope": ".2f",
        },
        missing="–",
        notes=[
            f"Corrected for optimism, {honest.resamples:,} bootstrap resamples each. Brier score "
            f"of the same risk for all: {number(same_for_all * (1 - same_for_all), 3)}.",
            "No model: resamples without estimates (separation), left out of the means. "
            "A model without any term has no slope.",
        ],
    )
)

# %% tags=["hide-input"]
alike = same_for_all * (1 - same_for_all)
show(
    say(
        """
        Refitting the last model takes {last:optimism} off the C statistic; repeating all takes
        {all:optimism}, {times:.1f} times as much. Fitting had begun before the
        last model. Choosing the cut-off anew adds {cut:.2f} to the screening; these rows were made
        so that one cut-off stands out, which makes that step cheap. The corrected Brier score is {brier:corrected};
        telling every patient the same risk of {share:percent} scores {alike:.3f}, which is {worse}.
        And even the apparent C statistic is known poorly: {tops:interval} by DeLong, an
        interval that knows nothing of screening.
        """,
        id="13-ladder-says",
        status="simulated",
        last=usual["c_statistic"],
        all=honest["c_statistic"],
        cut=honest["c_statistic"].optimism - halfway["c_statistic"].optimism,
        times=honest["c_statistic"].optimism / usual["c_statistic"].optimism,
        brier=honest["brier"],
        share=same_for_all,
        alike=alike,
        worse="better" if alike < honest["brier"].corrected else "not better",
        tops=tops,
    )
)

# %% [markdown]
# ### Would the next study find the same?

# %%
entries = drawn.fits.entries().set_index("term")["share"]
others = entries.drop(list(only_last.candidates))
cutoffs = drawn.fits.cutoffs
same_cut = float(np.mean(cutoffs == only_last.cutoff))
low, high = np.nanpercentile(cutoffs, [2.5, 97.5]).tolist()
picked = drawn.fits.entered[drawn.good]
at = [whole.candidates.index(term) for term in only_last.candidates]
as_before = np.zeros(len(whole.candidates), dtype=bool)
as_before[at] = True
same_terms = float((picked == as_before).all(axis=1).mean())

# %% tags=["hide-input"]
show(
    say(
        """
        The same terms as in the rows themselves enter in {same_terms:percent0} of the
        resamples, and the same cut-off is chosen in {same_cut:percent0}; the middle
        {middle:percent0} of cut-offs reach from {low:.0f} to {high:.0f} pg/mL. PTH enters in
        {pth:percent0}. Of the candidates that were made to fail the screening in these rows, one
        passes it in {other:percent0} ({name}). This is the part of the fitting which the usual
        mistake leaves out. But a resample is no new study: it takes what these rows show for the truth, so that
        a weak candidate passes more often than it would among new patients.
        """,
        id="13-entries-say",
        status="simulated",
        same_terms=same_terms,
        pth=float(entries[pth]),
        other=float(others.max()),
        name=words[others.idxmax()],
        same_cut=same_cut,
        middle=0.95,
        low=low,
        high=high,
    )
)

# %% [markdown]
# ### Other ways to correct, and why they differ

# %%
bag = out_of_bag(drawn)
folds = cross_validate(road, road.y, folds=10, repeats=50, seed=13)
ways = {
    "Apparent": [seen.c_statistic, seen.brier, seen.slope],
    "Bootstrap, optimism": [
        honest[m].corrected for m in ("c_statistic", "brier", "slope")
    ],
    ".632": [bag[m].point632 for m in bag] + [np.nan],
    ".632+": [bag[m].plus for m in bag] + [np.nan],
    "Left out of the resample": [bag[m].out_of_bag for m in bag] + [np.nan],
    "Ten-fold cross-validation": [
        folds[m].estimate for m in ("c_statistic", "brier", "slope")
    ],
}

# %% tags=["hide-input"]
show(
    table(
        pd.DataFrame(
            [(way, *values) for way, values in ways.items()],
            columns=["way", "c", "brier", "slope"],
        ),
        {"way": "Method", "c": "C", "brier": "Brier", "slope": "Slope"},
        id="13-ways",
        status="simulated",
        caption="Do other methods agree, when all repeat the whole route?",
        faces={"c": ".2f", "brier": ".3f", "slope": ".2f"},
        missing="–",
        notes=[
            "Cross-validation: mean over repeats; C within folds, the others over all folds "
            "together. .632 and .632+ are defined for an error, not for a slope.",
        ],
    )
)
corrected = [values[0] for way, values in ways.items() if way != "Apparent"]
show(
    say(
        """
        The C statistics reach from {low:.2f} to {high:.2f}, the apparent one is {c:c_statistic}.
        They differ because they ask different patients. The optimism bootstrap tests a resample's
        model in all patients, most of whom it has seen, and tends to be too kind when a route
        picks as freely as this one. Patients left out were never seen, but the model that meets them was
        built from fewer distinct ones. Cross-validation has only {each:.1f} failures in a fold, and
        its slope, {cv:estimate} against {boot:corrected}, mixes risks from models that differ.
        """,
        id="13-ways-say",
        status="simulated",
        low=min(corrected),
        high=max(corrected),
        c=seen,
        each=seen.events / 10,
        cv=folds["slope"],
        boot=honest["slope"],
    )
)

# %% [markdown]
# In simulations with few events all three bootstrap methods were biased, and not in the same
# direction {cite:p}`iba2021`. So show more than one, and believe none to the second decimal.
#
# ### Are the predicted risks right?

# %%
slope = honest["slope"].corrected
milder = slope * drawn.apparent
milder = milder + intercepts(milder, road.y, np.ones(milder.shape))[:, None]
risks = pd.DataFrame(
    {
        "predicted": predicted,
        "corrected": from_logits(milder[0]),
        "outcome": road.y,
    }
)

# %%
show(
    pictures.calibration(
        risks,
        calibration_curve(predicted, road.y),
        slope=slope,
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
        In its own patients the model has a slope of one, whatever it is worth: maximum likelihood
        makes it so. The smoothed curve over {events} failures is mostly noise. What counts is the
        corrected slope. With it, the highest predicted risk is {corrected:percent0} instead of
        {apparent:percent0}.
        """,
        id="13-calibration-says",
        status="simulated",
        events=seen.events,
        apparent=float(top["predicted"]),
        corrected=float(top["corrected"]),
    )
)

# %% [markdown]
# ### Would it help to decide?
#
# Suppose a high predicted risk leads to something: PTH checked every month, or surgery discussed first.
# Someone who would do it at a risk of one in ten accepts nine checks for nothing to find one failure. The
# *net benefit* counts failures found, and takes off needless checks at that rate of exchange
# {cite:p}`vickers2006`. It is set against checking everyone, and no one.

# %%
grid = [round(t, 2) for t in np.arange(0.05, 0.401, 0.01)]
curve = decision_curve(predicted, road.y, thresholds=grid)
benefit = optimism(
    drawn,
    measures=lambda linear, y, w: {
        f"benefit at {t}": net_benefits(linear, y, w, t) for t in grid
    },
)
curve["corrected"] = [benefit[f"benefit at {t}"].corrected for t in grid]
default = curve[["treat_all", "treat_none"]].max(axis=1)
curve["gain"] = curve["corrected"] - default

# %%
show(
    pictures.decisions(
        curve,
        id="13-decisions",
        status="simulated",
        caption="Is acting on the model better than acting on all, or on none?",
    )
)

# %% tags=["hide-input"]
best = curve.loc[curve["gain"].idxmax()]
at_ten = curve.set_index("threshold").loc[0.1]
show(
    say(
        """
        At a threshold of {t:percent0} the model seems to be worth as much as {seems:.1f} failures found per
        hundred patients without a needless check; corrected, {left:.1f}. Checking everyone is
        worth {all:.1f}. Nowhere on the curve does the corrected model gain more than {most:.1f} per
        hundred over the better of *everyone* and *no one* (at {best:percent0}), and at
        {worse} of {points} thresholds it gains nothing, or does harm. Thresholds near the overall
        risk are where a model can help most. The curve has no interval; with so few failures it would be wide.
        """,
        id="13-decisions-say",
        status="simulated",
        t=0.10,
        seems=100 * at_ten["model"],
        left=100 * at_ten["corrected"],
        all=100 * at_ten["treat_all"],
        most=100 * best["gain"],
        best=best["threshold"],
        worse=int((curve["gain"] <= 0).sum()),
        points=len(curve),
    )
)

# %% [markdown]
# ### Who would be told what?

# %%
unseen = drawn.counts[drawn.good] == 0
theirs = from_logits(drawn.fits.linear[drawn.good])
per_100 = pd.DataFrame({"threshold": [0.10, 0.20, 0.30]})
for name, who in (("found", road.y), ("needless", ~road.y)):
    share = 100 * who.mean()
    per_100[f"{name}_seems"] = [
        share * (predicted[who] >= t).mean() for t in per_100["threshold"]
    ]
    per_100[name] = [
        share * (theirs >= t)[unseen & who].mean() for t in per_100["threshold"]
    ]
per_100["missed"] = 100 * same_for_all - per_100["found"]

# %% tags=["hide-input"]
show(
    table(
        per_100,
        {
            "threshold": "High from",
            "found_seems": "Rightly, seems",
            "found": "Rightly",
            "needless_seems": "Wrongly, seems",
            "needless": "Wrongly",
            "missed": "Missed",
        },
        id="13-per-100",
        status="simulated",
        caption="Of a hundred patients, who would be told that the risk is high?",
        faces={"threshold": "percent0"}
        | dict.fromkeys(per_100.columns[1:], ".1f"),
        notes=[
            "Rightly: told so, and treatment fails. Wrongly: told so, and it does not. Missed: "
            "not told so, and it fails.",
            "Seems: in the patients the model was made from. The other columns: in patients whom "
            "a resample left out, told by that resample's model.",
        ],
    )
)
tenth, middle = (per_100.set_index("threshold").loc[t] for t in (0.1, 0.2))
show(
    say(
        """
        Take {t:percent0} as high. Of a hundred patients {events:.1f} fail. A model that has not
        seen them warns {found:.1f} of those, misses {missed:.1f}, and warns {needless:.1f} who do
        well: {each:.1f} warned for nothing for each who is warned rightly, where {seems:.1f} seemed
        to be. A clinic has to say whether that is worth it; no statistic does. At {ten:percent0} this table comes
        to a net benefit of {net:.1f}, the curve above to {curve:.1f}, and checking everyone to
        {all:.1f}: whether the model helps at all depends on the method that corrects it.
        """,
        id="13-per-100-says",
        status="simulated",
        t=0.20,
        events=100 * same_for_all,
        found=middle["found"],
        missed=middle["missed"],
        needless=middle["needless"],
        each=middle["needless"] / middle["found"],
        seems=middle["needless_seems"] / middle["found_seems"],
        ten=0.10,
        net=tenth["found"] - tenth["needless"] * 0.1 / (1 - 0.1),
        curve=100 * at_ten["corrected"],
        all=100 * at_ten["treat_all"],
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=claims)
        + [
            cannot_compare(
                "predictor_only_one",
                "not stated",
                quantity=quantity,
                ours=ours,
                status="simulated",
                reason="the abstract prints no measure of prediction",
            )
            for quantity, ours in (
                ("C statistic", format(honest["c_statistic"])),
                ("Brier score", format(honest["brier"])),
                ("calibration slope", format(honest["slope"])),
            )
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
# ### A penalty in every step
#
# Firth's penalty keeps estimates finite {cite:p}`firth1993`; with the intercept estimated again, predicted
# risks are right on average (*FLIC*) {cite:p}`puhr2017`. Or one shrinks the effects by the corrected
# slope {cite:p}`vanhouwelingen1990`, as the dashed line above did.

# %%
flic = prepare(dataclasses.replace(whole, penalty="flic"), frame)
again = resample(flic, flic.y, resamples=1000, seed=13)
softer = optimism(again)
last_too = prepare(dataclasses.replace(only_last, penalty="flic"), frame)
last_flic = optimism(resample(last_too, last_too.y, resamples=1000, seed=13))
ours = risks.assign(flic=from_logits(again.apparent[0]))
ours["high"] = (frame[pth] >= only_last.cutoff).to_numpy()
groups = ours.groupby("high").agg(["min", "median", "max"])

# %% tags=["hide-input"]
names = {
    "predicted": "the route as it is",
    "corrected": "shrunken",
    "flic": "Firth (FLIC)",
}
rows = pd.DataFrame(
    [
        (
            name,
            *(
                f"{percent(groups.loc[high, (column, 'median')], 0)} "
                f"({number(100 * groups.loc[high, (column, 'min')], 0)} to "
                f"{number(100 * groups.loc[high, (column, 'max')], 0)})"
                for high in (False, True)
            ),
        )
        for column, name in names.items()
    ],
    columns=["name", "below", "above"],
)
counts = ours["high"].value_counts()
show(
    table(
        rows,
        {
            "name": "Model",
            "below": f"PTH below the cut-off ({counts[False]})",
            "above": f"At or above it ({counts[True]})",
        },
        id="13-shrunken",
        status="simulated",
        caption="What risk would the patients be told?",
        notes=[
            "Predicted risk: median, and the lowest to the highest. In brackets above: patients."
        ],
    )
)
show(
    say(
        """
        With Firth's penalty in every step, {failed} resamples are without a model. Without it, PTH
        has no estimate wherever nobody below the cut-off failed, and drops out. The
        corrected C statistic is {c:corrected}, against {plain:corrected} without the penalty; the
        corrected slope {slope:corrected}, against {plain_slope:corrected}. Refitting the last model alone
        gives {last:corrected} with it. A penalty mends estimates; it does not undo the choosing. What
        helps is to choose less, few predictors named beforehand, and to have more failures.
        """,
        id="13-shrunken-says",
        status="simulated",
        failed=format(softer, "failed"),
        c=softer["c_statistic"],
        plain=honest["c_statistic"],
        slope=softer["slope"],
        plain_slope=honest["slope"],
        last=last_flic["c_statistic"],
    )
)

# %% [markdown]
# ## Limits
#
# - The strengths of PTH, alkaline phosphatase and glands were put in, and all other candidates were made
#   to fail the screening. Real rows may be kinder or harsher to the route.
# - The route itself is a guess. Another way to choose, another optimism.
# - A corrected figure has an uncertainty of its own, which none of these methods gives. That of the
#   apparent C statistic is the least one should think of.
# - Resamples without a model are left out, and those fit best. So the table of steps is, if
#   anything, too kind to the usual mistake.
# - Failure is judged at the end of follow-up, which differs between patients. A risk *by when* needs
#   the methods of [chapter 5](#target-reached).
# - A report of a model should say all of this; a checklist exists {cite:p}`collins2015`.
#
# ## Try it
#
# 1. **Recall.** Why is the calibration slope of a model fitted by maximum likelihood one in its own
#    patients?
# 2. **Apply.** Cross-validate the whole route with five folds. What C statistic is left?
# 3. **Criticise.** A paper picks four of twenty variables by their p-values, then reports a C statistic
#    "corrected by bootstrap of the final model". What do you ask the authors?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
five = cross_validate(road, road.y, folds=5, repeats=50, seed=13)
show(
    say(
        """
        1. Because maximum likelihood chooses the coefficients so. Multiplying them all by
           another factor would fit worse; so the slope says nothing until it is corrected.
        2. {five:estimate}, with a spread of {five:spread} between divisions into folds.
        3. To repeat the picking in every resample. And how many failures there were.
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
        - Validate the route, not the last model. In this simulated cohort the C statistic falls
          from {c:apparent} to {c:corrected} when all is repeated, and only to {last:corrected} when
          the last model alone is.
        - Five ways to repeat it all leave {low:.2f} to {high:.2f}. Quote the range: {events}
          failures do not settle which is right.
        - With a corrected slope of {slope:corrected}, predicted risks are too extreme. Before a
          patient is told a number, it should be shrunk, and tried on patients from elsewhere.
        """,
        id="13-take-away",
        status="simulated",
        box="Take away",
        c=honest["c_statistic"],
        last=usual["c_statistic"],
        low=min(corrected),
        high=max(corrected),
        events=seen.events,
        slope=honest["slope"],
    )
)
