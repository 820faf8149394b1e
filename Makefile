# make scene PROMPT="..."   from a fresh clone to a finished folder
# make test                 from a fresh clone to a tested one
# make test-all             the same with the tests that start whole programs, as continuous integration runs them
# make torture              the tests of tests/torture/, which damage, kill and flood, with twenty times the tries
# make docs                 the site, from README, docs/, the examples and the docstrings: build/site/index.html
# make gpu                  what needs a graphics card: tests, `lucid3d doctor`, benchmarks, in eight minutes
# make env                  only the environment: .venv with exact pins, the package built and installed in it

# The newest of these that can make an environment and build native code in it; the lock has wheels for each of them.
PYTHONS := python3.13 python3.12 python3.11
USABLE := import ensurepip, os, sys, sysconfig, venv; \
  sys.exit(sys.version_info < (3, 11) or not os.path.exists(sysconfig.get_path("include") + "/Python.h"))
PYTHON ?= $(shell for python in $(PYTHONS); do $$python -c '$(USABLE)' 2>/dev/null && echo $$python && break; done)
VENV := .venv
PY := $(VENV)/bin/python
NATIVE := CMakeLists.txt $(shell find lucid3d/native -name '*.cpp' -o -name '*.h' -o -name CMakeLists.txt)

.PHONY: scene test test-all torture gpu lint docs env gallery benchmarks blender sanitize arm64 clean
.DELETE_ON_ERROR:

# Python keeps what it compiled of the package, whatever the environment says: tests start it a hundred times.
export PYTHONDONTWRITEBYTECODE :=

# Exported, so that the shell never parses what a person typed: any quote or dollar sign may stand in a prompt.
export PROMPT
scene: env
	@test -n "$$PROMPT" || { echo 'error: say what to dream: make scene PROMPT="a misty alpine lake at sunrise"' >&2; exit 2; }
	$(PY) run.py --prompt "$$PROMPT" $(ARGS)

# One process a core; files stay whole, because tests of a file share what is slow to make, and come in the order of
# tests/conftest.py: the slowest first.
PYTEST := $(PY) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
test: env
	$(PYTEST) -m "not slow" $(ARGS)

# With the browsers, engines and services that are killed and flooded (WHOLE in tests/conftest.py).
test-all: env
	$(PYTEST) $(ARGS)

# The same tests of tests/torture/ with twenty times the tries: about an hour.
torture: env
	LUCID3D_TORTURE=20 $(PY) -m pytest --numprocesses auto --dist loadfile tests/torture $(ARGS)

# Everything that needs a graphics card, in about eight minutes: tests marked cuda, the doctor, two benchmarks.
gpu: env
	$(PY) -m pip install --quiet --disable-pip-version-check ninja
	$(PY) -m pytest -m cuda $(ARGS)
	-$(PY) -m lucid3d doctor
	$(PY) benchmarks/rasterizer.py
	$(PY) benchmarks/models.py

lint: env
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/lint-imports --no-logo
	git ls-files '*.cpp' '*.h' | xargs $(VENV)/bin/clang-format --dry-run --Werror
	$(VENV)/bin/mypy

# Strict: a name without a docstring, a link that leads nowhere or an example that fails is an error.
docs: env build/examples/.made
	$(VENV)/bin/ruff check --select D100,D101,D102,D103,D104 lucid3d
	$(PY) docs/site/pages.py build/docs
	$(VENV)/bin/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --conf-dir docs/site build/docs build/site
	@echo "build/site/index.html"

build/examples/.made: docs/site/pictures.py $(wildcard examples/*.py)
	$(PY) docs/site/pictures.py build/examples
	@touch $@

env: $(VENV)/.built

# The stamps appear only when everything before them succeeded, so that an interrupted set-up is taken up again.
$(VENV)/.locked: requirements.lock
	@test -x $(PY) || $(PYTHON) -c '$(USABLE)' 2>/dev/null || { echo 'error: there is no Python 3.11, 3.12 or 3.13 with its venv module and headers; install one (Debian, Ubuntu: apt-get install python3-dev python3-venv), or name it: make PYTHON=/path/to/python ...' >&2; exit 2; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@touch $@

$(VENV)/.built: $(VENV)/.locked pyproject.toml $(NATIVE)
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Checks that need more than the tests do: Blender's own module (1 GB, in an environment of its own), the native code under
# the address and undefined behaviour sanitizers, and for arm64 under qemu.
blender: env
	bash tests/export/blender.sh

sanitize arm64: env
	bash tests/native/$@.sh

gallery: env
	$(PY) -m lucid3d.procedural.gallery --output docs/gallery.jpg

benchmarks: env
	@for benchmark in benchmarks/*.py; do echo "== $$benchmark"; $(PY) $$benchmark || exit 1; done

clean:
	rm -rf $(VENV) build
