"""What hosts do: look after submissions, people and models; every act leaves an audit line."""
