"""What people read, rebuilt from the ledger at any time."""
