"""Benchmarks: what it costs, as ratios against named peers. ``python -m tests.benchmarks``."""
