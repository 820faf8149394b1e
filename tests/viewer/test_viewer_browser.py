"""The page in a real Chromium: pixels, keys, buttons, files, and a quiet console."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lucid3d.access import Access
from lucid3d.camera import yaw_pitch
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.export.ply import read_gaussians
from lucid3d.rotations import quaternions
from lucid3d.scene import Scene
from lucid3d.viewer.app import Viewer
from lucid3d.viewer.splats import Splats
from lucid3d.viewer.taking import standalone_page
from lucid3d.viewer.walking import find_ground, ground_of
from tests.viewer.conftest import QUICK
from tests.viewer.tiny_scene import EYE, WALLS, room, save, tiny_scene

pytestmark = pytest.mark.browser

WINDOW = {"width": 640, "height": 480}
"""Small: software draws it."""

HARMLESS = ("computeBoundingSphere", "favicon")
"""What viser's page complains of by itself."""


Visit = tuple[Any, Any, Viewer]
"""A tab of the browser, its session, and the viewer."""


@pytest.fixture(scope="module")
def visit(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """One visit to a small room for all tests here: opening a page takes software WebGL seconds.

    Fails the module if the page's console showed an error.
    """
    root = tmp_path_factory.mktemp("browser") / "outputs"
    save(tiny_scene(step=0.3), root / "room")
    viewer = Viewer(root, "room", access=Access("127.0.0.1", 0), changes=QUICK)
    viewer.start()
    context = chromium.new_context(viewport=WINDOW, accept_downloads=True)
    context.set_default_timeout(60_000)  # as long as `wait` waits
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page, enter(page, viewer), viewer
    context.close()
    viewer.stop()
    assert not [each for each in errors if not any(word in each for word in HARMLESS)]


@pytest.fixture
def start(visit: Visit) -> Visit:
    """The visit, back at the start."""
    page, session, _ = visit
    session.go(np.eye(4))
    wait(page, lambda: np.allclose(pose(page)["p"], 0, atol=1e-3) and abs(pose(page)["yaw"]) < 1e-3, "the start")
    return visit


def wait(page: Any, ready: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Let the page work until something is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = ready()
        if result:
            return result
        page.wait_for_timeout(100)
    raise AssertionError(f"waited {seconds} s for {what}")


def enter(page: Any, viewer: Viewer, path: str = "/") -> Any:
    """Open the page, wait for its scene, and return its session."""
    page.goto(f"http://127.0.0.1:{viewer.port}{path}")
    wait(page, lambda: viewer.sessions and next(iter(viewer.sessions.values())).scene, "the scene")
    session = next(iter(viewer.sessions.values()))
    wait(page, lambda: page.evaluate("!!(window.lucid3dWalk && window.lucid3dWalk.pose())"), "the walking script")
    wait(page, lambda: page.get_by_role("tab", name="Scenes").count(), "the panel")
    return session


def picture(page: Any, session: Any, yaw: float) -> np.ndarray:
    """What the browser draws at a yaw, once two frames agree: (60, 80, 3) in [0, 1]."""
    rotation = quaternions(yaw_pitch(yaw, 0)[:3, :3])
    options = {"wxyz": rotation, "position": np.zeros(3), "fov": np.pi / 2, "transport_format": "png", "timeout": 60}
    frames: list[np.ndarray] = []

    def draw() -> None:
        frames.append(session.client.get_render(60, 80, **options)[..., :3] / 255)

    for _ in range(12):
        thread = threading.Thread(target=draw)
        thread.start()
        while thread.is_alive():
            page.wait_for_timeout(30)
        if len(frames) > 1 and frames[-1].max() > 0.1 and np.abs(frames[-1] - frames[-2]).max() < 0.02:
            return frames[-1]
    raise AssertionError("the browser's pictures do not settle")


def test_splats_appear_where_they_are_in_their_colours(start: Visit) -> None:
    page, session, _ = start
    for yaw, wall in ((0, "front"), (90, "right"), (-90, "left")):
        drawn = picture(page, session, yaw)
        np.testing.assert_allclose(drawn[20:30, 30:50].mean((0, 1)), WALLS[wall], atol=0.06, err_msg=wall)
    # the corner between the front and the right wall lies 45 degrees to the right
    corner = picture(page, session, 45)
    np.testing.assert_allclose(corner[25, 20:32].mean(0), WALLS["front"], atol=0.1)
    np.testing.assert_allclose(corner[25, 48:60].mean(0), WALLS["right"], atol=0.1)
    # up is up: the floor is at the bottom
    floor = picture(page, session, 0)[57:, 36:44].mean((0, 1))
    np.testing.assert_allclose(floor, (0.5, 0.45, 0.4), atol=0.08)
    assert page.title() == "a tiny room - lucid3d"


def pose(page: Any) -> dict[str, Any]:
    return page.evaluate("window.lucid3dWalk.pose()")


def press(page: Any, key: str, moved: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Hold a key until the pose shows it."""
    page.keyboard.down(key)
    try:
        wait(page, lambda: moved(pose(page)), f"'{key}' to move", 30)
    finally:
        page.keyboard.up(key)
    return pose(page)


def test_walking(start: Visit) -> None:
    page, session, _ = start
    assert pose(page)["p"] == pytest.approx([0, 0, 0], abs=1e-3)
    at = press(page, "w", lambda now: now["p"][2] > 0.2)
    assert at["p"][0] == pytest.approx(0, abs=1e-3)
    at = press(page, "d", lambda now: now["p"][0] > 0.2)
    at = press(page, "s", lambda now, z=at["p"][2]: now["p"][2] < z - 0.1)
    assert at["p"][1] == pytest.approx(0, abs=0.05)  # on the floor
    press(page, "ArrowRight", lambda now: now["yaw"] > 0.2)
    turned = pose(page)
    page.mouse.move(150, 300)
    page.mouse.down()
    page.mouse.move(250, 330, steps=4)
    page.mouse.up()
    wait(page, lambda: pose(page)["yaw"] < turned["yaw"] - 0.1, "the drag to turn")
    assert pose(page)["p"] == pytest.approx(turned["p"], abs=0.05)  # a look around, not an orbit
    wait(page, lambda: pose(page)["pitch"] > turned["pitch"] + 0.03, "the drag to tilt")
    wait(page, lambda: np.allclose(session.client.camera.position, pose(page)["p"], atol=0.01), "the server to know")
    # and back
    page.get_by_role("button", name="Back to the start").click()
    wait(page, lambda: np.allclose(pose(page)["p"], 0, atol=1e-3), "the way back")


def test_the_walk_radius_holds(start: Visit) -> None:
    page, session, _ = start
    session.speed, session.limited = 20.0, True
    session.apply_walking()
    radius = session.scene.config.dream.walk_radius
    press(page, "w", lambda now: now["p"][2] > 0.95 * radius)
    page.keyboard.down("w")
    page.wait_for_timeout(800)
    page.keyboard.up("w")
    assert np.hypot(pose(page)["p"][0], pose(page)["p"][2]) <= radius + 1e-3
    session.speed, session.limited = 1.4, False
    session.apply_walking()


def test_walls_stop_and_one_glides_along_them(start: Visit) -> None:
    page, session, _ = start
    heights = np.full((9, 9), EYE, np.float32)
    heights[6:] = np.nan  # a wall half a metre ahead; the grid ends a metre to the sides
    session.scene.free = FreeSpace(heights, np.zeros(3), EYE)  # an explored scene is not bounded by a radius
    ground = ground_of(session.scene.free)
    session.speed, session.limited = 6.0, True
    session.apply_walking(ground=ground)
    wait(page, lambda: page.locator("#lucid3d-map").is_visible(), "the map")
    page.keyboard.down("w")
    page.wait_for_timeout(600)
    press(page, "d", lambda now: now["p"][0] > 0.5)
    page.wait_for_timeout(600)
    page.keyboard.up("w")
    x, _, z = pose(page)["p"]
    assert z < 0.375 + 1e-3
    assert x < 1.125 + 1e-3
    assert page.evaluate(f"window.lucid3dWalk.way({x}, {z})")
    # who does not stay where it is known walks on beyond what was explored, but not through the wall
    session.limited = False
    session.apply_walking()
    press(page, "d", lambda now: now["p"][0] > 1.3)
    session.speed, session.scene.free = 1.4, None
    session.apply_walking(ground=session.prepared.ground)


def test_typing_a_prompt_does_not_walk(start: Visit) -> None:
    page, _, _ = start
    page.get_by_role("tab", name="Dream").click()
    box = page.get_by_role("textbox").first
    box.click()
    page.keyboard.type("wasd")
    page.wait_for_timeout(500)
    assert pose(page)["p"] == pytest.approx([0, 0, 0], abs=1e-3)
    assert box.input_value() == "wasd"
    page.get_by_role("tab", name="Walk").click()


def test_dream_goes_through_to_a_shown_result_and_a_file(start: Visit) -> None:
    page, session, viewer = start
    page.get_by_role("tab", name="Dream").click()
    page.get_by_role("textbox").first.fill("a desert")
    page.get_by_role("button", name="Dream", exact=True).click()
    wait(page, lambda: viewer.workshop.job, "the job")
    wait(page, lambda: page.get_by_role("button", name="Cancel").count(), "the progress")
    wait(page, lambda: viewer.workshop.job.state != "running", "the dream", 240)
    assert viewer.workshop.job.state == "done", viewer.workshop.job.message
    wait(page, lambda: session.name == "a-desert", "the result on show")
    scene = Scene.load(viewer.gallery.root / "a-desert", views=False)
    assert len(scene.gaussians) == len(session.prepared.splats)
    wait(page, lambda: "a desert" in page.title(), "the title")
    page.get_by_role("tab", name="Take").click()
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="Download", exact=True).click()
    file = waiting.value.path()
    np.testing.assert_array_equal(read_gaussians(file).means, scene.gaussians.means)


def test_cancel_is_clicked_and_the_scene_on_show_stays(start: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    page, session, viewer = start
    shown = session.name
    monkeypatch.setitem(viewer.changes, "training", {"iterations": 100_000})  # there is time to click
    page.get_by_role("tab", name="Dream").click()
    page.get_by_role("textbox").first.fill("a meadow")
    page.get_by_role("button", name="Dream", exact=True).click()
    wait(page, lambda: viewer.workshop.job and viewer.workshop.job.state == "running", "the job")
    wait(page, lambda: page.get_by_role("button", name="Cancel").count(), "the way to cancel")
    page.get_by_role("button", name="Cancel").click()
    wait(page, lambda: viewer.workshop.job.state != "running", "the end of the job")
    assert viewer.workshop.job.state == "cancelled"
    wait(page, lambda: not page.get_by_role("button", name="Cancel").count(), "the progress to go away")
    assert session.name == shown
    assert not next(entry for entry in viewer.gallery.entries() if entry.name == "a-meadow").complete


def test_an_address_with_a_pose_opens_there(visit: Visit) -> None:
    page, _, viewer = visit
    place = "initialCameraPosition=1,0,-1&initialCameraLookAt=1.2,0,-1&initialCameraUp=0,-1,0"
    page.goto("about:blank")
    wait(page, lambda: not viewer.sessions, "the goodbye")
    enter(page, viewer, f"/scene/room?{place}")
    wait(page, lambda: np.allclose(pose(page)["p"], [1, 0, -1], atol=1e-2), "the pose of the address")
    assert pose(page)["yaw"] == pytest.approx(np.pi / 2, abs=0.02)


def test_a_page_of_its_own_opens_from_disk_without_a_network(chromium: Any, tmp_path: Path) -> None:
    gaussians = room(0.2)
    splats = Splats.of(gaussians)
    file = tmp_path / "room.html"
    html = standalone_page(
        splats, yaw_pitch(90, 0), 1.2, title="My room", ground=find_ground(splats, np.zeros(3)), background=np.zeros(3)
    )
    file.write_text(html, encoding="utf-8")
    context = chromium.new_context(viewport={"width": 320, "height": 240}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    wait(page, lambda: page.title() == "My room", "the page")
    wait(page, lambda: page.evaluate("!!window.lucid3dWalk.pose()"), "the walking")
    assert pose(page)["yaw"] == pytest.approx(np.pi / 2, abs=0.02)

    def colour() -> np.ndarray:
        shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), float) / 255
        return np.median(shot[172:190, 20:300].reshape(-1, 3), axis=0)

    wait(page, lambda: np.abs(colour() - WALLS["right"]).max() < 0.08, "the right wall in the window")
    press(page, "w", lambda now: now["p"][0] > 0.2)
    assert pose(page)["p"][1] == pytest.approx(0, abs=0.05)
    assert EYE - 0.1 < find_ground(splats, np.zeros(3)).eye < EYE + 0.1
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
