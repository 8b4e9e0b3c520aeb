"""Automatic raters of reports: the checklist, language models, and panels of them."""
