"""One browser: the scene that it looks at, what it shows of it, and the tabs of its panel.

Everything here belongs to one connection, so browsers never disturb each other: each has its own scene, camera,
switches, selection and undo. What they share is the outputs folder and the one job that may run.
"""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.figures.playing import Figure
from lucid3d.scene import Scene
from lucid3d.transforms import PosedView, read_transforms
from lucid3d.viewer import poses, walking
from lucid3d.viewer.figures import Walkers
from lucid3d.viewer.growing import Snapshot
from lucid3d.viewer.latest import Latest
from lucid3d.viewer.making import Job
from lucid3d.viewer.panels.panel import Panel
from lucid3d.viewer.prepared import Prepared
from lucid3d.viewer.server import scene_of
from lucid3d.viewer.splats import Splats
from lucid3d.viewer.stage import BACKGROUND, Stage
from lucid3d.viewer.taking import Exact

if TYPE_CHECKING:
    import viser

    from lucid3d.viewer.app import Viewer

log = logging.getLogger(__name__)

Color = Literal["blue", "green", "yellow", "red"]

FIRST_SPLATS = 30_000
"""Splats of the first picture, sent before the rest: 1 MB."""

RESEND_AFTER = 3.0
"""Metres from where splats were last sent for, at which they are sent again: fine where one is now."""

WAITING_CLICKS = 4
"""Of one field, while the click before is still worked on; of more only the last ones count."""

MAX_UNDO = 20
"""Steps back that are kept; scenes share what a step did not change."""


class Session:
    """One browser's side of the viewer."""

    def __init__(self, viewer: Viewer, client: viser.ClientHandle) -> None:
        self.viewer = viewer
        self.client = client
        self.stage = Stage(client.scene)
        self.scene: Scene | None = None
        self.name = ""
        self.undo: list[Scene] = []
        self.redo: list[Scene] = []
        self.prepared: Prepared | None = None
        self.views: list[PosedView] = []
        self.budget = viewer.budget
        self.walking = True
        self.speed = 1.4
        self.limited = False
        self.map = True
        self.background = np.array(BACKGROUND, np.uint8)
        self._lock = threading.RLock()
        self._growing: Latest[Snapshot] = Latest(self._show_growth)
        self.growing = self._growing.submit
        self._nearer: Latest[NDArray[np.float64]] = Latest(self._send_around)
        self._figures: tuple[Figure, ...] = ()
        self._walkers = Walkers(client.scene, ())
        self._sent_at: NDArray[np.float64] | None = None
        self._grown = 0
        self._watched: Job | None = None
        self._closed = False

    # ---- life ----

    def begin(self) -> None:
        """Build the panel and show the scene that the address names, or the one the viewer was started with."""
        walking.install(self.client)
        self.stage.put_background(self.background)
        poses.begin_at(self.client, np.eye(4), poses.START_FOV, poses.WALK_REACH)
        self.panel = Panel(self)
        self.client.camera.on_update(lambda _: self._walked())
        wanted = scene_of(self.client) or self.viewer.first
        if self.viewer.live is not None:
            self.watch_live()
        elif wanted:
            self.attempt(lambda: self.open(wanted, first=True))()
        else:
            self.panel.title()
        if self.viewer.workshop.job is not None:
            self.watch_job(self.viewer.workshop.job)

    @property
    def stops_with_page(self) -> bool:
        """Whether the person asked that a job ends when the page is closed."""
        return hasattr(self, "panel") and self.panel.dream.stops_with_page

    def close(self) -> None:
        """The browser has gone."""
        self._closed = True
        if self.viewer.live is not None:
            self.viewer.live.leave(self.growing)
        if self._watched is not None:
            self._watched.growth.leave(self.growing)
        self._walkers.stop()
        self._growing.close()
        self._nearer.close()
        if hasattr(self, "panel"):
            self.panel.close()

    # ---- words to the person ----

    def notify(self, title: str, body: str = "", color: Color = "blue", seconds: float | None = 8.0) -> None:
        """A note in the corner of the page."""
        if not self._closed:
            self.client.add_notification(title, body, auto_close_seconds=seconds, color=color)

    def attempt(self, work: Callable[..., Any], busy: str = "") -> Callable[..., None]:
        """`work` with its failures shown to the person, and a note while it goes on if `busy` says what it is."""

        @functools.wraps(work)
        def attempted(*arguments: Any) -> None:
            note = self.client.add_notification(busy, "", loading=True, with_close_button=False) if busy else None
            try:
                work(*arguments)
            except InputError as error:
                self.notify("That does not work", str(error), "red", 15)
            except Exception as error:
                log.exception("in the viewer")
                self.notify("Something went wrong", f"{type(error).__name__}: {error}", "red", None)
            finally:
                if note is not None:
                    note.remove()

        return attempted

    def handler(self, work: Callable[..., Any], busy: str = "") -> Callable[..., None]:
        """The same for what a field of the page calls: done in a thread of its own, so that it returns at once.

        viser calls the handlers of all pages from one pool of threads. There one page that is used faster than its
        scene can follow would hold every thread, and no page could open.
        """
        queue: Latest[tuple[Any, ...]] = Latest(lambda arguments: attempted(*arguments), keep=WAITING_CLICKS)
        attempted = self.attempt(lambda *arguments: None if self._closed else work(*arguments), busy)
        return lambda *arguments: queue.submit(arguments)

    # ---- the scene ----

    def open(self, name: str, *, first: bool = False) -> None:
        """Show a scene of the gallery.

        Args:
            first: the page has just opened: an address with a pose of its own keeps it.
        Raises:
            InputError: there is no such scene, or it cannot be read.
        """
        scene = self.viewer.gallery.load(name)
        with self._lock:
            self.undo, self.redo = [], []
            self.show(scene, name, first=first)
        threading.Thread(target=self.attempt(self._load_views), args=(name,), daemon=True).start()

    def show(self, scene: Scene, name: str, *, first: bool = False, moved: bool = True) -> None:
        """Put a scene up: a coarse picture at once, then the rest."""
        with self._lock:
            prepared = self.viewer.shelf.prepare(scene)
            self.scene, self.name, self.prepared = scene, name, prepared
            if len(prepared.splats) > 2 * FIRST_SPLATS and not self.stage.holds("splats"):
                self.stage.put_splats(reduce_sample(prepared.splats, FIRST_SPLATS))
                self.client.flush()
            if moved:
                self.go(prepared.start, first=first)
            self.put_splats()
            if scene.figures != self._figures:
                self._walkers.stop()
                self._figures, self._walkers = scene.figures, Walkers(self.client.scene, scene.figures)
            self.stage.clear("points", "skybox", "mesh")
            if moved:
                self.views = list(scene.views)
                self.stage.clear("views")
            self.apply_walking(title=f"{scene.prompt or name} - lucid3d", ground=prepared.ground)
            self.panel.scene_changed()

    def change(self, scene: Scene) -> None:
        """Show an edited scene; the one before comes back with `step_back`."""
        with self._lock:
            if self.scene is not None:
                # what is forgotten lies in between: the first state can always be had back
                self.undo = [*self.undo[:1], *[*self.undo[1:], self.scene][-(MAX_UNDO - 1) :]]
            self.redo = []
            self.show(scene, self.name, moved=False)

    def step_back(self) -> None:
        """Undo the last change.

        Raises:
            InputError: there is none.
        """
        with self._lock:
            if not self.undo:
                raise InputError("there is nothing to undo")
            if self.scene is not None:
                self.redo.append(self.scene)
            self.show(self.undo.pop(), self.name, moved=False)

    def step_forward(self) -> None:
        """Do again what was undone.

        Raises:
            InputError: nothing was.
        """
        with self._lock:
            if not self.redo:
                raise InputError("there is nothing to redo")
            if self.scene is not None:
                self.undo.append(self.scene)
            self.show(self.redo.pop(), self.name, moved=False)

    def shown(self) -> Scene:
        """The scene on show.

        Raises:
            InputError: there is none.
        """
        if self.scene is None:
            raise InputError("no scene is open: choose one in the Scenes tab, or dream one")
        return self.scene

    def exact(self) -> Exact:
        """The exact renderer of the scene on show.

        Raises:
            InputError: there is none.
        """
        self.shown()
        assert self.prepared is not None
        return self.prepared.exact

    def whole(self) -> Scene:
        """The scene on show with its views' pictures, which are read from disk only when somebody needs them."""
        scene = self.shown()
        if not scene.views and self.views:
            scene = replace(scene, views=list(self.views))
        return scene

    def put_splats(self) -> None:
        """Send the splats again, as many as the budget allows, the finest where people begin."""
        if self.prepared is not None:
            self._sent_at = self.prepared.start[:3, 3]
            self.stage.put_splats(self.prepared.within(self.budget))

    def _walked(self) -> None:
        """The browser's camera has moved: far from where splats are fine, they are sent anew."""
        prepared, sent = self.prepared, self._sent_at
        if prepared is None or sent is None or len(prepared.splats) <= self.budget:
            return
        eye = np.asarray(self.client.camera.position, np.float64)
        if np.linalg.norm(eye - sent) > RESEND_AFTER:
            self._nearer.submit(eye)

    def _send_around(self, eye: NDArray[np.float64]) -> None:
        with self._lock:
            if self._closed or self.prepared is None or self._sent_at is None:
                return
            if np.linalg.norm(eye - self._sent_at) > RESEND_AFTER:  # a piece that waited may be answered already
                self._sent_at = eye
                self.stage.put_splats(self.prepared.within(self.budget, eye))

    def _load_views(self, name: str) -> None:
        folder = self.viewer.gallery.folder_of(name)
        if (folder / "transforms.json").is_file():
            views = list(read_transforms(folder))
            if self.name == name and not self.views:
                self.views = views
                self.panel.views_changed()

    def dreamed(self) -> list[PosedView]:
        """The views that were dreamed (not the reprojected ones)."""
        return [view for view in self.views if not view.support]

    # ---- the camera ----

    def camera(self, width: int, height: int) -> Camera:
        """Where the browser looks from, at another picture size."""
        return poses.camera_of(self.client.camera, width, height)

    def go(self, pose: NDArray[np.floating], *, first: bool = False) -> None:
        """Move the browser's camera to a (4, 4) pose."""
        reach = poses.WALK_REACH if self.walking else poses.ORBIT_REACH
        if first:
            poses.begin_at(self.client, pose, poses.START_FOV, reach)
        else:
            poses.move_to(self.client, pose, reach)

    def apply_walking(self, **settings: Any) -> None:
        """Tell the page how to walk."""
        scene = self.scene
        # an explored scene knows its ground cell by cell; others are known within a radius
        radius = scene.config.dream.walk_radius if scene is not None and scene.free is None and self.limited else 0.0
        zoom = walking.zoom_of(scene.facts) if scene is not None else None
        settings |= {"walking": self.walking, "speed": self.speed, "radius": radius, "known": self.limited}
        walking.configure(self.client, zoom=zoom, map=self.map, **settings)

    # ---- jobs ----

    def watch_job(self, job: Job) -> None:
        """Show a job's progress; what it makes is shown too if this browser started it."""
        if self._watched is not None:
            self._watched.growth.leave(self.growing)
        self._watched, self._grown = job, 0
        job.growth.watch(self.growing)
        job.on_end.append(self.job_ended)
        if job.state != "running":
            self.job_ended(job)
        else:
            self.growing(job.growth.snapshot)

    def watch_live(self) -> None:
        """Show the job of the program that this page belongs to (run.py --viewer)."""
        live = self.viewer.live
        assert live is not None
        live.watch(self.growing)
        self.growing(live.snapshot)

    def job_ended(self, job: Job) -> None:
        """Say how it ended, and show the result to whoever started it."""
        job.growth.leave(self.growing)
        if not self._closed:
            self.panel.job_ended(job)

    def open_grown(self, name: str) -> None:
        """Change over from a growing world to the scene that it became.

        Raises:
            InputError: see `open`.
        """
        self.panel.growth_ended()
        self.stage.show("points", False)
        self.panel.switches_changed()
        self.open(name)

    def _show_growth(self, snapshot: Snapshot) -> None:
        if self._closed:
            return
        self.panel.progressed(snapshot)
        mine = self._watched is None or self._watched.owner == self.client.client_id
        overtaken = self._grown > 0 and self.scene is not None  # the finished scene is on show already
        if not mine or overtaken or snapshot.made == self._grown:
            return
        if self._grown == 0:  # the first sight of a new world: step out of the old one
            self.stage.clear()
            self.views, self.scene, self.prepared, self.name = [], None, None, ""
            self.stage.visible.update(splats=True, points=True)
            self.panel.switches_changed()
            self.go(np.eye(4))
            self.apply_walking(ground=None)
        self._grown = snapshot.made
        count = len(self.stage.nodes("views"))
        for index in range(count, len(snapshot.views)):
            self.stage.add_view(index, *snapshot.views[index])
        if len(snapshot.views) > count:
            self.panel.show_newest(snapshot.views[-1][1])
        if snapshot.splats is not None:
            self.stage.put_splats(snapshot.splats)
            self.stage.clear("points")
        elif snapshot.points is not None:
            self.stage.put_points(snapshot.points)


def reduce_sample(splats: Splats, count: int) -> Splats:
    """A quick look: every n-th splat, grown so that the surface stays closed."""
    step = -(-len(splats) // count)
    some = splats[np.arange(0, len(splats), step)]
    return Splats(some.centers, some.covariances * np.float32(step), some.colors, some.opacities)
