"""New ligands: generators, filters with counts, and the choice of different ones."""
