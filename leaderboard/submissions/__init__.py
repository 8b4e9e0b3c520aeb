"""Read prediction files and turn them into submissions."""
