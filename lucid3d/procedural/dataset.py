"""Posed views of a world with all of its ground truth, in nerfstudio's format: data to train and measure others on."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.files import atomic_path, write_text
from lucid3d.procedural.groundtruth import optical_flow, write_mesh
from lucid3d.procedural.kit.labels import LABELS
from lucid3d.transforms import PosedView, write_transforms

if TYPE_CHECKING:
    from lucid3d.procedural.world import World

WALK = 1.2
"""Metres from the start within which cameras stand."""
ELBOW_ROOM = 0.35
"""Metres that a camera keeps from anything solid."""


def dataset_cameras(world: World, count: int, seed: int, *, size: int = 512, fov: float = 90.0) -> list[Camera]:
    """Cameras about the start that look all around: yaw in equal steps, position and pitch at random, none in a
    wall."""
    rng = np.random.default_rng([seed, 77])
    cameras = []
    for i in range(count):
        yaw = 360.0 * i / count + rng.uniform(-0.3, 0.3) * 360.0 / count
        position = np.zeros(3)
        for _ in range(20):
            radius, bearing = WALK * math.sqrt(rng.random()), rng.uniform(0, 2 * math.pi)
            trial = np.array([radius * math.sin(bearing), rng.uniform(-0.25, 0.2), radius * math.cos(bearing)])
            if _free(world, trial):
                position = trial
                break
        cameras.append(Camera.from_fov(size, size, fov, yaw_pitch(yaw, rng.uniform(-18, 14), position)))
    return cameras


def _free(world: World, position: np.ndarray) -> bool:
    """Whether there is elbow room, and nothing solid between the start and here."""
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    around = np.stack([np.sin(angles), 0 * angles, np.cos(angles)], axis=1)
    rays = np.concatenate([around, [[0, 1, 0], [0, -1, 0]], [-position / max(np.linalg.norm(position), 1e-6)]])
    reach, _ = world.trace(np.broadcast_to(position, rays.shape), rays)
    return bool((reach[:14] > ELBOW_ROOM).all() and reach[14] > np.linalg.norm(position))


def write_dataset(world: World, n: int, folder: str | Path, seed: int, *, size: int = 512, fov: float = 90.0) -> None:
    """Write `n` posed views with depth, normals, labels, instances and flow to the next view.

    images/, masks/ (all seen), depth/ (.npy metres, 0 = sky), normals/ (.png, world frame, 128 = 0), labels/ (.png
    uint8), instances/ (.png uint16), radiance/ (.npy linear HDR), flow/ (.npz: flow, visible; to the following view),
    labels.json, world.glb, and transforms.json last.

    Raises:
        InputError: n is not between 1 and 10000.
    """
    import cv2

    if not 1 <= n <= 10_000:
        raise InputError(f"dataset size {n} must lie between 1 and 10000 views")
    folder = Path(folder)
    cameras = dataset_cameras(world, n, seed, size=size, fov=fov)
    views, extra = [], []

    def picture(name: str, pixels: np.ndarray) -> str:
        with atomic_path(folder / name) as temporary:
            if not cv2.imwrite(str(temporary), pixels):
                raise OSError(f"cannot write {folder / name}")
        return name

    for i, camera in enumerate(cameras):
        drawing = world.draw(camera)
        views.append(
            PosedView(camera, drawing.image, drawing.depth, np.ones(drawing.depth.shape, bool), prompt=world.prompt)
        )
        stem = f"view_{i:03d}"
        encoded = np.clip(drawing.normals * 127 + 128, 0, 255).astype(np.uint8)
        frame: dict[str, Any] = {
            "normal_file_path": picture(f"normals/{stem}.png", encoded[..., ::-1]),
            "label_file_path": picture(f"labels/{stem}.png", drawing.labels.astype(np.uint8)),
            "instance_file_path": picture(f"instances/{stem}.png", (drawing.instances % 65536).astype(np.uint16)),
            "radiance_file_path": f"radiance/{stem}.npy",
            "flow_file_path": f"flow/{stem}.npz",
        }
        with atomic_path(folder / frame["radiance_file_path"]) as temporary:
            np.save(temporary, drawing.radiance.astype(np.float16))
        flow, visible = optical_flow(world, camera, cameras[(i + 1) % n], drawing)
        with atomic_path(folder / frame["flow_file_path"]) as temporary:
            np.savez_compressed(temporary, flow=flow.astype(np.float16), visible=visible)
        extra.append(frame)
    write_text(folder / "labels.json", json.dumps({str(i): name for i, name in enumerate(LABELS)}, indent=1))
    write_mesh(world, folder / "world.glb", reach=600.0)
    write_transforms(views, folder)
    document = json.loads((folder / "transforms.json").read_text(encoding="utf-8"))
    for frame, more in zip(document["frames"], extra, strict=True):
        frame.update(more)
    document["seed"], document["prompt"] = world.seed, world.prompt
    write_text(folder / "transforms.json", json.dumps(document, indent=1))
