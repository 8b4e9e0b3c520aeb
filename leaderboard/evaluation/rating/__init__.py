"""Judges rate the reports of a submission: each call kept, none made twice."""
