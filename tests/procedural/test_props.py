"""Props: whole, of the size asked for, standing where they should, never twice the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lucid3d.procedural.assets import props
from lucid3d.procedural.assets.furniture import lamps
from lucid3d.procedural.assets.furniture.registry import FURNITURE
from lucid3d.procedural.assets.props.fields import along_path
from lucid3d.procedural.assets.props.timber import GREY_WOOD, boards, hanging, rounds
from lucid3d.procedural.kit.arrays import UP
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.shapes import lathe

Floats = np.ndarray


def hill(x: Floats, z: Floats) -> Floats:
    return 1.6 + 0.2 * np.asarray(x)


MAKERS: dict[str, Callable[[np.random.Generator], Mesh]] = {
    "pier": lambda rng: props.pier(rng, 6.0, rail=True),
    "boat": props.rowing_boat,
    "sailing boat": props.sailing_boat,
    "wooden bridge": props.wooden_bridge,
    "stone bridge": props.stone_bridge,
    "mooring post": props.mooring_post,
    "bench": props.bench,
    "lamp post": lambda rng: props.lamp_post(rng, lit=True)[0],
    "lantern": lambda rng: props.lantern(rng)[0],
    "signpost": props.signpost,
    "well": props.well,
    "hay bale": props.hay_bale,
    "campfire": lambda rng: props.campfire(rng)[0],
    "tent": props.tent,
    "barrel": props.barrel,
    "crate": props.crate,
    "snowman": props.snowman,
    "parasol": props.parasol,
    "rail fence": lambda rng: props.fence(rng, [(-3, 4), (3, 5)], lambda x, z: np.zeros(np.shape(x))),
}


@pytest.mark.parametrize("name", MAKERS)
def test_every_prop_is_sound(name: str) -> None:
    mesh = MAKERS[name](np.random.default_rng(1))
    assert np.isfinite(mesh.vertices).all() and mesh.triangle_count > 50
    assert mesh.triangles.min() >= 0 and mesh.triangles.max() < len(mesh.vertices)
    low, high = mesh.bounds
    assert low[1] < -0.2, "it does not rise above the ground"
    assert high[1] > -0.1, "it floats"
    other = MAKERS[name](np.random.default_rng(2))
    again = MAKERS[name](np.random.default_rng(1))
    assert mesh.vertices.tobytes() == again.vertices.tobytes()
    tints = (mesh.tints is not None) and (other.tints is not None) and mesh.tints.tobytes() != other.tints.tobytes()
    assert tints or mesh.vertices.tobytes() != other.vertices.tobytes()


def test_a_pier_has_its_length_and_a_deck_to_walk_on() -> None:
    mesh = props.pier(np.random.default_rng(0), 9.0, 2.0, deck=0.4)
    low, high = mesh.bounds
    assert high[2] == pytest.approx(9.0, abs=0.2) and high[0] - low[0] == pytest.approx(2.0, abs=0.35)
    a, b, c = (mesh.vertices[mesh.triangles[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    top = np.abs(normal[:, 1]) > 0.9 * np.linalg.norm(normal, axis=1)
    near = np.abs(a[:, 1] + 0.4) < 0.05
    assert 0.5 * np.linalg.norm(normal[top & near], axis=1).sum() > 0.8 * 9 * 2  # planks cover it, with gaps


@pytest.mark.parametrize("kind", ["rail", "picket", "wire", "wall"])
def test_fences_follow_the_ground(kind: props.fields.FenceKind) -> None:  # type: ignore[name-defined]
    mesh = props.fence(np.random.default_rng(3), [(-6, 8), (0, 8), (4, 11)], hill, kind)
    height = hill(mesh.vertices[:, 0], mesh.vertices[:, 2]) - mesh.vertices[:, 1]
    assert 0.6 < np.percentile(height, 99) < 1.5
    assert height.min() > -0.6
    for x in (-5, -1, 3):  # it reaches the ground everywhere
        near = np.abs(mesh.vertices[:, 0] - x) < 1.2
        assert height[near].min() < 0.12


def test_stepping_stones_lie_on_the_ground() -> None:
    mesh = props.stepping_stones(np.random.default_rng(0), [(0, 2), (3, 6)], hill)
    assert mesh.label == "path" and mesh.instances is not None and mesh.instances.max() >= 5
    height = hill(mesh.vertices[:, 0], mesh.vertices[:, 2]) - mesh.vertices[:, 1]
    assert 0.0 < height.max() < 0.25


def test_lights_are_where_the_lamp_is() -> None:
    rng = np.random.default_rng(0)
    mesh, light = props.lamp_post(rng, 3.4, lit=True)
    assert mesh.bounds[0][1] < light[1] < -2.8
    assert any(max(m.emission) > 1 for m in mesh.materials)
    dark, _ = props.lamp_post(rng, lit=False)
    assert not any(max(m.emission) > 0 for m in dark.materials)


def test_boards_have_their_size_and_wander_a_little() -> None:
    starts, ends = np.zeros((40, 3)), np.tile([3.0, 0, 0], (40, 1))
    straight = boards(starts, ends, UP, 0.2, 0.04, GREY_WOOD, np.random.default_rng(0), rough=0, twist=0)
    size = np.ptp(straight.vertices, axis=0)
    np.testing.assert_allclose(size, [3.0, 0.04, 0.2], rtol=0.12)
    worn = boards(starts, ends, UP, 0.2, 0.04, GREY_WOOD, np.random.default_rng(0), rough=0.01, sag=0.05)
    assert np.ptp(worn.vertices[:, 1]) > 0.06
    assert straight.uv is not None and np.ptp(straight.uv[:8, 0]) == pytest.approx(3.0, rel=1e-4)


def test_poles_ropes_and_turned_shapes() -> None:
    line = np.linspace([0, 0, 0], [0, -2, 0], 5)[None]
    pole = rounds(line, 0.1, GREY_WOOD, np.random.default_rng(0), knobbly=0.0)
    assert np.hypot(pole.vertices[:, 0], pole.vertices[:, 2]).max() == pytest.approx(0.1, rel=1e-4)
    rope = hanging([0, 0, 0], [4, 0, 0], 0.5, 21)
    assert rope[:, 1].max() == pytest.approx(0.5, abs=0.01) and rope[0, 1] == 0
    cup = lathe([(0.1, 0), (0.2, 0.5)], GREY_WOOD)
    assert cup.normals is not None
    radial = cup.normals[:, [0, 2]] * cup.vertices[:, [0, 2]]
    assert (radial.sum(axis=1) > 0).all()


def test_points_along_a_path() -> None:
    points = along_path([(0, 0), (3, 0), (3, 4)], 1.0)
    assert len(points) == 8
    np.testing.assert_allclose(np.linalg.norm(np.diff(points, axis=0), axis=1), 1.0, atol=1e-9)


def test_hanging_lamps_cast_no_shadow_of_their_own_shades() -> None:
    """Shadow rays end short of a lamp by its radius: shade and rings lie within, whatever hangs above them."""
    for name, shade in (("pendant_lamp", 0.26), ("chandelier", 0.3)):
        light = FURNITURE[name].light
        assert light is not None
        drop = 0.9
        made = lamps.pendant(True, drop) if name == "pendant_lamp" else lamps.chandelier(True, drop)
        around = made.vertices[made.vertices[:, 1] > drop - shade]
        assert len(around) > 100
        away = np.linalg.norm(around - np.array([0, drop + light.y, 0]), axis=1)
        assert away.max() < light.radius


def test_a_fire_keeps_its_colour() -> None:
    """A flame is no brighter than a film takes beside what it lights, and is redder than it is blue."""
    fire = next(m for m in props.campfire(np.random.default_rng(0))[0].materials if m.name == "flame")
    red, green, blue = fire.emission
    assert red > 2 * green > 4 * blue and red < 2
