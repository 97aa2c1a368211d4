"""Django's PostgreSQL backend, which gives up on a silent server: see deadline.py."""
