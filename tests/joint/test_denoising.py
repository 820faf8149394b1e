"""Joint denoising against a known answer: the views agree, the circle closes, and the result is nearer to the truth."""

from __future__ import annotations

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.joint.fusion import disagreement, fusion, separate
from lucid3d.joint.noise import SphereNoise
from lucid3d.joint.overlaps import depth_overlaps, sampled, turned_overlaps
from lucid3d.joint.ring import POLE_FOV, RING, joint_path, ring_cameras
from lucid3d.joint.sampling import Ddim, Fixed, Redrawn, denoise_together
from lucid3d.panorama import equirectangular_rays
from tests.analytic_room import furnished_room, see
from tests.joint.known_answer import KnownAnswer, own_errors, true_views

SIZE = 64
CAMERAS = ring_cameras(SIZE)
OVERLAPS = turned_overlaps(CAMERAS)
TRUTH = true_views(CAMERAS)
FUSION = fusion(OVERLAPS, RING, (SIZE, SIZE))


@pytest.fixture(scope="module")
def sphere() -> SphereNoise:
    return SphereNoise.over(CAMERAS)


def denoised(sphere: SphereNoise, errors: np.ndarray, fuse=FUSION, fixed: Fixed | None = None) -> np.ndarray:
    rng = np.random.default_rng(5)
    denoiser = KnownAnswer(TRUTH, errors)
    return denoise_together(denoiser, Ddim.cosine(4), lambda: sphere.draw(rng, 4), fuse, fixed=fixed)


def off(views: np.ndarray) -> np.ndarray:
    """(V,) root mean square error of each view."""
    return np.sqrt(((views - TRUTH) ** 2).mean(axis=(1, 2, 3)))


@pytest.mark.parametrize("kind", ["tone", "8", "2", "0"])
@pytest.mark.parametrize("lasting", [True, False])
def test_overlaps_agree_and_the_result_is_nearer_to_the_truth(sphere: SphereNoise, kind: str, lasting: bool) -> None:
    """For errors that last from step to step, and for errors that every step makes anew."""
    steps = [own_errors(RING, SIZE, kind, seed=seed) for seed in range(1 if lasting else 4)]
    errors = steps[0] if lasting else np.stack(steps)
    alone, together = denoised(sphere, errors, separate), denoised(sphere, errors)
    assert disagreement(together, OVERLAPS) < 0.1 * disagreement(alone, OVERLAPS)
    closing = [overlap for overlap in OVERLAPS if {overlap.target, overlap.source} == {0, RING - 1}]
    assert len(closing) == 2
    assert disagreement(together, closing) < 0.1 * disagreement(alone, closing)
    assert off(together).max() < off(alone).min()


def test_a_picture_is_held_and_the_others_follow_it(sphere: SphereNoise) -> None:
    errors = own_errors(RING, SIZE, "tone")
    known = np.zeros((RING, SIZE, SIZE), bool)
    known[0] = True
    clean = np.zeros_like(TRUTH)
    clean[0] = TRUTH[0]
    fuse = fusion(OVERLAPS, RING, (SIZE, SIZE), pinned=(0,))
    result = denoised(sphere, errors, fuse, Fixed(clean, known))
    assert np.array_equal(result[0], TRUTH[0])
    with_picture = [overlap for overlap in OVERLAPS if overlap.target in (1, RING - 1) and overlap.source == 0]
    for overlap in with_picture:
        difference = (result - TRUTH)[overlap.target][overlap.seen]
        assert np.sqrt((difference**2).mean()) < 0.1 * 0.3


def test_a_partly_known_view_is_painted_where_it_is_not(sphere: SphereNoise) -> None:
    """A picture of another aspect ratio: bands above and below it are open."""
    errors = own_errors(RING, SIZE, "2")
    known = np.zeros((RING, SIZE, SIZE), bool)
    known[0, 16:48] = True
    clean = np.where(known[..., None], TRUTH, 99).astype(np.float32)
    result = denoised(sphere, errors, fixed=Fixed(clean, known))
    assert np.array_equal(result[0, 16:48], TRUTH[0, 16:48])
    assert 0 < off(result)[0] < 0.3
    assert np.abs(result).max() < 10


def test_the_homography_is_that_of_projection() -> None:
    """K R K^-1 against points far away, projected by the cameras themselves."""
    pixel_y, pixel_x = 20, 50
    for overlap in OVERLAPS:
        if not overlap.seen[pixel_y, pixel_x]:
            continue
        target, source = CAMERAS[overlap.target], CAMERAS[overlap.source]
        pixel, _ = source.project(target.world_rays()[pixel_y, pixel_x].astype(np.float64))
        assert pixel - 0.5 == pytest.approx([overlap.x[pixel_y, pixel_x], overlap.y[pixel_y, pixel_x]], abs=1e-3)


def test_fusing_what_agrees_changes_nothing() -> None:
    """But for what interpolation loses of detail a few pixels wide."""
    change = FUSION(TRUTH) - TRUTH
    assert change.std() < 0.02 * TRUTH.std()
    assert np.abs(change).max() < 0.1 * TRUTH.std()


def test_detail_is_not_averaged_away() -> None:
    """White detail of every view's own keeps its strength, where a plain average would lose a good part of it."""
    detail = own_errors(RING, SIZE, "0", amount=1.0)
    plain = fusion(OVERLAPS, RING, (SIZE, SIZE))
    averaged = type(plain)(plain.overlaps, plain.weights, band=0.0)(detail)
    assert FUSION(detail).std() > 0.8
    assert averaged.std() < FUSION(detail).std() - 0.05


def test_one_view_alone_is_left_alone() -> None:
    single = fusion([], 1, (SIZE, SIZE))
    assert single(TRUTH[:1]) == pytest.approx(TRUTH[:1], abs=1e-6)
    assert disagreement(TRUTH[:1], []) == 0


def test_the_ring_and_the_poles_leave_no_direction_out() -> None:
    aside = CAMERAS[0].at(yaw_pitch(90, 0, np.array([0.5, 0, 0])))
    path = joint_path([CAMERAS[3], aside], SIZE)
    assert len(path) == RING + 2 + 1
    assert path[-1].position == pytest.approx([0.5, 0, 0])
    assert path[RING].fov_degrees == pytest.approx(POLE_FOV)
    directions = equirectangular_rays(90).reshape(-1, 3).astype(np.float64)
    seen = np.zeros(len(directions), bool)
    for camera in path[: RING + 2]:
        pixels, depth = camera.project(directions)
        with np.errstate(invalid="ignore"):
            seen |= (depth > 0) & (pixels >= 0).all(axis=1) & (pixels <= SIZE).all(axis=1)
    assert seen.all()


def test_overlaps_through_depth_join_the_same_surfaces() -> None:
    """Views from two places: a pixel shows what the other shows where the overlap says, hidden things left out."""
    room = furnished_room(open_top=True)
    cameras = [
        Camera.from_fov(96, 96, 90, yaw_pitch(0, 10)),
        Camera.from_fov(96, 96, 90, yaw_pitch(10, 5, [0.6, 0, 0])),
    ]
    images, depths = zip(*(see(room, camera) for camera in cameras), strict=True)
    found = depth_overlaps(cameras, depths)
    assert {(overlap.target, overlap.source) for overlap in found} == {(0, 1), (1, 0)}
    for overlap in found:
        assert 0.4 < overlap.seen.mean() < 0.97
        there = sampled(images[overlap.source], overlap, sharp=False)
        difference = np.abs(there - images[overlap.target])[overlap.seen]
        assert np.median(difference) < 0.01
        assert (difference < 0.1).mean() > 0.95
        sky = ~np.isfinite(depths[overlap.target])
        assert overlap.seen[sky].any()


def test_a_redrawn_picture_keeps_what_the_steps_left_out_would_have_made(sphere: SphereNoise) -> None:
    """Begun late, the result is the denoiser's word all the same; a denoiser that changes nothing gives it back."""
    rng = np.random.default_rng(5)
    begun = TRUTH + 0.1

    def redrawn(answer: np.ndarray, step: int) -> np.ndarray:
        denoiser = KnownAnswer(answer, np.zeros_like(TRUTH))
        draw = lambda: sphere.draw(rng, 4)  # noqa: E731
        return denoise_together(denoiser, Ddim.cosine(4), draw, separate, redrawn=Redrawn(begun, step))

    assert np.allclose(redrawn(TRUTH, 2), TRUTH, atol=1e-5)
    assert np.allclose(redrawn(begun, 3), begun, atol=1e-5)
    seen: list[np.ndarray] = []

    class Watching(KnownAnswer):
        def estimate(self, noisy: np.ndarray, step: int, which: object) -> np.ndarray:
            seen.append(noisy)
            return super().estimate(noisy, step, which)  # type: ignore[arg-type]

    steps = Ddim.cosine(10)
    denoise_together(
        Watching(TRUTH, np.zeros_like(TRUTH)), steps, lambda: sphere.draw(rng, 4), separate, redrawn=Redrawn(begun, 7)
    )
    assert len(seen) == 3  # the steps before the seventh are left out
    signal = steps.alphas[7]
    assert abs((seen[0] - signal * begun).std() - np.sqrt(1 - signal**2)) < 0.02
