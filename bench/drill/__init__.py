"""The drill: a whole site of several machines at work, while one part after the other fails."""
