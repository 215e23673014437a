"""Covariances of metal–ligand pairs."""
