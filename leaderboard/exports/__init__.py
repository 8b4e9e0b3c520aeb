"""Public tables to take away: one reader of rows per table, three formats."""
