"""Files for a game: playable.glb, scene.objects.json, and voxels (targets `playable` and those of engines).

The names of nodes end as Godot's importer wants them ("-colonly": triangles to collide with, "-convcolonly": a convex
body, "-navmesh": a navigation mesh); other programs find the same in `extras` and in scene.objects.json.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import lucid3d
from lucid3d.editing.folder import world_shown
from lucid3d.errors import InputError
from lucid3d.exploring.finding import BODY, HEAD, STEEPEST
from lucid3d.exploring.free_space import STEP, FreeSpace
from lucid3d.export.frames import frame_rotation
from lucid3d.export.gltf_nodes import Node, write_nodes_glb
from lucid3d.export.mesh import Mesh
from lucid3d.files import write_text
from lucid3d.playable.assembly import Playable, playable, solid_voxels
from lucid3d.playable.spawning import Spawn
from lucid3d.playable.things import Thing
from lucid3d.playable.voxels import write_voxels
from lucid3d.procedural.world import World
from lucid3d.scene import Scene

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable, ExportOptions

log = logging.getLogger(__name__)

FORMAT = 1
"""Of scene.objects.json; raised when an older reader could no longer use it."""
JSON_AXES: dict[str, tuple[NDArray[np.float64], dict[str, str]]] = {
    "gltf": (frame_rotation("gltf"), {"right": "-x", "up": "+y", "forward": "+z", "hand": "right"}),
    "opengl": (frame_rotation("opengl"), {"right": "+x", "up": "+y", "forward": "-z", "hand": "right"}),
    "unity": (np.diag([1.0, -1.0, 1.0]), {"right": "+x", "up": "+y", "forward": "+z", "hand": "left"}),
}
"""Axes of scene.objects.json: file_from_world (3, 3), and in words. Unity's are what its importers make of glTF's."""


def target(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """playable/: playable.glb, scene.objects.json, scene.voxel.json and .bin; y up, forward +z, as glTF has it."""
    home = folder / "playable"
    found = playable(scene, known_world(scene))
    write_playable(found, home, getattr(scene, "prompt", ""))
    write_scene_voxels(scene, found.free, home / "scene.voxel.json")
    return [home]


def write_scene_voxels(scene: Exportable, free: FreeSpace, path: Path) -> list[Path]:
    """Write the voxels of a scene; returns both files."""
    solid, low, size = solid_voxels(scene, free)
    # the file's axes are the world's turned by 180 degrees about z
    corner = np.array([-(low[0] + solid.shape[0] * size), -(low[1] + solid.shape[1] * size), low[2]])
    return write_voxels(solid[::-1, ::-1], corner, size, path)


def beside(scene: Exportable, home: Path, frame: str, axes: str, surface: Mesh | None = None) -> None:
    """The same without voxels, into an engine's folder and in its axes; left out with a word where nobody can walk.

    Args:
        frame: of the GLB, a name of `lucid3d.export.frames.FRAMES`; axes: of the JSON, a name of `JSON_AXES`.
        surface: the scene's collision mesh, if it is at hand.
    """
    try:
        found = playable(scene, known_world(scene), surface)
        write_playable(found, home, getattr(scene, "prompt", ""), frame=frame, axes=axes)
    except InputError as error:
        log.warning("%s/ comes without what a game needs: %s", home.name, error)


def known_world(scene: Exportable) -> World | None:
    """The procedural world that a scene was made of, built anew, with its edits; or None."""
    if not isinstance(scene, Scene):
        return None
    try:
        return world_shown(scene)
    except InputError as error:  # the picture that it began with is gone
        log.warning("things and colliders are read off what was dreamed, for the world cannot be built anew: %s", error)
        return None


def write_playable(
    found: Playable, folder: Path, prompt: str = "", *, frame: str = "gltf", axes: str = "gltf"
) -> list[Path]:
    """Write playable.glb and scene.objects.json.

    Args:
        frame: of the GLB, a name of `lucid3d.export.frames.FRAMES`; axes: of the JSON, a name of `JSON_AXES`.
    """
    document = described(found, prompt, axes)
    rotation = frame_rotation(frame)
    forward = rotation @ np.array([0.0, 0.0, 1.0])

    def turned(points: NDArray[np.floating]) -> NDArray[np.float32]:
        return np.ascontiguousarray(points @ rotation.T, np.float32)

    def yaw(front: NDArray[np.float64] | None) -> float:
        """Of the turn about y that takes the file's forward to where something looks."""
        if front is None:
            return 0.0
        front = rotation @ front
        return float(np.arctan2(front[0], front[2]) - np.arctan2(forward[0], forward[2]))

    by_name = {entry["name"]: entry for entry in document["objects"]}
    bodies = []
    pieces: dict[str, int] = {}
    for collider in found.colliders:
        pieces[collider.name] = pieces.get(collider.name, 0) + 1
        name = f"{collider.name}_part{pieces[collider.name]}" if collider.convex else collider.name
        suffix = "-convcolonly" if collider.convex else "-colonly"
        extras = {"collider": "convex" if collider.convex else "triangles", "part": _part_of(collider.name)}
        if collider.name in by_name:
            extras["object"] = collider.name
        bodies.append(Node(name + suffix, turned(collider.mesh.vertices), collider.mesh.triangles, extras=extras))
    things = [
        Node(thing.name, translation=rotation @ thing.foot, yaw=yaw(thing.front), extras=_kept(by_name[thing.name]))
        for thing in found.things
    ]
    spawns = [
        Node(f"spawn_{i}", translation=rotation @ spawn.position, yaw=yaw(spawn.front), extras={"room": spawn.room})
        for i, spawn in enumerate(found.spawns, 1)
    ]
    mesh = found.navigation
    roots = [
        Node("navigation-navmesh", turned(mesh.vertices), mesh.triangles, extras={"navigation": document["walker"]}),
        Node("colliders", children=bodies),
        Node("objects", children=things),
        Node("spawns", children=spawns),
    ]
    glb = write_nodes_glb(roots, folder / "playable.glb", {"walker": document["walker"]})
    write_text(folder / "scene.objects.json", json.dumps(document, indent=1) + "\n")
    return [glb, folder / "scene.objects.json"]


def described(found: Playable, prompt: str = "", axes: str = "gltf") -> dict[str, Any]:
    """scene.objects.json as plain values."""
    matrix, words = JSON_AXES[axes]
    free = found.free
    return {
        "format": FORMAT,
        "generator": f"lucid3d {lucid3d.__version__}",
        "prompt": prompt,
        "axes": words,
        "unit": "metre",
        "source": "world" if found.exact else "views",
        "walker": {
            "eye": round(free.eye, 3),
            "height": round(free.eye + HEAD, 3),
            "radius": BODY,
            "step": STEP,
            "slope_degrees": STEEPEST,
            "walkable_square_metres": round(free.area, 1),
        },
        "spawns": [_spawn(spawn, i, matrix) for i, spawn in enumerate(found.spawns, 1)],
        "objects": [_thing(thing, matrix) for thing in found.things],
    }


def _spawn(spawn: Spawn, number: int, matrix: NDArray[np.float64]) -> dict[str, Any]:
    return {
        "name": f"spawn_{number}",
        "position": _numbers(matrix @ spawn.position),
        "front": _numbers(matrix @ spawn.front),
        "room": round(spawn.room, 3),
    }


def _thing(thing: Thing, matrix: NDArray[np.float64]) -> dict[str, Any]:
    corners = np.stack([matrix @ thing.low, matrix @ thing.high])
    return {
        "name": thing.name,
        "label": thing.label,
        "kind": thing.kind,
        "instance": thing.instance,
        "position": _numbers(matrix @ thing.foot),
        "front": None if thing.front is None else _numbers(matrix @ thing.front),
        "size": _numbers(thing.size),
        "box": {"min": _numbers(corners.min(axis=0)), "max": _numbers(corners.max(axis=0))},
    }


def _kept(entry: dict[str, Any]) -> dict[str, Any]:
    """What a node's extras say of a thing; where it is and how it is turned is the node's own."""
    return {name: entry[name] for name in ("label", "kind", "instance", "size")} | {
        "turned": entry["front"] is not None
    }


def _part_of(name: str) -> str:
    return name if name in ("floor", "walls") else "thing"


def _numbers(values: NDArray[np.floating]) -> list[float]:
    return [round(float(v), 4) + 0.0 for v in values]
