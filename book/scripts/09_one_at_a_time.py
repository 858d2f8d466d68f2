# ---
# jupyter:
#   # Generated from book/chapters/09_one_at_a_time.md by `make pairs`. Edit that, not this.
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
# (one-at-a-time)=
# # 9 · What does one predictor at a time show?

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

from analysis_lib import cohort, screening, splines, verify
from analysis_lib.figures.estimates import estimates
from analysis_lib.figures.risk_curves import risk_curves
from analysis_lib.figures.sieve import sieve
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
)
from analysis_lib.prediction import (
    CANDIDATES,
    IN_WORDS,
    PREDICTOR,
    published_model,
)
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import level_text, number, span
from analysis_lib.scenario import DEFAULT, SEED
from analysis_lib.tables import table

shipped = cohort.load()
frame = cohort.analysis_frame(shipped)
failed = frame["treatment_failure"].to_numpy(float)
n, events = len(frame), int(failed.sum())
ALPHA, DRAWS = 0.05, 10_000
screened = DEFAULT.screening_level

# %%
# Two experiments, explained under Method and shown under Result.
uncut = [name for name in CANDIDATES if name != PREDICTOR]
noise = screening.noise(frame[uncut], failed, draws=DRAWS, seed=SEED)
signal = {
    ratio: screening.signal(n, events, ratio, draws=DRAWS, seed=SEED)
    for ratio in (1.5, 2, 3)
}

# %% tags=["hide-input"]
passing = screening.passing(noise, [screened]).iloc[0]
missed = 1 - screening.passing(signal[1.5][["p"]], [screened])["share"][0]
show(
    say(
        """
        A table of one predictor at a time compares those in whom treatment failed with the others.
        Each of its odds ratios has a unit, and its p-values are a poor sieve. With {events} failures
        among {n} patients, {k} candidates that have nothing to do with failure let at least one
        through at p < {level:.2f} in {any_noise:percent0} of simulated trials. A true predictor that
        raises the odds by a factor of {true:g} per standard deviation is thrown out in
        {missed:percent0}. What the study screened, and at which p, is not stated.
        """,
        id="09-in-plain-words",
        status="simulated",
        box="In plain words",
        events=events,
        n=n,
        k=len(uncut),
        level=screened,
        any_noise=passing["share"],
        true=1.5,
        missed=missed,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** what an odds ratio and a p-value are; [how the simulated cohort was made](#compatible-cohort)
# - **You will be able to:** read an odds ratio with its unit; put predictors on one scale; say what few
#   failures can tell of a shape; say what screening by p lets in and what it throws out
# - **Data:** one published claim and simulated patients. Which candidates pass was built in.
# :::
#
# ## What was published
#
# The abstract names one independent predictor of treatment failure, after regression with one predictor
# at a time, then with several {cite:p}`index`. It names neither the others that were tried nor the p-value
# that let one in. What it prints of the one is shown in [chapter 10](#multivariable).
#
# ## The data

# %% tags=["hide-input"]
called = {"log2_alp": "alkaline phosphatase", "n_glands": "gland count"}
show(
    say(
        """
        In this simulated cohort {events} of {n} patients failed. Screened are {k} candidates, a
        list that is assumed and usual in such studies. Three things were built in. First, {entering}
        and PTH pass at p < {level:.2f}, and the others do not. Second, {cutoff:.0f} pg/mL is the best
        cut-off for PTH. Third, on either side of it failures fall by chance, however far from it a
        patient lies: risk jumps there and is flat otherwise. So who passes here, and what PTH does, is
        no finding. What can be learnt is what the method does.
        """,
        id="09-data",
        status="simulated",
        events=events,
        n=n,
        k=len(CANDIDATES),
        entering=", ".join(called[name] for name in DEFAULT.entering),
        level=screened,
        cutoff=claim("predictor_pth_cutoff").number,
    )
)

# %% [markdown]
# ## Method
#
# - **One at a time.** A logistic regression for each candidate, with nothing else in it. Intervals and
#   p-values are Wald's, the usual ones. How others differ when failures are few is shown in
#   [chapter 12](#few-events).
# - **The unit.** An odds ratio is *per something*: a year, a millimetre. Per two of them it is the square,
#   per half of one the square root. Skewed values (PTH, alkaline phosphatase) are taken per doubling, that
#   is as logarithms.
# - **One scale.** To put rows side by side, each odds ratio is raised to the power of its column's standard
#   deviation.
# - **Shape.** The model lets the log odds rise in a straight line. A restricted cubic spline, a smooth
#   curve that is straight at both ends, lets them bend {cite:p}`harrell2015`. A test compares the two.
# - **Noise.** The outcomes are dealt out anew among the patients, so that no candidate has anything to do
#   with failure. PTH is left out: the search for its cut-off lets in more noise, and is a matter of
#   [chapter 11](#the-cutoff).
# - **Signal.** Studies of the same size are drawn, with as many failures and one predictor whose true odds
#   ratio is known. It is normal, with a standard deviation of one among failures and among the others.
#
# *When not to use it:* to choose the predictors of a model. A candidate can matter only beside another
# one, or only without it; alone it shows neither {cite:p}`sun1996`. Choose by what is known before the
# data are seen {cite:p}`heinze2018`.
#
# ## Result
#
# ### One row for each candidate

# %%
alone = published_model(frame).query("stage == 'univariable'").copy()
alone["candidate"] = alone["term"].map(IN_WORDS)
alone["sd"] = [frame[name].astype(float).std() for name in alone["term"]]

# %% tags=["hide-input"]
alone["interval"] = [
    span(a, b, 2) for a, b in zip(alone["lower"], alone["upper"])
]
show(
    table(
        alone,
        {
            "candidate": "Candidate",
            "odds_ratio": "OR",
            "interval": level_text(0.95) + " interval",
            "p": "p",
        },
        id="09-alone",
        status="simulated",
        caption="What is the odds ratio of failure, one candidate at a time?",
        faces={"odds_ratio": ".2f", "p": "p"},
        carry=["lower", "upper", "sd", "n", "events", "left_out"],
        strong="entered",
        notes=[
            f"OR: odds ratio. Bold: p below {screened:.2f}. Each row rests on {alone['n'].min()} patients, "
            f"{alone['events'].min()} of them failures; {alone['left_out'].max()} lack a value. "
            "In a real study each row may rest on other patients.",
        ],
    )
)

# %% tags=["hide-input"]
rest = alone[~alone["entered"]]
wide = rest.loc[(rest["upper"] / rest["lower"]).idxmax()]
show(
    say(
        """
        The widest interval of those that do not pass is that for *{name}*, from {low:.2f} to {high:.2f}.
        But patients differ by {sd:.2f} of that unit (one standard deviation). Per standard deviation
        the interval runs from {low_sd:.1f} to {high_sd:.1f}. A p-value of {p:p} rules out nothing in
        between: *not significant* is not *no association*.
        """,
        id="09-alone-says",
        status="simulated",
        name=wide["candidate"],
        low=wide["lower"],
        high=wide["upper"],
        sd=wide["sd"],
        low_sd=wide["lower"] ** wide["sd"],
        high_sd=wide["upper"] ** wide["sd"],
        p=wide["p"],
    )
)

# %% [markdown]
# ### Rows on one scale

# %%
doubled = np.log2(frame["pth_baseline_pg_ml"].to_numpy(float))
values = frame[list(CANDIDATES)].astype(float).assign(log2_pth=doubled)
rows = published_model(
    values.assign(treatment_failure=failed), candidates=list(values)
).query("stage == 'univariable'")
yes_no = values.isin([0, 1]).all()
power = values.std().where(~yes_no, 1.0)
scaled = rows.rename(columns={"odds_ratio": "estimate"}).set_index("term")
scaled = scaled[["estimate", "lower", "upper"]].astype(float)
scaled = scaled.pow(power, axis=0)  # term by term
scaled["group"] = np.where(yes_no[scaled.index], "Yes against no", "Per SD")
scaled["strong"] = scaled.index.isin(["log2_pth", "pth_high"])

# %%
names = {**IN_WORDS, "log2_pth": "PTH (log)", "pth_high": "PTH high"}
scaled["label"] = [names[term].split(",")[0] for term in scaled.index]
show(
    estimates(
        scaled.sort_values("group", kind="stable"),
        id="09-per-sd",
        status="simulated",
        scale="log",
        caption="Which candidate goes with failure? Diamonds: PTH, built in. "
        "SD: standard deviation.",
        xlabel="Odds ratio of failure, logarithmic",
        heading="odds ratio (interval)",
        line=(1.0, "no association"),
    )
)

# %% tags=["hide-input"]
by_term = scaled["estimate"]
spread = values["pth_high"].std()
show(
    say(
        """
        On the scale of its own spread PTH has an odds ratio of {pth:.1f}. Cut in two, the same PTH of
        the same patients has {cut:.1f}. These are different questions: from *no* to *yes* is {steps:.1f}
        standard deviations of the yes-or-no column, and per one of those it would be {cut_sd:.1f}. So
        compare rows under one heading only. And the standard deviation is that of *these* patients: in
        a clinic whose patients are more alike, the same predictor looks weaker.
        """,
        id="09-per-sd-says",
        status="simulated",
        pth=by_term["log2_pth"],
        cut=by_term["pth_high"],
        steps=float(1 / spread),
        cut_sd=float(by_term["pth_high"] ** spread),
    )
)

# %% [markdown]
# ### Is a straight line enough?

# %%
knots = splines.knots(doubled, 3)
shown = np.linspace(doubled.min(), doubled.max(), 201)
bent = splines.risk(doubled, failed, shown, at=knots)
line = splines.risk(doubled, failed, shown, at=None)
line[["lower", "upper"]] = np.nan  # one band in the picture is enough
curves = pd.concat(
    [bent.assign(curve="spline"), line.assign(curve="straight line")]
)

# %%
show(
    risk_curves(
        curves.assign(x=2 ** curves["value"]).drop(columns="value"),
        pd.DataFrame({"x": 2**doubled, "event": failed == 1}),
        id="09-shapes",
        status="simulated",
        caption="How does the risk of failure rise with PTH? Shaded: "
        "pointwise band of the spline. Ticks: patients, failures above.",
        xlabel="Baseline PTH, pg/mL (logarithmic)",
        ylabel="Risk of failure, % (log odds)",
        ticks=[600, 1000, 1600, 2500, 4000],
    )
)

# %%
high = frame["pth_high"].to_numpy(bool)
truths = {
    "jump": np.where(high, failed[high].mean(), failed[~high].mean()),
    "line": splines.risk(doubled, failed, doubled, at=None)["risk"].to_numpy(),
}
rng = np.random.default_rng(SEED)
found = {}
for name, risk in truths.items():
    drawn = rng.random((DRAWS, n)) < risk
    found[name] = (splines.bend(doubled, drawn, knots)["p"] < ALPHA).mean()
here = splines.bend(doubled, failed, knots).iloc[0]

# %% tags=["hide-input"]
show(
    say(
        """
        By the straight line, the odds of failure rise by a factor of {ratio:.1f} per doubling of PTH
        ({low:.1f} to {high:.1f}). The test of the bend has p = {p:p}. Yet these rows were made with a
        jump. Where outcomes are drawn anew with such a jump, the test misses it in {missed:percent0} of
        {draws:,} draws (at p < {alpha:.2f}; Monte Carlo standard error {error:.1f} percentage points).
        Where they are drawn along the straight line, it finds a bend in {false:percent0}. With {events}
        failures a large p-value is no argument for a straight line.
        """,
        id="09-shapes-say",
        status="simulated",
        ratio=here["odds_ratio"],
        low=here["lower"],
        high=here["upper"],
        p=here["p"],
        missed=1 - found["jump"],
        draws=DRAWS,
        alpha=ALPHA,
        error=100 * screening.monte_carlo_error(found["jump"], DRAWS),
        false=found["line"],
        events=events,
    )
)

# %% [markdown]
# What a cut-off adds to that, and what it takes away, is shown in [chapter 11](#the-cutoff).
#
# ### What passes, and what is thrown out?

# %%
marked = (ALPHA / len(uncut), 0.05, 0.10, 0.20)
levels = sorted({*np.geomspace(0.002, 0.5, 80).tolist(), *marked})
tested = {f"noise, any of {len(uncut)}": noise}
for ratio, studies in signal.items():
    tested[f"true, {ratio:g}"] = studies[["p"]]
passes = pd.concat(
    screening.passing(p, levels).assign(curve=name)
    for name, p in tested.items()
)

# %%
show(
    sieve(
        passes[["curve", "level", "share"]],
        marked,
        id="09-sieve",
        status="simulated",
        caption="In how many studies does noise pass, and in how many a "
        "true odds ratio (per standard deviation)?",
        ylabel="Studies in which it passes, %",
    )
)

# %% [markdown]
# A level further to the right lets in more of both. What the sieve can do is how far the curves lie apart, not
# where one cuts.

# %%
at = passes[passes["level"].isin(marked)]
rates = at.pivot_table(index="level", columns="curve", values="share")
rates = screening.passing(noise, marked).join(rates, on="level")

# %% tags=["hide-input"]
true = dict(zip(list(tested)[1:], signal))
show(
    table(
        rates,
        {
            "level": "p below",
            "share": "Any noise",
            "formula": "Formula",
            "mean": "How many",
            **{name: f"OR {ratio:g}" for name, ratio in true.items()},
        },
        id="09-rates",
        status="simulated",
        caption="How often does noise pass, and how often a true predictor?",
        faces={
            "level": "g",
            "mean": ".2f",
            **dict.fromkeys(["formula", "share", *true], "percent0"),
        },
        carry=["error"],
        notes=[
            f"First row: {ALPHA:g} shared out among {len(uncut)} candidates (Bonferroni). Any noise: at "
            f"least one of {len(uncut)} passes. Formula: the same for unrelated candidates and tests that "
            "keep their level exactly; Wald's is cautious with few failures. How many: of noise, on "
            "average. OR: a true odds ratio per standard deviation. "
            f"{events} failures among {n}, {DRAWS:,} draws; Monte Carlo standard error of shares at most "
            f"{number(100 * at['error'].max(), 1)} percentage points.",
        ],
    )
)

# %% tags=["hide-input"]
middle = rates.set_index("level").loc[screened]
chance = middle[next(iter(true))]
show(
    say(
        """
        Suppose that one candidate with a true odds ratio of {true:g} is tried along with {k} of noise. Of
        all that pass at p < {level:g}, {is_true:percent0} are the true one. And what passes looks too
        strong: {true:g} is printed as {printed:.1f} (median of those with p < {alpha:g}).
        """,
        id="09-sieve-says",
        status="simulated",
        true=1.5,
        k=len(uncut),
        level=screened,
        is_true=chance / (chance + middle["mean"]),
        printed=float(signal[1.5].query("p < @ALPHA")["odds_ratio"].median()),
        alpha=ALPHA,
    )
)

# %% [markdown]
# By how much a significant result overstates is worked out in [chapter 2](#adds-up). What happens to those
# that pass, once they stand together in a model, is the matter of [chapter 10](#multivariable); how often the
# same ones would pass again, that of [chapter 13](#would-it-predict).
#
# ## Against the paper

# %% tags=["hide-input"]
open_questions = [
    cannot_compare(
        "predictor_only_one",
        "not stated",
        quantity="candidates screened",
        ours=f"{len(CANDIDATES)}, assumed",
        status="simulated",
        reason="the more are tried, the more noise passes",
    ),
    cannot_compare(
        "predictor_only_one",
        "not stated",
        quantity="p-value that let a candidate in",
        ours=f"{screened:.2f}, assumed",
        status="simulated",
        reason="levels in use let through very different lists",
    ),
]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=["predictor_only_one"])
        + open_questions,
        id="09-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# ## What could change it
#
# **More patients, or more candidates.** Signal gains by failures. Noise does not: it grows with what is tried.

# %%
larger = screening.signal(4 * n, 4 * events, 1.5, draws=DRAWS, seed=SEED)
still = 1 - screening.passing(larger[["p"]], [screened])["share"][0]
many = 20
any_of_many = 1 - (1 - screened) ** many

# %% tags=["hide-input"]
show(
    say(
        """
        With {events} failures among {n} patients, the true odds ratio of {true:g} is thrown out at
        p < {level:g} in {still:percent0} of studies, instead of {missed:percent0}. With {many} candidates
        of noise, at least one passes in {any_of_many:percent0} (by the formula), however many
        patients there are.
        """,
        id="09-larger",
        status="simulated",
        events=4 * events,
        n=4 * n,
        true=1.5,
        level=screened,
        still=still,
        missed=missed,
        many=many,
        any_of_many=any_of_many,
    )
)

# %% [markdown]
# ## Limits
#
# - Which candidates pass, where PTH is best cut, and how risk runs on either side are assumptions. Only
#   what the method does to noise and to a known signal is a result.
# - Dealing out the outcomes keeps how candidates hang together, and breaks all their ties to failure. Real
#   candidates are a mixture of both.
# - The true predictor is normal and alone. Beside others, more is thrown out.
#
# ## Try it
#
# 1. **Recall.** Why can't an odds ratio per millimetre be compared with one per year?
# 2. **Apply.** Screen at a higher level, `published_model(frame, screening=0.20)`. Which model is fitted
#    next, and is PTH still independent in it?
# 3. **Criticise.** A paper says: phosphorus was not associated with failure, so it was left out of the
#    model. What do you ask?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
wider = published_model(frame, screening=0.20)
wider = wider.query("stage == 'multivariable'").set_index("term")
entered = [IN_WORDS[name].split(",")[0] for name in wider.index]
phosphorus = alone.set_index("term").loc["phosphorus_baseline_mmol_l"]
show(
    say(
        """
        1. The size of an odds ratio depends on the unit. Per ten millimetres it would be the tenth
           power. Put each on the scale of its standard deviation, or compare two typical patients.
        2. In it are: {entered}. PTH has p = {p:p} in this simulated cohort; independent would be below
           {alpha:g}. Nothing in the rows says which level was right.
        3. The interval: here it runs from {low:.1f} to {high:.1f}, so that much is possible in either
           direction. And whether phosphorus belonged in the model by what is known: a p-value alone
           can't tell, as its association may show only beside PTH.
        """,
        id="09-solutions",
        status="simulated",
        box="Solutions",
        entered=", ".join(entered),
        p=wider.loc[PREDICTOR, "p"],
        alpha=ALPHA,
        low=phosphorus["lower"],
        high=phosphorus["upper"],
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - An odds ratio has a unit. The same PTH of the same simulated patients has {pth:.1f} per
          standard deviation, {double:.1f} per doubling and {cut:.1f} cut in two.
        - With {events} failures, {k} candidates of pure noise let at least one through at p <
          {level:.2f} in {any_noise:percent0} of trials.
        - The same screening throws out a true odds ratio of {true:g} per standard deviation in
          {missed:percent0}. Choose predictors before you see the p-values.
        """,
        id="09-take-away",
        status="simulated",
        box="Take away",
        pth=by_term["log2_pth"],
        double=here["odds_ratio"],
        cut=by_term["pth_high"],
        events=events,
        k=len(uncut),
        level=screened,
        any_noise=passing["share"],
        true=1.5,
        missed=missed,
    )
)
