"""Dream with a depth network of your own beside the stock painter, whatever its interface is.

    python examples/08_own_depth.py outputs/lake

The network here takes BGR bytes and answers with inverse depth at a size of its own. One class turns that into a depth
estimator. A package that names the class as an entry point makes it an option of every command, `--estimator my-depth`
(docs/models.md).
"""

import sys

import cv2
import numpy as np

import lucid3d


class SomebodysNetwork:
    """Stands for a network from elsewhere: it takes the lower half of a picture for level ground, and the rest for far.

    `infer` wants (h, w, 3) uint8 in BGR and returns (126, 126) inverse depth, up to a scale and a shift.
    """

    side = 126  # as of networks that see in patches of 14 pixels

    def infer(self, bgr: np.ndarray) -> np.ndarray:
        grey = cv2.resize(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), (self.side, self.side), interpolation=cv2.INTER_AREA)
        ground = np.linspace(-1, 1, self.side)[:, None].clip(0, 1)
        return (ground * (1 + 0.02 * grey / 255)).astype(np.float32)


class MyDepth:
    """The network behind lucid3d's interface."""

    kind = "relative-disparity"  # what `estimate` returns: inverse depth, whose scale and shift alignment finds

    def __init__(self) -> None:
        self.network = SomebodysNetwork()

    def estimate(self, image, camera):
        """(H, W, 3) float32 sRGB in [0, 1] -> (H, W) float32, +inf where it is sky."""
        inverse = self.network.infer(np.round(image[..., ::-1] * 255).astype(np.uint8))
        inverse = cv2.resize(inverse, (camera.width, camera.height), interpolation=cv2.INTER_LINEAR)
        return np.where(inverse > 0, inverse, np.inf).astype(np.float32)


def main(folder: str, prompt: str = "a meadow", preset: str = "fast") -> None:
    """Dream with the stock painter and this depth, and save the scene."""
    config = lucid3d.load_config(lucid3d.find_config(preset))
    scene = lucid3d.dream(prompt, config=config, estimator=MyDepth())
    scene.save(folder)
    print(f"{scene.facts['models']['reason']}: {len(scene.gaussians):,} Gaussians in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
