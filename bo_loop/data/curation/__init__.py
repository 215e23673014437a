"""What is set apart from literature, and why."""
