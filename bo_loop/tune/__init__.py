"""Which options of a model and its features predict ligands never seen best."""
