"""Figures that walk through a scene: where they are and how they look at any time, and their files.

A scene keeps them as SCENE/figures/: figures.json says who walks where, NAME.glb is the rigged mesh for other programs,
NAME.npz its Gaussians in the scene's light. A Gaussian rides on the triangle that it lies on.
"""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from lucid3d.exploring.free_space import FreeSpace
from lucid3d.exploring.route import way_over
from lucid3d.figures.gltf import read_figure
from lucid3d.figures.rig import Clip, Floats, Rig
from lucid3d.files import atomic_path, make_folder, write_text
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.procedural.kit.mesh import placement
from lucid3d.reading import guarded, read_arrays, read_json

FIGURES = "figures"
LIST = "figures.json"
FORMAT = 1
PARTS = ("means", "quats", "log_scales", "logit_opacities", "sh")
ROUNDED = 0.3
"""Metres by which a way's corners are rounded."""
TURNS = 0.25
"""Metres of way over which a figure turns into a new direction."""
SHADOW, DARK = 0.14, 0.5
"""Of a figure's height, the standard deviation of the shadow under it; how much light it takes in its middle."""
A_METRE = 20
"""Points of a way's curve."""
TO_OURS = np.array([1.0, -1.0, -1.0])
"""glTF's axes (y up, front towards +z) to ours (y down, front towards -z)."""


@dataclass(frozen=True, eq=False)
class Way:
    """A closed curve on the ground: there and back.

    Attributes:
        places: (M, 3) metres, evenly along it; facing: (M,) degrees, as `Spot.facing` has it; length: metres.
    """

    places: Floats
    facing: Floats
    length: float

    def at(self, metres: float) -> tuple[Floats, float]:
        """Where one is, and which way one looks, after so many metres."""
        at = (metres % self.length) / self.length * len(self.places)
        low = int(at) % len(self.places)
        high, share = (low + 1) % len(self.places), at - int(at)
        turn = (self.facing[high] - self.facing[low] + 180) % 360 - 180
        place = (1 - share) * self.places[low] + share * self.places[high]
        return np.asarray(place), float(self.facing[low] + share * turn)


@dataclass(frozen=True, eq=False)
class Figure:
    """Somebody who walks through a scene.

    Attributes:
        name: unique in the scene; glb: the rigged mesh's file.
        rig: in glTF's axes; clip: what is played, or None: it glides.
        scale: metres a unit of the mesh; rate: seconds of the clip a second; pace: metres a second.
        corners: (W, 3) places of its way as they were asked for, on the ground.
        gaussians: of the figure at rest, in our axes, on the origin; faces: (N,) the triangle that each rides on.
    """

    name: str
    glb: Path
    rig: Rig
    clip: Clip | None
    scale: float
    rate: float
    pace: float
    corners: Floats
    gaussians: Gaussians
    faces: NDArray[np.int64]

    @functools.cached_property
    def way(self) -> Way:
        """Where it walks."""
        return closed_way(self.corners)

    def at(self, seconds: float) -> Gaussians:
        """The figure at a time, in the scene's frame."""
        place, facing = self.way.at(self.pace * seconds)
        new = self.rig.posed(self.clip, self.rate * seconds) * TO_OURS * self.scale
        old = self.rig.posed(None, 0) * TO_OURS * self.scale
        triangles = self.rig.triangles[self.faces]
        before, after = _frames(old[triangles]), _frames(new[triangles])
        turn = after @ before.transpose(0, 2, 1)
        local = self.gaussians.means - old[triangles].mean(axis=1)
        means = new[triangles].mean(axis=1) + np.einsum("nij,nj->ni", turn, local)
        stands = placement(tuple(place), yaw=float(np.radians(facing)))
        means = means @ stands[:3, :3].T + stands[:3, 3]
        quats = Rotation.from_matrix(stands[:3, :3] @ turn) * Rotation.from_quat(self.gaussians.quats[:, [1, 2, 3, 0]])
        wxyz = quats.as_quat()[:, [3, 0, 1, 2]].astype(np.float32)
        tall = float(np.ptp(old[:, 1]))
        return _with_shadow(replace(self.gaussians, means=means.astype(np.float32), quats=wxyz), place, tall)


def _with_shadow(gaussians: Gaussians, foot: Floats, tall: float) -> Gaussians:
    """And a dark patch on the ground under it, without which it would seem to float."""
    wide = np.log(np.array([[tall * SHADOW, 0.01, tall * SHADOW]], np.float32))
    black = np.full((1, *gaussians.sh.shape[1:]), 0, np.float32)
    black[:, 0] = -0.5 / SH_C0
    dark = np.full(1, np.log(DARK / (1 - DARK)), np.float32)
    patch = (foot[None].astype(np.float32), np.array([[1, 0, 0, 0]], np.float32), wide, dark, black)
    return Gaussians(*(np.concatenate([vars(gaussians)[name], one]) for name, one in zip(PARTS, patch, strict=True)))


def _frames(corners: Floats) -> Floats:
    """(N, 3, 3) right-handed frames of triangles (N, 3, 3): along the first edge, within the plane, across it."""
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    along = one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-12)
    across = np.cross(along, other)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    return np.stack([along, np.cross(across, along), across], axis=2)


def riding(means: NDArray[np.floating], corners: Floats, triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """(N,) the triangle whose middle is nearest to each of the points (N, 3); those without an area carry nobody."""
    sides = corners[triangles]
    area = np.linalg.norm(np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0]), axis=1)
    sound = np.flatnonzero(area > 1e-6 * area.max())
    nearest = cKDTree(sides[sound].mean(axis=1)).query(means)[1]
    return np.asarray(sound[nearest], np.int64)


def way_corners(free: FreeSpace, places: Sequence[tuple[float, float]]) -> Floats:
    """(W, 3) points on the ground of the shortest ways between places (x, z), through free space."""
    eyes = way_over(free, places)
    return np.asarray(eyes + np.array([0, free.eye, 0]))


def closed_way(corners: Floats) -> Way:
    """There and back along points on the ground (W, 3)."""
    points = np.concatenate([corners, corners[-2:0:-1]])
    ring = np.concatenate([points, points[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    length = float(along[-1])
    if length <= 0:
        return Way(corners[:1].astype(np.float64), np.zeros(1), 1.0)
    count = max(8, int(A_METRE * length))
    steps = np.arange(count) * length / count
    places = np.stack([np.interp(steps, along, axis) for axis in ring.T], axis=1)
    places = gaussian_filter1d(places, ROUNDED * count / length, axis=0, mode="wrap")
    ahead = np.roll(places, -1, axis=0) - np.roll(places, 1, axis=0)
    yaw = np.arctan2(-ahead[:, 0], -ahead[:, 2])
    stands = np.hypot(ahead[:, 0], ahead[:, 2]) < 1e-6  # where it turns round it has no direction
    yaw[stands] = np.interp(np.flatnonzero(stands), np.flatnonzero(~stands), yaw[~stands])
    yaw = np.unwrap(yaw)
    turned = round((yaw[-1] - yaw[0]) / (2 * np.pi)) * 2 * np.pi
    whole = np.concatenate([yaw - turned, yaw, yaw + turned])
    smooth = gaussian_filter1d(whole, TURNS * count / length)[count : 2 * count]
    return Way(places, np.degrees(smooth), length)


def write_figures(figures: Sequence[Figure], folder: Path, *, for_others: bool = False) -> None:
    """SCENE/figures/ with these and no others; without any it is removed. `for_others` leaves out the Gaussians, which
    no other program reads."""
    home = folder / FIGURES
    if not figures:
        shutil.rmtree(home, ignore_errors=True)
        return
    make_folder(home)
    for figure in figures:
        with atomic_path(home / f"{figure.name}.glb") as temporary:
            shutil.copyfile(figure.glb, temporary)
        if for_others:
            continue
        with atomic_path(home / f"{figure.name}.npz") as temporary, temporary.open("wb") as file:
            np.savez(file, faces=figure.faces, **vars(figure.gaussians))
    told = [
        {"name": figure.name, "file": f"{figure.name}.glb", "clip": figure.clip.name if figure.clip else None,
         "scale": figure.scale, "rate": figure.rate, "pace": figure.pace, "way": figure.corners.tolist()}
        for figure in figures
    ]  # fmt: skip
    note = "way: x right, y down, z ahead, in metres, there and back; a .glb has y up and its front towards +z"
    write_text(home / LIST, json.dumps({"format": FORMAT, "note": note, "figures": told}, indent=1) + "\n")
    names = {f"{figure.name}{end}" for figure in figures for end in (".glb", ".npz")} | {LIST}
    for path in home.iterdir():
        if path.name not in names:
            path.unlink(missing_ok=True)


def read_figures(folder: Path) -> tuple[Figure, ...]:
    """What `write_figures` wrote; none where there is nothing.

    Raises:
        InputError: it is damaged.
    """
    home = folder / FIGURES
    if not (home / LIST).is_file():
        return ()
    found = []
    what = f"'{home / LIST}'"
    with guarded(what):
        for told in read_json(home / LIST, what)["figures"]:
            name = Path(str(told["name"])).name
            data = read_arrays(home / f"{name}.npz")
            found.append(
                figure_of(
                    name, home / f"{name}.glb", told["clip"], float(told["scale"]), float(told["rate"]),
                    float(told["pace"]), np.asarray(told["way"], np.float64).reshape(-1, 3),
                    Gaussians(*(data[part] for part in PARTS)), data["faces"],
                )
            )  # fmt: skip
    return tuple(found)


def figure_of(
    name: str,
    glb: Path,
    clip: str | None,
    scale: float,
    rate: float,
    pace: float,
    corners: Floats,
    gaussians: Gaussians,
    faces: NDArray[np.int64],
) -> Figure:
    """A figure out of its file and what is known about it; see `Figure`.

    Args:
        corners: (N, 3) metres of its way; faces: (M,) triangle that each of its M Gaussians lies on.
    Raises:
        InputError: the file holds no figure.
    """
    rig = read_figure(glb).rig
    played = next((each for each in rig.clips if each.name == clip), None)
    return Figure(name, glb, rig, played, scale, rate, pace, corners, gaussians, faces)


def figures_at(figures: Sequence[Figure], seconds: float, sh_degree: int) -> Gaussians:
    """All figures' Gaussians as they are at a time, with harmonics of that degree.

    Raises:
        ValueError: there are no figures.
    """
    count = (sh_degree + 1) ** 2
    parts = []
    for figure in figures:
        there = figure.at(seconds)
        sh = np.pad(there.sh, ((0, 0), (0, max(count - there.sh.shape[1], 0)), (0, 0)))[:, :count]
        parts.append(replace(there, sh=sh))
    return Gaussians(*(np.concatenate([getattr(part, name) for part in parts]) for name in PARTS))


def with_figures(gaussians: Gaussians, figures: Sequence[Figure], seconds: float) -> Gaussians:
    """A scene's Gaussians with its figures as they are at a time."""
    if not figures:
        return gaussians
    there = figures_at(figures, seconds, gaussians.sh_degree)
    return Gaussians(*(np.concatenate([getattr(gaussians, name), getattr(there, name)]) for name in PARTS))
