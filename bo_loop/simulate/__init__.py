"""Replays of campaigns on tables of known constants: which strategy finds the best soonest."""
