"""A flight from start to end: stretch after stretch is dreamed, filmed, written and let go."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.export.ply import join_gaussians, write_gaussians
from lucid3d.export.video import join_films, write_film
from lucid3d.families.base import Image
from lucid3d.flight.course import FlightCourse, lay_course
from lucid3d.flight.plan import Flight
from lucid3d.flight.progress import FlightProgress, done_so_far, film_part, keep
from lucid3d.flight.stretch import dream_stretch, leaving
from lucid3d.gaussians import Render, Renderer
from lucid3d.gaussians.model import Gaussians
from lucid3d.memory import check_memory, give_back
from lucid3d.procedural.build import build_world
from lucid3d.procedural.endless.ground import Outlook
from lucid3d.procedural.endless.land import EndlessLand
from lucid3d.progress import Event, Listener, ignore
from lucid3d.prompts import PromptPlan, plan_prompts
from lucid3d.transforms import PosedView, write_image, write_transforms
from lucid3d.workspace import Workspace, read_record

STRETCH = 40.0
"""Metres that are filmed from one scene."""
STATIONS = 3
"""Places along a stretch that its scene is dreamed from, its ends included."""
FADE = 12
"""Pictures over which the film goes from one scene to the next: half a second."""
TURN = 12.0
"""Degrees beyond the stations' lens that are built: the way bends within a stretch."""
NEAR, SHADED = 150.0, 0.5
"""Metres to what lends its colour to the gaps that no station saw into, and how dark they are beside it."""
JOINED = 12_000_000
"""Gaussians that are still written as one scene."""
TILES = "tiles"
"""The folder of the scenes."""


@dataclass(frozen=True, eq=False)
class Scenery:
    """The scene of a stretch: Gaussians about `origin` (3,); `behind` (3,) is seen through gaps between them."""

    gaussians: Gaussians
    origin: NDArray[np.float64]
    renderer: Renderer
    behind: NDArray[np.float32]

    def seen(self, lens: Camera, pose: NDArray[np.float64]) -> Render:
        """What a camera at `pose` (4, 4) in the world sees."""
        own = pose.copy()
        own[:3, 3] -= self.origin
        return self.renderer.render(lens.at(own), background=self.behind)


def fly(
    config: Config,
    flight: Flight,
    output: Path,
    *,
    resume: bool = False,
    overwrite: bool = False,
    on_event: Listener = ignore,
) -> dict[str, Any]:
    """Make a flight's film and scenes in a folder.

    `preview.mp4` is the film, `tiles/` the land that was flown over: scene files that fit together without overlapping,
    in one frame whose origin is the start; `scene.ply` is all of them, where they are not too many to look at. Never
    more than two stretches are in memory. A resumed flight goes on at the stretch that was not finished.

    Returns:
        What scene.yaml says of the flight.
    Raises:
        InputError: something cannot be used; nothing has been written then.
    """
    refuse(config)
    frames = flight.frames(config.render.film_rate)
    check_memory(config, STATIONS)
    prompts = plan_prompts(config.prompt)
    land = EndlessLand(build_world(prompts.sentence, config.seed, config.negative_prompt, drops=False))
    understood = getattr(land.brief, "explanation", "")
    on_event(Event("models", 1, 1, understood))
    workspace = Workspace(output, config)
    workspace.record["inputs"]["flight"] = f"{flight.length:g} m"
    with workspace:
        if workspace.open(resume=resume, overwrite=overwrite):
            return dict(read_record(output).get("flight", {}))
        facts = {
            "prompt": prompts.sentence,
            "models": {"family": "procedural", "reason": "a flight goes over a world that goes on by rules"},
            "understood": understood,
            "versions": {"python": platform.python_version()},
        }
        workspace.note(status="writing", **facts)
        made = _Flight(config, flight, land, prompts, workspace.folder, frames, on_event)
        made.go_on(done_so_far(workspace.folder, workspace.progress, made.count_of), workspace.progress)
        parts = [film_part(workspace.progress, n) for n in range(made.count) if made.count_of(n)]
        join_films(parts, workspace.folder / "preview.mp4", pictures=frames)
        tiles = [workspace.folder / tile["file"] for tile in made.tiles]
        if sum(tile["gaussians"] for tile in made.tiles) <= JOINED:
            join_gaussians(tiles, workspace.folder / "scene.ply")
        workspace.note(flight=made.facts())
        workspace.complete()
    return made.facts()


def refuse(config: Config) -> None:
    """
    Raises:
        InputError: the config asks for what a flight cannot do.
    """
    if config.image or config.panorama:
        raise InputError("a flight goes over a landscape from words: leave out --image and --panorama")
    if config.models == "diffusion" or config.painter or config.estimator:
        raise InputError("a flight goes over a procedural landscape: leave out --models, --painter and --estimator")
    if config.dreaming != "loop":
        raise InputError(f"a flight is dreamed view by view: leave out --dreaming {config.dreaming}")


def _shade_below(gaussians: Gaussians) -> NDArray[np.float32]:
    """(3,) the dark colour of what no station saw, behind crowns and under them: that of what is seen about there."""
    near = np.linalg.norm(gaussians.means, axis=1) < NEAR
    colours = gaussians.colors[near] if near.any() else gaussians.colors
    return np.asarray(SHADED * np.median(colours, axis=0), np.float32)


class _Flight:
    """A flight while it is made."""

    def __init__(
        self,
        config: Config,
        flight: Flight,
        land: EndlessLand,
        prompts: PromptPlan,
        folder: Path,
        frames: int,
        on_event: Listener,
    ) -> None:
        self.config, self.flight, self.land, self.prompts = config, flight, land, prompts
        self.folder, self.frames, self.on_event = folder, frames, on_event
        self.course: FlightCourse = lay_course(flight, land.surface, land.tallest, land.wet)
        render = config.render
        self.lens = Camera.from_fov(render.film_width, render.film_height, render.film_fov)
        self.count = max(1, math.ceil(flight.length / STRETCH))
        self.tiles: list[dict[str, Any]] = []
        self._began = time.perf_counter()

    def count_of(self, number: int) -> int:
        """Pictures of the film that a stretch has."""
        return len(self._frames(number))

    def go_on(self, done: FlightProgress, progress: Path) -> None:
        """Dream, write and film every stretch that is not there yet; a part of the film each, in `progress`."""
        self.tiles = [dict(tile) for tile in done.tiles]
        before = None if done.last is None else self._as_scenery(done.last, done.stretches - 1)
        if done.stretches:
            self.on_event(Event("dream", done.stretches, self.count, "resumed"))
        render = self.config.render
        size = {"width": render.film_width, "height": render.film_height, "rate": render.film_rate}
        for number in range(done.stretches, self.count):
            now = self._scenery(number)
            if self.count_of(number):
                write_film(self._pictures(number, now, before), film_part(progress, number), **size)
            keep(progress, number, self.tiles, now.gaussians)
            before = now
            del now  # one scene is held while the next is made

    def _along(self, frame: int) -> float:
        return min(frame * self.flight.speed / self.config.render.film_rate, self.flight.length)

    def _frames(self, number: int) -> list[int]:
        """The film's pictures over a stretch."""
        return [f for f in range(self.frames) if min(int(self._along(f) / STRETCH), self.count - 1) == number]

    def _pictures(self, number: int, now: Scenery, before: Scenery | None) -> Iterator[Image]:
        """The film over a stretch, picture by picture; at first it fades from the scene before."""
        for since, frame in enumerate(self._frames(number)):
            along = self._along(frame)
            pose = self.course.pose(along)
            seen = now.seen(self.lens, pose)
            image = seen.image
            if before is not None and since < FADE:
                share = np.float32((since + 1) / (FADE + 1))
                image = share * image + (1 - share) * before.seen(self.lens, pose).image
            if frame == 0:
                write_image(np.clip(image, 0, 1), self.folder / "preview.jpg")
                known = seen.alpha > 0.5
                depth = np.where(known, seen.depth, np.float32(np.inf))
                view = PosedView(self.lens.at(pose), np.clip(image, 0, 1), depth, np.ones(known.shape, bool))
                write_transforms([view], self.folder)  # where a viewer begins
            self.on_event(Event("film", frame + 1, self.frames, f"{along:.0f} m"))
            yield image

    def _as_scenery(self, gaussians: Gaussians, number: int) -> Scenery:
        origin = self.course.pose(number * STRETCH)[:3, 3]
        return Scenery(gaussians, origin, Renderer(gaussians), _shade_below(gaussians))

    def _scenery(self, number: int) -> Scenery:
        """The scene of a stretch, whose tile is written."""
        give_back()  # what was filmed before
        start = number * STRETCH
        end = min(start + STRETCH, self.flight.length)
        stations = [self.course.pose(metres) for metres in np.linspace(start, end, STATIONS)]
        eyes = tuple((float(pose[0, 3]), float(pose[2, 3])) for pose in stations)
        yaws = np.unwrap([math.atan2(pose[0, 2], pose[2, 2]) for pose in stations])
        spread = math.radians(self.lens.fov_degrees / 2 + TURN) + float(np.ptp(yaws)) / 2
        self.on_event(Event("dream", number, self.count, f"at {start:.0f} m"))
        outlook = Outlook(eyes, float(np.mean(yaws)), spread)
        gaussians = dream_stretch(
            self.land.around(outlook), stations, self.lens, self.prompts, self.config, self.on_event
        )  # the world is held there alone, and let go before training
        self.on_event(Event("dream", number + 1, self.count, f"at {start:.0f} m"))
        give_back()
        origin = stations[0][:3, 3]
        last = number == self.count - 1
        after = None if last else self.lens.at(self.course.pose(start + STRETCH))
        tile = leaving(gaussians, origin, after)
        name = f"{TILES}/{number:04d}.ply"
        if len(tile):
            (self.folder / TILES).mkdir(exist_ok=True)
            write_gaussians(tile, self.folder / name)
            self.tiles.append({"file": name, "from": round(start, 1), "to": round(end, 1), "gaussians": len(tile)})
        return self._as_scenery(gaussians, number)

    def facts(self) -> dict[str, Any]:
        """What scene.yaml says of the flight."""
        return {
            "length": self.flight.length,
            "speed": self.flight.speed,
            "pictures": self.frames,
            "seconds": round(time.perf_counter() - self._began, 1),
            "tiles": self.tiles,
        }
