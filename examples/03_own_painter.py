"""Dream with a Painter and a DepthEstimator of your own: here a tunnel of coloured rings, painted by a formula.

    python examples/03_own_painter.py outputs/tunnel

Any object with these methods will do: a network, a game's renderer, a service.
"""

import sys

import numpy as np

import lucid3d

RADIUS = 2.0
"""Metres from the axis of the tunnel, which runs along z, to its wall."""

END = 12.0
"""Metres to the closed ends of the tunnel."""


def distances(camera: lucid3d.Camera) -> np.ndarray:
    """(H, W) z-depth of the tunnel, the same for everybody who looks from this camera."""
    rays, origin = camera.world_rays().astype(np.float64), camera.position
    # the wall: |origin + t ray| = RADIUS across the axis
    a = np.maximum((rays[..., :2] ** 2).sum(-1), 1e-9)
    b = (rays[..., :2] * origin[:2]).sum(-1)
    c = (origin[:2] ** 2).sum() - RADIUS**2
    wall = (-b + np.sqrt(b * b - a * c)) / a
    with np.errstate(divide="ignore"):
        end = (np.sign(rays[..., 2]) * END - origin[2]) / rays[..., 2]
    return np.minimum(wall, np.where(end > 0, end, np.inf))


class TunnelPainter:
    """Paints what a camera sees of the tunnel."""

    def imagine(self, prompt, camera, *, negative_prompt="", seed):
        points = camera.position + camera.world_rays() * distances(camera)[..., None]
        rings = np.stack([np.sin(points[..., 2] * k + seed) for k in (2.0, 2.3, 2.6)], axis=-1)
        return (0.5 + 0.35 * rings).astype(np.float32)

    def inpaint(self, image, known, prompt, camera, *, negative_prompt="", seed):
        return np.where(known[..., None], image, self.imagine(prompt, camera, seed=0)).astype(np.float32)


class TunnelDepth:
    """Knows how far away everything is."""

    exact = True  # the truth: nothing to align

    def estimate(self, image, camera):
        return distances(camera).astype(np.float32)


def main(folder: str, preset: str = "fast") -> None:
    """Dream the tunnel and save it."""
    config = lucid3d.load_config(lucid3d.find_config(preset))
    scene = lucid3d.dream("a tunnel of rings", config=config, painter=TunnelPainter(), estimator=TunnelDepth())
    scene.save(folder)
    print(f"{len(scene.gaussians):,} Gaussians in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
