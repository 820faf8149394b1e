"""The panel: a heading, a line of progress, and the tabs."""

from __future__ import annotations

import html
import time
from typing import TYPE_CHECKING

import numpy as np

from lucid3d.families.base import Image
from lucid3d.viewer.growing import Snapshot
from lucid3d.viewer.making import Job
from lucid3d.viewer.panels.dream_tab import DreamTab
from lucid3d.viewer.panels.edit_tab import EditTab
from lucid3d.viewer.panels.fields import put
from lucid3d.viewer.panels.scenes_tab import ScenesTab
from lucid3d.viewer.panels.take_tab import TakeTab
from lucid3d.viewer.panels.walk_tab import WalkTab
from lucid3d.viewer.stage import thumbnail

if TYPE_CHECKING:
    from lucid3d.viewer.session import Session

NEWEST_WIDTH = 320
"""Pixels across the picture of the newest view."""

PROGRESS_EVERY = 0.2
"""Seconds between two moves of the progress bar."""


class Panel:
    """The whole panel of one browser."""

    def __init__(self, session: Session) -> None:
        self.session = session
        gui = session.client.gui
        gui.set_panel_label("lucid3d")
        self._heading = gui.add_html("")
        self._status = gui.add_html("", visible=False)
        self._bar = gui.add_progress_bar(0.0, visible=False, animated=True)
        self._newest = gui.add_image(np.zeros((9, 9, 3), np.uint8), label="Newest view", visible=False)
        self._cancel = gui.add_button("Cancel", color="red", visible=False)
        self._cancel.on_click(session.handler(lambda _: self.cancel()))
        tabs = gui.add_tab_group()
        with tabs.add_tab("Walk"):
            self.walk = WalkTab(session)
        with tabs.add_tab("Dream"):
            self.dream = DreamTab(session)
        with tabs.add_tab("Take"):
            self.take = TakeTab(session)
        with tabs.add_tab("Edit"):
            self.edit = EditTab(session)
        with tabs.add_tab("Scenes"):
            self.scenes = ScenesTab(session)
        self._moved = 0.0
        self.title()

    def title(self) -> None:
        """Write the heading anew."""
        scene = self.session.scene
        if scene is None:
            name, about = "No scene is open", "Choose one under <b>Scenes</b>, or <b>Dream</b> one."
            if self.session.viewer.live is not None:
                name, about = "A world is growing", "It appears here as it is dreamed and trained."
        else:
            name = html.escape(scene.prompt or self.session.name or "A scene")
            shown = min(len(scene.gaussians), self.session.budget)
            about = f"{len(scene.gaussians):,} Gaussians"
            if shown < len(scene.gaussians):
                about += f", melted into {shown:,} for this browser"
        self._heading.content = (
            f'<div style="padding:0.3em 0.8em 0.7em"><div style="font-weight:600;line-height:1.3">{name}</div>'
            f'<div style="opacity:0.65;font-size:0.8em;line-height:1.4">{about}</div></div>'
        )

    def scene_changed(self) -> None:
        """Another scene is on show."""
        self.title()
        for tab in (self.walk, self.dream, self.take, self.edit, self.scenes):
            tab.scene_changed()

    def views_changed(self) -> None:
        """The scene's views have been read."""
        self.walk.views_changed()

    def switches_changed(self) -> None:
        """What is shown was changed from elsewhere than the switches."""
        self.walk.switches_changed()

    def progressed(self, snapshot: Snapshot) -> None:
        """A job goes on."""
        now = time.monotonic()
        if now - self._moved < PROGRESS_EVERY and snapshot.done < snapshot.total:
            return
        self._moved = now
        job = self.session.viewer.workshop.job
        live = self.session.viewer.live is not None
        running = live or (job is not None and job.state == "running")
        title = "" if live or job is None else f"<b>{html.escape(job.title)}</b><br>"
        self._say(f"{title}{html.escape(snapshot.sentence)}")
        put(self._bar, round(100 * snapshot.part, 1))
        self._bar.visible = running
        self._cancel.visible = running and not live
        if live:
            self.title()

    def show_newest(self, image: Image) -> None:
        """Show the view that was dreamed last."""
        self._newest.image = thumbnail(image, NEWEST_WIDTH)
        self._newest.visible = True

    def growth_ended(self) -> None:
        """Nothing grows any more: back to the heading and the tabs."""
        self._bar.visible = self._cancel.visible = self._newest.visible = False
        self._say("")

    def job_ended(self, job: Job) -> None:
        """A job is over."""
        self.growth_ended()
        self._say(html.escape(job.message))
        self.dream.job_ended(job)
        self.scenes.refresh()

    def cancel(self) -> None:
        """End the running job at its next step."""
        job = self.session.viewer.workshop.job
        if job is not None:
            job.cancel()
            self._say("Cancelling: it ends after the step in hand.")

    def close(self) -> None:
        """The browser has gone."""
        self.walk.close()
        self.take.close()

    def _say(self, words: str) -> None:
        self._status.visible = bool(words)
        self._status.content = f'<div style="padding:0.2em 0.8em;font-size:0.85em;line-height:1.4">{words}</div>'
