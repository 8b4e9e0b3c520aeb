"""The steps of one submission: claim, parse, rate, score, rank. Each may run twice."""
