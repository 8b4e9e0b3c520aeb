"""New scores beside the live ranking, until a host opens or drops them."""
