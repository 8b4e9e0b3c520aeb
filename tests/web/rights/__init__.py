"""Who may do what: every route, asked by everybody."""
