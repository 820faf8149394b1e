"""What was made is known by name: from the function that made it to the instances of a drawing."""

from __future__ import annotations

import numpy as np

from lucid3d.camera import Camera
from lucid3d.procedural.assets import props
from lucid3d.procedural.assets.buildings import landmarks
from lucid3d.procedural.assets.rocks import boulder
from lucid3d.procedural.kit.mesh import Mesh, instances, merge, placement
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render.atmosphere import atmosphere_for
from lucid3d.procedural.world import World


def test_makers_say_what_they_make() -> None:
    rng = np.random.default_rng(0)
    assert props.well(rng).thing == "well"
    assert props.campfire(rng)[0].thing == "campfire"  # returned with its light
    assert landmarks.church(rng).mesh.thing == "church"  # returned as a house
    assert all(level.thing == "boulder" for level in boulder(rng).levels)


def test_a_thing_keeps_its_name_when_moved_and_merged_with_its_like() -> None:
    rng = np.random.default_rng(0)
    well, bench = props.well(rng), props.bench(rng)
    assert well.transformed(placement((0, 0, 5))).thing == well.tinted((1, 0, 0)).thing == "well"
    assert instances(well, [placement((0, 0, 4)), placement((0, 0, 9))]).thing == "well"
    assert merge([well, well]).thing == "well"
    assert merge([well, bench]).thing == ""  # both and neither


def test_a_drawing_s_instances_are_named() -> None:
    rng = np.random.default_rng(0)
    wells = instances(props.well(rng), [placement((-1.5, 1.6, 6)), placement((1.5, 1.6, 6))])
    nameless = Mesh([[-9, 1.6, 1], [9, 1.6, 1], [0, 1.6, 40]], [[0, 1, 2]], wells.materials, "ground")
    brief = understand("a meadow at noon")
    place = Place(meshes=[nameless, wells, props.bench(rng).transformed(placement((0, 1.6, 4)))])
    world = World(place, atmosphere_for(brief, place, rng))
    things = world.things()
    assert sorted(things.values()) == ["bench", "well", "well"]
    drawn = world.draw(Camera.from_fov(96, 96, 70), antialias=False)
    left, right = (n for n, thing in things.items() if thing == "well")
    columns = np.arange(96)[None].repeat(96, 0)
    assert columns[drawn.instances == left].mean() < 40 < 56 < columns[drawn.instances == right].mean()
    assert not set(things) & set(np.unique(drawn.instances[drawn.labels == 1]).tolist())  # the ground has no name
