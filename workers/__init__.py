"""The background processes: worker and reconciler. Wiring only."""
