"""Helper library of the book: one module per idea, imported only when it is used.

Floors, each importing only from those below it:

6. ``__main__``: the command line
5. ``ledger``, ``full_ledger``, ``dictionary``: what the paper says beside what the book finds, all
   of it; the tables explained
4. ``tables``, ``figures``: what a reader sees
3. ``report``: sentences with numbers in them, and how anything is shown
2. ``two_by_two``; ``synthesis`` with ``study_counts``, ``binomial_normal`` and ``pooled``;
   ``compatible`` with ``permutation``, ``exchanges`` and ``records``: the simulated cohort;
   ``verify``: its proof; ``ensemble`` with ``conclusions``: many such cohorts, and what they bear;
   ``standing``, ``stability``: which conclusions survive them, and whether others would say so;
   ``prediction``: the model as assumed; ``endpoint``, ``recurrence``: the target;
   ``complications``, ``grading``, ``hypocalcaemia``, ``hypocalcaemia_scales``: harm;
   ``baseline``, ``participants``: who was treated;
   ``samplesize``, ``precision``, ``power``: how many patients it takes;
   ``procedure`` with ``procedure_fits``: the road to a model, in thousands of resamples;
   ``validation``, ``out_of_sample``, ``decisions``: what such a model is worth;
   ``validation_intervals``, ``drawn_validation``: how well that is known
1. ``visits``, ``change``, ``effect_size``, ``mixed``, ``regression_to_mean``: values over time;
   ``balance``: groups side by side; ``model_strength``: R² and C;
   ``rare_events``, ``benefit_harm``: counts of harm;
   ``proportions``, ``zero_events``: shares; ``clusters``, ``clustering`` and
   ``clustered_proportions``: members that come in clusters, such as ``glands``;
   ``consistency``, ``odds_ratio``, ``design_analysis``, ``logistic``: estimators
   (``logistic`` with ``profile``, ``intervals`` and ``resampling`` inside);
   ``few_events``, ``interval_coverage``: odds ratios by many methods, and their word;
   ``roc``, ``c_statistic``, ``performance``, ``net_benefit``: how well events are told apart;
   ``cutoff`` with ``thresholds``, ``minimal_p`` with ``maximal_chi_square``, ``cutoff_studies``,
   ``false_alarms``: cut-offs that data chose; ``splines``; ``specifications``,
   ``standardised``: one association in many models, and in risks;
   ``screening``: what passes by p; ``coverage``;
   ``decomposition``: what a result hinges on;
   ``survival``: time to an event; ``imputation``: gaps filled many times;
   ``trajectories``: laboratory values as they are assumed to run
0. ``published``, ``places``, ``cohort`` with ``contradictions``, ``scenario``, ``datapackage``,
   ``results``, ``units``, ``errors``: data, assumptions, and the shapes results come in
"""

__version__ = "0.1.0"
