"""Promises of the phantoms and of the package built from them."""
