"""The API, version 1: the same nouns as the pages, one error shape."""
