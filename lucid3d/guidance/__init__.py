"""Losses on a scene's pictures, and the loop that lets Gaussians follow them.

`base` is the interface, each loss a file with its paper; `optimise` is the loop; `choose` makes one by name.
"""
