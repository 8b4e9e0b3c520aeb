"""The formats of prediction files, one file each."""
