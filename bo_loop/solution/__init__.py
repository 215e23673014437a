"""What metal ions and ligands become in water at a pH: mass balance, conditional constants, pM."""
