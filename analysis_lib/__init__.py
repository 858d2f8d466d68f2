"""Helper library of the book: one module per idea, imported only when it is used.

Floors, each importing only from those below it:

4. ``ledger``: what the paper says beside what the book finds
3. ``tables``, ``figures``: what a reader sees
2. ``report``: sentences with numbers in them, and how anything is shown
1. ``synthesis``: analyses built from estimators; ``proportions``, ``consistency``: estimators
0. ``published``, ``results``, ``units``, ``errors``: data, and the shapes results come in
"""

__version__ = "0.1.0"
