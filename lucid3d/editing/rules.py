"""Changes by rules: the world that a scene was made of is built again with a change, and what differs carried over.

Colours are carried as differences: each Gaussian of the region gets what its place in the dreamed views gains from one
world to the other, so that whatever training had put into it stays. Scenes that no world made keep their light and
shade, and take the colour that is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from lucid3d.camera import Camera
from lucid3d.colour import linear_from_srgb, srgb_from_linear
from lucid3d.editing.changed_world import dyed, in_season, with_season, without
from lucid3d.editing.lighting import COVERED, shade_of
from lucid3d.editing.order import Order
from lucid3d.editing.patch import Patch, difference, hidden, in_light
from lucid3d.editing.regions import forms_of, instances_called
from lucid3d.editing.surroundings import SAME, Surroundings, projected
from lucid3d.errors import InputError
from lucid3d.extending import sky_radius
from lucid3d.gaussians import from_points
from lucid3d.gaussians.model import SH_C0, Gaussians, joined
from lucid3d.guidance.optimise import COLOURS_ALONE, followed
from lucid3d.guidance.pictures import Pictures
from lucid3d.joint.fusion import SHARPNESS, centre_weights
from lucid3d.pointcloud import PointCloud, lift
from lucid3d.procedural.kit.labels import LABELS, label_number
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.palettes import COLOURS
from lucid3d.procedural.render.drawing import Drawing
from lucid3d.procedural.render.rays import RayScene
from lucid3d.procedural.world import World
from lucid3d.progress import Event, Listener, ignore
from lucid3d.restyle.rules import TARGET_ROWS, carried, class_maps
from lucid3d.scene_contents import SceneContents

MOST = 200_000
"""Gaussians that come to light behind what was taken out."""
ROUNDS, COLOUR_RATE = 10, 0.1
"""Times that every view teaches the colours, and their learning rate at first."""
FAINT = 1 / 512
"""Difference in sRGB that nobody sees: what changes less stays as it is."""
RIM = 2
"""Pixels around what changes that are drawn anew: edges are blends."""
LIGHTER = 6.0
"""Times the light that a place in shadow gets when what shaded it is taken out, at most."""
ALBEDO = 0.35
"""Of an ordinary surface: what a surface of unknown colour is taken to have when its light is estimated."""
LIGHT = (0.25, 1.6)
"""Least and most light on a surface whose light is estimated so."""
SEASONAL = (("ground", "grass"), ("tree",), ("shrub", "flower", "plant"))
"""Labels whose colours each season has its own of."""
SNOWED = ("roof", "rock", "road", "path", "fence", "pier", "bridge")
"""And those on which snow lies in winter."""
CLINGS = 1.5
"""Sizes of a Gaussian within which it is on the surface of what is taken out."""


@dataclass(frozen=True, eq=False)
class Changed:
    """A change by rules.

    Attributes:
        patch: what it does to the Gaussians; region: (N,) bool, those that it was about.
        how: a sentence for a person.
        world: as it is now, or None; instances: of the one before, what was changed; taken: what was taken out.
    """

    patch: Patch
    region: NDArray[np.bool_]
    how: str
    world: World | None = None
    instances: tuple[int, ...] = ()
    taken: Mesh | None = None


def change_by_rules(
    scene: SceneContents,
    order: Order,
    region: NDArray[np.bool_] | None,
    around: Surroundings,
    on_event: Listener = ignore,
) -> Changed:
    """A scene as an order has it.

    Args:
        scene: stays as it is; region: (N,) bool of its Gaussians to change, None for wherever the order's words point.
        around: its Gaussians, with the world where there is one.
    Raises:
        InputError: the words point at nothing, or the scene has no world and the order needs one.
    """
    world = around.world
    if order.deed == "season":
        return _season(scene, order, region, around)
    rows = _aim(order, region, around)
    if world is None or around.instances is None:
        if order.deed != "dye" or not order.colour or order.material:
            raise InputError(
                f"'{order.words}' needs the world that the scene was made of, and no procedural world made this one; "
                "colours can be changed here, by box or click"
            )
        return Changed(_in_named_colour(scene.gaussians, rows, order.colour), rows, f"dyed {order.colour}")
    ids = {int(number) for number in np.unique(around.instances[rows])} - {0}
    if order.deed == "dye":
        after, changed = dyed(world, ids, order.colour, order.material)
        of_mesh = rows & np.isin(around.instances, sorted(changed))
        gaussians = scene.gaussians
        if changed:
            gaussians = _recoloured(gaussians, scene.cameras, of_mesh, world, after, changed, on_event)
        if order.colour and (rows & ~of_mesh).any():  # land and water are dyed as they lie
            gaussians = _in_named_colour(gaussians, rows & ~of_mesh, order.colour).on(gaussians)
        said = " ".join(filter(None, ("made", f"of {order.material}" if order.material else "", order.colour)))
        return Changed(difference(scene.gaussians, gaussians), rows, said, after, tuple(sorted(ids)))
    after, taken = without(world, ids)
    if taken is None:
        raise InputError(f"'{order.target or 'the region'}' is land, water or sky here: that cannot be taken out")
    patch = _taken_out(scene, rows, world, after, taken, ids, on_event)
    return Changed(patch, rows, "taken out", after, tuple(sorted(ids)), taken)


def _aim(order: Order, region: NDArray[np.bool_] | None, around: Surroundings) -> NDArray[np.bool_]:
    """The Gaussians that an order is about."""
    if not order.target:
        if region is None:
            raise InputError(
                f"'{order.words}': what shall be so? name it (\"the house blue\"), or give --region or --label"
            )
        return region
    try:
        aimed = called(order.target, around)
    except InputError:
        if region is None:
            raise
        return region  # the words call it what they like, the region says what it is
    both = aimed if region is None else aimed & region
    if not both.any():
        raise InputError(f"'{order.target}' is not in that region" if region is not None and aimed.any()
                         else f"'{order.target}' is in no view of this scene")  # fmt: skip
    return both


def called(words: str, around: Surroundings) -> NDArray[np.bool_]:
    """(N,) bool: the Gaussians of what is called so, by the names of things, or else by labels.

    Raises:
        InputError: nothing is.
    """
    if around.world is None or around.instances is None or around.labels is None:
        raise InputError(
            f"nobody knows where '{words}' is in this scene, for no procedural world made it: choose by box or click"
        )
    tries = list(dict.fromkeys((words, words.split()[-1])))
    for each in tries:
        try:
            return np.isin(around.instances, instances_called(around.world, each))
        except InputError as error:
            last = error
        numbers = [n for n, label in enumerate(LABELS) if label in forms_of(each)]
        if numbers and np.isin(around.labels, numbers).any():
            return np.isin(around.labels, numbers)
    labels = sorted({LABELS[n] for n in np.unique(around.labels)} - {"object"})
    raise InputError(f"{last}; and by their surface: {', '.join(labels)}")


def _season(scene: SceneContents, order: Order, region: NDArray[np.bool_] | None, around: Surroundings) -> Changed:
    """The surfaces that a season changes, in the palette that the same sort of place has in that season: the place is
    composed anew for that, which gives other trees, so that the picture of it cannot be carried over point by point."""
    world = around.world
    if world is None or around.labels is None or world.brief is None:
        raise InputError(
            f"another season needs the world that the scene was made of: lucid3d restyle SCENE --prompt '{order.words}'"
        )
    rows = around.labels != label_number("sky")
    if order.target:
        rows &= _aim(order, region, around)
    elif region is not None:
        rows &= region
    classes = np.zeros(len(LABELS), np.intp)
    for number, names in enumerate(SEASONAL if order.season != "winter" else (*SEASONAL, SNOWED), 1):
        classes[[label_number(name) for name in names]] = number
    mine = np.where(rows, classes[around.labels], 0)
    target = in_season(world, order.season).draw_equirectangular(TARGET_ROWS)
    colours = np.clip(scene.gaussians.colors, 0, 1)
    maps = class_maps([(colours[:, None], mine[:, None])], (target.image, classes[target.labels]))
    new = carried(colours, mine, maps)
    chosen = np.flatnonzero((np.abs(new - colours).max(axis=1) > FAINT) & (mine > 0))
    gaussians = _with_colours(scene.gaussians, chosen, new[chosen])
    after = with_season(world, order.season)
    return Changed(difference(scene.gaussians, gaussians), mine > 0, f"in the colours of {order.season}", after)


def _recoloured(
    gaussians: Gaussians,
    cameras: Sequence[Camera],
    rows: NDArray[np.bool_],
    before: World,
    after: World,
    instances: set[int],
    on_event: Listener,
    *,
    spread: bool = True,
) -> Gaussians:
    """The Gaussians, those of `rows` with the colours that the views gain from one world to the other.

    Args:
        instances: of both worlds that look different.
        spread: what no view shows is taken to change as the nearest that one shows.
    """
    chosen = np.flatnonzero(rows)
    total, gain, beside = np.zeros(len(chosen)), np.zeros((len(chosen), 3)), np.zeros(len(chosen), bool)
    looks = list[tuple[Camera, NDArray[np.float32], NDArray[np.bool_]]]()
    for number, camera in enumerate(cameras, 1):
        seen, row, column, depth = projected(gaussians.means[chosen], camera)
        on_event(Event("paint", number, len(cameras), "the place with the change"))
        if not len(seen):
            continue
        wanted = _wanted(before, camera, instances, row, column)
        if not wanted.any():
            continue
        one, other = (world.draw(camera, only=wanted) for world in (before, after))
        there = one.depth[row, column]
        with np.errstate(invalid="ignore"):
            wanted &= np.isfinite(one.image + other.image).all(axis=2)
            differs = wanted & (np.abs(other.image - one.image).max(axis=2) > FAINT)
            shown = wanted[row, column] & (np.abs(there - depth) <= SAME * depth)
        seen, row, column = seen[shown], row[shown], column[shown]
        weight = centre_weights(camera.height, camera.width)[row, column].astype(np.float64) ** SHARPNESS
        looks.append((camera, other.image, wanted))
        beside[seen] |= ndimage.binary_dilation(differs, iterations=RIM)[row, column]
        gain[seen] += weight[:, None] * (other.image[row, column] - one.image[row, column])
        total[seen] += weight
    known = total > 0
    if not known.any():
        return gaussians
    gain[known] /= total[known, None]
    if spread and not known.all():
        nearest = cKDTree(gaussians.means[chosen][known]).query(gaussians.means[chosen][~known], workers=-1)[1]
        gain[~known] = gain[known][nearest]
    gains = np.abs(gain).max(axis=1) > FAINT
    changed = chosen[gains]
    recoloured = _with_colours(gaussians, changed, gaussians.colors[changed] + gain[gains])
    mask = np.zeros(len(gaussians), bool)
    mask[chosen[gains | beside]] = True  # at its edges a window is a blend with the wall
    seen_by = [(camera, image, wanted) for camera, image, wanted in looks if wanted.any()]
    if not mask.any():
        return recoloured
    # what is drawn is a blend of neighbours: the colours learn what the views still lack
    guidance = Pictures(*zip(*seen_by, strict=True), ssim=0.0)
    settings = replace(COLOURS_ALONE, steps=ROUNDS * len(seen_by), size=0, colours=COLOUR_RATE)
    return followed(recoloured, guidance, [camera for camera, _, _ in seen_by], mask=mask, settings=settings)


def _wanted(
    world: World, camera: Camera, instances: set[int], row: NDArray[np.intp], column: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """(H, W) the pixels of a picture that are worth drawing: those of and around instances that Gaussians are in."""
    wanted = np.zeros((camera.height, camera.width), bool)
    wanted[row, column] = True
    drawn = world.draw(camera, antialias=False, only=np.zeros_like(wanted))
    wanted &= ndimage.binary_dilation(np.isin(drawn.instances, sorted(instances)), iterations=RIM)
    return wanted


def _with_colours(gaussians: Gaussians, rows: NDArray[np.intp], colours: NDArray[np.floating]) -> Gaussians:
    """The Gaussians, some of them in other colours (K, 3) sRGB; their harmonics as much brighter or darker."""
    colours = np.clip(colours, 0, 1)
    old = np.clip(gaussians.colors[rows], 0, 1)
    factor = np.clip((colours.mean(axis=1) + 0.02) / (old.mean(axis=1) + 0.02), 0, 2)
    sh = gaussians.sh.copy()
    sh[rows] *= factor[:, None, None].astype(np.float32)
    sh[rows, 0] = ((colours - 0.5) / SH_C0).astype(np.float32)
    return replace(gaussians, sh=sh)


def _in_named_colour(gaussians: Gaussians, rows: NDArray[np.bool_], colour: str) -> Patch:
    """The change that dyes Gaussians of unknown making: the shade of each stays, and how bright all of them are lit."""
    linear = linear_from_srgb(np.clip(gaussians.colors[rows], 0, 1))
    luminance = linear.mean(axis=1)
    mean = max(float(luminance.mean()), 1e-3)
    light = float(np.clip(mean / ALBEDO, *LIGHT))
    new = np.array(COLOURS[colour]) * light * (luminance / mean)[:, None]
    chosen = np.flatnonzero(rows)
    return difference(gaussians, _with_colours(gaussians, chosen, srgb_from_linear(np.clip(new, 0, 1))))


def _taken_out(
    scene: SceneContents,
    rows: NDArray[np.bool_],
    before: World,
    after: World,
    taken: Mesh,
    ids: set[int],
    on_event: Listener,
) -> Patch:
    """What lies behind the taken comes to light, and its shadow goes."""
    gaussians = scene.gaussians
    gone = (rows & _of_it(gaussians, taken, after)) | _clinging(gaussians, taken, after)
    bare = hidden(gaussians, np.flatnonzero(gone))
    shade = shade_of(before, after, taken, bare, brightest=LIGHTER)
    lit = in_light(bare, [shade])
    kept = cKDTree(gaussians.means[~gone]) if (~gone).any() else None
    cloud, cameras = PointCloud.empty(), {}
    radius = sky_radius(scene.points, np.zeros(3))
    for number, camera in enumerate(scene.cameras):
        on_event(Event("paint", number + 1, len(scene.cameras), "what comes to light"))
        shown = before.draw(camera, antialias=False, only=np.zeros((camera.height, camera.width), bool))
        wanted = ndimage.binary_dilation(np.isin(shown.instances, sorted(ids)))
        if not wanted.any():
            continue
        drawn: Drawing = after.draw(camera, only=wanted)
        new = lift(drawn.image, drawn.depth, camera, view=number, mask=wanted, sky_radius=radius)
        for tree in (kept, cKDTree(cloud.positions) if len(cloud) else None):
            if tree is not None and len(new):
                away, _ = tree.query(new.positions, workers=-1)
                new = new[away > COVERED * new.footprints]
        cloud = PointCloud.concatenate([cloud, new])
        cameras[number] = camera
    if len(cloud):
        eyes = np.array([camera.position for camera in cameras.values()])
        fresh = from_points(cloud, sh_degree=gaussians.sh_degree, max_gaussians=MOST, cameras=cameras, eyes=eyes)
        lit = joined(lit, fresh)
    # the rim of what was behind it was a blend with it in the views
    rim = np.zeros(len(lit), bool)
    rim[: len(gone)] = ~gone
    lit = _recoloured(lit, scene.cameras, rim, before, after, ids, on_event, spread=False)
    return difference(gaussians, lit)


def _of_it(gaussians: Gaussians, taken: Mesh, after: World) -> NDArray[np.bool_]:
    """(N,) bool: nearer to what was taken out than to what is left."""
    near = _within(gaussians, taken)
    found = np.zeros(len(gaussians), bool)
    rows = np.flatnonzero(near)
    means = gaussians.means[rows]
    found[rows] = _distance(taken, means) <= after.away(means)
    return found


def _clinging(gaussians: Gaussians, taken: Mesh, after: World) -> NDArray[np.bool_]:
    """(N,) bool: on the surface of what was taken out, whatever they were labelled as at its edges."""
    rows = np.flatnonzero(_within(gaussians, taken))
    found = np.zeros(len(gaussians), bool)
    if len(rows):
        means, size = gaussians.means[rows], np.sort(gaussians.scales[rows], axis=1)[:, 1]
        away = _distance(taken, means)
        found[rows] = (away < CLINGS * size) & (after.away(means) > 2 * np.maximum(away, size))
    return found


def _within(gaussians: Gaussians, mesh: Mesh) -> NDArray[np.bool_]:
    """(N,) bool: in a mesh's box, or as near to it as they are large."""
    low, high = mesh.bounds
    reach = CLINGS * np.sort(gaussians.scales, axis=1)[:, 1:2] + 0.05
    inside: NDArray[np.bool_] = ((gaussians.means > low - reach) & (gaussians.means < high + reach)).all(axis=1)
    return inside


def _distance(mesh: Mesh, positions: NDArray[np.float32]) -> NDArray[np.float32]:
    return RayScene(mesh.vertices, mesh.triangles.astype(np.uint32)).away(positions)
