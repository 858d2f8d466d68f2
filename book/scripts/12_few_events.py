# ---
# jupyter:
#   # Generated from book/chapters/12_few_events.md by `make pairs`. Edit that, not this.
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
# (few-events)=
# # 12 · What can thirteen failures carry?

# %% tags=["hide-input"]
import dataclasses
import math

import numpy as np
import pandas as pd

from analysis_lib import (
    cohort,
    compatible,
    few_events,
    interval_coverage,
    ledger,
    verify,
)
from analysis_lib.consistency import counts_for_percentage
from analysis_lib.few_events import (
    EXACT,
    FIRTH,
    NARROW_PRIOR,
    PROFILE,
    RESAMPLED,
    WALD,
)
from analysis_lib.figures.estimates import estimates
from analysis_lib.logistic import fit, fit_many
from analysis_lib.logistic.resampling import bootstrap
from analysis_lib.odds_ratio import critical_value
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import number, span
from analysis_lib.scenario import DEFAULT
from analysis_lib.tables import table

n = claim("cohort_participants").count
(reached,) = counts_for_percentage(claim("target_reached").value, n)
failures = n - reached

shipped = cohort.load()
frame = cohort.analysis_frame(shipped)
terms = ["pth_high", "log2_alp_baseline", "n_glands"]
y = frame["treatment_failure"].astype(int).to_numpy()
above = frame["pth_high"].astype(bool).to_numpy()
x = np.column_stack([np.ones(n), frame[terms].astype(float)])
cells = [int((above == a)[y == f].sum()) for f in (1, 0) for a in (1, 0)]

# %%
adjusted = few_events.intervals(x, y, few_events.methods(3), column=1)
by = adjusted.set_index("label")
sizes = int(above.sum()), int((~above).sum())
draws = {"resamples": 1000, "seed": 12}
resampled = interval_coverage.resampled_tables(*sizes, **draws)
tables = pd.concat([interval_coverage.every_table(*sizes), resampled])
alone = {
    truth: interval_coverage.in_tables(tables, truth, failures=failures)
    for truth in (1.0, 2.0, 5.0)
}
at_five = alone[5.0].set_index("label")

# %% tags=["hide-input"]
usual = fit(x, y, names=["intercept", *terms]).odds_ratio("pth_high")
show(
    say(
        """
        {n} patients are not few, but {failures} failures are. This simulated cohort was
        built so that the usual method prints {plain}. On the same rows the penalised methods print
        {low:.1f} to {high:.1f}. The method moves the odds ratio, but little beside the length of the
        interval, and none makes the interval short. Methods differ more in how they keep their word. If
        the true odds ratio were five, {none:percent} of studies of PTH alone would have no usual
        interval at all, as nobody on one side fails. Firth's, read off its profile, always exists,
        and would hold the truth in {firth:percent}.
        """,
        id="12-in-plain-words",
        status="simulated",
        box="In plain words",
        n=n,
        failures=failures,
        plain=usual,
        low=by["estimate"].drop([WALD, PROFILE]).min(),
        high=by["estimate"].drop([WALD, PROFILE]).max(),
        none=float(at_five.loc[WALD, "none"]),
        firth=float(at_five.loc[FIRTH, "held"]),
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** what an odds ratio, an interval and a logistic regression are
# - **You will be able to:** choose an interval when events are few; say what a *profile* is; recognise
#   separation, and say what to print then
# - **Data:** the simulated cohort, and studies that could be drawn. Each output says which.
# :::
#
# ## What was published

# %%
claims = ["predictor_pth_p"]
show(
    ledger.printed(
        claims, id="12-claims", caption="What is said about the predictor?"
    )
)

# %% [markdown]
# The abstract does not say how the p-value was computed (Wald's test is assumed here), which covariates were in the model, nor what
# kind of interval was printed {cite:p}`index`.
#
# ## The data

# %% tags=["hide-input"]
show(
    say(
        """
        {reached} of {n} patients reached the target, so {failures} did not (derived). In this
        simulated cohort {high} of the {failures} are among the {above} patients with PTH at or
        above the cut-off, {low} among the {below} below it. The adjusted model also has alkaline
        phosphatase (per doubling) and the number of glands; both are assumptions of the simulation.
        The rows were built so that this model, fitted in the usual way, prints the published odds
        ratio, interval and p-value. So nothing found here about PTH is a finding. What can be seen
        is how methods differ on the same rows.
        """,
        id="12-data",
        status="simulated",
        reached=reached,
        n=n,
        failures=failures,
        high=cells[0],
        low=cells[1],
        above=sizes[0],
        below=sizes[1],
    )
)

# %% [markdown]
# ## Method
#
# - **Maximum likelihood, Wald.** The usual one: estimate plus and minus a multiple of its standard
#   error. It is symmetrical on the log scale.
# - **Maximum likelihood, profile.** Hold the odds ratio at a value, fit the rest anew, and see how far
#   the likelihood falls. The interval has all values for which it does not fall too far. It need not be
#   symmetrical, and one side may have no end.
# - **Firth's penalty** {cite:p}`firth1993`. It takes out most of the bias of maximum likelihood, and has an
#   estimate where that has none {cite:p}`heinze2002`.
# - **Log-F priors** {cite:p}`greenland2015`. Weak opinion, held before the data are seen and added as a few
#   rows of data. By the wider one an odds ratio lies between 1/648 and 648 with a probability of 95 %, by
#   the narrower one between 1/39 and 39 {cite:p}`greenland2015`. Each term but the intercept has one, for one unit of
#   it, centred on no association. To a Bayesian, the result says what to believe after the data. The
#   estimate is the most credible value and its interval a profile. For PTH alone the whole posterior is
#   computed as well.
# - **Exact**, for a table of two groups. How many failed is taken as given. The interval has all odds
#   ratios at which the split that was seen is not too unlikely in either direction.
# - **Bootstrap percentiles**: the fit repeated on patients drawn with replacement {cite:p}`efron1993`.
#
# Which of them is to be trusted? One data set can't show it. So a true odds ratio is set, and each interval
# is asked how often it holds it. For PTH alone no study need be drawn: two groups can give only so many
# tables, and each has a known chance. For the adjusted model, studies are drawn; there the bootstrap is not
# asked, as each study would need its own resamples.
#
# *When not to use it:* when a predicted risk is wanted. Firth's penalty draws predictions towards one half
# {cite:p}`puhr2017`; [chapter 13](#would-it-predict) mends that. And no interval makes good for a cut-off
# that was chosen to fit: see [chapter 11](#the-cutoff).
#
# ## Result
#
# ### The same rows, by each method

# %%
names = ["intercept", *terms]
again = bootstrap(x, y, names=names, penalty="none", resamples=2000, seed=12)
side = few_events.side_by_side(x, y, column=1, again=again)
side["group"] = side["group"].replace("Alone", "PTH alone")
side["strong"] = side["label"].eq(WALD)
ends = np.exp([again.lower[1], again.upper[1]])

# %%
show(
    estimates(
        side,
        id="12-side-by-side",
        status="simulated",
        scale="log",
        caption="How large is the odds ratio of a high PTH, by method? "
        "Diamond: the usual method. Arrow: no limit within the picture.",
        xlabel="Odds ratio of failure, PTH at or above the cut-off",
        heading="Odds ratio (interval)",
        line=(1.0, "no association"),
        limits=(0.7, 70),
        carry=["p"],
    )
)

# %% tags=["hide-input"]
low, high = np.log(by["estimate"].agg(["min", "max"]))
length = math.log(usual.upper / usual.lower)
show(
    say(
        """
        In this simulated cohort the first six methods give adjusted estimates of {low:.1f} to {high:.1f},
        {share:percent0} of the length of the usual interval on the log scale. Their lower limits are {least:.1f} to {most:.1f},
        their upper ones {short:.0f} to {long:.0f}. The bootstrap's limits are {boot}: in {apart:percent} of its
        resamples nobody below the cut-off fails, so that the odds ratio is infinite. For PTH alone, who held the
        wider log-F prior now gives {above:percent} to an odds ratio above one; before, it was one half.
        """,
        id="12-side-says",
        status="simulated",
        low=by["estimate"].min(),
        high=by["estimate"].max(),
        share=(high - low) / length,
        least=by["lower"].min(),
        most=by["lower"].max(),
        short=by["upper"].min(),
        long=by["upper"].max(),
        boot=span(*ends, 1),
        above=few_events.posterior(tuple(cells), m=1)["above_one"],
        apart=float(np.isposinf(again.draws[:, 1]).mean()),
    )
)

# %% [markdown]
# Where more than one resample in forty is infinite, a percentile interval has no upper limit. A program
# that leaves such resamples out prints one all the same: it has cut off the tail to which they belong.
#
# ### Which interval keeps its word?
#
# First PTH alone: every table that two groups of this size can give, each with its chance.

# %%
word = alone[5.0].copy()
for truth, shares in alone.items():
    word[f"held {truth:g}"] = shares["held"]

# %% tags=["hide-input"]
heads = {
    "held 1": "OR 1",
    "held 5": "OR 5",
    "too_high": "Too high",
    "too_low": "Too low",
    "none": "None",
}
show(
    table(
        word,
        {"label": "Interval", **heads, "mean": "Prints"},
        carry=["held 2", "studies", "endless", "width", "no_estimate"],
        id="12-every-table",
        status="simulated",
        caption="PTH alone: how often does the interval hold the true odds ratio?",
        faces=dict.fromkeys(heads, "percent") | {"mean": ".2f"},
        notes=[
            f"Shares of all {int(word['studies'].iloc[0])} possible tables, weighed by their chance, if the true odds "
            f"ratio (OR) is as in the head. Assumed: {sizes[0]} patients above the cut-off, "
            f"{sizes[1]} below, {failures} failures on average. No Monte Carlo error, "
            f"but for the bootstrap: {draws['resamples']} resamples of each table.",
            "The other columns: if it is the larger one. Too high, too low: all of the interval lies "
            "above the truth, or below it. None does not hold it. Prints: average odds ratio, on "
            "the log scale, where there is an estimate.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        Each interval promises {promised:percent0}, that is, to miss by
        {side:percent} on either side. The usual one is too high in {wald_high:percent}, too low in
        {wald_low:percent}, and missing in {none:percent}. The plain profile is too high in
        {profile_high:percent}. The exact interval holds the truth in {exact:percent}: it keeps more
        than its word, and pays in length, its limits being typically {exact_width:.0f} times apart instead of {firth_width:.0f}
        for Firth's profile. The bootstrap holds it in {boot:percent}, and its interval has no end in {endless:percent0}
        of studies. Firth's profile holds the truth in {firth:percent}. On average Firth's
        penalty prints {mean:.2f}, maximum likelihood {mean_ml:.2f}, and the narrower prior
        {mean_prior:.2f}: it pulls towards one, as it was told to.
        """,
        id="12-every-table-says",
        status="simulated",
        promised=0.95,
        side=0.025,
        wald_high=float(at_five.loc[WALD, "too_high"]),
        wald_low=float(at_five.loc[WALD, "too_low"]),
        none=float(at_five.loc[WALD, "none"]),
        profile_high=float(at_five.loc[PROFILE, "too_high"]),
        exact=float(at_five.loc[EXACT, "held"]),
        exact_width=float(at_five.loc[EXACT, "width"]),
        firth_width=float(at_five.loc[FIRTH, "width"]),
        mean=float(at_five.loc[FIRTH, "mean"]),
        mean_ml=float(at_five.loc[WALD, "mean"]),
        mean_prior=float(at_five.loc[NARROW_PRIOR, "mean"]),
        firth=float(at_five.loc[FIRTH, "held"]),
        boot=float(at_five.loc[RESAMPLED, "held"]),
        endless=float(at_five.loc[RESAMPLED, "endless"]),
    )
)

# %% [markdown]
# Now the adjusted model. The patients and their covariates stay as they are. Failures are drawn anew, with a
# true odds ratio of five for PTH, the other two terms as Firth's penalty fits them, and as many failures on average as there
# were.

# %%
truth, studies = 5.0, 2000
others = fit_many(x, y, penalty="firth").coefficients[0, 2:]
slopes = [math.log(truth), *others]
drawn = interval_coverage.draw(
    x[:, 1:], slopes, failures=failures, studies=studies, seed=12
)
found = few_events.intervals(x, drawn, few_events.methods(3), column=1)
model = interval_coverage.kept(found, truth)
half = critical_value(0.95) * model["held_se"]
model["lower"], model["upper"] = model["held"] - half, model["held"] + half
model["estimate"] = model["held"]
at = model.set_index("label")
logs = np.log(found.pivot_table("estimate", "study", "label"))
same = np.exp(logs.dropna().mean())  # in studies that each can fit

# %%
show(
    estimates(
        model,
        id="12-coverage",
        status="simulated",
        scale="percent",
        caption="Adjusted model: how often does each interval hold a true odds "
        "ratio of five? Without an interval, it is not held. Bars: Monte Carlo "
        "error.",
        xlabel="Drawn studies whose interval holds the truth, %",
        heading="Held (Monte Carlo)",
        line=(0.95, "what is promised"),
        carry=["held", "too_high", "too_low", "none", "endless", "width"],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        On average {failures} fail, in the middle {middle:percent0} of studies {few:.0f} to {many:.0f}. In {none:percent} of these drawn studies maximum likelihood has no estimate, and Wald's interval nothing to print.
        Counted as studies without an answer, they bring it to {wald:percent}; leave them
        out, and it seems to hold the truth in {among:percent}. The plain profile
        lies too high in {profile_high:percent}, Firth's in {firth_high:percent}. All are long:
        the upper limit of Firth's profile is typically {width:.0f} times the lower one. Where maximum
        likelihood has an estimate, it prints {plain:.1f} on average, in the same studies Firth's
        penalty {same:.1f}; in all studies {firth:.1f}, as those with the largest odds ratios come
        in (Monte Carlo standard error {error:.1f}).
        """,
        id="12-coverage-says",
        status="simulated",
        failures=failures,
        middle=0.95,
        few=float(np.quantile(drawn.sum(axis=1), 0.025)),
        many=float(np.quantile(drawn.sum(axis=1), 0.975)),
        none=float(at.loc[WALD, "none"]),
        wald=float(at.loc[WALD, "held"]),
        among=float(at.loc[WALD, "held"] / (1 - at.loc[WALD, "none"])),
        profile_high=float(at.loc[PROFILE, "too_high"]),
        firth_high=float(at.loc[FIRTH, "too_high"]),
        width=float(at.loc[FIRTH, "width"]),
        plain=float(same[WALD]),
        same=float(same[FIRTH]),
        firth=float(at.loc[FIRTH, "mean"]),
        error=float(at.loc[FIRTH, "mean"] * at["mean_log_se"].max()),
    )
)

# %% [markdown]
# ### When nobody below the cut-off fails
#
# Suppose the failures below the cut-off had reached the target. Then a low PTH goes with success
# without exception. This is *separation*: the higher the odds ratio, the better it fits, without end.

# %%
apart = np.where(above, y, 0)  # for this section only
separated = few_events.intervals(
    x[:, :2], apart, few_events.methods(1), column=1
)
separated = separated.set_index("label")

# %% tags=["hide-input"]
firth = separated.loc[FIRTH]
show(
    say(
        """
        For PTH alone in rows so changed, with {count} failures, all above the cut-off, the plain profile
        runs from {plain}. Firth's penalty prints {estimate:.0f} ({firth}).
        """,
        id="12-separation",
        status="simulated",
        count=int(apart.sum()),
        plain=span(*separated.loc[PROFILE, ["lower", "upper"]], 0),
        estimate=firth["estimate"],
        firth=span(firth["lower"], firth["upper"], 0),
    )
)

# %% [markdown]
# Maximum likelihood has no estimate and no upper limit; the lower limit of its profile still stands. A program
# that prints a huge odds ratio here has only stopped iterating. The penalised methods give an answer,
# and much of it comes from the penalty. Print the interval, and say that its upper limit is owed to the
# penalty.
#
# ## Against the paper

# %% tags=["hide-input"]
ours = by.loc[FIRTH]
limits = span(ours["lower"], ours["upper"], 1)
open_questions = [
    ledger.cannot_compare(
        "predictor_pth_or",
        "not stated",
        status="simulated",
        quantity="odds ratio by a penalised method",
        ours=f"Firth, profile: {number(ours['estimate'], 1)} ({limits})",
        reason="would need the patients' data",
    ),
]
show(
    ledger.against_the_paper(
        ledger.from_verification(verify.verify(shipped), only=claims)
        + open_questions,
        id="12-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# The first row had to agree: the cohort was built from it.
#
# ## What could change it
#
# **Other rows.** Is it these rows in which the method moves the estimate so little? Four more cohorts, built
# to print the same line, and two in which the risk also rises within either side of the cut-off:

# %%
rising = dataclasses.replace(DEFAULT, failure_per_doubling=1.0)
tried = [(DEFAULT, seed) for seed in range(1, 5)] + [(rising, 1), (rising, 2)]
shares = []
for scenario, seed in tried:
    other = cohort.analysis_frame(compatible.build(scenario, seed))
    failed = other["treatment_failure"].astype(int).to_numpy()
    design = np.column_stack([np.ones(n), other[terms].astype(float)])
    these = few_events.intervals(
        design, failed, few_events.methods(3), column=1
    )
    ends = np.log(these["estimate"].agg(["max", "min"]))
    first = np.log(these.loc[0, ["upper", "lower"]].astype(float))
    shares.append((ends["max"] - ends["min"]) / (first.iloc[0] - first.iloc[1]))

# %% tags=["hide-input"]
show(
    say(
        """
        In these {count} simulated cohorts the estimates of the six methods lie apart by
        {least:percent0} to {most:percent0} of the length of the usual interval, on the log scale.
        """,
        id="12-other-rows",
        status="simulated",
        count=len(shares),
        least=min(shares),
        most=max(shares),
    )
)

# %% [markdown]
# **Significant results only.** [Chapter 2](#adds-up) shows what picking them does: where the truth is small,
# they print too much. Does a method help?

# %%
significant = interval_coverage.picked(tables, 2.0, failures=failures)
power, prints = significant["significant"], significant["prints"]

# %% tags=["hide-input"]
show(
    say(
        """
        For PTH alone, with a true odds ratio of two, {wald:percent0} of studies are significant by the
        usual method and print {wald_prints:.1f} on average. By Firth's profile {firth:percent0} are, and print
        {firth_prints:.1f}; by the exact interval {exact:percent0}, and {exact_prints:.1f}. A method can mend
        its own bias, not that of picking.
        """,
        id="12-picked",
        status="simulated",
        wald=float(power[WALD]),
        wald_prints=float(prints[WALD]),
        firth=float(power[FIRTH]),
        firth_prints=float(prints[FIRTH]),
        exact=float(power[EXACT]),
        exact_prints=float(prints[EXACT]),
    )
)

# %% [markdown]
# ## Limits
#
# - In all studies here the cut-off and the model are fixed beforehand. In the cohort the cut-off is
#   the one that fits best, and terms were screened. Intervals that ignore this are too short and too
#   far from one, whichever the method.
# - The drawn studies keep the covariates of one simulated cohort, and the two groups their sizes. Others
#   would give other numbers.
# - The log-F priors are conventions. A prior from other series would be better, if there were any with
#   this cut-off. A whole posterior is shown for PTH alone only.
# - An odds ratio is no risk ratio, and no cause.
#
# ## Try it
#
# 1. **Recall.** What becomes of the estimate of maximum likelihood under separation, and what still
#    stands?
# 2. **Apply.** Of ten patients above a cut-off four fail, of twenty below it none. In a table of two groups
#    Firth's penalty adds half a patient to each cell. Which odds ratio does it print?
# 3. **Criticise.** A paper with as few events writes: we used Firth's method, so that the small sample
#    is no problem. What do you answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
rows, outcomes = [[1, 1], [1, 1], [1, 0], [1, 0]], [1, 0, 1, 0]
small = fit_many(rows, outcomes, weights=[4, 6, 0, 20], penalty="firth")
show(
    say(
        """
        1. It runs off without end. The likelihood still gives one limit, and a test by the
           likelihood ratio.
        2. {estimate:.1f}: four and a half times twenty and a half, divided by six and a half times
           a half.
        3. It removes most of the bias of the estimate and the trouble of separation. The interval
           stays long, results picked for significance stay too large, and a cut-off or a model that
           the data chose stays chosen by them.
        """,
        id="12-solutions",
        status="simulated",
        box="Solutions",
        estimate=math.exp(small.coefficients[0, 1]),
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - On the same rows of this simulated cohort six methods print an adjusted odds ratio of
          {low:.1f} to {high:.1f}. The interval is long by any of them: the usual upper limit is
          {times:.0f} times the lower one.
        - Firth's penalty with its profile is a sound choice here: with a true odds ratio of
          five it holds the truth in {alone:percent} of studies of PTH alone and in {joint:percent}
          of drawn studies of the adjusted model. Say which interval is printed.
        - In {none:percent} of those drawn studies maximum likelihood has no estimate. A bootstrap
          that leaves such samples out prints a limit that may not exist.
        """,
        id="12-take-away",
        status="simulated",
        box="Take away",
        low=by["estimate"].min(),
        high=by["estimate"].max(),
        times=usual.upper / usual.lower,
        alone=float(at_five.loc[FIRTH, "held"]),
        joint=float(at.loc[FIRTH, "held"]),
        none=float(at.loc[WALD, "none"]),
    )
)
