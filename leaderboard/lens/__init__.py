"""Single items under the lens, for hosts: what answers and raters say of them, and their keys."""
