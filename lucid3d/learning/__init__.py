"""A small network of our own that reads pictures, and all that makes it.

classes     what the network tells apart: a dozen labels, the places
optics      gravity, horizon and lens of a picture, and how they turn into one another
wishes      the sentences that training worlds are built from
plain       rooms and yards of plain solids in random materials, beside the worlds of the catalogue
viewpoints  where people hold a camera, and where they do not
shards      a world's views in one small file, and back
data        makes the shards: `lucid3d learn data`
augment     what lies between a drawn picture and a photograph or a painting
batches     views from shards, cropped and augmented, as tensors
network     the network
losses      what it is trained on
evaluate    how good it is on worlds that it has not seen
train       the loop: `lucid3d learn train`
export      weights for the package: `lucid3d learn export`
reader      a picture in, its reading out: what the rest of lucid3d uses

docs/learning.md says how to make data, train and ship.
"""
