"""The items of a split as tables: slices, rubric targets, reports, values of items."""
