"""Splat formats that other people's viewers and engines load: compressed .ply, .splat, .spz (and `sog` beside).

Each states its axes; Gaussians arrive in our world frame (y down) and are turned here.
"""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lucid3d.errors import InputError
from lucid3d.export import morton
from lucid3d.export.checks import MAX_SH_DEGREE, OPAQUE_LOGIT, checked_gaussians
from lucid3d.export.frames import frame_rotation, rotate_gaussians, unit_quaternions
from lucid3d.files import atomic_path
from lucid3d.gaussians.model import Gaussians

SPZ_FRACTIONAL_BITS = 12
"""Fixed-point bits below one metre in an .spz: a quarter of a millimetre, and a reach of 2048 m."""
SPZ_LEAST_FRACTIONAL_BITS = 8
"""Fewer are not taken for the sake of some strays: 4 mm, and a reach of 32 km."""
SPZ_STRAYS = 0.01
"""Part of a scene that may lie beyond that reach and still counts as strays."""
SPZ_VERSIONS = (3, 4)
_SPZ_INTEGER_BITS = 23
"""Bits of a 24-bit signed position."""
COMPRESSED_BOX = 256
"""Gaussians of a compressed PLY that share one box."""
SHELL_FACTOR = 8.0
"""How many times farther out a shell of a compressed PLY ends than it begins."""
_SHELL_LEAST = 1e-3
"""Metres of the middle of the innermost shell at least (when all Gaussians lie in one point)."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reduction:
    """What is left out of a file to make it smaller.

    Attributes:
        sh_degree: spherical harmonics kept, 0 to 3; None keeps what the scene has.
        min_opacity: Gaussians below it are left out (1/255 cannot be seen in 8 bits).
        max_count: keep this many, those that matter most (opacity times the area of their two larger axes).
    """

    sh_degree: int | None = None
    min_opacity: float = 0.0
    max_count: int | None = None

    def __post_init__(self) -> None:
        if self.sh_degree is not None and not 0 <= self.sh_degree <= MAX_SH_DEGREE:
            raise InputError(f"sh_degree {self.sh_degree} must lie between 0 and {MAX_SH_DEGREE}")
        if not 0 <= self.min_opacity < 1:
            raise InputError(f"min_opacity {self.min_opacity} must lie in [0, 1)")
        if self.max_count is not None and self.max_count < 1:
            raise InputError(f"max_count {self.max_count} must be at least 1")


def reduce(gaussians: Gaussians, reduction: Reduction) -> Gaussians:
    """The scene without what a `Reduction` leaves out, in its old order.

    Raises:
        InputError: nothing is left.
    """
    keep = np.ones(len(gaussians), bool)
    if reduction.min_opacity > 0:
        keep = gaussians.opacities >= reduction.min_opacity
    if reduction.max_count is not None and keep.sum() > reduction.max_count:
        sizes = np.sort(gaussians.log_scales, axis=1)
        weight = np.where(keep, gaussians.opacities * np.exp(sizes[:, 1] + sizes[:, 2]), -np.inf)
        keep = np.zeros(len(gaussians), bool)
        keep[np.argsort(-weight, kind="stable")[: reduction.max_count]] = True
    if not keep.any():
        raise InputError(f"no Gaussian has an opacity of {reduction.min_opacity} or more: lower min_opacity")
    smaller = gaussians if keep.all() else gaussians[keep]
    if reduction.sh_degree is not None and reduction.sh_degree < smaller.sh_degree:
        smaller = Gaussians(
            smaller.means,
            smaller.quats,
            smaller.log_scales,
            smaller.logit_opacities,
            np.ascontiguousarray(smaller.sh[:, : (reduction.sh_degree + 1) ** 2]),
        )
    return smaller


def write_spz(gaussians: Gaussians, path: str | os.PathLike[str], *, version: int = 3) -> Path:
    """Niantic's .spz. Axes: x right, y up, z backward.

    Positions are 24-bit fixed-point numbers. Up to 32 km they are kept to 4 mm or better: bits are moved from the
    fraction until the farthest fits. Strays beyond (up to one in a hundred) are left out, which is said; if more lie
    there, all are kept and the step that positions are rounded to is said.

    Args:
        version: 3 (gzip, read by every viewer) or 4 (ZSTD, read by the newest only).
    """
    import gsply

    if version not in SPZ_VERSIONS:
        raise InputError(f"spz_version {version} must be 3 (for every viewer) or 4 (ZSTD)")
    path = Path(path)
    scene = checked_gaussians(gaussians, f"the scene for {path.name}")
    far = np.abs(scene.means).max(axis=1) >= 2.0 ** (_SPZ_INTEGER_BITS - SPZ_LEAST_FRACTIONAL_BITS)
    if 0 < far.sum() <= SPZ_STRAYS * len(scene):
        _log.warning(
            "%s: %d of %d Gaussians lie beyond %.0f km, where .spz has no room, and are left out",
            path.name, far.sum(), len(scene), 2.0 ** (_SPZ_INTEGER_BITS - SPZ_LEAST_FRACTIONAL_BITS) / 1000,
        )  # fmt: skip
        scene = scene[~far]
    scene = rotate_gaussians(scene, frame_rotation("opengl"))
    reach = float(np.abs(scene.means).max())
    bits = min(SPZ_FRACTIONAL_BITS, _SPZ_INTEGER_BITS - int(np.ceil(np.log2(max(reach, 1e-9) * (1 + 1e-6)))))
    if bits < 1:
        raise InputError(f"a Gaussian lies {reach:.3g} m away, .spz reaches 4,000 km: leave it out")
    if bits < SPZ_LEAST_FRACTIONAL_BITS:
        _log.warning("%s reaches %.0f km, so positions are rounded to %.3g m", path.name, reach / 1000, 2.0**-bits)
    with atomic_path(path) as temporary:
        gsply.write_spz(temporary, _gsply_data(scene), version=version, fractional_bits=bits)
        if version == 3:
            # The hour in gzip's header (RFC 1952, MTIME), which no checksum covers: the same scene, the same bytes.
            with temporary.open("r+b") as file:
                file.seek(4)
                file.write(bytes(4))
    return path


def write_compressed_ply(gaussians: Gaussians, path: str | os.PathLike[str]) -> Path:
    """PlayCanvas's compressed PLY (16 bytes a Gaussian and 8-bit harmonics). Axes as in a PLY: y down.

    The name must end in .compressed.ply, by which readers know it. Positions are 10 or 11 bits within the box of 256
    Gaussians that follow one another, so the order decides how exact they are: along a space-filling curve, and from
    the middle outwards in shells that share no box. A shell that does not fill its last box is filled up with Gaussians
    that cannot be seen (opacity 0): a stray at 1,000 km does not push its neighbours in the file off their places.
    """
    import gsply

    path = Path(path)
    if not path.name.endswith(".compressed.ply"):
        raise InputError(f"{path.name} must end in .compressed.ply, by which viewers know the format")
    scene = _in_boxes(checked_gaussians(gaussians, f"the scene for {path.name}"))
    data = gsply.compress_to_bytes(_gsply_data(scene))
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
    return path


def _in_boxes(scene: Gaussians) -> Gaussians:
    """The scene in the order of `write_compressed_ply`, with the unseen Gaussians that fill boxes up."""
    centre = morton.middle(scene.means)
    code, _ = morton.codes(scene.means, centre)
    distance = np.abs(scene.means - centre).max(axis=1)
    inner = max(float(np.median(distance)), _SHELL_LEAST)
    shell = np.ceil(np.log(np.maximum(distance / inner, 1)) / math.log(SHELL_FACTOR) - 1e-6).clip(1).astype(np.int64)
    order = np.lexsort((code, shell))
    ends = np.flatnonzero(np.diff(shell[order])) + 1  # where the next shell begins
    parts = np.split(order, ends)
    filled = [np.concatenate([part, np.repeat(part[-1:], -len(part) % COMPRESSED_BOX)]) for part in parts[:-1]]
    unseen = [np.arange(len(whole)) >= len(part) for whole, part in zip(filled, parts[:-1], strict=True)]
    out = scene[np.concatenate([*filled, parts[-1]])]
    out.logit_opacities[: sum(map(len, filled))][np.concatenate([*unseen, np.zeros(0, bool)])] = -OPAQUE_LOGIT
    return out


def write_splat(gaussians: Gaussians, path: str | os.PathLike[str]) -> Path:
    """antimatter15's .splat, 32 bytes a Gaussian, no spherical harmonics. Axes as in a PLY: y down.

    Float32 position and scale, 8-bit colour and opacity, 8-bit quaternion w x y z as 128 q + 128. The largest and
    most opaque come first, so that a viewer that streams the file shows them first.
    """
    scene = checked_gaussians(gaussians, f"the scene for {Path(path).name}")
    table = np.empty(
        len(scene), np.dtype([("position", "<f4", 3), ("scale", "<f4", 3), ("rgba", "u1", 4), ("rotation", "u1", 4)])
    )
    table["position"], table["scale"] = scene.means, scene.scales
    table["rgba"][:, :3] = np.rint(np.clip(scene.colors, 0, 1) * 255)
    table["rgba"][:, 3] = np.rint(scene.opacities * 255)
    table["rotation"] = np.clip(np.rint(unit_quaternions(scene) * 128 + 128), 0, 255)
    order = np.argsort(-scene.opacities * np.exp(scene.log_scales.sum(axis=1)), kind="stable")
    with atomic_path(path) as temporary:
        temporary.write_bytes(table[order].tobytes())
    return Path(path)


def _gsply_data(scene: Gaussians):  # type: ignore[no-untyped-def]
    import gsply

    return gsply.GSData.from_arrays(
        means=scene.means,
        scales=scene.log_scales,
        quats=unit_quaternions(scene),
        opacities=scene.logit_opacities,
        sh0=np.ascontiguousarray(scene.sh[:, 0]),
        shN=np.ascontiguousarray(scene.sh[:, 1:]) if scene.sh_degree else None,
        format="ply",
    )
