"""The campaign: ledger, state, rounds, forms."""
