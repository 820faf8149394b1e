"""A good file for everything that reads one, small, and what reads it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import gsply
import numpy as np
import trimesh
import yaml
from PIL import Image, PngImagePlugin

from lucid3d.camera import Camera
from lucid3d.commands.panorama import read_panorama
from lucid3d.config import load_config
from lucid3d.editing.book import Book, Change, Entry, changed, read_book, read_inserted, write_book, write_change
from lucid3d.editing.insertion import Wish
from lucid3d.editing.mesh_file import thing_of_file
from lucid3d.editing.order import Order, read_order
from lucid3d.editing.patch import Patch
from lucid3d.editing.regions import read_region
from lucid3d.editing.splat_file import thing_of_splats
from lucid3d.editing.standing import Spot
from lucid3d.exploring.free_space import FreeSpace, read_free_space, write_free_space
from lucid3d.exploring.reach import parse_reach
from lucid3d.export.images import write_exr
from lucid3d.export.ply import read_gaussians, read_points, write_gaussians, write_points
from lucid3d.export.skybox import TRUE_LIGHT, read_radiance
from lucid3d.export.targets import parse_targets
from lucid3d.extending import parse_place
from lucid3d.gaussians.model import Gaussians
from lucid3d.gaussians.training import checkpoint
from lucid3d.gaussians.training.state import State
from lucid3d.input_depth import load_depth
from lucid3d.input_panorama import load_panorama
from lucid3d.input_pictures import load_picture
from lucid3d.pointcloud import PointCloud
from lucid3d.procedural.catalogue.load import PACKAGED, load_catalogue
from lucid3d.procedural.language.brief import understand
from lucid3d.prompts import plan_prompts
from lucid3d.reading import read_bytes, read_text
from lucid3d.service.batch import read_rows
from lucid3d.service.spec import read_spec
from lucid3d.service.uploads import decode
from lucid3d.trajectory import load_cameras
from lucid3d.transforms import PosedView, read_transforms, write_transforms
from lucid3d.viewer.gallery import Gallery
from lucid3d.workspace import read_record
from lucid3d.worldscore.tasks import read_tasks
from lucid3d.zoom.levels import LevelGaussians
from lucid3d.zoom.plan import read_plan

Reader = Callable[[Path], Any]
Seed = tuple[bytes, Reader]

SCENE = {"format": 1, "lucid3d": "0", "status": "complete", "prompt": "a lake", "config": {"seed": 3}}
ROW = [{"from": -45, "to": 45, "prompt": "a lake"}, {"from": 45, "to": 90, "prompt": "a hill"}]
PATH = {"fov": 80, "views": [{"yaw": 10, "ring": 4, "radius": 0.5}, {"position": [0, 0, 1], "pitch": 3}]}
CURVE = {"keyframes": [{"yaw": 0}, {"yaw": 90, "position": [1, 0, 0]}], "frames": 20, "closed": True}
FRAME = {"transform_matrix": np.eye(4).tolist(), "w": 32, "h": 32, "fl_x": 20.0, "fl_y": 20.0}
TASK = {"image": "a.png", "prompt_list": ["a lake"], "camera_path": ["pan_left"], "visual_movement": "static"}
REGION = {"name": "pond", "steps": [{"box": [[-1, -1, -1], [1, 1, 1]]}]}
"""How a test writes a region is what `lucid3d.editing.regions` writes; steps that are none are refused."""


def seeds(folder: Path) -> dict[str, tuple[Path, Reader]]:
    """Name -> a good file, with whatever belongs to it beside it, and what reads it. Each has a folder of its own."""
    made: dict[str, tuple[Path, Reader]] = {}
    for several in (texts, _words, _pictures, _depths, _points, _arrays, _things, _scenes):
        for name, (data, read) in several(folder).items():
            path = folder / "seeds" / name / name
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True)
            path.write_bytes(data)
            made[name] = (path, read)
    return made | _folders(folder)


def _of_folder(read: Reader) -> Reader:
    return lambda path: read(path.parent)


def _of_text(read: Callable[[str], Any]) -> Reader:
    """Words that a person types, as a file."""
    return lambda path: read(read_text(path, "the words", 1 << 20))


def _cameras(path: Path) -> list[Camera]:
    return load_cameras(str(path), width=32, height=32, fov_degrees=90)


def texts(_: Path | None = None) -> dict[str, Seed]:
    def packed(data: Any) -> bytes:
        return yaml.safe_dump(data).encode()

    spec = {"kind": "export", "type": "mesh", "size": "1k", "targets": [], "path": "stroll", "seconds": 3.0,
            "source": "a", "output": "b"}  # fmt: skip
    region = {"name": "pond", "steps": [{"box": [0, 0, 0, 1, 1, 1]}, {"grow": 0.3}, {"thing": "tree"}]}
    return {
        "scene.yaml": (packed(SCENE), _of_folder(read_record)),
        "prompts.yaml": (packed({"default": "x", "ranges": ROW}), lambda p: plan_prompts([str(p)])),
        "path.yaml": (packed(PATH), _cameras),
        "curve.yaml": (packed(CURVE), _cameras),
        "path.json": (json.dumps({"frames": [FRAME, FRAME]}).encode(), _cameras),
        "config.yaml": (packed({"seed": 1, "dream": {"size": 64}}), load_config),
        "zoom.yaml": (packed({"levels": ["a", "b"], "factor": 4, "width": 9}), read_plan),
        "list.csv": (b"prompt,seed\na lake,1\n\"a hill, steep\",2\n", read_rows),
        "list.jsonl": (b'{"prompt": "a lake", "seed": 3}\n{"prompt": "b"}\n', read_rows),
        "list.txt": (b"a lake\n# no\na hill\n", read_rows),
        "tasks.json": (json.dumps([TASK]).encode(), read_tasks),
        "region.json": (json.dumps(region).encode(), lambda p: read_region(p.parent, str(p))),
        "spec.json": (json.dumps(spec).encode(), _of_text(read_spec)),
    }  # fmt: skip


def _words(_: Path) -> dict[str, Seed]:
    sentence = "two red houses of stone beside a frozen lake with three boats, at dusk, in the rain, no people"
    return {
        "sentence.words": (sentence.encode(), _of_text(understand)),
        "chinese.words": ("湖边的两座红房子，傍晚下雨，没有人".encode(), _of_text(understand)),
        "order.words": (b"make the roof of the house red and wooden", _of_text(read_order)),
        "reach.words": (b"10m 90s", _of_text(parse_reach)),
        "place.words": (b"3,12", _of_text(parse_place)),
        "targets.words": (b"splat,glb,unity", _of_text(parse_targets)),
    }


def _encoded(mode: str, kind: str, **options: Any) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (40, 80 if mode == "RGB" else 40, 4), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def _pictures(_: Path) -> dict[str, Seed]:
    kinds = {"a.png": "RGBA", "b.png": "P", "c.jpg": "RGB", "d.webp": "RGB", "e.tif": "CMYK", "f.gif": "P"}
    names = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "tif": "TIFF", "gif": "GIF"}
    found: dict[str, Seed] = {
        name: (_encoded(mode, names[name[2:]]), load_picture) for name, mode in kinds.items()
    }  # fmt: skip
    said = PngImagePlugin.PngInfo()
    packet = '<x GPano:FullPanoWidthPixels="160" GPano:FullPanoHeightPixels="80" GPano:CroppedAreaLeftPixels="40" '
    packet += 'GPano:CroppedAreaTopPixels="20" GPano:PosePitchDegrees="5"/>'
    said.add_itxt("XML:com.adobe.xmp", packet)
    found["part.png"] = (_encoded("RGB", "PNG", pnginfo=said), lambda p: load_panorama(str(p)))
    found["sphere.jpg"] = (_encoded("RGB", "JPEG"), lambda p: load_panorama(str(p)))
    found["mend.png"] = (_encoded("RGB", "PNG"), read_panorama)
    found["upload.png"] = (_encoded("RGB", "PNG"), lambda p: decode(read_bytes(p, "it", 1 << 25), 64_000_000))
    return found


def _depths(folder: Path) -> dict[str, Seed]:
    depth = np.random.default_rng(1).uniform(1, 9, (32, 32)).astype(np.float32)
    sixteen = Image.fromarray((depth * 1000).astype(np.uint16))
    found: dict[str, Seed] = {}
    for name, kind in (("depth16.png", "PNG"), ("depth16.tif", "TIFF")):
        buffer = io.BytesIO()
        sixteen.save(buffer, kind)
        found[name] = (buffer.getvalue(), load_depth)
    buffer = io.BytesIO()
    np.save(buffer, depth)
    found["depth.npy"] = (buffer.getvalue(), load_depth)
    found["depth.exr"] = (write_exr(folder / "x.exr", depth).read_bytes(), load_depth)
    sphere = np.random.default_rng(1).uniform(0, 2, (64, 128, 3)).astype(np.float32)
    light = write_exr(folder / "x.exr", sphere).read_bytes()
    found["light.exr"] = (light, lambda p: load_panorama(str(p)))
    written = cv2.imencode(".hdr", sphere)[1].tobytes()
    found["light.hdr"] = (written, lambda p: load_panorama(str(p)))
    return found


def gaussians(count: int = 9) -> Gaussians:
    rng = np.random.default_rng(1)
    return Gaussians(
        rng.normal(size=(count, 3)).astype(np.float32), rng.normal(size=(count, 4)).astype(np.float32),
        np.full((count, 3), -2, np.float32), np.full(count, 3, np.float32), np.zeros((count, 1, 3), np.float32),
    )  # fmt: skip


def _points(folder: Path) -> dict[str, Seed]:
    write_gaussians(gaussians(), folder / "x.ply")
    scene = (folder / "x.ply").read_bytes()
    cloud = PointCloud.empty()
    ones = [np.ones((5, *values.shape[1:]), values.dtype) for values in vars(cloud).values()]
    write_points(PointCloud(*ones), folder / "x.ply")
    splat = np.zeros(9, [("p", "<f4", 3), ("s", "<f4", 3), ("rgba", "u1", 4), ("q", "u1", 4)])
    splat["p"], splat["s"], splat["rgba"], splat["q"] = gaussians().means, 0.1, 200, 200
    one = gaussians()
    data = gsply.GSData(one.means, one.log_scales, one.quats, one.logit_opacities, one.sh[:, 0], None)
    found: dict[str, Seed] = {
        "scene.ply": (scene, read_gaussians),
        "points.ply": ((folder / "x.ply").read_bytes(), read_points),
        "thing.ply": (scene, thing_of_splats),
        "thing.splat": (splat.tobytes(), thing_of_splats),
    }
    for version in (3, 4):
        gsply.write_spz(folder / "x.spz", data, version=version)
        found[f"thing{version}.spz"] = ((folder / "x.spz").read_bytes(), thing_of_splats)
    return found


def _arrays(folder: Path) -> dict[str, Seed]:
    state = State.start(gaussians(), np.zeros(9, bool))
    checkpoint.save(folder / "x.npz", state, 3, [0, 1], np.random.default_rng(0), {"seen": np.ones(9)})
    write_free_space(FreeSpace(np.zeros((9, 9), np.float32), np.zeros(3), 1.6), folder / "y.npz")
    return {
        "training.npz": ((folder / "x.npz").read_bytes(), checkpoint.load),
        "free_space.npz": ((folder / "y.npz").read_bytes(), read_free_space),
    }


def _things(_: Path) -> dict[str, Seed]:
    ball = trimesh.creation.icosphere(subdivisions=1)
    ball.visual.vertex_colors = np.full((len(ball.vertices), 4), 200, np.uint8)
    found: dict[str, Seed] = {}
    for kind in ("glb", "ply", "obj", "stl", "off"):
        data = ball.export(file_type=kind)
        found[f"mesh.{kind}"] = (data.encode() if isinstance(data, str) else data, thing_of_file)
    textured = trimesh.creation.box()
    uv = np.random.default_rng(0).uniform(size=(len(textured.vertices), 2))
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=Image.new("RGB", (8, 8), "red"))
    textured.visual = trimesh.visual.TextureVisuals(uv, material=material)
    found["textured.glb"] = (textured.export(file_type="glb"), thing_of_file)
    return found


def _scenes(_: Path) -> dict[str, Seed]:
    def places(path: Path) -> Any:
        return load_catalogue(path.parent.parent)

    def gallery(path: Path) -> Any:
        return Gallery(path.parent.parent).page()

    return {"neighbour.yaml": (yaml.safe_dump(SCENE).encode(), gallery)}


def _folders(folder: Path) -> dict[str, tuple[Path, Reader]]:
    """Files that are read with those beside them."""
    found: dict[str, tuple[Path, Reader]] = {}
    place = folder / "catalogue" / "places" / "my_cafe.yaml"
    place.parent.mkdir(parents=True)
    place.write_bytes((PACKAGED / "places" / "coffee_shop.yaml").read_bytes())
    found["place.yaml"] = (place, lambda p: load_catalogue(p.parent.parent))

    for name in ("transforms.json", "images/view_000.png", "depth/view_000.npy", "masks/view_000.png"):
        root = folder / "views" / name.replace("/", "-")
        camera = Camera.from_fov(24, 24, 80)
        black, near = np.zeros((24, 24, 3), np.float32), np.ones((24, 24), np.float32)
        write_transforms([PosedView(camera, black, near, np.ones((24, 24), bool))] * 2, root)
        path = next(iter(sorted(root.rglob(Path(name).name))))
        found[f"views {name}"] = (path, lambda _, root=root: list(read_transforms(root)))

    def book(root: Path) -> Path:
        (root / "edits").mkdir(parents=True)
        write_gaussians(gaussians(), root / "scene.ply")
        rows = np.arange(2)
        patch = Patch(rows, gaussians()[rows], gaussians(3))
        change = write_change(root, Change("red", "", Order("make it red", "dye", colour="red")), patch)
        parts = {f"parts_{name}": values for name, values in vars(gaussians(2)).items()}
        with (root / "edits" / "boat.1.npz").open("wb") as file:
            np.savez(file, **vars(gaussians(3)), **parts, shade_rows=rows, shade_light=np.ones((2, 3), np.float32))
        entry = Entry("boat", "boat.1", Wish("a boat", at=(1.0, 2.0)), Spot(0.0, 1.0, 2.0, 30.0), (1.0, 1.0, 1.0))
        write_book(root, Book(((), (entry,), (entry, change)), 2))
        return root / "edits"

    def edited(path: Path) -> Any:
        root = path.parent.parent
        state = read_book(root).state
        return changed(root, state), [read_inserted(root, each) for each in state if isinstance(each, Entry)]

    for name in ("edits.json", "boat.1.npz", "red.1.npz"):
        found[f"edits {name}"] = (book(folder / "edited" / name) / name, edited)

    for name in ("zoom/levels.npz", "zoom/coarse.ply"):
        root = folder / "zoomed" / name.replace("/", "-")
        count = 9
        levels = LevelGaussians(
            gaussians(count), np.zeros(count, np.uint8), np.ones(count, np.float32), np.arange(count) < 3,
            np.zeros(count, bool), (1.0,), 0.01,
        )  # fmt: skip
        write_gaussians(levels.gaussians[~levels.covered], root / "scene.ply")
        levels.save(root)
        found[f"levels {name}"] = (root / name, lambda _, root=root: LevelGaussians.load(root))

    for name in ("skybox.json", "panorama.hdr"):
        root = folder / "skies" / name
        root.mkdir(parents=True)
        (root / "skybox.json").write_text(json.dumps({"hdr": {"source": TRUE_LIGHT}}))
        cv2.imwrite(str(root / "panorama.hdr"), np.ones((16, 32, 3), np.float32))
        found[f"sky {name}"] = (root / name, lambda _, root=root: read_radiance(root))
    return found
