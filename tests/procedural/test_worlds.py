"""From a sentence to a world: the table of places, the models on top, ground truth on disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.families.base import DepthEstimator, Painter
from lucid3d.families.procedural import Drawings, ProceduralDepth, ProceduralPainter, cosine_field, random_field
from lucid3d.procedural.build import build_world
from lucid3d.procedural.dataset import dataset_cameras, write_dataset
from lucid3d.procedural.groundtruth import write_mesh
from lucid3d.procedural.kit.labels import LABELS, label_number
from lucid3d.procedural.kit.materials import PATTERNS, Material, rgb
from lucid3d.procedural.kit.mesh import Mesh, instances, merge, placement
from lucid3d.procedural.kit.shapes import box, cylinder, icosphere, prism, sphere, triangulate
from lucid3d.procedural.render.drawing import Drawing
from lucid3d.procedural.world import World
from tests.procedural.small_world import small_world

GREY = Material("grey")
SMALL = Camera.from_fov(40, 40, 90)


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


def test_the_same_words_and_seed_give_the_same_world() -> None:
    a, b = (build_world("a desert at sunset", 3).draw(SMALL) for _ in range(2))
    np.testing.assert_array_equal(a.image, b.image)
    np.testing.assert_array_equal(a.depth, b.depth)
    other = build_world("a desert at sunset", 4).draw(SMALL)
    assert np.abs(other.image - a.image).mean() > 0.005


def test_painter_and_depth_are_what_the_loop_asks_for(world: World) -> None:
    drawings = Drawings(world)
    painter, depth = ProceduralPainter(world, drawings), ProceduralDepth(world, drawings=drawings)
    assert isinstance(painter, Painter)
    assert isinstance(depth, DepthEstimator)
    image = painter.imagine("a box", SMALL, seed=0)
    known = np.zeros((40, 40), bool)
    known[:, :20] = True
    given = np.random.default_rng(0).random((40, 40, 3)).astype(np.float32)
    painted = painter.inpaint(given, known, "a box", SMALL, seed=0)
    np.testing.assert_array_equal(painted[known], given[known])
    np.testing.assert_array_equal(painted[~known], image[~known])
    np.testing.assert_array_equal(depth.estimate(image, SMALL), world.draw(SMALL).depth)


class Sea:
    """A world that is all the same dark water, but for a strip of land."""

    LAND = slice(30, 34)

    def draw(self, camera: Camera, *, only: np.ndarray | None = None) -> Drawing:
        shape = (camera.height, camera.width)
        labels = np.full(shape, label_number("water"), np.int32)
        labels[self.LAND] = label_number("ground")
        colours = np.full((*shape, 3), 0.3, np.float32)
        flat = np.zeros((*shape, 3), np.float32)
        return Drawing(colours, colours, np.ones(shape, np.float32), flat, labels, labels)


def test_water_of_views_far_apart_is_joined_and_all_else_stays_as_it_is() -> None:
    camera = Camera.from_fov(80, 80, 90)
    painter, exact = (ProceduralPainter(Sea(), joins_water=joins) for joins in (True, False))
    bright = np.full((80, 80, 3), 0.6, np.float32)
    left = np.zeros((80, 80), bool)
    left[:, :40] = True
    joined = painter.inpaint(bright, left, "", camera)
    water = np.ones(80, bool)
    water[Sea.LAND] = False
    np.testing.assert_array_equal(joined[:, :40], bright[:, :40])
    np.testing.assert_array_equal(joined[~water, 40:], 0.3 * np.ones((4, 40, 3), np.float32))
    row = joined[10, :, 0]
    assert (np.diff(row) <= 1e-6).all() and row[40] > 0.55 and row[60] == pytest.approx(0.3)  # no edge, then its own
    np.testing.assert_array_equal(exact.inpaint(bright, left, "", camera)[:, 40:], 0.3 * bright[:, 40:] / 0.6)
    everywhere, nowhere = np.ones((80, 80), bool), np.zeros((80, 80), bool)
    again = painter.repaint(bright, everywhere, nowhere, "", camera)
    assert again[10, 0, 0] > 0.55 and again[50, 40, 0] == pytest.approx(0.3)  # beyond its border is what was known


def test_a_view_is_drawn_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    draw = world.draw
    monkeypatch.setattr(world, "draw", lambda camera, **more: calls.append(camera) or draw(camera, **more))
    drawings = Drawings(world)
    ProceduralPainter(world, drawings).imagine("", SMALL, seed=0)
    ProceduralDepth(world, drawings=drawings).estimate(np.zeros((40, 40, 3), np.float32), SMALL)
    assert len(calls) == 1


def test_inpaint_refuses_another_size(world: World) -> None:
    with pytest.raises(InputError, match="camera's size"):
        ProceduralPainter(world).inpaint(np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), bool), "", SMALL, seed=0)
    whole = np.zeros((40, 40), bool)
    with pytest.raises(InputError, match="camera's size"):
        ProceduralPainter(world).repaint(np.zeros((40, 40, 3), np.float32), whole, whole[:4], "", SMALL, seed=0)


@pytest.mark.parametrize("field", ["cosine", "random"])
def test_distorted_depth_errs_smoothly_and_repeatably(world: World, field: str) -> None:
    true = ProceduralDepth(world).estimate(np.zeros((40, 40, 3), np.float32), SMALL)
    bent = [
        ProceduralDepth(world, 5, field=field).estimate(np.zeros((40, 40, 3), np.float32), SMALL)  # type: ignore[arg-type]
        for _ in range(2)
    ]
    np.testing.assert_array_equal(bent[0], bent[1])
    solid = np.isfinite(true)
    np.testing.assert_array_equal(np.isfinite(bent[0]), solid)
    ratio = np.log(bent[0][solid] / true[solid])
    assert abs(np.median(ratio)) < 0.35 + 0.2
    assert 0.001 < ratio.std() < 0.2
    turned = ProceduralDepth(world, 5).estimate(np.zeros((40, 40, 3), np.float32), SMALL.at(yaw_pitch(3, 0)))
    assert not np.isclose(np.nanmedian(turned[solid] / true[solid]), np.exp(np.median(ratio)), rtol=1e-3)


def test_distortion_fields_have_the_stated_size() -> None:
    rng = np.random.default_rng(0)
    cosine = np.mean([cosine_field(rng, 30, 40).var() for _ in range(300)])
    other = np.mean([random_field(rng, 30, 40).var() for _ in range(300)])
    assert 0.4 < other / cosine < 2.5


def test_dataset_holds_everything_it_names(world: World, tmp_path: Path) -> None:
    import cv2

    write_dataset(world, 2, tmp_path, 1, size=40)
    document = json.loads((tmp_path / "transforms.json").read_text())
    assert len(document["frames"]) == 2
    for frame in document["frames"]:
        for key, value in frame.items():
            if key.endswith("_path"):
                assert (tmp_path / value).is_file(), value
    first = document["frames"][0]
    camera = dataset_cameras(world, 2, 1, size=40)[0]
    drawing = world.draw(camera)
    labels = cv2.imread(str(tmp_path / first["label_file_path"]), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(labels, drawing.labels)
    normals = cv2.imread(str(tmp_path / first["normal_file_path"]))[..., ::-1].astype(np.float32)
    np.testing.assert_allclose((normals - 128) / 127, drawing.normals, atol=0.01)
    flow = np.load(tmp_path / first["flow_file_path"])
    assert flow["flow"].shape == (40, 40, 2)
    assert json.loads((tmp_path / "labels.json").read_text())["0"] == "sky"


def test_dataset_refuses_no_views(world: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="dataset size 0"):
        write_dataset(world, 0, tmp_path, 1)


def test_mesh_is_y_up_and_where_the_world_is(world: World, tmp_path: Path) -> None:
    import trimesh

    write_mesh(world, tmp_path / "world.glb", reach=50)
    scene = trimesh.load(tmp_path / "world.glb")
    thing = scene.geometry["building"]
    low, high = thing.bounds
    np.testing.assert_allclose(low, [-1, -1.6, -7], atol=1e-3)  # y up, z towards the viewer
    np.testing.assert_allclose(high, [1, 0.4, -5], atol=1e-3)
    assert thing.visual.vertex_colors[:, 0].mean() > thing.visual.vertex_colors[:, 2].mean()  # brick is red


def test_labels_are_numbers_with_names() -> None:
    assert LABELS[0] == "sky"
    assert label_number("Building") == LABELS.index("building")
    assert label_number("no such thing") == LABELS.index("object")


@pytest.mark.parametrize("pattern", [p for p in PATTERNS if p not in ("ground", "water")])
def test_every_pattern_gives_albedo_in_range_and_varies(pattern: str) -> None:
    from lucid3d.procedural.kit.place import Place
    from lucid3d.procedural.render.atmosphere import Atmosphere
    from lucid3d.procedural.render.shading import ALBEDO

    material = Material("m", pattern, ((0.6, 0.4, 0.3), (0.3, 0.5, 0.4), (0.1, 0.1, 0.2)), bump=0.02)  # type: ignore[arg-type]
    wall = box((4, 4, 0.2), (0, 0, 3), material)
    shader = World(Place([wall]), Atmosphere(cover=0, wisps=0))._renderer.shader
    camera = Camera.from_fov(24, 24, 60)
    rays = camera.world_rays().reshape(-1, 3)
    hits = shader.solid.cast(np.zeros_like(rays), rays)
    fine = shader.scene.surfaces(np.zeros_like(rays), rays, hits.distance, hits.triangle, hits.barycentric, 1e-4)[
        :, ALBEDO
    ]
    coarse = shader.scene.surfaces(np.zeros_like(rays), rays, hits.distance, hits.triangle, hits.barycentric, 1.0)[
        :, ALBEDO
    ]
    assert np.isfinite(fine).all()
    assert fine.min() >= 0
    assert fine.max() <= 1
    if pattern != "emissive":
        assert fine.std(axis=0).max() > 1e-4
    # Detail smaller than the pixel is gone: a coarse look varies no more than a fine one.
    assert coarse.std(axis=0).max() <= fine.std(axis=0).max() * 1.2 + 1e-3


def test_shapes_are_closed_and_of_the_right_size() -> None:
    def volume(mesh: Mesh) -> float:
        corners = mesh.vertices[mesh.triangles].astype(np.float64)
        return abs(float(np.einsum("ti,ti->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6))

    assert volume(box((1, 2, 3), (5, 1, 2), GREY, yaw=0.4)) == pytest.approx(6, rel=1e-4)
    assert volume(sphere((0, 0, 0), 1, GREY, subdivisions=4)) == pytest.approx(4 / 3 * np.pi, rel=0.01)
    assert volume(cylinder((0, 0, 0), 2, 0.5, GREY, sides=64)) == pytest.approx(np.pi * 0.5, rel=0.01)
    assert cylinder((0, 3, 0), 2, 0.5, GREY).bounds[:, 1] == pytest.approx([1, 3])  # grows up, and up is -y
    ell = [[0, 0], [2, 0], [2, 1], [1, 1], [1, 2], [0, 2]]
    assert prism(ell, -1, 0, GREY).triangle_count == 12 + 2 * 4
    corners = np.array(ell, float)[triangulate(ell)]
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = 0.5 * np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()
    assert area == pytest.approx(3)
    assert len(icosphere(2)[1]) == 320


def test_merge_and_instances_keep_everything_apart() -> None:
    red = Material("red", colors=((0.8, 0.1, 0.1),))
    one, two = box((1, 1, 1), (0, 0, 0), GREY), sphere((3, 0, 0), 1, red, subdivisions=1)
    both = merge([one, two], "thing")
    assert both.materials == (GREY, red)
    assert both.triangle_count == 12 + 80
    assert both.instances is not None
    assert set(both.instances) == {0, 1}
    many = instances(both, [placement((i, 0, 0), yaw=i, scale=1 + i) for i in range(3)], tints=np.ones((3, 3)))
    assert many.triangle_count == 3 * 92
    np.testing.assert_allclose(many.vertices[: len(both.vertices)], both.vertices, atol=1e-6)


def test_placement_turns_ahead_to_the_right() -> None:
    matrix = placement((1, 2, 3), yaw=np.pi / 2)
    np.testing.assert_allclose(matrix @ [0, 0, 1, 1], [2, 2, 3, 1], atol=1e-9)


def test_materials_refuse_nonsense() -> None:
    with pytest.raises(InputError, match="pattern"):
        Material("x", "velvet")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="hues"):
        Material("x", colors=())
    with pytest.raises(InputError, match="#a1b2c3"):
        rgb("red")
