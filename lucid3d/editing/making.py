"""Things that a network makes of words or of a picture (Shap-E): a mesh that is kept, and set in as any other."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lucid3d.editing.insertion import Wish
from lucid3d.editing.thing import names_a_thing, thing_of_words
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.shap_e import Shape, shape_of, words_on_disk
from lucid3d.files import atomic_path
from lucid3d.progress import Event, Listener, ignore
from lucid3d.transforms import read_image

MESHES = "meshes"
"""Where a scene's folder keeps the meshes that were set into it."""
USUAL = 1.0
"""Metres in the largest direction of what is made, where nobody says and no rule knows: Shap-E knows no metres."""


@dataclass(frozen=True)
class Network:
    """That a network shall make a thing.

    Attributes:
        picture: a file: of what, before a plain ground; "" = of the wish's words, which otherwise name it.
        allow_pickle: read weights that are pickles; see `ModelsConfig.allow_pickle`.
    """

    picture: str = ""
    allow_pickle: bool = False


def made(
    wish: Wish, folder: Path, config: ModelsConfig, by: Network | None = None, *, on_event: Listener = ignore
) -> Wish:
    """A wish whose thing is there: what a network shall make is made, written as a .glb, and wished for by its file.

    Args:
        folder: where the mesh goes.
        config: names the networks.
        by: None = by rules, and by a network if it is on disk and the words name nothing of the catalogue.
    Raises:
        InputError: nobody can make it, the network is not on disk, or it makes nothing of it.
    """
    if by is None:
        if not wish.thing or names_a_thing(wish.thing):
            return wish
        if not words_on_disk(config):
            thing_of_words(wish.thing)  # says what can be done, before a world is built
        by = Network()
    if wish.file:
        raise InputError("a network makes things of words or of a picture: leave out the mesh's file")
    if by.allow_pickle:
        config = replace(config, allow_pickle=True)
    asked = read_image(Path(by.picture)) if by.picture else wish.thing
    on_event(Event("models", 0, 1, "Shap-E"))
    shape = shape_of(asked, config, seed=wish.seed)
    path = _kept(shape, folder, re.sub(r"[^\w]+", "-", wish.thing).strip("-").lower()[:40] or "thing")
    return replace(wish, thing="", file=str(path), size=wish.size or _usual(wish.thing))


def _usual(words: str) -> float:
    """Metres in the largest direction of what words name."""
    return max(thing_of_words(words).size) if names_a_thing(words) else USUAL


def _kept(shape: Shape, folder: Path, name: str) -> Path:
    """The mesh as a file of that name, or with a number if another mesh has it."""
    import trimesh

    colours = np.concatenate([shape.colours, np.ones((len(shape.colours), 1))], axis=1)
    mesh = trimesh.Trimesh(
        shape.vertices, shape.faces, vertex_colors=(colours * 255 + 0.5).astype(np.uint8), process=False
    )
    data = bytes(mesh.export(file_type="glb"))  # type: ignore[arg-type]
    folder.mkdir(exist_ok=True)
    for number in itertools.count(1):
        path = folder / (f"{name}.glb" if number == 1 else f"{name}-{number}.glb")
        if not path.is_file() or path.read_bytes() == data:
            break
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
    return path
