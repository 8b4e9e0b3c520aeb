"""What made the bundled predictions: simple baselines, and small models run on a CPU."""
