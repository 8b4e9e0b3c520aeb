"""A second reader of answers: a language model that reads what the answer parser left unparsed."""
