"""Statistics of scores: intervals, bootstrap, pairs, agreement, calibration, drift, style."""
