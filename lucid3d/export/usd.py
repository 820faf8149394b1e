"""Gaussians as OpenUSD: one UsdVol.ParticleField3DGaussianSplat, y up, metres."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from lucid3d.errors import InputError
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.frames import frame_rotation, rotate_gaussians, unit_quaternions
from lucid3d.files import atomic_path
from lucid3d.gaussians.model import Gaussians

KERNEL_REACH = 3.0
"""Standard deviations that the extent allows for around each Gaussian."""


def require() -> None:
    """Raise an InputError unless a usd-core that knows Gaussian splats is installed."""
    try:
        from pxr import UsdVol
    except ImportError:
        raise InputError("USD needs the package usd-core: pip install 'lucid3d[usd]'") from None
    if not hasattr(UsdVol, "ParticleField3DGaussianSplat"):
        raise InputError("this usd-core knows no Gaussian splats: pip install --upgrade usd-core (26.3 or later)")


def write_usd(gaussians: Gaussians, path: str | os.PathLike[str]) -> Path:
    """Write a scene as .usdc, .usda or .usd. Axes: x right, y up, z backward; one unit is a metre.

    Raises:
        InputError: the package usd-core is missing or too old, the suffix is unknown, or the scene cannot be written.
    """
    path = Path(path)
    if path.suffix not in (".usd", ".usda", ".usdc"):
        raise InputError(f"{path.name} must end in .usd, .usda or .usdc")
    require()
    from pxr import Gf, Usd, UsdGeom, UsdVol, Vt

    scene = rotate_gaussians(checked_gaussians(gaussians, f"the scene for {path.name}"), frame_rotation("opengl"))

    with atomic_path(path) as temporary:
        stage = Usd.Stage.CreateNew(str(temporary))
        UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
        UsdGeom.SetStageMetersPerUnit(stage, 1.0)
        prim = UsdVol.ParticleField3DGaussianSplat.Define(stage, "/gaussians")
        stage.SetDefaultPrim(prim.GetPrim())
        prim.CreatePositionsAttr(Vt.Vec3fArray.FromNumpy(scene.means))
        # USD's quaternions lie in memory as x y z w.
        prim.CreateOrientationsAttr(
            Vt.QuatfArray.FromNumpy(np.ascontiguousarray(np.roll(unit_quaternions(scene), -1, axis=1)))
        )
        prim.CreateScalesAttr(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(scene.scales)))
        prim.CreateOpacitiesAttr(Vt.FloatArray.FromNumpy(np.ascontiguousarray(scene.opacities)))
        prim.CreateRadianceSphericalHarmonicsDegreeAttr(scene.sh_degree)
        # One array for all: the coefficients of the first Gaussian, then those of the second.
        prim.CreateRadianceSphericalHarmonicsCoefficientsAttr(
            Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(scene.sh.reshape(-1, 3)))
        )
        prim.CreateProjectionModeHintAttr("perspective")
        prim.CreateSortingModeHintAttr("zDepth")
        reach = KERNEL_REACH * scene.scales.max(axis=1, keepdims=True)
        low, high = (scene.means - reach).min(axis=0), (scene.means + reach).max(axis=0)
        prim.CreateExtentAttr(Vt.Vec3fArray([Gf.Vec3f(*map(float, low)), Gf.Vec3f(*map(float, high))]))
        stage.GetRootLayer().Save()
        del prim, stage  # lets go of the file before it is renamed
    return path
