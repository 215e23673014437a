"""`bo-loop expand`: generated ligands, judged by a campaign's model, join its pool or a table."""
