"""Write a saved scene for other programs.

python examples/05_export.py outputs/lake ply,splat,glb outputs/lake/export
"""

import sys

import lucid3d
from lucid3d.export import TARGETS, export_scene


def main(folder: str, targets: str, output: str) -> None:
    """Export to one or several targets; without a known one, list them."""
    scene = lucid3d.Scene.load(folder)
    for path in export_scene(scene, targets, output):
        print(path)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("\n".join(f"{name:15} {target.description}" for name, target in TARGETS.items()))
    main(*sys.argv[1:])
