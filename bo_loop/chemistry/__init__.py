"""Metal ions and ligands: reading them, and what follows from a structure."""
