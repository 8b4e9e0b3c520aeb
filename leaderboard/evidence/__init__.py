"""Signs that somebody reads out a hidden split: for its hosts, deciding nothing by themselves."""
