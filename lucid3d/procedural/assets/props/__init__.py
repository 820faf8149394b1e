"""Things people make and leave about. Every one is a function of a random generator and gives a `Mesh` (lamps and fires
also the place of their light) that stands on the origin with the ground at y = 0; fences and stepping stones follow a
path in world coordinates.

`pier` runs along +z from the shore at deck height; `rowing_boat` and `sailing_boat` have their waterline at y = 0 and
their bow to +z;
`wooden_bridge`, `stone_bridge` and `tent` lie along z; `bench` looks to +z. Place them with
`mesh.transformed(placement(...))`.
"""

from lucid3d.procedural.assets.props.camp import barrel, campfire, crate, parasol, snowman, tent
from lucid3d.procedural.assets.props.fields import fence, hay_bale, signpost, stepping_stones, well
from lucid3d.procedural.assets.props.street import bench, lamp_post, lantern
from lucid3d.procedural.assets.props.waterside import (
    mooring_post,
    pier,
    rowing_boat,
    sailing_boat,
    stone_bridge,
    wooden_bridge,
)

__all__ = [
    "barrel",
    "bench",
    "campfire",
    "crate",
    "fence",
    "hay_bale",
    "lamp_post",
    "lantern",
    "mooring_post",
    "parasol",
    "pier",
    "rowing_boat",
    "sailing_boat",
    "signpost",
    "snowman",
    "stepping_stones",
    "stone_bridge",
    "tent",
    "well",
    "wooden_bridge",
]
