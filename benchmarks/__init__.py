"""Benchmarks: two ways of doing a thing, timed in turn in one run. ``python -m benchmarks``."""
