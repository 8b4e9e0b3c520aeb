"""What other sites show of this one: badges, pictures, feed entries, citations."""
