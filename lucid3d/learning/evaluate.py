"""How good a network is on views that it was not trained on, as they were drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from lucid3d.learning import network as bins
from lucid3d.learning.batches import collated, cropped, shape_for
from lucid3d.learning.metrics import constant_score, depth_score
from lucid3d.learning.network import PictureNetwork
from lucid3d.learning.optics import down_from_latitudes, horizon_offset
from lucid3d.learning.shards import read_view

HORIZON_TOLERANCE = 0.05
"""Of the picture's height, within which a horizon counts as found."""
BATCH = 8


def evaluated(network: PictureNetwork, views: Sequence[tuple[Path, int]], pixels: int) -> dict[str, float]:
    """Means over `views`, read whole and square.

    Returns:
        abs_rel, within (after one scale) and constant_abs_rel, constant_within (of one distance everywhere); factor
        (median factor by which the scale is off); normals (mean angle in degrees); classes, place, indoors (share that
        is right); horizon, latitude (share within 5 % of the height, by bins, and by pixels with the lens known); focal
        (median factor off).
    """
    shape = shape_for(1.0, pixels)
    was_training = network.training
    network.eval()
    rows: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        rows.setdefault(name, []).append(value)

    side = math.sqrt(shape[0] * shape[1]) / 2
    for start in range(0, len(views), BATCH):
        truth = collated(
            [cropped(read_view(path, index), shape) for path, index in views[start : start + BATCH]],
            network.config.places,
        )
        with torch.inference_mode():
            answer = network(truth.image)
        depth = (answer.log_depth + answer.scale[:, None, None]).exp().numpy()
        horizon = bins.horizon_of_share(bins.expected_share(answer.horizon))
        focal = bins.focal_of_share(bins.expected_share(answer.focal))
        for i in range(len(truth.image)):
            real = truth.depth[i].numpy()
            score, constant = depth_score(depth[i], real), constant_score(real)
            if score and constant:
                note("abs_rel", score.abs_rel)
                note("within", score.within)
                note("factor", score.factor)
                note("constant_abs_rel", constant.abs_rel)
                note("constant_within", constant.within)
            known = truth.normals[i].square().sum(dim=0) > 0.5
            if known.any():
                cosine = (answer.normals[i] * truth.normals[i]).sum(dim=0)[known].clamp(-1, 1)
                note("normals", math.degrees(float(cosine.arccos().mean())))
            note("classes", float((answer.classes[i].argmax(dim=0) == truth.classes[i]).float().mean()))
            if truth.place[i] >= 0:
                note("place", float(answer.place[i].argmax() == truth.place[i]))
            note("indoors", float((answer.indoors[i] > 0) == (truth.indoors[i] > 0.5)))
            note("horizon", float((horizon[i] - truth.horizon[i]).abs() < HORIZON_TOLERANCE))
            fitted = horizon_offset(
                down_from_latitudes(answer.latitude[i].numpy(), float(truth.focal[i]) * side), float(truth.focal[i])
            )
            note("latitude", float(abs(fitted - float(truth.horizon[i])) < HORIZON_TOLERANCE))
            note("focal", math.exp(abs(math.log(float(focal[i] / truth.focal[i])))))
    network.train(was_training)
    medians = ("factor", "focal")
    return {name: float(np.median(v) if name in medians else np.mean(v)) for name, v in rows.items()}
