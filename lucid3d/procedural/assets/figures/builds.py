"""How animals on four legs are built: a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
