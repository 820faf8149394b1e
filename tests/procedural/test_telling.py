"""What is told of a world is what its panorama shows."""

from __future__ import annotations

from lucid3d.procedural.build import build_world
from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.language.naming import thing_words
from lucid3d.procedural.seen import things_seen


def test_nothing_is_told_that_is_not_seen_and_what_is_not_is_said() -> None:
    world = build_world("a bedroom with a lighthouse, a mirror and eleven pianos", 1)
    brief = world.brief
    seen = {s.thing for s in things_seen(world, world.draw_equirectangular(128), panorama=True)}
    assert brief.told is not None
    assert set(brief.told) <= set(brief.features)
    for name in brief.told:
        assert not thing_words(name, brief.catalogue).isdisjoint(seen)
    assert "lighthouse" not in brief.told
    assert "a lighthouse" in brief.explanation.split("Not to be seen from the start: ")[1]
    assert "piano" in brief.told
    assert "piano x 11" not in brief.explanation


def test_kinds_count_as_what_they_are_kinds_of() -> None:
    catalogue = load_catalogue()
    assert {"spruce", "fir", "tree"} <= thing_words("trees", catalogue)
    assert "oak" not in thing_words("pines", catalogue)
