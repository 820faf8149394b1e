"""Animals on four legs: one body of swept sections, by a table of builds."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from lucid3d.procedural.assets.figures.body import EYE, HOOF, Point, coat, swept
from lucid3d.procedural.assets.figures.builds import BUILDS, Build
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.palettes import make
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import sphere, tube

Face = Callable[..., Point]
"""(metres towards the nose, above the head's axis, to its side) -> a point."""
Turn = Callable[[list[Point]], list[Point]]
"""Points of a trunk -> the same where the animal sits."""


def quadruped(rng: np.random.Generator, kind: str, pose: str = "") -> Mesh:
    """A four-footed animal of the table. `pose`: "standing", "grazing", "lying", "sitting"; "" = one that it likes."""
    build = BUILDS[kind]
    usual = {
        "horse": ("standing", "grazing"),
        "cow": ("standing", "grazing", "lying"),
        "sheep": ("grazing", "standing"),
        "cat": ("sitting", "lying", "standing"),
        "dog": ("sitting", "standing"),
    }
    pose = pose or str(rng.choice(usual.get(kind, ("standing",))))
    color = build.colors[int(rng.integers(len(build.colors)))]
    skin = coat(f"{kind} coat", color)
    if build.wool:
        skin = make("main wool", "fabric", color, None, None, scale=0.5, bump=0.03, roughness=1.0)
    drop = build.leg * (0.82 if pose == "lying" else 0.0)
    parts = Parts()
    back = -(build.leg + build.girth) + drop
    length, g = build.length, build.girth
    tilt = 0.62 if pose == "sitting" else 0.0
    hip = (0.0, back, length * 0.42)

    def turned(points: list[Point]) -> list[Point]:
        """The trunk sits up about its hips."""
        if not tilt:
            return points
        low = build.leg * 0.62
        c, s = math.cos(tilt), math.sin(tilt)
        return [
            (x, hip[1] + low + (y - hip[1]) * c + (z - hip[2]) * s, hip[2] + (z - hip[2]) * c - (y - hip[1]) * s)
            for x, y, z in points
        ]

    shares = (-0.52, -0.42, -0.25, -0.02, 0.22, 0.4, 0.5)
    rounds_ = (0.5, 0.86, 1.0, 0.96, 0.93, 0.86, 0.45)
    lift = (0.12, 0.05, 0.0, 0.04, 0.0, -0.06, -0.02)
    rise = [0.0] * 7
    if "hump" in build.horn:
        rise = [0.0, -0.35, -0.55, -0.1, 0.0, 0.0, 0.0] if kind == "bison" else [0, 0, -0.2, -0.55, -0.2, 0, 0]
    trunk = [(0.0, back + lift[i] * g + rise[i] * g * 0.5, length * z) for i, z in enumerate(shares)]
    deep = [g * r * (1 - rise[i] * 0.5) for i, r in enumerate(rounds_)]
    if build.wool:
        deep = [d * 1.12 for d in deep]
    parts.add(swept(turned(trunk), [g * build.width * r for r in rounds_], deep, skin, sides=18))
    # Neck and head.
    foot = turned([(0.0, back - 0.1 * g, -length * 0.42)])[0]
    up = build.neck_up + (0.25 if pose == "sitting" else 0.0)
    if pose == "grazing":
        up = -math.asin(min(0.95, (build.leg + g * 0.9) / (build.neck + build.head) * 0.82))
    if pose == "lying" and kind in ("cat", "dog"):
        up = 0.3
    c, s = math.cos(up), math.sin(up)
    nape = (0.0, foot[1] - build.neck * s, foot[2] - build.neck * c)
    middle = (0.0, (foot[1] + nape[1]) / 2 - 0.04 * build.neck, (foot[2] + nape[2]) / 2)
    thick = build.head * (0.34 if kind not in ("horse", "zebra", "giraffe", "camel") else 0.26)
    root = min(g * 0.75, max(thick * 1.9, g * 0.5))
    parts.add(
        swept(
            [(0, foot[1] + 0.25 * g, foot[2] + 0.2 * g), middle, nape],
            [root * 0.75, (root + thick) * 0.4, thick * 0.9],
            [root, (root + thick) * 0.5, thick],
            skin,
        )
    )
    nod = up - (1.35 if pose != "grazing" else 0.35) if build.neck > 0.5 * build.head or pose == "grazing" else -0.1
    nod = max(min(nod, 0.15), -1.25)
    hc, hs = math.cos(nod), math.sin(nod)
    h = build.head

    def face(along: float, above: float = 0.0, aside: float = 0.0) -> Point:
        """A point of the head: metres towards its nose, above its axis, to its side."""
        return (aside, nape[1] - along * hs - above * hc, nape[2] - along * hc + above * hs)

    skull = h * 0.3
    parts.add(
        swept(
            [
                face(-0.22 * h),
                face(0.02 * h, 0.03 * h),
                face(0.3 * h),
                face(0.62 * h, -0.02 * h),
                face(0.85 * h, -0.03 * h),
            ],
            [skull * 0.55, skull * 0.85, skull * 0.72, skull * build.muzzle * 0.85, skull * build.muzzle * 0.7],
            [skull * 0.6, skull, skull * 0.85, skull * build.muzzle, skull * build.muzzle * 0.8],
            skin,
        )
    )
    parts.add(
        sphere(face(0.9 * h, 0.02 * h), skull * build.muzzle * 0.42, HOOF if kind != "pig" else skin, subdivisions=2)
    )
    for side in (-1.0, 1.0):
        parts.add(sphere(face(0.2 * h, 0.11 * h, side * skull * 0.72), 0.045 * h + 0.004, EYE, subdivisions=1))
        e, flop = build.ear, kind in ("dog", "sheep", "cow", "pig", "elephant")
        base = face(-0.06 * h, skull * 0.75, side * skull * 0.55)
        tip = (base[0] + side * e * (0.9 if flop else 0.3), base[1] - e * (-0.15 if flop else 0.95), base[2] + 0.1 * e)
        mid = tuple((b + t) / 2 for b, t in zip(base, tip, strict=True))
        flat = 0.5 if kind == "elephant" else 0.26
        parts.add(
            swept(
                [base, mid, tip],
                [e * 0.16, e * flat, e * 0.05],
                [e * 0.08, e * 0.07, e * 0.02],
                skin,
                sides=8,
                across=(0, 0.6, 0.8) if flop else (1, 0, 0),
            )
        )
        _horns(parts, build, kind, face, skull, side)
    if kind == "elephant":
        trunk_path = [
            face(0.75 * h),
            face(1.0 * h, -0.25 * h),
            (0, face(1.0 * h)[1] + 0.9 * h, face(1.05 * h)[2]),
            (0, -0.35, face(0.95 * h)[2] - 0.1),
        ]
        parts.add(swept(trunk_path, [0.2, 0.15, 0.11, 0.07], [0.2, 0.15, 0.11, 0.07], skin))
    if build.mane:
        hair = make("mane", "fabric", build.mane, None, None, scale=0.05, bump=0.01)
        if kind in ("lion", "bison"):
            parts.add(
                swept(
                    [(0, foot[1] + 0.1 * g, foot[2] + 0.3 * g), middle, face(-0.05 * h)],
                    [g * 0.85, g * 0.95, skull * 1.2],
                    [g * 1.0, g * 1.05, skull * 1.5],
                    hair,
                )
            )
        else:
            crest = [
                (0, foot[1] - 0.62 * root, foot[2] + 0.05),
                (0, middle[1] - thick * 0.9, middle[2] + thick * 0.8),
                face(0.05 * h, skull * 0.9),
            ]
            parts.add(swept(crest, [0.02, 0.035, 0.03], [thick * 0.7, thick * 0.65, thick * 0.4], hair, sides=8))
    _legs(parts, build, kind, pose, back, turned, skin)
    # Tail.
    start = turned([(0.0, back - 0.35 * g, length * 0.48)])[0]
    t = build.tail
    if pose in ("sitting", "lying") and kind in ("cat", "dog", "fox"):
        path = [
            start,
            (0.1 * t, -0.05, start[2] + 0.3 * t),
            (0.5 * t, -0.03, start[2] + 0.1 * t),
            (0.6 * t, -0.03, start[2] - 0.4 * t),
        ]
    else:
        c, s = math.cos(build.tail_up), math.sin(build.tail_up)
        path = [
            start,
            (0, start[1] - 0.12 * t * s - 0.02, start[2] + 0.25 * t * max(c, 0.3)),
            (0, start[1] - 0.6 * t * s, start[2] + 0.25 * t + 0.4 * t * c),
            (0, start[1] - t * s, start[2] + 0.25 * t + 0.6 * t * c),
        ]
    bushy = {
        "horse": (0.05, 0.08, 0.05),
        "zebra": (0.03, 0.05, 0.03),
        "fox": (0.035, 0.07, 0.03),
        "wolf": (0.04, 0.06, 0.03),
        "lion": (0.02, 0.02, 0.05),
    }.get(kind, (0.0, 0.0, 0.0))
    thin = max(0.03 * g + 0.006, 0.008)
    wide = [thin * 1.6, thin + bushy[0], thin + bushy[1], thin * 0.6 + bushy[2]]
    hair = make("tail hair", "fabric", build.mane, None, None, scale=0.05) if build.mane else skin
    parts.add(swept(path, wide, wide, hair if kind in ("horse",) else skin, sides=9))
    if build.patches:
        _patches(parts, build, kind, back, rng)
    mesh = parts.mesh("animal")
    mesh.thing = kind
    return mesh


def _horns(parts: Parts, build: Build, kind: str, face: Face, skull: float, side: float) -> None:
    bone = make("horn", "plain", "#b9ab90", "#8f8166")
    if "horns" in build.horn:
        base = face(0.0, skull * 0.85, side * skull * 0.45)
        long = 0.16 if kind != "bison" else 0.2
        path = [
            base,
            (base[0] + side * long * 0.9, base[1] - 0.3 * long, base[2]),
            (base[0] + side * long * 1.0, base[1] - long, base[2] - 0.3 * long),
        ]
        parts.add(swept(path, [0.03, 0.022, 0.005], [0.03, 0.022, 0.005], bone, sides=8))
    elif build.horn == "antlers":
        base = face(0.0, skull * 0.9, side * skull * 0.4)
        beam = [
            base,
            (base[0] + side * 0.16, base[1] - 0.22, base[2] + 0.1),
            (base[0] + side * 0.3, base[1] - 0.5, base[2] + 0.06),
            (base[0] + side * 0.24, base[1] - 0.72, base[2] - 0.06),
        ]
        parts.add(swept(beam, [0.02, 0.016, 0.013, 0.006], [0.02, 0.016, 0.013, 0.006], bone, sides=7))
        for k, (px, py, pz) in enumerate(beam[:3]):
            tip = (px + side * 0.05, py - 0.14, pz - 0.2 + 0.05 * k)
            parts.add(tube([(px, py, pz), tip], [0.012, 0.004], bone, sides=6))
    elif build.horn == "tusks":
        base = face(0.72, -0.12, side * 0.2)
        parts.add(
            swept(
                [
                    base,
                    (base[0] + side * 0.05, base[1] + 0.35, base[2] - 0.25),
                    (base[0], base[1] + 0.45, base[2] - 0.65),
                ],
                [0.06, 0.05, 0.015],
                [0.06, 0.05, 0.015],
                bone,
                sides=8,
            )
        )
    elif build.horn == "knobs":
        base = face(0.0, skull * 0.9, side * skull * 0.35)
        parts.add(tube([base, (base[0], base[1] - 0.13, base[2])], [0.025, 0.03], HOOF, sides=8))


def _legs(parts: Parts, build: Build, kind: str, pose: str, back: float, turned: Turn, skin: Material) -> None:
    g, leg, length, limb = build.girth, build.leg, build.length, build.limb
    paws = kind in ("cat", "dog", "fox", "wolf", "bear", "lion", "rabbit")
    foot_stuff = skin if paws or kind == "elephant" else HOOF
    lower = make("dark legs", "mottled", build.foot, scale=0.05) if build.foot else skin
    for front in (True, False):
        for side in (-1.0, 1.0):
            x = side * g * build.width * 0.52
            z = (-0.36 if front else 0.36) * length
            step = 0.06 * length * side * (1 if front else -1)
            if pose == "lying":
                fold = -1.0 if front else 1.0
                path = [
                    (x, back + 0.2 * g, z),
                    (x * 1.5, -limb * 1.6, z - fold * 0.02 * length),
                    (x * 1.35, -limb, z - leg * 0.55),
                ]
                parts.add(
                    swept(path, [g * 0.3, limb * 1.3, limb * 0.9], [g * 0.45, limb * 1.3, limb * 0.9], skin, sides=10)
                )
                continue
            if pose == "sitting" and not front:
                path = [
                    (x * 1.25, -leg * 0.75, length * 0.3),
                    (x * 1.5, -leg * 0.32, length * 0.06),
                    (x * 1.45, -limb, length * 0.28),
                    (x * 1.45, -limb * 0.9, length * 0.05),
                ]
                parts.add(
                    swept(
                        path,
                        [g * 0.5, g * 0.42, limb * 1.5, limb],
                        [g * 0.7, g * 0.45, limb * 1.3, limb],
                        skin,
                        sides=10,
                    )
                )
                continue
            top = (x, back + 0.15 * g, z)
            if pose == "sitting":
                top = turned([top])[0]
                z, step = top[2] - 0.02, 0.0
            knee_z = z + step + (0.04 if front else -0.1) * leg * (0.6 if kind == "elephant" else 1.0)
            hock = (0.0 if front else 0.14) * leg * (0.3 if kind == "elephant" else 1.0)
            bend = -0.55 * leg
            path = [
                top,
                (x, -leg * 0.85, z + step * 0.3),
                (x, bend, knee_z),
                (x * 0.98, -leg * 0.28, z + step + hock),
                (x * 0.98, -0.02 - limb * 0.5, z + step + hock * 0.7),
            ]
            wide = [g * 0.32, g * 0.3, limb * 1.25, limb * 0.85, limb * (1.1 if paws else 1.0)]
            deep = [g * 0.62, g * 0.42, limb * 1.45, limb * 0.9, limb * (1.2 if paws else 1.05)]
            parts.add(swept(path, wide, deep, lower, sides=10))
            toe = (x * 0.98, -limb * 0.55, path[-1][2] - limb * (0.7 if paws else 0.25))
            parts.add(
                sphere(toe, (limb * 1.15, limb * 0.62, limb * (1.6 if paws else 1.25)), foot_stuff, subdivisions=2)
            )


def _patches(parts: Parts, build: Build, kind: str, back: float, rng: np.random.Generator) -> None:
    """Spots on the flanks: low shells that follow the trunk."""
    dark = make(f"{kind} spots", "mottled", build.patches, scale=0.08)
    g, length = build.girth, build.length
    if kind == "zebra":
        for z in np.linspace(-0.42, 0.42, 15):
            r = 1.012 * g * float(np.interp(abs(z), [0, 0.42], [0.985, 0.86]))
            ring = np.linspace(0.25, 2 * np.pi - 0.25, 24)
            path = np.stack(
                [r * build.width * np.sin(ring), back - r * np.cos(ring + np.pi) * -1, 0 * ring + z * length], 1
            )
            parts.add(tube(path, 0.02, dark, sides=5))
        return
    for _ in range(11 if kind == "giraffe" else 6):
        z, side = float(rng.uniform(-0.36, 0.36)), float(rng.choice([-1.0, 1.0]))
        turn = float(rng.uniform(-0.9, 0.7))
        centre = (side * g * build.width * 0.9 * math.cos(turn), back + g * 0.9 * math.sin(turn), z * length)
        size = g * float(rng.uniform(0.22, 0.5))
        parts.add(sphere(centre, (size * 0.35, size * 0.8, size), dark, subdivisions=2))


def horse(rng: np.random.Generator, pose: str = "") -> Mesh:
    """A horse of 1.6 m at the withers."""
    return quadruped(rng, "horse", pose)


def cow(rng: np.random.Generator, pose: str = "") -> Mesh:
    """A cow, spotted or brown."""
    return quadruped(rng, "cow", pose)


def sheep(rng: np.random.Generator, pose: str = "") -> Mesh:
    """A sheep in its wool."""
    return quadruped(rng, "sheep", pose)


def goat(rng: np.random.Generator) -> Mesh:
    """A goat."""
    return quadruped(rng, "goat")


def pig(rng: np.random.Generator) -> Mesh:
    """A pig."""
    return quadruped(rng, "pig")


def deer(rng: np.random.Generator) -> Mesh:
    """A stag."""
    return quadruped(rng, "deer")


def dog(rng: np.random.Generator, pose: str = "") -> Mesh:
    """A dog, sitting or standing."""
    return quadruped(rng, "dog", pose)


def cat(rng: np.random.Generator, pose: str = "") -> Mesh:
    """A cat, sitting, lying or standing."""
    return quadruped(rng, "cat", pose)


def fox(rng: np.random.Generator) -> Mesh:
    """A fox."""
    return quadruped(rng, "fox")


def wolf(rng: np.random.Generator) -> Mesh:
    """A wolf."""
    return quadruped(rng, "wolf")


def rabbit(rng: np.random.Generator) -> Mesh:
    """A rabbit."""
    return quadruped(rng, "rabbit")


def bear(rng: np.random.Generator) -> Mesh:
    """A bear on its four feet."""
    return quadruped(rng, "bear")


def elephant(rng: np.random.Generator) -> Mesh:
    """An elephant, 3 m tall."""
    return quadruped(rng, "elephant")


def camel(rng: np.random.Generator) -> Mesh:
    """A camel with one hump."""
    return quadruped(rng, "camel")


def bison(rng: np.random.Generator) -> Mesh:
    """A bison."""
    return quadruped(rng, "bison")


def lion(rng: np.random.Generator) -> Mesh:
    """A lion."""
    return quadruped(rng, "lion")


def zebra(rng: np.random.Generator) -> Mesh:
    """A zebra."""
    return quadruped(rng, "zebra")


def giraffe(rng: np.random.Generator) -> Mesh:
    """A giraffe, 4.5 m tall."""
    return quadruped(rng, "giraffe")
