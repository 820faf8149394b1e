"""A sentence or a picture in, a 3-D place out: dreamed views, 3-D Gaussians, and a 360-degree skybox.

import lucid3d

scene = lucid3d.dream("a misty alpine lake at sunrise")
scene.save("outputs/lake")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from lucid3d.camera import Camera as Camera
    from lucid3d.config import Config as Config
    from lucid3d.config import find_config as find_config
    from lucid3d.config import load_config as load_config
    from lucid3d.errors import InputError as InputError
    from lucid3d.pipeline import dream as dream
    from lucid3d.scene import Scene as Scene

_WHERE = {
    "Camera": "lucid3d.camera",
    "Config": "lucid3d.config",
    "InputError": "lucid3d.errors",
    "Scene": "lucid3d.scene",
    "dream": "lucid3d.pipeline",
    "find_config": "lucid3d.config",
    "load_config": "lucid3d.config",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first used: `import lucid3d` alone costs nothing."""
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'lucid3d' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*globals(), *_WHERE]
