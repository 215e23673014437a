"""Campaigns replayed on known constants."""
