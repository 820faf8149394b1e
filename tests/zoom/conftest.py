"""Tiny checkpoints, as the tests of the models build them, and a small place to zoom into, furnished once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lucid3d.zoom import place
from lucid3d.zoom.place import ZoomPlace, furnish
from lucid3d.zoom.plan import ZoomPlan
from tests.families.conftest import checkpoint, offline, one_thread
from tests.zoom.small_place import flat_world

__all__ = ["checkpoint", "offline", "one_thread"]

PLAN = ZoomPlan(("a meadow", "a granite rock", "lichen on granite"), (4.0, 4.0))


@pytest.fixture(scope="session")
def coarse_meshes() -> Iterator[None]:
    """Patches of fewer cells, for small pictures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, "PATCH_CELLS", 150)
        patch.setattr(place, "SUBDIVISIONS", 5)
        yield


@pytest.fixture(scope="session")
def small_place(coarse_meshes: None) -> ZoomPlace:
    """A boulder with lichen on flat land: three levels of factor 4."""
    return furnish(flat_world(), PLAN, seed=3)
