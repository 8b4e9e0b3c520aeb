"""The image questions, a chapter a file; every right answer is measured on its phantom."""
