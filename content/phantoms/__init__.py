"""Seeded drawings of spines: the truth of an image is the findings it was drawn from."""
