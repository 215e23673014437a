"""Features of metal ions, ligands and pairs, and the frozen schema that chooses among them."""
