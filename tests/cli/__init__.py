"""The participants' command against a scripted server on this machine."""
