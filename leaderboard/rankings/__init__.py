"""The ranking of a split and what is read beside it: boards, columns, filters, releases, breakdowns."""
