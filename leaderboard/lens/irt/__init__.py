"""Item response theory over the questions of a split: asked for, fitted by a worker, read."""
