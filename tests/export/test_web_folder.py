"""The page to send, from a static server in a real browser: what is seen first, walking, walls."""

from __future__ import annotations

import base64
import functools
import gzip
import json
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lucid3d.camera import yaw_pitch
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.export import ExportOptions, export_scene
from lucid3d.export.panorama_render import panorama_behind
from lucid3d.export.web import ENGINE, FOV, SCRIPTS, ground, write_engine
from lucid3d.gaussians import render
from tests.export.scenes import room_scene, some_directions
from tests.export.test_web import our_camera, picture, psnr
from tests.viewer.tiny_scene import gaussians_at

WIDTH, HEIGHT = 240, 180
OPTIONS = ExportOptions(panorama_height=128)


def room_ground() -> FreeSpace:
    """The floor of `room_scene`, a quarter of a metre from its walls: 3.5 m across, 1.25 m behind, 2.75 m ahead."""
    heights = np.full((25, 25), np.nan, np.float32)
    heights[12 - 5 : 12 + 12, 12 - 7 : 12 + 8] = 1.5
    return FreeSpace(heights, np.zeros(3), 1.5)


def room(free: FreeSpace | None = None) -> SimpleNamespace:
    return SimpleNamespace(gaussians=room_scene(0.1), points=None, cameras=None, free=free, prompt='<b>"room"</b>')


def test_the_ground_is_where_it_was() -> None:
    free = room_ground()
    free.ground[9, 14] = 1.234
    said = ground(free)
    heights = np.frombuffer(base64.b64decode(str(said["heights"])), "<i2").reshape(said["rows"], said["columns"])
    assert heights.shape == (17, 15) and (said["row"], said["column"]) == (-5, -7)
    assert (heights != -32768).all() and heights[9 - 7, 14 - 5] == 123 and heights[0, 0] == 150


def test_a_scene_without_known_ground_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("lucid3d.export.web.node_modules", lambda page, needed: None)
    (home,) = export_scene(room(), "web", tmp_path, OPTIONS)
    page = (home / "index.html").read_text()
    assert "no walls" in caplog.text and "npm ci" in caplog.text
    assert "playcanvas@2.23.3" in page and "<b>" not in page.split("<body>")[1]
    assert (home / "splats" / "lod-meta.json").is_file() and (home / "sky.jpg").is_file()
    assert json.loads(page.split("window.lucid3dScene = ")[1].split(";</script>")[0])["walk"] is None


def test_the_sky_behind_shows_what_is_far_where_that_is_known() -> None:
    """A hedge stands before half of a green sky: behind it the sky goes on, below there is only the hedge's picture."""
    count = 4000
    upper = some_directions(count)
    upper[:, 1] = -np.abs(upper[:, 1])
    sky = gaussians_at(upper * 90, np.tile([0.2, 0.7, 0.4], (count, 1)), sigma=4)
    own = np.full((64, 128, 3), (0.9, 0.1, 0.1), np.float32)
    scene = SimpleNamespace(gaussians=sky, points=None, cameras=None, panorama=own)
    behind = panorama_behind(scene, sky, 50, 64)
    assert np.abs(behind[:28] - [0.2, 0.7, 0.4]).max() < 0.03
    np.testing.assert_allclose(behind[40:], own[40:], atol=0.02)
    np.testing.assert_array_equal(panorama_behind(scene, sky, 500, 64), own)


def test_the_engine_keeps_what_the_page_asks_of_it() -> None:
    folder = Path(__file__).parents[2] / "integrations" / "web"
    kept = set(re.findall(r"\w+", (folder / "parts.js").read_text().split("{")[1].split("}")[0]))
    asked = {name for script in SCRIPTS for name in re.findall(r"\bpc\.(\w+)", (folder / script).read_text())}
    assert len(asked) > 20 and asked <= kept


def test_where_esbuild_cannot_help_the_engine_comes_whole(
    tmp_path: Path, web_modules: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "web"
    assert write_engine(home) == "engine.bin"
    small = gzip.decompress((home / "engine.bin").read_bytes())
    monkeypatch.setattr("lucid3d.export.web.integration", lambda name: Path("nowhere") / name)
    write_engine(home)
    whole = gzip.decompress((home / "engine.bin").read_bytes())
    assert "esbuild could not" in caplog.text
    assert len(small) < 0.7 * len(whole) and whole == (web_modules / ENGINE).read_bytes()


@pytest.fixture(scope="module")
def page(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The room's page in a browser, its splats drawn; `page.said` is what its console said."""
    from tests.export.conftest import NODE_MODULES

    if not (NODE_MODULES / "playcanvas").is_dir():
        pytest.skip("PlayCanvas's engine is not installed: run tests/export/setup_node.sh (Node.js 20)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LUCID3D_WEB_MODULES", str(NODE_MODULES))
        (home,) = export_scene(room(room_ground()), "web", tmp_path_factory.mktemp("web"), OPTIONS)
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(home))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shown = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    said: list[str] = []
    shown.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.goto(f"http://127.0.0.1:{server.server_port}/")
    shown.said = said
    try:
        shown.wait_for_function("window.lucid3d?.times.complete", timeout=90_000)
    except Exception as error:
        raise AssertionError(f"the page did not come up: {said}") from error
    yield shown
    shown.close()
    server.shutdown()
    server.server_close()


def shot(page: Any) -> np.ndarray:
    """The canvas, drawn anew."""
    url = page.evaluate(
        """() => new Promise((done) => lucid3d.app.once("postrender", () =>
             done(document.getElementById("view").toDataURL("image/png"))))"""
    )
    return picture(url)


@pytest.mark.browser
@pytest.mark.node
def test_the_page_draws_what_we_draw_and_says_nothing(page: Any) -> None:
    for yaw, pitch, (x, z) in ((0, 0, (0, 0)), (100, -20, (-1, -0.5))):
        page.evaluate(
            "([yaw, pitch, x, z]) => { lucid3d.walker.look(yaw, pitch); lucid3d.walker.stand(x, z); }",
            [-yaw, pitch, x, -z],
        )
        expected = render(room_scene(0.1), our_camera(yaw_pitch(yaw, pitch, np.array([x, 0, z])), fov_y=FOV)).image
        expected = expected.clip(0, 1)
        best = 0.0
        for _ in range(40):
            best = max(best, psnr(shot(page), expected))
            if best > 27:
                break
            page.wait_for_timeout(250)
        assert best > 27
    assert page.said == []
    times = page.evaluate("lucid3d.times")
    assert times["sky"] <= times["splats"] <= times["complete"]
    # The coarsest level came once, and before the engine could have asked for it.
    asked = page.evaluate(
        """() => performance.getEntriesByType("resource").filter((e) => e.name.endsWith(".webp"))
             .map((e) => [e.name, e.startTime])"""
    )
    first = [[start for name, start in asked if name.endswith(part)] for part in page.evaluate("lucid3dScene.first")]
    assert first and all(len(each) == 1 and each[0] < times["started"] + times["engine"] for each in first)
    assert page.evaluate("getComputedStyle(document.getElementById('message')).display") == "none"
    page.wait_for_function("getComputedStyle(document.getElementById('still')).opacity === '0'", timeout=20_000)


@pytest.mark.browser
@pytest.mark.node
def test_the_sky_stands_the_right_way_round(page: Any) -> None:
    from lucid3d.export.panorama_render import panorama_of
    from lucid3d.panorama import perspective_from_equirectangular

    panorama = panorama_of(room(), 128).image
    page.evaluate("() => { lucid3d.splats.enabled = false; lucid3d.walker.stand(0, 0); }")
    try:
        for yaw, pitch in ((0, 0), (90, 0), (-60, 50), (0, -60)):
            page.evaluate("([yaw, pitch]) => lucid3d.walker.look(yaw, pitch)", [-yaw, pitch])
            page.evaluate("new Promise((done) => setTimeout(done, 300))")
            expected = perspective_from_equirectangular(panorama, our_camera(yaw_pitch(yaw, pitch), fov_y=FOV))
            assert psnr(shot(page), expected) > 25
    finally:
        page.evaluate("() => { lucid3d.splats.enabled = true; }")


@pytest.mark.browser
@pytest.mark.node
def test_walls_stop_a_person(page: Any) -> None:
    """The wall ahead is 3 m away, the floor ends 2.75 m ahead (cells reach an eighth of a metre farther)."""
    page.evaluate("() => { lucid3d.walker.stand(0, 0); lucid3d.walker.look(0, 0); }")
    page.keyboard.down("KeyW")
    page.wait_for_function("lucid3d.walker.position[2] < -0.3", timeout=60_000)
    page.keyboard.up("KeyW")
    page.evaluate("() => { for (let i = 0; i < 100; i++) lucid3d.walker.walk(1, 0, 0.1); }")
    x, y, z = page.evaluate("lucid3d.walker.position")
    assert abs(x) < 1e-6 and abs(y) < 1e-6 and -2.88 <= z <= -2.5
    # Slanting into the wall one goes along it, until the corner.
    page.evaluate(
        "() => { lucid3d.walker.look(-45, 0); for (let i = 0; i < 100; i++) lucid3d.walker.walk(1, 0, 0.1); }"
    )
    x, _, z = page.evaluate("lucid3d.walker.position")
    assert 1.5 <= x <= 1.88 and -2.88 <= z <= -2.5
    assert page.evaluate("lucid3d.walker.stand(0, -10)") is False
    assert page.evaluate("lucid3d.walker.stand(0.5, 0.5)") is True
    assert page.said == []


TOUCH = """([x, y, dx, dy]) => new Promise((done) => {
  const canvas = document.getElementById("view");
  const send = (name, x, y) => canvas.dispatchEvent(new PointerEvent(name, {
    pointerId: 7, pointerType: "touch", isPrimary: true, clientX: x, clientY: y, bubbles: true }));
  canvas.setPointerCapture = () => {};  // there is no such finger, which only this call would notice
  send("pointerdown", x, y);
  send("pointermove", x + dx, y + dy);
  let frames = 0;
  const handle = lucid3d.app.on("update", () => {
    if (++frames < 5) return;
    handle.off();
    send("pointerup", x + dx, y + dy);
    done([...lucid3d.walker.position, lucid3d.walker.yaw, lucid3d.walker.pitch]);
  });
})"""
"""A finger that rests for five frames; where one is and looks then."""


@pytest.mark.browser
@pytest.mark.node
def test_fingers_and_gamepads_walk_and_look(page: Any) -> None:
    page.evaluate("() => { lucid3d.walker.stand(0, 0); lucid3d.walker.look(0, 0); }")
    x, _, z, yaw, _ = page.evaluate(TOUCH, [WIDTH / 4, HEIGHT / 2, 0, -60])  # left half, up: ahead
    assert z < -0.02 and abs(x) < 1e-6 and yaw == 0
    _, _, after, yaw, pitch = page.evaluate(
        TOUCH, [WIDTH * 3 / 4, HEIGHT / 2, 20, -10]
    )  # right half: the picture follows
    assert abs(after - z) < 0.1 and yaw > 1 and pitch < -0.5
    page.evaluate(
        """() => {
            lucid3d.walker.stand(0, 0);
            lucid3d.walker.look(0, 0);
            const buttons = Array.from({ length: 17 }, () => ({ pressed: false }));
            navigator.getGamepads = () => [null, { connected: true, axes: [1, 0.05, 0.9, 0], buttons }];
        }"""
    )
    page.wait_for_function("lucid3d.walker.position[0] > 0.02 && lucid3d.walker.yaw < -3", timeout=20_000)
    page.evaluate("() => { navigator.getGamepads = () => []; }")
    assert page.said == []


@pytest.mark.browser
def test_from_disk_it_says_what_to_do(tmp_path: Path, chromium: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lucid3d.export.web.node_modules", lambda page, needed: None)
    (home,) = export_scene(room(), "web", tmp_path, OPTIONS)
    shown = chromium.new_page()
    shown.goto((home / "index.html").as_uri())
    assert "python3 -m http.server" in shown.inner_text("#message")
    shown.close()
