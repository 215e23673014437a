"""How well a model predicts ligands that it has not seen: splits, metrics, figures, a page."""
