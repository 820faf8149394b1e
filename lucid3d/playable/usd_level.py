"""A level as OpenUSD, for Isaac Sim and others: colliders (UsdPhysics) and things with labels (UsdSemantics), y up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.export.frames import frame_rotation
from lucid3d.export.usd import require
from lucid3d.files import atomic_path
from lucid3d.playable.assembly import Playable, playable
from lucid3d.playable.target import known_world

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable, ExportOptions


def target(scene: Exportable, folder: Path, options: ExportOptions) -> list[Path]:
    """level.usdc, in the axes of scene.usdc (x right, y up, z backward), to be loaded beside it."""
    require()
    return [write_usd_level(playable(scene, known_world(scene)), folder / "level.usdc")]


def write_usd_level(found: Playable, path: Path) -> Path:
    """Write the colliders, things and spawn points of a level; colliders are guides, which are not drawn.

    Raises:
        InputError: the package usd-core is missing or too old.
    """
    require()
    from pxr import Gf, Tf, Usd, UsdGeom, UsdPhysics, UsdSemantics, Vt

    rotation = frame_rotation("opengl")
    labels = {thing.name: (thing.label, thing.kind) for thing in found.things}

    def labelled(prim: Any, name: str) -> None:
        label, kind = labels[name]
        UsdSemantics.LabelsAPI.Apply(prim, "class").CreateLabelsAttr([label])
        UsdSemantics.LabelsAPI.Apply(prim, "kind").CreateLabelsAttr([kind])

    with atomic_path(path) as temporary:
        stage = Usd.Stage.CreateNew(str(temporary))
        UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
        UsdGeom.SetStageMetersPerUnit(stage, 1.0)
        stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/level").GetPrim())
        counted: dict[str, int] = {}
        for collider in found.colliders:
            counted[collider.name] = counted.get(collider.name, 0) + 1
            name = Tf.MakeValidIdentifier(f"{collider.name}_{counted[collider.name]}")
            mesh = UsdGeom.Mesh.Define(stage, f"/level/colliders/{name}")
            points = np.ascontiguousarray(collider.mesh.vertices @ rotation.T, np.float32)
            triangles = np.ascontiguousarray(collider.mesh.triangles.reshape(-1), np.int32)
            mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points))
            mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(triangles))
            mesh.CreateFaceVertexCountsAttr(Vt.IntArray([3] * (len(triangles) // 3)))
            mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
            mesh.CreatePurposeAttr(UsdGeom.Tokens.guide)
            bounds = [Gf.Vec3f(*map(float, corner)) for corner in (points.min(axis=0), points.max(axis=0))]
            mesh.CreateExtentAttr(Vt.Vec3fArray(bounds))
            UsdPhysics.CollisionAPI.Apply(mesh.GetPrim())
            shape = UsdPhysics.MeshCollisionAPI.Apply(mesh.GetPrim())
            shape.CreateApproximationAttr(UsdPhysics.Tokens.convexHull if collider.convex else UsdPhysics.Tokens.none)
            if collider.name in labels:
                labelled(mesh.GetPrim(), collider.name)
        for thing in found.things:
            place = UsdGeom.Xform.Define(stage, f"/level/objects/{Tf.MakeValidIdentifier(thing.name)}")
            _put(place, rotation @ thing.foot, None if thing.front is None else rotation @ thing.front)
            labelled(place.GetPrim(), thing.name)
        for i, spawn in enumerate(found.spawns, 1):
            place = UsdGeom.Xform.Define(stage, f"/level/spawns/spawn_{i}")
            _put(place, rotation @ spawn.position, rotation @ spawn.front)
        stage.GetRootLayer().Save()
        del stage  # lets go of the file before it is renamed
    return path


def _put(place: Any, position: Any, front: Any) -> None:
    """Move a prim, and turn it so that its -z looks along `front`."""
    from pxr import Gf

    place.AddTranslateOp().Set(Gf.Vec3d(*map(float, position)))
    if front is not None:
        place.AddRotateYOp().Set(float(np.degrees(np.arctan2(-front[0], -front[2]))))
