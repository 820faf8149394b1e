"""All views at once: scales and smooth corrections solved together over every overlap.

Views aligned one after the other pass their errors on, and the last one does not meet the first. Here every pair of
views that see the same surface says how much their depths differ there; the most plausible smooth corrections
(`smooth`) that explain it are found by robust least squares, the first view held fixed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lucid3d.alignment.motion import agrees, normal_equations, robust_weight
from lucid3d.alignment.smooth import FieldBasis, field_basis
from lucid3d.camera import Camera
from lucid3d.errors import InputError

SAMPLE_GRID = 32
"""Samples a picture's side: the corrections are smooth, so a sample every 16 pixels of 512 says all."""
NOISE = 0.004
"""Log-depth; two good measurements of one surface agree no better than this from one pixel to the next."""
GATE = 0.5
"""Log-depth beyond which two depths on one line of sight are taken for two surfaces, not one measured twice."""
OUTER_ITERATIONS = 3
"""Times that pixels are paired anew, because corrected points land on other pixels of views that stand elsewhere."""
INNER_ITERATIONS = 12
MAX_SAMPLES = 40_000
"""Samples of all pairs together: eight views on the spot have a tenth of that, and a few dozen a view are enough to
know a smooth field by when every view meets many."""
DENSE_VIEWS, DENSE_FILL = 40, 0.33
"""From so many views on, of which more than this share of the pairs meet, a dense factorisation is the faster one."""
SETTLED = 0.02
"""Standard deviations of its prior by which no coefficient moves any more when the weights have settled."""
NO_PARALLAX = 1e-4
"""What the gain of a sample differs from one, in views from one spot."""
LEAST_SAMPLES = 12
"""Common samples below which two views do not count as overlapping."""
SCALE_SIGMA = 10.0
"""Standard deviation of a view's scale, in log-depth: all but free. A tighter one would bend views to spare scales."""
STEEPEST = 6.0
"""Tangent of the tilt (80 degrees) beyond which a difference between pixels is a depth edge, not a slope."""

_log = logging.getLogger(__name__)


class PosedDepth(Protocol):
    """What `close_loop` needs to know of a view."""

    @property
    def camera(self) -> Camera:
        """Where the view was seen from."""
        ...

    @property
    def depth(self) -> NDArray[np.float32]:
        """(H, W) float32 z-depth in metres, +inf where it is sky."""
        ...


@dataclass(frozen=True)
class LoopClosure:
    """Depths that agree all the way around.

    Attributes:
        depths: corrected (H, W) float32 z-depth of every view; the first is unchanged.
        corrections: (H, W) float32 log-factors by which depths were multiplied.
        drift_before, drift_after: median relative depth step over all overlaps; NaN without any.
        closing_before, closing_after: the same where the path closes: between the last view and those at the beginning
            that it meets but does not follow; NaN when the path does not close.
        overlaps: pairs of views that see the same surface.
        changed: False when everything agreed already and nothing was touched.
        warning: what went wrong, or None.
    """

    depths: list[NDArray[np.float32]]
    corrections: list[NDArray[np.float32]]
    drift_before: float
    drift_after: float
    closing_before: float
    closing_after: float
    overlaps: int
    changed: bool
    warning: str | None


@dataclass
class _Pair:
    """Samples of view i that land on view j, on the same surface.

    xi, yi, xj, yj: (N,) pixels; residual: (N,) log of depth in j as i has it over depth in j as j has it;
    gain: (N,) derivative of the residual in i's correction (1 on the spot).
    """

    i: int
    j: int
    xi: NDArray[np.intp]
    yi: NDArray[np.intp]
    xj: NDArray[np.intp]
    yj: NDArray[np.intp]
    residual: NDArray[np.float64]
    gain: NDArray[np.float64]


def close_loop(
    views: Sequence[PosedDepth],
    *,
    fixed: Sequence[int] = (0,),
    scaled: Sequence[NDArray[np.float32]] | None = None,
    names: Sequence[int] | None = None,
) -> LoopClosure:
    """Solve for the scales and smooth corrections of all views together.

    Args:
        views: with `camera` and `depth` ((H, W) z-depth, +inf for sky), already aligned one by one, in path order.
        fixed: indices of views that stay as they are (the gauge).
        scaled: depth of every view after its scale alone (`Alignment.scaled`); with it the whole correction is asked
            to be plausible, not only what is added to the one found view by view.
        names: the views' numbers in warnings; None for their places in `views`.
    Raises:
        InputError: no view is fixed, or `scaled` does not fit the views.
    """
    if not views:
        nan = float("nan")
        return LoopClosure([], [], nan, nan, nan, nan, 0, False, None)
    if not fixed or min(fixed) < 0 or max(fixed) >= len(views):
        raise InputError(f"fixed views {list(fixed)} must name at least one of the {len(views)} views")
    if scaled is not None and [s.shape for s in scaled] != [v.depth.shape for v in views]:
        raise InputError("scaled must hold one depth map of the same shape for every view")
    cameras = [v.camera for v in views]
    given = [np.asarray(v.depth, np.float32) for v in views]
    prior = list(given if scaled is None else scaled)
    for k in fixed:
        prior[k] = given[k]
    bases = [field_basis(c.width, c.height, constant_sigma=SCALE_SIGMA) for c in cameras]
    pairs = _pairs(cameras, given)
    before = _steps(pairs, len(views))
    nothing = [np.zeros(d.shape, np.float32) for d in given]
    if not pairs:
        warning = None if len(views) == 1 else "no two views see the same surface; the loop was not closed"
        if warning:
            _log.warning(warning)
        return LoopClosure(given, nothing, before[0], before[0], before[1], before[1], 0, False, warning)
    overlaps = len({frozenset((p.i, p.j)) for p in pairs})
    warning = _adrift(pairs, range(len(views)) if names is None else names, fixed)
    if warning:
        _log.warning(warning)
    if _all_agree(pairs) and (scaled is None or _all_agree(_pairs(cameras, prior))):
        return LoopClosure(given, nothing, before[0], before[0], before[1], before[1], overlaps, False, warning)
    # Weights start from the overlaps as measured, not from views that were bent to meet their neighbours.
    depths = prior
    pairs = _pairs(cameras, depths) or pairs
    for _ in range(OUTER_ITERATIONS):
        coefficients = _solve(pairs, bases, depths, prior, set(fixed))
        depths = [
            d if k in fixed else (d * np.exp(b.field(q))).astype(np.float32)
            for k, (d, b, q) in enumerate(zip(prior, bases, coefficients, strict=True))
        ]
        parallax = max(float(np.abs(p.gain - 1).max()) for p in pairs)
        pairs = _pairs(cameras, depths)
        if parallax < NO_PARALLAX:  # on the spot, pixels pair up the same whatever their depth
            break
    after = _steps(pairs, len(views))
    with np.errstate(divide="ignore", invalid="ignore"):
        corrections = [np.nan_to_num(np.log(d / g)).astype(np.float32) for d, g in zip(depths, given, strict=True)]
    return LoopClosure(depths, corrections, before[0], after[0], before[1], after[1], overlaps, True, warning)


def _adrift(pairs: list[_Pair], names: Sequence[int], fixed: Sequence[int]) -> str | None:
    """Which of the views `names` no chain of overlaps ties to a fixed one, in a sentence; None when there is none."""
    tied = set(fixed)
    for _ in names:
        found = {k for p in pairs if (p.i in tied) != (p.j in tied) for k in (p.i, p.j)} - tied
        if not found:
            break
        tied |= found
    adrift = [str(name) for k, name in enumerate(names) if k not in tied]
    if not adrift:
        return None
    who = f"view {adrift[0]} sees" if len(adrift) == 1 else f"views {', '.join(adrift)} see"
    return f"{who} nothing in common with the views before; their scale was kept as it was found"


def _pairs(cameras: list[Camera], depths: list[NDArray[np.float32]]) -> list[_Pair]:
    """Every pair of views with common samples, the earlier one sampled."""
    pairs = []
    for i, (camera, depth) in enumerate(zip(cameras, depths, strict=True)):
        step = max(1, max(camera.width, camera.height) // SAMPLE_GRID)
        yi, xi = (a.ravel() for a in np.mgrid[step // 2 : camera.height : step, step // 2 : camera.width : step])
        z = depth[yi, xi].astype(np.float64)
        surface = np.isfinite(z) & (z > 0)
        xi, yi, z = xi[surface], yi[surface], z[surface]
        rays = np.stack([(xi + 0.5 - camera.cx) / camera.fx, (yi + 0.5 - camera.cy) / camera.fy, np.ones(len(xi))], 1)
        motion = (rays * z[:, None]) @ camera.rotation.T
        points = motion + camera.position
        for j, other in enumerate(cameras[i + 1 :], start=i + 1):
            local = points @ other.rotation + other.camera_from_world[:3, 3]
            direction = motion @ other.rotation
            depth_j = local[:, 2]
            with np.errstate(divide="ignore", invalid="ignore"):
                u = local[:, 0] / depth_j * other.fx + other.cx
                v = local[:, 1] / depth_j * other.fy + other.cy
            inside = (depth_j > 0) & (u >= 0) & (v >= 0) & (u < other.width) & (v < other.height)
            index = np.flatnonzero(inside)
            if len(index) < LEAST_SAMPLES:
                continue
            u, v, depth_j, direction = u[index], v[index], depth_j[index], direction[index]
            xj, yj = u.astype(np.intp), v.astype(np.intp)
            theirs, slope_x, slope_y = _sample(depths[j], u, v, other)
            with np.errstate(divide="ignore", invalid="ignore"):
                residual = np.log(depth_j / theirs)
            finite = np.isfinite(residual)
            if finite.sum() < LEAST_SAMPLES:
                continue
            # Views that are off as a whole see the same surface all the same.
            same = finite & (np.abs(residual - np.median(residual[finite])) < GATE)
            if same.sum() < LEAST_SAMPLES:
                continue
            # A point that moves along i's ray changes its depth in j, and the pixel of j that it is compared with.
            du = other.fx * (direction[:, 0] - direction[:, 2] * (u - other.cx) / other.fx) / depth_j
            dv = other.fy * (direction[:, 1] - direction[:, 2] * (v - other.cy) / other.fy) / depth_j
            gain = direction[:, 2] / depth_j - slope_x * du - slope_y * dv
            index = index[same]
            pairs.append(_Pair(i, j, xi[index], yi[index], xj[same], yj[same], residual[same], gain[same]))
    return pairs


def _sample(
    depth: NDArray[np.float32],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    camera: Camera,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Depth at (u, v) on the tangent plane of its pixel, and the slopes of log-depth there, a pixel."""
    x, y = u.astype(np.intp), v.astype(np.intp)
    height, width = depth.shape

    def inverse(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float64]:
        values: NDArray[np.float64] = 1.0 / depth[rows, columns].astype(np.float64)
        return values

    with np.errstate(divide="ignore", invalid="ignore"):
        here = inverse(y, x)
        slopes = []
        for before, after, focal in (
            (inverse(y, np.maximum(x - 1, 0)), inverse(y, np.minimum(x + 1, width - 1)), camera.fx),
            (inverse(np.maximum(y - 1, 0), x), inverse(np.minimum(y + 1, height - 1), x), camera.fy),
        ):
            back, on = here - before, after - here
            limit = STEEPEST / focal * here
            back_ok, on_ok = (np.abs(back) < limit) & (back != 0), (np.abs(on) < limit) & (on != 0)
            both = np.where(back_ok, back, 0) + np.where(on_ok, on, 0)
            slopes.append(both / np.maximum(back_ok.astype(np.intp) + on_ok, 1))
        value = here + slopes[0] * (u - x - 0.5) + slopes[1] * (v - y - 0.5)
        return 1.0 / value, -slopes[0] / here, -slopes[1] / here


def _steps(pairs: list[_Pair], count: int) -> tuple[float, float]:
    """Median relative step over all overlaps, and where the path closes."""
    if not pairs:
        return float("nan"), float("nan")
    everywhere = np.concatenate([p.residual for p in pairs])
    closing = [p.residual for p in pairs if {p.i, p.j} == {0, count - 1} and count > 2]
    return float(np.median(np.abs(everywhere))), (
        float(np.median(np.abs(np.concatenate(closing)))) if closing else float("nan")
    )


def _all_agree(pairs: list[_Pair]) -> bool:
    """Whether every view agrees with those that it meets as exact depths do."""
    views = {k for p in pairs for k in (p.i, p.j)}
    return all(agrees(np.concatenate([p.residual for p in pairs if k in (p.i, p.j)])) for k in views)


def _solve(
    pairs: list[_Pair],
    bases: list[FieldBasis],
    depths: list[NDArray[np.float32]],
    prior: list[NDArray[np.float32]],
    fixed: set[int],
) -> list[NDArray[np.float64]]:
    """Coefficients of every view's whole correction, from `prior`, that explain the overlaps of `depths` best."""
    terms = [_term(p, bases, depths, prior, fixed) for p in _thinned(pairs) if not {p.i, p.j} <= fixed]
    free = [k for k in range(len(bases)) if k not in fixed]
    solution = {k: np.zeros(len(bases[k])) for k in free}
    for iteration in range(INNER_ITERATIONS):
        blocks = {(k, k): np.eye(len(bases[k])) for k in free}
        right = {k: np.zeros(len(bases[k])) for k in free}
        for term in terms:
            now = term.start if iteration == 0 else term.residual + term.rows @ term.of(solution)
            spread = max(NOISE, 1.4826 * float(np.median(np.abs(now))))
            part, side = normal_equations(term.rows, robust_weight(now, spread) / spread**2, -term.residual)
            for a, at_a in term.columns.items():
                right[a] += side[at_a]
                for b, at_b in term.columns.items():
                    block = part[at_a, at_b]
                    blocks[a, b] = blocks[a, b] + block if (a, b) in blocks else block
        before, solution = solution, _solve_blocks(blocks, right)
        if max((np.abs(solution[k] - before[k]).max() for k in free), default=0.0) < SETTLED:
            break
    return [solution.get(k, np.zeros(len(b))) for k, b in enumerate(bases)]


@dataclass
class _Term:
    """What one pair asks of the coefficients q: rows @ q + residual small.

    rows: (N, M); residual: (N,); start: (N,) residuals to weigh by before anything is solved; columns: which of the M
    columns belong to which view.
    """

    rows: NDArray[np.float64]
    residual: NDArray[np.float64]
    start: NDArray[np.float64]
    columns: dict[int, slice]

    def of(self, solution: dict[int, NDArray[np.float64]]) -> NDArray[np.float64]:
        """(M,) the pair's coefficients."""
        return np.concatenate([solution[k] for k in self.columns])


def _term(
    p: _Pair,
    bases: list[FieldBasis],
    depths: list[NDArray[np.float32]],
    prior: list[NDArray[np.float32]],
    fixed: set[int],
) -> _Term:
    # The residual was measured with the corrections so far; ask for what it would be without.
    residual = p.residual - p.gain * np.log(depths[p.i][p.yi, p.xi] / prior[p.i][p.yi, p.xi])
    residual += np.log(depths[p.j][p.yj, p.xj] / prior[p.j][p.yj, p.xj])
    parts, columns, width = [], {}, 0
    for k, x, y, factor in ((p.i, p.xi, p.yi, p.gain), (p.j, p.xj, p.yj, -np.ones(len(p.gain)))):
        if k not in fixed:
            parts.append(bases[k].rows(x, y) * factor[:, None])
            columns[k] = slice(width, width + len(bases[k]))
            width += len(bases[k])
    return _Term(np.concatenate(parts, axis=1), residual, p.residual - np.median(p.residual), columns)


def _thinned(pairs: list[_Pair]) -> list[_Pair]:
    """The pairs with about MAX_SAMPLES samples altogether, evenly taken."""
    step = -(-sum(len(p.residual) for p in pairs) // MAX_SAMPLES)
    if step <= 1:
        return pairs
    some = slice(None, None, step)
    return [
        _Pair(p.i, p.j, p.xi[some], p.yi[some], p.xj[some], p.yj[some], p.residual[some], p.gain[some]) for p in pairs
    ]


def _solve_blocks(
    blocks: dict[tuple[int, int], NDArray[np.float64]], right: dict[int, NDArray[np.float64]]
) -> dict[int, NDArray[np.float64]]:
    """Solve a symmetric positive definite system of blocks, of which only those of overlapping views are there.

    Sparse along a path, where a view meets its neighbours alone, and for small systems, on which a threaded dense
    solver waits for its own threads whenever the machine is busy; dense where many views meet many.
    """
    from scipy.linalg import cho_factor, cho_solve
    from scipy.sparse import block_array, coo_array
    from scipy.sparse.linalg import splu

    views = list(right)
    if not views:
        return {}
    values = np.concatenate([right[k] for k in views])
    ends = np.cumsum([len(right[k]) for k in views])
    if len(views) >= DENSE_VIEWS and len(blocks) > DENSE_FILL * len(views) ** 2:
        place = {k: slice(end - len(right[k]), end) for k, end in zip(views, ends, strict=True)}
        dense = np.zeros((len(values), len(values)))
        for (a, b), block in blocks.items():
            dense[place[a], place[b]] = block
        factor = cho_factor(dense, lower=True, overwrite_a=True, check_finite=False)
        joint = cho_solve(factor, values, check_finite=False)
    else:
        # (wrapped, because block_array takes a table of plain arrays without a gap for one array of four dimensions)
        table = [[coo_array(blocks[a, b]) if (a, b) in blocks else None for b in views] for a in views]
        sparse = block_array(table, format="csc")
        factors = splu(sparse, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        joint = factors.solve(values)
    return dict(zip(views, np.split(joint, ends[:-1]), strict=True))
