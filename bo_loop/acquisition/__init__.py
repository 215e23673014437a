"""Which rows to measure next: objectives, acquisition functions, batches, exact screening."""
