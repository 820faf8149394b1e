"""Procedural plants: every one is a function of a random generator and parameters, and gives a `Prototype`.

A `Prototype` has one mesh for each level of detail; `lucid3d.procedural.compose.land.scatter` places copies.
Triangles at the levels from near to far (they vary with the seed):

| function | kinds | triangles |
|---|---|---|
| `conifer(rng, kind, height, season, snow=)` | keys of `NEEDLES` | 180k 40k 4k 600 230 |
| `broadleaf(rng, kind, height, season, blossom=)` | keys of `CROWNS` | 80k 28k 6k 800 200 |
| `dead_tree(rng, height, snow=)` | grey snag | 8k 5k 2k 300 |
| `shrub(rng, height, palette, season, berries=, blossom=)` | palettes of `palettes.LEAVES` | 24k 4k 1.6k 200 |
| `fern(rng, size, fronds)` | | 850 220 90 |
| `grass_tuft(rng, kind, height, radius, count, ears=)` | kinds of `palettes.GRASSES` | 130 40 6 |
| `flower(rng, kind, stems)` | kinds of `palettes.FLOWERS` | 220-650 60 8 |
| `palm(rng, height, fronds)` | coconut palm | 8k 5k 3k 1k 90 |
| `banana(rng, height)`, `bamboo(rng, height, canes)` | | 1k 700 500; 14k 6k 1.2k |
| `liana(rng, start, end, sag)` | a `Shape` in world coordinates | 400 |
| `saguaro`, `barrel_cactus`, `prickly_pear`, `agave` `(rng, size)` | | 10k 1.5k 250; ... |
| `fallen_leaves(rng, palette, count, radius)`, `twigs`, `mushroom`, `log`, `stump`, `lily_pads` | litter | 20-1100 |
| `reeds(rng, height, count, cattails=)` | | 470 350 30 |
| `wetland.swamp_tree(rng, height, season, moss=)`, `wetland.buttress_tree(rng, height)` | | 6k 2k; 10k |
| `alien.feathers(rng, height, hue)`, `alien.lanterns(rng, height, hue, glow)` | of another planet | 1.2k; 2.3k |

Stones are in `lucid3d.procedural.assets.rocks`:
`boulder` 5k 1.3k 320 80, `pebble` 320 80 20, `scree`, `rubble`, `crystals`.
"""

from lucid3d.procedural.assets.plants.conifers import conifer
from lucid3d.procedural.assets.plants.desert import agave, barrel_cactus, prickly_pear, saguaro
from lucid3d.procedural.assets.plants.flowers import flower
from lucid3d.procedural.assets.plants.litter import fallen_leaves, lily_pads, log, mushroom, stump, twigs
from lucid3d.procedural.assets.plants.palms import bamboo, banana, liana, palm
from lucid3d.procedural.assets.plants.trees import broadleaf, dead_tree
from lucid3d.procedural.assets.plants.undergrowth import fern, grass_tuft, reeds, shrub
from lucid3d.procedural.kit.prototype import Prototype, Season

__all__ = [
    "Prototype",
    "Season",
    "agave",
    "bamboo",
    "banana",
    "barrel_cactus",
    "broadleaf",
    "conifer",
    "dead_tree",
    "fallen_leaves",
    "fern",
    "flower",
    "grass_tuft",
    "liana",
    "lily_pads",
    "log",
    "mushroom",
    "palm",
    "prickly_pear",
    "reeds",
    "saguaro",
    "shrub",
    "stump",
    "twigs",
]
