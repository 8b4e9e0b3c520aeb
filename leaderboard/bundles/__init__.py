"""Proofs to take away: an archive of what a score or a ranking follows from, and its verification.

`gather_submission` and `gather_ranking` read the database; `archive`, `facts` and all of
`verifying` need none, for they also run on the machines of participants.
"""
