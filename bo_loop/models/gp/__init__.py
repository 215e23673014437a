"""The exact GP: fit, factor, posterior."""
