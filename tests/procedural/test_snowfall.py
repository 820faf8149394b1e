"""Snow lies on what is open to the sky, and only there."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.shapes import box
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render.snowfall import THICKEST, snow_caps

WALL = Material("wall", "plain", ((0.5, 0.5, 0.5),))
ROOF = box((4.0, 0.2, 4.0), (0.0, -2.0, 6.0), WALL, label="roof")
TABLE = box((1.0, 0.8, 1.0), (0.0, 1.2, 6.0), WALL, label="furniture")
"""Under the roof."""


def test_a_roof_is_white_on_top_and_what_stands_under_it_bare() -> None:
    (snow,) = snow_caps([ROOF, TABLE], understand("a snowy village"))
    assert snow.label == "snow"
    low, high = snow.bounds
    np.testing.assert_allclose([low[0], high[0], low[2], high[2]], [-2, 2, 4, 8], atol=1e-5)
    assert low[1] < -2.1 <= high[1] + 1e-5  # on the upper face, not on the lower one
    assert low[1] >= -2.1 - THICKEST - 1e-6
    assert (snow.normals is not None) and (snow.normals[:, 1] < -0.99).all()


def test_no_snow_without_winter_nor_where_it_is_refused() -> None:
    assert not snow_caps([ROOF], understand("a village in summer"))
    assert not snow_caps([ROOF], understand("a village in winter without snow"))
    assert snow_caps([ROOF], understand("a village in winter"))
