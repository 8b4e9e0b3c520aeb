"""What people leave behind: leaving a team, and what happens to what they made."""
