"""Acquisition functions over the rows of a pool."""
