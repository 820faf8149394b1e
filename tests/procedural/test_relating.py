"""What a sentence says of how things stand is what a finished place shows, whatever set it up."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lucid3d.procedural.build import build_place
from lucid3d.procedural.compose.relating import relate
from lucid3d.procedural.compose.standing import items_in
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.kit.shapes import box
from lucid3d.procedural.language.brief import understand


def _thing(name: str, size: tuple[float, float, float], x: float, z: float, label: str = "object") -> Mesh:
    mesh = box(size, (x, EYE_HEIGHT - size[1] / 2, z), palette.OLD_WOOD, label=label)
    mesh.thing = name
    return mesh


def _box(place: Place, name: str) -> np.ndarray:
    return items_in(place.meshes, frozenset((name,)))[0].box


def test_a_thing_is_set_onto_another_and_its_lamp_goes_with_it() -> None:
    cat, counter = _thing("cat", (0.3, 0.3, 0.4), 2.0, 2.0), _thing("counter", (1.0, 1.0, 3.0), -2.0, 4.0)
    place = Place([cat, counter], lamps=[Lamp((2.0, EYE_HEIGHT - 0.2, 2.0), (1, 1, 1))], interior=True)
    relate(place, understand("a bookshop with a cat sleeping on the counter"))
    found = _box(place, "cat")
    assert found[1, 1] == pytest.approx(EYE_HEIGHT - 1.0, abs=1e-4)
    assert (np.abs(found.mean(axis=0) - (-2.0, 0, 4.0))[[0, 2]] < (0.5, 1.5)).all()
    np.testing.assert_allclose(np.array(place.lamps[0].position)[[0, 2]], found.mean(axis=0)[[0, 2]], atol=0.01)


def test_a_car_comes_between_the_one_who_looks_and_the_house_without_touching_it() -> None:
    car, house = (
        _thing("car", (1.8, 1.4, 4.2), -9.0, -3.0, "vehicle"),
        _thing("house", (8.0, 6.0, 8.0), 3.0, 20.0, "building"),
    )
    place = Place([car, house])
    relate(place, understand("a suburb with a blue car parked in front of a yellow house"))
    found, behind = _box(place, "car"), _box(place, "house")
    near, far = np.hypot(*found.mean(axis=0)[[0, 2]]), np.hypot(*behind.mean(axis=0)[[0, 2]])
    assert 2 < near < far and found[1, 2] < behind[0, 2]
    a, b = (math.atan2(*box_.mean(axis=0)[[0, 2]]) for box_ in (found, behind))
    assert abs(a - b) < 0.35


def test_what_stands_right_already_stays_and_what_is_not_there_is_no_error() -> None:
    car, house = (
        _thing("car", (1.8, 1.4, 4.2), 1.0, 8.0, "vehicle"),
        _thing("house", (8.0, 6.0, 8.0), 2.0, 18.0, "building"),
    )
    place = Place([car, house])
    relate(place, understand("a suburb with a blue car parked in front of a yellow house"))
    assert place.meshes[0] is car
    relate(Place(), understand("a suburb with a blue car parked in front of a yellow house"))


def test_a_thing_on_the_left_is_on_the_left() -> None:
    place = Place([_thing("bench", (1.6, 0.9, 0.5), 4.0, 5.0, "furniture")])
    relate(place, understand("a park with a bench on the left"))
    x, _, z = _box(place, "bench").mean(axis=0)
    assert -1.2 < math.atan2(x, z) < -0.1


def test_towers_stand_to_both_sides_of_a_gate() -> None:
    towers = [_thing("tower", (4, 12, 4), x, 30.0, "building") for x in (5.0, 10.0)]
    place = Place([_thing("gate", (4, 4, 1), 0.0, 12.0, "building"), *towers])
    relate(place, understand("two stone towers on either side of a wooden gate"))
    left, right = sorted(i.middle[0] for i in items_in(place.meshes, frozenset(("tower",))))
    assert left < 0 < right


def test_a_ring_of_stones_is_one() -> None:
    stones = [_thing("standing stone", (0.8, 2.5, 0.6), x, 9.0, "rock") for x in (-6.0, -3.0, 0.0, 3.0, 6.0)]
    place = Place(stones)
    relate(place, understand("a meadow with a ring of standing stones"))
    middles = np.array([i.middle for i in items_in(place.meshes, frozenset(("standing stone",)))])
    away = np.hypot(*(middles - middles.mean(axis=0)).T)
    assert np.ptp(away) < 0.01 and away.min() > 1


@pytest.mark.parametrize(
    ("sentence", "thing", "share"),
    [("a parking lot", "car", 0.1), ("an airport", "aeroplane", 0.2), ("a Chinese courtyard", "gate", 0.1)],
)
def test_one_starts_before_what_the_place_is_about(sentence: str, thing: str, share: float) -> None:
    """It stands ahead, takes a share of the first view's width, and nobody starts within it."""
    place = build_place(understand(sentence), 1)
    found = items_in(place.meshes, frozenset((thing,)))
    assert not any((np.abs(item.middle) < item.half).all() for item in found)
    ahead = [item for item in found if abs(item.azimuth) < math.pi / 6]
    wide = [item.reach(np.array([item.middle[1], -item.middle[0]]) / item.away) / item.away for item in ahead]
    assert max(wide) > share  # half its width by its distance: its share of a view of 90 degrees
