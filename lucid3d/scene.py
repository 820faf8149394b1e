"""A finished place that can be saved and read back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lucid3d.config import Config, overlay
from lucid3d.errors import InputError
from lucid3d.exploring.free_space import FREE_SPACE, read_free_space
from lucid3d.export.ply import read_gaussians, read_points
from lucid3d.figures.playing import Figure, read_figures
from lucid3d.outputs import write_scene
from lucid3d.pointcloud import PointCloud
from lucid3d.progress import Listener, ignore
from lucid3d.scene_contents import SceneContents
from lucid3d.transforms import read_transforms
from lucid3d.workspace import Workspace, read_record

log = logging.getLogger(__name__)


@dataclass
class Scene(SceneContents):
    """A place to walk around in; see `SceneContents` for what it holds and draws."""

    def save(self, folder: str | Path, *, export: Sequence[str] = (), on_event: Listener = ignore) -> Path:
        """Write the output folder (README, "What appears"); every file appears when it is complete.

        Args:
            folder: a new or empty folder, or one that holds this very scene.
            export: further formats, by the names of `lucid3d.export`.
        Raises:
            InputError: the folder holds something else.
        """
        with Workspace(Path(folder), self.config) as workspace:
            if not workspace.open(resume=True):
                write_scene(self, workspace, export=export, on_event=on_event)
        return Path(folder)

    @classmethod
    def load(cls, folder: str | Path, *, views: bool = True) -> Scene:
        """Read a saved scene back.

        Args:
            views: also read the pictures (a viewer may do without).
        Raises:
            InputError: there is no scene, it is broken, or it comes from a later version.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise InputError(f"scene folder '{folder}' does not exist")
        record = read_record(folder)
        if not (folder / "scene.ply").is_file():
            if record.get("flight") and record.get("status") == "complete":
                raise InputError(
                    f"the flight in '{folder}' is too long to be one scene: open files of its tiles/ alone"
                )
            raise InputError(f"the scene in '{folder}' is unfinished: continue it with run.py --resume")
        points = folder / "points.ply"
        free = None
        try:
            free = read_free_space(folder / FREE_SPACE)
        except FileNotFoundError:  # not explored, or by an older version
            pass
        except (InputError, OSError) as error:  # the rest of the scene is none the worse for it
            log.warning("%s: walked in as if it had not been explored (%s)", folder, error)
        return cls(
            prompt=str(record.get("prompt", "")),
            config=overlay(Config(), record["config"]),
            gaussians=read_gaussians(folder / "scene.ply"),
            points=read_points(points) if points.is_file() else PointCloud.empty(),
            views=list(read_transforms(folder)) if views and (folder / "transforms.json").is_file() else [],
            facts={k: v for k, v in record.items() if k not in ("format", "config", "status")},
            free=free,
            figures=_figures(folder),
            origin=folder,
        )


def _figures(folder: Path) -> tuple[Figure, ...]:
    try:
        return read_figures(folder)
    except (InputError, OSError) as error:  # the place is none the worse for it
        log.warning("%s: nobody walks in it (%s)", folder, error)
        return ()
