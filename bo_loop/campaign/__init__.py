"""A campaign's directory: the ledger, rounds, results, views."""
