"""A figure is set into a scene: rigged, in the light of where it sets out, on a way through the free space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.editing.clothing import Dress, clothed
from lucid3d.editing.insertion import Wish, plain_world
from lucid3d.editing.lighting import gaussians_of
from lucid3d.editing.mesh_file import SURFACE
from lucid3d.editing.standing import Spot
from lucid3d.editing.thing import LARGEST, SMALLEST
from lucid3d.errors import InputError
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.export.frames import rotate_gaussians
from lucid3d.figures.gltf import Skinned, read_figure, write_figure
from lucid3d.figures.playing import TO_OURS, closed_way, riding, way_corners
from lucid3d.figures.walker import PACE, walker
from lucid3d.gaussians.model import Gaussians
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.world import World
from lucid3d.progress import Listener, ignore
from lucid3d.scene import Scene

MOST = 12_000
"""Gaussians of a figure: they are moved for every picture."""
SHORTEST = 0.5
"""Metres of a way below which nobody walks."""
DRESSES = {"person": "", "woman": "skirt", "man": "shirt", "child": "", "farmer": "farmer", "knight": "knight",
           "astronaut": "astronaut"}  # fmt: skip
"""Things of the catalogue that can walk, and how they are dressed where it is not said."""


@dataclass(frozen=True, eq=False)
class Walking:
    """A figure on its way.

    Attributes:
        glb: the rigged mesh's bytes; clip: what is played; scale, rate, pace, corners, gaussians, faces: see
            `figures.playing.Figure`; size: width, height and depth in metres.
    """

    glb: bytes
    clip: str | None
    scale: float
    rate: float
    pace: float
    corners: NDArray[np.float64]
    gaussians: Gaussians
    faces: NDArray[np.int64]
    size: tuple[float, float, float]


def walking(
    scene: Scene,
    wish: Wish,
    along: Sequence[tuple[float, float]],
    free: FreeSpace,
    world: World | None,
    *,
    pace: float | None = None,
    dress: Dress | None = None,
    on_event: Listener = ignore,
) -> Walking:
    """A figure that walks there and back along places.

    Args:
        wish: words for one of the catalogue's people, or a rigged .glb; its size is that of its largest side.
        along: (x, z) in metres, at least two, each as near as one can walk to.
        free: where people can walk; world: that the scene was made of, or None.
        pace: metres a second; dress: words that its colours follow.
    Raises:
        InputError: it is no figure, or there is no way.
    """
    if len(along) < 2:
        raise InputError("a figure walks from place to place: give two or more, as in --along '0,3;2,6'")
    if pace is not None and not 0 < pace < 20:
        raise InputError(f"--pace {pace:g} must lie between 0 and 20 metres a second")
    figure, data = figure_for(wish)
    rig = figure.rig
    corners = way_corners(free, along)
    if len(corners) < 2 or closed_way(corners).length < 2 * SHORTEST:
        raise InputError("there is no free ground to walk on between these places; lucid3d extend finds more of it")
    rest = rig.posed(None, 0) * TO_OURS
    extent = float(np.ptp(rest, axis=0).max())
    scale = 1.0 if wish.size is None else wish.size / extent
    if not SMALLEST <= extent * scale <= LARGEST:
        raise InputError(f"the figure would be {extent * scale:.3g} m large; say how large it shall be: --size 1.8")
    rest = rest * scale
    way = closed_way(corners)
    x, y, z = way.places[0]
    spot = Spot(float(x), float(y), float(z), float(way.facing[0]))
    mesh = Mesh(rest.astype(np.float32), rig.triangles.astype(np.int32), (SURFACE,), "person", tints=figure.colours)
    standing = replace(mesh.with_smooth_normals().transformed(spot.matrix), thing="person")
    after = (world if world is not None else plain_world(scene, spot)).with_mesh(standing)
    lit = gaussians_of(after, standing, flies=False, most=MOST, sh_degree=0)
    if dress is not None:
        lit, colours = clothed(lit, standing.vertices, figure.colours, dress, was=wish.thing or "a person",
                               seed=scene.config.seed, on_event=on_event)  # fmt: skip
        data = write_figure(replace(figure, colours=colours))
    turn, foot = spot.matrix[:3, :3], spot.matrix[:3, 3].astype(np.float32)
    own = rotate_gaussians(replace(lit, means=lit.means - foot), turn.T)
    clip = next((each for each in rig.clips if "walk" in each.name.lower()), rig.clips[0] if rig.clips else None)
    natural = PACE if not wish.file else pace or PACE
    width, height, depth = np.ptp(rest, axis=0).tolist()
    return Walking(
        data, clip.name if clip else None, scale, (pace or natural) / natural / scale, pace or natural * scale, corners,
        own, riding(own.means, rest, rig.triangles), (width, height, depth),
    )  # fmt: skip


def figure_for(wish: Wish) -> tuple[Skinned, bytes]:
    """The rigged figure that a wish names by a file or by words, in the clothes and the colour of these, and its .glb.

    Raises:
        InputError: it is no figure.
    """
    if wish.file:
        path = Path(wish.file)
        figure = read_figure(path)
        return figure, path.read_bytes()
    brief = understand(wish.thing)
    if not brief.features:
        brief = understand(f"a meadow with {wish.thing}")
    name = next((name for name in brief.features if name in DRESSES), None)
    if name is None:
        raise InputError(f"'{wish.thing}' cannot walk; these can: {', '.join(DRESSES)}, and any rigged .glb (--file)")
    figure = walker(wish.seed, brief.wearing.get(name, DRESSES[name]), colour=brief.colour(name))
    return figure, write_figure(figure)
