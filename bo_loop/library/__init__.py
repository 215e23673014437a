"""Fitted models in folders."""
