"""The append-only record, and what follows from it."""
