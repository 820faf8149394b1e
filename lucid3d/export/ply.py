"""PLY files: Gaussians in the layout of the INRIA reference code, and point clouds with everything training needs.

Both are little-endian binary and y-down, the frame that every splat viewer takes a PLY to be in.
Source of the Gaussian layout: Kerbl et al. 2023, the files its training code writes (`point_cloud.ply`).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError, short
from lucid3d.export.checks import FLAT_LOG_SCALE, MAX_SH_DEGREE, checked_gaussians
from lucid3d.files import atomic_path
from lucid3d.gaussians.model import Gaussians
from lucid3d.pointcloud import PointCloud
from lucid3d.reading import guarded

HEADER_LIMIT = 1 << 16
"""Bytes within which a PLY header must end."""


def gaussian_properties(sh_degree: int) -> list[str]:
    """Names of the vertex properties, in the file's order, all float32."""
    rest = 3 * ((sh_degree + 1) ** 2 - 1)
    return [
        *("x", "y", "z", "nx", "ny", "nz"),
        *(f"f_dc_{i}" for i in range(3)),
        *(f"f_rest_{i}" for i in range(rest)),
        "opacity",
        *(f"scale_{i}" for i in range(3)),
        *(f"rot_{i}" for i in range(4)),
    ]


def write_gaussians(gaussians: Gaussians, path: str | os.PathLike[str], *, least_degree: int = 0) -> Path:
    """Write a scene as an INRIA PLY: logit opacities, log scales, w x y z quaternions, channel-major f_rest.

    Args:
        gaussians: the scene, world frame (y down).
        path: the file to write; it appears only when it is complete.
        least_degree: of the harmonics that the file has; those that the scene lacks are 0. Some readers take files of
            degree 3 alone, with all 62 properties of the layout.
    Returns:
        The path.
    Raises:
        InputError: the scene is empty or holds values that are not finite.
        OSError: the file cannot be written.
    """
    scene = checked_gaussians(gaussians, f"the scene for {Path(path).name}")
    names = gaussian_properties(max(scene.sh_degree, least_degree))
    table = np.zeros((len(scene), len(names)), "<f4")  # normals stay 0: the layout has them, nobody uses them
    rest = len(names) - 17
    table[:, 0:3] = scene.means
    table[:, 6:9] = scene.sh[:, 0]
    bands = scene.sh.shape[1] - 1  # channel by channel, each with room for all that the file has
    table[:, 9 : 9 + rest].reshape(len(scene), 3, rest // 3)[:, :, :bands] = scene.sh[:, 1:].transpose(0, 2, 1)
    table[:, 9 + rest] = scene.logit_opacities
    table[:, 10 + rest : 13 + rest] = scene.log_scales
    table[:, 13 + rest :] = scene.quats
    _write_vertices(table.view([(name, "<f4") for name in names]).reshape(-1), path)
    return Path(path)


def join_gaussians(parts: Sequence[Path], path: str | os.PathLike[str]) -> int:
    """Write files of `write_gaussians` as one, one after the other; none of them is held in memory.

    Args:
        parts: files of the same properties; path: appears only when it is complete.
    Returns:
        How many Gaussians there are.
    Raises:
        InputError: a file is none of these.
        OSError: a file cannot be read or written.
    """
    heads = [_head_of(part) for part in parts]
    ((before, _, after), _) = heads[0]
    if any(head[::2] != (before, after) for head, _ in heads):
        raise InputError("these files of Gaussians have other properties, and cannot be written as one")
    total = sum(count for (_, count, _), _ in heads)
    with atomic_path(path) as temporary, temporary.open("wb") as out:
        out.write(before + str(total).encode() + after)
        for part, (_, start) in zip(parts, heads, strict=True):
            with part.open("rb") as stream:
                stream.seek(start)
                shutil.copyfileobj(stream, out)
    return total


def _head_of(path: Path) -> tuple[tuple[bytes, int, bytes], int]:
    """A file's header, parted at the number of its vertices, and where its rows begin."""
    with path.open("rb") as stream:
        head, end, _ = stream.read(HEADER_LIMIT).partition(b"end_header\n")
    found = re.search(rb"(?<=element vertex )\d+", head)
    if not end or found is None:
        raise InputError(f"{path} is no PLY file of ours")
    return (head[: found.start()], int(found[0]), head[found.end() :] + end), len(head) + len(end)


def read_gaussians(path: str | os.PathLike[str]) -> Gaussians:
    """Read an INRIA PLY (normals may be missing, properties may come in any order).

    A file of 2DGS (Huang et al. 2024) has no scale_2: its Gaussians are discs in the plane of their own x and y.

    Returns:
        The Gaussians, exactly the float32 values of the file; legal infinities as `checked_gaussians` bounds them.
    Raises:
        InputError: no such file, not a PLY, not a PLY of Gaussians, truncated, or with values that are not finite.
    """
    vertices = _read_vertices(path)
    with guarded(str(path)):
        return _as_gaussians(vertices, path)


def _as_gaussians(vertices: NDArray[np.void], path: str | os.PathLike[str]) -> Gaussians:
    names = set(vertices.dtype.names or ())
    rest = sum(1 for name in names if re.fullmatch(r"f_rest_\d+", name))
    degree = {3 * ((d + 1) ** 2 - 1): d for d in range(MAX_SH_DEGREE + 1)}.get(rest)
    if degree is None:
        raise InputError(f"{path} has {rest} f_rest properties; 0, 9, 24 or 45 make spherical harmonics")
    if {"scale_0", "scale_1"} <= names and "scale_2" not in names:  # the discs of 2DGS
        vertices = _with_column(vertices, "scale_2", FLAT_LOG_SCALE)
        names.add("scale_2")
    wanted = [name for name in gaussian_properties(degree) if name not in ("nx", "ny", "nz")]
    missing = [name for name in wanted if name not in names]
    if missing:
        kind = (
            "compressed; convert it to a plain .ply first" if "packed_position" in names else "not a scene of Gaussians"
        )
        raise InputError(f"{path} lacks the properties {', '.join(missing)}: it is {kind}")
    table = _columns(vertices, wanted)
    count = len(table)
    sh = np.empty((count, rest // 3 + 1, 3), np.float32)
    sh[:, 0] = table[:, 3:6]
    sh[:, 1:] = table[:, 6 : 6 + rest].reshape(count, 3, rest // 3).transpose(0, 2, 1)
    scene = Gaussians(
        means=table[:, 0:3],
        quats=table[:, 10 + rest : 14 + rest],
        log_scales=table[:, 7 + rest : 10 + rest],
        logit_opacities=table[:, 6 + rest],
        sh=sh,
    )
    return checked_gaussians(scene, str(path))


def write_points(cloud: PointCloud, path: str | os.PathLike[str]) -> Path:
    """Write a point cloud that any viewer opens (x y z, 8-bit red green blue) and `read_points` restores exactly.

    The float colours, normals, footprints, views, confidences and the sky flag are further properties.

    Raises:
        InputError: positions that are not finite.
    """
    positions = np.asarray(cloud.positions, np.float32)
    if not np.isfinite(positions.sum(dtype=np.float64)):
        raise InputError(f"the point cloud for {Path(path).name} has positions that are not finite: drop those points")
    vertices = np.zeros(len(cloud), POINT_DTYPE)
    for axis, name in enumerate("xyz"):
        vertices[name] = positions[:, axis]
        vertices[f"n{name}"] = cloud.normals[:, axis]
    for channel, name in enumerate(("red", "green", "blue")):
        vertices[name] = np.clip(np.rint(cloud.colors[:, channel] * 255), 0, 255)
        vertices[f"color_{channel}"] = cloud.colors[:, channel]
    vertices["footprint"], vertices["view"] = cloud.footprints, cloud.views
    vertices["confidence"], vertices["sky"] = cloud.confidences, cloud.is_sky
    _write_vertices(vertices, path)
    return Path(path)


POINT_DTYPE = np.dtype(
    [(name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")]
    + [(name, "u1") for name in ("red", "green", "blue")]
    + [(f"color_{i}", "<f4") for i in range(3)]
    + [("footprint", "<f4"), ("view", "<i4"), ("confidence", "<f4"), ("sky", "u1")]
)
"""One point in the file."""


def read_points(path: str | os.PathLike[str]) -> PointCloud:
    """Read a point cloud. Another program's file needs x y z and colours (red green blue) only.

    Missing properties become: normals 0, footprints 0, views 0, confidences 1, no sky.

    Raises:
        InputError: no such file, not a PLY, truncated, without positions, or with positions that are not finite.
    """
    vertices = _read_vertices(path)
    with guarded(str(path)):
        return _as_points(vertices, path)


def _as_points(vertices: NDArray[np.void], path: str | os.PathLike[str]) -> PointCloud:
    names = set(vertices.dtype.names or ())
    if not {"x", "y", "z"} <= names:
        raise InputError(f"{path} has no x y z properties, so it is not a point cloud")
    count = len(vertices)
    positions = _columns(vertices, ["x", "y", "z"])
    if not np.isfinite(positions.sum(dtype=np.float64)):
        raise InputError(f"{path} has positions that are not finite")
    if {"color_0", "color_1", "color_2"} <= names:
        colors = _columns(vertices, ["color_0", "color_1", "color_2"])
    elif {"red", "green", "blue"} <= names:
        full = 255.0 if vertices["red"].dtype == np.uint8 else 1.0
        colors = _columns(vertices, ["red", "green", "blue"]) / np.float32(full)
    else:
        colors = np.full((count, 3), 0.5, np.float32)
    if not np.isfinite(colors.sum(dtype=np.float64)):
        raise InputError(f"{path} has colours that are not finite")
    normals = (
        _columns(vertices, ["nx", "ny", "nz"]) if {"nx", "ny", "nz"} <= names else np.zeros((count, 3), np.float32)
    )

    def scalar(name: str, default: float, dtype: type) -> NDArray[np.generic]:
        return vertices[name].astype(dtype) if name in names else np.full(count, default, dtype)

    return PointCloud(
        positions=positions,
        colors=colors,
        normals=normals,
        footprints=scalar("footprint", 0, np.float32),  # type: ignore[arg-type]
        views=scalar("view", 0, np.int32),  # type: ignore[arg-type]
        confidences=scalar("confidence", 1, np.float32),  # type: ignore[arg-type]
        is_sky=scalar("sky", 0, np.bool_),  # type: ignore[arg-type]
    )


def _columns(vertices: NDArray[np.void], names: list[str]) -> NDArray[np.float32]:
    """(N, len(names)) float32, contiguous."""
    table = np.empty((len(vertices), len(names)), np.float32)
    for column, name in enumerate(names):
        table[:, column] = vertices[name]
    return table


def _with_column(vertices: NDArray[np.void], name: str, value: float) -> NDArray[np.void]:
    """The table with one more column, the same everywhere."""
    out = np.empty(len(vertices), [*((n, vertices.dtype[n]) for n in vertices.dtype.names or ()), (name, "<f4")])
    for column in vertices.dtype.names or ():
        out[column] = vertices[column]
    out[name] = value
    return out


def _write_vertices(vertices: NDArray[np.void], path: str | os.PathLike[str]) -> None:
    from plyfile import PlyData, PlyElement

    data = PlyData([PlyElement.describe(vertices, "vertex")], byte_order="<")
    with atomic_path(path) as temporary:
        data.write(str(temporary))


def _read_vertices(path: str | os.PathLike[str]) -> NDArray[np.void]:
    """The vertex element of a PLY file, read only once its header has been believed.

    Raises:
        InputError: see `read_gaussians`.
    """
    from plyfile import PlyData, PlyParseError

    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(HEADER_LIMIT)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    if not head.startswith(b"ply"):
        raise InputError(f"{path} is not a PLY file: it does not start with 'ply'")
    header, end, _ = head.partition(b"end_header")
    if not end:
        raise InputError(f"{path} is truncated, or is no PLY file: its header has no end_header")
    counts = {name: int(count) for name, count in re.findall(rb"element\s+(\S+)\s+(\d+)", header)}
    if b"vertex" not in counts:
        raise InputError(f"{path} has no vertex element, so it holds neither points nor Gaussians")
    for name, count in counts.items():
        # Every row takes a byte at least; asked before anything is allocated for the rows.
        if count > size:
            raise InputError(
                f"{path} claims {count} of '{name.decode(errors='replace')}', more than its {size} bytes can hold: "
                "it is truncated or its header is wrong"
            )
    with guarded(str(path)):
        try:
            # Not memory-mapped: the arrays must outlive the file, and a row-wise copy is made anyway.
            return np.asarray(PlyData.read(str(path), mmap=True)["vertex"].data)
        except (PlyParseError, ValueError, KeyError, MemoryError) as error:
            raise InputError(f"{path} cannot be read as PLY, it is truncated or damaged: {short(error)}") from None
