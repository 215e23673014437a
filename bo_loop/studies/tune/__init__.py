"""A search of the options of a model."""
