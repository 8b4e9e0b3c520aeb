"""The pages: one blueprint a page family."""
