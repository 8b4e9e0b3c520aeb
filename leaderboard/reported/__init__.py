"""Reported results: what a paper, a file of Every Eval Ever or another source says of models.

The one word for figures that were not measured here. They stand beside a ranking, marked, and have
no rank; a host adds and withdraws them (`hosting.reported`).
"""
