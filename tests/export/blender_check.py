"""Run inside an environment with bpy: open a bundle with our script and look at what Blender made of it.

The room of tests/export/scenes.py reaches from (-2, -1.2, -1.5) to (2, 1.5, 3), x right, y down, z forward; Blender is
to have it with forward +y and up +z. The panorama's linear colour is 0.4 + 0.3 * direction.
"""

from __future__ import annotations

import runpy
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

script, work = Path(sys.argv[1]), Path(sys.argv[2])
bpy.ops.wm.read_factory_settings(use_empty=True)
runpy.run_path(str(script))["load"](work / "blender")


def check(what: str, seen: object, expected: object, tolerance: float) -> None:
    error = float(np.abs(np.asarray(seen, float) - np.asarray(expected, float)).max())
    print(f"{'ok ' if error <= tolerance else 'BAD'} {what}: {np.round(np.asarray(seen, float), 3).tolist()}")
    if error > tolerance:
        raise SystemExit(f"{what}: expected {expected}")


def mesh_of(collection: str) -> bpy.types.Object:
    return next(thing for thing in bpy.data.collections[collection].objects if thing.type == "MESH")


room = mesh_of("lucid3d mesh")
corners = np.array([room.matrix_world @ vertex.co for vertex in room.data.vertices])
check("lowest corner of the mesh", corners.min(axis=0), (-2, -1.5, -1.5), 0.06)
check("highest corner of the mesh", corners.max(axis=0), (2, 3, 1.2), 0.06)

ground = mesh_of("lucid3d collision")
hit, place, normal, _ = ground.ray_cast(Vector((0, 0, 0)), ground.matrix_world.inverted().to_3x3() @ Vector((0, 0, -1)))
check("ground below the eye", (hit, *(ground.matrix_world @ place)), (1, 0, 0, -1.5), 0.06)
check("the ground faces up", ground.matrix_world.to_3x3() @ normal, (0, 0, 1), 0.1)
check("the collision mesh is not rendered", ground.hide_render, True, 0)

# Colours are linear in Blender: sRGB 0.2 0.3 0.9 ahead, 0.9 0.2 0.2 on the right.
colors = room.data.color_attributes[0].data
values = np.array([c.color[:3] for c in colors])
owners = [loop.vertex_index for loop in room.data.loops] if len(values) == len(room.data.loops) else range(len(values))
places = corners[list(owners)]
linear = lambda srgb: ((np.array(srgb) + 0.055) / 1.055) ** 2.4  # noqa: E731
middle = (np.abs(places[:, 0]) < 1) & (np.abs(places[:, 2]) < 0.7)
check("the wall ahead", np.median(values[(places[:, 1] > 2.9) & middle], axis=0), linear((0.2, 0.3, 0.9)), 0.03)
beside = (np.abs(places[:, 1] - 0.7) < 1) & (np.abs(places[:, 2]) < 0.7)
check("the wall on the right", np.median(values[(places[:, 0] > 1.9) & beside], axis=0), linear((0.9, 0.2, 0.2)), 0.03)

# The world, as Cycles shows it to a small camera with everything else hidden.
for thing in bpy.data.objects:
    thing.hide_render = True
scene = bpy.context.scene
camera = bpy.data.objects.new("eye", bpy.data.cameras.new("eye"))
camera.data.angle = 0.3
scene.collection.objects.link(camera)
scene.camera = camera
scene.render.engine = "CYCLES"
scene.cycles.device, scene.cycles.samples = "CPU", 4
scene.render.resolution_x = scene.render.resolution_y = 16
scene.render.image_settings.file_format = "OPEN_EXR"
for name, look, ours in [
    ("forward", (0, 1, 0), (0, 0, 1)),
    ("right", (1, 0, 0), (1, 0, 0)),
    ("left", (-1, 0, 0), (-1, 0, 0)),
    ("back", (0, -1, 0), (0, 0, -1)),
    ("up", (0, 0, 1), (0, -1, 0)),
    ("aside and down", (0.6, 0.64, -0.48), (0.6, 0.48, 0.64)),
]:
    camera.matrix_world = Matrix.LocRotScale(None, Vector(look).to_track_quat("-Z", "Y"), None)
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "view.exr")
        bpy.ops.render.render(write_still=True)
        picture = bpy.data.images.load(scene.render.filepath)
        picture.colorspace_settings.name = "Linear Rec.709"
        pixels = np.array(picture.pixels[:]).reshape(16, 16, 4)[6:10, 6:10, :3].mean(axis=(0, 1))
        bpy.data.images.remove(picture)
    check(f"the sky, {name}", (pixels - 0.4) / 0.3, ours, 0.04)
print("Blender agrees")
