"""`flask check`: what is missing or weak in a production setting, each with its remedy."""
