"""Landscapes that go on: the world of a sentence beyond what stands about its start, by tiles from the same seed.

kept.py      things that are made when they are wanted, of which the last used are kept
ground.py    the land as a quadtree of square tiles: fine where it is near, coarse where it is far
growth.py    what grows on a tile: every scattering of the place goes on, and far woods become trees
land.py      what stands about an eye: the start's things, and the tiles around

Settlements, where a place is built up:
recipe.py      how a place goes on, as its page says it (`goes_on`)
network.py     crossings, streets and blocks by their indices
plots.py       houses on a block: in rows along its streets, or towers; what lies behind them
houses.py      the place's own houses and things, to be placed many times
simpler.py     their levels of detail: large planes as outlines
paving.py      streets as meshes
gentle.py      the land that streets and houses stand on
settlement.py  all of it about an eye
"""
