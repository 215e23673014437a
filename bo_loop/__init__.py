"""Choose ligands by active learning: Gaussian processes for log β, BO over metal-ligand pairs."""

__version__ = "0.1.0"
