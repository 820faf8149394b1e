"""Files that game engines, viewers and web pages take as they are.

    export_scene(scene, "unity", "outputs/lake/export")

`TARGETS` is the table of everything that can be written; docs/engines.md says what to do with it in each program.
"""

from __future__ import annotations

from lucid3d.export.splats import Reduction
from lucid3d.export.targets import TARGETS, Exportable, ExportOptions, check_target, export_scene, parse_targets

__all__ = ["TARGETS", "ExportOptions", "Exportable", "Reduction", "check_target", "export_scene", "parse_targets"]
