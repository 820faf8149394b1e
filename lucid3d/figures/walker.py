"""A figure by rules: one of the catalogue's clothed people on bones, who stands and walks.

Thighs swing as pendulums, a knee bends while its leg comes forward, arms swing against the legs; the hips are as high
as the lower foot asks for, so that nobody floats.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.transform import Rotation

from lucid3d.figures.gltf import Skinned
from lucid3d.figures.rig import Channel, Clip, Floats, Rig
from lucid3d.procedural.assets.figures.people import person
from lucid3d.procedural.compose.dressing import dyed
from lucid3d.procedural.kit.mesh import Mesh

TALL = 1.78
"""Metres of the people's measures below."""
HIP, KNEE, SHOULDER, ELBOW, NECK = 0.9, 0.5, 1.42, 1.16, 1.48
"""Metres above the ground of joints; of a standing person as `people.person` makes them."""
ASIDE = {"thigh": 0.095, "arm": 0.2}
"""Metres of hips and shoulders to the sides."""
SOFT = 0.07
"""Metres over which a joint bends."""
THIGH, BENT, ARM, FOREARM = 24.0, 52.0, 22.0, 22.0
"""Degrees: how far a thigh swings to both sides, a knee bends at most, an arm swings, and a forearm is bent."""
PACE = 1.35
"""Metres a second."""
KEYS = 24
"""Of a step with each leg."""
BONES = ("hips", "chest", "head", "thigh.L", "shin.L", "thigh.R", "shin.R", "arm.L", "forearm.L", "arm.R", "forearm.R")
PARENTS = (-1, 0, 1, 0, 3, 0, 5, 1, 7, 1, 9)


def walker(seed: int = 0, dress: str = "", tall: float = 0.0, colour: str = "") -> Skinned:
    """A person with the clips "walk" and "idle", in glTF's frame, standing on the origin.

    Args:
        dress, tall: see `people.person`.
        colour: of the clothes, by its name in the vocabulary; "" = drawn.
    """
    mesh = dyed(person(np.random.default_rng([seed, 17]), "standing", dress, tall), colour)
    at = mesh.vertices.astype(np.float64) * np.array([1.0, -1.0, -1.0])
    scale = float(at[:, 1].max()) / TALL
    joints = _joints(scale)
    bones, weights = _weights(mesh, at, scale)
    binds = np.broadcast_to(np.eye(4), (len(BONES), 4, 4)).copy()
    binds[:, :3, 3] = -joints
    moved = joints - np.where(np.array(PARENTS)[:, None] >= 0, joints[np.array(PARENTS)], 0)
    count = len(BONES)
    rig = Rig(
        at, mesh.triangles.astype(np.int64), bones, weights, np.arange(count), binds, np.array(PARENTS), moved,
        np.tile([0.0, 0, 0, 1], (count, 1)), np.ones((count, 3)), (), range(count),
    )  # fmt: skip
    clips = (_walk(rig, joints), _idle())
    return Skinned(Rig(**{**vars(rig), "clips": clips}), _colours(mesh))


def _joints(scale: float) -> Floats:
    """(B, 3) where the bones turn; the figure's left is at +x."""
    thigh, arm = ASIDE["thigh"], ASIDE["arm"]
    middle = [(0, HIP, 0), (0, HIP + 0.15, 0), (0, NECK, 0)]
    sides = [[(s * thigh, HIP, 0), (s * thigh, KNEE, 0)] for s in (1, -1)]
    arms = [[(s * arm, SHOULDER, 0), (s * 0.25, ELBOW, 0)] for s in (1, -1)]
    return np.array([*middle, *sides[0], *sides[1], *arms[0], *arms[1]], np.float64) * scale


def _weights(mesh: Mesh, at: Floats, scale: float) -> tuple[NDArray[np.int64], Floats]:
    """(V, 4) bones and shares of each corner: a body's pieces go with what they are, and bend at its joint."""
    size = len(at)
    edges = np.concatenate([mesh.triangles[:, [0, 1]], mesh.triangles[:, [1, 2]]])
    links = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(size, size))
    count, piece = connected_components(links, directed=False)
    bones, weights = np.zeros((size, 4), np.int64), np.zeros((size, 4))

    def bend(rows: NDArray[np.intp], upper: int, lower: int, height: float) -> None:
        share = np.clip((height * scale - at[rows, 1]) / (2 * SOFT * scale) + 0.5, 0, 1)
        bones[rows, 0], bones[rows, 1] = upper, lower
        weights[rows, 0], weights[rows, 1] = 1 - share, share

    for number in range(count):
        rows = np.flatnonzero(piece == number)
        x, y, _ = (0.5 * (at[rows].min(axis=0) + at[rows].max(axis=0))) / scale
        left = x > 0
        if abs(x) > 0.15 and y > 0.3:  # arms, hands and what they hold
            first = 7 if left else 9
            bend(rows, first, first + 1, ELBOW)
        elif abs(x) > 0.04 and y < HIP:  # legs and feet
            first = 3 if left else 5
            bend(rows, first, first + 1, KNEE)
        elif y > NECK:  # head and hair
            bones[rows, 0], weights[rows, 0] = 2, 1
        elif y < HIP:  # a skirt's or a coat's hem goes with both thighs
            free = np.clip((HIP * scale - at[rows, 1]) / (0.4 * scale), 0, 0.8)
            side = np.clip(at[rows, 0] / (0.2 * scale) + 0.5, 0, 1)
            bones[rows, :3] = (0, 3, 5)
            weights[rows, :3] = np.stack([1 - free, free * side, free * (1 - side)], axis=1)
        else:
            bend(rows, 1, 0, HIP + 0.08)
    return bones, weights


def _turns(degrees: Floats) -> Floats:
    """(K, 4) xyzw: legs and arms swing about the axis from side to side; positive is forward."""
    return _about("x", -np.asarray(degrees, np.float64))


def _about(axis: str, degrees: Floats) -> Floats:
    """(K, 4) xyzw turns about an axis."""
    return np.asarray(Rotation.from_euler(axis, degrees[:, None], degrees=True).as_quat())


def _walk(rig: Rig, joints: Floats) -> Clip:
    """One step with each leg; a foot on the ground goes back as fast as the walker goes ahead."""
    leg = float(joints[3, 1])
    seconds = 4 * leg * float(np.sin(np.radians(THIGH))) / PACE
    times = np.linspace(0, seconds, KEYS + 1)
    phase = 2 * np.pi * times / seconds
    channels = []
    for first, arm, start in ((3, 7, 0.0), (5, 9, np.pi)):
        swing = phase + start
        thigh = THIGH * np.cos(swing)
        # while the leg comes forward the knee bends, and a little when it takes the weight
        knee = BENT * np.clip(-np.sin(swing), 0, 1) ** 1.5 + 5
        channels += [
            Channel(first, "rotation", times, _turns(thigh + 4)),
            Channel(first + 1, "rotation", times, _turns(-knee)),
            Channel(arm, "rotation", times, _turns(-ARM * np.cos(swing))),
            Channel(arm + 1, "rotation", times, _turns(FOREARM - 0.4 * ARM * np.cos(swing))),
        ]
    channels += [Channel(1, "rotation", times, _about("y", 5 * np.cos(phase)))]
    still = Clip("walk", seconds, tuple(channels))
    low = np.array([rig.posed(still, time)[:, 1].min() for time in times[:-1]])
    hips = joints[0] - np.stack([0 * low, low, 0 * low], axis=1)
    return Clip("walk", seconds, (*channels, Channel(0, "translation", times, np.concatenate([hips, hips[:1]]))))


def _idle() -> Clip:
    """Standing, breathing."""
    times = np.linspace(0, 4, 9)
    return Clip("idle", 4.0, (Channel(1, "rotation", times, _about("x", 1.2 * np.sin(np.pi * times / 2))),))


def _colours(mesh: Mesh) -> NDArray[np.float32]:
    """(V, 3) linear albedo of each corner, of its material."""
    index = np.zeros(len(mesh.triangles), np.int64) if mesh.material_index is None else mesh.material_index
    of_material = np.array([np.asarray(material.colors[0]) for material in mesh.materials], np.float32)
    colours = np.ones((len(mesh.vertices), 3), np.float32)
    colours[mesh.triangles.ravel()] = np.repeat(of_material[index], 3, axis=0)
    return colours if mesh.tints is None else np.asarray(colours * mesh.tints, np.float32)
