"""The forms of the pages: fields declared once, for the page that shows and the view that reads."""
