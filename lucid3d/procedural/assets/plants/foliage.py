"""Leaves on a skeleton: their colours, the light that reaches them, snow on branches, and levels of detail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.plants.growth import Branches, Sites
from lucid3d.procedural.assets.plants.palettes import BARK, SNOW
from lucid3d.procedural.kit.arrays import BLOB, KITE, UP, Array, Leaf, Shape, f32, join, leaves, thinned, tubes, unit
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.prototype import srgb


def leaf_material(name: str, palette: list[tuple[float, float, float]], translucency: float = 0.42) -> Material:
    """What leaves are made of; hues are kept close because every leaf brings its own tint."""
    hues = [srgb(c) for c in palette[:3]]
    return Material(f"{name} leaves", "leaf", tuple(hues), scale=0.1, translucency=translucency, variation=0.3)


def bark_material(kind: str, scale: float = 0.06, bump: float = 0.012) -> Material:
    """Bark of one of `BARK`."""
    base = f32(BARK[kind])
    hues = (srgb(base), srgb(base * 0.75), srgb(base * 0.45))
    return Material(f"{kind} bark", "bark", hues, scale=scale, bump=bump, wear=0.4)


SNOW_MATERIAL = Material("snow", "snow", (srgb(SNOW),), roughness=0.8, bump=0.004)


def mixed(palette: NDArray[np.floating], count: int, rng: np.random.Generator, spread: float = 0.16) -> Array:
    """(count, 3) colours between the palette's (K, 3), each a little lighter or darker."""
    palette = np.asarray(palette, np.float32)
    weights = rng.dirichlet(np.full(len(palette), 1.2), count).astype(np.float32)
    tone = np.exp(rng.normal(0, spread, (count, 1))).astype(np.float32)
    result: Array = np.clip(weights @ palette * tone, 0.008, 0.8).astype(np.float32)
    return result


def bark_colors(base: tuple[float, float, float], shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Bark with lighter and darker places, (*shape, 3)."""
    tone = np.exp(rng.normal(0, 0.17, (*shape, 1)))
    result: Array = np.clip(f32(base) * tone, 0.02, 0.8).astype(np.float32)
    return result


def daylight(places: Array, cell: float, strength: float = 0.9) -> Array:
    """How open to the sky each of (N, 3) leaves is, 0 to 1, from the leaves above it and around it.

    Leaves are counted in cells of `cell` metres; light comes straight down and from the four sides, thinned by every
    cell that it crosses.
    """
    low = places.min(axis=0)
    index = ((places - low) / cell).astype(np.int64)
    size = index.max(axis=0) + 1
    density = np.zeros(size, np.float32)
    np.add.at(density, tuple(index.T), 1.0)
    density /= max(float(np.percentile(density[density > 0], 75)), 1.0)
    open_sky = np.zeros_like(density)
    for axis, flip, weight in (
        (1, False, 0.5),
        (0, False, 0.125),
        (0, True, 0.125),
        (2, False, 0.125),
        (2, True, 0.125),
    ):
        flow = np.flip(density, axis) if flip else density
        crossed = np.cumsum(flow, axis=axis) - flow * 0.5
        light = np.exp(-strength * 0.5 * crossed)
        open_sky += weight * (np.flip(light, axis) if flip else light)
    result: Array = open_sky[tuple(index.T)]
    return result


@dataclass
class Foliage:
    """Every leaf of one plant before it becomes triangles: (N, 3) arrays and (N,) sizes."""

    bases: Array
    axes: Array
    normals: Array
    lengths: Array
    widths: Array
    colors: Array
    shading: Array

    def __len__(self) -> int:
        return len(self.bases)

    def shape(self, outline: Leaf) -> Shape:
        """All leaves, each with this outline."""
        return leaves(
            self.bases, self.axes, self.normals, self.lengths, self.widths, outline, self.colors, self.shading
        )

    def coarse(self, keep: int, rng: np.random.Generator, outline: Leaf = KITE) -> Shape:
        """About `keep` larger leaves in place of all, with the same area."""
        chosen, grow = thinned(len(self), keep, rng)
        return self[chosen, grow].shape(outline)

    def __getitem__(self, which: tuple[NDArray[np.integer], float]) -> Foliage:
        rows, grow = which
        return Foliage(
            self.bases[rows],
            self.axes[rows],
            self.normals[rows],
            self.lengths[rows] * f32(grow),
            self.widths[rows] * f32(grow),
            self.colors[rows],
            self.shading[rows],
        )

    def clumps(self, keep: int, rng: np.random.Generator, outline: Leaf = BLOB, size: float = 1.22) -> Shape:
        """About `keep` sprays, each standing for all the leaves in one cell of space: for the middle distance and far.

        A cell's spray takes their mean place, colour and shading normal, and is as large as their area asks for.
        """
        low, extent = self.bases.min(axis=0), np.ptp(self.bases, axis=0) + 1e-3
        cell = float((np.prod(extent) / keep) ** (1 / 3))
        for _ in range(6):  # crowns are hollow and round: shrink the cells until enough of them hold leaves
            index = ((self.bases - low) / cell).astype(np.int64)
            size_of = index.max(axis=0) + 1
            key = (index[:, 0] * size_of[1] + index[:, 1]) * size_of[2] + index[:, 2]
            _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
            if len(counts) >= keep * 0.9:
                break
            cell *= max((len(counts) / keep) ** (1 / 2.3), 0.75)

        def mean(values: Array) -> Array:
            sums = np.stack([np.bincount(inverse, values[:, i], len(counts)) for i in range(values.shape[1])], axis=1)
            return (sums / counts[:, None]).astype(np.float32)

        tips = self.bases + self.axes * self.lengths[:, None] * 0.5
        places, outward = mean(tips), unit(mean(self.shading))
        area = np.bincount(inverse, self.lengths * self.widths, len(counts))
        wide = cell * size * np.clip((area / cell**2 / 0.8) ** 0.4, 0.45, 1.05)
        wide = (wide * np.exp(rng.normal(0, 0.16, len(counts)))).astype(np.float32)
        axes = unit(rng.normal(0, 1, (len(counts), 3)).astype(np.float32))
        normals = unit(outward + rng.normal(0, 0.75, (len(counts), 3)).astype(np.float32))
        return leaves(places, axes, normals, wide, wide, outline, mean(self.colors), outward)


def foliage(
    sites: Sites,
    palette: list[tuple[float, float, float]],
    rng: np.random.Generator,
    *,
    length: float,
    width: float,
    forward: float = 0.6,
    droop: float = 0.3,
    centre: NDArray[np.floating] | None = None,
    volume: float = 0.65,
    cell: float = 0.5,
    boughs: NDArray[np.integer] | None = None,
    dark: float = 0.42,
) -> Foliage:
    """Leaves at `sites`.

    Args:
        palette: linear colours to mix.
        length, width: metres of a typical leaf.
        forward: 0 stands off the twig, 1 points along it.
        droop: how far tips hang.
        centre: (3,) of the crown, which shading normals point away from; default the mean, a little lower.
        volume: share of the crown's normal in the shading normal, against the leaf's own.
        cell: metres of the grid in `daylight`.
        boughs: (N,) which bough a leaf belongs to: leaves of one bough share part of their tint.
        dark: what is left of the colour where no daylight comes.
    """
    count = len(sites.places)
    axes = unit(
        sites.directions * forward
        + sites.outward * (1 - forward)
        - UP * droop
        + rng.normal(0, 0.25, (count, 3)).astype(np.float32)
    )
    normals = unit(UP * 1.0 + sites.outward * 0.6 + rng.normal(0, 0.45, (count, 3)).astype(np.float32))
    size = np.exp(rng.normal(0, 0.22, count)).astype(np.float32)
    colors = mixed(np.asarray(palette), count, rng)
    if boughs is not None:
        kinds = int(boughs.max()) + 1
        tint = np.exp(rng.normal(0, 0.13, (kinds, 1))) * np.exp(rng.normal(0, 0.05, (kinds, 3)))
        colors = colors * tint[boughs].astype(np.float32)
    light = daylight(sites.places, cell)
    colors = colors * (dark + (1 - dark) * np.clip(light * 1.25, 0, 1))[:, None]
    middle = (sites.places.mean(axis=0) - UP * 0.2 * np.ptp(sites.places[:, 1])) if centre is None else centre
    outward = unit(sites.places - np.asarray(middle, np.float32))
    across = unit(np.cross(axes, normals))
    own = unit(np.cross(across, axes))
    own = own * np.where(np.einsum("ni,ni->n", own, outward) < 0, -1, 1)[:, None]
    shading = unit(outward * volume + own * (1 - volume))
    return Foliage(
        sites.places,
        axes,
        normals,
        (length * size).astype(np.float32),
        (width * size).astype(np.float32),
        np.clip(colors, 0.006, 0.8).astype(np.float32),
        shading,
    )


def snow_on(branches: Branches, rng: np.random.Generator, share: float = 0.8) -> Shape:
    """Snow that lies along the upper side of branches: flat tubes that sit on them, thinner where they are steep."""
    if len(branches) == 0:
        return tubes(branches.points, branches.radii, 5, SNOW)
    steps = np.gradient(branches.points, axis=1)
    level = np.sqrt(np.clip(1 - unit(steps)[..., 1] ** 2, 0, 1))
    ragged = np.clip(rng.normal(0.9, 0.25, branches.radii.shape), 0.2, 1.4)
    depth = (branches.radii * 0.9 + 0.006) * level * ragged * share
    points = branches.points + UP * (branches.radii * 0.5 + depth * 0.35)[..., None]
    return tubes(points, np.maximum(depth, 1e-4), 5, SNOW)


def wood(
    levels: list[Branches],
    sides: list[int],
    color: tuple[float, float, float],
    rng: np.random.Generator,
    *,
    flare: float = 0.9,
    every: int = 1,
) -> Shape:
    """The skeleton as tubes: `sides` corners for each level (0 leaves a level out); the trunk gets a root flare.

    `every` keeps one point in so many along the branches (both ends always), for coarse levels of detail.
    """
    shapes = []
    for depth, (level, corners) in enumerate(zip(levels, sides, strict=False)):
        if corners < 3 or len(level) == 0:
            continue
        points, radii = level.points, level.radii
        if every > 1:
            chosen = np.unique(np.append(np.arange(0, points.shape[1], every), points.shape[1] - 1))
            points, radii = points[:, chosen], radii[:, chosen]
        shades = bark_colors(color, (len(points), points.shape[1], corners), rng)
        bulge = None
        if depth == 0 and flare > 0:
            points, radii, bulge = flared(points, radii, corners, flare, rng)
            shades = bark_colors(color, (len(points), points.shape[1], corners), rng)
        shapes.append(tubes(points, radii, corners, shades, bulge))
    return join(shapes)


def flared(
    points: Array, radii: Array, corners: int, flare: float, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """A trunk whose foot spreads into roots: extra rings near the ground and lobes that fade with height.

    Args:
        points: (B, N, 3) metres; radii: (B, N).
    Returns:
        points (B, M, 3), radii (B, M) and bulges (B, M, corners) of the sides.
    """
    height = np.linalg.norm(points[:, -1] - points[:, 0], axis=-1).mean()
    foot = f32([0.0, 0.25, 0.6, 1.2]) * radii[:, 0].mean() * 2.2
    first = points[:, :1]
    heading = unit(points[:, 1:2] - first)
    extra = first + heading * foot[None, :, None]
    below = first - heading * (radii[:, :1, None] * 0.6)  # into the ground, for slopes
    keep = np.linalg.norm(points - first, axis=-1).mean(axis=0) > foot[-1] * 1.15
    all_points = np.concatenate([below, extra, points[:, keep]], axis=1)
    count = len(radii)
    foot_radii = np.repeat(radii[:, :1], 5, axis=1) * (1 - 0.02 * np.arange(5))
    all_radii = np.concatenate([foot_radii, radii[:, keep]], axis=1)
    along = np.linalg.norm(all_points - first, axis=-1)
    along[:, 0] = 0
    angle = np.arange(corners) * 2 * np.pi / corners
    lobes = rng.integers(4, 7)
    phase = rng.uniform(0, 2 * np.pi, (count, 1, 1))
    wave = 0.55 + 0.45 * np.cos(lobes * angle[None, None] + phase) + 0.35 * np.cos(2 * angle[None, None] - phase * 1.7)
    fade = np.exp(-along / max(float(radii[:, 0].mean()) * 1.5, 1e-3))[..., None]
    knots = 0.05 * np.cos(3 * angle[None, None] + along[..., None] * 3.1 / max(float(height), 0.1) * 6 + phase)
    bulge = 1 + flare * fade * np.clip(wave, 0, None) + knots
    return all_points.astype(np.float32), all_radii.astype(np.float32), bulge.astype(np.float32)
