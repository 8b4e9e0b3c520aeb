"""From the labels of experts to their scale: labels, fit, apply, trust in a judge."""
