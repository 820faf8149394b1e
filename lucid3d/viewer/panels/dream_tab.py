"""Dreaming: a new world from a sentence or a picture, and one more view where somebody stands."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.extending import Goal, extend_scene
from lucid3d.pipeline import run
from lucid3d.progress import Event, Listener
from lucid3d.reading import open_picture
from lucid3d.scene import Scene
from lucid3d.viewer.dream_here import dream_here, models_for
from lucid3d.viewer.making import Job, config_for, presets
from lucid3d.viewer.panels.fields import PICTURES
from lucid3d.workspace import default_folder

if TYPE_CHECKING:
    from lucid3d.viewer.session import Session

MAX_PICTURE_PIXELS = 50_000_000
"""Of an uploaded picture; a small file can claim a huge one."""

LEVEL = 0.2
"""Length of the level part of a unit vector below which one looks straight up or down."""

HERE_SIZE = 512
"""Pixels a side of a view that is dreamed where somebody stands, at most."""


class DreamTab:
    """The Dream tab."""

    def __init__(self, session: Session) -> None:
        self.session = session
        gui = session.client.gui
        handler = session.handler
        self.prompt = gui.add_text("Prompt", "", multiline=True, hint="What to dream, in words.")
        self.preset = gui.add_dropdown(
            "Preset", tuple(presets()), initial_value="fast" if "fast" in presets() else None
        )
        self.models = gui.add_dropdown(
            "Models",
            ("auto", "procedural", "diffusion"),
            initial_value="auto",
            hint="Procedural: generated worlds, no download. Diffusion: Stable Diffusion, if it is on disk.",
        )
        self.seed = gui.add_number("Seed", 0, min=0, max=2**32 - 1, step=1)
        with gui.add_folder("More", expand_by_default=False):
            self.negative = gui.add_text("Without", "", hint="What must not be there.")
            self.upload = gui.add_upload_button("Start from a picture", mime_type=",".join(PICTURES))
            self.picture_note = gui.add_markdown("", visible=False)
            self.forget = gui.add_button("Forget the picture", visible=False)
            self.with_page = gui.add_checkbox("Stop when I close this page", False)
        self.dream = gui.add_button("Dream", color="blue")
        gui.add_markdown(
            "The dream goes on when this page is closed, unless you tick the box under *More*, "
            "and the result is saved among the scenes."
        )
        with gui.add_folder("One more view from here"):
            gui.add_markdown("Paints what is missing where you stand, and adds it to the scene.")
            self.here_prompt = gui.add_text("Prompt", "", hint="Words for this view; empty: the scene's.")
            self.here = gui.add_button("Dream here")
            self.ahead = gui.add_slider("Metres ahead", 1, 20, 1, 4)
            self.go_on = gui.add_button("Go on from here", hint="Makes the way ahead walkable.")
            self.undo = gui.add_button("Undo", disabled=True)
        self._picture: bytes | None = None
        self.dream.on_click(handler(lambda _: self._dream()))
        self.upload.on_upload(handler(lambda _: self._uploaded()))
        self.forget.on_click(handler(lambda _: self._forget()))
        self.here.on_click(handler(lambda _: self._dream_here()))
        self.go_on.on_click(handler(lambda _: self._go_on()))
        self.undo.on_click(handler(lambda _: session.step_back()))

    @property
    def stops_with_page(self) -> bool:
        """Whether a job ends when the page is closed."""
        return bool(self.with_page.value)

    def scene_changed(self) -> None:
        """Another scene is on show."""
        self.undo.disabled = not self.session.undo

    # ---- a new world ----

    def _dream(self) -> None:
        viewer = self.session.viewer
        picture = self._picture
        config = config_for(
            self.prompt.value,
            self.preset.value,
            seed=int(self.seed.value),
            models=self.models.value,
            negative_prompt=self.negative.value,
            image=Path("picture") if picture else None,
            changes=viewer.changes,
        )

        wish = default_folder(config.prompt[0] if config.prompt else "picture").name
        folder = viewer.gallery.new_folder(viewer.gallery.free_name(wish))

        def work(on_event: Listener) -> str:
            from dataclasses import replace

            if picture is None:
                run(config, folder, on_event=on_event)
                return folder.name
            with TemporaryDirectory() as place:
                file = Path(place) / "picture.png"
                file.write_bytes(picture)
                run(replace(config, image=str(file)), folder, on_event=on_event)
            return folder.name

        title = f"Dreaming '{(config.prompt[0] if config.prompt else 'from a picture')[:50]}'"
        job = viewer.workshop.start(title, work, self.session.client.client_id)
        viewer.announce(job)

    def _uploaded(self) -> None:
        """Take an uploaded picture: decoded and encoded again, so that nothing but its pixels is kept."""
        import io

        content, formats = self.upload.value.content, ("PNG", "JPEG", "WEBP")
        with open_picture(content, "the picture", most_pixels=MAX_PICTURE_PIXELS, formats=formats) as file:
            pixels = file.convert("RGB")
        buffer = io.BytesIO()
        pixels.save(buffer, "PNG")
        self._picture = buffer.getvalue()
        self.picture_note.content = f"Starts from a picture of {pixels.width} x {pixels.height} pixels."
        self.picture_note.visible = self.forget.visible = True

    def _forget(self) -> None:
        self._picture = None
        self.picture_note.visible = self.forget.visible = False

    def job_ended(self, job: Job) -> None:
        """Show what came of a dream that this browser began."""
        session = self.session
        if job.owner != session.client.client_id:
            return
        if job.state == "failed":
            session.notify("The job failed", job.message, "red", None)
        elif job.state == "cancelled":
            session.notify("Cancelled", "What was finished is kept; run.py --resume continues it.", "yellow")
        elif isinstance(job.result, str):
            session.attempt(session.open_grown)(job.result)
            session.notify("Done", f"Saved as '{job.result}'.", "green")
        elif isinstance(job.result, Scene):
            self._gone_on(job.result)
        elif job.result is not None:
            self._grown(job.result)

    # ---- one more view ----

    def _dream_here(self) -> None:
        session = self.session
        scene = session.whole()
        seen = session.client.camera
        size = min(scene.config.dream.size, HERE_SIZE)
        # a square view that is as wide as the window is high or wide, whichever is more
        aspect = seen.image_width / max(1, seen.image_height)
        half = np.tan(seen.fov / 2) * max(1.0, aspect)
        camera = session.camera(size, size)
        focal = 0.5 * size / min(half, np.tan(np.radians(50)))
        camera = type(camera)(size, size, focal, focal, size / 2, size / 2, camera.world_from_camera)
        prompt = " ".join(self.here_prompt.value.split())[:500] or scene.prompt or "a place"
        seed = (scene.config.seed + 1000 + len(session.undo)) % 2**32

        def work(on_event: Listener) -> Any:
            on_event(Event("models", 0, 1))
            models = models_for(scene.config, scene.prompt or prompt)
            on_event(Event("dream", 0, 1, "one more view"))
            grown = dream_here(scene, camera, prompt, models.painter, models.estimator, seed=seed)
            on_event(Event("dream", 1, 1, "one more view"))
            return grown

        job = session.viewer.workshop.start("Dreaming here", work, session.client.client_id)
        session.viewer.announce(job)

    def _grown(self, grown: Any) -> None:
        self._take(grown.scene)
        self.session.notify(
            "One more view",
            f"{1 - grown.known:.0%} of it was new: {grown.added:,} Gaussians. Save it under Edit.",
            "green",
        )

    def _take(self, scene: Scene) -> None:
        self.session.change(scene)
        self.session.views = list(scene.views)
        self.session.panel.views_changed()

    # ---- going on ----

    def _go_on(self) -> None:
        session = self.session
        scene = session.whole()
        goal = goal_ahead(session.camera(16, 16), float(self.ahead.value))
        prompt = " ".join(self.here_prompt.value.split())[:500]

        def work(on_event: Listener) -> Scene:
            return extend_scene(scene, goal, prompt=prompt, on_event=on_event)

        job = session.viewer.workshop.start("Going on from here", work, session.client.client_id)
        session.viewer.announce(job)

    def _gone_on(self, scene: Scene) -> None:
        entry = scene.facts["extended"][-1]
        self._take(scene)
        self.session.notify(
            "Gone on", f"{entry['views']} views, {entry['gaussians']:,} new Gaussians. Save it under Edit.", "green"
        )


def goal_ahead(camera: Camera, metres: float) -> Goal:
    """The way to the place so many metres before somebody who looks through `camera`.

    Raises:
        InputError: they look straight up or down, or it is too far.
    """
    across = camera.forward[[0, 2]]
    length = float(np.linalg.norm(across))
    if length < LEVEL:
        raise InputError("look where you want to go: straight up or down there is no way")
    x, z = camera.position[[0, 2]] + metres * across / length
    return Goal(to=(float(x), float(z)))
