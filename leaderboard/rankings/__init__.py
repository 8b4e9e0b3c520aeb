"""The ranking of a split and what is read beside it: columns, filters, releases, breakdowns."""
