"""A cave: a high chamber of limestone with dripstone and a pool, daylight through its mouth, crystals if wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import plants, rocks
from lucid3d.procedural.assets.formations import sheet
from lucid3d.procedural.assets.props import campfire
from lucid3d.procedural.compose.land.scatter import scatter
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.kernels import kernels
from lucid3d.procedural.kit.materials import Material, rgb
from lucid3d.procedural.kit.mesh import Mesh, instances, placement
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.kit.terrain import Terrain, terrain_mesh
from lucid3d.procedural.kit.water import Water

LIMESTONE = Material(
    "cave limestone", "rock", (rgb("#a89d8b"), rgb("#b9ad98"), rgb("#8a8172")), scale=1.5, bump=0.1, wear=0.3,
    variation=0.6,
)  # fmt: skip
DRIP = Material("dripstone", "rock", (rgb("#b7a88f"), rgb("#d8cbb2"), rgb("#8a7a63")), scale=0.35, bump=0.02, wear=0.1)
BACK, MOUTH = -17.0, 21.0
"""Metres along z where the chamber ends behind the start, and where it opens ahead."""
POOL = EYE_HEIGHT + 0.3
HUES = ((0.12, 0.5, 0.95), (0.42, 0.3, 0.95), (0.1, 0.56, 0.6))


def rimstone(x: Floats, z: Floats, seed: int) -> NDArray[np.float32]:
    """Dams that dripping water has built about shallow basins: 1 on their crests, in patches."""
    bent_x, bent_z = x + 0.3 * noise(x, z, seed + 11, 1.0, 3), z + 0.3 * noise(x, z, seed + 12, 1.0, 3)
    crest = smoothstep(0.09, 0.01, noise(bent_x, bent_z, seed + 13, 0.75, 1, kind="edges"))
    return np.asarray(crest * smoothstep(-0.15, 0.15, noise(x, z, seed + 14, 4.0, 2)), np.float32)


@dataclass(frozen=True)
class Chamber:
    """The hollow: its width and height along z, its floor, and the shell around it as a grid of points."""

    seed: int

    def half_width(self, z: Floats) -> NDArray[np.float32]:
        """Metres from the middle to the walls: a hall with alcoves that narrows to a passage and the mouth."""
        folds = 1.5 * np.sin(z / 5.1 + self.seed % 7) + 0.8 * np.sin(z / 2.3 + 1.1)
        hall = 7.6 + folds * (1 - smoothstep(7, 14, z)) - 3.4 * smoothstep(7, 16, z)
        return np.asarray(hall * np.sqrt(smoothstep(BACK, BACK + 7, z)) + 0.05, np.float32)

    def ceiling(self, z: Floats) -> NDArray[np.float32]:
        """Metres from the floor to the vault."""
        hall = 7.4 + 1.1 * np.sin(z / 4.7 + 0.3 * (self.seed % 11)) - 2.2 * smoothstep(7, 17, z)
        return np.asarray(hall * (0.12 + 0.88 * np.sqrt(smoothstep(BACK, BACK + 6, z))), np.float32)

    def heights(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """y of the floor; beyond the mouth, of a slope that falls away."""
        pool = 1.1 * np.exp(-((((x + 3.4) / 2.9) ** 2 + ((z - 6.2) / 3.9) ** 2) ** 2))
        pool = pool + 0.7 * np.exp(-((((x - 4.6) / 1.6) ** 2 + ((z + 4.5) / 1.9) ** 2) ** 2))
        inside = smoothstep(MOUTH + 3, MOUTH - 3, z)
        rise = -1.5 * np.clip((np.abs(x) - self.half_width(z) * 0.7) / 2.0, 0, 1.2) * inside
        mounds = np.clip(noise(x, z, self.seed + 6, 5.5, 3) - 0.12, 0, 1) * smoothstep(1.8, 4.0, np.abs(x))
        out = np.hypot(x, z)
        valley = 0.16 * np.clip(z - MOUTH - 3, 0, 60) - smoothstep(MOUTH + 70, MOUTH + 500, out) * (
            120 * (0.35 + noise(x, z, self.seed + 3, 320, 5))
        )
        dams = 0.07 * rimstone(x, z, self.seed) * inside * smoothstep(1.0, 1.8, np.hypot(x, z))
        bumps = 0.16 * noise(x, z, self.seed + 4, 2.6, 4) + 0.035 * noise(x, z, self.seed + 5, 0.5, 3, kind="ridged")
        calm = 1 - 0.7 * np.exp(-(x * x + z * z) / 3)
        return np.asarray(EYE_HEIGHT + pool + rise + valley - 1.1 * mounds * inside - dams - bumps * calm, np.float32)

    def shell(self) -> NDArray[np.float32]:
        """Walls and vault (rows, columns, 3): rows along z, columns from the right foot over the vault to the left
        foot."""

        fractal = kernels().fractal3
        rows, columns = 300, 190
        z = np.linspace(BACK, MOUTH, rows)[:, None]
        angle = np.linspace(-0.3, np.pi + 0.3, columns)[None]
        cosine, sine = np.cos(angle), np.sin(angle)
        wide = np.sign(cosine) * np.abs(cosine) ** 0.75 * self.half_width(z)
        tall = self.ceiling(z) * np.maximum(np.sign(sine) * np.abs(sine) ** 0.8, -0.35)
        points = np.stack(np.broadcast_arrays(wide, EYE_HEIGHT - tall, z + 0 * angle), axis=-1).reshape(-1, 3)
        points = points.astype(np.float32)
        seed = self.seed & 0xFFFF
        large = np.asarray(fractal(points, seed, 5.0, 3, 0.5)) * 1.5
        rough = np.abs(np.asarray(fractal(points, seed + 1, 1.7, 6, 0.55))) * 0.5
        # Beds of stone stand out as ledges; water has let curtains run down over them.
        level = points[:, 1] / 0.85 + 0.8 * np.asarray(fractal(points, seed + 2, 6.0, 3, 0.5))
        ledge = 0.42 * smoothstep(0.45, 0.62, np.abs(level % 1 - 0.5) * 2) * smoothstep(-0.5, 0.2, large)
        flutes = np.abs(np.asarray(fractal(points * np.array([1, 0.16, 1], np.float32), seed + 3, 1.0, 3, 0.5)))
        flutes = 0.5 * flutes * smoothstep(0.1, -0.4, large)
        outward = np.stack(np.broadcast_arrays(cosine, -sine, 0 * z), axis=-1).reshape(-1, 3)
        moved = points + (outward * (large - rough + ledge - flutes)[:, None]).astype(np.float32)
        return np.asarray(moved.reshape(rows, columns, 3), np.float32)


def cave(brief: Any, rng: np.random.Generator) -> Place:
    """A hall under an irregular vault; a pool beside the way out, which glows ahead."""
    chamber = Chamber(int(rng.integers(1 << 20)))
    shell = chamber.shell()
    ground = Ground(
        vegetation=0.0, rock=(0.2, 0.178, 0.145), rock_light=(0.31, 0.28, 0.23), rock_dark=(0.1, 0.09, 0.075),
        rock_slope=-0.3, moss=0.0, strata=0.1, beach=0.05, water_level=POOL, sand=(0.016, 0.022, 0.02),
        sand_dark=(0.012, 0.015, 0.014), wetness=0.2, pebbles=0.0, gravel=(0.2, 0.178, 0.145),
    )  # fmt: skip

    def tint(x: Floats, z: Floats) -> NDArray[np.float32]:
        """Green where daylight reaches; grey, damp stone inside."""
        green = smoothstep(MOUTH - 4, MOUTH + 4, z + 3 * noise(x, z, chamber.seed + 8, 4, 3))[:, None]
        tone = (1.3 + 0.2 * noise(x, z, chamber.seed + 9, 3.0, 4) + 0.5 * rimstone(x, z, chamber.seed))[:, None]
        return np.asarray(tone * (1 + green * (np.array([0.4, 0.62, 0.22]) - 1)), np.float32)

    terrain = Terrain(chamber.heights, ground, terrain_mesh(chamber.heights, far=2500, tint=tint))
    meshes = [sheet(shell, LIMESTONE, "rock"), *_dripstone(rng, chamber, shell)]
    lamps: list[Lamp] = []
    if brief.wants("crystals", True) and "crystals" not in brief.without:
        grown, lamps = _crystals(rng, chamber, brief.wants("crystals") or brief.mood in ("magical", "dreamy"))
        meshes += grown
    if brief.wants("lamp") or brief.wants("campfire") or brief.wants("candle"):
        fire, light = campfire(rng)
        foot = _floor(chamber, 1.8, 4.0)
        meshes.append(fire.transformed(placement((1.8, foot, 4.0))))
        lamps.append(Lamp((1.8 + light[0], foot + light[1], 4.0 + light[2]), (3.2, 1.5, 0.5), 0.25, 16.0))
    meshes += _threshold(rng, terrain)
    place = Place(
        meshes,
        terrain,
        Water(POOL, amplitude=0.0015, wavelength=0.7, seed=chamber.seed, absorb=(1.6, 0.6, 0.5)),
        lamps,
        interior=True,
        sun_azimuth=float(rng.uniform(-0.25, 0.25)),
        ground_color=(0.2, 0.18, 0.14),
    )
    place.sky = {"mist": 0.004, "mist_height": 6.0, "exposure": -0.6}
    if brief.time not in ("night", "dusk", "dawn"):
        place.sky["elevation"] = 0.42
    return place


def _floor(chamber: Chamber, x: float, z: float) -> float:
    return float(chamber.heights(np.array([x], np.float32), np.array([z], np.float32))[0])


def _wall_spots(
    rng: np.random.Generator, chamber: Chamber, count: int, low: float, high: float
) -> list[tuple[float, float, float]]:
    """(x, floor y, z) in turn on the right and the left, between shares `low` and `high` of the way to the wall."""
    spots = []
    for i in range(count):
        z = float(rng.uniform(BACK + 7, MOUTH - 8))
        x = (1 if i % 2 else -1) * float(chamber.half_width(np.array([z]))[0]) * float(rng.uniform(low, high))
        if np.hypot(x, z) > 2.6:
            spots.append((x, _floor(chamber, x, z), z))
    return spots


def _crystals(rng: np.random.Generator, chamber: Chamber, glowing: bool) -> tuple[list[Mesh], list[Lamp]]:
    """Clusters at the foot of the walls, one or two of them taller than a man, that light what is around them."""
    first = int(rng.integers(len(HUES)))
    hues = (HUES[first], HUES[(first + 1) % len(HUES)])
    sizes = (0.4, 0.7, 1.1, 2.1)
    glow = 0.08 if glowing else 0.03
    kinds = [[rocks.crystals(rng, s, h, glow=glow, count=9 + 3 * i) for i, s in enumerate(sizes)] for h in hues]
    meshes: list[Mesh] = []
    lamps: list[Lamp] = []
    for number, (x, y, z) in enumerate(_wall_spots(rng, chamber, 11 if glowing else 5, 0.55, 0.8)):
        kind = (3, 1, 2, 0, 1, 3, 2, 1, 0)[number % 9]
        which = int(z > 3.0)  # one colour about the pool, the other behind
        hue = hues[which]
        for k in range(1 + int(rng.integers(3)) if kind < 3 else 3):  # small ones keep the large one company
            member = kind if k == 0 else int(rng.integers(2))
            a, b = (x, z) if k == 0 else (x + float(rng.normal(0, 0.6)), z + float(rng.normal(0, 0.6)))
            matrix = placement(
                (a, _floor(chamber, a, b) + 0.08, b), yaw=float(rng.uniform(0, 6)), tilt=0.3,
                tilt_yaw=float(-np.sign(x) * 1.57),
            )  # fmt: skip
            meshes.append(kinds[which][member].levels[0].transformed(matrix))
        strength = (0.5 if glowing else 0.15) * sizes[kind] ** 0.8 * float(rng.uniform(0.7, 1.2))
        inward = x - float(np.sign(x)) * (0.35 + 0.4 * sizes[kind])
        lamps.append(
            Lamp((inward, y - 0.5 - 0.5 * sizes[kind], z), (hue[0] * strength, hue[1] * strength, hue[2] * strength),
                 0.45, 5.0 + 3.5 * sizes[kind], number < 4)
        )  # fmt: skip
    return meshes, lamps


def _dripstone(rng: np.random.Generator, chamber: Chamber, shell: NDArray[np.float32]) -> list[Mesh]:
    """Stalactites in companies under the vault, stalagmites below them, and columns where the two have met."""
    t = np.linspace(0, 1, 16)
    hanging = [_turned(rng, 0.13 * (1 - t) ** 0.8 + 0.05 * (1 - t) ** 6 + 0.004) for _ in range(3)]
    standing = [_turned(rng, 0.13 * (1 - t) ** 0.4 + 0.06 * (1 - t) ** 6 + 0.005) for _ in range(3)]
    pillars = [_turned(rng, 0.16 + 0.28 * np.abs(2 * t - 1) ** 3) for _ in range(2)]
    copies: dict[int, list[NDArray[np.float64]]] = {}
    forms = [*hanging, *standing, *pillars]
    middle_z = shell[:, 0, 2]

    def vault(x: float, z: float) -> float:
        row = shell[int(np.argmin(np.abs(middle_z - z)))][30:-30]
        return float(row[int(np.argmin(np.abs(row[:, 0] - x))), 1])

    for _ in range(34):
        z0 = float(rng.uniform(BACK + 4, MOUTH - 2))
        x0 = float(rng.uniform(-0.8, 0.8)) * float(chamber.half_width(np.array([z0]))[0])
        for k in range(int(2 + rng.integers(9))):
            x, z = x0 + float(rng.normal(0, 0.55)), z0 + float(rng.normal(0, 0.55))
            if abs(x) > 0.85 * float(chamber.half_width(np.array([z]))[0]) or not BACK + 3 < z < MOUTH:
                continue
            top, foot = vault(x, z), _floor(chamber, x, z)
            clear = np.hypot(x, z) > 2.4 and foot < POOL - 0.1 and (z < 0 or abs(x) > 2.4)
            if k == 0 and clear and abs(x) > 2.5 and rng.random() < 0.42:
                wide = float(rng.uniform(0.8, 1.7))
                matrix = placement((x, top - 0.5, z), scale=(wide, foot - top + 0.8, wide))
                copies.setdefault(6 + int(rng.integers(2)), []).append(matrix)
                continue
            length = min(float(0.3 + 2.1 * rng.random() ** 2.5), 0.55 * (foot - top))
            wide = float(rng.uniform(0.7, 1.4)) * length**0.5
            matrix = placement((x, top - 0.35, z), scale=(wide, length + 0.35, wide))
            copies.setdefault(int(rng.integers(3)), []).append(matrix)
            if clear and rng.random() < 0.5:
                matrix = placement((x, foot + 0.1, z), scale=(wide * 1.4, -length * 0.8 - 0.1, wide * 1.4))
                copies.setdefault(3 + int(rng.integers(3)), []).append(matrix)
    return [instances(forms[number], np.array(matrices)) for number, matrices in sorted(copies.items())]


def _turned(rng: np.random.Generator, radius: Floats, sides: int = 14) -> Mesh:
    """A dripstone a metre long from the origin down, of these radii: rippled rings, a fluted, crooked body."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[None]
    t = np.linspace(0, 1, len(radius))[:, None]
    ripple = 1 + 0.035 * np.sin(t * 37 + rng.uniform(0, 6)) + 0.13 * np.sin(angle * 3 + 4 * t + rng.uniform(0, 6))
    reach = radius[:, None] * ripple
    bend = 0.03 * np.sin(t * 4 + rng.uniform(0, 6))
    x, z = reach * np.cos(angle) + bend, reach * np.sin(angle) - bend
    return sheet(np.stack(np.broadcast_arrays(x, t, z), axis=-1), DRIP, "rock", closed=True)


def _threshold(rng: np.random.Generator, terrain: Terrain) -> list[Mesh]:
    """Fallen blocks inside, ferns and grass where daylight comes in, a few trees outside: the way out."""

    def inside(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(MOUTH, MOUTH - 4, z) * smoothstep(1.6, 2.6, np.hypot(x, z)) * (POOL - y > 0.1)

    def light(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(MOUTH - 6, MOUTH + 1, z)

    blocks = [rocks.boulder(rng, 0.9, "limestone", planes=8, roundness=0.1) for _ in range(3)]
    grit = [rocks.pebble(rng, kind="limestone", roundness=0.2) for _ in range(3)]
    green = [plants.fern(rng, 0.6, 9), plants.grass_tuft(rng, "lush", 0.35)]
    trees = [plants.broadleaf(rng, "oak", 7.0, "summer"), plants.broadleaf(rng, "birch", 8.0, "summer")]
    ahead: dict[str, Any] = {"centre": (0.0, MOUTH + 4.0)}
    return [
        *scatter(
            terrain.rise_over_run, inside, blocks, rng, per_square_metre=0.12, far=24, sizes=(0.2, 1.5), power=2.2
        ),
        *scatter(terrain.rise_over_run, inside, grit, rng, per_square_metre=7, far=9, sizes=(0.5, 3.5), power=2.4),
        *scatter(terrain.rise_over_run, light, green, rng, per_square_metre=1.6, far=14, **ahead),
        *scatter(terrain.rise_over_run, light, trees, rng, per_square_metre=0.01, near=7, far=60, apart=4, **ahead),
    ]
