UV_VERSION = 0.13.9
UV = .tools/bin/uv
PYTHON = .venv/bin/python
PORT ?= 8000
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
CLINIC_PROFILE=tests/data/clinic.yaml; DATABASE_URL=; EMBEDDED_POSTGRES=throwaway; \
DJANGO_SETTINGS_MODULE=clinic_site.settings; set +a
endef

help: ## show these lines
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 15

run: .venv/synced ## show the site with a demonstration clinic (PORT, DATABASE_URL)
	@exec $(PYTHON) -m clinic_site.run

dev: .venv/synced ## the same, with error details and a reload at every change
	@exec $(PYTHON) -m clinic_site.run --dev

test: .venv/synced ## run all tests (ARGS="-k inquiry" for some)
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

bench: .venv/synced ## measure how fast readers are served (ARGS="--write --wagtail")
	@exec $(PYTHON) -m clinic_site.bench $(ARGS)

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

.tools/uv-$(UV_VERSION):
	@echo 'Installing uv $(UV_VERSION) …'
	@mkdir -p var; { python3 -m venv .tools && .tools/bin/python -m pip install --quiet uv==$(UV_VERSION); } > var/uv.log 2>&1 \
	|| { rm -rf .tools && python3 -m pip install --quiet --target .tools uv==$(UV_VERSION); } >> var/uv.log 2>&1 \
	|| { cat var/uv.log; \
	echo "uv $(UV_VERSION) cannot be installed: python3 needs venv or pip (Debian: apt install python3-venv)."; exit 1; }
	@rm var/uv.log; touch $@

.PHONY: help run dev test check fix bench messages
