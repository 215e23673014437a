"""What ligands and complexes look like, and the forces on their atoms."""
