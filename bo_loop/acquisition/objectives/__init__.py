"""What is maximised, and what is not allowed."""
