"""Measurements: speed as ratios within one run, never a verdict of a test; coverage, seeded."""
