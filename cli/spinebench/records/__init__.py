"""The API's answers as values, one file a noun. Keys the server may add later are ignored."""
