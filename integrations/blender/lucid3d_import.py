"""Open a folder that lucid3d wrote (lucid3d export <scene> --to blender) in Blender 4 or 5.

    blender --python lucid3d_import.py                  # the folder that this file lies in
    blender --python lucid3d_import.py -- FOLDER

or paste it into the Text Editor and press Run Script. It imports the mesh, hides the collision mesh from renders,
and lights the world with the panorama, turned so that the scene's forward is +Y, up +Z and right +X.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import bpy

WORLD_TURN = -math.pi / 2
"""Blender looks along +X at the middle of a panorama; the middle of ours is forward, its glTF importer's +Y."""


def load(folder: Path) -> None:
    """Import everything in the folder that is there."""
    if not folder.is_dir():
        raise SystemExit(f"lucid3d: {folder} is not a folder")
    mesh = import_glb(folder / "mesh.glb", "lucid3d mesh")
    ground = import_glb(folder / "collision.glb", "lucid3d collision")
    for thing in ground:
        thing.hide_render = True
        thing.display_type = "WIRE"
    picture = next((folder / name for name in ("panorama.exr", "panorama.hdr") if (folder / name).is_file()), None)
    if picture is not None:
        set_world(picture)
    if not mesh and picture is None:
        raise SystemExit(f"lucid3d: {folder} holds neither mesh.glb nor panorama.exr")
    # The colours are finished pictures: a filmic view would grey them.
    bpy.context.scene.view_settings.view_transform = "Standard"


def import_glb(path: Path, name: str) -> list[bpy.types.Object]:
    """Import a GLB; returns its mesh objects, in a collection of that name."""
    if not path.is_file():
        return []
    before = set(bpy.data.objects)
    bpy.ops.import_scene.gltf(filepath=str(path))
    new = [thing for thing in bpy.data.objects if thing not in before]
    collection = bpy.data.collections.new(name)
    bpy.context.scene.collection.children.link(collection)
    for thing in new:
        for old in list(thing.users_collection):
            old.objects.unlink(thing)
        collection.objects.link(thing)
    return [thing for thing in new if thing.type == "MESH"]


def set_world(picture: Path) -> None:
    """Light the scene with a panorama."""
    world = bpy.data.worlds.new("lucid3d")
    bpy.context.scene.world = world
    if world.node_tree is None:
        world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    nodes.clear()
    coordinates = nodes.new("ShaderNodeTexCoord")
    mapping = nodes.new("ShaderNodeMapping")
    mapping.inputs["Rotation"].default_value = (0.0, 0.0, WORLD_TURN)
    texture = nodes.new("ShaderNodeTexEnvironment")
    texture.image = bpy.data.images.load(str(picture))
    background = nodes.new("ShaderNodeBackground")
    output = nodes.new("ShaderNodeOutputWorld")
    links.new(coordinates.outputs["Generated"], mapping.inputs["Vector"])
    links.new(mapping.outputs["Vector"], texture.inputs["Vector"])
    links.new(texture.outputs["Color"], background.inputs["Color"])
    links.new(background.outputs["Background"], output.inputs["Surface"])
    for place, node in enumerate((coordinates, mapping, texture, background, output)):
        node.location = (220 * place, 0)


def main() -> None:
    """What Blender runs, or a Python with its module."""
    given = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    here = globals().get("__file__")
    load(Path(given[0]) if given else Path(here).resolve().parent if here else Path(bpy.path.abspath("//")))


if __name__ == "__main__":
    main()
