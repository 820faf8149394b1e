"""Write the bundle that blender_check.py opens in Blender: a room, and a sky whose colour is its direction."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from lucid3d.export import ExportOptions, export_scene
from lucid3d.panorama import equirectangular_rays
from tests.export.scenes import room_scene

panorama = (equirectangular_rays(128) * 0.3 + 0.4).astype(np.float32)
scene = SimpleNamespace(
    gaussians=room_scene(0.08), points=None, cameras=None, panorama=panorama, radiance=panorama, name="room"
)
export_scene(scene, "blender", Path(sys.argv[1]), ExportOptions(mesh_triangles=20_000))
