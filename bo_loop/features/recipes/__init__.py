"""Which blocks a model sees, and how they are scaled."""
