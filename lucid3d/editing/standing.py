"""Where a thing can stand: on ground that is free, on still water, on a table, or in the air."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from lucid3d.camera import Camera
from lucid3d.editing.thing import IN_THE_AIR, ON_TABLE, ON_WATER, Thing
from lucid3d.errors import InputError
from lucid3d.exploring.finding import from_points, from_world
from lucid3d.exploring.free_space import CELL, FreeSpace
from lucid3d.gaussians import render
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.world import World
from lucid3d.scene_contents import SceneContents

SEARCHED = 20.0
"""Metres around the start that are looked at for a place."""
FARTHEST = 200.0
"""Metres from the start within which things can be set on something."""
ASIDE = (-24, 24)
"""Degrees to the sides of the first view's middle within which a place is looked for: the middle of a screen."""
NEAREST = 1.2
"""Metres from the start to a thing's edge."""
BELOW = 22.0
"""Degrees below the horizon of a thing's foot at most: it is whole on a wide screen."""
BELOW_ON_TABLE = 38.0
"""The same of what is on a table: tables stand where they stand, and what is on them is small."""
LEANS = 14.0
"""Degrees of slope that what is no taller than it is wide leans with; what is taller stands upright."""
FILLS = 35.0
"""Degrees of the view that a thing fills at most, where there is room to stand further off."""
SNAPS = 0.6
"""Metres from where it was asked for within which a thing is set aside without a word: a step."""
BODY = 0.2
"""Metres that a person keeps from a thing: half their width."""
TRIES = 60
"""Places that are looked at for one where nothing hides the thing."""
CLOSE_COST, ASIDE_COST = 5.0, 10.0
"""Cost of a place that one looks steeply down to, and of one beside the first view: above that of any well-seen one."""
TURN = 40.0
"""Degrees of the turns in which places beside the first view are looked at."""
HALF = 0.5
"""A thing of which less is seen ahead is rather set where one sees it by turning."""
ELSEWHERE = 0.6
"""Metres to the next one."""
SEEN_SHARE = 0.8
"""Of its outline's pixels that nothing hides."""
GLANCE = 256
"""Pixels of the first view's depth."""
TABLES = (0.35, 1.25)
"""Metres above the ground between which a flat top is one that things are put on."""
ARM = 1.2
"""Metres from where one can stand within which a table is one that one puts things on."""
NO_TABLES = frozenset(
    ("sofa", "armchair", "chair", "stool", "bench", "bed", "cushion", "pillow", "stove", "fireplace", "plant", "lamp")
)
"""Words of things whose tops are as high as a table's, and on which nothing is put."""
FLAT = 0.04
"""Metres by which a top or a water's surface may differ over the thing's footprint."""
STEEP = 0.5
"""Of a thing's width, by how much the ground under it may rise."""
ALOFT = (0.2, 25.0)
"""Radians above the horizon and metres away that the middle of things in the air is at; large ones are further off."""
TURNS = (0.15, 0.05, 0.25, 0.35)
"""Radians to either side of the first view's middle at which they are tried."""


@dataclass(frozen=True)
class Spot:
    """Where a thing's foot is: x, y, z in metres (world frame), by how many degrees it is turned to the right from
    facing the start's back (its front towards -z), and the ground's slope that it lies on: metres of fall (y is down)
    a metre along x and along z."""

    x: float
    y: float
    z: float
    facing: float
    slope: tuple[float, float] = (0.0, 0.0)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(4, 4) world from thing: turned, leant with the slope, moved to the foot."""
        matrix = placement((self.x, self.y, self.z), yaw=float(np.radians(self.facing)))
        normal = np.array([-self.slope[0], 1.0, -self.slope[1]])
        normal /= np.linalg.norm(normal)
        axis = np.cross([0.0, 1.0, 0.0], normal)
        lean = Rotation.from_rotvec(axis / max(np.linalg.norm(axis), 1e-12) * np.arccos(np.clip(normal[1], -1, 1)))
        matrix[:3, :3] = lean.as_matrix() @ matrix[:3, :3]
        return matrix


def spot_for(
    scene: SceneContents,
    thing: Thing,
    world: World | None,
    *,
    at: tuple[float, float] | None = None,
    facing: float | None = None,
    on: str = "",
    taken: Sequence[tuple[Spot, tuple[float, float, float]]] = (),
    free: FreeSpace | None = None,
) -> Spot:
    """Where `thing` stands.

    Args:
        world: that the scene was made of; tells water from ground.
        at: x and z in metres; where people see it from the start, by default.
        facing: degrees; towards the start by default.
        on: "ground", "water", "table" or "sky" instead of what the thing is usually on.
        taken: where things stand already, with their width, height and depth.
        free: `free_space`, if it is at hand.
    Raises:
        InputError: it has no room there, or nowhere.
    """
    stands = on or thing.stands
    first = scene.views[0].camera if scene.views else Camera.from_fov(GLANCE, GLANCE, 75)
    if stands == IN_THE_AIR:
        (x, y, z), slope = _aloft(scene, thing, first, at), (0.0, 0.0)
    else:
        (x, y, z), slope = _standing(scene, thing, world, first, at, stands, taken, free)
    towards = float(np.degrees(np.arctan2(x - first.position[0], z - first.position[2])))
    return Spot(x, y, z, towards if facing is None else facing, slope)


def spot_instead(old: Mesh, thing: Thing) -> Spot:
    """Where a thing stands that comes instead of another: on the middle of its foot, along its longer side, its front
    towards the start."""
    low, high = old.bounds.astype(np.float64)
    x, z = 0.5 * (low[0] + high[0]), 0.5 * (low[2] + high[2])
    flat = old.vertices[:, [0, 2]].astype(np.float64)
    _, axes = np.linalg.eigh(np.cov((flat - flat.mean(axis=0)).T))
    width, _, depth = thing.size
    along = axes[:, 1] if width >= depth else axes[:, 0]  # the direction that the thing's width lies in
    facing = float(np.degrees(np.arctan2(-along[1], along[0])))
    # of both ways round, the one whose front (-z turned by `facing`) looks to the start
    front = -np.array([np.sin(np.radians(facing)), np.cos(np.radians(facing))])
    if front @ np.array([-x, -z]) < 0:
        facing += 180
    return Spot(float(x), float(high[1]), float(z), float((facing + 180) % 360 - 180))


def _aloft(
    scene: SceneContents, thing: Thing, first: Camera, at: tuple[float, float] | None
) -> tuple[float, float, float]:
    """The foot of a thing in the air: where it was asked for, or where the first view shows the most of it."""
    up, away = ALOFT
    away = max(away, 3 * max(thing.size))
    ahead = first.forward

    def foot(x: float, z: float, rise: float) -> tuple[float, float, float]:
        reach = float(np.hypot(x - first.position[0], z - first.position[2]))
        return float(x), float(first.position[1] - np.tan(rise) * reach + 0.5 * thing.size[1]), float(z)

    if at is not None:
        return foot(*at, up)
    middle = float(np.arctan2(ahead[0], ahead[2]))
    headings = [middle + side * turn for turn in TURNS for side in (1, -1)]
    feet = [
        foot(first.position[0] + away * np.sin(heading), first.position[2] + away * np.cos(heading), rise)
        for rise in (up, 1.5 * up)
        for heading in headings
    ]
    glance = first.resized(GLANCE, round(GLANCE * first.height / first.width))
    seen = render(scene.gaussians, glance).depth
    shares = [_shown(np.array(each), thing, glance, seen) for each in feet]
    return feet[next((i for i, share in enumerate(shares) if share >= SEEN_SHARE), int(np.argmax(shares)))]


def _standing(
    scene: SceneContents,
    thing: Thing,
    world: World | None,
    first: Camera,
    at: tuple[float, float] | None,
    stands: str,
    taken: Sequence[tuple[Spot, tuple[float, float, float]]],
    free: FreeSpace | None,
) -> tuple[tuple[float, float, float], tuple[float, float]]:
    """The foot of a thing on a surface, and the slope there."""
    if at is not None and np.hypot(*at) > FARTHEST:
        raise InputError(f"{at[0]:g},{at[1]:g} is more than {FARTHEST:g} m away, where nobody would see {thing.name}")
    free = free_space(scene, world) if free is None else free
    reach = SEARCHED if at is None else max(SEARCHED, float(np.hypot(*at)) + 2)
    level = surface(scene, free, world, stands, reach)
    half = len(level) // 2
    for spot, size in taken:
        level[_under(level.shape, free.start, spot, size) & (np.abs(level - spot.y) < size[1] + 1)] = np.nan
    fits = _fits(level, thing)

    def place(row: int, column: int) -> tuple[float, float, float]:
        x, z = free.start[0] + (column - half) * CELL, free.start[2] + (row - half) * CELL
        y = _under_it(level, thing, row, column)[0]
        if stands == ON_TABLE and world is not None:
            y = _top_below(world, x, y, z, _radius(thing))
        return float(x), y, float(z)

    cells = np.argwhere(fits)
    if at is not None:
        away = np.hypot(*(free.start[[0, 2]] + (cells[:, ::-1] - half) * CELL - np.asarray(at)).T)
        if away.min(initial=np.inf) > SNAPS:
            raise InputError(_no_room(thing, stands, at, fits, free))
        row, column = cells[np.argmin(away)]
        x, y, z = place(row, column)
        slope = _under_it(level, thing, row, column)[1]
        # exactly there where the cell that it lies in is free
        return ((float(at[0]), y, float(at[1])) if away.min() <= CELL else (x, y, z)), slope
    if len(cells) == 0:
        raise InputError(_no_room(thing, stands, None, fits, free))
    width, height, depth = thing.size
    # every cell by its own ground; those that are looked at closely, by all that is under the thing
    at_cells = free.start[[0, 2]] + (cells[:, ::-1] - half) * CELL
    foot = np.stack([at_cells[:, 0], level[cells[:, 0], cells[:, 1]], at_cells[:, 1]], axis=1)
    away = foot - first.position
    distance = np.hypot(away[:, 0], away[:, 2])
    bearing = np.degrees(np.arctan2(away @ first.rotation[:, 0], away @ first.forward))
    radius = 0.5 * float(np.hypot(width, depth))
    steepest = BELOW_ON_TABLE if stands == ON_TABLE else BELOW
    down = np.maximum(away[:, 1], 0)
    near = np.maximum(radius + NEAREST, down / np.tan(np.radians(steepest)) + 0.5 * depth)
    nearer = np.maximum(radius + NEAREST, down / np.tan(np.radians(BELOW_ON_TABLE)) + 0.5 * depth)
    best = np.maximum(near, 0.5 * max(width, height) / np.tan(np.radians(FILLS / 2)) + 0.5 * depth)
    ahead = (bearing > ASIDE[0]) & (bearing < ASIDE[1])
    aside = np.where(ahead & (distance > near), 0.0, np.where(ahead & (distance > nearer), CLOSE_COST, ASIDE_COST))
    aside += np.where(distance > nearer, 0.0, ASIDE_COST)  # under one's feet at last
    # as near as it is well seen, a little beside the middle, where it hides nothing that the scene is about
    cost = np.abs(np.log(np.maximum(distance, 0.1) / best)) + np.abs(np.abs(bearing) - 9) / 40 + aside
    order = np.argsort(cost)
    looks: dict[int, tuple[Camera, NDArray[np.float32]]] = {}

    def look(turn: int) -> tuple[Camera, NDArray[np.float32]]:
        """The first view's camera turned so many times to the right, and what it sees the depth of."""
        if turn not in looks:
            camera = first.resized(GLANCE, round(GLANCE * first.height / first.width))
            if turn:
                pose = first.world_from_camera.copy()
                pose[:3, :3] = Rotation.from_rotvec([0, np.radians(turn * TURN), 0]).as_matrix() @ pose[:3, :3]
                camera = replace(camera, world_from_camera=pose)
            looks[turn] = camera, render(scene.gaussians, camera).depth
        return looks[turn]

    number, most, tried = order[0], 0.0, np.zeros(len(cells), bool)
    for _ in range(TRIES):
        left = order[~tried[order]]
        if not len(left) or (cost[left[0]] >= ASIDE_COST and most > HALF):
            break
        turn = 0 if cost[left[0]] < ASIDE_COST else round(float(bearing[left[0]]) / TURN)
        share = _shown(np.array(place(*cells[left[0]])), thing, *look(turn))
        if share > most:
            number, most = left[0], share
        if share >= SEEN_SHARE:
            break
        # what hides it there hides it beside, too
        tried |= np.hypot(*(at_cells - at_cells[left[0]]).T) < max(min(ELSEWHERE, 2 * radius), 0.5 * radius)
    row, column = cells[number]
    return place(row, column), _under_it(level, thing, row, column)[1]


def _top_below(world: World, x: float, y: float, z: float, radius: float) -> float:
    """The y of the highest thing under a foot: cells of a cloud know it no better than what else is near."""
    aside = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]) * 0.7 * radius
    above = np.array([(x + a, y - CELL, z + b) for a, b in aside], np.float32)
    fall, _ = world.trace(above, np.broadcast_to(np.array([0, 1, 0], np.float32), above.shape))
    near = fall[fall < 2 * CELL]
    return y - CELL + float(near.min()) if len(near) else y


def free_space(scene: SceneContents, world: World | None) -> FreeSpace:
    """Where people could stand within `SEARCHED`, as the world or the points have it."""
    if world is not None:
        return from_world(world, SEARCHED)
    start = scene.views[0].camera.position if scene.views else np.zeros(3)
    return from_points(scene.points, start, SEARCHED, eye=EYE_HEIGHT)


def surface(
    scene: SceneContents, free: FreeSpace, world: World | None, stands: str, reach: float
) -> NDArray[np.float64]:
    """(N, N) world y of what a thing can be set on in each cell around the start (as in `FreeSpace`), NaN where there
    is none."""
    half = int(np.ceil(reach / CELL))
    ground = np.full((2 * half + 1, 2 * half + 1), np.nan)
    shared = min(half, free.half)
    inner = slice(half - shared, half + shared + 1), slice(half - shared, half + shared + 1)
    outer = slice(free.half - shared, free.half + shared + 1), slice(free.half - shared, free.half + shared + 1)
    ground[inner] = free.ground[outer]
    if stands == ON_WATER:
        return _water(free, world, half)
    if stands != ON_TABLE:
        return ground
    tops = _tops(scene, free, ground)
    if world is not None:
        tops[_seats(world, free, half)] = np.nan
    inner = ndimage.binary_erosion(np.isfinite(tops))
    return np.where(inner, tops, np.nan) if inner.any() else tops  # a cell at the edge may have its middle beside it


def _water(free: FreeSpace, world: World | None, half: int) -> NDArray[np.float64]:
    """The level of the water where it is open to the sky; unknown without a world."""
    level = np.full((2 * half + 1, 2 * half + 1), np.nan)
    if world is None:
        return level
    column, row = np.meshgrid(np.arange(-half, half + 1), np.arange(-half, half + 1))
    above = float(free.start[1]) - 2.0
    origins = np.stack(
        [free.start[0] + CELL * column, np.full(column.shape, above), free.start[2] + CELL * row], axis=-1
    ).reshape(-1, 3)
    reach, _, labels = world.hits(origins, np.broadcast_to(np.array([0, 1.0, 0]), origins.shape))
    wet = (labels == label_number("water")) & np.isfinite(reach)
    level.reshape(-1)[wet] = above + reach[wet]
    return level


def _tops(scene: SceneContents, free: FreeSpace, ground: NDArray[np.float64]) -> NDArray[np.float64]:
    """The highest point of each cell that is as high as a table."""
    half = len(ground) // 2
    known = np.isfinite(ground)
    if not known.any():
        return ground
    beyond, nearest = ndimage.distance_transform_edt(~known, return_indices=True)
    floor = np.where(beyond * CELL < ARM, ground[tuple(nearest)], np.nan)  # a table stands beside where one can be
    points = scene.points.positions[~scene.points.is_sky].astype(np.float64)
    column, row = (np.rint((points[:, axis] - free.start[axis]) / CELL).astype(np.intp) + half for axis in (0, 2))
    inside = (column >= 0) & (column < len(ground)) & (row >= 0) & (row < len(ground))
    points, column, row = points[inside], column[inside], row[inside]
    up = floor[row, column] - points[:, 1]
    with np.errstate(invalid="ignore"):
        fitting = (up > TABLES[0]) & (up < 2.0)
    top = np.full(ground.shape, np.inf)
    np.minimum.at(top, (row[fitting], column[fitting]), points[fitting, 1])
    height = floor - top
    with np.errstate(invalid="ignore"):
        return np.where((height > TABLES[0]) & (height < TABLES[1]), top, np.nan)


def _seats(world: World, free: FreeSpace, half: int) -> NDArray[np.bool_]:
    """The cells of a grid under what people sit or lie on, or what is hot: as high as a table, and none."""
    taken = np.zeros((2 * half + 1, 2 * half + 1), bool)
    for mesh in world.place.meshes:
        if not NO_TABLES.isdisjoint(mesh.thing.split()):
            numbers = np.zeros(len(mesh.triangles), np.int32) if mesh.instances is None else mesh.instances
            for number in np.unique(numbers):
                corners = mesh.vertices[mesh.triangles[numbers == number]].reshape(-1, 3)
                low, high = (corners[:, [0, 2]].min(axis=0), corners[:, [0, 2]].max(axis=0))
                first = np.floor((low - free.start[[0, 2]]) / CELL).astype(int) + half
                last = np.ceil((high - free.start[[0, 2]]) / CELL).astype(int) + half
                (left, top), (right, bottom) = np.clip(first, 0, 2 * half + 1), np.clip(last + 1, 0, 2 * half + 1)
                taken[top:bottom, left:right] = True
    return taken


def _radius(thing: Thing) -> float:
    """Metres of the circle that a thing takes however it is turned."""
    width, _, depth = thing.size
    return 0.5 * float(np.hypot(width, depth))


def _footprint(thing: Thing) -> NDArray[np.bool_]:
    """The cells of that circle."""
    radius = _radius(thing)
    reach = int(np.ceil(radius / CELL))
    x, z = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    disc: NDArray[np.bool_] = np.hypot(x, z) * CELL <= max(radius, 0.3 * CELL)
    return disc


def _fits(level: NDArray[np.float64], thing: Thing) -> NDArray[np.bool_]:
    """The cells in the middle of a footprint that is known all over and level enough."""
    known = np.isfinite(level)
    # the distance to the nearest unknown cell, with nothing known beyond the grid, is what a circle has room for
    room = ndimage.distance_transform_edt(np.pad(known, 1))[1:-1, 1:-1] * CELL
    if not known.any():
        return known
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    filled = level[tuple(nearest)]  # the corners of the square lie outside of the circle
    # a square filter goes by rows and columns, so that a castle takes no longer than a cup
    across = min(2 * int(np.ceil(_radius(thing) / CELL)) + 1, len(level))
    rise = ndimage.maximum_filter(filled, across) - ndimage.minimum_filter(filled, across)
    width, _, depth = thing.size
    return np.asarray((room > _radius(thing)) & (rise <= max(STEEP * min(width, depth), FLAT)), bool)


def _under_it(level: NDArray[np.float64], thing: Thing, row: int, column: int) -> tuple[float, tuple[float, float]]:
    """The height of a thing's foot in a cell, and the slope that it leans with. What stands upright is set on the
    lowest of the ground under it, so that no edge of it floats."""
    disc = _footprint(thing)
    reach = len(disc) // 2
    rows, columns = (np.arange(middle - reach, middle + reach + 1) for middle in (row, column))
    part = level[np.clip(rows, 0, len(level) - 1)[:, None], np.clip(columns, 0, len(level) - 1)[None]]
    along, across = np.nonzero(disc & np.isfinite(part))
    heights = part[along, across]
    plane = np.stack([(across - reach) * CELL, (along - reach) * CELL, np.ones(len(heights))], axis=1)
    (east, north, middle), *_ = np.linalg.lstsq(plane, heights, rcond=None)
    width, tall, depth = thing.size
    if tall > max(width, depth) or np.hypot(east, north) > np.tan(np.radians(LEANS)) or len(heights) < 3:
        return float(heights.max()), (0.0, 0.0)
    return float(middle), (float(east), float(north))


def _shown(foot: NDArray[np.float64], thing: Thing, camera: Camera, depth: NDArray[np.float32]) -> float:
    """The share of a thing's outline that nothing stands before; 0 if it is not within the picture."""
    width, height, deep = thing.size
    half = 0.5 * max(width, deep)
    right = camera.rotation[:, 0]
    corners = np.array(
        [foot + side * half * right - up * np.array([0, height, 0]) for side in (-1, 1) for up in (0, 1)]
    )
    pixels, z = camera.project(corners.astype(np.float32))
    size = (camera.width, camera.height)
    if (z <= 0.1).any() or (pixels < 0).any() or (pixels > size).any():
        return 0.0
    left, top = np.floor(pixels.min(axis=0)).astype(int)
    behind, low = np.ceil(pixels.max(axis=0)).astype(int)
    part = depth[max(0, top) : min(low, camera.height), left:behind]
    open_to_it = (part > float(z.min()) * 0.98) | (part <= 0)  # 0: nothing is drawn there
    return float(open_to_it.mean()) if part.size else 0.0


def _no_room(
    thing: Thing, stands: str, at: tuple[float, float] | None, fits: NDArray[np.bool_], free: FreeSpace
) -> str:
    """Why a thing cannot stand there, and where it can."""
    where = {ON_WATER: "open water", ON_TABLE: "a free table top"}.get(stands, "free, level ground")
    half = len(fits) // 2
    cells = np.argwhere(fits)
    if len(cells) == 0:
        return (
            f"{thing.name} ({thing.size[0]:.1f} x {thing.size[2]:.1f} m) finds no {where.removeprefix('a ')} in this "
            "scene; make it smaller (--size) or set it on something else (--on ground, water, table or sky)"
        )
    target = np.zeros(2) if at is None else np.asarray(at)
    spots = free.start[[0, 2]] + (cells[:, ::-1] - half) * CELL
    x, z = spots[np.argmin(np.linalg.norm(spots - target, axis=1))]
    return f"{thing.name} needs {where} and has none at {target[0]:g},{target[1]:g}; the nearest is at {x:.1f},{z:.1f}"


def without(free: FreeSpace, spot: Spot, size: tuple[float, float, float]) -> FreeSpace:
    """The free space with a thing of this width, height and depth in it: nobody walks through."""
    low = np.abs(np.nan_to_num(free.ground, nan=np.inf) - spot.y) < 1.0  # on a table or in the air it stops nobody
    taken = _under(free.ground.shape, free.start, spot, size) & low
    taken[free.half, free.half] = False
    return replace(free, ground=np.where(taken, np.nan, free.ground).astype(np.float32))


def _under(
    shape: tuple[int, ...], start: NDArray[np.float64], spot: Spot, size: tuple[float, float, float]
) -> NDArray[np.bool_]:
    """The cells of a grid around the start that lie within reach of a body under a thing."""
    width, _, depth = size
    column, row = np.meshgrid(np.arange(shape[1]) - shape[1] // 2, np.arange(shape[0]) - shape[0] // 2)
    x, z = start[0] + column * CELL - spot.x, start[2] + row * CELL - spot.z
    a = np.radians(spot.facing)
    across, along = np.cos(a) * x - np.sin(a) * z, np.sin(a) * x + np.cos(a) * z
    under: NDArray[np.bool_] = (np.abs(across) < 0.5 * width + BODY) & (np.abs(along) < 0.5 * depth + BODY)
    return under
