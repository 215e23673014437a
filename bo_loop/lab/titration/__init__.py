"""Curves of titrations to log β ± sd: potentiometric, spectrophotometric, NMR, fluorescence."""
