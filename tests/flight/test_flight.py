"""Flights: what can be asked for, a course above the ground, a film from scenes that are let go, and their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from lucid3d.camera import Camera
from lucid3d.config import Config, RenderConfig, TrainConfig
from lucid3d.errors import InputError
from lucid3d.export.ply import read_gaussians, write_gaussians
from lucid3d.export.video import decoded_frames, write_film
from lucid3d.flight.course import ABOVE_TREES, TURNS, heading_over_land, lay_course
from lucid3d.flight.pipeline import fly, refuse
from lucid3d.flight.plan import Flight, metres, read_flight
from lucid3d.flight.progress import FlightProgress, done_so_far, film_part, keep
from lucid3d.flight.stretch import leaving
from lucid3d.gaussians.model import Gaussians
from lucid3d.progress import Event
from lucid3d.scene import Scene
from lucid3d.trajectory import load_cameras, names
from tests.viewer.tiny_scene import gaussians_at


def test_lengths_are_read_with_their_units() -> None:
    assert [metres(text) for text in ("1km", "300m", "0.5 km", "80")] == [1000, 300, 500, 80]


@pytest.mark.parametrize("text", ["far", "-5m", "1 mile", "", "nan", "1e12 m", "0m"])
def test_lengths_that_no_flight_has_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        Flight(length=metres(text))


def test_the_named_flight_goes_a_kilometre_and_is_no_path() -> None:
    flight = read_flight("flight")
    assert flight is not None
    assert flight.length == 1000
    assert read_flight("flight", "2km") == replace(flight, length=2000)
    assert "flight" not in names()
    with pytest.raises(InputError, match="flight"):
        load_cameras("flight", width=8, height=8, fov_degrees=90)


def test_a_length_without_a_flight_and_a_slip_of_the_pen_are_refused(tmp_path: Path) -> None:
    assert read_flight("walk") is None
    with pytest.raises(InputError, match="--trajectory flight"):
        read_flight("walk", "1km")
    for wrong in ("{hight: 30}", "{height: high}", "{height: -3}", "[1, 2]"):
        (tmp_path / "mine.yaml").write_text(f"flight: {wrong}\n")
        with pytest.raises(InputError):
            read_flight(str(tmp_path / "mine.yaml"))
    with pytest.raises(InputError, match="pictures"):
        Flight(length=50_000, speed=0.5).frames(25)


def test_the_course_stays_above_the_ground_and_turns_gently() -> None:
    def ridge(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        return 1.6 - 80 * np.exp(-(((z - 300) / 40) ** 2))  # y is down: 80 m high, 300 m ahead

    flight = Flight(length=600, height=20)
    course = lay_course(flight, ridge, tallest=30)
    x, y, z = course.positions.T
    assert (y <= ridge(x, z) - 30 - ABOVE_TREES + 1e-6).all()
    np.testing.assert_allclose(np.hypot(np.diff(x), np.diff(z)), 2.0, atol=1e-9)
    assert np.abs(np.diff(y)).max() < 0.5 * np.abs(np.diff(ridge(x, z))).max()
    np.testing.assert_allclose(course.pose(0)[:3, 3][[0, 2]], 0, atol=1e-12)
    low = lay_course(flight, ridge).positions[-1, 1]
    assert low == pytest.approx(1.6 - 20, abs=0.2)  # beyond the ridge one comes down again


def test_a_flight_turns_from_open_water_to_land_and_crosses_a_lake() -> None:
    flight = Flight(length=1000)

    def sea(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        return z > 40 - 0.5 * x  # the shore lies ahead, nearer on the right

    def lake(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        return np.hypot(x, z - 180) < 150

    assert heading_over_land(flight, lake) == 0
    assert heading_over_land(flight, lambda x, z: np.ones(len(x), bool)) == 0  # nowhere is land: straight on
    heading = heading_over_land(flight, sea)
    assert heading < 0 or heading > 90
    course = lay_course(flight, lambda x, z: np.zeros(len(x)), wet=sea)
    x, _, z = course.positions.T
    assert sea(x, z).mean() < 0.35
    assert course.yaws[0] == 0
    most = 1.5 * TURNS + flight.bend * 2 * np.pi / flight.wave  # degrees a metre; samples lie two metres apart
    assert np.abs(np.diff(course.yaws)).max() <= 2 * most
    assert course.yaws[-200:].mean() == pytest.approx(heading, abs=flight.bend)


def test_a_tile_keeps_what_the_next_station_does_not_see() -> None:
    count = 200
    rng = np.random.default_rng(0)
    means = rng.uniform(-50, 50, (count, 3)).astype(np.float32)
    quats = np.tile(np.float32([1, 0, 0, 0]), (count, 1))
    cloud = Gaussians(means, quats, np.zeros((count, 3), np.float32), np.zeros(count, np.float32),
                      np.zeros((count, 1, 3), np.float32))  # fmt: skip
    origin = np.array([7.0, -3.0, 1000.0])
    after = Camera.from_fov(96, 54, 75).at(np.block([[np.eye(3), origin[:, None]], [np.zeros(3), 1]]))
    kept = leaving(cloud, origin, after)
    assert 0 < len(kept) < count
    offset = kept.means - origin
    ahead = offset[:, 2] > 0
    across = np.abs(offset[:, 0])[ahead] / offset[ahead, 2]
    up = np.abs(offset[:, 1])[ahead] / offset[ahead, 2]
    assert np.maximum(across / np.tan(np.radians(37.5)), up / np.tan(np.radians(20))).min() > 1
    assert len(leaving(cloud, origin, None)) == count


@pytest.mark.parametrize(
    "asked", [{"image": "a.png"}, {"models": "diffusion"}, {"dreaming": "joint"}, {"painter": "mine"}]
)
def test_what_a_flight_cannot_do_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(InputError, match="leave out"):
        refuse(Config(prompt=("a meadow",), **asked))  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_flight_becomes_a_film_and_tiles_that_fit_together(tmp_path: Path) -> None:
    config = Config(
        prompt=("the moon",),
        training=TrainConfig(iterations=6, max_gaussians=3000),
        render=RenderConfig(film_width=64, film_height=36, film_rate=2),
    )
    output = tmp_path / "moon"
    made = fly(config, Flight(length=50), output)
    assert decoded_frames(output / "preview.mp4") == made["pictures"] == 6
    record = yaml.safe_load((output / "scene.yaml").read_text())
    assert record["status"] == "complete"
    assert [tile["file"] for tile in record["flight"]["tiles"]] == ["tiles/0000.ply", "tiles/0001.ply"]
    first, last = (read_gaussians(output / tile["file"]) for tile in record["flight"]["tiles"])
    assert first.means[:, 2].min() < 45 < 60 < last.means[:, 2].min()  # in the frame of the start
    assert len(last) > len(first)  # it has all that lies ahead, and the sky
    scene = Scene.load(output)
    np.testing.assert_array_equal(scene.gaussians.means, np.concatenate([first.means, last.means]))
    np.testing.assert_array_equal(scene.gaussians.sh, np.concatenate([first.sh, last.sh]))
    assert scene.views[0].camera.position[1] < -10  # a viewer begins where the flight does
    assert fly(config, Flight(length=50), output) == record["flight"]  # it is there already
    with pytest.raises(InputError, match="another scene"):
        fly(config, Flight(length=60), output)


@pytest.mark.slow
def test_an_interrupted_flight_goes_on_at_its_stretch_to_the_same_files(tmp_path: Path) -> None:
    config = Config(
        prompt=("the moon",),
        training=TrainConfig(iterations=6, max_gaussians=3000),
        render=RenderConfig(film_width=64, film_height=36, film_rate=2),
    )
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    fly(config, Flight(length=100), whole)

    def stop(event: Event) -> None:
        if event.stage == "film" and event.done == 7:  # within the second of three stretches
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fly(config, Flight(length=100), cut, on_event=stop)
    assert not (cut / "preview.mp4").exists()
    with pytest.raises(InputError, match="--resume"):
        fly(config, Flight(length=100), cut)
    seen: list[Event] = []
    fly(config, Flight(length=100), cut, resume=True, on_event=seen.append)
    assert min(event.done for event in seen if event.stage == "film") == 5  # the first stretch was there
    for name in ("scene.ply", "preview.mp4", "tiles/0000.ply", "tiles/0001.ply", "tiles/0002.ply"):
        assert (cut / name).read_bytes() == (whole / name).read_bytes(), name
    assert not (cut / ".progress").exists()


def test_what_is_damaged_of_an_interrupted_flight_is_made_again(tmp_path: Path) -> None:
    folder, progress = tmp_path, tmp_path / ".progress"
    progress.mkdir()
    assert done_so_far(folder, progress, lambda n: 2) == FlightProgress()
    cloud = gaussians_at(np.random.default_rng(0).normal(0, 1, (20, 3)), np.full((20, 3), 0.5), sigma=0.1)
    write_gaussians(cloud, folder / "0000.ply")
    tiles = [{"file": "0000.ply", "gaussians": 20}]
    write_film([np.zeros((16, 16, 3), np.float32)] * 2, film_part(progress, 0), width=16, height=16, rate=2)
    keep(progress, 0, tiles, cloud)
    done = done_so_far(folder, progress, lambda n: 2)
    assert (done.stretches, list(done.tiles)) == (1, tiles)
    assert done.last is not None and (done.last.means == cloud.means).all()
    assert done_so_far(folder, progress, lambda n: 3) == FlightProgress()
    for path in (folder / "0000.ply", film_part(progress, 0), progress / "scenery-0000.ply", progress / "flight.json"):
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        assert done_so_far(folder, progress, lambda n: 2) == FlightProgress(), path.name
        path.write_bytes(data)
    assert done_so_far(folder, progress, lambda n: 2).stretches == 1


def test_a_room_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="landscape"):
        fly(Config(prompt=("a living room",)), Flight(), tmp_path / "room")
    assert not (tmp_path / "room").exists()
