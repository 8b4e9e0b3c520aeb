"""Programs that ask an endpoint the same questions with other tools, run in .venv-rivals."""
