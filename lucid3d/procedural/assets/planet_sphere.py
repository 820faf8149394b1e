"""A planet in the windows of a space station: seas, land, weather and ice, painted corner by corner on a sphere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.shapes import icosphere

HUES = {
    "seas": ((0.018, 0.055, 0.16), (0.03, 0.12, 0.2), (0.05, 0.075, 0.028), (0.17, 0.12, 0.065)),
    "desert": ((0.14, 0.07, 0.04), (0.2, 0.1, 0.055), (0.32, 0.17, 0.09), (0.42, 0.27, 0.16)),
    "ice": ((0.05, 0.1, 0.14), (0.08, 0.17, 0.19), (0.2, 0.26, 0.24), (0.34, 0.36, 0.33)),
}
"""Kind of planet -> linear RGB of deep and shallow places, and of low and high land."""


def planet_world(place: Place, kind: str, rng: np.random.Generator) -> None:
    """Black sky with stars, and a planet (`kind`: one of `HUES`) with land, weather and ice beyond the great window."""
    place.sky = {
        "rayleigh": (0.0, 0.0, 0.0),
        "turbidity": 1.0,
        "cover": 0.0,
        "wisps": 0.0,
        "stars": 1.0,
        "moon": False,
        "mist": 0.0,
        "sun_share": 1.0,
        "visibility": 1e9,
        "night_glow": (0.0, 0.0, 0.0),
        "elevation": 0.5,
        "strength": (0.8, 0.77, 0.73),
        "rainbow": 0.0,
        "aurora": 0.0,
    }
    # Behind one's shoulder: ahead of it, the planet would show its night side.
    place.sun_azimuth = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(1.95, 2.3))
    place.meshes.append(planet(rng, kind))


def planet(rng: np.random.Generator, kind: str) -> Mesh:
    """A world of 330 m that looks like one of 6,000 km: its hues (`HUES[kind]`) are painted corner by corner."""
    # Its edge curves through the window, with black sky above: all disc would be a wall of clouds.
    radius = 330.0
    centre = np.array([float(rng.choice([-1.0, 1.0])) * rng.uniform(70, 130), rng.uniform(150, 200), 900.0])
    unit, triangles = icosphere(6)
    toward = -centre / np.linalg.norm(centre)
    facing = (unit @ toward) > 0.25  # what can be seen from here
    triangles = triangles[facing[triangles].any(axis=1)]
    unit, triangles = _finer(unit, triangles)
    land = _fbm(unit, rng, 3.4, 8)
    cloud = _fbm(unit + 0.14 * np.stack([_fbm(unit, rng, 4.5, 4) for _ in range(3)], 1), rng, 6.5, 8)
    cold = np.abs(unit[:, 1])
    seas = kind == "seas"
    deep, shallow, green, dry = (np.array(c) for c in HUES[kind])
    sea_level = 0.22 if seas else -0.3
    above = np.clip((land - sea_level) / 0.5, 0, 1)[:, None]
    colors = np.where(
        land[:, None] > sea_level,
        green + (dry - green) * above**0.7,
        shallow + (deep - shallow) * np.clip((sea_level - land)[:, None] * 6, 0, 1),
    )
    ice = np.clip((cold + 0.12 * land - 0.8) * 9, 0, 1)[:, None]
    colors = colors + (np.array([0.7, 0.73, 0.76]) - colors) * ice
    cover = np.clip((cloud - 0.12) * 2.6, 0, 0.95)[:, None] * (1.0 if seas else 0.35)
    colors = colors + (np.array([0.72, 0.73, 0.75]) - colors) * cover
    # Towards the limb the air in front scatters blue.
    view = unit @ toward
    limb = np.clip(1 - (view - 0.35) / 0.65, 0, 1)[:, None] ** 2.5
    colors = colors + (np.array([0.22, 0.36, 0.62]) - colors) * limb * (0.75 if seas else 0.3)
    white = Material(
        "planet", "plain", ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)), variation=0.0, roughness=1.0, wear=0.0
    )
    return Mesh(
        (unit * radius + centre).astype(np.float32),
        triangles,
        (white,),
        "ground",
        tints=colors.astype(np.float32),
        normals=unit.astype(np.float32),
    )


def _finer(unit: NDArray[np.float64], triangles: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Each triangle of a sphere cut into four."""
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    unique, inverse = np.unique(edges, axis=0, return_inverse=True)
    middle = unit[unique].mean(axis=1)
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    ab, bc, ca = (inverse.reshape(3, -1) + len(unit)).astype(np.int32)
    a, b, c = triangles.T
    finer = np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
    return np.concatenate([unit, middle]), finer


def _fbm(points: NDArray[np.float64], rng: np.random.Generator, frequency: float, octaves: int) -> NDArray[np.float64]:
    """A sum of turned waves on the sphere, warped by itself: continents and weather. About [-1, 1]."""
    total = np.zeros(len(points))
    amplitude = 0.55
    warped = points.copy()
    for _ in range(octaves):
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        q = warped @ turn * frequency + rng.uniform(0, 6, 3)
        wave = np.sin(q[:, 0] + 1.3 * np.sin(q[:, 1])) * np.cos(q[:, 2] + 1.1 * np.sin(q[:, 0]))
        total += amplitude * wave
        warped = warped + 0.09 * amplitude * np.stack([wave, np.cos(q[:, 1]), np.sin(q[:, 2])], 1)
        frequency *= 1.95
        amplitude *= 0.58
    return total
