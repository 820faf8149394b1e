"""Readings that are true: what a perfect network would say of a drawn world."""

from __future__ import annotations

import numpy as np

from lucid3d.camera import Camera
from lucid3d.learning.classes import SKY, class_table, place_names
from lucid3d.learning.optics import horizon_offset, pitch_roll
from lucid3d.learning.reader import Reading
from lucid3d.procedural.world import World


def true_reading(world: World, camera: Camera, place: str, *, indoors: bool) -> tuple[np.ndarray, Reading]:
    """What `camera` (square) sees of a world, and the reading that is true of it."""
    drawing = world.draw(camera)
    labels = class_table(indoors=indoors, snowy=False)[drawing.labels]
    down = camera.rotation.T @ np.array([0.0, 1.0, 0.0])
    pitch, roll = pitch_roll(down)
    names = place_names()
    reading = Reading(
        depth=np.where(labels == SKY, np.inf, drawing.depth).astype(np.float32),
        confidence=np.where(labels == SKY, 0, 0.9).astype(np.float32),
        normals=drawing.normals @ camera.rotation.astype(np.float32),
        labels=labels,
        pitch=pitch,
        roll=roll,
        fov=camera.fov_degrees,
        horizon=0.5 + horizon_offset(down, camera.fx / camera.width),
        places=np.array([name == place for name in names], np.float32),
        place=place,
        indoors=float(indoors),
        place_names=names,
    )
    return drawing.image, reading
