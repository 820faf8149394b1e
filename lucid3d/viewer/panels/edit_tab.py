"""Editing: things and words, crop, floaters, a selection, the start and the walk radius; saved as a new scene."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.progress import Listener
from lucid3d.scene import Scene
from lucid3d.viewer import walking
from lucid3d.viewer.editing import Box, crop, floaters, kept, selected, with_radius, with_start
from lucid3d.viewer.panels.fields import put
from lucid3d.viewer.panels.things import ThingsFolder

if TYPE_CHECKING:
    from lucid3d.viewer.session import Session

SELECTION_POINTS = 30_000
"""Points that mark what is selected."""

SELECTION_COLOR = (255, 70, 70)

SELECTION_WIDTH = 640
"""Pixels across the depth picture that tells front from back."""


class EditTab:
    """The Edit tab."""

    def __init__(self, session: Session) -> None:
        self.session = session
        gui, handler = session.client.gui, session.handler
        self.things = ThingsFolder(session)
        with gui.add_folder("Crop"):
            self.show_box = gui.add_checkbox("Show the box", False)
            self.center = gui.add_vector3("Centre (m)", (0.0, 0.0, 0.0), step=0.1)
            self.extent = gui.add_vector3("Size (m)", (10.0, 6.0, 10.0), min=(0.01, 0.01, 0.01), step=0.1)
            self.sky = gui.add_checkbox("Keep the sky", True)
            self.crop = gui.add_button("Crop to the box")
        with gui.add_folder("Clean"):
            self.floaters = gui.add_button("Remove floaters", hint="Specks in the air that touch nothing.")
            self.select = gui.add_button("Select a rectangle", hint="Then drag over the picture.")
            self.front = gui.add_checkbox("Only what is seen", True, hint="Otherwise also what lies behind.")
            self.delete = gui.add_button("Delete the selection", color="red", disabled=True)
        with gui.add_folder("Start"):
            self.start = gui.add_button("Start here", hint="The scene opens where you stand now.")
            self.radius = gui.add_number("Walk radius (m)", 0.5, min=0.0, max=100.0, step=0.1)
        self.undo = gui.add_button("Undo", disabled=True)
        self.redo = gui.add_button("Redo", disabled=True)
        with gui.add_folder("Save"):
            self.name = gui.add_text("Name", "")
            self.save = gui.add_button("Save as a new scene", color="blue")
        self._selection: NDArray[np.bool_] | None = None
        self._box: list[Any] = []
        for handle in (self.show_box, self.center, self.extent):
            handle.on_update(handler(lambda _: self._draw_box()))
        self.crop.on_click(handler(lambda _: self._crop()))
        self.floaters.on_click(handler(lambda _: self._floaters(), "Looking for floaters"))
        self.select.on_click(handler(lambda _: self._select()))
        self.delete.on_click(handler(lambda _: self._delete()))
        self.start.on_click(handler(lambda _: self._start()))
        self.radius.on_update(handler(lambda _: self._radius()))
        self.undo.on_click(handler(lambda _: session.step_back()))
        self.redo.on_click(handler(lambda _: session.step_forward()))
        self.save.on_click(handler(lambda _: self._save()))

    def scene_changed(self) -> None:
        """Another scene is on show: what was selected is gone."""
        scene = self.session.shown()
        self._forget_selection()
        self.undo.disabled, self.redo.disabled = not self.session.undo, not self.session.redo
        self.things.scene_changed()
        put(self.radius, float(scene.config.dream.walk_radius))
        if not self.session.undo:
            put(self.name, self.session.viewer.gallery.free_name(f"{self.session.name or 'scene'}-edited"))

    # ---- crop ----

    def box(self) -> Box:
        """The box as the fields say."""
        return Box(np.array(self.center.value, np.float64), np.array(self.extent.value, np.float64))

    def _draw_box(self) -> None:
        scene = self.session.client.scene
        for node in self._box:
            node.remove()
        self._box = []
        if not self.show_box.value:
            return
        box = self.box()
        frame = scene.add_box(
            "/crop/frame",
            dimensions=tuple(box.size),
            position=box.center,
            color=(76, 141, 255),
            wireframe=True,
            cast_shadow=False,
            receive_shadow=False,
        )
        handles = scene.add_transform_controls(
            "/crop/handles", position=box.center, disable_rotations=True, scale=0.5 * float(min(box.size))
        )

        @handles.on_update
        def _(_: Any) -> None:
            frame.position = handles.position

        @handles.on_drag_end
        def _(_: Any) -> None:
            put(self.center, tuple(round(float(value), 3) for value in handles.position))

        self._box = [frame, handles]

    def _crop(self) -> None:
        scene = self.session.shown()
        smaller = crop(scene, self.box(), keep_sky=bool(self.sky.value))
        self._changed(smaller, len(scene.gaussians) - len(smaller.gaussians))

    # ---- clean ----

    def _floaters(self) -> None:
        scene = self.session.shown()
        found = floaters(scene)
        if not found.any():
            self.session.notify("No floaters", "Every Gaussian touches others.")
            return
        self._changed(kept(scene, ~found), int(found.sum()))

    def _select(self) -> None:
        session = self.session
        session.shown()

        walking.configure(session.client, selecting=True)  # the drag is a rectangle now, not a look around
        self.select.label = "Drag over the picture ..."

        @session.client.scene.on_rect_select()
        def _(event: Any) -> None:
            session.client.scene.remove_rect_select_callback()
            walking.configure(session.client, selecting=False)
            self.select.label = "Select a rectangle"
            corners = event.screen_min, event.screen_max
            session.handler(self._selected)(corners)

    def _selected(self, corners: tuple[tuple[float, float], tuple[float, float]]) -> None:
        session = self.session
        seen = session.client.camera
        width = SELECTION_WIDTH
        camera = session.camera(width, max(16, round(width * seen.image_height / max(1, seen.image_width))))
        surface = None
        if self.front.value:
            drawn = session.exact().render(camera)
            surface = np.where(drawn.alpha > 0.05, drawn.depth, np.inf).astype(np.float32)
        chosen = selected(session.shown(), camera, corners, surface)
        if not chosen.any():
            raise InputError("nothing lies in that rectangle")
        self._selection = chosen
        positions = session.shown().gaussians.means[chosen]
        session.client.scene.add_point_cloud(
            "/selection",
            points=positions[:: -(-len(positions) // SELECTION_POINTS)],
            colors=SELECTION_COLOR,
            point_size=0.012,
            precision="float32",
        )
        self.delete.disabled = False
        self.delete.label = f"Delete {int(chosen.sum()):,} Gaussians"

    def _delete(self) -> None:
        if self._selection is None:
            raise InputError("nothing is selected")
        chosen = self._selection
        self._changed(kept(self.session.shown(), ~chosen), int(chosen.sum()))

    def _forget_selection(self) -> None:
        self._selection = None
        self.session.client.scene.remove_by_name("/selection")
        self.delete.disabled, self.delete.label = True, "Delete the selection"

    # ---- start ----

    def _start(self) -> None:
        self.session.change(with_start(self.session.shown(), self.session.camera(64, 64)))
        self.session.notify("The scene now starts here", "Save it to keep that.")

    def _radius(self) -> None:
        session = self.session
        if session.scene is None or self.radius.value == session.scene.config.dream.walk_radius:
            return
        session.scene = with_radius(session.scene, float(self.radius.value))
        session.apply_walking()

    # ---- save ----

    def _changed(self, scene: Scene, removed: int) -> None:
        self.session.change(scene)
        self.session.notify("Changed", f"{removed:,} Gaussians were removed. Undo brings them back.", "green")

    def _save(self) -> None:
        session = self.session
        folder = session.viewer.gallery.new_folder(self.name.value.strip())
        scene = session.whole()
        facts = {key: value for key, value in scene.facts.items() if key not in ("lucid3d", "inputs")}
        edited = replace(scene, facts={**facts, "edited_from": session.name})

        def work(on_event: Listener) -> str:
            edited.save(folder, on_event=on_event)
            return folder.name

        job = session.viewer.workshop.start(f"Saving '{folder.name}'", work, session.client.client_id)
        session.viewer.announce(job)
