"""What a person takes away: pictures, films along key frames, files of every format, one page of HTML."""

from __future__ import annotations

import io
import secrets
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.access import Access
from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.export import export_scene
from lucid3d.export.video import depth_colours, near_depth, write_film
from lucid3d.families.base import Image
from lucid3d.gaussians import Renderer
from lucid3d.gaussians.model import Gaussians
from lucid3d.progress import Event, Listener, ignore
from lucid3d.scene import Scene
from lucid3d.viewer.detail import reduce_to
from lucid3d.viewer.poses import WALK_REACH
from lucid3d.viewer.server import close_server, open_server
from lucid3d.viewer.splats import Splats
from lucid3d.viewer.stage import Stage
from lucid3d.viewer.walking import SCRIPT, configuration

if TYPE_CHECKING:
    from lucid3d.gaussians import Render
    from lucid3d.viewer.walking import Ground

MAX_SIDE, MAX_PIXELS = 8192, 36_000_000
"""Of a picture: what a printer wants, and what memory holds without trouble."""

MAX_SECONDS = 120.0
"""Of a film."""

FILM_RATE = 25
"""Pictures a second."""

COVERED = 0.5
"""Opacity below which a pixel has no depth to show."""

HTML_SPLATS = 300_000
"""Splats in a page of its own: about 10 MB, which browsers open from disk without trouble."""


class Exact:
    """Exact pictures of a scene, spherical harmonics included. Safe to use from several threads."""

    def __init__(self, gaussians: Gaussians) -> None:
        self._renderer = Renderer(gaussians)
        self._lock = threading.Lock()

    def picture(self, camera: Camera, kind: str = "colour", background: NDArray[np.floating] | None = None) -> Image:
        """(H, W, 3) float32 in [0, 1].

        Args:
            kind: "colour", "depth" (bright near) or "opacity".
            background: (3,) sRGB behind everything.
        Raises:
            InputError: the size is out of range.
        """
        check_size(camera.width, camera.height)
        drawn = self.render(camera, background)
        if kind == "depth":
            depth = np.where(drawn.alpha >= COVERED, drawn.depth, np.inf).astype(np.float32)
            return depth_colours(depth, near_depth(depth))
        if kind == "opacity":
            return np.repeat(np.clip(drawn.alpha, 0, 1)[..., None], 3, axis=2)
        return np.clip(drawn.image, 0, 1)

    def render(self, camera: Camera, background: NDArray[np.floating] | None = None) -> Render:
        """See `lucid3d.gaussians.render`."""
        with self._lock:
            return self._renderer.render(camera, background=background)


def check_size(width: int, height: int) -> None:
    """Raises InputError unless a picture of that size can be drawn."""
    if not (16 <= width <= MAX_SIDE and 16 <= height <= MAX_SIDE and width * height <= MAX_PIXELS):
        raise InputError(
            f"a picture of {width} x {height} cannot be drawn: 16 to {MAX_SIDE} pixels a side, "
            f"{MAX_PIXELS // 1_000_000} million in all"
        )


def png(image: Image) -> bytes:
    """An 8-bit PNG file."""
    from PIL import Image as Pillow

    buffer = io.BytesIO()
    Pillow.fromarray(np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


@dataclass(frozen=True)
class KeyFrame:
    """A place that a film passes.

    Attributes:
        pose: (4, 4) world_from_camera.
        fov: vertical, radians.
    """

    pose: NDArray[np.float64]
    fov: float


def path_through(keys: Sequence[KeyFrame], count: int, *, closed: bool = False) -> list[KeyFrame]:
    """`count` frames along a smooth path through key frames, at an even pace between each two.

    Positions and angles follow splines (C2); what is filmed twice in a row stands still.

    Raises:
        InputError: fewer than two key frames.
    """
    from scipy.interpolate import CubicSpline
    from scipy.spatial.transform import Rotation, RotationSpline

    if len(keys) < 2:
        raise InputError("a film needs at least two key frames: go somewhere and press 'Add key frame'")
    stops = [*keys, keys[0]] if closed else list(keys)
    times = np.arange(len(stops), dtype=np.float64)
    moments = np.linspace(0, times[-1], count, endpoint=not closed)
    values = np.array([[*key.pose[:3, 3], key.fov] for key in stops])
    ends = "periodic" if closed else "natural"
    smooth = CubicSpline(times, values, bc_type=ends)(moments) if len(stops) > 2 else _between(values, moments)
    turns = RotationSpline(times, Rotation.from_matrix([key.pose[:3, :3] for key in stops]))(moments).as_matrix()
    frames = []
    for value, turn in zip(smooth, turns, strict=True):
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = turn, value[:3]
        frames.append(KeyFrame(pose, float(value[3])))
    return frames


def _between(values: NDArray[np.float64], moments: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values[0] + (values[1] - values[0]) * moments[:, None])


def film(
    exact: Exact,
    keys: Sequence[KeyFrame],
    seconds: float,
    width: int,
    height: int,
    *,
    closed: bool = False,
    background: NDArray[np.floating] | None = None,
    on_event: Listener = ignore,
) -> bytes:
    """An MP4 (H.264) along key frames, before a `background` (3,) where nothing is.

    Raises:
        InputError: fewer than two key frames, or a size or length that cannot be.
    """

    if not 0.2 <= seconds <= MAX_SECONDS:
        raise InputError(f"a film of {seconds} seconds cannot be: 0.2 to {MAX_SECONDS:.0f}")
    width, height = width - width % 2, height - height % 2  # H.264 halves the colours' resolution
    check_size(width, height)
    frames = path_through(keys, max(2, round(seconds * FILM_RATE)), closed=closed)

    def pictures() -> Iterator[Image]:
        for index, frame in enumerate(frames):
            focal = 0.5 * height / np.tan(frame.fov / 2)
            camera = Camera(width, height, focal, focal, width / 2, height / 2, frame.pose)
            yield exact.picture(camera, background=background)
            on_event(Event("film", index + 1, len(frames)))

    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        write_film(pictures(), path, width=width, height=height, rate=FILM_RATE)
        return path.read_bytes()


def export_file(scene: Scene, target: str) -> tuple[str, bytes]:
    """A scene in one of the formats of `lucid3d.export`: the file's name and contents (a ZIP where there are several).

    Raises:
        InputError: the target is unknown or cannot be written.
    """

    with TemporaryDirectory() as folder:
        written = export_scene(scene, target, folder)
        if len(written) == 1 and written[0].is_file():
            return written[0].name, written[0].read_bytes()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder))
        return f"{target}.zip", buffer.getvalue()


def standalone_page(
    splats: Splats,
    pose: NDArray[np.floating],
    fov: float,
    *,
    title: str = "lucid3d",
    ground: Ground | None = None,
    radius: float = 0.0,
    faces: Mapping[str, Image] | None = None,
    background: NDArray[np.uint8] | None = None,
    budget: int = HTML_SPLATS,
) -> str:
    """One HTML file that opens from disk without a network, to walk in.

    Args:
        splats: what to show, reduced to `budget`.
        pose: (4, 4) where it opens.
        fov: vertical, radians.
        ground: a `lucid3d.viewer.walking.Ground` to stay on.
        radius: metres to stay within; 0 for no limit.
        faces: a skybox, six pictures by face (F R B L U D).
        background: (3,) colour behind everything.
    """
    from viser._messages import RunJavascriptMessage

    # viser can write a page only from a server's scene; this one is locked, and gone in a moment
    server = open_server(Access.to("127.0.0.1", 0, token=secrets.token_urlsafe(24)))
    try:
        server.scene.set_up_direction("-y")
        server.initial_camera.up = np.array([0.0, -1.0, 0.0])
        server.initial_camera.position = pose[:3, 3]
        server.initial_camera.look_at = pose[:3, 3] + pose[:3, 2] * WALK_REACH
        server.initial_camera.fov = fov
        server.initial_camera.far = 5000.0
        stage = Stage(server.scene)
        stage.put_splats(reduce_to(splats, budget))
        if faces is not None:
            stage.visible["skybox"] = True
            stage.put_skybox(faces)
        if background is not None:
            stage.put_background(background)
        script = SCRIPT.read_text(encoding="utf-8")
        settings = configuration(title=title, ground=ground, radius=radius, reach=WALK_REACH, map=True)
        server._websock_server.queue_message(RunJavascriptMessage(source=f"{script}\n{settings}"))
        page: str = server.scene.as_html(dark_mode=True)
    finally:
        close_server(server)
    return page
