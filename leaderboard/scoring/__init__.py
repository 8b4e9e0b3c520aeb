"""Pure numbers: plain values in, plain values out; nothing of the web, the database or the queue."""
