"""Jobs, what is seen of them while they go on, and one more view where somebody stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.gaussians import render
from lucid3d.pipeline import run
from lucid3d.progress import Event
from lucid3d.scene import Scene
from lucid3d.viewer.dream_here import dream_here
from lucid3d.viewer.growing import Growth, Snapshot
from lucid3d.viewer.live import LiveView
from lucid3d.viewer.making import Job, Workshop, config_for, presets
from lucid3d.viewer.panels.dream_tab import goal_ahead
from tests.analytic_room import furnished_room, see
from tests.small import small_config
from tests.test_dreaming import RoomDepth, RoomPainter
from tests.viewer.page import Page

ROOM = furnished_room(1, open_top=True, spheres=3, poles=1)


def models() -> dict:
    return {"painter": RoomPainter(ROOM), "estimator": RoomDepth(ROOM)}


def ended(workshop: Workshop, work: Callable, title: str = "work") -> Job:
    over = threading.Event()
    job = workshop.start(title, work, 0, lambda _: over.set())
    assert over.wait(60)
    return job


def test_a_job_is_done_or_says_why_not() -> None:
    workshop = Workshop()
    job = ended(workshop, lambda on_event: (on_event(Event("train", 1, 2)), 42)[1])
    assert (job.state, job.result) == ("done", 42)
    assert job.growth.snapshot.done == 1

    def bad_input(_: object) -> None:
        raise InputError("the prompt is in Klingon")

    def bug(_: object) -> None:
        raise ZeroDivisionError("by zero")

    assert ended(workshop, bad_input).message == "the prompt is in Klingon"
    job = ended(workshop, bug, "counting")
    assert job.state == "failed"
    assert "counting" in job.message
    assert "by zero" in job.message


def test_a_cancelled_job_ends_at_its_next_step_and_another_may_begin() -> None:
    workshop, begun = Workshop(), threading.Event()

    def endless(on_event: Callable) -> None:
        while True:
            on_event(Event("train", 1, 2))
            begun.set()
            time.sleep(0.005)

    over = threading.Event()
    job = workshop.start("endless", endless, 0, lambda _: over.set())
    assert begun.wait(60)
    with pytest.raises(InputError, match="'endless' is still running"):
        workshop.start("another", lambda _: None, 1)
    job.cancel()
    assert over.wait(60)
    assert job.state == "cancelled"
    assert ended(workshop, lambda _: 1).state == "done"


def test_the_bar_only_moves_forward() -> None:
    steps = [("models", 0, 1), ("models", 1, 1), ("dream", 0, 8), ("dream", 8, 8), ("train", 1, 300), ("write", 0, 5)]
    parts = [Snapshot(*step).part for step in [*steps, ("write", 5, 5)]]
    assert parts == sorted(parts)
    assert parts[0] == 0
    assert parts[-1] == 1
    assert Snapshot("dream", 3, 8, "view 2").sentence == "Dreaming 3 of 8 (view 2)"


def test_a_config_from_the_page_is_checked() -> None:
    config = config_for("  a   lake ", "fast", seed=7, models="procedural", changes={"dream": {"size": 32}})
    assert config.prompt == ("a lake",)
    assert (config.seed, config.dream.size, config.models) == (7, 32, "procedural")
    assert presets()[0] == "default"
    for arguments, options in [
        (("", "fast"), {}),
        (("x" * 1000, "fast"), {}),
        (("a lake", "../../etc/passwd"), {}),
        (("a lake", "/etc/passwd"), {}),
        (("a lake", "fast"), {"models": "evil"}),
        (("a lake", "fast"), {"seed": -1}),
    ]:
        with pytest.raises(InputError):
            config_for(*arguments, **options)


def test_growth_shows_views_points_and_gaussians_of_a_real_job() -> None:
    growth, seen = Growth(), []
    growth.watch(seen.append)
    scene = run(small_config(models="procedural"), on_event=growth.on_event, **models())
    last = seen[-1]
    assert len(last.views) >= 3
    assert last.views[0][1].shape == (48, 48, 3)
    assert last.points is not None
    assert 0 < len(last.points) <= len(scene.points) + 10_000
    assert [each.made for each in seen] == sorted(each.made for each in seen)
    assert {each.stage for each in seen} >= {"dream", "train"}
    count = len(seen)
    growth.leave(seen.append)
    growth.on_event(Event("write", 1, 1))
    growth.leave(seen.append)  # twice does no harm
    assert len(seen) in (count, count + 1)


def test_the_live_page_shows_the_world_growing_and_then_the_scene(tmp_path: Path) -> None:
    view = LiveView(tmp_path / "outputs")
    address = view.start(0)
    assert address.startswith("http://127.0.0.1:")
    assert view.viewer is not None
    page = Page(view.viewer.port, urlsplit(address)._replace(scheme="", netloc="").geturl())  # its token, too
    try:
        page.field("Look again")
        page.until(lambda: "growing" in page.texts(), "what the page is about")
        folder = tmp_path / "outputs" / "room"
        listened = []

        def both(event: Event) -> None:
            view.on_event(event)
            listened.append(event.stage)
            if event.stage == "dream" and event.done == 2:
                page.until(lambda: "/views/001" in page.nodes and "/points" in page.nodes, "the first views")

        run(small_config(models="procedural"), folder, on_event=both, **models())
        page.until(lambda: page.splat_count() or "Writing" in page.texts(), "training")
        view.finish(folder)
        page.until(lambda: page.splat_count() == len(Scene.load(folder, views=False).gaussians), "the finished scene")
        page.until(lambda: "a room" in page.texts(), "its name")
        assert "write" in listened
    finally:
        page.close()
        view.stop()


def test_dreaming_here_adds_what_was_missing_and_keeps_what_was_there() -> None:
    config = small_config(models="procedural", train=False, trajectory="lookdown")
    scene = run(config, **models())
    here = Camera.from_fov(48, 48, 90, yaw_pitch(180, 0))
    before = render(scene.gaussians, here)
    grown = dream_here(scene, here, "a room", RoomPainter(ROOM), RoomDepth(ROOM), seed=1)
    after = render(grown.scene.gaussians, here)
    truth = see(ROOM, here)[0]
    assert grown.known < 0.9
    assert grown.added == len(grown.scene.gaussians) - len(scene.gaussians)
    assert after.alpha.mean() > max(0.9, before.alpha.mean())
    assert np.abs(after.image - truth).mean() < 0.06
    assert len(grown.scene.views) == len(scene.views) + 1
    np.testing.assert_array_equal(grown.scene.gaussians.means[: len(scene.gaussians)], scene.gaussians.means)
    with pytest.raises(InputError, match="known from here"):
        dream_here(scene, scene.views[0].camera, "a room", RoomPainter(ROOM), RoomDepth(ROOM))


def test_a_scene_without_points_cannot_grow() -> None:
    scene = run(small_config(models="procedural", train=False, trajectory="lookdown"), **models())
    scene.points = scene.points[:0]
    with pytest.raises(InputError, match=r"points\.ply"):
        dream_here(scene, Camera.from_fov(16, 16, 90), "a room", **models())


def test_the_way_ahead_is_level_and_as_long_as_asked() -> None:
    down = Camera.from_fov(16, 16, 90, yaw_pitch(90, -40, np.array([1.0, -0.3, 2.0])))
    goal = goal_ahead(down, 5.0)
    assert goal.to == pytest.approx((6.0, 2.0))
    with pytest.raises(InputError, match="look where you want to go"):
        goal_ahead(Camera.from_fov(16, 16, 90, yaw_pitch(0, -90)), 5.0)
