"""How new ligands are made."""
