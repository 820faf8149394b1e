"""Figures that walk through the scene of one browser: each bone's splats move as one, so that a picture costs some
dozens of poses and no splat is sent again."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from lucid3d.figures.playing import TO_OURS, Figure
from lucid3d.procedural.kit.mesh import placement
from lucid3d.viewer.splats import Splats
from lucid3d.viewer.stage import add_splats

RATE = 12.0
"""Pictures a second."""
ROOT = "/figures"


class Walkers:
    """The figures of one browser, walking until they are stopped."""

    def __init__(self, scene: Any, figures: Sequence[Figure]) -> None:
        self._scene = scene
        self._bones = [(figure, _put(scene, figure)) for figure in figures]
        self._ended = threading.Event()
        self._began = time.monotonic()
        if figures:
            threading.Thread(target=self._walk, daemon=True).start()

    def stop(self) -> None:
        """Take them away."""
        self._ended.set()
        if self._bones:
            self._scene.remove_by_name(ROOT)

    def _walk(self) -> None:
        while not self._ended.wait(1 / RATE):
            seconds = time.monotonic() - self._began
            for figure, nodes in self._bones:
                poses = bone_poses(figure, seconds)
                for bone, node in nodes.items():
                    turn, place = poses[bone, :3, :3], poses[bone, :3, 3]
                    node.wxyz, node.position = Rotation.from_matrix(turn).as_quat()[[3, 0, 1, 2]], place


def bone_poses(figure: Figure, seconds: float) -> NDArray[np.float64]:
    """(B, 4, 4) where each bone takes what rides on it, in the scene's frame; sizes of bones are left out."""
    place, facing = figure.way.at(figure.pace * seconds)
    to_ours = np.diag([*(figure.scale * TO_OURS), 1.0])
    stands = placement(tuple(place), yaw=float(np.radians(facing)))
    return np.asarray(
        stands @ to_ours @ figure.rig.matrices(figure.clip, figure.rate * seconds) @ np.linalg.inv(to_ours)
    )


def riders(figure: Figure) -> NDArray[np.int64]:
    """(N,) the bone that holds most of the triangle that each Gaussian rides on."""
    rig = figure.rig
    shares = np.zeros((len(figure.faces), len(rig.nodes)))
    for corner in rig.triangles[figure.faces].T:
        for bone, weight in zip(rig.bones[corner].T, rig.weights[corner].T, strict=True):
            np.add.at(shares, (np.arange(len(corner)), bone), weight)
    return np.asarray(shares.argmax(axis=1), np.int64)


def _put(scene: Any, figure: Figure) -> dict[int, Any]:
    bones, rest = riders(figure), figure.rig.matrices(None, 0)
    to_ours = np.diag([*(figure.scale * TO_OURS), 1.0])
    nodes = {}
    for bone in np.unique(bones).tolist():
        # what is drawn is the figure at rest, which the bone has moved already
        unmoved = np.linalg.inv(to_ours @ rest[bone] @ np.linalg.inv(to_ours))
        splats = Splats.of(figure.gaussians[bones == bone])
        turn = unmoved[:3, :3].astype(np.float32)
        splats.centers = np.asarray(splats.centers @ turn.T + unmoved[:3, 3], np.float32)
        splats.covariances = np.asarray(turn @ splats.covariances @ turn.T, np.float32)
        nodes[bone] = add_splats(scene, f"{ROOT}/{figure.name}/{bone}", splats)
    return nodes
