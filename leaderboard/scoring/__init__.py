"""Pure numbers: plain values in and out; nothing of the web, the database or the queue."""
