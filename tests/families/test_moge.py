"""The adapter of MoGe-2, on a network with the interface that its package documents (README, "Quick start")."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.moge import MoGeDepth


class MoGeModel(torch.nn.Module):
    """`infer` takes (3, H, W) and degrees across, and answers with a mask of what has a surface."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    @classmethod
    def from_pretrained(cls, name: str, **options: Any) -> MoGeModel:
        if name == "nobody/nothing":
            raise OSError("not in the cache")
        assert options == {"local_files_only": True}
        return cls()

    def infer(self, image: torch.Tensor, fov_x: float | None = None, use_fp16: bool = True) -> dict[str, torch.Tensor]:
        assert image.shape[0] == 3 and fov_x is not None and not use_fp16
        mask = image[2] < 0.5
        depth = torch.where(mask, fov_x * (1 + image[0]) * self.weight, torch.inf)
        return {"depth": depth, "mask": mask}


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("moge", "moge.model", "moge.model.v2")
    modules = {name: ModuleType(name) for name in names}
    modules["moge.model.v2"].MoGeModel = MoGeModel  # type: ignore[attr-defined]
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)


def test_depth_comes_through_the_lens_and_what_has_no_surface_is_sky(package: None) -> None:
    camera = Camera.from_fov(32, 24, 50)
    image = np.zeros((24, 32, 3), np.float32)
    image[:8, :, 2] = 1
    image[8:, 16:, 0] = 0.5
    depth = MoGeDepth().estimate(image, camera)
    assert depth.dtype == np.float32 and np.isinf(depth[:8]).all()
    np.testing.assert_allclose(depth[8:, :16], 50, rtol=1e-5)
    np.testing.assert_allclose(depth[8:, 16:], 75, rtol=1e-5)
    with pytest.raises(InputError, match="for a camera of"):
        MoGeDepth().estimate(image, Camera.from_fov(16, 16, 50))


def test_what_is_missing_is_said(package: None) -> None:
    with pytest.raises(InputError, match="hf download nobody/nothing"):
        MoGeDepth("nobody/nothing").estimate(np.zeros((8, 8, 3), np.float32), Camera.from_fov(8, 8, 50))


def test_without_its_package_the_message_says_where_it_is() -> None:
    with pytest.raises(InputError, match="pip install git"):
        MoGeDepth()
