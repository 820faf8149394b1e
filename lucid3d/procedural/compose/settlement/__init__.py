"""Man-made places out of doors."""
