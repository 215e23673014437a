"""The choice of a batch."""
