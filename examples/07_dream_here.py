"""Add one more view to a saved scene, where it has holes, and save the result as a new scene.

python examples/07_dream_here.py outputs/lake outputs/lake-wider
"""

import sys

import lucid3d
from lucid3d.camera import yaw_pitch
from lucid3d.viewer.dream_here import dream_here, models_for


def main(folder: str, output: str, yaw: float = 0.0, pitch: float = -40.0) -> None:
    """Dream what cannot be seen yet at a yaw and a pitch, in degrees."""
    scene = lucid3d.Scene.load(folder)
    size = scene.config.dream.size
    camera = lucid3d.Camera.from_fov(size, size, 90, yaw_pitch(float(yaw), float(pitch)))
    models = models_for(scene.config, scene.prompt)
    grown = dream_here(scene, camera, scene.prompt, models.painter, models.estimator)
    grown.scene.save(output)
    print(f"{1 - grown.known:.0%} of the view was new: {grown.added:,} Gaussians more in {output}")


if __name__ == "__main__":
    main(*sys.argv[1:])
