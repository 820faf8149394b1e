"""The layout of a photograph from what the small network read in it: depth, labels, gravity and place.

What `picture` guesses by rules is measured here. Depth comes at the network's resolution and is brought to the edges of
the picture; it is scaled so that the ground lies `EYE_HEIGHT` below the camera, where the world around has it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.from_picture.picture import (
    FARTHEST,
    GROUND,
    SKY,
    UPRIGHT,
    WATER,
    Kind,
    Layout,
    light_words,
    names_closeup,
    read_picture,
    ruled_kind,
)
from lucid3d.from_picture.room_box import Box
from lucid3d.learning.classes import CLASSES
from lucid3d.learning.optics import down_vector
from lucid3d.learning.reader import Reader, Reading
from lucid3d.procedural.catalogue.load import load_places
from lucid3d.procedural.kit.arrays import f32
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.language.brief import understand

Array = NDArray[np.float32]
_KIND_OF = {"sky": SKY, "water": WATER, "ground": GROUND, "floor": GROUND, "snow": GROUND}
"""Labels of the network that lie or are open; all others stand."""
_OUTSIDE = [CLASSES.index(name) for name in ("sky", "ground", "water", "building", "foliage", "rock", "snow")]
"""What is seen through a room's windows, or stands in a pot; it is kept from being farther than the wall."""
RULED_A_ROOM = 1.1
"""Log odds for a room where the rules call it one: eight times as many rooms as landscapes are, and half of the
logarithm counts, for the network sees the same lines. That they call something a landscape says little."""
RULED_THE_PLACE = 3.0
"""How much likelier the place is that the rules name, of a dozen. On 67 views of worlds that the network had not seen,
the place was right or near for 37 % without them, 45 % at 3 times and 46 % at 8, and right for 24, 22 and 19 %."""
SCALE_LIMIT = 3.0
"""The most that depth is scaled for the ground to lie where it should: beyond, the ground was not what was seen."""
GROUND_REACH = 30.0
"""Metres within which the ground tells how high the camera was."""
LEAST_SHARE = 0.01
"""Of the picture that must show a thing (ground, a wall) for its place to be measured."""
IN_FRONT = 0.88
"""Share of a room's box at which something stands in front of it."""
USUAL_ROOM = (2.2, 4.5, 1.05)
"""Metres to the side walls, to the far wall and up to the ceiling where a picture shows none of them."""
DOUBTFUL_PLACE, DOUBTFUL_DEPTH = 0.6, 0.3
"""Probability of the likeliest place, and mean chance that depth is within 25 %, below which a person is told."""
PLAIN_SPREAD, DARK = 0.012, 0.05
"""Standard deviation of brightness up to which nothing can be made out, and mean brightness up to which it is black."""
NOISE_ALIKE = 0.3
"""Correlation of neighbouring pixels below which a picture is noise; a photograph's is above 0.9."""
PAGE_SHARE, PAGE_COLOUR = 0.5, 0.08
"""Share of a picture of one very shade, and mean saturation, from and up to which it is paper: skies have gradients."""
PAPER, INK, LETTERS = 0.88, 0.75, 80
"""Of a photographed page: lightness beside the paper's around it, from and up to which something is paper and ink, and
how many small pieces of ink make a text."""
LETTER_SIZE = (0.004, 0.05)
"""Height of a letter as a share of the page's."""
FILTER_RADIUS, FILTER_SHARPNESS = 0.02, 0.02
"""Of the guided filter: reach as a share of the picture's width, and the contrast that counts as an edge."""


def read_photograph(image: NDArray[np.floating], reader: Reader, fov: float | None = None, prompt: str = "") -> Reading:
    """Read a photograph with the network and with the rules of `picture`, each for what it is worth: whether it is a
    room, the horizon and the place are found by both together (`benchmarks/pictures.py` has the figures).

    Args:
        image: (H, W, 3) sRGB in [0, 1].
        fov: horizontal field of view in degrees, if it is known.
        prompt: words that say what it shows.
    """
    reading = reader.read(image, fov, lean=RULED_A_ROOM if ruled_kind(image) == "room" else 0.0)
    height, width = image.shape[:2]
    focal = 0.5 * width / math.tan(math.radians(reading.fov) / 2)
    kind = named_kind(prompt) or ("room" if reading.indoors > 0.5 else "outdoors")
    ruled = read_picture(image, focal, prompt, kind, reading.horizon)
    names = load_places()
    fits = [
        reading.indoors if name in names and names[name].indoors else 1 - reading.indoors
        for name in reading.place_names
    ]
    said = understand(ruled.words).place
    places = reading.places * np.array(fits) * [RULED_THE_PLACE if name == said else 1 for name in reading.place_names]
    places = places / places.sum()
    pitch = -math.degrees(ruled.pitch)
    depth = reading.depth
    if kind == "outdoors":  # there people stand; in rooms cameras are held at any height
        classes = kinds_of_labels(reading.labels, kind)
        scale = _scale_to_ground(depth, classes, _rays(height, width, focal), down_vector(pitch, 0.0))
        depth = depth * scale ** (1 - reading.indoors)
    return replace(
        reading,
        depth=f32(depth),
        horizon=ruled.horizon / height,
        pitch=pitch,
        roll=0.0,
        places=places.astype(np.float32),
        place=reading.place_names[int(places.argmax())],
    )


def layout_from_reading(
    reading: Reading, image: NDArray[np.floating], focal: float, prompt: str = "", kind: Kind | None = None
) -> Layout:
    """Lay a picture out by what the network read in it.

    Args:
        reading: of the same picture.
        image: (H, W, 3) sRGB in [0, 1].
        focal: focal length in pixels.
        prompt: words win over what was read: a room that is named is one.
        kind: what sort of picture it is, if known.
    """
    height, width = reading.depth.shape
    if kind is None:
        kind = named_kind(prompt) or ("room" if reading.indoors > 0.5 else "outdoors")
    classes = kinds_of_labels(reading.labels, kind)
    down = down_vector(reading.pitch, reading.roll)
    rays = _rays(height, width, focal)
    metric = np.minimum(reading.depth * _scale_to_ground(reading.depth, classes, rays, down), FARTHEST)
    depth = f32(np.clip(to_edges(f32(np.where(classes == SKY, np.inf, metric)), image), 0.2, FARTHEST))
    depth[classes == SKY] = np.inf
    box = _box(depth, reading, rays, down, focal) if kind == "room" else None
    if box is None:
        standing = classes == UPRIGHT
    else:
        x, y = np.arange(width) + 0.5 - box.centre[0], np.arange(height) + 0.5 - box.centre[1]
        depth, standing = before_walls(depth, reading.labels, box.depth(x[None] / focal, y[:, None] / focal))
    words = " ".join(
        [*place_words(reading.place_names, reading.places, kind, prompt), *light_words(kind, image, classes)]
    )
    return Layout(
        kind, reading.horizon * height, classes, standing, depth, focal, -math.radians(reading.pitch), words, box,
        measured=True, roll=math.radians(reading.roll), told=told(reading, kind, prompt, no_photograph(image)),
    )  # fmt: skip


def named_kind(prompt: str) -> Kind | None:
    """What a sentence says of the sort of picture, if anything."""
    brief = understand(prompt)
    if "place" in brief.given:
        return "room" if brief.indoors else "outdoors"
    return "closeup" if names_closeup(prompt) else None


def kinds_of_labels(labels: NDArray[np.uint8], kind: Kind) -> NDArray[np.uint8]:
    """(H, W) classes of the network as SKY, GROUND, WATER and UPRIGHT."""
    kinds = np.array([_KIND_OF.get(name, UPRIGHT) for name in CLASSES], np.uint8)[labels]
    if kind == "room":
        kinds[kinds == SKY] = UPRIGHT  # seen through a window: part of the wall
        kinds[kinds == WATER] = GROUND
    return kinds


def before_walls(
    depth: Array, labels: NDArray[np.uint8], walls: NDArray[np.floating]
) -> tuple[Array, NDArray[np.bool_]]:
    """A room's depth (H, W) with what is seen through its windows on the walls, and what stands before them."""
    shut = f32(np.where(np.isin(labels, _OUTSIDE), np.minimum(depth, walls), depth))
    return shut, shut < IN_FRONT * walls


def _rays(height: int, width: int, focal: float) -> Array:
    """(H, W, 3) rays of z = 1 through the pixels' centres."""
    x, y = (np.arange(width) + 0.5 - width / 2) / focal, (np.arange(height) + 0.5 - height / 2) / focal
    return f32(np.stack([*np.meshgrid(x, y), np.ones((height, width))], axis=-1))


def to_edges(depth: Array, image: NDArray[np.floating]) -> Array:
    """(H, W) depth with its blurred edges brought to the picture's, by a guided filter on the logarithm ("Guided Image
    Filtering", He, Sun and Tang 2013, equations 5 to 8, with lightness for a guide). Sky (+inf) does not count, and
    gets the depth that is beside it."""
    import cv2

    known = f32(np.isfinite(depth))
    if not known.any():
        return depth
    guide = f32(cv2.cvtColor(f32(image), cv2.COLOR_RGB2GRAY))
    value = np.log(np.where(known > 0, depth, 1.0)).astype(np.float32)
    side = 2 * max(round(FILTER_RADIUS * depth.shape[1]), 1) + 1

    def mean(values: Array) -> Array:
        return f32(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT))

    share = mean(known)
    weight = np.maximum(share, 1e-4)
    around, level = mean(known * guide) / weight, mean(known * value) / weight
    covariance = mean(known * guide * value) / weight - around * level
    variance = mean(known * guide * guide) / weight - around * around
    slope = covariance / (np.maximum(variance, 0) + FILTER_SHARPNESS**2)
    # Again only from where something is known, and less where that is little.
    slopes, offsets = mean(f32(slope * share)), mean(f32((level - slope * around) * share))
    return f32(np.exp((slopes * guide + offsets) / np.maximum(mean(share), 1e-4)))


def _scale_to_ground(depth: Array, classes: NDArray[np.uint8], rays: Array, down: NDArray[np.float64]) -> float:
    """What to multiply depth with so that the ground in sight lies `EYE_HEIGHT` below the camera; 1 if none is."""
    near = np.isin(classes, (GROUND, WATER)) & (depth < GROUND_REACH)
    if near.mean() < LEAST_SHARE:
        return 1.0
    below = (depth[near] * (rays[near] @ down.astype(np.float32))).astype(np.float64)
    below = below[below > 0.1]
    if not len(below):
        return 1.0
    return float(np.clip(EYE_HEIGHT / np.median(below), 1 / SCALE_LIMIT, SCALE_LIMIT))


def _box(depth: Array, reading: Reading, rays: Array, down: NDArray[np.float64], focal: float) -> Box:
    """The room as a box whose long edges run along the walls: their normals tell its direction, the surfaces that face
    each way how far its sides are. What is not in the picture is as in a usual room."""
    height, width = depth.shape
    wall, floor, ceiling = (reading.labels == CLASSES.index(name) for name in ("wall", "floor", "ceiling"))
    forward = np.array([0.0, 0.0, 1.0]) - down * down[2]
    forward /= np.linalg.norm(forward)
    right = np.cross(down, forward)
    across, ahead = reading.normals @ right.astype(np.float32), reading.normals @ forward.astype(np.float32)
    turn = long_axis(across[wall], ahead[wall])
    axis = math.cos(turn) * forward + math.sin(turn) * right
    centre = (width / 2 + focal * axis[0] / axis[2], height / 2 + focal * axis[1] / axis[2])
    x = depth * (rays[..., 0] - np.float32((centre[0] - width / 2) / focal))
    y = depth * (rays[..., 1] - np.float32((centre[1] - height / 2) / focal))
    sideways = math.cos(turn) * across - math.sin(turn) * ahead
    least = LEAST_SHARE * depth.size

    def level(values: NDArray[np.floating], where: NDArray[np.bool_], usual: float, farthest: float) -> float:
        """Where most of a side lies: the median of what faces that way."""
        found = float(np.median(values[where])) if where.sum() > least else usual
        return float(np.clip(found, 0.5, farthest))

    side, far, up = USUAL_ROOM
    inside = np.isfinite(depth)
    widest = np.percentile(x[inside], [2, 98]) if inside.any() else np.array([-side, side])
    left = level(-x, wall & (sideways > 0.7) & (x < 0), max(side, -float(widest[0])), 12.0)
    right_side = level(x, wall & (sideways < -0.7) & (x > 0), max(side, float(widest[1])), 12.0)
    deepest = float(np.percentile(depth[inside], 96)) if inside.any() else far
    back = level(depth, wall & (np.abs(sideways) < 0.5), max(far, deepest), 20.0)
    return Box(
        back,
        left,
        right_side,
        level(y, floor & (y > 0), EYE_HEIGHT, 3.0),
        level(-y, ceiling & (y < 0), up, 6.0),
        centre,
    )


def long_axis(right: NDArray[np.floating], ahead: NDArray[np.floating]) -> float:
    """Radians to the right by which a room's walls are turned, 0 if few agree.

    They stand at right angles, so the mean direction of four times their normals' angles is that of all ("Manhattan
    World", Coughlan and Yuille 1999).

    Args:
        right, ahead: (N,) level components of the walls' normals.
    """
    if len(right) < 64:
        return 0.0
    angle = 4 * np.arctan2(right, ahead)
    cosine, sine = float(np.cos(angle).mean()), float(np.sin(angle).mean())
    return math.atan2(sine, cosine) / 4 if math.hypot(cosine, sine) > 0.3 else 0.0


def told(reading: Reading, kind: Kind, prompt: str, odd: str = "") -> str:
    """For a person: what the picture was taken for, and where that is doubtful how to say it better.

    Args:
        odd: what it is if it is no photograph, see `no_photograph`.
    """
    parts = []
    found = None if "place" in understand(prompt).given else likeliest(reading.place_names, reading.places, kind)
    if odd:
        parts.append(f"The picture is {odd}, and hardly shows a place.")
    if found is not None:
        label, likelihood = found
        doubt = ', but that is doubtful: say what it is with --prompt, such as --prompt "a kitchen"'
        parts.append(f"The picture is taken for {label}{doubt if odd or likelihood < DOUBTFUL_PLACE else ''}.")
    solid = np.isfinite(reading.depth)
    if solid.any() and float(reading.confidence[solid].mean()) < DOUBTFUL_DEPTH:
        parts.append("How far things in it are is a guess: hand in a depth map with --depth if there is one.")
    return " ".join(parts)


def no_photograph(image: NDArray[np.floating]) -> str:
    """In words what a picture (H, W, 3) is that cannot be a photograph of a place; "" if it may be one."""
    light = f32(image).mean(axis=-1)
    spread = float(light.std())
    if spread < PLAIN_SPREAD:
        return "one plain colour" if light.mean() > DARK else "nearly black"
    shades = np.bincount((light * 255 + 0.5).astype(np.int64).clip(0, 255).ravel(), minlength=256)
    one_shade = shades[np.argmax(shades)] > PAGE_SHARE * light.size
    if (one_shade and float(np.ptp(f32(image), axis=-1).mean()) < PAGE_COLOUR) or _is_text(image):
        return "like a page of text or a diagram"
    beside = float(np.mean((light[:, 1:] - light.mean()) * (light[:, :-1] - light.mean()))) / spread**2
    return "noise" if beside < NOISE_ALIKE and light.mean() > DARK else ""


def _is_text(image: NDArray[np.floating]) -> bool:
    """Whether a picture (H, W, 3) is a photographed page: paper of one colour under any light, and letters on it."""
    import cv2

    light = f32(image).mean(axis=-1)
    around = max(round(0.06 * min(light.shape)), 2) | 1
    paper = cv2.GaussianBlur(cv2.dilate(light, np.ones((around, around), np.uint8)), (0, 0), around)
    flat = light / np.maximum(paper, DARK)
    tint = f32(image) / np.maximum(light[..., None], DARK)
    coloured = np.abs(tint - np.median(tint.reshape(-1, 3), axis=0)).mean()
    if (flat > PAPER).mean() < PAGE_SHARE or coloured > PAGE_COLOUR:
        return False
    _, _, pieces, _ = cv2.connectedComponentsWithStats((flat < INK).astype(np.uint8))
    pieces = pieces[1:]
    tall = pieces[:, cv2.CC_STAT_HEIGHT] / len(light)
    letters = pieces[(tall > LETTER_SIZE[0]) & (tall < LETTER_SIZE[1])]
    area = cv2.CC_STAT_AREA
    # Nearly all of the ink: twigs against a bright sky hang together.
    return len(letters) > LETTERS and letters[:, area].sum() > 0.8 * max(pieces[:, area].sum(), 1)


def place_words(names: tuple[str, ...], likelihood: NDArray[np.floating], kind: Kind, prompt: str) -> list[str]:
    """The person's own words, and where they name no place the likeliest one that fits.

    Args:
        names: of places; likelihood: (number of them,).
    """
    said = [prompt] if prompt else []
    found = None if "place" in understand(prompt).given else likeliest(names, likelihood, kind)
    return said if found is None else [*said, found[0]]


def likeliest(names: tuple[str, ...], likelihood: NDArray[np.floating], kind: Kind) -> tuple[str, float] | None:
    """Label and probability of the likeliest place that is indoors, or is not; None if the catalogue knows none.

    Args:
        names: of places; likelihood: (number of them,).
    """
    places = load_places()
    fitting = [i for i, name in enumerate(names) if name in places and places[name].indoors == (kind == "room")]
    if not fitting:
        return None
    best = max(fitting, key=lambda i: float(likelihood[i]))
    total = float(sum(likelihood[i] for i in fitting))
    return places[names[best]].label, float(likelihood[best]) / max(total, 1e-9)
