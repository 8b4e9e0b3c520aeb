"""Models compared item by item, by the submissions that stand for them in public."""
