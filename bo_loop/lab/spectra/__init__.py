"""Spectra as features: records are read, peaks fitted, aligned, kept in a database."""
