"""A court with a red hut, a green bin and a lamp in it, dreamed small: what edits are tried on."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

from lucid3d.families.base import Models
from lucid3d.families.procedural import Drawings, ProceduralDepth, ProceduralPainter
from lucid3d.pipeline import dream
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.shapes import box
from lucid3d.procedural.world import World
from lucid3d.scene import Scene
from tests.exploring.test_free_space import FLOOR, court
from tests.small import small_config

RED = Material("red", "plain", ((0.7, 0.2, 0.15),), variation=0.0, wear=0.0)
GREEN = Material("green", "plain", ((0.2, 0.6, 0.2),), variation=0.0, wear=0.0)
HUT, BIN = (2.0, 2.0, 3.0), (-0.9, 0.6, 2.0)
"""Middle x, height and middle z."""


def called(mesh: Mesh, thing: str) -> Mesh:
    return replace(mesh, thing=thing)


@functools.cache
def world() -> World:
    hut = box((1.6, HUT[1], 1.2), (HUT[0], FLOOR - HUT[1] / 2, HUT[2]), RED, label="building")
    bin_ = box((0.5, BIN[1], 0.5), (BIN[0], FLOOR - BIN[1] / 2, BIN[2]), GREEN, label="object")
    return court(called(hut, "hut"), called(bin_, "bin"))


@functools.cache
def scene() -> Scene:
    own = world()
    drawings = Drawings(own)
    models = Models("own", ProceduralPainter(own, drawings), ProceduralDepth(own, drawings=drawings), world=own)
    return dream(config=small_config(dream={"size": 64}), painter=models.painter, estimator=models.estimator)


def saved(folder: Path) -> Path:
    return scene().save(folder)
