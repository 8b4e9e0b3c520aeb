"""What people leave behind: leaving a team, taking their data away, deleting an account."""
