"""The order suite: pairs of reports on one case whose order is beyond doubt."""
