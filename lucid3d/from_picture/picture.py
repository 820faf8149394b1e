"""Reading a photograph without a network: sky, ground, water and upright things by colour, texture and position.

Nothing here knows what anything is. The rules are those that a person would give for a first guess: the sky is smooth,
bright and reaches the upper edge; the horizon is where it comes down lowest; below it lies ground, or water where that
is smooth and coloured like the sky; what stands out above the horizon or against the ground is upright and stands where
its foot is. A room is a box. A sharp thing before a blurred background is near, and round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lucid3d.from_picture.horizon import find_horizon, segments
from lucid3d.from_picture.room_box import Box, fit_room, vanishing_point
from lucid3d.from_picture.skyline import find_sky, whole_sky
from lucid3d.from_picture.vanishing import weighed_horizon
from lucid3d.procedural.catalogue.load import load_places
from lucid3d.procedural.catalogue.records import Sign
from lucid3d.procedural.kit.arrays import f32
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.language.brief import understand

Kind = Literal["outdoors", "room", "closeup"]
SKY, GROUND, WATER, UPRIGHT = 0, 1, 2, 3
FARTHEST = 400.0
"""Metres to the ground at the horizon."""
WORKING_WIDTH = 640
SOME_LINES, MANY_LINES = 5, 8
"""Straight lines of 15 % of the width that a room has under a ceiling that is seen, and without one."""
CEILING_YELLOW, CEILING_RED = 8.0, 9.6
"""Mean b* of a plain top from which it is a ceiling, and a* up to which: over 320 drawn views, 83 of 104 of rooms are
recognised so, and 16 of 208 outdoors (walls of streets that fill the top) are taken for rooms."""
WARM_ROOM = 22.0
"""Mean a* + b* of a room from which it is taken for lamplit."""


@dataclass
class Layout:
    """What was found in a picture of (H, W) pixels.

    Attributes:
        kind: outdoors, a room, or a close-up.
        horizon: row of the horizon, in pixels from the upper edge.
        classes: (H, W) uint8 of SKY, GROUND, WATER, UPRIGHT.
        standing: (H, W) bool, things in front of the stage: upright things outdoors, the subject of a close-up.
        depth: (H, W) float32 z-depth in metres for a camera of focal length `focal`, +inf = sky.
        focal: in pixels.
        pitch: radians that the camera looked down (> 0: the horizon is above the middle).
        words: a short description for the world around: place and light.
        box: the room, if it is one.
        measured: depth was measured, pixel by pixel; else it is that of a stage.
        roll: radians that the camera was turned clockwise.
        told: what the picture was taken for, for a person.
    """

    kind: Kind
    horizon: float
    classes: NDArray[np.uint8]
    standing: NDArray[np.bool_]
    depth: NDArray[np.float32]
    focal: float
    pitch: float
    words: str
    box: Box | None = None
    measured: bool = False
    roll: float = 0.0
    told: str = ""


def read_picture(
    image: NDArray[np.floating],
    focal: float,
    prompt: str = "",
    kind: Kind | None = None,
    expected: float | None = None,
) -> Layout:
    """Find the layout of a picture.

    Args:
        image: (H, W, 3) sRGB in [0, 1].
        focal: focal length in pixels.
        prompt: words such as "room" or "lake" help; it may be empty.
        kind: what sort of picture it is, if known.
        expected: where a network takes the horizon to be, as a share of the height; None without one.
    """
    import cv2

    height, width = image.shape[:2]
    small, lab, scale = _working(image)
    sharp = sharpness(lab)
    sky, bottoms = find_sky(lab, sharp)
    if kind is None:
        kind = kind_of(lab, sharp, sky, prompt)
    f = focal * scale
    rows, columns = lab.shape[:2]
    box: Box | None = None
    if kind == "room":
        centre = vanishing_point(lab, f) or (columns / 2, rows / 2)
        horizon = centre[1]
        if expected is not None:
            horizon = weighed_horizon(segments(lab), (rows, columns), expected, room=True) * rows
        standing = np.zeros((rows, columns), bool)
        found = fit_room(lab, f, centre)
        classes, depth = _inside(found, (rows, columns), f)
        box = found.scaled(1 / scale)
    elif kind == "closeup":
        horizon = rows / 2
        classes, depth, standing = _closeup(small, sharp, f)
    else:
        horizon = find_horizon(lab, sharp, bottoms, f, expected)
        sky = whole_sky(lab, sky, bottoms, horizon)
        classes = classify(lab, sharp, sky, horizon)
        depth = _outdoor_depth(classes, horizon, f)
        standing = classes == UPRIGHT
    size = (width, height)
    full_classes = np.asarray(cv2.resize(classes, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    full_depth = cv2.resize(
        np.where(np.isfinite(depth), 1 / depth, 0).astype(np.float32), size, interpolation=cv2.INTER_NEAREST
    )
    with np.errstate(divide="ignore"):
        full = np.where(full_classes == SKY, np.inf, 1 / np.maximum(full_depth, 1 / FARTHEST)).astype(np.float32)
    full_standing = cv2.resize(standing.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    row = horizon / scale
    pitch = float(np.arctan2(height / 2 - row, focal))
    return Layout(
        kind, float(row), full_classes, full_standing, full, focal, pitch, describe(kind, lab, classes, prompt), box
    )


def ruled_kind(image: NDArray[np.floating]) -> Kind:
    """What sort of picture (H, W, 3), sRGB in [0, 1], it is by the rules alone."""
    _, lab, _ = _working(image)
    sharp = sharpness(lab)
    return kind_of(lab, sharp, find_sky(lab, sharp)[0], "")


def _working(image: NDArray[np.floating]) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """A picture at the size that the rules look at, the same in CIE Lab, and by how much it was reduced."""
    import cv2

    scale = min(1.0, WORKING_WIDTH / max(image.shape[:2]))
    small = cv2.resize(np.asarray(image, np.float32), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = f32(np.clip(small, 0, 1))
    return small, f32(cv2.cvtColor(small, cv2.COLOR_RGB2LAB)), scale


def sharpness(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) local detail: the blurred absolute second difference of lightness, about 0 (smooth) to 20 and more."""
    import cv2

    detail = np.abs(cv2.Laplacian(lab[..., 0], cv2.CV_32F, ksize=3))
    return f32(cv2.GaussianBlur(detail, (0, 0), 4.0))


def kind_of(lab: NDArray[np.float32], sharp: NDArray[np.float32], sky: NDArray[np.bool_], prompt: str) -> Kind:
    """Outdoors, room or close-up, from the words, the sky, and where the picture is sharp.

    Args:
        lab: (H, W, 3) CIE Lab; sharp: (H, W) detail; sky: (H, W) bool.
    """
    if names_a_room(prompt):
        return "room"
    if names_closeup(prompt):
        return "closeup"
    rows, columns = sharp.shape
    ends = segments(lab)
    long = int((np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]) > 0.15 * columns).sum())
    if long >= SOME_LINES and _under_a_ceiling(lab, sharp):
        return "room"
    if sky.mean() > 0.08:
        return "outdoors"
    if long >= MANY_LINES:
        return "room"
    rim = np.ones((rows, columns), bool)
    rim[rows // 5 : -rows // 5, columns // 5 : -columns // 5] = False
    blurred = float(np.percentile(sharp[rim], 75)) < 5.0 and float(np.percentile(sharp[~rim], 70)) > 4 * float(
        np.median(sharp[rim])
    )
    return "closeup" if blurred else "outdoors"


def names_a_room(prompt: str) -> bool:
    """Whether a sentence says that it is about a place with walls and a ceiling."""
    brief = understand(prompt)
    return brief.indoors and "place" in brief.given


def names_closeup(prompt: str) -> bool:
    """Whether a sentence says that one thing was taken from near by."""
    words = prompt.lower()
    return any(word in words for word in ("close-up", "closeup", "macro", "flower portrait"))


def _under_a_ceiling(lab: NDArray[np.float32], sharp: NDArray[np.float32]) -> bool:
    """Whether the picture's top is plain, and of a warm white: a sky is bluer, a sunset redder."""
    top = slice(0, max(len(lab) // 8, 1))
    return bool(
        np.median(sharp[top]) < 3.0
        and lab[top, :, 2].mean() > CEILING_YELLOW
        and abs(lab[top, :, 1].mean()) < CEILING_RED
    )


def classify(
    lab: NDArray[np.float32], sharp: NDArray[np.float32], sky: NDArray[np.bool_], horizon: float
) -> NDArray[np.uint8]:
    """Classes (H, W) of an outdoor picture.

    Args:
        lab: (H, W, 3) CIE Lab; sharp: (H, W) detail; sky: (H, W) bool; horizon: its row.
    """
    import cv2

    rows, columns = lab.shape[:2]
    row = np.arange(rows)[:, None]
    above = np.broadcast_to(row < horizon, (rows, columns))
    classes = np.full((rows, columns), GROUND, np.uint8)
    classes[above] = UPRIGHT
    open_sky = cv2.morphologyEx((sky & above).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
    classes[open_sky & above] = SKY
    sky_color = np.median(lab[sky], axis=0) if sky.any() else f32([80, 0, -8])
    # Water is smooth, level, and between the sky's colour and a darker, bluer one.
    offset = lab - sky_color
    like_sky = (np.abs(offset[..., 1]) < 12) & (np.abs(offset[..., 2]) < 16) & (offset[..., 0] > -45)
    calm = cv2.GaussianBlur(sharp, (0, 0), 3.0) < 9.0
    water = like_sky & calm & ~above
    water = cv2.morphologyEx(water.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 9), np.uint8)) > 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(water.astype(np.uint8))
    for i in range(1, count):
        if stats[i, cv2.CC_STAT_AREA] > 0.008 * rows * columns and stats[i, cv2.CC_STAT_WIDTH] > 0.08 * columns:
            classes[labels == i] = WATER
    # Upright things reach below the horizon, to their foot: colours that are common above the horizon belong to them.
    features = np.concatenate([lab * f32([0.6, 1.0, 1.0]), 6 * np.log1p(sharp)[..., None]], axis=-1).reshape(-1, 4)
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, centres = cv2.kmeans(
        np.ascontiguousarray(features[::7]), 10, np.zeros(0, np.int32), stop, 1, cv2.KMEANS_PP_CENTERS
    )[1:]
    nearest = (
        np.stack([((features - c) ** 2).sum(axis=1) for c in centres], axis=1).argmin(axis=1).reshape(rows, columns)
    )
    solid = (classes == UPRIGHT) & above
    counts_above = np.bincount(nearest[solid], minlength=10) / max(solid.sum(), 1)
    ground = (classes == GROUND) & ~above
    counts_below = np.bincount(nearest[ground], minlength=10) / max(ground.sum(), 1)
    share = counts_above / np.maximum(counts_above + counts_below, 1e-6)
    likely = cv2.GaussianBlur(share[nearest].astype(np.float32), (0, 0), rows * 0.012) > 0.27
    joined = (solid | (ground & likely)).astype(np.uint8)
    joined = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    tops = np.where(solid.any(axis=0), solid.argmax(axis=0), horizon)
    tall = cv2.dilate((horizon - tops).astype(np.float32).reshape(1, -1), np.ones((1, columns // 10 | 1))).ravel()
    _, labels = cv2.connectedComponents(joined)
    rooted = np.isin(labels, np.unique(labels[solid])) & (joined > 0)
    # Seen from a standing person's eye, a thing does not reach further below the horizon than it rises above it.
    within = row < horizon + 1.25 * tall[None] + 2
    classes[rooted & within & (classes == GROUND)] = UPRIGHT
    smoothed = cv2.medianBlur(classes, 7)
    return np.where(above, classes, smoothed).astype(np.uint8)


def _outdoor_depth(classes: NDArray[np.uint8], horizon: float, focal: float) -> NDArray[np.float32]:
    """Ground and water lie on the plane below the eye; upright pixels take the depth of the foot they stand on."""
    import cv2

    rows, columns = classes.shape
    below = np.maximum((np.arange(rows) + 0.5 - horizon) / focal, 1e-6)
    plane = np.clip(EYE_HEIGHT / below, 0.5, FARTHEST).astype(np.float32)
    depth = np.repeat(plane[:, None], columns, axis=1)
    depth[np.arange(rows) < horizon] = FARTHEST
    upright = classes == UPRIGHT
    foot = np.zeros(columns, np.float32)
    for x in range(columns):  # the lowest upright pixel of each column; it stands on the ground there
        marked = np.nonzero(upright[:, x])[0]
        foot[x] = marked[-1] + 1 if len(marked) else np.nan
    count, labels, stats, _ = cv2.connectedComponentsWithStats(upright.astype(np.uint8))
    standing = np.full((rows, columns), FARTHEST * 0.6, np.float32)
    for i in range(1, count):
        x, wide = int(stats[i, cv2.CC_STAT_LEFT]), int(stats[i, cv2.CC_STAT_WIDTH])
        own = labels == i
        lowest = np.where(own.any(axis=0), rows - 1 - own[::-1].argmax(axis=0), -1)[x : x + wide].astype(np.float32)
        valid = lowest >= 0
        level = np.interp(np.arange(wide), np.nonzero(valid)[0], lowest[valid])
        window = max(int(wide * 0.5) | 1, 3)
        eased = cv2.blur(
            cv2.dilate(level.reshape(1, -1), np.ones((1, int(wide * 0.9) | 1))), (window, 1)
        ).ravel()  # one thing, one foot
        at = np.maximum((eased + 0.5 - horizon) / focal, EYE_HEIGHT / (FARTHEST * 0.6))
        near = (EYE_HEIGHT / at).astype(np.float32)
        standing[:, x : x + wide] = np.where(own[:, x : x + wide], near[None], standing[:, x : x + wide])
    depth = np.where(
        upright, np.minimum(standing, np.where(np.arange(rows)[:, None] > horizon, depth * 1.0, FARTHEST)), depth
    )
    depth[classes == SKY] = np.inf
    return depth.astype(np.float32)


def _inside(box: Box, size: tuple[int, int], focal: float) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Classes and z-depth (H, W) of a picture of `size` that shows the inside of a box."""
    x = (np.arange(size[1]) + 0.5 - box.centre[0])[None, :] / focal
    y = (np.arange(size[0]) + 0.5 - box.centre[1])[:, None] / focal
    depth = box.depth(x, y)
    is_floor = np.abs(depth * y - box.floor) < 1e-3
    return np.where(is_floor, GROUND, UPRIGHT).astype(np.uint8), depth


def _closeup(
    small: NDArray[np.float32], sharp: NDArray[np.float32], focal: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.bool_]]:
    """A round subject about a metre away before a backdrop a few metres away."""
    import cv2

    rows, columns = sharp.shape
    wide = cv2.GaussianBlur(sharp, (0, 0), 6.0)
    detailed = wide > max(float(np.percentile(wide, 55)), 0.35 * float(wide.max()))
    seed = cv2.morphologyEx(detailed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    mask = np.full((rows, columns), cv2.GC_PR_BGD, np.uint8)
    mask[seed > 0] = cv2.GC_PR_FGD
    mask[wide < 0.35 * float(np.median(wide))] = cv2.GC_BGD
    picture = np.ascontiguousarray((small[..., ::-1] * 255).astype(np.uint8))
    cv2.setRNGSeed(0)
    cv2.grabCut(picture, mask, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    found = (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)
    subject = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    subject = cv2.morphologyEx(subject, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    subject = cv2.dilate(subject, np.ones((5, 5), np.uint8))  # soft edges go with the subject
    inside = cv2.distanceTransform(np.pad(subject, 1, mode="edge"), cv2.DIST_L2, 5)[1:-1, 1:-1]
    inside = cv2.GaussianBlur(inside, (0, 0), 0.12 * float(inside.max()) + 0.1) * (subject > 0)
    near = 1.1
    size = float(inside.max()) / focal * near if subject.any() else 0.0  # a ball of the subject's own half width
    bulge = size * np.sqrt(np.clip(1 - (1 - inside / max(float(inside.max()), 1.0)) ** 2, 0, 1))
    lower = np.clip((np.arange(rows)[:, None] / rows - 0.4) / 0.6, 0, 1)
    backdrop = 3.4 - 0.9 * lower**1.5  # nearer towards the foot
    depth = np.where(subject > 0, near + size - bulge, np.broadcast_to(backdrop, (rows, columns)))
    return np.full((rows, columns), UPRIGHT, np.uint8), depth.astype(np.float32), subject > 0


def _low_skyline(classes: NDArray[np.uint8]) -> bool:
    """Whether over much of the picture the sky comes down to the land or water: no mountains stand behind."""
    rows = classes.shape[0]
    level = np.flatnonzero(((classes == GROUND) | (classes == WATER)).any(axis=1))
    sky = classes == SKY
    if not len(level) or not sky.any():
        return False
    lowest = np.where(sky.any(axis=0), rows - 1 - sky[::-1].argmax(axis=0), 0)
    return bool((lowest > level[0] - 0.05 * rows).mean() > 0.25)


BUILT_UP = 14
"""Long upright edges from which a picture is taken for one of a street."""


def _upright_edges(lab: NDArray[np.float32]) -> int:
    """The number of long straight upright edges: walls, windows, posts."""
    ends = segments(lab)
    across, down = np.abs(ends[:, 2] - ends[:, 0]), np.abs(ends[:, 3] - ends[:, 1])
    return int(((across < 0.08 * down) & (down > 0.07 * lab.shape[0])).sum())


def describe(kind: Kind, lab: NDArray[np.float32], classes: NDArray[np.uint8], prompt: str) -> str:
    """Words for the world around: the user's own, the place that the classes suggest, the light that the colours do.

    Args:
        lab: (H, W, 3) CIE Lab; classes: (H, W).
    """
    parts: list[str] = [prompt] if prompt else []
    lightness = float(lab[..., 0].mean())
    share: dict[int, Any] = {c: float((classes == c).mean()) for c in (SKY, GROUND, WATER, UPRIGHT)}
    green = float(((lab[..., 1] < -4) & (lab[..., 2] > 2)).mean())
    if kind == "room":
        lamplit = float(lab[..., 1:].mean(axis=(0, 1)).sum()) > WARM_ROOM
        parts.append(_words_for("lamplit room" if lamplit else "room"))
    elif kind == "closeup":
        parts.append(_words_for("close and dark" if lightness < 45 else "close"))
    elif share[WATER] > 0.02:
        parts.append(_words_for("water among green" if green > 0.08 else "water"))
    elif share[UPRIGHT] > 0.25 and _upright_edges(lab) > BUILT_UP:
        parts.append(_words_for("uprights"))
    elif share[GROUND] > 0.15 and green < 0.08 and (lab[classes == GROUND].mean(axis=0)[1:] > (7, 14)).all():
        parts.append(_words_for("bare ground"))
    elif green > 0.25:
        parts.append(_words_for("green"))
    else:
        parts.append(_words_for("open land"))
    if kind == "outdoors" and _low_skyline(classes):
        parts.append("without mountains")
    parts += _light(kind, lab, classes)
    return " ".join(parts)


def light_words(kind: Kind, image: NDArray[np.floating], classes: NDArray[np.uint8]) -> list[str]:
    """What a picture (H, W, 3) of sRGB in [0, 1] says of time and weather by the colours of its sky, if it has one."""
    import cv2

    return _light(kind, f32(cv2.cvtColor(f32(image), cv2.COLOR_RGB2LAB)), classes)


def _light(kind: Kind, lab: NDArray[np.float32], classes: NDArray[np.uint8]) -> list[str]:
    if kind == "room":
        return []
    sky = lab[classes == SKY]
    if not len(sky):
        return ["at dusk"] if float(lab[..., 0].mean()) < 25 else []
    blue, warm = float(np.percentile(sky[:, 2], 30)), float(sky[:, 1].mean() + sky[:, 2].mean())
    if sky[:, 0].mean() < 25:
        return ["at night"]
    if warm > 14:
        return ["at sunset"]
    return ["on a clear day" if blue < -12 else "on an overcast day"]  # blue between its clouds


def _words_for(sign: Sign) -> str:
    """What the places say of themselves where a picture shows this."""
    return next(place.seen_as[sign] for place in load_places().values() if sign in place.seen_as)
