"""The part of the Edit tab that picks, sets in, moves, takes out and changes in words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.editing.insertion import Where, Wish
from lucid3d.editing.mesh_file import FORMATS
from lucid3d.editing.regions import Region, Step, choose, read_region, region_names, write_region
from lucid3d.editing.sitting import Sitting
from lucid3d.editing.splat_file import FORMATS as SPLATS
from lucid3d.errors import InputError
from lucid3d.guidance.choose import WAYS
from lucid3d.procedural.kit.labels import LABELS
from lucid3d.scene import Scene
from lucid3d.viewer import walking
from lucid3d.viewer.panels.fields import PICTURES, put

if TYPE_CHECKING:
    from lucid3d.viewer.session import Session

PICKED_WIDTH = 480
"""Pixels across the depth picture that says where a click falls."""
MARK = 0.05
"""Metres of the mark on what was picked."""
MARK_SEEN = 0.012
"""The same as a part of how far away it is, at least: the mouse must hit it."""
MARK_COLOR = (255, 190, 40)
NOTHING = "(nothing)"
NO_REGION = "(the pick)"
KEPT = 40
"""Sittings that are kept: as many steps as can be undone and redone."""


class ThingsFolder:
    """Things and words. Every step is a scene of its own, so the tab's Undo takes it back."""

    def __init__(self, session: Session) -> None:
        self.session = session
        gui, handler = session.client.gui, session.handler
        with gui.add_folder("Things and words"):
            self.pick = gui.add_button("Pick", hint="Then click on the picture: what to change, or where to set in.")
            self.picked = gui.add_text("Picked", NOTHING, disabled=True)
            self.wish = gui.add_text("Thing", "", hint="a red rowing boat; on a free place, or where you picked")
            self.insert = gui.add_button("Set it in")
            self.mesh = gui.add_upload_button(
                "Set in a mesh or splats", mime_type=",".join((*FORMATS, *SPLATS)), hint="Where you picked."
            )
            self.walk = gui.add_button(
                "Let it walk to the pick", hint="A person (a woman in a red dress), from where you stand and back."
            )
            self.which = gui.add_dropdown("Set in so far", (NOTHING,))
            self.move = gui.add_button("Move it to the pick")
            self.copy = gui.add_button("Copy it to the pick")
            self.facing = gui.add_number("Turned (degrees)", 0.0, min=-180.0, max=180.0, step=5.0)
            self.size = gui.add_number("Largest side (m)", 0.0, min=0.0, max=60.0, step=0.1, hint="0: as it is")
            self.turn = gui.add_button("Turn and scale it")
            self.remove = gui.add_button("Take it out")
            self.words = gui.add_text("In words", "", hint="the house blue; remove the bin; blue, for what is picked")
            self.change = gui.add_button("Change it")
            self.paint = gui.add_button(
                "Paint it anew", hint="What is picked, by the networks that dream, in these words."
            )
            self.refine = gui.add_button("Refine it", hint="What is picked and its back, finer; without a pick, all.")
            self.closer = gui.add_button("Look closer", hint="What is near and in view, as fine as it is seen.")
            self.drag = gui.add_button(
                "Drag it",
                hint="Pick it, or brush over it; then click where it shall come to. "
                "Or hold the mark of the pick with the mouse, and let it go there.",
            )
            self.brush = gui.add_checkbox("Brush", False, hint="Every click adds a ball to what is picked.")
            self.reach = gui.add_number("Brush (m)", 0.3, min=0.02, max=20.0, step=0.05)
            self.wider = gui.add_number(
                "Wider by (m)",
                0.0,
                min=-20.0,
                max=20.0,
                step=0.05,
                hint="What is picked, grown; below 0: shrunk.",
            )
            self.inverted = gui.add_checkbox("All but the pick", False)
            self.kept = gui.add_dropdown("Region", (NO_REGION,), hint="One that the scene keeps, instead of the pick.")
            self.region_name = gui.add_text("Region's name", "")
            self.keep = gui.add_button("Keep the pick as a region", hint="With the scene, for lucid3d edit --region.")
            self.way = gui.add_dropdown(
                "Follow", tuple(WAYS), hint="; ".join(f"{k}: {w.says}" for k, w in WAYS.items())
            )
            self.style = gui.add_upload_button("Picture of the style", mime_type=",".join(PICTURES))
            self.follow = gui.add_button("Let it follow", hint="What is picked, or all, in the words above.")
            self.before = gui.add_checkbox("As it was before", False)
        self._sittings: list[tuple[Scene, Sitting]] = []
        self._point: NDArray[np.float64] | None = None
        self._balls: tuple[Step, ...] = ()
        self._now: Scene | None = None
        self._lock = threading.Lock()
        self._workshop: TemporaryDirectory[str] = TemporaryDirectory(prefix="lucid3d-")
        self._style: Path | None = None
        self.pick.on_click(handler(lambda _: self._pick()))
        self.insert.on_click(handler(lambda _: self._insert(), "Setting it in"))
        self.move.on_click(handler(lambda _: self._move(), "Moving it"))
        self.copy.on_click(handler(lambda _: self._copy(), "Copying it"))
        self.turn.on_click(handler(lambda _: self._turn(), "Turning it"))
        self.remove.on_click(handler(lambda _: self._remove()))
        self.paint.on_click(handler(lambda _: self._paint(), "Painting it anew"))
        self.refine.on_click(handler(lambda _: self._refine(), "Refining it"))
        self.closer.on_click(handler(lambda _: self._look_closer(), "Looking closer"))
        self.drag.on_click(handler(lambda _: self._drag()))
        self.mesh.on_upload(handler(lambda _: self._insert_file(), "Setting it in"))
        self.walk.on_click(handler(lambda _: self._walk(), "Setting out"))
        self.keep.on_click(handler(lambda _: self._keep_region()))
        self.style.on_upload(handler(lambda _: self._take_style()))
        self.follow.on_click(handler(lambda _: self._follow(), "Following"))
        self.change.on_click(handler(lambda _: self._change(), "Changing it"))
        self.before.on_update(handler(lambda _: self._compare()))

    def scene_changed(self) -> None:
        """Another scene is on show: things are those of its sitting."""
        session = self.session
        if self._now is not None and (not session.undo or session.scene is not session.undo[0]):
            self._now = None  # changed by other means while the old state was on show
            put(self.before, False)
        if not session.undo and not session.redo:  # another world: what was picked in the last one is not there
            self.forget()
            self._sittings = [each for each in self._sittings if each[0] is session.scene]
        if self._now is None:
            own = tuple(thing.name for thing in self._sitting().things) if self._known() else ()
            names = (*own, *(figure.name for figure in session.shown().figures))
            chosen = self.which.value
            self.which.options = names or (NOTHING,)
            put(self.which, chosen if chosen in names else (names[-1] if names else NOTHING))
            origin, region = session.shown().origin, self.kept.value
            regions = tuple(region_names(origin)) if origin is not None else ()
            self.kept.options = (NO_REGION, *regions)
            put(self.kept, region if region in regions else NO_REGION)

    # ---- picking ----

    def _pick(self) -> None:
        self._click(self.pick, "Pick", self._picked)

    def _click(self, button: Any, label: str, then: Callable[[tuple[float, float]], None], told: str = "") -> None:
        """Have the next click on the picture be a pick, and no look around."""
        session = self.session
        session.shown()
        walking.configure(session.client, selecting=True)
        button.label = "Click on the picture ..."

        @session.client.scene.on_click()
        def _(event: Any) -> None:
            session.client.scene.remove_click_callback()
            walking.configure(session.client, selecting=False)
            button.label = label
            session.handler(then, told)(event.screen_pos) if told else session.handler(then)(event.screen_pos)

    def _under(self, at: tuple[float, float]) -> NDArray[np.float64]:
        """(3,) what lies under a place of the page's picture."""
        camera = self._camera()
        return point_under(camera, self.session.exact().render(camera).depth, at)

    def _camera(self) -> Camera:
        """The page's, with a small picture."""
        seen = self.session.client.camera
        height = max(16, round(PICKED_WIDTH * seen.image_height / max(1, seen.image_width)))
        return self.session.camera(PICKED_WIDTH, height)

    def _picked(self, at: tuple[float, float]) -> None:
        session = self.session
        point = self._under(at)
        self._point = point
        if self.brush.value:
            reach = float(self.reach.value)
            self._balls = (*self._balls, Step("ball", (*(float(v) for v in point), reach)))
            mark = f"/picked/{len(self._balls)}"
            session.client.scene.add_icosphere(
                mark, radius=reach, color=MARK_COLOR, position=tuple(point), wireframe=True
            )
            self._mark(point)
            put(self.picked, f"{len(self._balls)} strokes, the last at " + ", ".join(f"{v:.2f}" for v in point))
            self._pick()  # until the brush is put away
            return
        self._balls = ()
        self._mark(point)
        sitting = self._sitting()
        told = ""
        if sitting.world() is not None:
            around = sitting.around()
            nearest = int(np.argmin(((around.gaussians.means - point) ** 2).sum(axis=1)))
            if around.labels is not None and around.instances is not None and around.world is not None:
                told = around.world.things().get(int(around.instances[nearest]), LABELS[around.labels[nearest]])
        x, y, z = point
        put(self.picked, f"{told + ', ' if told else ''}at {x:.2f}, {y:.2f}, {z:.2f}")

    # ---- things ----

    def _insert(self) -> None:
        words = self.wish.value.strip()
        if not words:
            raise InputError("say what to set in, as in: a red rowing boat")
        self._show(self._sitting().insert(Wish(words, at=self._at())), f"{words} was set in")

    def _insert_file(self) -> None:
        sent = self.mesh.value
        file = Path(self._workshop.name) / Path(sent.name).name
        file.write_bytes(sent.content)
        self._show(self._sitting().insert(Wish(file=str(file), at=self._at())), f"{sent.name} was set in")

    def _walk(self) -> None:
        words, at = self.wish.value.strip(), self._at()
        if not words:
            raise InputError("say who shall walk, as in: a woman in a red dress")
        if at is None:
            raise InputError("pick the place first that it shall walk to")
        stood = self._camera().position
        self._show(self._sitting().walk(Wish(words), [(float(stood[0]), float(stood[2])), at]), f"{words} walks")

    def _move(self) -> None:
        at = self._at()
        if at is None:
            raise InputError("pick where to first")
        self._show(self._sitting().move(self._chosen(), Where(at=at)), "Moved")

    def _copy(self) -> None:
        self._show(self._sitting().copy(self._chosen(), self._at()), "Copied")

    def _turn(self) -> None:
        where = Where(facing=float(self.facing.value), size=float(self.size.value) or None)
        self._show(self._sitting().move(self._chosen(), where), "Turned and scaled")

    def _remove(self) -> None:
        self._show(self._sitting().remove(self._chosen()), "Taken out")

    def _chosen(self) -> str:
        if self.which.value == NOTHING:
            raise InputError("nothing was set in yet")
        return str(self.which.value)

    def _at(self) -> tuple[float, float] | None:
        return None if self._point is None else (float(self._point[0]), float(self._point[2]))

    # ---- words ----

    def _change(self) -> None:
        words, sitting = self.words.value.strip(), self._sitting()
        region = self._region()
        try:
            changed = sitting.change(words)  # the words point themselves
        except InputError:
            if region is None:
                raise
            changed = sitting.change(words, region)
        self._show(changed, "Changed")

    def _paint(self) -> None:
        words, region = self.words.value.strip(), self._region()
        if region is None:
            raise InputError("pick first what to paint anew, or brush over it")
        if not words:
            raise InputError("say in words what shall be there, as in: a fountain of white marble")
        self._show(self._sitting().inpaint(words, region), "Painted anew")

    def _take_style(self) -> None:
        sent = self.style.value
        self._style = Path(self._workshop.name) / f"style{Path(sent.name).suffix}"
        self._style.write_bytes(sent.content)
        self.session.notify("The style is taken", "Let it follow with *style* makes the scene look like it.")

    def _follow(self) -> None:
        way, words = str(self.way.value), self.words.value.strip()
        changed = self._sitting().guide(way, words, self._region(), self._style)
        self._show(changed, f"Followed {way}")

    # ---- regions ----

    def _region(self) -> Region | None:
        """A region that the scene keeps, what was brushed, or what belongs together with the pick, wider and inverted
        as the fields say; None for nothing."""
        origin = self.session.shown().origin
        if self.kept.value != NO_REGION and origin is not None:
            steps = read_region(origin, str(self.kept.value)).steps
        elif self._balls:
            steps = self._balls
        elif self._point is not None:
            x, y, z = (float(value) for value in self._point)
            steps = (Step("click", (x, y, z)),)
        else:
            return None
        if wider := float(self.wider.value):
            steps = (*steps, Step("grow" if wider > 0 else "shrink", abs(wider)))
        return Region((*steps, Step("invert", True)) if self.inverted.value else steps)

    def _keep_region(self) -> None:
        region, scene = self._region(), self.session.shown()
        if region is None:
            raise InputError("pick first what the region shall be, or brush over it")
        if scene.origin is None:
            raise InputError("save the scene first: a region is kept in its folder")
        name = self.region_name.value.strip()
        count = int(choose(region, self._sitting().around()).sum())
        write_region(scene.origin, replace(region, name=name))
        self.scene_changed()
        put(self.kept, name)
        self.session.notify(f"Kept as {name}", f"{count:,} Gaussians.", "green")

    def _refine(self) -> None:
        self._show(self._sitting().refine(self._region()), "Refined")

    def _look_closer(self) -> None:
        camera = self._camera()
        facing = float(np.degrees(np.arctan2(camera.forward[0], camera.forward[2])))
        self._show(self._sitting().look_closer(camera.position, facing), "Looked closer")

    def _drag(self) -> None:
        if self._point is None:
            raise InputError("pick first what to drag, or brush over it")
        put(self.brush, False)
        self._click(self.drag, "Drag it", self._dragged, "Dragging it")

    def _dragged(self, at: tuple[float, float]) -> None:
        region, handle = self._region(), self._point
        if region is None or handle is None:
            raise InputError("pick first what to drag, or brush over it")
        target = beside(self._camera(), handle, at)
        changed = self._sitting().drag(region, handle.tolist(), target.tolist())
        self._show(changed, "Dragged")

    # ---- the mark of the pick, which is held and let go ----

    def _mark(self, point: NDArray[np.float64]) -> None:
        """A ball that the mouse can hold: where it is let go, there the pick shall come to."""
        session = self.session
        away = float(np.linalg.norm(point - session.camera(16, 16).position))
        mark: Any = session.client.scene.add_icosphere(
            "/picked/point", radius=max(MARK, MARK_SEEN * away), color=MARK_COLOR, position=tuple(point)
        )
        walking.configure(session.client, handle=[float(v) for v in point])

        def moved(event: Any) -> None:  # viser calls it from several threads, in no order
            if self._point is not point:
                return
            if event.phase == "end":
                session.handler(self._dragged, "Dragging it")(event.end_screen_pos)
            else:
                mark.position = tuple(beside(self._camera(), point, event.end_screen_pos))

        mark.on_drag("left")(moved)

    def forget(self) -> None:
        """Let go of what is picked, and of its marks in the picture."""
        self._point, self._balls = None, ()
        put(self.picked, NOTHING)
        self.session.client.scene.remove_by_name("/picked")
        walking.configure(self.session.client, handle=None)

    # ---- before and after ----

    def _compare(self) -> None:
        session = self.session
        if self.before.value:
            if not session.undo:
                put(self.before, False)
                return
            self._now = session.shown()
            session.show(session.undo[0], session.name, moved=False)
        elif self._now is not None:
            now, self._now = self._now, None
            session.show(now, session.name, moved=False)

    # ---- sittings ----

    def _known(self) -> bool:
        return any(scene is self.session.scene for scene, _ in self._sittings)

    def _sitting(self) -> Sitting:
        """The sitting whose scene is on show; a first one for a scene that was changed elsewhere."""
        scene = self.session.shown()
        for kept, sitting in self._sittings:
            if kept is scene:
                return sitting
        sitting = Sitting.of(self.session.whole(), workshop=self._workshop)
        self._keep(scene, sitting)
        return sitting

    def _keep(self, scene: Scene, sitting: Sitting) -> None:
        """The first one stays, whatever is forgotten in between."""
        rest = [*self._sittings[1:], (scene, sitting)][-(KEPT - 1) :]
        self._sittings = [*self._sittings[:1], *rest] if self._sittings else [(scene, sitting)]

    def _show(self, sitting: Sitting, told: str) -> None:
        with self._lock:
            if self._now is not None:
                raise InputError("this is how it was before: switch that off to go on")
            scene = replace(sitting.scene, views=self.session.shown().views)
            self._keep(scene, sitting)
        self.forget()
        self.session.change(scene)
        self.session.notify(told, "Undo takes it back; Save keeps it.", "green")


def point_under(camera: Camera, depth: NDArray[np.float32], at: tuple[float, float]) -> NDArray[np.float64]:
    """(3,) what lies under a place of a picture.

    Args:
        depth: (H, W) z-depth, 0 where nothing is; at: in parts of width and height from the top left.
    Raises:
        InputError: nothing does.
    """
    column = int(np.clip(at[0] * camera.width, 0, camera.width - 1))
    row = int(np.clip(at[1] * camera.height, 0, camera.height - 1))
    away = float(depth[row, column])
    if not np.isfinite(away) or away <= 0:
        raise InputError("nothing is there to pick")
    ray = camera.world_rays()[row, column]
    return np.asarray(camera.position + ray * away, np.float64)


def beside(camera: Camera, point: NDArray[np.float64], at: tuple[float, float]) -> NDArray[np.float64]:
    """(3,) where a point comes to that is dragged to a place of the picture: as far from the eye's plane as it was.

    Args:
        at: in parts of width and height from the top left.
    """
    depth = float((point - camera.position) @ camera.forward)
    column, row = at[0] * camera.width - camera.cx, at[1] * camera.height - camera.cy
    local = np.array([column / camera.fx, row / camera.fy, 1.0]) * depth
    return np.asarray(camera.position + camera.rotation @ local, np.float64)
