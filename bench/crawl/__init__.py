"""Every address of a running site as files, so that two commits can be compared.

A move of code must change no answer: crawl the commit before it and the tree after it, compare.
"""
