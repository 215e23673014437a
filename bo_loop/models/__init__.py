"""Gaussian-process models over metal-ligand pairs: recipes, and what they return."""
