"""Tables only: one file a noun."""
