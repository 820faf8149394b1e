"""The diffusion family: Stable Diffusion paints, a depth network measures, read from weights on disk."""
