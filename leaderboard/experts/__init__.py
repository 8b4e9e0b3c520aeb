"""Experts rate reports: assignment, blind rating, files of ratings, and the table of all."""
