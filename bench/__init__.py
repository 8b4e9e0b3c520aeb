"""Measurements of speed: ratios within one run, never a verdict of a test."""
