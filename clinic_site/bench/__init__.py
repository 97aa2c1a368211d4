"""Measure the goals for speed side by side, in rounds that take turns: `make bench`."""
