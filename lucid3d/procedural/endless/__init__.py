"""Landscapes that go on: the world of a sentence beyond what stands about its start, by tiles from the same seed.

kept.py      things that are made when they are wanted, of which the last used are kept
ground.py    the land as a quadtree of square tiles: fine where it is near, coarse where it is far
growth.py    what grows on a tile: every scattering of the place goes on, and far woods become trees
land.py      what stands about an eye: the start's things, and the tiles around
"""
