"""One round: fit, choose, explain."""
