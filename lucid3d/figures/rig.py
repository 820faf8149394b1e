"""A skinned mesh and its clips (glTF 2.0, sections 3.7.3 and 3.11): what its corners do over time.

glTF's frame: metres, y up, the figure's front towards +z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation, Slerp

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Channel:
    """What a clip does to one node.

    Attributes:
        node: its number; path: "translation", "rotation" (xyzw) or "scale".
        times: (K,) seconds, rising; values: (K, 3 or 4).
        stepped: no values between the keys.
    """

    node: int
    path: str
    times: Floats
    values: Floats
    stepped: bool = False

    def at(self, seconds: float) -> Floats:
        """(3 or 4,) the value at a time; before the first key and after the last it stands still."""
        if len(self.times) == 1 or seconds <= self.times[0]:
            return np.asarray(self.values[0])
        if seconds >= self.times[-1]:
            return np.asarray(self.values[-1])
        after = int(np.searchsorted(self.times, seconds, side="right"))
        if self.stepped:
            return np.asarray(self.values[after - 1])
        if self.path == "rotation":
            pair = Rotation.from_quat(self.values[after - 1 : after + 1])
            return np.asarray(Slerp(self.times[after - 1 : after + 1], pair)(seconds).as_quat())
        share = (seconds - self.times[after - 1]) / (self.times[after] - self.times[after - 1])
        return np.asarray((1 - share) * self.values[after - 1] + share * self.values[after])


@dataclass(frozen=True, eq=False)
class Clip:
    """A movement: `seconds` long, played again and again."""

    name: str
    seconds: float
    channels: tuple[Channel, ...]


@dataclass(frozen=True, eq=False)
class Rig:
    """A mesh on bones.

    Attributes:
        vertices: (V, 3) metres; triangles: (T, 3).
        bones: (V, 4) for each corner the numbers of its bones; weights: (V, 4), their shares, 1 in all.
        nodes: (B,) the node that each bone is; binds: (B, 4, 4), a bone's inverse bind matrix.
        parents: (N,) the parent of each node, -1 for a root.
        translations, rotations, scales: (N, 3), (N, 4) xyzw, (N, 3) of the nodes at rest.
        clips: what it can do.
        order: (N,) nodes, parents before children.
    """

    vertices: Floats
    triangles: NDArray[np.int64]
    bones: NDArray[np.int64]
    weights: Floats
    nodes: NDArray[np.int64]
    binds: Floats
    parents: NDArray[np.int64]
    translations: Floats
    rotations: Floats
    scales: Floats
    clips: tuple[Clip, ...] = ()
    order: Sequence[int] = field(default=())

    def posed(self, clip: Clip | None, seconds: float) -> Floats:
        """(V, 3) the corners at a time of a clip (None: at rest), by linear blend skinning."""
        matrices = self.matrices(clip, seconds)
        blended = np.einsum("vk,vkij->vij", self.weights, matrices[self.bones])
        return np.asarray(np.einsum("vij,vj->vi", blended[:, :3, :3], self.vertices) + blended[:, :3, 3])

    def matrices(self, clip: Clip | None, seconds: float) -> Floats:
        """(B, 4, 4): where each bone takes what is bound to it."""
        parts = {"translation": self.translations.copy(), "rotation": self.rotations.copy(),
                 "scale": self.scales.copy()}  # fmt: skip
        if clip is not None:
            now = seconds % clip.seconds if clip.seconds > 0 else 0.0
            for channel in clip.channels:
                parts[channel.path][channel.node] = channel.at(now)
        local = np.broadcast_to(np.eye(4), (len(self.parents), 4, 4)).copy()
        local[:, :3, :3] = Rotation.from_quat(parts["rotation"]).as_matrix() * parts["scale"][:, None, :]
        local[:, :3, 3] = parts["translation"]
        world = local.copy()
        for node in self.order:
            if self.parents[node] >= 0:
                world[node] = world[self.parents[node]] @ local[node]
        return np.asarray(world[self.nodes] @ self.binds)
