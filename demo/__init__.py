"""Everything on one machine: an embedded Redis-compatible server, a supervisor, the journey."""
