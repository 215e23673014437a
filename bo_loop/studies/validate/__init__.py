"""Models compared on ligands or metals they have not seen."""
