"""Metal ions and ligands: what they are, how they are charged, how they bind."""
