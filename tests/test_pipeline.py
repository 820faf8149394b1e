"""From a config to a finished folder: what is there, that it repeats, resumes, and never belongs to two jobs."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image as Pillow

import lucid3d
from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.pipeline import run
from lucid3d.progress import Event
from lucid3d.scene import Scene
from tests.analytic_room import furnished_room, see
from tests.small import small_config
from tests.test_dreaming import RoomDepth, RoomPainter

FILES = {
    "scene.yaml", "transforms.json", "points.ply", "scene.ply", "preview.mp4", "depth.mp4", "preview.jpg", "index.html",
    "images", "depth", "masks", "skybox",
}  # fmt: skip


def models(room=None) -> dict:
    room = room or furnished_room(1, open_top=True, spheres=4, poles=1)
    return {"painter": RoomPainter(room), "estimator": RoomDepth(room)}


class Stop(Exception):
    """What a listener raises to cancel."""


def stopper(stage: str, done: int):
    def listen(event: Event) -> None:
        if event.stage == stage and event.done == done:
            raise Stop

    return listen


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scenes") / "room"
    run(small_config(), folder, **models())
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    names = [
        "scene.ply", "points.ply", "transforms.json", "skybox/panorama.png", "skybox/depth.exr", "preview.mp4",
    ]  # fmt: skip
    return {name: (folder / name).read_bytes() for name in names}


def test_the_folder_holds_what_the_readme_says_and_nothing_else(finished: Path) -> None:
    assert {path.name for path in finished.iterdir()} == FILES
    record = yaml.safe_load((finished / "scene.yaml").read_text())
    assert record["status"] == "complete"
    assert record["config"]["prompt"] == ["a room"]
    assert record["models"]["family"] == "custom"
    assert record["versions"]["torch"]
    assert set(record["timings"]) >= {"dream", "train", "panorama", "films"}


def test_a_saved_scene_loads_as_it_was(finished: Path) -> None:
    scene = Scene.load(finished)
    again = run(small_config(), **models())
    np.testing.assert_array_equal(scene.gaussians.means, again.gaussians.means)
    np.testing.assert_array_equal(scene.points.positions, again.points.positions)
    assert len(scene.cameras) == 10
    np.testing.assert_allclose(scene.cameras[3].world_from_camera, again.cameras[3].world_from_camera, atol=1e-9)
    np.testing.assert_array_equal(scene.views[0].image, again.views[0].image)
    np.testing.assert_array_equal(scene.views[2].depth, again.views[2].depth)
    camera = Camera.from_fov(40, 40, 80)
    np.testing.assert_array_equal(scene.render(camera).image, again.render(camera).image)


def test_training_makes_the_scene_like_the_room() -> None:
    room = furnished_room(1, open_top=True, spheres=4, poles=1)
    config = small_config(dream={"size": 128}, training={"iterations": 60, "max_gaussians": 200_000})
    scene = run(config, **models(room))
    camera = Camera.from_fov(96, 96, 70, lucid3d.camera.yaw_pitch(77, 5))
    truth, depth = see(room, camera)
    drawn = scene.render(camera)
    psnr = -10 * np.log10(np.mean((np.clip(drawn.image, 0, 1) - truth) ** 2))
    assert psnr > 24
    surface = np.isfinite(depth)
    assert np.median(np.abs(drawn.depth[surface] / depth[surface] - 1)) < 0.02


def test_the_same_job_twice_gives_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    run(small_config(), tmp_path / "again", **models())
    assert contents(tmp_path / "again") == contents(finished)


@pytest.mark.parametrize(("stage", "done"), [("dream", 4), ("train", 7), ("write", 3), ("film", 2)])
def test_a_cancelled_job_continues_to_the_same_result(stage: str, done: int, finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "room"
    with pytest.raises(Stop):
        run(small_config(), folder, **models(), on_event=stopper(stage, done))
    assert not [path for path in folder.rglob("*") if path.name.startswith(".") and path.is_file()]  # no half files
    with pytest.raises(InputError, match="--resume"):
        run(small_config(), folder, **models())
    painted = RoomPainter(furnished_room(1, open_top=True, spheres=4, poles=1))
    run(small_config(), folder, resume=True, painter=painted, estimator=RoomDepth(painted.room))
    assert contents(folder) == contents(finished)
    assert painted.asked == (6 if stage == "dream" else 0)


def test_a_complete_job_is_left_alone(finished: Path) -> None:
    before = contents(finished)
    painter = RoomPainter(furnished_room(1, open_top=True, spheres=4, poles=1))
    scene = run(small_config(), finished, painter=painter, estimator=RoomDepth(painter.room))
    assert painter.asked == 0
    assert len(scene.gaussians) > 100
    assert contents(finished) == before


def test_an_option_younger_than_a_scene_does_not_make_it_another(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    shutil.copytree(finished, folder)
    record = yaml.safe_load((folder / "scene.yaml").read_text())
    del record["config"]["estimator"], record["config"]["render"]["film_rate"]
    (folder / "scene.yaml").write_text(yaml.safe_dump(record))
    painter = RoomPainter(furnished_room(1, open_top=True, spheres=4, poles=1))
    run(small_config(), folder, painter=painter, estimator=RoomDepth(painter.room))
    assert painter.asked == 0
    record["config"]["estimator"] = ["what"]
    (folder / "scene.yaml").write_text(yaml.safe_dump(record))
    with pytest.raises(InputError, match="another scene"):
        run(small_config(), folder, **models())


def test_another_job_does_not_touch_the_folder(finished: Path) -> None:
    before = contents(finished)
    with pytest.raises(InputError, match=r"prompt.*--overwrite"):
        run(small_config(prompt=["a hall"]), finished, **models())
    with pytest.raises(InputError, match=r"dream\.size: 48 there, 50 here"):
        run(small_config(dream={"size": 50}), finished, **models())
    assert contents(finished) == before


def test_overwrite_replaces_a_scene_but_never_foreign_files(tmp_path: Path) -> None:
    folder = tmp_path / "room"
    with pytest.raises(Stop):
        run(small_config(prompt=["a hall"]), folder, **models(), on_event=stopper("dream", 1))
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(Stop):
        run(small_config(), folder, overwrite=True, **models(), on_event=stopper("dream", 0))
    assert (folder / "notes.txt").read_text() == "mine"
    assert yaml.safe_load((folder / "scene.yaml").read_text())["config"]["prompt"] == ["a room"]
    other = tmp_path / "photos"
    other.mkdir()
    (other / "cat.jpg").write_bytes(b"cat")
    with pytest.raises(InputError, match="not a scene"):
        run(small_config(), other, overwrite=True, **models())
    assert [path.name for path in other.iterdir()] == ["cat.jpg"]


def test_without_training_the_points_speak() -> None:
    events: list[Event] = []
    scene = run(small_config(train=False), on_event=events.append, **models())
    assert not [event for event in events if event.stage == "train"]
    assert len(scene.gaussians) > 1000


def test_transforms_json_is_what_nerfstudio_reads(finished: Path) -> None:
    document = json.loads((finished / "transforms.json").read_text())
    assert len(document["frames"]) == 13
    for frame in document["frames"]:
        assert Pillow.open(finished / frame["file_path"]).size == (frame["w"], frame["h"])
        assert Pillow.open(finished / frame["mask_path"]).size == (frame["w"], frame["h"])
        depth = np.load(finished / frame["depth_file_path"])
        assert depth.shape == (frame["h"], frame["w"])
        assert np.isfinite(depth).all()
    first = np.array(document["frames"][0]["transform_matrix"])
    np.testing.assert_allclose(first[:3, 2], [0, -1, 0])  # the OpenGL camera's back is our -forward, nerfstudio's -y
    np.testing.assert_allclose(first[:3, 1], [0, 0, 1])  # its up is nerfstudio's z


def test_the_panorama_has_no_hole_and_no_seam(finished: Path) -> None:
    panorama = np.asarray(Pillow.open(finished / "skybox" / "panorama.png"), float)
    assert panorama.shape == (64, 128, 3)
    steps = np.abs(np.diff(panorama, axis=1)).mean(axis=(0, 2))
    assert np.abs(panorama[:, 0] - panorama[:, -1]).mean() <= steps.max()


def test_the_report_stands_alone(finished: Path) -> None:
    page = (finished / "index.html").read_text()
    assert "a room" in page
    assert "http://" not in page
    assert "https://" not in page
    for link in ("scene.ply", "preview.mp4", "images/view_000.png"):
        assert f'"{link}"' in page
        assert (finished / link).exists()


def test_a_prompt_cannot_write_into_the_report(tmp_path: Path) -> None:
    prompt = '<script>alert("x")</script>$title'
    run(small_config(prompt=[prompt], train=False), tmp_path / "x", **models())
    assert "<script>alert" not in (tmp_path / "x" / "index.html").read_text()


def test_the_library_call_is_one_line() -> None:
    config = small_config(train=False)
    scene = lucid3d.dream("a room", config=config, seed=5, **models())
    assert scene.config.seed == 5
    with pytest.raises(InputError, match="no option 'sed'"):
        lucid3d.dream("a room", sed=5)
    with pytest.raises(InputError, match="estimator that measures its pictures"):
        lucid3d.dream("a room", config=config, models="procedural", painter=models()["painter"])


def test_saving_writes_what_run_writes(finished: Path, tmp_path: Path) -> None:
    scene = run(small_config(), **models())
    scene.save(tmp_path / "saved")
    assert contents(tmp_path / "saved") == contents(finished)
    with pytest.raises(InputError, match="another scene"):
        scene.config = small_config(seed=9)
        scene.save(tmp_path / "saved")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "scene.yaml").unlink(), "no scene.yaml"),
        (lambda f: (f / "scene.yaml").write_text("format: 99\nlucid3d: 9.0"), "later version"),
        (lambda f: (f / "scene.yaml").write_text("["), "cannot be read"),
        (lambda f: (f / "scene.ply").unlink(), "unfinished"),
        (lambda f: (f / "scene.ply").write_bytes((f / "scene.ply").read_bytes()[:-7]), "scene.ply"),
        (lambda f: (f / "transforms.json").write_text("{}"), "transforms.json"),
        (lambda f: (f / "images" / "view_003.png").write_bytes(b"no"), "view"),
    ],
)
def test_a_damaged_scene_is_named(damage, message: str, finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(finished, folder)
    damage(folder)
    with pytest.raises(InputError, match=message):
        Scene.load(folder)


def test_an_explored_scene_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    config = small_config(explore="0.5m", dream={"size": 40, "sharpness": 1.0}, trajectory="rotate360")
    whole = run(config, **models())
    assert len(whole.cameras) > 10
    assert whole.facts["dream"]["planned"] == len(whole.cameras) - 10
    assert whole.facts["dream"]["walkable"] > 0
    with pytest.raises(Stop):
        run(config, tmp_path / "room", **models(), on_event=stopper("dream", 12))
    resumed = run(config, tmp_path / "room", **models(), resume=True)
    np.testing.assert_array_equal(resumed.gaussians.means, whole.gaussians.means)
    np.testing.assert_array_equal(resumed.points.positions, whole.points.positions)


def test_a_scene_in_parts_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    config = small_config(training={"tile_gaussians": 6000})
    looks: list[int] = []

    def look(event: Event) -> None:
        if event.gaussians is not None:
            looks.append(len(event.gaussians()))

    whole = run(config, **models(), on_event=look)
    with pytest.raises(Stop):
        run(config, tmp_path / "room", **models(), on_event=stopper("train", 25))
    assert list((tmp_path / "room" / ".progress" / "tiles").glob("part_*.npz"))
    resumed = run(config, tmp_path / "room", **models(), resume=True)
    for name, values in vars(whole.gaussians).items():
        np.testing.assert_array_equal(getattr(resumed.gaussians, name), values)
    assert not (tmp_path / "room" / ".progress").exists()
    at_once = run(replace(config, training=replace(config.training, tile_gaussians=20_000)), **models())
    scores = []
    for scene in (whole, at_once):
        squares = [((scene.render(v.camera).image - v.image) ** 2).mean() for v in scene.views if not v.support]
        scores.append(-10 * np.log10(np.mean(squares)))
    assert scores[0] > scores[1] - 0.3 and max(looks) >= len(whole.gaussians)


def test_a_reach_beyond_reason_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="explore '10km': say how far"):
        run(small_config(explore="10km"), tmp_path / "room", **models())
    assert not (tmp_path / "room").exists()
