"""Animals: four-footed ones from one table of builds, birds, fish. They look to -z."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lucid3d.procedural.assets.figures.body import EYE, HOOF, Point, coat, swept
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.palettes import make
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import sphere, tube


@dataclass(frozen=True)
class Build:
    """How a four-footed animal is built; lengths in metres.

    Attributes:
        length: from chest to rump; leg: from the ground to the belly; girth: half the height of the trunk; width:
            its half width as a share of that.
        neck, neck_up: length and angle (radians above level) of the neck; head: length of the head; muzzle: half the
            height of its end as a share of that of its back.
        limb: half the width of a leg at the knee; ear: length; tail: length; tail_up: angle.
        colors: usual coats; patches: share of the coat under spots of a second colour; horn: "", "horns", "antlers",
            "hump" or "tusks"; mane: whether it has one; wool: whether the coat is thick and curled.
    """

    length: float
    leg: float
    girth: float
    width: float = 0.8
    neck: float = 0.3
    neck_up: float = 0.8
    head: float = 0.25
    muzzle: float = 0.5
    limb: float = 0.04
    ear: float = 0.08
    tail: float = 0.3
    tail_up: float = -1.2
    colors: tuple[str, ...] = ("#7a5a3c",)
    patches: str = ""
    horn: str = ""
    mane: str = ""
    wool: bool = False
    foot: str = ""


BUILDS: Mapping[str, Build] = {
    "horse": Build(
        1.55,
        0.78,
        0.36,
        0.72,
        0.72,
        0.85,
        0.56,
        0.55,
        0.055,
        0.15,
        0.75,
        -1.25,
        ("#6b4427", "#8a5a34", "#3b2a20", "#cfc8bb", "#9b8d7c"),
        mane="#241a14",
    ),
    "cow": Build(
        1.6,
        0.62,
        0.42,
        0.82,
        0.36,
        0.35,
        0.5,
        0.75,
        0.06,
        0.16,
        0.7,
        -1.45,
        ("#d8d2c6", "#7a4b2c", "#5f3b26"),
        patches="#27211d",
        horn="horns",
    ),
    "sheep": Build(
        0.85,
        0.34,
        0.29,
        0.95,
        0.2,
        0.75,
        0.27,
        0.6,
        0.028,
        0.11,
        0.14,
        -1.2,
        ("#d6cfbf", "#cbc2ae"),
        wool=True,
        foot="#3a332c",
    ),
    "goat": Build(
        0.8,
        0.42,
        0.21,
        0.8,
        0.26,
        0.9,
        0.26,
        0.55,
        0.025,
        0.13,
        0.12,
        0.9,
        ("#cfc6b4", "#6b5138", "#8c7f6d"),
        horn="horns",
    ),
    "pig": Build(0.95, 0.22, 0.27, 0.9, 0.14, 0.1, 0.32, 0.7, 0.04, 0.1, 0.16, 0.6, ("#d3a595", "#c99a8a")),
    "deer": Build(
        0.95, 0.6, 0.2, 0.75, 0.42, 0.95, 0.32, 0.45, 0.026, 0.16, 0.12, -0.4, ("#8a5e38", "#7a5232"), horn="antlers"
    ),
    "dog": Build(
        0.55,
        0.32,
        0.13,
        0.78,
        0.18,
        0.85,
        0.24,
        0.5,
        0.024,
        0.09,
        0.3,
        0.6,
        ("#9a6b3c", "#3a2f28", "#cbb893", "#6b5a49", "#d8d2c8"),
    ),
    "fox": Build(0.5, 0.2, 0.1, 0.75, 0.14, 0.7, 0.2, 0.3, 0.018, 0.09, 0.4, -0.15, ("#b0552a",), mane=""),
    "wolf": Build(0.75, 0.42, 0.17, 0.75, 0.24, 0.6, 0.3, 0.45, 0.03, 0.1, 0.4, -1.0, ("#77726a", "#5f5a54")),
    "cat": Build(
        0.32,
        0.16,
        0.075,
        0.8,
        0.08,
        0.8,
        0.115,
        0.72,
        0.015,
        0.055,
        0.3,
        0.9,
        ("#3b3631", "#a9713f", "#8c867c", "#d5cfc4", "#1f1c1a"),
    ),
    "rabbit": Build(0.26, 0.07, 0.085, 0.9, 0.05, 0.8, 0.1, 0.7, 0.014, 0.1, 0.05, 0.4, ("#8b7a66", "#cfc8bd")),
    "elephant": Build(2.9, 1.35, 0.85, 0.85, 0.5, 0.35, 1.0, 0.5, 0.2, 0.85, 1.1, -1.4, ("#7a746d",), horn="tusks"),
    "camel": Build(1.6, 1.05, 0.38, 0.75, 0.95, 0.6, 0.45, 0.6, 0.06, 0.1, 0.5, -1.3, ("#b08a5a",), horn="hump"),
    "bison": Build(
        1.9,
        0.7,
        0.5,
        0.72,
        0.35,
        0.0,
        0.55,
        0.7,
        0.07,
        0.12,
        0.5,
        -1.4,
        ("#4a3424",),
        horn="hump horns",
        mane="#2c1f16",
    ),
    "bear": Build(1.3, 0.45, 0.36, 0.85, 0.3, 0.25, 0.42, 0.5, 0.09, 0.1, 0.08, -0.5, ("#4f3724", "#3a2a1e")),
    "lion": Build(1.35, 0.58, 0.25, 0.75, 0.3, 0.5, 0.4, 0.65, 0.06, 0.09, 0.8, -0.8, ("#b08d58",), mane="#6b4526"),
    "zebra": Build(
        1.35,
        0.72,
        0.32,
        0.72,
        0.6,
        0.85,
        0.5,
        0.55,
        0.05,
        0.15,
        0.5,
        -1.25,
        ("#dcd8cf",),
        patches="#1f1d1b",
        mane="#1f1d1b",
    ),
    "giraffe": Build(
        1.5, 1.7, 0.42, 0.72, 2.1, 1.2, 0.55, 0.5, 0.075, 0.16, 0.8, -1.3, ("#c9a468",), patches="#7a4d28", horn="knobs"
    ),
}


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


def _horns(parts: Parts, build: Build, kind: str, face, skull: float, side: float) -> None:  # type: ignore[no-untyped-def]
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


def _legs(parts: Parts, build: Build, kind: str, pose: str, back: float, turned, skin: Material) -> None:  # type: ignore[no-untyped-def]
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


def bird(rng: np.random.Generator, kind: str = "bird") -> Mesh:
    """A standing bird: "bird" (0.2 m), "gull", "heron", "penguin", "chicken", "duck"."""
    scale, leg, neck, color, belly, beak = {
        "bird": (0.11, 0.05, 0.05, "#5f5148", "#a08a70", "#c9913b"),
        "gull": (0.2, 0.1, 0.1, "#9aa0a4", "#dcdad4", "#d8a53a"),
        "heron": (0.32, 0.5, 0.55, "#8b939b", "#c9ccce", "#c9a24a"),
        "chicken": (0.2, 0.12, 0.12, "#9a5a34", "#7a4528", "#d0a040"),
        "duck": (0.22, 0.06, 0.12, "#6b5f50", "#8c8070", "#c98a2c"),
        "penguin": (0.34, 0.04, 0.1, "#22242a", "#dcdcd8", "#d0903a"),
    }[kind]
    skin, breast = coat(f"{kind} feathers", color), make("breast", "mottled", belly, scale=0.03)
    bill = make("bill", "plain", beak)
    parts, s = Parts(), scale
    if kind == "penguin":
        up = [(0, -0.06, 0.02), (0, -0.2, 0.0), (0, -0.5, 0.0), (0, -0.72, 0.0), (0, -0.84, -0.01), (0, -0.96, -0.01)]
        parts.add(swept(up, [0.12, 0.17, 0.18, 0.12, 0.085, 0.06], [0.12, 0.16, 0.17, 0.12, 0.09, 0.07], skin))
        parts.add(
            swept(
                [(0, -0.12, -0.06), (0, -0.42, -0.075), (0, -0.7, -0.05)],
                [0.1, 0.135, 0.07],
                [0.08, 0.11, 0.07],
                breast,
            )
        )
        parts.add(swept([(0, -0.88, -0.06), (0, -0.87, -0.17)], [0.025, 0.006], [0.02, 0.006], bill, sides=7))
        for side in (-1.0, 1.0):
            parts.add(
                swept(
                    [(side * 0.15, -0.68, 0), (side * 0.22, -0.45, 0.03), (side * 0.2, -0.26, 0.06)],
                    [0.03, 0.025, 0.01],
                    [0.06, 0.06, 0.03],
                    skin,
                    sides=8,
                )
            )
            parts.add(sphere((side * 0.07, -0.02, -0.05), (0.05, 0.02, 0.09), bill, subdivisions=1))
            parts.add(sphere((side * 0.055, -0.9, -0.06), 0.012, EYE, subdivisions=1))
        return _named(parts, kind)
    y = -leg - s * 0.6
    trunk = [
        (0, y + 0.1 * s, -0.75 * s),
        (0, y, -0.4 * s),
        (0, y, 0.2 * s),
        (0, y - 0.05 * s, 0.8 * s),
        (0, y - 0.05 * s, 1.5 * s),
    ]
    parts.add(
        swept(
            trunk,
            [0.3 * s, 0.52 * s, 0.55 * s, 0.35 * s, 0.14 * s],
            [0.32 * s, 0.55 * s, 0.55 * s, 0.3 * s, 0.05 * s],
            skin,
        )
    )
    parts.add(
        swept(
            [(0, y + 0.2 * s, -0.6 * s), (0, y + 0.22 * s, 0.1 * s), (0, y + 0.1 * s, 0.7 * s)],
            [0.2 * s, 0.42 * s, 0.2 * s],
            [0.3 * s, 0.38 * s, 0.2 * s],
            breast,
        )
    )
    nape = (0.0, y - 0.3 * s - neck, -0.75 * s - 0.25 * neck)
    parts.add(
        swept(
            [(0, y - 0.1 * s, -0.5 * s), (0, y - 0.35 * s - 0.4 * neck, -0.85 * s - 0.4 * neck), nape],
            [0.35 * s, 0.2 * s, 0.17 * s],
            [0.35 * s, 0.2 * s, 0.17 * s],
            skin,
        )
    )
    parts.add(
        sphere(
            (0, nape[1] - 0.05 * s, nape[2] - 0.06 * s), 0.26 * s, breast if kind == "gull" else skin, subdivisions=2
        )
    )
    reach = {"heron": 0.75, "gull": 0.5, "duck": 0.5}.get(kind, 0.35) * s
    parts.add(
        swept(
            [(0, nape[1], nape[2] - 0.25 * s), (0, nape[1] + 0.04 * s, nape[2] - 0.3 * s - reach)],
            [0.09 * s, 0.02 * s],
            [0.08 * s, 0.02 * s],
            bill,
            sides=7,
        )
    )
    if kind == "chicken":
        parts.add(
            sphere(
                (0, nape[1] - 0.35 * s, nape[2] - 0.1 * s),
                (0.03 * s, 0.14 * s, 0.2 * s),
                make("comb", "plain", "#a3261e"),
                subdivisions=1,
            )
        )
    for side in (-1.0, 1.0):
        parts.add(
            swept(
                [
                    (side * 0.5 * s, y - 0.15 * s, -0.3 * s),
                    (side * 0.55 * s, y, 0.3 * s),
                    (side * 0.3 * s, y, 1.15 * s),
                ],
                [0.06 * s, 0.1 * s, 0.03 * s],
                [0.25 * s, 0.36 * s, 0.06 * s],
                skin,
                sides=8,
            )
        )
        parts.add(
            tube([[side * 0.2 * s, y + 0.4 * s, 0.05 * s], [side * 0.2 * s, 0, -0.02 * s]], 0.04 * s, bill, sides=6)
        )
        parts.add(sphere((side * 0.2 * s, -0.01, -0.12 * s), (0.12 * s, 0.012, 0.22 * s), bill, subdivisions=1))
        parts.add(sphere((side * 0.2 * s, nape[1] - 0.1 * s, nape[2] - 0.16 * s), 0.045 * s, EYE, subdivisions=1))
    return _named(parts, kind)


def gull(rng: np.random.Generator) -> Mesh:
    """A gull that stands."""
    return bird(rng, "gull")


def heron(rng: np.random.Generator) -> Mesh:
    """A heron, 1.2 m tall."""
    return bird(rng, "heron")


def chicken(rng: np.random.Generator) -> Mesh:
    """A hen."""
    return bird(rng, "chicken")


def duck(rng: np.random.Generator) -> Mesh:
    """A duck, its waterline at y = 0 when sunk by 0.06."""
    return bird(rng, "duck")


def penguin(rng: np.random.Generator) -> Mesh:
    """A penguin of 1 m."""
    return bird(rng, "penguin")


def flying_bird(rng: np.random.Generator, span: float = 1.1) -> Mesh:
    """A gull on spread wings about the origin, its wings at a stroke of its own."""
    skin, dark = coat("gull feathers", "#c9cbcb"), make("wing tips", "plain", "#3a3c40")
    parts, lift = Parts(), float(rng.uniform(-0.12, 0.3))
    parts.add(
        swept(
            [(0, 0, -0.26), (0, 0.0, -0.12), (0, 0.01, 0.05), (0, 0, 0.26)],
            [0.03, 0.06, 0.07, 0.03],
            [0.035, 0.06, 0.065, 0.015],
            skin,
            sides=10,
        )
    )
    for side in (-1.0, 1.0):
        wing = [(side * 0.04, 0, -0.05), (side * span * 0.24, -lift * 0.6, -0.1), (side * span * 0.42, -lift, 0.0)]
        parts.add(swept(wing, [0.012, 0.012, 0.008], [0.1, 0.085, 0.05], skin, sides=8, across=(0, 1, 0)))
        parts.add(
            swept(
                [wing[2], (side * span * 0.5, -lift * 0.95, 0.08)],
                [0.008, 0.004],
                [0.05, 0.01],
                dark,
                sides=8,
                across=(0, 1, 0),
            )
        )
    return _named(parts, "bird")


REEF = ("#d88a2a", "#3f6fb0", "#c9b23a", "#b8503a", "#7a5aa0", "#4a9a8a", "#c98aa0")


def fish(rng: np.random.Generator, length: float = 0.3) -> Mesh:
    """A reef fish about the origin, its head to -z."""
    color = REEF[int(rng.integers(len(REEF)))]
    skin = make("main scales", "mottled", color, None, None, scale=0.03, roughness=0.5)
    fin = make("fins", "plain", color, None, None)
    parts, s = Parts(), length
    parts.add(
        swept(
            [(0, 0, -0.5 * s), (0, 0, -0.35 * s), (0, 0, -0.1 * s), (0, 0, 0.2 * s), (0, 0, 0.38 * s)],
            [0.02 * s, 0.07 * s, 0.1 * s, 0.07 * s, 0.02 * s],
            [0.04 * s, 0.17 * s, 0.25 * s, 0.17 * s, 0.05 * s],
            skin,
            sides=12,
        )
    )
    for up in (-1.0, 1.0):
        parts.add(
            swept(
                [(0, 0, 0.36 * s), (0, up * 0.12 * s, 0.48 * s), (0, up * 0.22 * s, 0.58 * s)],
                [0.012 * s] * 3,
                [0.04 * s, 0.07 * s, 0.02 * s],
                fin,
                sides=6,
            )
        )
        parts.add(
            swept(
                [(0, up * 0.2 * s, -0.12 * s), (0, up * 0.3 * s, 0.02 * s), (0, up * 0.24 * s, 0.2 * s)],
                [0.012 * s] * 3,
                [0.05 * s, 0.06 * s, 0.02 * s],
                fin,
                sides=6,
            )
        )
        parts.add(sphere((up * 0.06 * s, -0.05 * s, -0.36 * s), 0.028 * s, EYE, subdivisions=1))
    return _named(parts, "fish")


def _named(parts: Parts, kind: str) -> Mesh:
    mesh = parts.mesh("animal")
    mesh.thing = kind
    return mesh
