"""Reports of constructed quality for SpineBench-Mini, with ratings that follow from it."""
