"""Things and words in a real Chromium: picked, set in, moved, changed, undone, redone, saved, all by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lucid3d.access import Access
from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.scene import Scene
from lucid3d.viewer.app import Viewer
from lucid3d.viewer.panels.things import beside, point_under
from tests.viewer.conftest import QUICK
from tests.viewer.test_viewer_browser import enter, wait
from tests.viewer.tiny_scene import EYE, save, tiny_scene


def test_a_click_falls_on_the_surface_under_it() -> None:
    camera = Camera.from_fov(40, 30, 80)
    depth = np.full((30, 40), 2.0, np.float32)
    np.testing.assert_allclose(point_under(camera, depth, (0.5, 0.5)), [0.0, 0.0, 2.0], atol=0.06)
    x, y, z = point_under(camera, depth, (0.99, 0.01))
    assert (x > 1.5, y < -1.0, z) == (True, True, 2.0)
    with pytest.raises(InputError, match="nothing is there"):
        point_under(camera, np.zeros((30, 40), np.float32), (0.5, 0.5))


def test_a_point_is_dragged_at_its_own_depth() -> None:
    camera = Camera.from_fov(40, 30, 80)
    point = np.array([0.3, -0.2, 2.0])
    pixel, _ = camera.project(point[None].astype(np.float32))
    at = (float(pixel[0, 0]) / 40, float(pixel[0, 1]) / 30)
    np.testing.assert_allclose(beside(camera, point, at), point, atol=1e-5)
    moved = beside(camera, point, (at[0] + 0.1, at[1]))
    assert moved[2] == pytest.approx(2.0) and moved[0] > point[0] + 0.2


@pytest.fixture(scope="module")
def visit(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any, Path]]:
    root = tmp_path_factory.mktemp("things") / "outputs"
    scene = replace(tiny_scene(step=0.2), facts={"models": {"family": "diffusion"}})
    save(scene, root / "room")
    viewer = Viewer(root, "room", access=Access("127.0.0.1", 0), changes=QUICK)
    viewer.start()
    context = chromium.new_context(viewport={"width": 800, "height": 600})
    context.set_default_timeout(60_000)  # as long as `wait` waits
    page = context.new_page()
    yield page, enter(page, viewer), root
    context.close()
    viewer.stop()


@pytest.fixture(autouse=True)
def nothing_picked(request: pytest.FixtureRequest) -> Iterator[None]:
    """No pick is left to the next test, whatever became of this one."""
    yield
    if "visit" in request.fixturenames:
        _, session, _ = request.getfixturevalue("visit")
        session.panel.edit.things.forget()


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def pick(page: Any, x: int, y: int) -> None:
    press(page, "Pick")
    click(page, x, y)


def click(page: Any, x: int, y: int) -> None:
    """Click on the picture, once the page knows that this is a pick."""
    page.mouse.move(x, y)
    wait(page, lambda: page.get_by_role("button", name="Click on the picture").count(), "the pick to begin")
    wait(page, lambda: page.evaluate("window.lucid3dWalk.settings.selecting") and held(page), "the page to be told")
    page.mouse.click(x, y)


def shown(page: Any, start: str) -> bool:
    """Whether a field of the page says what begins so."""
    fields = "[...document.querySelectorAll('input')]"
    return bool(page.evaluate(f"start => {fields}.some(each => each.value.startsWith(start))", start))


def held(page: Any) -> bool:
    """Whether the mouse is over something that can be held or clicked, as its pointer says."""
    return bool(page.evaluate("[...document.querySelectorAll('canvas')].some(each => each.style.cursor == 'pointer')"))


def hover(page: Any, x: int, y: int) -> None:
    """Bring the mouse over the mark of a pick, and wait until the pointer says that it can be held."""

    def over() -> bool:
        page.mouse.move(x + 1, y)  # only a mouse that moves is looked at
        page.mouse.move(x, y)
        page.wait_for_timeout(200)
        return held(page)

    page.mouse.move(x - 150, y)
    wait(page, lambda: not held(page), "the pick to end")
    wait(page, over, "the mark under the mouse")


def type_in(page: Any, label: str, words: str) -> None:
    """Fill the text field that stands in the row of a label."""

    def middle(element: Any) -> float:
        box = element.bounding_box()
        return float(box["y"] + box["height"] / 2) if box else 1e9

    row = middle(page.get_by_text(label, exact=True).first)
    field = min(page.get_by_role("textbox").all(), key=lambda each: abs(middle(each) - row))
    field.fill(words)
    field.press("Enter")


@pytest.mark.browser
def test_a_thing_is_set_in_moved_changed_undone_and_saved_by_mouse(
    visit: tuple[Any, Any, Path], tmp_path: Path
) -> None:
    page, session, root = visit
    page.get_by_role("tab", name="Edit").click()
    first = session.scene
    wait(page, lambda: page.get_by_role("button", name="Set it in").count(), "the tab")
    page.screenshot(path=str(tmp_path / "tab.png"))
    type_in(page, "Thing", "a red chair")
    press(page, "Set it in")
    wait(page, lambda: session.scene is not first, "the chair", 120)
    things = session.panel.edit.things
    wait(page, lambda: things.which.value == "chair", "its name in the list")
    spot = things._sitting().thing("chair").inserted.spot
    assert abs(spot.y - EYE) < 0.1
    with_chair = session.scene
    assert len(with_chair.gaussians) > len(first.gaussians) + 500

    pick(page, 120, 590)  # the floor, well left of the middle
    wait(page, lambda: things.picked.value != "(nothing)", "the pick")
    x, _, z = (float(v) for v in things.picked.value.removeprefix("at ").split(","))
    press(page, "Move it to the pick")
    wait(page, lambda: session.scene is not with_chair, "the move", 120)
    moved = things._sitting().thing("chair").inserted.spot
    assert np.hypot(moved.x - x, moved.z - z) < 0.7
    assert np.hypot(moved.x - spot.x, moved.z - spot.z) > 0.1

    pick(page, 430, 420)  # the red wall ahead, beside the notes
    wait(page, lambda: things.picked.value != "(nothing)", "the pick of a wall")
    type_in(page, "In words", "blue")
    before_words = session.scene
    press(page, "Change it")
    wait(page, lambda: session.scene is not before_words, "the blue wall", 120)
    blue = session.scene
    wall = np.isclose(first.gaussians.means[:, 2], 3.0) & (first.gaussians.colors[:, 0] > 0.8)
    colors = blue.gaussians.colors[: len(first.gaussians)][wall]
    assert (colors[:, 2] > colors[:, 0]).mean() > 0.9
    page.wait_for_timeout(4000)
    page.screenshot(path=str(tmp_path / "edited.png"))

    page.get_by_text("As it was before").first.click()
    wait(page, lambda: session.scene is first, "the scene before")
    page.get_by_text("As it was before").first.click()
    wait(page, lambda: session.scene is blue, "the scene now")
    for expected in (before_words, with_chair, first):
        press(page, "Undo")
        wait(page, lambda expected=expected: session.scene is expected, "undo")
    press(page, "Redo")
    wait(page, lambda: session.scene is with_chair, "redo")
    press(page, "Save as a new scene")
    workshop = session.viewer.workshop
    wait(page, lambda: workshop.job is not None and workshop.job.state == "done", "saving", 120)
    assert len(Scene.load(root / "room-edited", views=False).gaussians) == len(with_chair.gaussians)


@pytest.mark.browser
def test_the_mark_of_a_pick_is_held_by_the_mouse_and_let_go(visit: tuple[Any, Any, Path]) -> None:
    page, session, _ = visit
    things = session.panel.edit.things
    page.get_by_role("tab", name="Edit").click()
    first, looked = session.scene, page.evaluate("window.lucid3dWalk.pose()")
    pick(page, 430, 420)
    wait(page, lambda: things.picked.value != "(nothing)", "the pick")
    handle = things._point.copy()
    hover(page, 430, 420)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(430 + 2 * step, 420 - 6 * step)
        page.wait_for_timeout(60)
    page.mouse.up()
    wait(page, lambda: session.scene is not first, "the drag", 120)
    moved = session.scene.gaussians.means - first.gaussians.means
    near = np.argmin(np.linalg.norm(first.gaussians.means - handle, axis=1))
    assert moved[near][1] < -0.05  # upwards
    turned = page.evaluate("window.lucid3dWalk.pose()")
    assert abs(turned["yaw"] - looked["yaw"]) + abs(turned["pitch"] - looked["pitch"]) < 1e-3  # nobody looked around
    press(page, "Undo")
    wait(page, lambda: session.scene is first, "undo")


@pytest.mark.browser
def test_painting_anew_asks_for_a_pick_words_and_networks(visit: tuple[Any, Any, Path]) -> None:
    page, session, _ = visit
    things = session.panel.edit.things
    page.get_by_role("tab", name="Edit").click()
    first = session.scene
    press(page, "Paint it anew")
    wait(page, lambda: page.get_by_text("pick first what to paint anew").count(), "the sentence")
    pick(page, 430, 420)
    wait(page, lambda: things.picked.value != "(nothing)", "the pick")
    type_in(page, "In words", "a fountain of white marble")
    press(page, "Paint it anew")
    wait(page, lambda: page.get_by_text("not on disk").count(), "what is missing", 60)
    assert session.scene is first


@pytest.mark.browser
def test_a_part_is_brushed_dragged_refined_and_undone_by_mouse(visit: tuple[Any, Any, Path], tmp_path: Path) -> None:
    page, session, _ = visit
    things = session.panel.edit.things
    page.get_by_role("tab", name="Edit").click()
    first = session.scene
    page.get_by_text("Brush", exact=True).first.click()
    wait(page, lambda: things.brush.value, "the brush")
    pick(page, 430, 420)
    wait(page, lambda: shown(page, "1 strokes"), "a stroke")
    click(page, 445, 430)
    wait(page, lambda: shown(page, "2 strokes"), "another stroke")
    page.get_by_text("Brush", exact=True).first.click()
    wait(page, lambda: not things.brush.value, "the brush put away")
    press(page, "Drag it")
    page.screenshot(path=str(tmp_path / "brushed.png"))
    click(page, 430, 380)
    wait(page, lambda: session.scene is not first, "the drag", 120)
    dragged = session.scene
    assert len(dragged.gaussians) == len(first.gaussians)
    moved = np.linalg.norm(dragged.gaussians.means - first.gaussians.means, axis=1)
    assert 0 < (moved > 0).mean() < 0.5 and moved.max() > 0.05
    press(page, "Refine it")
    wait(page, lambda: session.scene is not dragged, "refining", 120)
    page.screenshot(path=str(tmp_path / "refined.png"))
    for expected in (dragged, first):
        press(page, "Undo")
        wait(page, lambda expected=expected: session.scene is expected, "undo")


@pytest.mark.browser
def test_a_pick_is_not_taken_to_another_place(visit: tuple[Any, Any, Path]) -> None:
    page, session, root = visit
    things = session.panel.edit.things
    page.get_by_role("tab", name="Edit").click()
    pick(page, 430, 420)
    wait(page, lambda: things.picked.value != "(nothing)", "the pick")
    save(tiny_scene("another room", step=0.3), root / "another")
    session.open("another")
    assert things.picked.value == "(nothing)"
    page.mouse.move(431, 420)
    wait(page, lambda: not held(page), "no mark under the mouse")
