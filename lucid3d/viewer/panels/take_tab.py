"""Taking away: pictures, films, files, a page of its own, a link."""

from __future__ import annotations

import html
import re
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from lucid3d.errors import InputError
from lucid3d.export import TARGETS
from lucid3d.progress import Listener
from lucid3d.viewer import poses
from lucid3d.viewer.making import Job
from lucid3d.viewer.server import SCENE_PATH
from lucid3d.viewer.taking import (
    FILM_RATE,
    MAX_SECONDS,
    KeyFrame,
    check_size,
    export_file,
    film,
    path_through,
    png,
    standalone_page,
)

if TYPE_CHECKING:
    from lucid3d.viewer.session import Session

MAX_KEYS = 200

PREVIEW_RATE = 20
"""Camera moves a second of a preview."""


class TakeTab:
    """The Take tab."""

    def __init__(self, session: Session) -> None:
        self.session = session
        gui, handler = session.client.gui, session.handler
        with gui.add_folder("Picture"):
            self.size = gui.add_vector2("Size", (1920, 1080), min=(16, 16), max=(8192, 8192), step=1)
            self.kind = gui.add_dropdown("Kind", ("colour", "depth", "opacity"))
            self.shoot = gui.add_button("Download the picture")
        with gui.add_folder("Film"):
            self.count = gui.add_markdown("No key frames yet: go somewhere and add one.")
            self.add = gui.add_button("Add key frame here")
            self.remove = gui.add_button("Remove the last")
            self.closed = gui.add_checkbox("Return to the first", False)
            self.seconds = gui.add_number("Seconds", 6.0, min=0.2, max=120.0, step=0.1)
            self.film_size = gui.add_vector2("Size", (1280, 720), min=(16, 16), max=(4096, 4096), step=2)
            self.preview = gui.add_button("Preview")
            self.film = gui.add_button("Download the film (MP4)")
        with gui.add_folder("Files"):
            self.target = gui.add_dropdown("Format", tuple(TARGETS), initial_value="ply")
            self.about = gui.add_markdown(TARGETS["ply"].description)
            self.export = gui.add_button("Download")
            self.page = gui.add_button(
                "Download as one web page", hint="Opens from disk, without a network, and is walked in like this one."
            )
        with gui.add_folder("Link"):
            self.link = gui.add_button("Link to this view")
            self.address = gui.add_html("")
        self.keys: list[KeyFrame] = []
        self._stop = threading.Event()
        self.shoot.on_click(handler(lambda _: self._shoot(), "Drawing the picture"))
        self.add.on_click(handler(lambda _: self._add()))
        self.remove.on_click(handler(lambda _: self._remove()))
        self.preview.on_click(handler(lambda _: self._preview()))
        self.film.on_click(handler(lambda _: self._film()))
        self.target.on_update(handler(lambda _: self._describe()))
        self.export.on_click(handler(lambda _: self._export(), "Writing the file"))
        self.page.on_click(handler(lambda _: self._page(), "Writing the page"))
        self.link.on_click(handler(lambda _: self._link()))

    def scene_changed(self) -> None:
        """Another scene: key frames of the old one lead nowhere."""

    def close(self) -> None:
        """The browser has gone."""
        self._stop.set()

    @property
    def _name(self) -> str:
        return re.sub(r"[^\w.-]+", "-", self.session.name) or "scene"

    def _send(self, name: str, content: bytes) -> None:
        self.session.client.send_file_download(name, content, save_immediately=True)

    def _shoot(self) -> None:
        width, height = (int(value) for value in self.size.value)

        check_size(width, height)
        camera = self.session.camera(width, height)
        background = self.session.background.astype(np.float32) / 255
        image = self.session.exact().picture(camera, str(self.kind.value), background)
        self._send(f"{self._name}.png", png(image))

    # ---- film ----

    def _add(self) -> None:
        if len(self.keys) >= MAX_KEYS:
            raise InputError(f"a film has {MAX_KEYS} key frames at most")
        camera = self.session.camera(64, 64)
        self.keys.append(KeyFrame(camera.world_from_camera, float(self.session.client.camera.fov)))
        self._tell()

    def _remove(self) -> None:
        if not self.keys:
            raise InputError("there is no key frame to remove")
        self.keys.pop()
        self._tell()

    def _tell(self) -> None:
        count = len(self.keys)
        self.count.content = f"{count} key frame{'s' if count != 1 else ''}."
        scene = self.session.client.scene
        if count >= 2:
            positions = np.array([frame.pose[:3, 3] for frame in path_through(self.keys, 20 * count)])
            scene.add_line_segments(
                "/film", np.stack([positions[:-1], positions[1:]], axis=1), colors=(76, 141, 255), thickness=0.01
            )
        else:
            scene.remove_by_name("/film")

    def _preview(self) -> None:
        seconds = float(np.clip(self.seconds.value, 0.2, MAX_SECONDS))
        frames = path_through(self.keys, max(2, round(seconds * PREVIEW_RATE)), closed=bool(self.closed.value))
        began = time.monotonic()
        for index, frame in enumerate(frames):
            pause = began + index / PREVIEW_RATE - time.monotonic()
            if self._stop.wait(max(0.0, pause)):
                return
            self.session.client.camera.fov = frame.fov
            poses.move_to(self.session.client, frame.pose, poses.WALK_REACH)

    def _film(self) -> None:
        session = self.session
        keys, closed, seconds = list(self.keys), bool(self.closed.value), float(self.seconds.value)
        width, height = (int(value) for value in self.film_size.value)
        exact, background = session.exact(), session.background.astype(np.float32) / 255
        path_through(keys, 2)  # refuse before the job begins

        def work(on_event: Listener) -> None:
            content = film(exact, keys, seconds, width, height, closed=closed, background=background, on_event=on_event)
            self._send(f"{self._name}.mp4", content)

        frames = round(seconds * FILM_RATE)
        job: Job = session.viewer.workshop.start(f"Filming {frames} pictures", work, session.client.client_id)
        session.viewer.announce(job)

    # ---- files ----

    def _describe(self) -> None:
        target = TARGETS.get(str(self.target.value))
        self.about.content = target.description if target else ""

    def _export(self) -> None:
        name, content = export_file(self.session.whole(), str(self.target.value))
        self._send(
            name.replace("scene", self._name, 1) if name.startswith("scene.") else f"{self._name}-{name}", content
        )

    def _page(self) -> None:
        session = self.session
        scene = session.shown()
        prepared = session.prepared
        assert prepared is not None
        camera = session.camera(64, 64)
        faces = session.panel.walk.skybox_faces() if session.stage.visible["skybox"] else None
        page = standalone_page(
            prepared.splats,
            camera.world_from_camera,
            float(session.client.camera.fov),
            title=scene.prompt or self._name,
            ground=prepared.ground,
            faces=faces,
            background=session.background,
        )
        self._send(f"{self._name}.html", page.encode())

    def _link(self) -> None:
        """An address that opens this scene at this pose. It carries no token: whoever follows it needs their own."""
        path = SCENE_PATH + self.session.name if self.session.name else "/"
        address = html.escape(f"{path}?{poses.query_of(self.session.client.camera)}", quote=True)
        self.address.content = (
            f'<div style="padding:0.3em 0.8em;font-size:0.8em;overflow-wrap:anywhere">'
            f'<a href="{address}" target="_blank">This view of {html.escape(self.session.name or "the page")}</a>'
            " (copy the link's address)</div>"
        )
