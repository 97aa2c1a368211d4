"""Prove that no question is lost and none is kept twice: `make check-intake`."""
