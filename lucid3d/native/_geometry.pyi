"""lucid3d: native kernels for geometry"""

from typing import Annotated

import numpy
from numpy.typing import NDArray

def project(
    positions: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    normals: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    footprints: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    is_sky: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order="C", device="cpu", writable=False)],
    width: int,
    height: int,
    intrinsics: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    camera_from_world: Annotated[NDArray[numpy.float64], dict(shape=(4, 4), order="C", device="cpu", writable=False)],
    position: Annotated[NDArray[numpy.float64], dict(shape=(3), order="C", device="cpu", writable=False)],
    near_depth: float,
    max_magnification: float,
    threads: int,
    point_index: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order="C", device="cpu")],
    depth: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")],
) -> None:
    """Z-buffered footprints of a point cloud; fills point_index and depth."""

def lift(
    depth: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
    pixels: Annotated[NDArray[numpy.int64], dict(shape=(None,), order="C", device="cpu", writable=False)],
    intrinsics: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    camera_from_world: Annotated[NDArray[numpy.float64], dict(shape=(4, 4), order="C", device="cpu", writable=False)],
    position: Annotated[NDArray[numpy.float64], dict(shape=(3), order="C", device="cpu", writable=False)],
    sky_radius: float,
    threads: int,
    positions: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu")],
    normals: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu")],
    footprints: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu")],
    confidences: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu")],
    is_sky: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order="C", device="cpu")],
) -> None:
    """
    Lifts pixels of a z-depth map to world points, with normals; fills the last five arrays.
    """

def normal_equations(
    rows: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order="C", device="cpu", writable=False)],
    weights: Annotated[NDArray[numpy.float64], dict(shape=(None,), order="C", device="cpu", writable=False)],
    values: Annotated[NDArray[numpy.float64], dict(shape=(None,), order="C", device="cpu", writable=False)],
    information: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order="C", device="cpu")],
    right: Annotated[NDArray[numpy.float64], dict(shape=(None,), order="C", device="cpu")],
) -> None:
    """Fills information = rows^T W rows and right = rows^T W values."""

def continue_along_surfaces(
    log_depth: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
    residual: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
    known: Annotated[NDArray[numpy.bool_], dict(shape=(None, None), order="C", device="cpu", writable=False)],
    stride: int,
    decay: float,
    out: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")],
) -> None:
    """
    Continues a correction along surfaces, not across depth edges; fills out.
    """

def give_way(
    positions: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    footprints: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    is_sky: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order="C", device="cpu", writable=False)],
    intrinsics: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    camera_from_world: Annotated[NDArray[numpy.float64], dict(shape=(4, 4), order="C", device="cpu", writable=False)],
    position: Annotated[NDArray[numpy.float64], dict(shape=(3), order="C", device="cpu", writable=False)],
    depth: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
    inner: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
    nearest: float,
    finer: float,
    same_surface: float,
    threads: int,
    gone: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order="C", device="cpu")],
) -> None:
    """Marks the points that a newly painted view replaces by finer ones."""

def doubled(
    positions: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    normals: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    footprints: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    is_sky: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order="C", device="cpu", writable=False)],
    gone: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order="C", device="cpu", writable=False)] | None,
    new_positions: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    new_normals: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    new_footprints: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    new_is_sky: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order="C", device="cpu", writable=False)],
    width: int,
    height: int,
    intrinsics: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    camera_from_world: Annotated[NDArray[numpy.float64], dict(shape=(4, 4), order="C", device="cpu", writable=False)],
    position: Annotated[NDArray[numpy.float64], dict(shape=(3), order="C", device="cpu", writable=False)],
    radius: float,
    thickness: float,
    detail: float,
    threads: int,
    result: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order="C", device="cpu")],
) -> None:
    """
    Marks the points of a view that stand on a surface which a cloud already has.
    """

def nearest_distances(
    points: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    eyes: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    threads: int,
    result: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu")],
) -> None:
    """Fills each point's distance to the nearest eye."""

def cell_sizes(
    distances: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    near: float,
    far_enough: float,
    result: Annotated[NDArray[numpy.float64], dict(shape=(None,), order="C", device="cpu")],
) -> None:
    """Fills the sizes of cells at distances from an eye."""

def one_a_cell(
    points: Annotated[NDArray[numpy.float32], dict(shape=(None, 3), order="C", device="cpu", writable=False)],
    distances: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    confidences: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
    near: float,
    size: float,
    far_enough: float,
    threads: int,
    keeper: Annotated[NDArray[numpy.int32], dict(shape=(None,), order="C", device="cpu")],
) -> int:
    """
    Fills, for each point, the most confident one of its cell; returns how many cells there are.
    """
