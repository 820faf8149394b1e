"""Things by the functions of their records: called with what they ask for, and brought to one form."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lucid3d.procedural.catalogue.functions import function
from lucid3d.procedural.catalogue.records import ThingRecord
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge

HEAD = 1.9
"""Metres above the ground below which things are in each other's way."""
Spot = tuple[float, float, float]


@dataclass(frozen=True)
class Made:
    """A thing that stands on the origin, its front towards -z; `lamps`: where it gives light, in its own frame."""

    mesh: Mesh
    lamps: tuple[Spot, ...] = ()

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Smallest and largest x and z below the height of a head: one walks under eaves, awnings and crowns."""
        corners = self.mesh.vertices
        low = corners[corners[:, 1] > -HEAD]
        corners = low if len(low) else corners
        return (
            float(corners[:, 0].min()),
            float(corners[:, 2].min()),
            float(corners[:, 0].max()),
            float(corners[:, 2].max()),
        )


def called(name: str, file: str, wishes: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> Any:
    """What the named function gives, called with those of `wishes` that it names, and with `given`."""
    make = function(name, file)
    names = inspect.signature(make).parameters
    wishes = dict(wishes)
    if "lit" in names and names["lit"].annotation in (bool, "bool"):
        wishes["lit"] = wishes.get("lit", 0.0) > 0
    return make(**{n: value for n, value in wishes.items() if n in names and n not in (given or {})}, **(given or {}))


def make_thing(
    record: ThingRecord, rng: np.random.Generator, lit: float = 0.0, wall: Material | None = None, dress: str = ""
) -> Any:
    """What the function of a thing's record makes, called with those of `rng`, `lit`, `wall` and `dress` that it
    names."""
    wishes = {"rng": rng, "lit": lit, "wall": wall} | ({"dress": dress} if dress else {})
    return named(called(record.make, record.file, wishes), record)


def named(made: Any, record: ThingRecord) -> Any:
    """What a function gives, called by a word of the thing's own: a knight is made by what makes people."""
    if isinstance(made, tuple):
        return (named(made[0], record), *made[1:])
    mesh = made if isinstance(made, Mesh) else getattr(made, "mesh", None)
    own = (record.name.replace("_", " "), *record.words.english)
    if isinstance(mesh, Mesh) and mesh.thing and mesh.thing not in own:
        mesh.thing = own[0]
    return made


def as_made(thing: Any) -> Made:
    """A mesh, a mesh with the place of its light, or something with `mesh` or `meshes` and perhaps `lamps`."""
    if isinstance(thing, Made):
        return thing
    if isinstance(thing, Mesh):
        return Made(thing)
    if isinstance(thing, tuple):
        return Made(thing[0], (thing[1],))
    mesh = thing.mesh if hasattr(thing, "mesh") else merge(thing.meshes, one_instance=True)
    return Made(mesh, tuple(getattr(thing, "lamps", ())))
