"""Endpoints that teams registered: settings, keys, connection tests, splits they may see."""
