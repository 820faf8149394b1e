"""Level of detail: a scene as a tree of Gaussians, coarse to fine, with errors in metres."""

from __future__ import annotations

from lucid3d.export.lod.merge import merge
from lucid3d.export.lod.tree import Tree, build

__all__ = ["Tree", "build", "merge"]
