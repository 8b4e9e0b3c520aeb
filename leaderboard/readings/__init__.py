"""Single readings: item by item what a model wrote, what was read of it, and what it was worth."""
