"""Views: one blueprint a family of pages."""
