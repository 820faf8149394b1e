"""A region is painted anew by networks: in the words asked for, in all its views, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lucid3d.camera import Camera
from lucid3d.editing.folder import inpaint_in, step
from lucid3d.editing.inpainting import inpainted
from lucid3d.editing.patch import NAMES
from lucid3d.editing.regions import choose, region_from
from lucid3d.editing.surroundings import surroundings_of
from lucid3d.errors import InputError
from lucid3d.families.base import Models
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.depth import NetworkDepth
from lucid3d.families.diffusion.loading import quiet
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
from lucid3d.gaussians import render
from tests.editing.court import saved, scene, world
from tests.editing.test_changing import TO_HUT
from tests.editing.test_inserting import files
from tests.families import tiny

HUT = region_from({"steps": [{"label": "building"}]})


class PaintsBlue:
    """Paints every hole blue, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []

    def imagine(self, prompt: str, camera: Camera, **_: Any) -> np.ndarray:
        raise AssertionError("a first view is there already")

    def inpaint(self, image: np.ndarray, known: np.ndarray, prompt: str, camera: Camera, **_: Any) -> np.ndarray:
        self.asked.append((prompt, float(1 - known.mean())))
        return np.where(known[..., None], image, np.float32([0.1, 0.2, 0.9])).astype(np.float32)


class Measures:
    """The true depth in a unit of its own, as a network gives it: only what is known around says how far it is."""

    kind, exact = "metric", False

    def estimate(self, image: np.ndarray, camera: Camera) -> np.ndarray:
        return np.asarray(1.6 * np.minimum(world().draw(camera).depth, 50.0), np.float32)


def hut() -> np.ndarray:
    return choose(HUT, surroundings_of(scene().gaussians, scene().cameras, world()))


def test_a_region_becomes_what_words_say_and_the_rest_stays_bit_for_bit() -> None:
    region, painter = hut(), PaintsBlue()
    patch = inpainted(scene(), region, "a blue hut", Models("own", painter, Measures()))
    assert all(words == "a blue hut" and 0 < share < 0.9 for words, share in painter.asked)
    assert set(patch.rows.tolist()) <= set(np.flatnonzero(region).tolist())
    new = patch.on(scene().gaussians)
    rest = np.flatnonzero(~region)
    assert all((getattr(new, name)[rest] == getattr(scene().gaussians, name)[rest]).all() for name in NAMES)
    before, after = render(scene().gaussians, TO_HUT), render(new, TO_HUT)
    shown = world().draw(TO_HUT)
    on_it = shown.instances == shown.instances[TO_HUT.height // 2, TO_HUT.width // 2]
    assert before.image[on_it][:, 0].mean() > before.image[on_it][:, 2].mean()  # it was red
    assert after.image[on_it][:, 2].mean() > 2 * after.image[on_it][:, 0].mean()
    # its depth was fitted to what stands around, whatever the network's unit
    assert np.median(np.abs(after.depth[on_it] / shown.depth[on_it] - 1)) < 0.08


def test_it_is_a_change_of_the_folder_and_undone_to_the_same_bytes(tmp_path: Path) -> None:
    folder = saved(tmp_path / "court")
    before = files(folder)
    changed = inpaint_in(folder, "a blue hut", HUT, models=Models("own", PaintsBlue(), Measures()), world=world())
    assert changed.entry is not None and changed.entry.name == "a-blue-hut"
    step(folder, -1)
    assert files(folder) == before


@pytest.mark.slow
def test_the_networks_of_the_paper_paint_it(tmp_path: Path) -> None:
    with quiet():
        tiny.stable_diffusion(tmp_path / "sd-inpaint", 9)
        tiny.zoedepth(tmp_path / "zoe")
    config = ModelsConfig(
        inpainting=str(tmp_path / "sd-inpaint"), depth=str(tmp_path / "zoe"), steps=2, safety_checker=False,
        mirrored_average=False, image_size=64, device="cpu",
    )  # fmt: skip
    models = Models("diffusion", DiffusionPainter(config), NetworkDepth(config))
    patch = inpainted(scene(), hut(), "a hut of gingerbread", models)
    assert len(patch.parts) > 50
    assert all(np.isfinite(getattr(patch.parts, name)).all() for name in NAMES)


def test_what_cannot_be_painted_anew_is_one_sentence() -> None:
    models = Models("own", PaintsBlue(), Measures())
    region = hut()
    for words, chosen, of, said in (
        (" ", region, scene(), "say what"),
        ("x", np.ones_like(region), scene(), "everything"),
        ("x", region, replace(scene(), points=scene().points[:0]), "points"),
    ):
        with pytest.raises(InputError, match=said):
            inpainted(of, chosen, words, models)
