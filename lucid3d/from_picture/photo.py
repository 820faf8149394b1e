"""A photograph as the start, without any network: it is placed inside a procedural world that goes with it.

What this is, honestly: the photograph's content is not recognised. Sky, ground, water and upright things are guessed
from colour, texture and position (see `picture`), and its depth is that of a stage: the ground a plane at the found
horizon, upright things flat cards that stand on it, a room a box, a close-up a ball before a backdrop. Around it stands
a world chosen by the prompt and by those guesses, with its horizon level with the picture's and its colours pulled to
the picture's; between the two the picture's own colours fade out. What was behind things in the photograph is made up
from that world. Where weights are at hand, the diffusion models do all this better.
"""

from __future__ import annotations

import logging
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.colour import linear_from_srgb
from lucid3d.errors import InputError
from lucid3d.from_picture.clearing import cleared
from lucid3d.from_picture.fitting import fitted
from lucid3d.from_picture.grade import Grade, kinds_of, match, sky_colours
from lucid3d.from_picture.learned import layout_from_reading
from lucid3d.from_picture.picture import SKY, Kind, Layout, read_picture
from lucid3d.from_picture.surface import joined
from lucid3d.from_picture.surround import Canvas, extend
from lucid3d.learning.optics import levelling
from lucid3d.learning.reader import Reading
from lucid3d.procedural.build import build_place, place_under_sky
from lucid3d.procedural.kit.arrays import f32
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render.drawing import equirectangular_rays
from lucid3d.procedural.render.rays import RayScene

if TYPE_CHECKING:
    from lucid3d.procedural.render.drawing import Drawing
    from lucid3d.procedural.world import World

Array = NDArray[np.float32]
LARGEST = 1024
"""Longer side in pixels of the picture that is continued; the first view still shows the photograph as it came."""
BOKEH = 1.4
"""Degrees of blur that a close-up's surroundings have."""
FINGERPRINT = 16
"""Pixels across and down of the picture by which it is told from others."""
GRID = 520
"""Columns of the surface that stands for the photograph when it is seen from elsewhere."""


class PhotoWorld:
    """A photograph inside a world, drawn from any camera like `World`.

    Attributes:
        layout: what was found in the photograph.
        around: the procedural world around it; its frame is `tilted` against the first camera's by the picture's pitch.
        canvas: the photograph with its continuation beyond the frame.
    """

    def __init__(self, image: Array, camera: Camera, layout: Layout, around: World, canvas: Canvas) -> None:
        self.image = image
        self.camera = camera
        self.layout = layout
        self.around = around
        self.canvas = canvas
        self.prompt, self.seed = around.prompt, around.seed
        self.brief = around.brief and replace(
            around.brief, explanation=" ".join(filter(None, [layout.told, around.brief.explanation]))
        )
        self.place, self.atmosphere = around.place, around.atmosphere
        self.tilted = np.eye(4)
        self.tilted[:3, :3] = levelling(-np.degrees(layout.pitch), np.degrees(layout.roll))
        scale = 220 / canvas.camera.width
        coarse = canvas.camera.resized(220, max(int(canvas.camera.height * scale), 8))
        drawn = around.draw(coarse.at(self._around_pose(coarse)), antialias=False)
        kinds = kinds_of(drawn.depth, drawn.labels)
        blur = np.radians(BOKEH) if layout.kind == "closeup" else 0.0
        up = f32(self.tilted[:3, :3].T @ np.array([0.0, -1.0, 0.0]))
        whole = around.draw_equirectangular(48)
        colours = sky_colours(canvas, whole.image, ~np.isfinite(whole.depth), up)
        whole_kinds = kinds_of(whole.depth, whole.labels)
        self.grade: Grade = match(canvas, drawn.image, kinds, coarse, blur, colours, whole.image, whole_kinds)
        self._surface: _Surface | None = None

    def _around_pose(self, camera: Camera) -> NDArray[np.float64]:
        """`camera`'s pose in the frame of the world around."""
        pose: NDArray[np.float64] = (
            self.tilted @ np.linalg.inv(self.camera.world_from_camera) @ camera.world_from_camera
        )
        return pose

    @property
    def meshes(self) -> list[Mesh]:
        """The meshes of the world around, in its own frame."""
        return self.around.meshes

    def draw(self, camera: Camera, *, antialias: bool = True, only: NDArray[np.bool_] | None = None) -> Drawing:
        """What `camera` sees: the photograph where it was taken, and its world around. All of it, whatever `only`
        (H, W) wants: the blend between the two needs the neighbourhood."""
        local = np.linalg.inv(self.camera.world_from_camera) @ camera.world_from_camera
        drawn = self.around.draw(camera.at(self._around_pose(camera)), antialias=antialias)
        rays = (camera.rays() @ local[:3, :3].T.astype(np.float32)).astype(np.float32)  # in the first camera's frame
        step = np.linalg.norm(camera.rays(), axis=-1)
        image, depth = self._composite(drawn, rays, local[:3, 3], step, camera.fx)
        first = self._is_first(camera)
        if first is not None:
            image = first
        return replace(drawn, image=image, depth=depth, radiance=linear_from_srgb(image))

    def draw_equirectangular(self, height: int, position: NDArray[np.floating] | None = None) -> Drawing:
        """(height, 2 * height) panorama in the first camera's frame; depth is distance along the ray."""
        place = np.zeros(3) if position is None else np.asarray(position, np.float64)
        local = np.linalg.inv(self.camera.world_from_camera)
        start = local[:3, :3] @ place + local[:3, 3]
        drawn = self.around.draw_equirectangular(height, self.tilted[:3, :3] @ start)
        rays = (equirectangular_rays(height).reshape(height, 2 * height, 3) @ local[:3, :3].T).astype(np.float32)
        turned = rays @ self.tilted[:3, :3].T.astype(np.float32)  # the panorama around is drawn in its own frame
        labels = _turned(f32(drawn.labels), turned).astype(np.int32)
        around = replace(drawn, image=_turned(drawn.image, turned), depth=_turned(drawn.depth, turned), labels=labels)
        step = np.linalg.norm(rays, axis=-1)
        image, distance = self._composite(around, rays, start, step, height / np.pi)
        return replace(drawn, image=image, depth=distance, radiance=linear_from_srgb(image))

    def _is_first(self, camera: Camera) -> Array | None:
        """The photograph itself, at the camera's size, if `camera` is the one that took it."""
        import cv2

        own = self.camera
        same_pose = np.abs(own.world_from_camera - camera.world_from_camera).max() < 1e-6
        same_lens = (
            abs(own.fx / own.width - camera.fx / camera.width) < 1e-4
            and abs(own.fy / own.height - camera.fy / camera.height) < 1e-4
        )
        if not (same_pose and same_lens):
            return None
        if (camera.width, camera.height) == (own.width, own.height):
            return self.image.copy()
        how = cv2.INTER_AREA if camera.width < own.width else cv2.INTER_CUBIC
        resized = cv2.resize(self.image, (camera.width, camera.height), interpolation=how)
        return f32(np.clip(resized, 0, 1))

    def _composite(
        self, drawn: Drawing, rays: Array, start: NDArray[np.float64], step: Array, focal: float
    ) -> tuple[Array, Array]:
        """Lay the photograph over the drawn world.

        Args:
            drawn: the world around; depth in units of `step` (so that depth / step * ray is the point).
            rays: (H, W, 3) in the first camera's frame, of any length; start: (3,) where they begin.
            step: (H, W) length of the drawn camera's rays per unit of depth.
            focal: pixels per radian.
        """
        depth = drawn.depth
        length = np.linalg.norm(rays, axis=-1)
        unit_rays = rays / length[..., None]
        far = np.where(np.isfinite(depth), depth * step, np.inf)  # metres along the ray
        away = bool(np.linalg.norm(start) > 1e-5)
        points = start + unit_rays * np.where(np.isfinite(far), far, 1e5)[..., None]
        seen = np.where(np.isfinite(far)[..., None], points, unit_rays).astype(
            np.float32
        )  # as seen from the first camera
        sky = ~np.isfinite(far)
        around = self.grade.apply(drawn.image, kinds_of(depth, drawn.labels), seen, focal)
        share_w, _, _ = self._look_up(seen)
        if not away:
            share, color, _ = self._look_up(unit_rays.astype(np.float32))
            reach = self._canvas_distance(unit_rays)
            mixed = share[..., None] * color + (1 - share[..., None]) * around
            with np.errstate(divide="ignore"):
                joined = 1 / (share / reach + (1 - share) / far)
            return np.clip(mixed, 0, 1).astype(np.float32), (joined / step).astype(np.float32)
        if self._surface is None:
            self._surface = _Surface(self)
        hit = self._surface.trace(start, unit_rays)
        on_surface = np.where(
            np.isfinite(hit)[..., None], start + unit_rays * np.where(np.isfinite(hit), hit, 1)[..., None], unit_rays
        )
        share_s, color_s, _ = self._look_up(on_surface.astype(np.float32))
        share_d, color_d, class_d = self._look_up(unit_rays.astype(np.float32))
        bare, bare_class, bare_depth = self._look_behind(unit_rays.astype(np.float32))
        replaced = share_w > 0.5  # the objects in it come from the photograph
        front = np.isfinite(hit) & ((hit < far * 1.02) | replaced)
        open_sky = ~front & (share_d > 0) & (class_d == SKY) & (sky | replaced)
        gap = ~front & ~open_sky & (share_d > 0) & (sky | replaced)  # something stood here: show what lies behind it
        share = np.where(front, share_s, np.where(open_sky | gap, share_d, 0.0))[..., None]
        color = np.where(front[..., None], color_s, np.where(gap[..., None], bare, color_d))
        mixed = share * color + (1 - share) * around
        behind = np.where(bare_class == SKY, np.inf, bare_depth)
        distance = np.where(gap & (share[..., 0] > 0.5), behind, far)
        distance = np.where(front, hit, np.where(open_sky & (share[..., 0] > 0.5), np.inf, distance))
        return np.clip(mixed, 0, 1).astype(np.float32), (distance / step).astype(np.float32)

    def _project(self, directions: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Canvas columns and rows (for cv2.remap) of directions or points, and which lie on it."""
        camera = self.canvas.camera
        z = np.maximum(directions[..., 2], 1e-6)
        u = (directions[..., 0] / z * camera.fx + camera.cx - 0.5).astype(np.float32)
        v = (directions[..., 1] / z * camera.fy + camera.cy - 0.5).astype(np.float32)
        on = (directions[..., 2] > 1e-3) & (u > 0) & (v > 0) & (u < camera.width - 1) & (v < camera.height - 1)
        return np.where(on, u, 0).astype(np.float32), np.where(on, v, 0).astype(np.float32), on

    def _look_up(self, directions: Array) -> tuple[Array, Array, NDArray[np.uint8]]:
        """Share, colour and class of the canvas in `directions` from the first camera."""
        import cv2

        u, v, on = self._project(directions)
        share = f32(cv2.remap(self.canvas.share, u, v, cv2.INTER_LINEAR) * on)
        color = f32(cv2.remap(self.canvas.color, u, v, cv2.INTER_LINEAR))
        classes = np.asarray(cv2.remap(self.canvas.classes, u, v, cv2.INTER_NEAREST), np.uint8)
        return share, color, classes

    def _look_behind(self, directions: Array) -> tuple[Array, NDArray[np.uint8], Array]:
        """Colour, class and distance of what lies behind the things in front."""
        import cv2

        u, v, on = self._project(directions)
        color = f32(cv2.remap(self.canvas.plate, u, v, cv2.INTER_LINEAR))
        classes = np.asarray(cv2.remap(self.canvas.plate_classes, u, v, cv2.INTER_NEAREST), np.uint8)
        depth = cv2.remap(self.canvas.plate_depth, u, v, cv2.INTER_NEAREST)
        length = np.linalg.norm(directions, axis=-1) / np.maximum(directions[..., 2], 1e-6)
        return color, classes, np.where(on, depth * length, np.inf).astype(np.float32)

    def _canvas_distance(self, directions: NDArray[np.floating]) -> Array:
        """Metres along unit `directions` to the canvas's surface, +inf = sky or not on the canvas."""
        import cv2

        u, v, on = self._project(directions.astype(np.float32))
        depth = cv2.remap(self.canvas.depth, u, v, cv2.INTER_NEAREST)
        result: Array = np.where(on, depth / np.maximum(directions[..., 2], 1e-6), np.inf).astype(np.float32)
        return result


class _Surface:
    """The photograph's stage as triangles, cut at the edges of things, for views from elsewhere."""

    def __init__(self, world: PhotoWorld) -> None:
        canvas = world.canvas
        columns = min(GRID, canvas.camera.width)
        camera = canvas.camera.resized(columns, max(int(canvas.camera.height * columns / canvas.camera.width), 8))
        rays = camera.rays()
        length = np.linalg.norm(rays, axis=-1)
        unit_rays = rays / length[..., None]
        share, _, _ = world._look_up(unit_rays)
        reach = world._canvas_distance(unit_rays)
        turned = (unit_rays @ world.tilted[:3, :3].T).reshape(-1, 3).astype(np.float32)
        far, _ = world.around.trace(np.zeros_like(turned), turned)
        with np.errstate(divide="ignore"):
            whole_way = 1 / (share / reach + (1 - share) / far.reshape(share.shape))
        solid = np.isfinite(whole_way) & (share > 0.02)
        distance = np.where(solid, whole_way, 1.0)
        vertices = unit_rays * distance[..., None]
        index = np.arange(distance.size).reshape(distance.shape)
        corners = [index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]]
        values = np.stack([distance.ravel()[c] for c in corners])
        whole = np.stack([solid.ravel()[c] for c in corners]).all(axis=0)
        whole &= joined(values)
        a, b, c, d = (corner[whole] for corner in corners)
        triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
        self._scene = RayScene(vertices.reshape(-1, 3).astype(np.float32), triangles.astype(np.uint32))

    def trace(self, start: NDArray[np.float64], directions: NDArray[np.floating]) -> Array:
        """Distance along unit `directions` (..., 3) from `start` (3,), +inf = none."""
        flat = np.ascontiguousarray(directions.reshape(-1, 3).astype(np.float32))
        begin = np.broadcast_to(start.astype(np.float32), flat.shape)
        return self._scene.cast(begin, flat).distance.reshape(directions.shape[:-1])


def _turned(panorama: Array, directions: Array) -> Array:
    """A panorama (h, 2h) or (h, 2h, 3) read in other `directions` (H, W, 3) of its own frame; nearest for depth."""
    import cv2

    height = panorama.shape[0]
    unit = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    column = (np.arctan2(unit[..., 0], unit[..., 2]) / (2 * np.pi) + 0.5) * 2 * height
    row = (0.5 + np.arcsin(np.clip(unit[..., 1], -1, 1)) / np.pi) * height
    padded = np.concatenate([panorama[:, -2:], panorama, panorama[:, :2]], axis=1)
    how = cv2.INTER_LINEAR if panorama.ndim == 3 else cv2.INTER_NEAREST
    read = cv2.remap(
        padded, (column + 1.5).astype(np.float32), (row - 0.5).astype(np.float32), how, borderMode=cv2.BORDER_REPLICATE
    )
    return f32(read)


def seed_of(picture: Array, seed: int) -> int:
    """A seed of this picture's (H, W, 3) own, so that two pictures of streets do not get the same houses."""
    import cv2

    small = cv2.resize(picture, (FINGERPRINT, FINGERPRINT), interpolation=cv2.INTER_AREA)
    mark = zlib.crc32(np.rint(small * 255).astype(np.uint8).tobytes())
    return int(np.random.default_rng([seed, mark]).integers(1 << 31))


def world_from_photo(
    image: NDArray[np.floating],
    camera: Camera | float = 60.0,
    seed: int = 0,
    prompt: str = "",
    *,
    kind: Kind | None = None,
    reading: Reading | None = None,
) -> PhotoWorld:
    """Place a photograph inside a world that goes with it.

    Args:
        image: (H, W, 3) sRGB in [0, 1].
        camera: the camera that took it, or its horizontal field of view in degrees.
        seed: decides the world around.
        prompt: words for the world around; what the picture itself suggests is added.
        kind: outdoors, room or closeup, if known; else it is guessed.
        reading: what a network read in it (at any size); None to go by rules.
    Raises:
        InputError: the image is not (H, W, 3) with values in [0, 1], or smaller than 32 pixels.
    """
    import cv2

    picture = np.asarray(image, np.float32)
    if picture.ndim != 3 or picture.shape[2] != 3 or min(picture.shape[:2]) < 32:
        raise InputError(f"image has shape {picture.shape}: give (height, width, 3) of at least 32x32 pixels")
    if not np.isfinite(picture).all() or picture.min() < -1e-3 or picture.max() > 1.001:
        raise InputError("image values must lie between 0 and 1: divide 8-bit pictures by 255")
    picture = np.clip(picture, 0, 1)
    height, width = picture.shape[:2]
    if not isinstance(camera, Camera):
        camera = Camera.from_fov(width, height, float(camera))
    if (camera.width, camera.height) != (width, height):
        picture = f32(cv2.resize(picture, (camera.width, camera.height), interpolation=cv2.INTER_AREA))
    lens, working = camera, picture
    if max(camera.width, camera.height) > LARGEST:
        scale = LARGEST / max(camera.width, camera.height)
        lens = camera.resized(round(camera.width * scale), round(camera.height * scale))
        working = f32(cv2.resize(picture, (lens.width, lens.height), interpolation=cv2.INTER_AREA))
    if reading is None:
        layout = read_picture(working, lens.fx, prompt, kind)
    else:
        layout = layout_from_reading(reading.resized(lens.width, lens.height), working, lens.fx, prompt, kind)
    logging.getLogger(__name__).info(
        "photograph read as %s, horizon at row %.0f: %s", layout.kind, layout.horizon, layout.words
    )
    brief = understand(layout.words)
    seed = seed_of(picture, seed)
    place = build_place(brief, seed)
    if layout.box is not None:
        place = fitted(place, layout.box)
    if layout.measured:
        place = cleared(place, layout.depth, lens, levelling(-np.degrees(layout.pitch), np.degrees(layout.roll)))
    around = place_under_sky(place, brief, seed, drops=False)
    return PhotoWorld(picture, camera, layout, around, extend(working, layout, lens, seed))
