"""What a submission and a first page cost where hundreds of models are ranked, at two commits."""
