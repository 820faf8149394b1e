"""What a zoom ends on: a boulder with what grows on it, whose skin has detail at every scale, chosen by the words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.rocks import STONES
from lucid3d.zoom.surface import RELIEF, Points, Values, cells3, fractal, mix, noise3, seen, step

Colours = NDArray[np.float64]

NATURAL_WIDTH = {
    "planet": 1500.0, "mountain": 900.0, "land": 600.0, "lake": 300.0, "forest": 160.0, "valley": 400.0,
    "island": 500.0,
    "village": 120.0, "coast": 250.0, "meadow": 30.0, "slope": 12.0, "hill": 150.0, "cliff": 20.0, "garden": 15.0,
    "path": 8.0, "grass": 2.5, "boulder": 2.0, "rock": 1.6, "stone": 1.2, "moss": 0.5, "lichen": 0.3, "crack": 0.3,
    "leaf": 0.2, "crystal": 0.06, "grain": 0.06, "mineral": 0.06, "sand": 0.05,
    "pebble": 0.3, "gravel": 0.3, "flower": 0.2, "blossom": 0.1, "surface": 0.3, "texture": 0.2,
}  # fmt: skip
"""Metres across a picture that shows a thing well: how wide a level is when the plan does not say so."""

ROCK_WORDS = {
    "rock": "rock", "rocky": "rock", "boulder": "boulder", "stone": "stone", "stony": "stone", "cliff": "cliff",
}  # fmt: skip
"""Words for what a zoom can end on, each with its entry of `NATURAL_WIDTH`."""

STONE_WORDS = {
    "granite": "granite", "limestone": "limestone", "chalk": "limestone", "sandstone": "sandstone", "slate": "slate",
    "basalt": "basalt", "volcanic": "basalt", "lava": "basalt", "red": "red", "desert": "sandstone", "alien": "alien",
}  # fmt: skip
GROWTH_WORDS = {
    "lichen": "lichen", "lichens": "lichen", "moss": "moss", "mossy": "moss", "snow": "snow", "snowy": "snow",
    "crystal": "crystal", "crystals": "crystal", "grains": "crystal", "grain": "crystal", "minerals": "crystal",
    "mineral": "crystal", "frost": "snow", "frosty": "snow", "sand": "sand", "sandy": "sand", "pebble": "pebbles",
    "pebbles": "pebbles", "gravel": "pebbles", "flower": "flowers", "flowers": "flowers", "blossom": "flowers",
    "blossoms": "flowers", "crack": "cracks", "cracks": "cracks", "cracked": "cracks", "fissure": "cracks",
}  # fmt: skip
"""Words that a level's skin answers to."""

LICHENS: tuple[tuple[tuple[float, float, float], tuple[float, float, float]], ...] = (
    ((0.34, 0.37, 0.12), (0.03, 0.03, 0.025)),  # map lichen: yellow-green, black fruit and rim
    ((0.46, 0.20, 0.03), (0.36, 0.10, 0.015)),  # sunburst lichen: orange
    ((0.48, 0.50, 0.46), (0.09, 0.055, 0.035)),  # rim lichen: pale grey, brown discs
    ((0.24, 0.27, 0.24), (0.05, 0.055, 0.05)),  # grey-green, dark fruit
)
"""Linear albedo of thallus and fruit."""

PIECES = ((0.42, 0.39, 0.34), (0.30, 0.22, 0.14), (0.16, 0.15, 0.15), (0.50, 0.46, 0.40), (0.36, 0.27, 0.20))
"""Linear albedo of the minerals that sand and pebbles are of: quartz, ironstone, slate, feldspar, sandstone."""
PETALS = ((0.62, 0.16, 0.34), (0.70, 0.66, 0.66), (0.50, 0.10, 0.30))
"""Linear albedo of the petals of rock plants: pink, white, crimson."""


def words_of(prompt: str) -> list[str]:
    """The words of a sentence, in lower case."""
    return re.findall(r"[^\W\d_]+", prompt.lower())


def natural_width(prompt: str) -> float | None:
    """Metres across a picture of what a sentence names last and smallest, or None if it names nothing known."""
    found = [NATURAL_WIDTH[w] for w in (each.removesuffix("s") for each in words_of(prompt)) if w in NATURAL_WIDTH]
    return min(found) if found else None


def rock_width(prompt: str) -> float | None:
    """Natural width in metres of the first rock that a sentence names, or None if it names none."""
    for word in words_of(prompt):
        name = ROCK_WORDS.get(word.removesuffix("s"))
        if name is not None:
            return NATURAL_WIDTH[name]
    return None


def stone_kind(prompts: Sequence[str]) -> str:
    """One of `rocks.STONES`: the first that any sentence names, from the finest up; granite if none does."""
    for prompt in reversed(prompts):
        for word in words_of(prompt):
            if word in STONE_WORDS:
                return STONE_WORDS[word]
    return "granite"


@dataclass(frozen=True)
class Growth:
    """Something on the skin that a level named.

    Attributes:
        kind: a value of `GROWTH_WORDS`.
        width: metres across the level that named it: its largest features are about a quarter of that.
    """

    kind: str
    width: float


def growths(prompts: Sequence[str], widths: Sequence[float], rock: int = 0) -> tuple[Growth, ...]:
    """What the sentences want to grow, each where it is named last (a finer level refines what a coarser one shows).

    Args:
        prompts, widths: a sentence and a width in metres a level.
        rock: the level that the boulder fills. What sentences of wider levels name ("snowy mountains") belongs to the
            land, unless a rock is said to have it ("mossy boulders"): it then shows as if the rock's own level said so.
    """
    found: dict[str, float] = {}
    for level, (prompt, width) in enumerate(zip(prompts, widths, strict=True)):
        words = words_of(prompt)
        for word, following in zip(words, [*words[1:], ""], strict=True):
            of_rock = level >= rock or following.removesuffix("s") in ROCK_WORDS
            if word in GROWTH_WORDS and of_rock:
                found[GROWTH_WORDS[word]] = min(width, widths[rock])
    return tuple(Growth(kind, width) for kind, width in found.items())


def unheard(prompts: Sequence[str]) -> list[str]:
    """The sentences after the first in which nothing is named that a stone can be, have or lie in."""
    known = {*GROWTH_WORDS, *STONE_WORDS, *ROCK_WORDS, *NATURAL_WIDTH}
    return [prompt for prompt in prompts[1:] if not any({w, w.removesuffix("s")} & known for w in words_of(prompt))]


class Skin:
    """The skin of a boulder: relief and albedo at any place and any finest size.

    Args:
        size: metres across the boulder.
        kind: of stone.
        grown: what is on it.
        seed: decides everything.
        axis: (3,) unit vector along which the skin is looked at: blossoms face it.
    """

    def __init__(
        self, size: float, kind: str, grown: Sequence[Growth], seed: int, axis: Sequence[float] | Values = (0, 0, 1)
    ) -> None:
        self.size, self.seed = size, seed
        right = np.cross([0.0, 1.0, 0.0], np.asarray(axis, np.float64))
        self.facing = np.stack([right / np.linalg.norm(right), np.cross(axis, right) / np.linalg.norm(right)])
        self.hues = tuple(np.array(hue, np.float64) for hue in STONES[kind])
        self.grown = {growth.kind: growth.width for growth in grown}
        self.coarse = 0.22 * size
        """The largest band; larger shapes are the boulder's own."""

    def __call__(self, points: Points, finest: float) -> tuple[Values, Colours]:
        """Relief (N,) in metres outwards and linear albedo (N, 3) at points (N, 3) in metres from the target."""
        seed = self.seed
        broken = fractal(points, self.coarse, finest, seed + 100, ridged=True)
        relief = RELIEF * self.coarse * broken
        relief += 0.5 * RELIEF * self.coarse * fractal(points, self.coarse, finest, seed + 200)
        base, other, stain = self.hues
        patches = fractal(points, self.coarse, finest, seed + 300, roughness=0.45)
        colours = mix(np.broadcast_to(base, points.shape), tuple(other), 0.5 + 0.6 * patches)
        colours = mix(colours, tuple(0.45 * stain + 0.4 * base), 0.7 * step(0.25, 0.7, fractal(
            points, self.coarse * 1.7, finest, seed + 350, roughness=0.6)))  # fmt: skip
        # creases hold dirt and shade, ridges are worn bright: what a lamp cannot light the albedo tells
        fine = fractal(points, self.coarse / 8, finest, seed + 100 + 3, roughness=0.5, ridged=True)
        grain = fractal(points, self.coarse / 4, finest, seed + 380, roughness=0.1)
        colours = colours * np.exp(0.17 * np.clip(grain, -3, 3))[:, None]
        colours = 0.72 * colours * np.exp(0.34 * np.clip(fine, -1.5, 1.0))[:, None]
        relief, colours = self._minerals(points, finest, relief, colours)
        relief, colours = self._cracks(points, finest, relief, colours)
        for name in ("moss", "lichen", "pebbles", "sand", "flowers", "snow"):
            if name in self.grown:
                relief, colours = getattr(self, "_" + name)(points, finest, self.grown[name], relief, colours)
        return relief, np.clip(colours, 0.02, 0.8)

    def _minerals(self, points: Points, finest: float, relief: Values, colours: Colours) -> tuple[Values, Colours]:
        """Grains: pale feldspar, glassy quartz, dark mica, each with facets; as large as a level asks."""
        grain = min(max(self.grown.get("crystal", 0.0) / 9, 0.0025), 0.03)
        for size, strength, offset in ((grain, 1.0, 400), (grain / 3.1, 0.55, 420), (grain / 11, 0.4, 440)):
            shown = seen(size * 0.7, finest)
            if shown == 0:
                continue
            bent = points + 0.22 * size * np.stack(
                [noise3(points, size * 0.6, self.seed + offset + i) for i in range(3)], 1
            )
            cell = cells3(bent, size, self.seed + offset)
            tone = np.select([cell.number < 0.16, cell.number < 0.45, cell.number < 0.8], [0.35, 1.35, 0.9], 1.08)
            warm = np.where((cell.number >= 0.45) & (cell.number < 0.66), 0.06, 0.0)
            seam = step(0.07, 0.0, cell.border)
            factor = tone[:, None] * (1 + warm[:, None] * np.array([1.0, 0.1, -0.6])) * (1 - 0.4 * seam)[:, None]
            colours = colours * (1 + strength * shown * (factor - 0.98))
            # every grain is a facet with a tilt of its own
            relief = relief + shown * strength * size * (0.1 * (cell.number - 0.5) - 0.06 * seam - 0.05 * cell.inside)
        return relief, colours

    def _cracks(self, points: Points, finest: float, relief: Values, colours: Colours) -> tuple[Values, Colours]:
        """Fissures along the borders of large, bent cells, finer ones between them."""
        wide = self.grown.get("cracks", self.size * 0.9)
        depth = 1.0 if "cracks" in self.grown else 0.6
        for size, strength in ((0.55 * wide, 1.0), (0.17 * wide, 0.6)):
            shown = seen(size * 0.06, finest)
            if shown == 0:
                continue
            bent = points + size * 0.35 * np.stack(
                [fractal(points, size * 0.5, max(finest, size * 0.01), self.seed + 500 + 20 * i) for i in range(3)], 1
            )
            cell = cells3(bent, size, self.seed + 480)
            here = noise3(points, size * 1.3, self.seed + 470) > -0.1  # not every border is open
            open_ = step(0.035, 0.006, cell.border) * here
            relief = relief - depth * shown * strength * 0.035 * size * open_
            colours = colours * (1 - 0.75 * depth * shown * strength * open_)[:, None]
        return relief, colours

    def _lichen(
        self, points: Points, finest: float, width: float, relief: Values, colours: Colours
    ) -> tuple[Values, Colours]:
        """Crusts: round patches with lobed rims, areoles with dark seams, fruit; several kinds and sizes."""
        for number, (reach, cover) in enumerate(((0.42 * width, 0.6), (0.2 * width, 0.55), (0.09 * width, 0.5))):
            seed = self.seed + 600 + 50 * number
            if seen(reach * 0.5, finest) == 0:
                continue
            lobes = 0.16 * fractal(points, reach * 0.5, max(finest, reach * 0.02), seed + 1, roughness=0.7)
            cell = cells3(points + 0.12 * reach * noise3(points, reach, seed + 2)[:, None], reach, seed)
            grows = cell.number < cover
            radius = 0.2 + 0.2 * ((cell.number * 57.0) % 1.0)  # by cell, as is the kind
            edge = cell.inside + lobes * 1.1
            covered = step(radius, radius - 0.035, edge) * grows * step(0.0, 0.1, cell.border)
            which = ((cell.number * 331.0) % 1.0 * len(LICHENS)).astype(int)
            which = np.where(which == 1, np.where((cell.number * 77.0) % 1.0 < 0.5, 1, 0), which)
            thallus = np.array([kind[0] for kind in LICHENS])[which]
            fruit = np.array([kind[1] for kind in LICHENS])[which]
            areole_size = reach * (0.045, 0.075, 0.12)[number]
            areole = cells3(
                points + 0.2 * areole_size * noise3(points, areole_size, seed + 3)[:, None], areole_size, seed + 4
            )
            shown = seen(areole_size * 0.8, finest)
            seam = step(0.16, 0.02, areole.border) * shown
            bare = 1 - step(0.0, 0.8, radius - edge) * 0.3
            tone = np.exp(0.5 * (areole.number - 0.5) * shown + 0.18 * fractal(
                points, reach * 0.3, finest, seed + 5, roughness=0.4))  # fmt: skip
            crust = thallus * (tone * bare)[:, None]
            crust = crust * (1 - 0.72 * seam)[:, None]
            fruiting = (areole.number > 0.62) * step(radius * 0.95, radius * 0.55, edge)
            disc = step(0.36, 0.28, areole.inside) * fruiting * shown
            cup = step(0.44, 0.38, areole.inside) * fruiting * shown
            crust = crust * (1 + 0.35 * (cup - disc))[:, None]
            crust = crust * (1 - disc)[:, None] + fruit * disc[:, None]
            rim = step(radius - 0.075, radius - 0.035, edge) * (which == 0)  # the black prothallus of map lichens
            crust = crust * (1 - 0.85 * rim)[:, None]
            colours = mix(colours, crust, covered)
            dome = shown * (0.5 * step(0.0, 0.5, areole.border) - 0.35 * seam + 0.3 * cup - 0.22 * disc)
            relief = relief * (1 - 0.25 * covered) + covered * (0.012 * reach + 0.5 * areole_size * dome)
        return relief, colours

    def _moss(
        self, points: Points, finest: float, width: float, relief: Values, colours: Colours
    ) -> tuple[Values, Colours]:
        """Cushions of many small stars, deep green between, bright at the tips."""
        cushion = 0.22 * width
        where = fractal(points, 1.6 * cushion, max(finest, 0.03 * cushion), self.seed + 800, roughness=0.6)
        where = where - 0.25 * points[:, 1] / max(self.size, 1e-6)  # towards the top
        covered = step(0.02, 0.12, where)
        height = 0.10 * cushion * np.sqrt(np.clip(where, 0, 1))
        green = np.broadcast_to(np.array([0.075, 0.105, 0.018]), points.shape)
        green = mix(
            green, (0.16, 0.17, 0.035), 0.5 + 0.7 * fractal(points, cushion, finest, self.seed + 810, roughness=0.5)
        )
        for size, strength in ((0.09 * cushion, 1.0), (0.03 * cushion, 0.8), (0.009 * cushion, 0.7)):
            shown = seen(size * 0.7, finest)
            if shown:
                star = cells3(points, size, self.seed + 820)
                height = height + covered * shown * strength * size * 0.6 * (0.45 - star.inside)
                lit = 1.55 - 1.5 * star.inside + 0.3 * (star.number - 0.5)
                green = green * (1 + strength * shown * (np.clip(lit, 0.15, 1.6) - 0.85))[:, None]
        return relief * (1 - 0.6 * covered) + covered * height, mix(colours, green, covered)

    def _snow(
        self, points: Points, finest: float, width: float, relief: Values, colours: Colours
    ) -> tuple[Values, Colours]:
        """A crust with sparkling grains, thick in hollows and on top."""
        where = fractal(points, 0.5 * width, max(finest, 0.01 * width), self.seed + 900, roughness=0.7)
        covered = step(-0.1, 0.05, where - 0.6 * points[:, 1] / max(self.size, 1e-6))
        white = np.broadcast_to(np.array([0.72, 0.75, 0.79]), points.shape)
        height = 0.02 * width * np.clip(where + 0.3, 0, 1)
        for size in (0.03 * width, 0.009 * width, 0.0025 * width):
            shown = seen(size * 0.7, finest)
            if shown:
                grain = cells3(points, size, self.seed + 910)
                height = height + covered * shown * size * 0.25 * (0.4 - grain.inside)
                white = white * (1 + shown * 0.12 * (grain.number - 0.5))[:, None]
        return relief * (1 - 0.8 * covered) + covered * height, mix(colours, white, covered)

    def _sand(
        self, points: Points, finest: float, width: float, relief: Values, colours: Colours
    ) -> tuple[Values, Colours]:
        """Drifts of grains."""
        return self._loose(points, finest, 0.03 * width, 0.35 * width, 1000, relief, colours)

    def _pebbles(
        self, points: Points, finest: float, width: float, relief: Values, colours: Colours
    ) -> tuple[Values, Colours]:
        """Rounded pebbles in hollows, with grit between them."""
        return self._loose(points, finest, 0.055 * width, 0.5 * width, 1100, relief, colours)

    def _loose(
        self, points: Points, finest: float, size: float, drift: float, seed: int, relief: Values, colours: Colours
    ) -> tuple[Values, Colours]:
        """Loose pieces up to `size` metres in patches about `drift` wide; small ones fill the gaps."""
        seed += self.seed
        where = fractal(points, drift, max(finest, 0.5 * size), seed, roughness=0.7)
        where = where - 0.3 * points[:, 1] / max(self.size, 1e-6)  # on what faces up
        covered = step(-0.02, 0.06, where)
        tone = np.broadcast_to(np.array([0.30, 0.25, 0.18]), points.shape)
        height = np.zeros(len(points))
        filled = np.zeros(len(points))
        for number, (part, share) in enumerate(((1.0, 0.55), (0.45, 0.75), (0.18, 1.0))):
            shown = seen(size * part * 0.6, finest)
            if not shown:
                continue
            cell = cells3(points, size * part, seed + 10 + number)
            there = (cell.number < share) * (1 - filled)
            dome = np.sqrt(np.clip(1 - (cell.inside / (0.25 + 0.5 * cell.inside + 1.2 * cell.border)) ** 2, 0, 1))
            body = step(0.03, 0.12, cell.border) * there
            pick = (cell.number * 91.7) % 1.0
            stone = (
                np.array(PIECES)[(pick * len(PIECES)).astype(int)]
                * (0.75 + 0.5 * ((cell.number * 517.0) % 1.0))[:, None]
            )
            stone = stone * (1 + 0.3 * fractal(points, 0.4 * size * part, finest, seed + 20, roughness=0.5))[:, None]
            tone = mix(tone, stone, shown * body)
            tone = tone * (1 - 0.6 * shown * there * step(0.12, 0.0, cell.border))[:, None]
            height = height + shown * body * size * part * 0.24 * dome
            filled = np.maximum(filled, body)
        return relief * (1 - 0.7 * covered) + covered * height, mix(colours, tone, covered)

    def _flowers(
        self, points: Points, finest: float, width: float, relief: Values, colours: Colours
    ) -> tuple[Values, Colours]:
        """Cushions of a rock plant: small fleshy leaves, and five-petalled blossoms that face the viewer."""
        cushion, blossom = 0.5 * width, 0.15 * width
        seed = self.seed + 1200
        where = fractal(points, cushion, max(finest, 0.03 * cushion), seed, roughness=0.6)
        where = where - 0.2 * points[:, 1] / max(self.size, 1e-6)
        covered = step(-0.05, 0.04, where)
        height = 0.06 * cushion * np.sqrt(np.clip(where + 0.05, 0, 1))
        leaves = np.broadcast_to(np.array([0.07, 0.12, 0.03]), points.shape)
        for part in (0.22, 0.09):
            shown = seen(blossom * part * 0.7, finest)
            if shown:
                leaf = cells3(points, blossom * part, seed + 10)
                lit = np.clip(1.5 - 1.4 * leaf.inside + 0.35 * (leaf.number - 0.5), 0.2, 1.6)
                leaves = leaves * (1 + shown * (lit - 0.85))[:, None]
                height = height + shown * blossom * part * 0.5 * (0.45 - leaf.inside)
        cell = cells3(points, blossom, seed + 20)
        shown = seen(blossom * 0.25, finest)
        flat = cell.offset @ self.facing.T
        radius, angle = np.hypot(*flat.T), np.arctan2(*flat.T) + 6.28 * cell.number
        petal = np.abs(np.cos(2.5 * angle))
        rim = 0.36 * (0.55 + 0.45 * np.sqrt(petal))
        opens = (cell.number < 0.7) * step(0.0, 0.05, cell.border)
        here = step(rim, rim - 0.03, radius) * opens * covered
        hue = np.array(PETALS)[((cell.number * 37.0) % 1.0 * len(PETALS)).astype(int)]
        shade = 0.72 + 0.28 * step(0.0, 0.6, petal) - 0.25 * step(0.16, 0.05, radius)
        blossoms = hue * shade[:, None]
        heart = step(0.085, 0.065, radius)
        blossoms = mix(blossoms, (0.62, 0.40, 0.03), heart)
        plant = mix(leaves, blossoms, shown * here)
        plant = mix(plant, np.mean(PETALS, axis=0), (1 - shown) * 0.2 * np.ones(len(points)))
        height = height + shown * here * blossom * (0.12 + 0.1 * radius + 0.04 * heart)
        return relief * (1 - 0.7 * covered) + covered * height, mix(colours, plant, covered)
