UV_VERSION = 0.13.9
UV = .tools/bin/uv
PYTHON = .venv/bin/python
PORT ?= 8000
COUNT ?= 1000
export PORT
# The environment is .venv here, whatever another project's shell says; and programs start
# faster when nothing is left to compile.
export UV_PROJECT_ENVIRONMENT = .venv
export UV_COMPILE_BYTECODE = 1
unexport VIRTUAL_ENV

# The settings of a real site, from .env.example. The database is the embedded one for tests.
define PRODUCTION
set -a; . ./.env.example; \
SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))'); \
eval "$$($(PYTHON) -m inquiries.vault)"; \
CLINIC_PROFILE=tests/data/clinic.yaml; DATABASE_URL=; EMBEDDED_POSTGRES=throwaway; \
DJANGO_SETTINGS_MODULE=clinic_site.settings; set +a
endef

# What judges the pages (axe, the Nu checker, Lighthouse) comes with npm where there is one. Without it those
# tests are skipped, unless REQUIRE_BROWSER=1.
CHECKS = $(if $(shell command -v npm),tests/checks/node_modules/installed)

help: ## show these lines
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 19

run: .venv/synced ## show the site with a demonstration clinic (PORT, DATABASE_URL)
	@exec $(PYTHON) -m clinic_site.run

dev: .venv/synced ## the same, with error details and a reload at every change
	@exec $(PYTHON) -m clinic_site.run --dev

test: .venv/synced $(CHECKS) ## run all tests (ARGS="-k inquiry" for some)
	@echo 'Running the tests on a throw-away PostgreSQL …'
	@exec $(PYTHON) -m pytest -n 2 $(ARGS)

check: .venv/synced ## look for mistakes without running the site
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	find templates -name '*.html' -exec .venv/bin/djade --target-version 6.1 --check {} +
	@$(PRODUCTION); set -ex; \
	$(PYTHON) -m mypy .; \
	$(PYTHON) manage.py makemigrations --check --dry-run; \
	$(PYTHON) manage.py check --deploy --fail-level WARNING

fix: .venv/synced ## repair what can be repaired by itself, and format
	-$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	find templates -name '*.html' -exec .venv/bin/djade --target-version 6.1 {} +

seed: .venv/synced ## fill the demonstration with invented inquiries (COUNT=1000000)
	@exec $(PYTHON) -m clinic_site.run --seed $(COUNT)

bench: .venv/synced ## measure how fast readers are served (ARGS="--write --wagtail"), or staff (ARGS=--queue)
	@exec $(PYTHON) -m clinic_site.bench $(ARGS)

lighthouse: .venv/synced tests/checks/node_modules/installed ## what Lighthouse says of seven pages (ARGS="--runs 5 --write")
	@exec $(PYTHON) -m clinic_site.bench.lighthouse $(ARGS)

check-intake: .venv/synced ## send 1,000 questions while the site is killed, and count (ARGS="--count 200 --control")
	@exec $(PYTHON) -m inquiries.check_intake $(ARGS)

pictures: .venv/synced ## take the pictures of README and handbooks anew (ARGS="--only queue")
	@exec $(PYTHON) -m clinic_site.camera pictures $(ARGS)

contact-sheet: .venv/synced ## show every kind of page in eight variants, in var/contact-sheets/ (ARGS="--only ask")
	@exec $(PYTHON) -m clinic_site.camera contact-sheet $(ARGS)

messages: .venv/synced ## collect the texts to translate into Korean, and compile them
	@command -v msgfmt > /dev/null || { echo 'GNU gettext is missing (Debian: apt install gettext).'; exit 1; }
	@$(PRODUCTION); set -e; \
	$(PYTHON) manage.py makemessages --locale ko --no-wrap --add-location file --ignore var --ignore .venv --ignore .tools; \
	$(PYTHON) manage.py compilemessages --locale ko --ignore .venv --ignore .tools

.venv/synced: uv.lock pyproject.toml .python-version .tools/uv-$(UV_VERSION)
	@echo 'Installing the Python packages …'
	@$(UV) python find --quiet > /dev/null 2>&1 || $(UV) python install --quiet || { \
	echo "No usable Python $$(cat .python-version): uv found none and could not download one. Install python$$(cat .python-version) and try again."; exit 1; }
	@$(UV) sync --locked --quiet
	@touch $@

tests/checks/node_modules/installed: tests/checks/package.json tests/checks/.npmrc
	@echo 'Installing what judges the pages …'
	@mkdir -p var; cd tests/checks; if npm install --loglevel=error > ../../var/npm.log 2>&1; then rm ../../var/npm.log; touch node_modules/installed; \
	else tail -3 ../../var/npm.log; echo 'npm could not install it: the tests that need it are skipped.'; [ "$$REQUIRE_BROWSER" != 1 ]; fi

.tools/uv-$(UV_VERSION):
	@echo 'Installing uv $(UV_VERSION) …'
	@mkdir -p var; { python3 -m venv .tools && .tools/bin/python -m pip install --quiet uv==$(UV_VERSION); } > var/uv.log 2>&1 \
	|| { rm -rf .tools && python3 -m pip install --quiet --target .tools uv==$(UV_VERSION); } >> var/uv.log 2>&1 \
	|| { cat var/uv.log; \
	echo "uv $(UV_VERSION) cannot be installed: python3 needs venv or pip (Debian: apt install python3-venv)."; exit 1; }
	@rm var/uv.log; touch $@

.PHONY: help run dev test check fix seed bench lighthouse check-intake pictures contact-sheet messages
