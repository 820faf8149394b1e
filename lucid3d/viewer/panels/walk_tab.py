"""Walking and looking: how to move, what is shown, how much of it, and the exact picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.errors import InputError
from lucid3d.export.mesh import scene_mesh
from lucid3d.families.base import Image
from lucid3d.panorama import CUBE_FACES, cube_from_equirectangular
from lucid3d.transforms import read_image
from lucid3d.viewer.editing import start_of
from lucid3d.viewer.latest import Latest
from lucid3d.viewer.panels.fields import put
from lucid3d.viewer.poses import START_FOV
from lucid3d.viewer.stage import BACKGROUND

if TYPE_CHECKING:
    from lucid3d.viewer.session import Session

BUDGETS = {"100,000 (slow machine)": 100_000, "400,000": 400_000, "1,000,000": 1_000_000, "all": 10**9}
"""What a person may choose; the word stands for splats sent to the browser."""

PICTURE_WIDTH, WINDOW_WIDTH = 420, 960
"""Pixels across the exact picture in the panel, and in the window behind the controls."""

INSIDE = 0.15
"""Metres from a camera within which its picture hides the scene."""

SKYBOX_SIZE = 512
"""Pixels along a face of the skybox: six of them are 2 MB."""

HELP = """
**W A S D** walk, **drag** looks around, **Q E** down and up,
**shift** runs, **double click** locks the mouse (Esc frees it).
"""


class WalkTab:
    """Moving about and choosing what is seen."""

    def __init__(self, session: Session) -> None:
        self.session = session
        gui = session.client.gui
        gui.add_markdown(HELP)
        self.mode = gui.add_button_group("Move", ("Walk", "Orbit"))
        self.speed = gui.add_slider("Speed (m/s)", 0.2, 10.0, 0.1, session.speed)
        self.limited = gui.add_checkbox(
            "Stay where it is known",
            session.limited,
            hint="Stay on the ground that was explored; in a scene that was not, within its walk radius.",
        )
        self.map = gui.add_checkbox("Map", session.map, hint="Where one can walk, and where you are.")
        self.fov = gui.add_slider("Field of view", 20, 110, 1, round(float(np.degrees(START_FOV))))
        self.reset = gui.add_button("Back to the start", icon=None)
        self.jump = gui.add_dropdown("Dreamed view", ("-",), initial_value="-")

        with gui.add_folder("Show"):
            self.switches = {
                "splats": gui.add_checkbox("Gaussians", True),
                "points": gui.add_checkbox("Dreamed points", False),
                "views": gui.add_checkbox("Cameras", False, hint="Click a camera to stand where it stood."),
                "skybox": gui.add_checkbox("Skybox", False),
                "mesh": gui.add_checkbox("Mesh", False),
            }
            self.point_size = gui.add_slider("Point size", 0.2, 4.0, 0.1, 1.0)
            self.detail = gui.add_dropdown(
                "Splats sent",
                tuple(BUDGETS),
                initial_value=_budget_name(session.budget),
                hint="Fewer splats draw faster; neighbours are melted together, so that no holes appear.",
            )
            self.color = gui.add_rgb("Background", BACKGROUND)

        with gui.add_folder("Exact picture", expand_by_default=False):
            gui.add_markdown(
                "Drawn by the server with spherical harmonics: the truth next to the browser's quick drawing."
            )
            self.kind = gui.add_dropdown("Picture", ("off", "colour", "depth", "opacity"), initial_value="off")
            self.place = gui.add_button_group("Where", ("Panel", "Window"))
            self.picture = gui.add_image(np.zeros((9, 16, 3), np.uint8), visible=False)

        self._latest: Latest[None] = Latest(lambda _: session.attempt(self._draw)())
        self._in_window = False
        self._connect()

    def _connect(self) -> None:
        session, handler = self.session, self.session.handler
        self.mode.on_click(handler(lambda _: self._move_by(self.mode.value)))
        self.speed.on_update(handler(lambda _: self._walk()))
        self.limited.on_update(handler(lambda _: self._walk()))
        self.map.on_update(handler(lambda _: self._walk()))
        self.fov.on_update(handler(lambda _: self._zoom()))
        self.reset.on_click(handler(lambda _: session.go(start_of(session.shown()))))
        self.jump.on_update(handler(lambda _: self._jump()))
        for kind, switch in self.switches.items():
            switch.on_update(handler(lambda _, kind=kind: self._switch(kind)))
        self.point_size.on_update(handler(lambda _: session.stage.scale_points(float(self.point_size.value))))
        self.detail.on_update(handler(lambda _: self._set_budget(), "Fitting the splats"))
        self.color.on_update(handler(lambda _: self._set_background()))
        self.kind.on_update(handler(lambda _: self._exact_changed()))
        self.place.on_click(handler(lambda _: self._exact_changed()))
        session.client.camera.on_update(lambda _: self._camera_moved())

    # ---- moving ----

    def _move_by(self, mode: str) -> None:
        session = self.session
        session.walking = mode == "Walk"
        pose = session.camera(64, 64).world_from_camera
        session.apply_walking()
        session.go(pose)

    def _walk(self) -> None:
        self.session.speed = float(np.clip(self.speed.value, 0.05, 50))
        self.session.limited = bool(self.limited.value)
        self.session.map = bool(self.map.value)
        self.session.apply_walking()

    def _zoom(self) -> None:
        self.session.client.camera.fov = float(np.radians(np.clip(self.fov.value, 5, 150)))

    def _jump(self) -> None:
        choice = self.jump.value
        if choice == "-":
            return
        number = next((i for i, _ in enumerate(self.session.dreamed()) if choice.startswith(f"{i}: ")), None)
        if number is None:
            raise InputError("there is no such view")
        self.look_from(number)

    def look_from(self, number: int) -> None:
        """Stand where a dreamed view was dreamed, and look as it does."""
        self.session.go(self.session.dreamed()[number].camera.world_from_camera)

    # ---- showing ----

    def scene_changed(self) -> None:
        """Another scene is on show: put up again what is switched on."""
        self.views_changed()
        for kind in ("points", "skybox", "mesh"):
            if self.session.stage.visible[kind]:
                self._fill(kind)
        self._camera_moved()

    def views_changed(self) -> None:
        """List the views to jump to."""
        views = self.session.dreamed()
        names = [f"{i}: {view.prompt[:40] or 'view'}" for i, view in enumerate(views)]
        self.jump.options = ("-", *names)
        put(self.jump, "-")
        if self.session.stage.visible["views"]:
            self._fill("views")

    def switches_changed(self) -> None:
        """Show on the switches what the stage shows."""
        for kind, switch in self.switches.items():
            put(switch, self.session.stage.visible[kind])

    def _switch(self, kind: str) -> None:
        visible = bool(self.switches[kind].value)
        if visible and not self.session.stage.holds(kind):
            self._fill(kind)
        self.session.stage.show(kind, visible)

    def _fill(self, kind: str) -> None:
        session = self.session
        if kind == "points":
            session.stage.put_points(session.shown().points)
        elif kind == "views":
            views = [(view.camera, view.image) for view in session.dreamed()]
            session.stage.put_views(views, session.handler(self.look_from))
            here = session.camera(16, 16).position
            if any(np.linalg.norm(camera.position - here) < INSIDE for camera, _ in views):
                session.notify("You stand inside a camera", "Its picture is before your eyes: take a step back (S).")
        elif kind == "skybox":
            note = session.client.add_notification("Painting the skybox", "", loading=True)
            try:
                session.stage.put_skybox(self.skybox_faces())
            finally:
                note.remove()
        elif kind == "mesh":
            note = session.client.add_notification("Making the mesh", "This takes a moment.", loading=True)
            try:
                session.stage.put_mesh(scene_mesh(session.shown()))
            finally:
                note.remove()

    def skybox_faces(self) -> dict[str, Image]:
        """The scene's cube map from its folder, or painted now."""

        session = self.session
        scene = session.shown()
        folder = session.viewer.gallery.root / session.name / "skybox" / "cube" if session.name else Path()
        paths = {name: folder / f"{name}.png" for name in CUBE_FACES}
        if session.name and not session.undo and all(path.is_file() for path in paths.values()):
            return {name: _smaller(read_image(path)) for name, path in paths.items()}
        panorama = scene.panorama(min(2 * SKYBOX_SIZE, scene.config.render.panorama_height))
        return dict(cube_from_equirectangular(panorama.image, panorama.image.shape[0] // 2))

    def _set_budget(self) -> None:
        self.session.budget = BUDGETS.get(self.detail.value, self.session.budget)
        self.session.put_splats()
        self.session.panel.title()

    def _set_background(self) -> None:
        self.session.background = np.clip(np.array(self.color.value), 0, 255).astype(np.uint8)
        if not self._in_window:
            self.session.stage.put_background(self.session.background)
        self._camera_moved()

    # ---- the exact picture ----

    def _exact_changed(self) -> None:
        on = self.kind.value != "off"
        window = on and self.place.value == "Window"
        self.picture.visible = on and not window
        if window != self._in_window:
            self._in_window = window
            self.session.stage.show("splats", not window and bool(self.switches["splats"].value))
            if not window:
                self.session.stage.put_background(self.session.background)
        self._camera_moved()

    def _camera_moved(self) -> None:
        if self.kind.value != "off" and self.session.scene is not None:
            self._latest.submit(None)

    def _draw(self) -> None:
        session = self.session
        seen = session.client.camera
        aspect = max(0.2, min(5.0, seen.image_width / max(1, seen.image_height)))
        width = WINDOW_WIDTH if self._in_window else PICTURE_WIDTH
        height = max(16, round(width / aspect))
        image = session.exact().picture(
            session.camera(width, height), self.kind.value, session.background.astype(np.float32) / 255
        )
        pixels = np.round(image * 255).astype(np.uint8)
        if self._in_window:
            session.client.scene.set_background_image(pixels, format="jpeg", jpeg_quality=90)
        else:
            self.picture.image = pixels

    def close(self) -> None:
        """The browser has gone."""
        self._latest.close()


def _budget_name(budget: int) -> str:
    return min(BUDGETS, key=lambda name: abs(BUDGETS[name] - budget))


def _smaller(image: Image) -> Image:
    import cv2

    if image.shape[0] <= SKYBOX_SIZE:
        return image
    small: Any = cv2.resize(image, (SKYBOX_SIZE, SKYBOX_SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)
