"""Spark and three.js in a real browser: our splat files and our page, beside our own render from the same camera."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.export.ply import write_gaussians
from lucid3d.export.rad import write_rad
from lucid3d.export.sog import write_sog
from lucid3d.export.splats import write_compressed_ply, write_splat, write_spz
from lucid3d.export.webpage import import_map, write_page
from lucid3d.panorama import cube_from_equirectangular, equirectangular_rays, perspective_from_equirectangular
from tests.export.ranges import range_server
from tests.export.scenes import axes_scene

pytestmark = [pytest.mark.browser, pytest.mark.node]

WIDTH, HEIGHT, FOV_Y = 240, 180, 50.0
POSES = [
    yaw_pitch(0, 0),
    yaw_pitch(25, -10, np.array([-1.5, 0.4, 0.8])),
    yaw_pitch(-160, 15, np.array([0.6, -0.9, 7.0])),
]
"""In front, aside, and from behind."""

PAGE = """<!doctype html><script type="importmap">{"imports": %s}</script>
<canvas id="view" width="%d" height="%d"></canvas><script type="module">
import * as THREE from "three";
import { SparkRenderer, SplatMesh } from "@sparkjsdev/spark";
const canvas = document.getElementById("view");
const renderer = new THREE.WebGLRenderer({ canvas, antialias: false, preserveDrawingBuffer: true });
renderer.setSize(canvas.width, canvas.height, false);
const scene = new THREE.Scene();
scene.add(new SparkRenderer({ renderer }));
const camera = new THREE.PerspectiveCamera(%f, canvas.width / canvas.height, 0.02, 1000);
camera.matrixAutoUpdate = false;
let mesh = null;
window.test = {
  THREE, scene,
  async load(data, fileType, yDown) {
    if (mesh) { scene.remove(mesh); mesh.dispose(); }
    const fileBytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    mesh = new SplatMesh({ fileBytes, fileType: fileType ?? undefined });
    if (yDown) mesh.quaternion.set(1, 0, 0, 0);
    scene.add(mesh);
    await mesh.initialized;
    return mesh.numSplats ?? mesh.packedSplats?.numSplats;
  },
  async page(url) {
    if (mesh) { scene.remove(mesh); mesh.dispose(); }
    mesh = new SplatMesh({ url, paged: true });
    mesh.quaternion.set(1, 0, 0, 0);
    scene.add(mesh);
    await mesh.initialized;
  },
  async draw(matrix) {
    camera.matrix.fromArray(matrix);
    camera.matrixWorldNeedsUpdate = true;
    let last = null;
    for (let frame = 0; frame < 40; frame++) {  // until sorting has come to rest
      renderer.render(scene, camera);
      await new Promise((done) => setTimeout(done, 60));
      const now = canvas.toDataURL("image/png");
      if (frame > 9 && now === last) return now;
      last = now;
    }
    return last;
  },
};
</script>"""


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A page with an empty three.js scene, `test.load` and `test.draw`."""
    with pytest.MonkeyPatch.context() as patch:
        from tests.export.conftest import NODE_MODULES

        if not (NODE_MODULES / "@sparkjsdev" / "spark").is_dir():
            pytest.skip("three.js and Spark are not installed: run tests/export/setup_node.sh (Node.js 20)")
        patch.setenv("LUCID3D_WEB_MODULES", str(NODE_MODULES))
        page_file = tmp_path_factory.mktemp("web") / "page.html"
        page_file.write_text(PAGE % (json.dumps(import_map()), WIDTH, HEIGHT, FOV_Y))
    page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(page_file.as_uri())
    page.wait_for_function("window.test", timeout=60_000)
    yield page
    page.close()


def our_camera(pose: np.ndarray, width: int = WIDTH, height: int = HEIGHT, fov_y: float = FOV_Y) -> Camera:
    focal = height / 2 / math.tan(math.radians(fov_y) / 2)
    return Camera(width, height, focal, focal, width / 2, height / 2, pose)


def three_matrix(pose: np.ndarray) -> list[float]:
    """A pose as three.js has it: the world turned about x, the camera's own axes too; column-major."""
    flip = np.diag([1.0, -1.0, -1.0, 1.0])
    return [float(v) for v in (flip @ pose @ flip).T.reshape(-1)]


def picture(url: str) -> np.ndarray:
    data = np.frombuffer(base64.b64decode(url.split(",")[1]), np.uint8)
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1].astype(np.float32) / 255


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(-10 * np.log10(max(1e-12, np.mean((a - b) ** 2))))


def comes_to_show(page: Any, expected: np.ndarray) -> bool:
    """Whether the page's picture agrees with ours before long: sorting runs beside the drawing, and machines differ."""
    frame = "lucid3d.renderer.info.render.frame"
    for _ in range(40):
        page.wait_for_function(f"(before) => {frame} > before + 3", arg=page.evaluate(frame), timeout=60_000)
        if psnr(picture(page.evaluate("document.getElementById('view').toDataURL('image/png')")), expected) > 30:
            return True
        page.wait_for_timeout(250)
    return False


FORMATS: dict[str, tuple[Callable[..., Path], str | None, bool]] = {
    "scene.ply": (write_gaussians, "ply", True),
    "scene.compressed.ply": (write_compressed_ply, "ply", True),
    "scene.splat": (write_splat, "splat", True),
    "scene.spz": (write_spz, "spz", False),
    "scene.sog": (write_sog, "pcsogszip", True),
}
"""Name -> writer, Spark's name for the type, and whether the file is y down."""


@pytest.mark.parametrize("name", FORMATS)
def test_spark_draws_what_we_draw(tmp_path: Path, stage: Any, name: str) -> None:
    from lucid3d.gaussians import render

    writer, kind, y_down = FORMATS[name]
    scene = axes_scene(0 if name.endswith(".splat") else 1)
    data = base64.b64encode(writer(scene, tmp_path / name).read_bytes()).decode()
    assert stage.evaluate("([data, kind, down]) => test.load(data, kind, down)", [data, kind, y_down]) == len(scene)
    for pose in POSES:
        seen = picture(stage.evaluate("(matrix) => test.draw(matrix)", three_matrix(pose)))
        ours = render(scene, our_camera(pose)).image.clip(0, 1)
        assert ours.max() > 0.5  # the scene is in the picture
        covered = (ours.max(axis=-1) > 0.02) | (seen.max(axis=-1) > 0.02)
        assert psnr(seen, ours) > 25
        assert psnr(seen[covered], ours[covered]) > 25  # the black around it is not what agrees


def test_spark_draws_our_tree(tmp_path: Path, stage: Any) -> None:
    """A .rad: Spark chooses from the tree what it draws, here the finest of all, for there is little."""
    from lucid3d.gaussians import render

    scene = axes_scene(1)
    data = base64.b64encode(write_rad(scene, tmp_path / "scene.rad").read_bytes()).decode()
    stage.evaluate("(data) => test.load(data, 'rad', true)", data)
    for pose in POSES:
        ours = render(scene, our_camera(pose)).image.clip(0, 1)
        best = 0.0
        for _ in range(10):
            seen = picture(stage.evaluate("(matrix) => test.draw(matrix)", three_matrix(pose)))
            covered = (ours.max(axis=-1) > 0.02) | (seen.max(axis=-1) > 0.02)
            best = max(best, psnr(seen[covered], ours[covered]))
            if best > 25:
                break
        assert best > 25


def test_spark_pages_our_tree(tmp_path: Path, stage: Any) -> None:
    """From a host: Spark asks for the table and for chunks by ranges, and draws the same."""
    from lucid3d.gaussians import render

    scene = axes_scene(1)
    size = write_rad(scene, tmp_path / "scene.rad").stat().st_size
    with range_server(tmp_path) as (host, sent):
        stage.evaluate("(url) => test.page(url)", f"{host}/scene.rad")
        pose = POSES[0]
        ours = render(scene, our_camera(pose)).image.clip(0, 1)
        best = 0.0
        for _ in range(20):
            seen = picture(stage.evaluate("(matrix) => test.draw(matrix)", three_matrix(pose)))
            covered = (ours.max(axis=-1) > 0.02) | (seen.max(axis=-1) > 0.02)
            best = max(best, psnr(seen[covered], ours[covered]))
            if best > 25:
                break
        assert best > 25
        assert any(first > 0 for _, first, _ in sent) and all(count <= size for _, _, count in sent)


def test_a_mirrored_scene_would_not_pass(tmp_path: Path, stage: Any) -> None:
    """The comparison can fail: the same file taken for y up is far below the bar."""
    from lucid3d.gaussians import render

    scene = axes_scene()
    data = base64.b64encode(write_gaussians(scene, tmp_path / "scene.ply").read_bytes()).decode()
    stage.evaluate("(data) => test.load(data, 'ply', false)", data)
    back = POSES[0].copy()
    seen = picture(stage.evaluate("(matrix) => test.draw(matrix)", three_matrix(back)))
    ours = render(scene, our_camera(back)).image.clip(0, 1)
    covered = (ours.max(axis=-1) > 0.02) | (seen.max(axis=-1) > 0.02)
    assert psnr(seen[covered], ours[covered]) < 15


def test_three_shows_our_cube_map(stage: Any) -> None:
    """px py pz nx ny nz as three.js takes them, turned by half a turn as skybox.json says, show forward along -z."""
    from lucid3d.export.skybox import THREE_FACES

    panorama = (equirectangular_rays(128) * 0.4 + 0.5).astype(np.float32)
    faces = cube_from_equirectangular(panorama, 64)
    urls = []
    for name in ("px", "nx", "py", "ny", "pz", "nz"):
        coded = cv2.imencode(".png", (faces[THREE_FACES[name]][..., ::-1] * 255).round().astype(np.uint8))[1]
        urls.append("data:image/png;base64," + base64.b64encode(coded.tobytes()).decode())
    stage.evaluate("() => test.load('', 'splat', false).catch(() => 0)")
    stage.evaluate(
        """async (urls) => {
            const { THREE, scene } = test;
            const images = await Promise.all(urls.map((url) => new THREE.ImageLoader().loadAsync(url)));
            const cube = new THREE.CubeTexture(images);
            cube.colorSpace = THREE.SRGBColorSpace;
            cube.needsUpdate = true;
            scene.background = cube;
            scene.backgroundRotation.y = Math.PI;
        }""",
        urls,
    )
    try:
        for yaw, pitch in [(0, 0), (70, 30), (-120, -50)]:
            pose = yaw_pitch(yaw, pitch)
            seen = picture(stage.evaluate("(matrix) => test.draw(matrix)", three_matrix(pose)))
            assert psnr(seen, perspective_from_equirectangular(panorama, our_camera(pose))) > 40
    finally:
        stage.evaluate("() => { test.scene.background = null; }")


def test_the_page_opens_from_disk_and_asks_for_nothing(tmp_path: Path, chromium: Any, web_modules: Path) -> None:
    from lucid3d.gaussians import render

    panorama = (equirectangular_rays(128) * 0.35 + 0.5).astype(np.float32)
    scene = axes_scene(1)
    path = write_page(scene, panorama, tmp_path / "index.html", title='<i>"lake" & </script>')
    page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_function("window.lucid3d", timeout=60_000)
    assert page.title() == '<i>"lake" & </script>'
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [path.as_uri()]
    for yaw, pitch in [(0, 0), (-100, 25)]:
        page.evaluate("([y, p]) => lucid3d.look(y, p)", [math.radians(-yaw), math.radians(pitch)])
        camera = our_camera(yaw_pitch(yaw, pitch), fov_y=70)
        drawn = render(scene, camera)
        behind = perspective_from_equirectangular(panorama, camera)
        assert comes_to_show(page, np.clip(drawn.image + (1 - drawn.alpha[..., None]) * behind, 0, 1))
    page.click("#toggle")
    assert comes_to_show(page, behind)
    page.close()


def test_without_the_libraries_the_page_names_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("LUCID3D_WEB_MODULES", raising=False)
    monkeypatch.setattr("lucid3d.export.webpage.node_modules", lambda page, needed: None)
    page = write_page(axes_scene(), np.full((8, 16, 3), 0.5, np.float32), tmp_path / "index.html").read_text()
    assert "three@0.187.0" in page and "npm ci" in caplog.text
    monkeypatch.undo()
    monkeypatch.setenv("LUCID3D_WEB_MODULES", str(tmp_path))
    with pytest.raises(InputError, match="LUCID3D_WEB_MODULES"):
        import_map()
