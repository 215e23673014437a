"""The published β1 and βn models."""
