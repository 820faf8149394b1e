"""What can be set into a scene: words of the catalogue, and meshes from files."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import DracoPy
import numpy as np
import pytest
import trimesh
from PIL import Image

from lucid3d.editing.insertion import in_its_hour
from lucid3d.editing.mesh_file import thing_of_file
from lucid3d.editing.splat_file import holds_gaussians, thing_of_splats
from lucid3d.editing.thing import LARGEST, thing_of_words
from lucid3d.errors import InputError
from lucid3d.export.ply import write_gaussians
from lucid3d.export.splats import write_splat, write_spz
from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.compose.single import GROWN
from lucid3d.procedural.language.brief import understand
from tests.viewer.tiny_scene import gaussians_at

SOME = ("a red chair", "a boat", "an oak", "a lamp", "a well", "a horse", "a car", "a cactus", "two barrels", "a piano")


@pytest.mark.parametrize("words", SOME)
def test_words_give_a_thing_that_stands_on_the_origin(words: str) -> None:
    thing = thing_of_words(words)
    assert all(0.05 < side < LARGEST for side in thing.size)
    (x0, y0, z0), (x1, y1, z1) = thing.mesh.bounds
    assert y0 < 0 <= y1 + 0.05 < 0.5  # up is negative; keels and roots go a little down
    assert abs(x0 + x1) < 1e-3
    assert abs(z0 + z1) < 1e-3
    assert thing.mesh.instances is None or thing.mesh.instances.max() == 0


@pytest.mark.parametrize("indoors", [False, True])
def test_people_and_animals_look_in_a_room_as_they_do_outdoors(indoors: bool) -> None:
    suit = thing_of_words("a man in a grey suit", indoors=indoors).mesh.materials
    cloth = next(m for m in suit if m.name.startswith("main"))
    assert np.ptp(cloth.colors[0]) < 0.02 and "trousers" not in {m.name for m in suit}
    red, blue, green = next(
        m.colors[0] for m in thing_of_words("a brown dog", indoors=indoors).mesh.materials if m.name.startswith("main")
    )
    assert red > 1.15 * max(blue, green)


def test_a_fire_is_as_bright_as_the_lamps_of_its_place() -> None:
    fire = thing_of_words("a campfire")
    glow = max(max(m.emission) for m in fire.mesh.materials)
    assert glow > 0
    for words, share in (("a village street at night", 0.1), ("a meadow at night", 1.0)):
        there = in_its_hour(fire, understand(words))
        assert max(max(m.emission) for m in there.mesh.materials) == pytest.approx(share * glow)
        assert there.size == fire.size


def test_what_places_grow_is_in_the_catalogue() -> None:
    assert set(GROWN) <= set(load_catalogue().things)


def test_a_colour_that_is_said_is_on_the_thing() -> None:
    def hues(words: str) -> set[tuple[float, ...]]:
        return {tuple(color) for m in thing_of_words(words).mesh.materials for color in m.hues}

    red = hues("a red chair") - hues("a blue chair")
    blue = hues("a blue chair") - hues("a red chair")
    assert max(r - max(g, b) for r, g, b in red) > 0.2
    assert max(b - max(r, g) for r, g, b in blue) > 0.05


def test_a_size_is_that_of_the_largest_side() -> None:
    assert max(thing_of_words("a car").resized(2.0).size) == pytest.approx(2.0, rel=1e-5)
    with pytest.raises(InputError, match="metres"):
        thing_of_words("a car").resized(1e9)


@pytest.mark.parametrize("words", ["zorgblat", "", "mountains", "a river"])
def test_what_is_no_thing_is_refused_in_a_sentence(words: str) -> None:
    with pytest.raises(InputError, match=r"cannot be set|can be made"):
        thing_of_words(words)


def test_a_coloured_box_keeps_its_size_and_colour(tmp_path: Path) -> None:
    box = trimesh.creation.box((1, 2, 0.5))
    box.visual.face_colors = [255, 0, 0, 255]
    box.apply_translation((7, 8, 9))
    box.export(tmp_path / "box.glb")
    thing = thing_of_file(tmp_path / "box.glb")
    np.testing.assert_allclose(thing.size, (1, 2, 0.5), atol=1e-5)
    np.testing.assert_allclose(thing.mesh.bounds, [[-0.5, -2, -0.25], [0.5, 0, 0.25]], atol=1e-5)
    assert thing.mesh.tints is not None
    np.testing.assert_allclose(thing.mesh.tints, np.broadcast_to([1, 0, 0], thing.mesh.tints.shape), atol=1e-3)


def test_a_texture_lies_where_its_coordinates_say(tmp_path: Path) -> None:
    halves = np.zeros((4, 8, 3), np.uint8)
    halves[:, :4], halves[:2, 4:], halves[2:, 4:] = (255, 0, 0), (0, 0, 255), (0, 255, 0)
    quad = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]], process=False)
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=Image.fromarray(halves))
    quad.visual = trimesh.visual.TextureVisuals(uv=uv, material=material)
    quad.export(tmp_path / "quad.glb")
    mesh = thing_of_file(tmp_path / "quad.glb").mesh
    assert mesh.tints is not None
    x, y = mesh.vertices[:, 0], mesh.vertices[:, 1]
    corners = {"red": x < -0.1, "blue": (x > 0.1) & (y < -0.8), "green": (x > 0.1) & (y > -0.2)}
    for channel, (name, where) in zip((0, 2, 1), corners.items(), strict=True):
        assert where.sum() > 50, name
        assert (mesh.tints[where].argmax(axis=1) == channel).all(), name


def test_bad_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "junk.glb").write_bytes(b"glTF\x02\x00\x00\x00junk")
    (tmp_path / "empty.obj").write_text("# nothing\n")
    (tmp_path / "nan.obj").write_text("v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (tmp_path / "point.obj").write_text("v 0 0 0\nv 0 0 0\nv 0 0 0\nf 1 2 3\n")
    (tmp_path / "words.txt").write_text("a chair")
    for name in ("junk.glb", "empty.obj", "nan.obj", "point.obj", "words.txt", "missing.glb"):
        with pytest.raises(InputError, match=name):
            thing_of_file(tmp_path / name)


@pytest.mark.parametrize(("suffix", "write"), [(".ply", write_gaussians), (".splat", write_splat), (".spz", write_spz)])
def test_splats_stand_on_the_origin_in_their_colours(tmp_path: Path, suffix: str, write: Callable[..., Path]) -> None:
    side = np.linspace(-0.5, 0.5, 6)
    grid = np.stack(np.meshgrid(side + 4, side - 2, side + 1), axis=-1).reshape(-1, 3)
    grid[:, 0] += 0.4 * (grid[:, 1] + 2.0)  # leans, so that up and down are told apart
    source = gaussians_at(grid, np.tile(np.float32([0.7, 0.2, 0.1]), (len(grid), 1)))
    thing = thing_of_splats(write(source, tmp_path / f"red{suffix}"))
    assert holds_gaussians(tmp_path / f"red{suffix}")
    assert thing.gaussians is not None
    assert thing.gaussians.means[:, 1].max() == pytest.approx(0, abs=0.02)
    assert np.abs(thing.gaussians.colors - [0.7, 0.2, 0.1]).max() < 0.02
    x, y, _ = thing.gaussians.means.T
    assert np.corrcoef(x, y)[0, 1] > 0.2
    assert thing.size[1] == pytest.approx(1.0, abs=0.02)
    larger = thing.resized(2.8)
    assert larger.gaussians is not None
    assert max(larger.size) == pytest.approx(2.8, rel=1e-3)
    assert np.exp(larger.gaussians.log_scales).max() == pytest.approx(0.06 * 2.8 / max(thing.size), rel=0.05)


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.splat", b"x" * 33), ("a.splat", b""), ("a.spz", b"nonsense"), ("a.spz", b"\x1f\x8b" + bytes(40))],
)
def test_damaged_splats_are_told(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError):
        thing_of_splats(tmp_path / name)


def test_flat_splats_and_splats_that_are_no_numbers_are_told(tmp_path: Path) -> None:
    grid = np.stack(np.meshgrid(np.arange(4.0), np.arange(4.0), [0.0]), axis=-1).reshape(-1, 3)
    flat = gaussians_at(grid, np.full((16, 3), 0.5, np.float32))
    with pytest.raises(InputError, match="volume"):
        thing_of_splats(write_gaussians(flat, tmp_path / "flat.ply"))
    bad = write_splat(flat, tmp_path / "bad.splat").read_bytes()
    (tmp_path / "bad.splat").write_bytes(np.float32(np.nan).tobytes() + bad[4:])
    with pytest.raises(InputError, match="finite"):
        thing_of_splats(tmp_path / "bad.splat")


def gltf(document: dict[str, Any], data: bytes) -> bytes:
    """A binary glTF 2.0 file."""
    document |= {"asset": {"version": "2.0"}, "buffers": [{"byteLength": len(data)}]}
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    data += bytes(-len(data) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(data))
    return head + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data


def pyramid(corner: float = 0.0, last: int = 4) -> tuple[dict[str, Any], bytes]:
    """A document and its bytes, without a texture: five corners, four triangles."""
    corners = np.array([[corner, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0.5, 0.5, 1]], np.float32)
    triangles = np.array([[0, 1, 2], [0, 2, 3], [0, 1, 4], [1, 2, last]], np.uint32)
    document = {
        "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "bufferViews": [{"buffer": 0, "byteOffset": 0, "byteLength": 60},
                        {"buffer": 0, "byteOffset": 60, "byteLength": 48}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 5, "type": "VEC3"},
                      {"bufferView": 1, "componentType": 5125, "count": 12, "type": "SCALAR"}],
    }  # fmt: skip
    return document, corners.tobytes() + triangles.tobytes()


def test_a_mesh_that_draco_packed_is_unpacked(tmp_path: Path) -> None:
    corners, triangles = np.split(np.frombuffer(pyramid()[1], np.uint32), [15])
    packed = DracoPy.encode(corners.view(np.float32).reshape(5, 3), triangles.reshape(4, 3))
    document, _ = pyramid()
    name = "KHR_draco_mesh_compression"
    document |= {"extensionsUsed": [name], "extensionsRequired": [name]}
    document["bufferViews"] = [{"buffer": 0, "byteOffset": 0, "byteLength": len(packed)}]
    document["accessors"] = [{k: v for k, v in each.items() if k != "bufferView"} for each in document["accessors"]]
    document["meshes"][0]["primitives"][0]["extensions"] = {name: {"bufferView": 0, "attributes": {"POSITION": 0}}}
    (tmp_path / "packed.glb").write_bytes(gltf(document, packed))
    (tmp_path / "plain.glb").write_bytes(gltf(*pyramid()))
    one, other = (thing_of_file(tmp_path / f"{each}.glb") for each in ("packed", "plain"))
    np.testing.assert_allclose(one.size, other.size, atol=1e-3)
    assert len(one.mesh.triangles) == len(other.mesh.triangles) == 4
    assert np.ptp(one.mesh.tints, axis=0).max() == 0


def test_files_that_claim_too_much_or_are_broken_are_refused_in_a_sentence(tmp_path: Path) -> None:
    def refused(words: str, document: dict[str, Any], data: bytes = pyramid()[1]) -> None:
        (tmp_path / "bad.glb").write_bytes(gltf(document, data))
        with pytest.raises(InputError, match=words):
            thing_of_file(tmp_path / "bad.glb")

    document, _ = pyramid()
    document["accessors"][1]["count"] = 30_000_000
    refused("10,000,000 triangles", document)
    document, _ = pyramid()
    document["nodes"] = [{"mesh": 0}] * 300_000
    refused("1,200,000 triangles", document)
    document, _ = pyramid()
    document["extensionsRequired"] = ["EXT_meshopt_compression"]
    refused("EXT_meshopt_compression.*gltf-transform", document)
    refused("finite", *pyramid(corner=np.nan))
    refused("finite", *pyramid(corner=1e30))
    refused("a corner that is not there", *pyramid(last=4_000_000_000))
    document, _ = pyramid()
    document["nodes"][0]["scale"] = [0, 0, 0]
    refused("all in one place", document)
    document, _ = pyramid()
    document["nodes"][0]["mesh"] = 7
    refused("cannot be read", document)
    (tmp_path / "bad.glb").write_bytes(gltf(*pyramid())[:200])
    with pytest.raises(InputError, match="cannot be read"):
        thing_of_file(tmp_path / "bad.glb")
