"""A scene repainted without weights: its place under another sky, or its colours carried over from another world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lucid3d.camera import Camera
from lucid3d.families.base import Depth, Image
from lucid3d.panorama import sample_equirectangular
from lucid3d.procedural.build import build_from_brief, build_world, place_under_sky
from lucid3d.procedural.kit.labels import LABELS
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render.atmosphere import look_of
from lucid3d.procedural.render.tone import redeveloped
from lucid3d.progress import Event, Listener, ignore
from lucid3d.prompts import plan_prompts
from lucid3d.restyle.transport import Transport, transport
from lucid3d.transforms import PosedView

if TYPE_CHECKING:
    from lucid3d.procedural.language.brief import Brief
    from lucid3d.procedural.render.drawing import Drawing
    from lucid3d.procedural.world import World
    from lucid3d.scene import Scene

TARGET_ROWS = 192
"""Of the panorama that the new colours are taken from."""

SKY_ROWS = 512
"""Of the panorama of a sky that replaces the old one."""

FEWEST = 300
"""Pixels of a class on both sides below which it takes the colours of all surfaces together."""

SAMPLES = 20_000
"""Pixels of a class that its colours are judged by."""

SAME_DEPTH = 0.03
"""Relative difference up to which a rebuilt place counts as the scene's own."""

GROUPS = (
    ("sky",),
    ("ground", "grass", "path", "road", "snow", "floor", "pier", "bridge"),
    ("water", "ice"),
    ("tree", "shrub", "flower", "plant"),
    ("rock", "statue", "lava"),
)
"""Labels whose colours belong together; all others make one more group."""


@dataclass
class Repainted:
    """New pictures, and how they came about.

    Attributes:
        pictures: one a dreamed view, (H, W, 3) float32 sRGB.
        how: a sentence for a person.
        radiance: (H, 2H, 3) linear light around the start, where it is known.
    """

    pictures: list[Image]
    how: str
    radiance: Image | None = None


def repaint_by_rules(
    scene: Scene, prompt: str, seed: int, negative_prompt: str = "", on_event: Listener = ignore
) -> Repainted:
    """The dreamed views of a scene as another sentence has them.

    A procedural place is rebuilt and drawn under the new sentence's sky, with true light and shadow; only where the
    sentence asks for another season or place are colours carried over. Any other scene gets the new world's sky, and
    its surfaces the new colours; where the sentence names nothing but a style, only the film is another. Every view
    goes through the same functions of direction and colour, so that they agree as much as before.
    """

    asked = understand(prompt, negative_prompt)
    views = [view for view in scene.views if not view.support]
    world = _own_world(scene, views)
    if world is None:
        if asked.style and not (asked.given or asked.sky or asked.mood or asked.features):
            return _in_style(views, asked, on_event)
        before = understand(scene.prompt)
        if "place" not in before.given:  # a picture that came without words; what was seen in it is known
            before = understand(str(scene.facts.get("understood", "")))
        return _carried_over(views, asked if "place" in asked.given else merged(before, asked), seed, on_event)
    return _under_new_sky(world, views, asked, seed, on_event)


def _own_world(scene: Scene, views: Sequence[PosedView]) -> World | None:
    """The world that the scene was drawn from, if there was one and it still comes out the same."""

    family = scene.facts.get("models", {}).get("family")
    begun = scene.config.image or scene.config.panorama
    if family != "procedural" or begun or not views or not scene.config.prompt:
        return None

    sentence = plan_prompts(scene.config.prompt).sentence
    world = build_world(sentence, scene.config.seed, scene.config.negative_prompt, drops=False)
    drawn = _ground_truth(world, views[0].camera).depth
    with np.errstate(invalid="ignore"):
        close = np.abs(drawn - views[0].depth) <= SAME_DEPTH * views[0].depth
    same = close | (~np.isfinite(drawn) & ~np.isfinite(views[0].depth))
    return world if same.mean() > 0.95 else None


def _ground_truth(world: World, camera: Camera) -> Drawing:
    """Depth, normals and labels alone, which is quick."""
    return world.draw(camera, only=np.zeros((camera.height, camera.width), bool))


def _under_new_sky(world: World, views: Sequence[PosedView], asked: Brief, seed: int, on_event: Listener) -> Repainted:
    brief = merged(world.brief, asked)
    relit = place_under_sky(world.bare, brief, seed, weather=False)
    drawings = []
    for index, view in enumerate(views):
        drawings.append(relit.draw(view.camera))
        on_event(Event("paint", index + 1, len(views), "the same place under another sky"))
    how = f"the place was rebuilt and drawn again under another sky: {brief.time}, {brief.weather}"
    radiance = np.asarray(relit.draw_equirectangular(TARGET_ROWS).radiance, np.float32)
    elsewhere = "place" in asked.given and asked.place != brief.place
    if not elsewhere and brief.season == world.brief.season and not world.brief.indoors:
        return Repainted([drawing.image for drawing in drawings], how, radiance)
    wanted = replace(brief, place=asked.place) if elsewhere else brief
    target = build_from_brief(wanted, seed).draw_equirectangular(TARGET_ROWS)
    maps = class_maps(
        [(drawing.image, groups(drawing.labels)) for drawing in drawings], (target.image, groups(target.labels))
    )
    pictures = [carried(drawing.image, groups(drawing.labels), maps) for drawing in drawings]
    return Repainted(pictures, f"{how}; the colours of its surfaces were carried over from {_named(wanted)}", None)


def _named(brief: Brief) -> str:
    return f"{brief.place.replace('_', ' ')}, {brief.season}, {brief.time}, {brief.weather}"


def merged(before: Brief, asked: Brief) -> Brief:
    """What the new sentence says, and the old one where the new one is silent; the place stays."""
    kept = {name: getattr(before, name) for name in ("time", "weather", "season") if name not in asked.given}
    return replace(asked, place=before.place, **kept)


def _carried_over(views: Sequence[PosedView], asked: Brief, seed: int, on_event: Listener) -> Repainted:
    """For scenes of unknown making: sky for sky, and one map for the colours of all surfaces."""

    colourless = look_of(asked).saturation == 0  # which carried colours are only nearly
    world = build_from_brief(asked, seed)
    drawn, sky = world.draw_equirectangular(TARGET_ROWS), sky_panorama(world)
    classes = [np.isfinite(view.depth).astype(int) for view in views]
    insides = [interior(view.image, view.depth) for view in views]
    maps = class_maps(list(zip(insides, classes, strict=True)), (drawn.image, np.isfinite(drawn.depth).astype(int)))
    pictures = []
    for index, (view, inside, which) in enumerate(zip(views, insides, classes, strict=True)):
        picture = carried(inside, which, maps)
        if colourless:
            picture = redeveloped(picture, saturation=0.0)
        open_sky = ~np.isfinite(view.depth)
        if sky is not None and open_sky.any():
            picture[open_sky] = sample_equirectangular(sky, view.camera.world_rays()[open_sky])
        pictures.append(picture)
        on_event(Event("paint", index + 1, len(views), "colours carried over"))
    replaced = "its sky was replaced and " if sky is not None else ""
    how = f"{replaced}the colours of its surfaces were carried over from a procedural world: {_named(asked)}"
    return Repainted(pictures, how)


def _in_style(views: Sequence[PosedView], asked: Brief, on_event: Listener) -> Repainted:
    """The same place in the same light, as the style has it."""
    from dataclasses import asdict

    pictures = []
    for index, view in enumerate(views):
        pictures.append(redeveloped(view.image, **asdict(look_of(asked))))
        on_event(Event("paint", index + 1, len(views), f"developed in the style {asked.style}"))
    return Repainted(pictures, f"the pictures were developed anew, in the style {asked.style}")


def groups(labels: np.ndarray) -> np.ndarray:
    """Numbers of the groups in `GROUPS` for label numbers of any shape; 0 is the sky."""

    table = np.full(len(LABELS), len(GROUPS))
    for number, names in enumerate(GROUPS):
        table[[LABELS.index(name) for name in names]] = number
    numbers: np.ndarray = table[labels]
    return numbers


def interior(image: Image, depth: Depth) -> Image:
    """The picture with surfaces that touch the sky in the colour of their inside: no fringe of the old sky."""
    from scipy.ndimage import binary_dilation, distance_transform_edt

    sky = ~np.isfinite(depth)
    inner = ~binary_dilation(sky, iterations=2)
    fringe = ~sky & ~inner
    if not fringe.any() or not inner.any():
        return image.copy()
    row, column = distance_transform_edt(~inner, return_distances=False, return_indices=True)
    out = image.copy()
    out[fringe] = image[row[fringe], column[fringe]]
    return out


def sky_panorama(world: World) -> Image | None:
    """(H, 2H, 3) the sky of a world all around, its horizon continued downwards; None indoors."""
    if world.place.interior:
        return None
    sky = world.sky_alone().draw_equirectangular(SKY_ROWS).image.copy()
    sky[SKY_ROWS // 2 :] = sky[SKY_ROWS // 2 - 1]
    return sky


def class_maps(sources: Sequence[tuple[Image, np.ndarray]], target: tuple[Image, np.ndarray]) -> dict[int, Transport]:
    """The map of each class but the sky (0), from the pixels of all sources to those of the target panorama:
    pictures (H, W, 3), each with its classes (H, W)."""
    rng = np.random.default_rng(0)
    colours = np.concatenate([image.reshape(-1, 3) for image, _ in sources])
    classes = np.concatenate([which.ravel() for _, which in sources])
    image, wanted = target
    # a panorama's rows near the poles hold many pixels of few directions
    height = image.shape[0]
    weights = np.repeat(np.sin((np.arange(height) + 0.5) / height * np.pi), image.shape[1])
    maps = {}
    for number in np.unique(classes[classes > 0]):
        here, there = np.flatnonzero(classes == number), np.flatnonzero(wanted.ravel() == number)
        if len(there) < FEWEST:
            there = np.flatnonzero(wanted.ravel() > 0)
        if len(here) < FEWEST or len(there) < FEWEST:
            here, there = np.flatnonzero(classes > 0), np.flatnonzero(wanted.ravel() >= 0)
        share = weights[there] / weights[there].sum()
        maps[int(number)] = transport(
            colours[rng.choice(here, SAMPLES)], image.reshape(-1, 3)[rng.choice(there, SAMPLES, p=share)]
        )
    return maps


def carried(image: Image, classes: np.ndarray, maps: dict[int, Transport]) -> Image:
    """The picture (H, W, 3) with each of its classes (H, W) through its map; the sky stays."""
    out = image.copy()
    for number, mapping in maps.items():
        chosen = classes == number
        if chosen.any():
            out[chosen] = mapping(image[chosen])
    return out
