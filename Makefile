# What this book can do. `make` alone lists it.
#
# GNU make 3.81 (macOS) or later. All paths are relative: a folder name with spaces is fine.
# Settings, for example `make lab LAB_ARGS=--no-browser`:
#   PYTHON       the Python that makes .venv, 3.11 or newer
#   PYTEST_ARGS  what pytest is called with
#   LAB_ARGS     what JupyterLab is called with
#   LOCK_ARGS    what the lock is made with; --upgrade renews every pin
#   PORT         where `make serve` listens

PYTHON ?= python3
PYTEST_ARGS ?= -n 2
LAB_ARGS ?=
LOCK_ARGS ?=
PORT ?= 8000

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.set-up-complete
LAB_SETTINGS := $(VENV)/etc/jupyter/labconfig/default_setting_overrides.json

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help book test check lab serve data ensemble pairs reference bench lock lock-check set-up lab-settings clean need-uv

help: ## List these targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

book: $(STAMP) ## Build the book; a warning or a failing cell stops it
	$(PY) book/_extensions/build.py

test: check book ## Check everything: style, types, pairs, the book, the tests
	$(PY) -m pytest $(PYTEST_ARGS)

check: $(STAMP) ## Check style, types and chapter pairs only (seconds)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) book/_extensions/pairs.py --check

lab: lab-settings ## Open the chapters as notebooks in JupyterLab
	$(VENV)/bin/jupyter-lab --LabApp.default_url=/lab/tree/book/chapters $(LAB_ARGS)

serve: $(STAMP) ## Show the built book at http://127.0.0.1:8000
	@test -f _build/html/index.html || { echo "There is no book yet. Run 'make book' first."; exit 1; }
	$(PY) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

data: $(STAMP) ## Build the simulated cohort in data/cohort again
	$(PY) -m analysis_lib build --out data/cohort

ensemble: $(STAMP) ## Build the ensemble in data/ensemble again; N=10000 builds a larger one elsewhere
	$(PY) -m analysis_lib ensemble $(if $(N),--n $(N)) --out $(or $(OUT),$(if $(N),ensembles/$(N),data/ensemble))

pairs: $(STAMP) ## Write the scripts in book/scripts from the chapters
	$(PY) book/_extensions/pairs.py

reference: ## Recompute the reference results with R
	@command -v Rscript > /dev/null || { \
	    echo "R is not here. Only 'make reference' needs it; its results are kept in tests/reference_r."; \
	    echo "On Debian or Ubuntu: apt install r-base-core r-cran-metafor r-cran-lme4 r-cran-epir r-cran-brglm2 r-cran-geepack r-cran-matchit r-cran-survival r-cran-mice r-cran-rms r-cran-proc r-cran-maxstat"; \
	    exit 1; }
	@Rscript --no-init-file -e 'need <- c("metafor", "lme4", "epiR", "MASS", "brglm2", "geepack", "MatchIt", "survival", "mice", "rms", "pROC", "maxstat")' \
	    -e 'gone <- need[!nzchar(sapply(need, function(p) system.file(package = p)))]' \
	    -e 'if (length(gone)) { message("R packages not here: ", toString(gone), ". On Debian or Ubuntu: ", toString(paste0("r-cran-", tolower(gone)))); quit(status = 1) }'
	@set -e; found=no; for script in tests/reference_r/*.R; do \
	    test -f "$$script" || continue; \
	    found=yes; echo "$$script"; Rscript --no-init-file "$$script"; \
	done; test $$found = yes || { echo "No R script in tests/reference_r."; exit 1; }

bench: $(STAMP) ## Time what has to be fast
	@status=0; found=no; for script in tests/bench/bench_*.py; do \
	    test -f "$$script" || continue; \
	    found=yes; echo "$$script"; $(PY) "$$script" || status=1; \
	done; test $$found = yes || { echo "No bench_*.py in tests/bench."; exit 1; }; exit $$status

lock: need-uv ## Write requirements.txt from requirements.in, then check it
	$(UV) pip compile --quiet --universal --fork-strategy fewest --generate-hashes --no-annotate \
	    --python-version 3.11 --custom-compile-command 'make lock' $(LOCK_ARGS) \
	    requirements.in -o requirements.txt
	@if grep -n '://' requirements.txt; then echo "requirements.txt names an address; it must not."; exit 1; fi
	@$(MAKE) --no-print-directory lock-check

# Two proofs for each Python and system, by wheels alone:
# the pinned set is complete there, and each package has a wheel whose hash is in the lock.
lock-check: need-uv ## Prove that the lock installs on each Python and system
	@tmp=$$(mktemp -d) || exit 1; trap 'rm -rf "$$tmp"' EXIT; status=0; \
	sed -n 's/.*--hash=sha256:\([0-9a-f]*\).*/\1/p' requirements.txt > "$$tmp/hashes"; \
	printf '%-8s %-9s %9s  %s\n' Python system packages verdict; \
	for python in 3.11 3.12 3.13; do for system in linux macos windows; do \
	    verdict=good; count=-; : > "$$tmp/why"; \
	    target="--only-binary :all: --python-version $$python --python-platform $$system"; \
	    if ! $(UV) pip install --dry-run --require-hashes $$target --target "$$tmp/site" \
	        -r requirements.txt > "$$tmp/why" 2>&1; then verdict='does not resolve'; \
	    elif ! $(UV) pip compile --quiet --format pylock.toml $$target \
	        requirements.txt -o "$$tmp/pylock.toml" > "$$tmp/why" 2>&1; then verdict='lacks a wheel'; \
	    else \
	        count=$$(grep -c '^\[\[packages\]\]' "$$tmp/pylock.toml"); \
	        awk 'NR == FNR { known[$$1] = 1; next } \
	            /^name = / { name = $$3; gsub(/"/, "", name); seen[name] = 0; any = 1 } \
	            { line = $$0; while (match(line, /sha256 = "[0-9a-f]+"/)) { \
	                if (substr(line, RSTART + 10, RLENGTH - 11) in known) seen[name] = 1; \
	                line = substr(line, RSTART + RLENGTH) } } \
	            END { bad = !any; \
	                for (name in seen) if (!seen[name]) { print name ": no wheel for this system is in the lock"; bad = 1 } \
	                exit bad }' "$$tmp/hashes" "$$tmp/pylock.toml" > "$$tmp/why" || verdict='hash not in the lock'; \
	    fi; \
	    printf '%-8s %-9s %9s  %s\n' $$python $$system $$count "$$verdict"; \
	    if test "$$verdict" != good; then status=1; tail -n 5 "$$tmp/why"; fi; \
	done; done; exit $$status

set-up: $(STAMP) ## Make .venv and install the locked packages (the others call it)

lab-settings: $(STAMP) ## Let a double click in JupyterLab open a chapter as a notebook
	@$(PY) -m jupytext_config --settings-file $(LAB_SETTINGS) set-default-viewer markdown myst

clean: ## Remove what was built; .venv stays
	rm -rf _build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find analysis_lib book tests -name __pycache__ -prune -exec rm -rf {} +

# The stamp is written last and holds the folder it was made in:
# an interrupted set-up, a newer lock, or a moved or copied folder makes it run again.
ifneq ($(shell cat $(STAMP) 2> /dev/null),$(shell pwd -P))
.PHONY: $(STAMP)
endif

$(STAMP): requirements.txt pyproject.toml
	@rm -f $(STAMP)
	@if $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
	    && { $(PY) -c 'import pip' 2> /dev/null || $(PY) -m ensurepip --default-pip > /dev/null 2>&1; } \
	    && grep -qF "$$(pwd -P)/$(VENV)/bin/" $(VENV)/bin/pip; then \
	    echo "Using the .venv that is here."; \
	elif "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
	    echo "Making .venv with $$("$(PYTHON)" --version)."; \
	    "$(PYTHON)" -m venv --clear $(VENV); \
	else \
	    if command -v "$(PYTHON)" > /dev/null; then here=$$("$(PYTHON)" --version 2>&1); else here="not to be found"; fi; \
	    echo "This book needs Python 3.11 or newer; '$(PYTHON)' is $$here."; \
	    echo "Install a newer one (python.org has it for every system), then name it: make PYTHON=python3.13 set-up"; \
	    exit 1; \
	fi
	$(PY) -m pip install --require-hashes -r requirements.txt
	$(PY) -m pip install --no-deps --no-build-isolation -e .
	@pwd -P > $(STAMP)

UV = $(shell if test -x $(VENV)/bin/uv; then echo $(VENV)/bin/uv; else command -v uv; fi)

need-uv:
	@test -n "$(UV)" || { echo "uv is not here. Run 'make set-up', or install uv, then try again."; exit 1; }
