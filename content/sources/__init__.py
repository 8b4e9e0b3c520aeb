"""What SpineBench-Mini is built from."""
