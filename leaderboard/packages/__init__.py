"""Read, check and load benchmark packages; look benchmarks up."""
