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
from itertools import combinations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from analysis_lib import cohort, compatible, logistic, verify
from analysis_lib.figures.estimates import estimates
from analysis_lib.figures.specifications import curve
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.logistic.intervals import profile_table
from analysis_lib.prediction import (
    CANDIDATES,
    IN_WORDS,
    PREDICTOR,
    published_model,
)
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import number, p_value, span
from analysis_lib.scenario import DEFAULT, SEED
from analysis_lib.tables import table

shipped = cohort.load()
patients = cohort.analysis_frame(shipped)
values = patients[list(CANDIDATES)].astype(float)
failed = patients["treatment_failure"].to_numpy(dtype=float)
others = [name for name in CANDIDATES if name != PREDICTOR]
short = {name: words.split(",")[0] for name, words in IN_WORDS.items()}
printed_or = claim("predictor_pth_or")

road = published_model(patients, screening=DEFAULT.screening_level)
alone = road[road["stage"].eq("univariable")].set_index("term")
joint = road[road["stage"].eq("multivariable")].set_index("term")
crude, adjusted = alone.loc[PREDICTOR], joint.loc[PREDICTOR]
sets = [
    chosen
    for size in range(len(others) + 1)
    for chosen in combinations(others, size)
]
fits = [
    logistic.fit(
        np.column_stack([np.ones(len(values)), values[[PREDICTOR, *chosen]]]),
        failed,
        names=["constant", PREDICTOR, *chosen],
    )
    for chosen in sets
]
ratios = [fit.odds_ratio(PREDICTOR) for fit in fits]

# %% tags=["hide-input"]
show(
    say(
        """
        The study names one independent predictor of failure. *Independent* means: still there
        when the other variables of one model are held fixed. Which variables those were is not
        in the abstract. In this simulated cohort, built to give the published odds ratio with
        {terms} terms, {sets} sets of covariates can be put beside PTH. They give odds ratios
        from {low:.1f} to {high:.1f}. The choice of covariates moves the
        estimate less than chance may: the upper end of each interval is more than {factor} times
        its lower end.
        """,
        id="10-in-plain-words",
        status="simulated",
        box="In plain words",
        terms=len(joint),
        sets=len(sets),
        low=min(ratio.estimate for ratio in ratios),
        high=max(ratio.estimate for ratio in ratios),
        factor=int(min(ratio.upper / ratio.lower for ratio in ratios)),
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** an hour
# - **Needs:** what an odds ratio and a logistic regression are;
#   [how the simulated cohort was made](#compatible-cohort)
# - **You will be able to:** say what *independent predictor* claims and what it doesn't; read one
#   estimate over all sets of covariates; tell confounding from non-collapsibility; turn an adjusted
#   odds ratio into a difference of risks
# - **Data:** published figures, and simulated patients built to fit them. Each number says which.
# :::
#
# ## What was published

# %%
claims = [
    "predictor_pth_cutoff",
    "predictor_pth_or",
    "predictor_pth_p",
    "predictor_only_one",
]
show(printed(claims, id="10-claims", caption="What is said of predictors?"))

# %% [markdown]
# The abstract tells the order, univariable and then multivariable logistic regression, and not what
# was tried, what entered, or by which rule {cite:p}`index`.
#
# ## The data
#
# The candidates are assumed: nine that such studies usually try. In the simulation PTH enters with the
# published odds ratio, two others pass the screening, and the rest were arranged so that they fail it.
# So nothing found here about PTH is a finding. What can be learned is how a model behaves that is known
# from outside only.
#
# ## Method
#
# - **The published road, as assumed.** Each candidate alone; those with a small p-value go into one
#   model together; who is significant there is called independent.
# - **Other roads.** Other levels for entry, all candidates at once, and backward elimination: start with
#   all and drop the least significant until each stays. Choosing covariates by their p-values alone,
#   or jointly, is a choice made with the outcome in view {cite:p}`sun1996,heinze2018`.
# - **All sets.** The odds ratio of PTH beside every subset of the other candidates, sorted: a
#   *specification curve* {cite:p}`simonsohn2020`. It shows how far an estimate depends on a choice. It
#   does not say which choice is right.
# - **Two intervals, two tests.** Wald takes the estimate and its standard error; the likelihood ratio
#   asks how much worse the fit is without the term. With few events they differ.
# - **Risk instead of odds.** Each patient's risk is predicted twice, as if PTH were below and as if it
#   were above the cut-off. The difference of the two averages is the *standardised* risk difference.
#
# *When not to use it:* with a handful of events, no road through nine candidates is safe. Fix the
# covariates beforehand, from knowledge, and take fewer.
#
# ## Result
#
# ### Which road, and what comes out?

# %%
together = joint[["odds_ratio", "lower", "upper", "p"]].add_suffix("_2")
both = alone.join(together)
both = both.loc[list(CANDIDATES)].reset_index()
both["words"] = both["term"].map(IN_WORDS)
both["first"] = both["odds_ratio"].map("{:.2f}".format)
both["limits"] = [
    span(*ends, 2) for ends in alone[["lower", "upper"]].to_numpy()
]
both["second"] = [
    f"{row.odds_ratio_2:.2f} ({span(row.lower_2, row.upper_2, 2)})"
    for row in both.itertuples()
]
both["second"] = both["second"].where(both["entered"])

# %% tags=["hide-input"]
show(
    table(
        both,
        {
            "words": "Candidate",
            "first": "Odds ratio alone",
            "limits": "Interval",
            "p": "p alone",
            "second": "Together (interval)",
            "p_2": "p together",
        },
        id="10-road",
        status="simulated",
        caption="The published road, as it is assumed to have been: who enters, and who stays?",
        faces={"p": "p", "p_2": "p"},
        carry=[
            "odds_ratio",
            "lower",
            "upper",
            "odds_ratio_2",
            "lower_2",
            "upper_2",
        ],
        strong="entered",
        missing="–",
        notes=[
            f"{adjusted['n']} patients, {adjusted['events']} failures. Bold: p alone below "
            f"{DEFAULT.screening_level:g}, an assumption. Intervals and tests: Wald. The odds ratio "
            "of PTH together, its interval and its p-value equal the published ones by construction.",
        ],
    )
)

# %% tags=["hide-input"]
glands, alp = joint.loc["n_glands"], joint.loc["log2_alp_baseline"]
show(
    say(
        """
        Published is an odds ratio of {published}; the model of this cohort was built to give it. One
        of {terms} terms has a p-value below the line, so that it is the only *independent*
        predictor. That does not make the others nothing: one more gland goes with {glands:.1f}
        times the odds of failure ({glands_limits}), a doubling of alkaline phosphatase with
        {alp:.1f} times ({alp_limits}). These intervals hold no effect, and also effects that
        would matter. *Not significant* is no finding of absence, and the difference between
        significant and not significant is itself not tested here.
        """,
        id="10-road-says",
        status="simulated",
        published=printed_or,
        terms=len(joint),
        glands=glands["odds_ratio"],
        glands_limits=span(glands["lower"], glands["upper"], 1),
        alp=alp["odds_ratio"],
        alp_limits=span(alp["lower"], alp["upper"], 1),
    )
)

# %% [markdown]
# The difference between *significant* and *not significant* need not be significant
# {cite:p}`gelman2006`. Nor do the terms of one model answer one question: a covariate that serves to
# adjust PTH is not thereby adjusted for its own causes {cite:p}`westreich2013`. And no prediction
# follows from *independent*: how well failure is told beforehand is another question, of chapter 13.
#
# ### What if another rule had let them in?

# %%
levels = (0.05, DEFAULT.screening_level, 0.20)
roads = {
    f"screening, p < {level:g}": published_model(patients, screening=level)
    for level in levels
}

# %%
roads["all at once"] = published_model(patients, screening=2)
stays = (0.157, 0.05)
for stay in stays:
    kept, worst = list(CANDIDATES), 1.0
    while worst >= stay:
        again = published_model(patients, candidates=kept, screening=2)
        ends = again.query("stage == 'multivariable'").set_index("term")["p"]
        worst = ends.max()
        kept = [name for name in kept if ends[name] < worst or worst < stay]
    roads[f"backward, p < {stay:g}"] = again

# %% tags=["hide-input"]
lines = []
for name, fitted in roads.items():
    terms = fitted[fitted["stage"].eq("multivariable")]
    row = terms.set_index("term").loc[PREDICTOR]
    beside = [short[term] for term in terms["term"] if term != PREDICTOR]
    lines.append(
        {
            "road": name,
            "beside": "all others"
            if len(beside) == len(others)
            else ", ".join(beside) or "none",
            "estimate": row["odds_ratio"],
            "lower": row["lower"],
            "upper": row["upper"],
            "limits": span(row["lower"], row["upper"], 1),
            "p": row["p"],
            "epv": row["events"] / len(terms),
            "independent": int(terms["independent"].sum()),
            "assumed": name == f"screening, p < {DEFAULT.screening_level:g}",
        }
    )
lines = pd.DataFrame(lines)
show(
    table(
        lines,
        {
            "road": "Rule",
            "beside": "Beside PTH",
            "estimate": "Odds ratio",
            "limits": "Interval",
            "p": "p",
            "epv": "Per term",
            "independent": f"p < {levels[0]:g}",
        },
        id="10-rules",
        status="simulated",
        caption="What does the same cohort give by other rules of selection?",
        faces={"estimate": ".1f", "p": "p", "epv": ".1f"},
        carry=["lower", "upper"],
        strong="assumed",
        notes=[
            f"Odds ratio: of PTH. Per term: failures. Last column: terms with so low a p. Bold: the assumed road. "
            f"A term that stays in at p < {stays[0]:g} is about one that improves Akaike's "
            "criterion (AIC). "
            "Intervals are those of the last model, as a paper would print them: they know "
            "nothing of the selection.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        By {roads} rules, {models} different models. The odds ratio of PTH runs from {low:.1f} to
        {high:.1f}. It is the only independent predictor by {only} of the rules; that it is so
        steady comes from how this cohort was built. The rule decides which number is printed,
        and it isn't stated. With {events} failures the assumed model has
        {epv:.1f} failures per term. But all {candidates} candidates were looked at, not only
        those that were kept: that makes {looked:.1f}.
        """,
        id="10-rules-say",
        status="simulated",
        roads=len(lines),
        models=lines["beside"].nunique(),
        low=lines["estimate"].min(),
        high=lines["estimate"].max(),
        only=int(lines["independent"].eq(1).sum()),
        events=int(adjusted["events"]),
        epv=adjusted["events"] / len(joint),
        candidates=len(CANDIDATES),
        looked=adjusted["events"] / len(CANDIDATES),
    )
)

# %% [markdown]
# Ten events per variable is an old rule of thumb {cite:p}`peduzzi1996`; it has little behind it
# {cite:p}`vansmeden2016`. [Chapter 14](#sample-size) works out what these failures can bear.
#
# ### What over all sets of covariates?

# %%
every = pd.DataFrame(
    [[name in chosen for name in others] for chosen in sets], columns=others
)
every["estimate"] = [ratio.estimate for ratio in ratios]
every["lower"] = [ratio.lower for ratio in ratios]
every["upper"] = [ratio.upper for ratio in ratios]
every["p"] = [ratio.p_value for ratio in ratios]
every["aic"] = [2 * len(fit.names) - 2 * fit.log_likelihood for fit in fits]
assumed = set(joint.index) - {PREDICTOR}
every["name"] = [
    {0: "PTH alone", len(others): "all together"}.get(len(chosen), "")
    or ("the assumed model" if set(chosen) == assumed else "")
    for chosen in sets
]

# %%
show(
    curve(
        every,
        {name: short[name] for name in others},
        id="10-curve",
        status="simulated",
        caption="What odds ratio does PTH have beside each set of covariates? "
        "Dashed: no association.",
        ylabel="Odds ratio of PTH",
    )
)

# %% tags=["hide-input"]
best = every.sort_values("aic").reset_index(drop=True)
medians = {name: every.groupby(name)["estimate"].median() for name in others}
mover = max(others, key=lambda name: abs(np.log(medians[name]).diff().iloc[1]))
show(
    say(
        """
        The {sets} odds ratios run from {low:.1f} to {high:.1f}, and {below} of the p-values (Wald) are
        below {alpha:g}. What moves them most is {mover}: the median is
        {inside:.1f} with it and {without:.1f} without. The intervals are far wider than the
        spread of the estimates. That PTH survives so many models is no support for it: the sets share
        the same patients, and the cohort was built with this association. By AIC the best of them
        adjusts for {best}; the second, with {second}, is {gap:.2f} behind.
        """,
        id="10-curve-says",
        status="simulated",
        sets=len(every),
        low=every["estimate"].min(),
        high=every["estimate"].max(),
        below=int(every["p"].lt(0.05).sum()),
        alpha=levels[0],
        mover=short[mover],
        inside=float(medians[mover][True]),
        without=float(medians[mover][False]),
        best=", ".join(short[name] for name in others if best.loc[0, name])
        or "nothing",
        second=", ".join(short[name] for name in others if best.loc[1, name])
        or "nothing",
        gap=best.loc[1, "aic"] - best.loc[0, "aic"],
    )
)

# %% [markdown]
# ### Why does alkaline phosphatase move it?

# %%
log_pth = np.log2(patients["pth_baseline_pg_ml"].astype(float))
correlated = values.corr()[PREDICTOR].rename("high").to_frame()
correlated["pth"] = values.corrwith(log_pth)
design = sm.add_constant(values)
few = design[["const", *joint.index]]
for name, x in {"vif": design, "vif_few": few}.items():
    inflation = [
        variance_inflation_factor(x.to_numpy(), at)
        for at in range(1, x.shape[1])
    ]
    correlated[name] = pd.Series(inflation, index=x.columns[1:])
correlated["term"] = [short[name] for name in correlated.index]
correlated.loc[PREDICTOR, ["high", "pth"]] = np.nan

# %% tags=["hide-input"]
correlated["entered"] = correlated.index.isin(joint.index)
show(
    table(
        correlated,
        {
            "term": "Candidate",
            "pth": "With log PTH",
            "high": "With the cut-off",
            "vif_few": "VIF, assumed model",
            "vif": "VIF, all together",
        },
        id="10-collinearity",
        status="simulated",
        caption="Which candidates go along with PTH, and what does that cost?",
        faces={
            name: lambda value: number(value, 2)
            for name in ("pth", "high", "vif", "vif_few")
        },
        strong="entered",
        missing="–",
        notes=[
            "Correlations are Pearson's. VIF: variance inflation factor of the term among the others; "
            "it comes from the covariates only. Bold: in the assumed model.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        Alkaline phosphatase goes along with PTH (correlation with the cut-off {r:.2f}) because it
        was assumed to. The variance inflation factor of PTH is {vif:.1f} in the assumed model: far from
        what is called collinear. Yet the standard error of its log odds ratio grows from {before:.2f}
        alone to {after:.2f}.
        """,
        id="10-collinearity-says",
        status="simulated",
        r=correlated.loc["log2_alp_baseline", "high"],
        vif=correlated.loc[PREDICTOR, "vif_few"],
        before=crude["se"],
        after=adjusted["se"],
    )
)

# %% [markdown]
# In linear regression a strong covariate makes the other estimates sharper. In logistic regression, in
# large samples, adjustment never does; a covariate that is unrelated to the predictor moves its odds
# ratio away from one instead {cite:p}`robinson1991`.
#
# ### Is the change from crude to adjusted confounding?
#
# Not all of it need be. An odds ratio is *non-collapsible*: with a covariate that matters, the odds ratio
# within its levels lies further from one than the odds ratio of all patients together, even if the
# covariate has nothing to do with PTH {cite:p}`greenland1999`. Here is an invented example: two
# strata of equal size, half of each above the cut-off, the published odds ratio within both.

# %%
example = pd.DataFrame({"below": [0.02, 0.40]}, index=["low risk", "high risk"])
odds = printed_or.number * example["below"] / (1 - example["below"])
example["above"] = odds / (1 + odds)
example.loc["all patients"] = example.mean()
example["difference"] = example["above"] - example["below"]
example["ratio"] = (example["above"] / (1 - example["above"])) / (
    example["below"] / (1 - example["below"])
)

# %% tags=["hide-input"]
example["stratum"] = example.index
example["whole"] = example["stratum"].eq("all patients")
show(
    table(
        example,
        {
            "stratum": "Stratum",
            "below": "Risk, PTH below",
            "above": "Risk, PTH above",
            "difference": "Difference",
            "ratio": "Odds ratio",
        },
        id="10-collapse",
        status="simulated",
        caption="Can an odds ratio change without confounding? An invented example.",
        faces={
            "below": "percent",
            "above": "percent",
            "difference": "percent",
            "ratio": ".1f",
        },
        strong="whole",
        notes=[
            "The risks below the cut-off are invented; those above follow from the published odds "
            "ratio. Stratum and PTH are unrelated: there is no confounding. All patients: means of "
            "the two rows above, and what follows from them.",
        ],
    )
)

# %% [markdown]
# The two strata agree on the odds ratio, and all patients together have a smaller one. The difference of
# risks of all patients is the mean of the two: it collapses. So a crude and an adjusted odds ratio, or the
# adjusted ones of two models or two studies, differ also because they answer different questions.

# %%
fit = sm.Logit(failed, few).fit(disp=False)
low, high = (
    float(fit.predict(few.assign(**{PREDICTOR: level})).mean())
    for level in (0.0, 1.0)
)
marginal = high / (1 - high) / (low / (1 - low))
effect = fit.get_margeff(dummy=True).summary_frame().loc[PREDICTOR]
crude_risks = patients.astype({"treatment_failure": float}).groupby(PREDICTOR)
crude_risks = crude_risks["treatment_failure"].mean()

# %% tags=["hide-input"]
difference, lower, upper = 100 * effect.iloc[[0, 4, 5]].to_numpy(dtype=float)
show(
    say(
        """
        In this simulated cohort the crude odds ratio is {crude:.1f}. Averaged over the same patients,
        the assumed model gives a standardised one of {marginal:.1f}: if the model holds, that step is
        confounding.
        Within levels of the covariates it is {adjusted:.1f}; the step from {marginal:.1f} to there is
        non-collapsibility. As risks: {low:percent0} would fail with PTH below the cut-off and
        {high:percent0} above it, a difference of {difference:.0f} percentage points ({span}, delta
        method). The crude difference is {raw:.0f} points. An odds ratio of {adjusted:.1f} is
        easily read as *{adjusted:.0f} times the risk*; the ratio of the two risks is {risk_ratio:.1f}.
        """,
        id="10-risk",
        status="simulated",
        crude=crude["odds_ratio"],
        marginal=marginal,
        adjusted=adjusted["odds_ratio"],
        low=low,
        high=high,
        difference=difference,
        span=span(lower, upper, 0),
        raw=100 * float(crude_risks[True] - crude_risks[False]),
        risk_ratio=high / low,
    )
)

# %% [markdown]
# ### Which interval, which test?

# %%
names = list(few.columns)
tests = profile_table(few, failed, names=names, penalty="none").iloc[1:]
two = pd.concat(
    tests.assign(
        label=f"{words}, p = " + tests[f"{test}_p"].map(p_value),
        estimate=np.exp(tests["estimate"]),
        lower=np.exp(tests[f"{kind}_lower"]),
        upper=np.exp(tests[f"{kind}_upper"]),
    )
    for words, test, kind in zip(
        ("Wald", "likelihood ratio"), ("wald", "lr"), ("wald", "profile")
    )
).sort_index(kind="stable")

# %%
show(
    estimates(
        two.assign(
            group=two["name"].map(IN_WORDS),
            strong=two["name"].eq(PREDICTOR),
        ),
        id="10-tests",
        status="simulated",
        scale="log",
        caption="What do Wald and the likelihood say of the same terms? Diamond: PTH.",
        xlabel="Odds ratio in the assumed model",
        heading="odds ratio (interval)",
        line=(1.0, "no association"),
    )
)

# %% tags=["hide-input"]
of_pth = tests.set_index("name").loc[PREDICTOR]
show(
    say(
        """
        For PTH the p-value is {wald:p} by Wald and {lr:p} by the likelihood ratio; the interval
        is {wald_limits} by the one and {profile_limits} by the other. Both are approximations, and both say little
        of how large the association is. Which test was used isn't stated; the limits as printed are
        nearly symmetric on the log scale, as those of Wald are.
        """,
        id="10-tests-say",
        status="simulated",
        wald=float(of_pth["wald_p"]),
        lr=float(of_pth["lr_p"]),
        wald_limits=span(
            *np.exp(of_pth[["wald_lower", "wald_upper"]].astype(float)), 1
        ),
        profile_limits=span(
            *np.exp(of_pth[["profile_lower", "profile_upper"]].astype(float)), 1
        ),
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
open_questions = [
    cannot_compare(
        "predictor_pth_or",
        "not stated",
        status="simulated",
        quantity="covariates of the multivariable model",
        ours=f"{number(every['estimate'].min(), 1)} to "
        f"{number(every['estimate'].max(), 1)} over {len(every)} sets",
        reason="each set is another odds ratio of PTH",
    ),
    cannot_compare(
        "predictor_pth_or",
        "not stated",
        status="simulated",
        quantity="rule of selection and level for entry",
        ours=f"{number(lines['estimate'].min(), 1)} to "
        f"{number(lines['estimate'].max(), 1)} over {len(lines)} rules",
        reason="one of them is assumed by the simulation",
    ),
    cannot_compare(
        "predictor_only_one",
        "not stated",
        quantity="odds ratios and intervals of the other terms",
        reason="without them, not significant can't be told from absent",
    ),
    cannot_compare(
        "predictor_pth_or",
        "not stated",
        status="simulated",
        quantity="risks above and below the cut-off",
        ours=f"difference {number(difference, 0)} points ({span(lower, upper, 0)})",
        reason="standardised over the simulated patients; an odds ratio alone gives no risk",
    ),
]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=claims[1:])
        + open_questions,
        id="10-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# ## What could change it
#
# **Other covariates behind the same printed odds ratio.** The simulation assumes which candidates entered.
# With others, another cohort is built that prints the same.

# %%
entering = [
    DEFAULT.entering,
    ("log2_alp",),
    ("log2_alp", "n_glands", "max_diameter_mm"),
    ("age_years", "calcium"),
]
rebuilt = [
    published_model(
        cohort.analysis_frame(
            compatible.build(dataclasses.replace(DEFAULT, entering=names), SEED)
        )
    ).query("stage == 'multivariable'")
    for names in entering
]

# %% tags=["hide-input"]
variants = pd.DataFrame(
    [
        {
            "beside": "; ".join(
                f"{short[row.term]} {row.odds_ratio:.1f} ({span(row.lower, row.upper, 1)})"
                for row in model.itertuples()
                if row.term != PREDICTOR
            ),
            **model.set_index("term").loc[PREDICTOR][
                ["odds_ratio", "lower", "upper", "p"]
            ],
        }
        for model in rebuilt
    ]
)
variants["limits"] = [
    span(row.lower, row.upper, 1) for row in variants.itertuples()
]
show(
    table(
        variants,
        {
            "beside": "Covariates that entered: odds ratio (interval)",
            "odds_ratio": "PTH",
            "limits": "Interval",
            "p": "p",
        },
        id="10-rebuilt",
        status="simulated",
        caption="Which models print the same line on PTH?",
        faces={"odds_ratio": ".1f", "p": "p"},
        carry=["lower", "upper"],
        notes=[
            "Each row is another simulated cohort, built to fit all published figures; the first "
            "is the shipped one. Units of the covariates are those of the first table of results.",
        ],
    )
)

# %% [markdown]
# Different models in different patients print the same line, by construction. From the line alone nobody
# can tell which of them was fitted, nor what stands beside PTH.
#
# **Other patients of the same kind.** Draw the patients again with replacement, and fit the assumed model.

# %%
draws = 4000
weights = np.random.default_rng(SEED).multinomial(
    len(few), np.full(len(few), 1 / len(few)), size=draws
)
again = logistic.fit_many(few, failed, weights=weights)
at = few.columns.get_loc(PREDICTOR)
redrawn = np.exp(again.coefficients[again.converged, at])

# %% tags=["hide-input"]
few_below = int(patients.query("~pth_high")["treatment_failure"].sum())
show(
    say(
        """
        In {share:percent} of the samples there is no estimate: the likelihood has no maximum, as the
        terms tell some of the outcomes apart perfectly. This is *separation*. It arises here because only {few} failures
        have PTH below the cut-off; where none of them is drawn, the odds ratio runs to infinity.
        In the other samples the middle half of the odds ratios lies between {low:.1f} and {high:.1f}.
        """,
        id="10-separation",
        status="simulated",
        share=float(again.separated.mean()),
        few=few_below,
        low=float(np.quantile(redrawn, 0.25)),
        high=float(np.quantile(redrawn, 0.75)),
    )
)

# %% [markdown]
# Chapter 12 takes up what to do then: a penalty gives an estimate where the likelihood has none
# {cite:p}`firth1993`.
#
# ## Limits
#
# - Which candidates there were, which entered, and how strongly, is assumed. The spread over sets depends
#   on it: six of the candidates were arranged to fail the screening.
# - The sets take each candidate as it is, in a straight line and without interactions. Other scales and
#   cut-offs would make more of them. The cut-off itself is taken as given here.
# - Intervals and p-values after selection are too good. How much, no model printed alone can show.
# - Baseline values can't be effects of the ablation; whether one of them is a cause of failure is no
#   question that a selected model answers.
# - Outcome is the last PTH; patients are followed for different times.
#
# ## Try it
#
# 1. **Recall.** What does *independent predictor* say of a variable, and of the variables not in the model?
# 2. **Apply.** Leave alkaline phosphatase out of the assumed model. What is the odds ratio of PTH?
# 3. **Criticise.** A talk concludes: alkaline phosphatase was not an independent predictor, so it needn't
#    be measured. What do you answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
left = ratios[sets.index(("n_glands",))]
show(
    say(
        """
        1. That it is associated with the outcome when the other variables of this one model are held
           fixed. Of variables that aren't in the model it says nothing; nor that it is a cause.
        2. {left}, instead of {adjusted:.1f}.
        3. Its interval reaches from {low:.1f} to {high:.1f} per doubling: too wide to exclude an effect
           that matters. It shares what it tells with PTH, so that the model can't well
           part them. And it may be wanted for something else, such as hypocalcaemia (chapter 8).
        """,
        id="10-solutions",
        status="simulated",
        box="Solutions",
        left=left,
        adjusted=adjusted["odds_ratio"],
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
        - *Independent* is a word about one model. In this simulated cohort {sets} sets of covariates give
          PTH an odds ratio between {low:.1f} and {high:.1f}; the study's set isn't stated.
        - *The only one* is not *the only cause*: beside PTH, one more gland may go with up to {glands:.1f}
          times the odds, a doubling of alkaline phosphatase with up to {alp:.1f} times.
        - The adjusted odds ratio of {adjusted:.1f} is a difference of {difference:.0f} percentage points
          ({span}) in these patients. Print the risks, all terms of the model, and how they were chosen.
        """,
        id="10-take-away",
        status="simulated",
        box="Take away",
        sets=len(every),
        low=every["estimate"].min(),
        high=every["estimate"].max(),
        glands=glands["upper"],
        alp=alp["upper"],
        adjusted=adjusted["odds_ratio"],
        difference=difference,
        span=span(lower, upper, 0),
    )
)
