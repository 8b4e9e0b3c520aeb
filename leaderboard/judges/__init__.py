"""Automatic raters of reports, behind one protocol."""
