"""The SpineBench leaderboard and evaluation server."""

import gc

NEW_OBJECTS = 50_000
"""After how many new objects Python looks for garbage.

Importing makes hundreds of thousands and a job holds a hundred thousand rows, of which none is
garbage: Python's own 700 would have it look through them again and again, for a fifth of the time
that a process takes to start and that scoring takes.
"""
gc.set_threshold(NEW_OBJECTS)
