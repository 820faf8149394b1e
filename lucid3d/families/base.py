"""What the dream-and-align loop asks of its models, and what a family of models is.

A painter or an estimator is any object with the methods of `Painter` or `DepthEstimator`. A `Family` makes both for a
`Wish`, and what it makes is `Models`. The table of families, and the one function that chooses, are in `choose`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.families.config import ModelsConfig

if TYPE_CHECKING:
    from lucid3d.learning.reader import Reading

Image = NDArray[np.float32]
"""(H, W, 3) float32 RGB in [0, 1], sRGB-encoded."""
Depth = NDArray[np.float32]
"""(H, W) float32 z-depth in metres, +inf where it is sky."""
Mask = NDArray[np.bool_]
"""(H, W) bool, True = known."""

DepthKind = Literal["metric", "relative-depth", "relative-disparity"]
"""What an estimator's numbers mean: metres (up to a scale error), depth up to scale and shift, or inverse depth up to
scale and shift."""

Progress = Callable[[str, int, int], None]
"""progress(what, step, steps); an exception raised in it cancels the run at once and leaves the networks usable."""


@runtime_checkable
class Painter(Protocol):
    """Paints what a camera sees."""

    def imagine(self, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int) -> Image:
        """Paint the first view from nothing. Returns (camera.height, camera.width, 3)."""
        ...

    def inpaint(
        self, image: Image, known: Mask, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int
    ) -> Image:
        """Fill `image` where `known` is False. Known pixels come back exactly as they were."""
        ...


@runtime_checkable
class Repainter(Painter, Protocol):
    """A painter that can also paint finely what is known coarsely, as from far away."""

    def repaint(
        self,
        image: Image,
        known: Mask,
        fine: Mask,
        prompt: str,
        camera: Camera,
        *,
        negative_prompt: str = "",
        seed: int,
    ) -> Image:
        """Fill `image` where `known` is False, and paint it again where it is known but `fine` is False: there it is
        a guide that is true but blurred. Pixels of `fine` (a part of `known`) come back exactly as they were."""
        ...


@runtime_checkable
class DepthEstimator(Protocol):
    """Estimates how far away every pixel is.

    An estimator may carry an attribute `kind: DepthKind`; without one its depth is taken to be metric. With a relative
    kind `estimate` returns the network's own numbers, and alignment finds scale and shift. One that carries
    `exact = True` knows the truth (a procedural world): its depth is neither sharpened nor aligned. One that carries
    `guesses_sky = True` finds sky picture by picture: the loop lets all views agree on it.
    """

    def estimate(self, image: Image, camera: Camera) -> Depth:
        """Returns (camera.height, camera.width) z-depth, +inf where it is sky."""
        ...


@dataclass(frozen=True)
class Wish:
    """What a job asks of its models.

    Attributes:
        models: the name of a family, or "auto".
        settings: of the networks.
        painter, estimator: of one's own, as an object or as the name of an entry point (see `own`); None: the family's.
        prompt, negative_prompt: what is to be seen, and what not, in words.
        seed: decides what is random about a world that a family builds.
        picture: (H, W, 3) float32 sRGB that the job begins with, or None.
        camera: the one that took the picture; None without one.
        reading: what lucid3d's own network read in the picture, or None.
        panorama: (H, 2H, 3) float32 sRGB that the job begins with, or None.
        progress: told of every step of painting and measuring.
    """

    models: str = "auto"
    settings: ModelsConfig = field(default_factory=ModelsConfig)
    painter: Painter | str | None = None
    estimator: DepthEstimator | str | None = None
    prompt: str = ""
    negative_prompt: str = ""
    seed: int = 0
    picture: Image | None = None
    camera: Camera | None = None
    reading: Reading | None = None
    panorama: Image | None = None
    progress: Progress | None = None


@dataclass(frozen=True)
class Uses:
    """Which of a family's parts a job uses: the others need not be there, and are not loaded."""

    painter: bool = True
    estimator: bool = True
    captioner: bool = False


@dataclass(frozen=True)
class Needs:
    """What a family runs on here.

    Attributes:
        names: of its parts, for a person; "" when it needs nothing.
        lacking: why it cannot run, with the way out; "" when it can.
        missing: hub names that `lucid3d models download` would have to fetch.
    """

    names: str = ""
    lacking: str = ""
    missing: tuple[str, ...] = ()


def nothing() -> None:
    """How models let go that hold nothing."""


@dataclass(frozen=True)
class Models:
    """Who paints and who measures in one job.

    Attributes:
        family: the name of the family; "custom" when the painter or the estimator is one's own.
        painter, estimator: what the loop asks.
        reason: one line for a person: which, and why.
        understood: what a procedural world took from the words or the picture, in a sentence or two.
        world: what both look at, if they know more than pictures: it has `draw_equirectangular(rows)`, which returns
            `image` (H, 2H, 3) sRGB and `radiance` (H, 2H, 3) linear light. Else None.
        close: lets go of what the models hold; the next use loads it again.
    """

    family: str
    painter: Painter
    estimator: DepthEstimator
    reason: str = ""
    understood: str = ""
    world: Any = None
    close: Callable[[], None] = nothing

    @property
    def look(self) -> Callable[[int], Image] | None:
        """Draws (H, 2H, 3) sRGB all around the start for H rows, where there is a world to be drawn."""
        world = self.world
        return None if world is None else lambda rows: np.asarray(world.draw_equirectangular(rows).image, np.float32)

    def radiance(self, rows: int) -> Image | None:
        """(rows, 2 rows, 3) linear light all around the start, where there is a world that knows it."""
        world = self.world
        return None if world is None else np.asarray(world.draw_equirectangular(rows).radiance, np.float32)


@dataclass(frozen=True)
class Family:
    """A family of models: one row of the table in `choose`.

    Attributes:
        name: by which it is asked for.
        load: makes the parts that a job uses; checks at once, and reads networks at first use.
        needs: what it runs on, and what of that is not here; reads the disk, never a network or a framework.
        exact: its estimator knows the truth of the world that its painter draws, so it measures no other's pictures.
        keeps: its models serve any job with the same settings, so they can be kept between jobs.
    """

    name: str
    load: Callable[[Wish, Uses], Models]
    needs: Callable[[ModelsConfig, Uses], Needs]
    exact: bool = False
    keeps: bool = False


class NotLoaded:
    """Stands in `Models` for a part that the job does not use (`Uses`)."""

    def imagine(self, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int) -> Image:
        """See `Painter.imagine`."""
        raise RuntimeError("these models were loaded without a painter (Uses.painter is False)")

    def inpaint(
        self, image: Image, known: Mask, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int
    ) -> Image:
        """See `Painter.inpaint`."""
        raise RuntimeError("these models were loaded without a painter (Uses.painter is False)")

    def estimate(self, image: Image, camera: Camera) -> Depth:
        """See `DepthEstimator.estimate`."""
        raise RuntimeError("these models were loaded without an estimator (Uses.estimator is False)")
