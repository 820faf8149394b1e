"""Render a film of a saved scene along key frames.

python examples/04_render_film.py outputs/lake lake.mp4
"""

import math
import sys
from pathlib import Path

import lucid3d
from lucid3d.camera import yaw_pitch
from lucid3d.viewer.taking import Exact, KeyFrame, film


def main(folder: str, file: str, seconds: float = 6.0, width: int = 960, height: int = 540) -> None:
    """Look once all around, and write an MP4."""
    scene = lucid3d.Scene.load(folder, views=False)
    keys = [KeyFrame(yaw_pitch(yaw, 5), math.radians(60)) for yaw in range(0, 360, 60)]
    Path(file).write_bytes(film(Exact(scene.gaussians), keys, float(seconds), int(width), int(height), closed=True))
    print(file)


if __name__ == "__main__":
    main(*sys.argv[1:])
