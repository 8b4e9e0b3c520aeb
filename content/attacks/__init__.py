"""Texts that try to talk a judge into ratings, of which canaries are drawn."""
