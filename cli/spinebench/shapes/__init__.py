"""What the API's JSON holds, one file a noun: the server writes it, the command reads it."""
