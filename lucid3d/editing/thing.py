"""What is set into a scene: one thing, on the origin, out of words of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lucid3d.errors import InputError
from lucid3d.gaussians.model import Gaussians
from lucid3d.procedural.compose.single import one_of
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.language.brief import Brief, understand

LARGEST = 60.0
"""Metres: what is larger is a place rather than a thing."""
SMALLEST = 0.02
"""Metres."""
ON_LAND, ON_WATER, ON_TABLE, IN_THE_AIR = "ground", "water", "table", "sky"


@dataclass(frozen=True, eq=False)
class Thing:
    """One thing that can be set into a scene.

    Attributes:
        key: what it is, in a word; name: how a sentence speaks of it.
        mesh: y down, standing on the origin, its front towards -z.
        stands: on the "ground", on "water", on a "table", or in the "sky".
        gaussians: of what came as splats, in the mesh's frame; None for what is drawn.
    """

    key: str
    name: str
    mesh: Mesh
    stands: str
    gaussians: Gaussians | None = None

    @property
    def size(self) -> tuple[float, float, float]:
        """Width, height and depth in metres."""
        (x0, y0, z0), (x1, y1, z1) = self.mesh.bounds.tolist()
        return x1 - x0, y1 - y0, z1 - z0

    def resized(self, size: float | None) -> Thing:
        """As large as this many metres in its largest direction; as it is for None.

        Raises:
            InputError: no thing has that size.
        """
        largest = max(self.size)
        if size is None and SMALLEST <= largest <= LARGEST:
            return self
        if size is None:
            raise InputError(f"{self.name} is {largest:.3g} m large; say how large it shall be, as in --size 1.5")
        if not SMALLEST <= size <= LARGEST:
            raise InputError(f"--size {size:g} must lie between {SMALLEST:g} and {LARGEST:g} metres")
        factor = size / largest
        splats = self.gaussians
        if splats is not None:
            means, log_scales = splats.means * np.float32(factor), splats.log_scales + np.float32(np.log(factor))
            splats = replace(splats, means=means, log_scales=log_scales)
        return replace(self, mesh=self.mesh.transformed(placement((0, 0, 0), scale=factor)), gaussians=splats)


def names_a_thing(words: str) -> bool:
    """Whether a phrase names a thing of the catalogue."""
    return bool(_named(words)[1])


def _named(words: str) -> tuple[Brief, list[str]]:
    brief = understand(words)
    if not brief.features:  # "a well" needs a sentence to be no adverb
        brief = understand(f"a meadow with {words}")
    return brief, [name for name in brief.features if brief.count(name) > 0]


def thing_of_words(words: str, *, season: str = "summer", indoors: bool = False, seed: int = 0) -> Thing:
    """The thing that a phrase asks for ("a red rowing boat"), in its colour and of its material.

    Args:
        season: for what grows; indoors: for a room, where a lamp is no lamp post.
        seed: decides what the phrase leaves open.
    Raises:
        InputError: the phrase names nothing that can be made, or several things.
    """
    brief, names = _named(words)
    if not names:
        raise InputError(
            f"nothing in '{words}' is a thing that can be made by rules; name one, as in --thing \"a red boat\", give "
            "a mesh with --file, or fetch a network that makes things of words: lucid3d models download openai/shap-e"
        )
    record = brief.catalogue.things[names[0]]
    rng = np.random.default_rng([seed, *record.name.encode()])
    mesh = one_of(record, brief, season, rng, indoors=indoors)
    if mesh is None:
        raise InputError(
            f"'{words}' cannot be set into a scene by itself ({record.label}: a part of the land, a wall or the sky)"
        )
    (x0, _, z0), (x1, _, z1) = mesh.bounds.tolist()
    centred = mesh.transformed(placement((-0.5 * (x0 + x1), 0, -0.5 * (z0 + z1))))
    stands = next((s for s in record.stands if s in (ON_LAND, ON_WATER, ON_TABLE, IN_THE_AIR)), ON_LAND)
    thing = Thing(record.name, record.label, centred, stands)
    factor = brief.size(record.name)
    return thing if factor == 1 else thing.resized(min(factor * max(thing.size), LARGEST))
