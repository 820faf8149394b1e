"""A photograph as the start: its layout, its place in a world, the seam, and views that agree."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.families.base import DepthEstimator, Painter
from lucid3d.families.picture import photo_models
from lucid3d.from_picture.photo import PhotoWorld, seed_of, world_from_photo
from lucid3d.from_picture.picture import GROUND, SKY, UPRIGHT, WATER, Layout, read_picture
from lucid3d.from_picture.room_box import Box
from lucid3d.from_picture.surround import extend
from lucid3d.procedural.build import build_world
from lucid3d.procedural.kit.place import EYE_HEIGHT

FOV = 60.0
PLACES_OF_KNOWN_HORIZON = [
    "a tropical island with palms",
    "farmland in summer with hay bales",
    "a modern city at night",
]


def sample(name: str, width: int = 320) -> np.ndarray:
    from sklearn.datasets import load_sample_image

    image = load_sample_image(name)
    size = (width, round(width * image.shape[0] / image.shape[1]))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32) / 255


def focal(image: np.ndarray) -> float:
    return float(0.5 * image.shape[1] / np.tan(np.radians(FOV / 2)))


@pytest.fixture(scope="module")
def china() -> tuple[Painter, DepthEstimator, PhotoWorld]:
    return photo_models(sample("china.jpg"), FOV, seed=3)


def drawn_landscape(horizon: int) -> np.ndarray:
    """A sky gradient, a green plain with grain, a dark tower that stands on it."""
    rng = np.random.default_rng(0)
    image = np.empty((240, 320, 3), np.float32)
    rows = np.arange(240)[:, None, None]
    image[:] = np.float32([0.45, 0.62, 0.9]) + rows / 240 * np.float32([0.35, 0.22, 0.05])
    image[horizon:] = np.float32([0.3, 0.4, 0.15]) + rng.normal(0, 0.07, (240 - horizon, 320, 1))
    image[horizon - 60 : horizon + 25, 140:180] = np.float32([0.35, 0.15, 0.1]) + rng.normal(0, 0.06, (85, 40, 1))
    return np.clip(image, 0, 1)


@pytest.mark.parametrize("horizon", [90, 120, 150])
def test_the_horizon_and_what_stands_on_the_ground(horizon: int) -> None:
    image = drawn_landscape(horizon)
    layout = read_picture(image, focal(image))
    assert layout.kind == "outdoors"
    assert layout.horizon == pytest.approx(horizon, abs=5)
    assert layout.pitch == pytest.approx(np.arctan((120 - horizon) / focal(image)), abs=0.02)
    assert (layout.classes[: horizon - 70] == SKY).mean() > 0.98
    assert (layout.classes[horizon - 50 : horizon - 5, 145:175] == UPRIGHT).mean() > 0.95
    assert (layout.classes[horizon + 30 :, :120] == GROUND).mean() > 0.95
    # The ground is the plane that a person's eye is above; the tower stands where its foot is.
    row = 225
    assert layout.depth[row, 30] == pytest.approx(EYE_HEIGHT * focal(image) / (row + 0.5 - layout.horizon), rel=0.02)
    foot = EYE_HEIGHT * focal(image) / 25
    assert np.median(layout.depth[horizon - 40 : horizon, 150:170]) == pytest.approx(foot, rel=0.5)


def test_clouds_do_not_lift_the_horizon() -> None:
    """Bright ragged clouds end the smooth sky here and there, far above the horizon."""
    image = drawn_landscape(120)
    rng = np.random.default_rng(1)
    for _ in range(26):
        x, y = int(rng.integers(320)), int(rng.integers(5, 95))
        cv2.ellipse(image, (x, y), (int(rng.integers(12, 40)), int(rng.integers(4, 12))), 0, 0, 360, (0.97,) * 3, -1)
    image = np.clip(cv2.GaussianBlur(image, (0, 0), 0.8), 0, 1)
    layout = read_picture(image, focal(image))
    assert layout.horizon == pytest.approx(120, abs=8)
    assert (layout.classes[:50] == SKY).mean() > 0.8
    assert "lake" not in layout.words


@pytest.mark.slow
@pytest.mark.parametrize("prompt", PLACES_OF_KNOWN_HORIZON)
def test_the_horizon_of_drawn_places(prompt: str) -> None:
    """A far shore, fields and a street, looking down, level and up: where the horizon is, is known."""
    from lucid3d.procedural.build import build_world

    world = build_world(prompt, seed=1)
    for pitch in (-10, 0, 10):
        camera = Camera.from_fov(512, 512, FOV, yaw_pitch(0, pitch))
        level = camera.rotation.T @ (0, 0, 1)
        layout = read_picture(world.draw(camera).image, camera.fx)
        assert layout.horizon == pytest.approx(camera.cy + camera.fy * level[1] / level[2], abs=15)


@pytest.mark.parametrize("pitch", [-12, 0, 7])
def test_upright_edges_tell_how_the_camera_was_tilted(pitch: int) -> None:
    """Posts on both sides, among as many edges that lean any which way."""
    from lucid3d.from_picture.horizon import leaning

    camera = Camera.from_fov(320, 240, FOV, yaw_pitch(0, pitch))
    rng = np.random.default_rng(0)
    foot = np.stack([rng.uniform(-3, 3, 40), np.full(40, 1.0), rng.uniform(5, 9, 40)], axis=-1)
    ends = np.concatenate([camera.project(foot)[0], camera.project(foot - (0, 2, 0))[0]], axis=1)
    ends[::2, 2] += rng.uniform(-9, 9, 20)
    rows = np.arange(20, 220)
    level = camera.rotation.T @ (0, 0, 1)
    found = rows[leaning(ends, (240, 320), camera.fx, rows).argmax()]
    assert found == pytest.approx(camera.cy + camera.fy * level[1] / level[2], abs=5)


def test_china_is_read_as_ground_building_and_sky() -> None:
    image = sample("china.jpg", 640)
    layout = read_picture(image, focal(image))
    assert layout.kind == "outdoors" and 190 < layout.horizon < 216  # the far shore is at row 205
    near, building, lake = layout.depth[415, 480], np.median(layout.depth[120:200, 150:260]), layout.depth[235, 450]
    assert near < building < lake
    assert np.isinf(layout.depth[60, 450])
    assert "lake" in layout.words


@pytest.mark.parametrize("size", [(320, 214), (400, 267), (512, 342)])
def test_chinas_far_shore_is_found_at_any_size(size: tuple[int, int]) -> None:
    image = cv2.resize(sample("china.jpg", 640), size, interpolation=cv2.INTER_AREA)
    assert read_picture(image, focal(image)).horizon / size[1] == pytest.approx(205 / 427, abs=0.025)


def test_flower_is_a_round_thing_before_a_backdrop() -> None:
    image = sample("flower.jpg", 640)
    layout = read_picture(image, focal(image))
    assert layout.kind == "closeup"
    middle, rim, behind = layout.depth[210, 305], layout.depth[210, 190], layout.depth[60, 60]
    assert middle < rim < behind
    assert layout.standing[210, 305] and not layout.standing[60, 60]


def test_room_is_a_box() -> None:
    """Drawn by a box with shaded faces: the fitted box has its depth."""
    size, f = (240, 320), 277.0
    box = Box(5.0, 2.4, 2.0, EYE_HEIGHT, 1.0, (160.0, 120.0))
    x, y = (np.arange(320) + 0.5 - 160)[None] / f, (np.arange(240) + 0.5 - 120)[:, None] / f
    depth = box.depth(x, y)
    faces = [
        (np.isclose(depth * y, EYE_HEIGHT), (0.35, 0.25, 0.18)), (np.isclose(-depth * y, 1.0), (0.9, 0.88, 0.85)),
        (np.isclose(-depth * x, 2.4), (0.65, 0.6, 0.5)), (np.isclose(depth * x, 2.0), (0.5, 0.47, 0.42)),
        (np.isclose(depth, 5.0), (0.78, 0.74, 0.65)),
    ]  # fmt: skip
    image = np.zeros((*size, 3), np.float32)
    for where, color in faces:
        image[where] = color
    image += np.random.default_rng(0).normal(0, 0.01, image.shape).astype(np.float32)
    layout = read_picture(np.clip(image, 0, 1), f, "a room")
    assert layout.kind == "room" and layout.horizon == pytest.approx(120, abs=8)
    error = np.abs(layout.depth - depth) / depth
    assert np.median(error) < 0.1 and np.percentile(error, 90) < 0.3


def test_canvas_continues_the_frame_without_a_step() -> None:
    image = sample("china.jpg")
    camera = Camera.from_fov(image.shape[1], image.shape[0], FOV)
    canvas = extend(image, read_picture(image, camera.fx), camera, 0)
    top = round(canvas.camera.cy - camera.cy)
    left = round(canvas.camera.cx - camera.cx)
    inside = canvas.color[top : top + camera.height, left : left + camera.width]
    assert np.array_equal(inside, image)
    rows = slice(top + 5, top + camera.height - 5)
    right = left + camera.width
    across = np.abs(canvas.color[rows, right] - canvas.color[rows, right - 1]).mean()
    within = np.abs(canvas.color[rows, right - 4] - canvas.color[rows, right - 5]).mean()
    assert across < 1.5 * within + 0.01
    assert canvas.share[rows, left + 5 : right - 5].min() == 1
    assert canvas.share[0].max() < 0.05 and canvas.share[:, 0].max() < 0.05


def test_the_first_view_is_the_photograph(china: tuple[Painter, DepthEstimator, PhotoWorld]) -> None:
    painter, depth, world = china
    image = painter.imagine("", world.camera, seed=0)
    assert np.array_equal(image, world.image)
    assert isinstance(painter, Painter) and isinstance(depth, DepthEstimator)
    found = depth.estimate(image, world.camera)
    sky = np.isinf(found)
    assert (sky == (world.layout.classes == SKY)).mean() > 0.97
    np.testing.assert_allclose(
        found[~sky & np.isfinite(world.layout.depth)],
        world.layout.depth[~sky & np.isfinite(world.layout.depth)],
        rtol=0.02,
    )


def test_the_seam_cannot_be_seen(china: tuple[Painter, DepthEstimator, PhotoWorld]) -> None:
    """Where the photograph's right edge is in the middle of a view, steps are no larger than beside it."""
    _, _, world = china
    camera = Camera.from_fov(240, 180, FOV, yaw_pitch(30, 0))
    image = world.draw(camera).image
    step = np.abs(np.diff(cv2.GaussianBlur(image, (1, 9), 0), axis=1)).mean(axis=(0, 2))
    middle = step[116:124].max()
    assert middle < 2.0 * np.percentile(np.r_[step[70:110], step[130:170]], 75)


def outline_contrast(world: PhotoWorld, camera: Camera, shift: float) -> float:
    """Mean step in sRGB across the photograph's outline in a view of `camera`, moved outwards by `shift` pixels."""
    own, image, steps = world.camera, world.draw(camera).image, []
    turn = camera.rotation.T @ own.rotation
    t = np.linspace(0.03, 0.97, 200)
    w, h = own.width, own.height
    for x, y, out in ((0 * t, t * h, -1), (0 * t + w, t * h, 1), (t * w, 0 * t, 1), (t * w, 0 * t + h, -1)):
        ray = np.stack([(x - own.cx) / own.fx, (y - own.cy) / own.fy, np.ones_like(t)], -1) @ turn.T
        u, v = (ray[:, i] / ray[:, 2] * f + c for i, f, c in ((0, camera.fx, camera.cx), (1, camera.fy, camera.cy)))
        along = np.stack([np.gradient(u), np.gradient(v)])
        normal = out * np.stack([along[1], -along[0]]) / np.linalg.norm(along, axis=0)
        sides = [
            cv2.remap(
                image,
                (u + normal[0] * (shift + s) - 0.5).astype(np.float32)[None],
                (v + normal[1] * (shift + s) - 0.5).astype(np.float32)[None],
                cv2.INTER_LINEAR,
            )
            for s in (-1.5, 1.5)
        ]
        seen = (u > 16) & (v > 16) & (u < camera.width - 16) & (v < camera.height - 16)
        steps.append(np.abs(sides[1] - sides[0])[0, seen])
    return float(np.concatenate(steps).mean())


def glow(world: PhotoWorld, camera: Camera) -> np.ndarray:
    """Mean lightness of the sky by distance from the photograph's outline, in steps of 2 degrees from 8 within it to
    22 beyond."""
    drawing = world.draw(camera)
    own = world.camera
    rays = camera.world_rays() @ own.rotation
    angle = [np.degrees(np.arctan2(np.abs(rays[..., i]), rays[..., 2])) for i in (0, 1)]
    edge = [np.degrees(np.arctan(0.5 * n / f)) for n, f in ((own.width, own.fx), (own.height, own.fy))]
    ax, ay = angle[0] - edge[0], angle[1] - edge[1]
    off = np.where(np.maximum(ax, ay) > 0, np.hypot(np.maximum(ax, 0), np.maximum(ay, 0)), np.maximum(ax, ay))
    sky = np.isinf(drawing.depth)
    light = drawing.image.mean(axis=-1)
    return np.array([light[sky & (off >= d) & (off < d + 2)].mean() for d in range(-8, 22, 2)])


def on_a_plain(name: str) -> PhotoWorld:
    """A photograph in the smallest of worlds: its mountains, if any, are the photograph's."""
    from tests.procedural.small_world import small_world

    image = sample(name)
    camera = Camera.from_fov(image.shape[1], image.shape[0], FOV)
    layout = read_picture(image, camera.fx)
    return PhotoWorld(image, camera, layout, small_world(), extend(image, layout, camera, 0))


@pytest.fixture(scope="module")
def china_on_a_plain() -> PhotoWorld:
    return on_a_plain("china.jpg")


def test_no_pale_rectangle_stands_in_the_sky(china_on_a_plain: PhotoWorld) -> None:
    """Beyond the outline the sky's lightness changes no faster than it does within the photograph."""
    profile = np.diff(glow(china_on_a_plain, Camera.from_fov(320, 240, 100)))
    assert np.abs(profile[4:]).max() < max(np.abs(profile[:3]).max(), 0.012)


def test_the_outline_is_no_line(china_on_a_plain: PhotoWorld) -> None:
    """The step across the outline is no larger than across the same curve a few pixels in or out."""
    for world in (china_on_a_plain, on_a_plain("flower.jpg")):
        camera = Camera.from_fov(320, 240, 100)
        beside = [outline_contrast(world, camera, s) for s in (-9, -7, -5, 5, 7, 9)]
        assert outline_contrast(world, camera, 0.0) < 1.2 * np.mean(beside) + 0.002


def test_the_sky_has_the_photographs_colours_all_round(china_on_a_plain: PhotoWorld) -> None:
    """At 90 degrees to it, the sky over the horizon is the photograph's."""
    aside = china_on_a_plain.draw(Camera.from_fov(96, 64, 60, yaw_pitch(90, 0)))
    low = np.isinf(aside.depth) & (np.arange(64)[:, None] > 12)
    photo = china_on_a_plain.image[china_on_a_plain.layout.classes == SKY]
    assert np.abs(aside.image[low].mean(axis=0) - photo.mean(axis=0)).max() < 0.08


def test_the_horizon_around_is_level_with_the_pictures(china_on_a_plain: PhotoWorld) -> None:
    """The direction of the photograph's horizon is level in the world around, at its middle and at its sides."""
    camera, layout = china_on_a_plain.camera, china_on_a_plain.layout
    assert layout.horizon == pytest.approx(102, abs=6)  # the far shore
    middle = np.array([0.0, (layout.horizon - camera.cy) / camera.fy, 1.0])
    level = china_on_a_plain.tilted[:3, :3] @ (middle / np.linalg.norm(middle))
    assert abs(np.degrees(np.arcsin(level[1]))) < 0.01


def test_the_lake_goes_on_in_its_own_colour() -> None:
    """Water around takes the colours of the photograph's water, not those of its trees."""
    from lucid3d.from_picture.grade import OPEN, SOLID, WET, match

    image = sample("china.jpg")
    camera = Camera.from_fov(image.shape[1], image.shape[0], FOV)
    canvas = extend(image, read_picture(image, camera.fx), camera, 0)
    coarse = canvas.camera.resized(120, round(120 * canvas.camera.height / canvas.camera.width))
    kinds = np.full((coarse.height, coarse.width), SOLID, np.uint8)
    kinds[: coarse.height // 2] = OPEN
    kinds[coarse.height // 2 : coarse.height * 2 // 3] = WET
    drawn = np.full((coarse.height, coarse.width, 3), 0.2, np.float32)
    drawn += np.random.default_rng(0).normal(0, 0.03, drawn.shape).astype(np.float32)
    grade = match(canvas, drawn, kinds, coarse, 0.0, None, drawn, kinds)
    shown = grade.apply(drawn, kinds, coarse.rays(), coarse.fx)
    lake = canvas.color[(canvas.classes == WATER) & (canvas.share > 0.9)].mean(axis=0)
    assert np.abs(shown[kinds == WET].mean(axis=0) - lake).max() < 0.1
    assert shown[kinds == SOLID].mean() < 0.6 * lake.mean()


def test_two_pictures_of_a_place_get_worlds_of_their_own() -> None:
    china, flower = sample("china.jpg"), sample("flower.jpg")
    assert seed_of(china, 1) == seed_of(china, 1)
    assert len({seed_of(china, 1), seed_of(flower, 1), seed_of(china, 2)}) == 3


def test_a_blurred_backdrop_is_not_mirrored() -> None:
    """Beyond a close-up's right edge lies something like its backdrop, but not its mirror image."""
    image = sample("flower.jpg")
    camera = Camera.from_fov(image.shape[1], image.shape[0], FOV)
    canvas = extend(image, read_picture(image, camera.fx), camera, 0)
    top, right = round(canvas.camera.cy - camera.cy), round(canvas.camera.cx + camera.cx)
    outside = canvas.color[top : top + camera.height, right + 12 : right + 62].mean(axis=-1)
    inside = canvas.color[top : top + camera.height, right - 62 : right - 12].mean(axis=-1)[:, ::-1]
    assert abs(np.corrcoef(outside.ravel(), inside.ravel())[0, 1]) < 0.5
    assert outside.std() > 0.2 * inside.std()  # nor a smooth colour


def test_a_rooms_edges_run_on_straight() -> None:
    """The joint of floor and wall beyond the frame lies on the line that it follows within."""
    f, size = 277.0, (240, 320)
    box = Box(5.0, 2.4, 2.0, EYE_HEIGHT, 1.0, (160.0, 120.0))
    camera = Camera(size[1], size[0], f, f, 160.0, 120.0)
    x, y = (np.arange(320) + 0.5 - 160)[None] / f, (np.arange(240) + 0.5 - 120)[:, None] / f
    depth = box.depth(x, y)
    floor = np.isclose(depth * y, EYE_HEIGHT, rtol=1e-3)
    image = np.where(floor[..., None], np.float32([0.2, 0.1, 0.05]), np.float32([0.8, 0.8, 0.75])).astype(np.float32)
    layout = Layout(
        "room", 120.0, np.full(size, UPRIGHT, np.uint8), np.zeros(size, bool), depth, f, 0.0, "a living room", box
    )
    canvas = extend(image, layout, camera, 0)
    v, u = np.mgrid[: canvas.camera.height, : canvas.camera.width]
    around = box.depth((u + 0.5 - canvas.camera.cx) / f, (v + 0.5 - canvas.camera.cy) / f)
    is_floor = np.isclose(around * (v + 0.5 - canvas.camera.cy) / f, EYE_HEIGHT, rtol=1e-3)
    near = (canvas.share > 0.9) & (canvas.share < 1)
    assert near.sum() > 1000
    assert ((canvas.color.mean(axis=-1) < 0.45) == is_floor)[near].mean() > 0.97


def test_a_room_is_stretched_to_the_box_of_the_picture() -> None:
    from lucid3d.from_picture.fitting import fitted
    from lucid3d.procedural.build import build_place
    from lucid3d.procedural.language.brief import understand

    room = build_place(understand("a living room"), 0)
    low, high = next(m for m in room.meshes if m.label == "floor").bounds
    # a quarter wider to the left and narrower to the right and ahead: within what furniture bears
    left, right, back = -1.25 * low[0], 0.75 * high[0], 0.75 * high[2]
    box = Box(float(back), float(left), float(right), EYE_HEIGHT, 1.3, (160.0, 120.0))
    place = fitted(room, box)
    floor = next(m for m in place.meshes if m.label == "floor").bounds
    ceiling = next(m for m in place.meshes if m.label == "ceiling")
    assert floor[0, 0] == pytest.approx(-left, abs=0.01) and floor[1, 0] == pytest.approx(right, abs=0.01)
    assert floor[1, 2] == pytest.approx(back, abs=0.01) and floor[1, 1] == pytest.approx(EYE_HEIGHT, abs=0.01)
    assert ceiling.vertices[:, 1].max() == pytest.approx(-1.3, abs=0.01)


def test_a_low_skyline_has_no_mountains_around() -> None:
    image = sample("china.jpg", 640)
    assert "without mountains" in read_picture(image, focal(image)).words


def test_views_agree(china: tuple[Painter, DepthEstimator, PhotoWorld]) -> None:
    """A view from a step aside, warped by its own depth, meets the photograph where nothing hides it."""
    painter, depth, world = china
    aside = Camera.from_fov(240, 160, FOV, yaw_pitch(4, 0, np.array([0.15, 0.0, 0.1])))
    image = painter.imagine("", aside, seed=0)
    points = aside.unproject(depth.estimate(image, aside))
    finite = np.isfinite(points).all(axis=-1)
    pixels, there = world.camera.project(np.where(finite[..., None], points, 1))
    u, v = (np.nan_to_num(pixels[..., i] - 0.5, nan=-9).astype(np.float32) for i in (0, 1))
    inside = finite & (u > 2) & (v > 2) & (u < world.camera.width - 3) & (v < world.camera.height - 3)
    first = depth.estimate(world.image, world.camera)
    shown = cv2.remap(first, u, v, cv2.INTER_NEAREST)
    visible = inside & (np.abs(shown / np.maximum(there, 1e-3) - 1) < 0.05)
    assert visible.sum() > 0.5 * inside.sum()
    expected = cv2.remap(cv2.GaussianBlur(world.image, (3, 3), 0), u, v, cv2.INTER_LINEAR)
    difference = np.abs(cv2.GaussianBlur(image, (3, 3), 0) - expected)[visible].mean()
    assert difference < 0.05


def test_inpainting_keeps_what_is_known(china: tuple[Painter, DepthEstimator, PhotoWorld]) -> None:
    painter, _, _ = china
    camera = Camera.from_fov(96, 64, 80.0, yaw_pitch(20, 0))
    known = np.zeros((64, 96), bool)
    known[:, :30] = True
    marked = np.full((64, 96, 3), 0.123, np.float32)
    painted = painter.inpaint(marked, known, "", camera, seed=0)
    assert (painted[known] == marked[known]).all() and (painted[~known] != 0.123).any()


@pytest.mark.parametrize(
    "image",
    [np.zeros((64, 64)), np.zeros((8, 8, 3)), np.full((64, 64, 3), 200.0), np.full((64, 64, 3), np.nan)],
    ids=["no channels", "tiny", "8-bit", "nan"],
)
def test_bad_pictures_are_explained(image: np.ndarray) -> None:
    with pytest.raises(InputError, match="image"):
        world_from_photo(image)


@pytest.mark.parametrize("fill", [0.0, 0.5, 1.0])
def test_empty_pictures_still_have_a_layout(fill: float) -> None:
    image = np.full((60, 80, 3), fill, np.float32)
    layout = read_picture(image, 70.0)
    assert not np.isnan(layout.depth).any() and (layout.depth > 0).all()
    extend(image, layout, Camera.from_fov(80, 60, FOV), 0)


@pytest.mark.slow
def test_a_ceiling_makes_a_room_and_a_sky_does_not() -> None:
    """The module's own pictures, without a word: what is overhead tells, and straight lines."""
    for words, indoors in (("a kitchen", True), ("a living room in the afternoon", True), ("a village at dusk", False)):
        picture = build_world(words, 4).draw(Camera.from_fov(384, 384, 70)).image
        assert (read_picture(picture, 384 / 1.4).kind == "room") == indoors, words
