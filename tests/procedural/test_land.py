"""Recipes of natural places: what is wrong is said, every record builds, and what a sentence refuses is not there."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.compose import wishes
from lucid3d.procedural.compose.land.composer import compose_recipe, lay
from lucid3d.procedural.compose.land.landform import Form
from lucid3d.procedural.compose.land.planting import lot_for, plant
from lucid3d.procedural.compose.land.recipe import Flowers, Grass, Recipe, Scatter, Trees, in_case, read_recipe
from lucid3d.procedural.compose.land.relief import Start
from lucid3d.procedural.compose.land.terms import relief
from lucid3d.procedural.compose.wishes import site_for
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place
from lucid3d.procedural.kit.terrain import Terrain
from lucid3d.procedural.language.brief import Brief, understand

PLACES = sorted(name for name, record in load_catalogue().places.items() if record.kind == "land")


@functools.cache
def recipe_of(name: str) -> Recipe:
    record = load_catalogue().places[name]
    return read_recipe(record.recipe, record.file)


def small(recipe: Recipe) -> Recipe:
    """The same place with coarse land and nothing that is far away."""
    layers = []
    for layer in recipe.layers:
        if isinstance(layer, Trees):
            layer = replace(layer, far=min(layer.far, 60.0), limit=200, count=min(layer.count, 2))
        layers.append(layer)
    form = replace(recipe.land.form, drops=0, cells=128, around=96, rings=60)
    return replace(recipe, land=replace(recipe.land, form=form), layers=tuple(layers))


def built(name: str, sentence: str, seed: int = 1) -> tuple[Place, Brief]:
    brief = replace(understand(sentence), place=name)
    return compose_recipe(small(recipe_of(name)), brief, np.random.default_rng(seed)), brief


LABELS = {
    "alpine_lake": {"tree", "grass", "rock"},
    "arctic": {"ice", "rock"},
    "canyon": {"tree", "rock", "shrub"},
    "coast": {"rock", "grass"},
    "coral_reef": {"animal", "plant", "rock"},
    "desert": {"rock", "grass"},
    "farmland": {"tree", "grass", "building", "fence"},
    "forest": {"tree", "plant", "shrub"},
    "garden": {"flower", "shrub", "grass", "rock"},
    "island": {"tree", "rock", "grass"},
    "jungle": {"tree", "plant", "shrub"},
    "meadow": {"flower", "grass", "tree"},
    "moon": {"rock"},
    "mountain_pass": {"rock", "tree"},
    "river": {"tree", "grass", "plant", "rock"},
    "savanna": {"tree", "grass", "animal"},
    "swamp": {"tree", "grass", "plant"},
    "waterfall": {"rock", "water", "tree"},
}


def test_at_least_ten_natural_places_are_records() -> None:
    assert set(PLACES) == set(LABELS)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", PLACES)
def test_every_natural_place_has_what_it_is_known_for(name: str, seed: int) -> None:
    place, _ = built(name, "in summer", seed)
    labels = {mesh.label for mesh in place.meshes if mesh.triangle_count}
    assert LABELS[name] <= labels, labels
    assert place.terrain is not None
    assert float(place.terrain.height(np.zeros(1), np.zeros(1))[0]) == pytest.approx(EYE_HEIGHT, abs=0.3)
    for mesh in place.meshes:
        assert np.isfinite(mesh.vertices).all()
        assert not (np.linalg.norm(mesh.vertices, axis=1) < 0.3).any() or mesh.label == "ground"


REFUSED = {"trees": "tree", "flowers": "flower", "grass": "grass", "rocks": "rock", "bushes": "shrub"}
ELSEWHERE = {
    ("arctic", "rocks"),
    ("coast", "rocks"),
    ("coral_reef", "grass"),  # sea grass
    ("desert", "rocks"),
    ("island", "rocks"),
}


@pytest.mark.parametrize("name", PLACES)
def test_what_a_sentence_refuses_is_in_no_natural_place(name: str) -> None:
    place, brief = built(name, "without trees, without flowers, without grass, without rocks, without bushes")
    assert set(REFUSED) <= brief.without
    labels = {mesh.label for mesh in place.meshes if mesh.triangle_count}
    gone = {label for word, label in REFUSED.items() if (name, word) not in ELSEWHERE}
    assert not labels & gone


def test_a_kind_of_tree_can_be_refused_or_asked_for() -> None:
    usual = ("oak", "spruce", "birch")
    assert wishes.kinds_of_trees(understand("a forest"), usual) == usual
    assert wishes.kinds_of_trees(understand("a forest without pines"), usual) == ("oak", "birch")
    assert wishes.kinds_of_trees(understand("a forest of birches"), usual) == ("birch",)
    assert wishes.kinds_of_trees(understand("a forest without trees"), usual) == ()


def test_a_river_and_a_lake_are_there_when_they_are_asked_for() -> None:
    recipe = small(recipe_of("meadow"))
    wet = {}
    for sentence in ("a meadow", "a meadow with a river", "a meadow with a lake"):
        site = lay(recipe, understand(sentence), np.random.default_rng(3)).site
        x, z = (g.ravel().astype(np.float32) for g in np.meshgrid(np.linspace(-60, 60, 121), np.linspace(4, 90, 87)))
        level = np.inf if site.water_level is None else site.water_level
        wet[sentence] = float((site.terrain.height(x, z) > level).mean())
        assert bool(site.path) == ("river" not in sentence)
    assert wet["a meadow"] == 0
    assert wet["a meadow with a river"] > 0.01
    assert wet["a meadow with a lake"] > 0.01
    without = lay(recipe, understand("a meadow without a path"), np.random.default_rng(3)).site
    assert not without.path


TERM = {"noise": {"period": 20, "height": 2}}


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ({"relief": [TERM], "sunn": [0, 1]}, ("'sunn' is no key", "did you mean 'sun'")),
        ({"put": []}, ("'relief' is missing",)),
        ({"relief": [{"noize": {}}]}, ("relief.1", "'noize'", "did you mean 'noise'")),
        ({"relief": [{"noise": {"period": "far", "height": 1}}]}, ("noise", "'period'", "a number is wanted")),
        ({"relief": [TERM], "put": [{"tree": {}}]}, ("put.1", "'tree'", "did you mean 'trees'")),
        ({"relief": [TERM], "put": [{"grass": {}}, {"trees": {"kinds": ["oka"]}}]}, ("put.2", "'oka'", "'oak'")),
        ({"relief": [TERM], "put": [{"grass": {}, "trees": {}}]}, ("put.1", "one name")),
        ({"relief": [TERM], "put": [{"flowers": {"when": {"spring": {"kind": []}}}}]}, ("put.1.when.spring", "'kind'")),
        ({"relief": [TERM], "ground": {"mos": 1}}, ("ground", "'mos'", "'moss'")),
        ({"relief": [TERM], "put": [{"grass": {"where": [{"upp": [1, 2]}]}}]}, ("put.1", "upp")),
        ({"relief": [TERM], "put": [{"grass": {"where": [{"up": [1, 2], "far": [1, 2]}]}}]}, ("put.1", "one measure")),
    ],
)
def test_a_wrong_recipe_gets_one_sentence_with_file_and_key(page: dict[str, Any], told: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as raised:
        read_recipe(page, "places/heath.yaml")
    message = str(raised.value)
    assert message.startswith("places/heath.yaml")
    assert "\n" not in message
    for part in told:
        assert part in message


def test_terms_of_relief_add_up() -> None:
    x, z = (g.ravel().astype(np.float32) for g in np.meshgrid(np.linspace(-50, 50, 41), np.linspace(-50, 50, 41)))
    hill = {"knoll": {"at": [10, 20], "size": [5, 5], "height": 4}}
    page = {"relief": [{"rise": {"height": 3}}, hill, {"faded": {"fade": [20, 40], "of": [{"rise": {"height": 2}}]}}]}
    terms = read_recipe(page, "here").relief
    assert not isinstance(terms, str)
    up = relief(terms, Start(1, 1.0, np.random.default_rng(1)))(x, z)
    expected = 3 + 4 * np.exp(-(((x - 10) / 5) ** 2) - ((z - 20) / 5) ** 2)
    far = np.clip((np.hypot(x, z) - 20) / 20, 0, 1)
    np.testing.assert_allclose(up, expected + 2 * far**2 * (3 - 2 * far), atol=1e-4)
    mirrored = relief(terms, Start(1, -1.0, np.random.default_rng(1)))(-x, z)
    np.testing.assert_allclose(mirrored, up, atol=1e-4)


def test_mountains_follow_the_sentence() -> None:
    x, z = np.linspace(-900, 900, 61, dtype=np.float32), np.full(61, 700, np.float32)
    terms = read_recipe({"relief": [{"mountains": {"period": 400, "height": 100, "asked": 200}}]}, "here").relief
    assert not isinstance(terms, str)
    rng = np.random.default_rng(1)
    usual = relief(terms, Start(1, 1.0, rng))(x, z).max()
    assert usual > 20
    huge = Start(1, 1.0, rng, wished=frozenset({"mountains"}), sizes={"mountains": 1.5})
    assert relief(terms, huge)(x, z).max() == pytest.approx(3 * usual, rel=1e-4)
    assert relief(terms, Start(1, 1.0, rng, refused=frozenset({"mountains"})))(x, z).max() < 0.5 * usual


def test_a_layer_has_other_values_in_its_cases() -> None:
    layer = Flowers(kinds=("poppy",), when={"spring": {"kinds": ("tulip",)}, "asked": {"amount": 3.0}})
    assert in_case(layer, ["summer"]) is layer
    assert in_case(layer, ["spring"]).kinds == ("tulip",)
    both = in_case(layer, ["spring", "asked"])
    assert (both.kinds, both.amount) == (("tulip",), 3.0)


def slope(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Land that rises to the right, above water at y = 2."""
    return (EYE_HEIGHT - 0.1 * x).astype(np.float32)


@pytest.mark.parametrize("sentence", ["a meadow", "a meadow in winter"])
def test_layers_keep_to_their_area_and_season(sentence: str) -> None:
    brief = understand(sentence)
    site = site_for(brief, Terrain(slope), np.random.default_rng(1), 2.0)
    lot = lot_for(site, brief)
    plant(Grass(where=({"up": (0.9, 1.0)},), only=("spring", "summer", "autumn")), lot)  # type: ignore[arg-type]
    feet = np.concatenate([m.vertices[:, 0] for m in site.meshes]) if site.meshes else np.zeros(0)
    if "winter" in sentence:
        assert not len(feet)
    else:
        assert len(feet) > 1000
        assert feet.min() > 4.0  # metres to the right where the land is 0.9 m above the water, less a blade's reach


def test_copies_can_be_of_trees_that_were_grown_before() -> None:
    brief = understand("a meadow")
    site = site_for(brief, Terrain(lambda x, z: np.full(np.shape(x), EYE_HEIGHT, np.float32)), np.random.default_rng(1))
    lot = lot_for(site, brief)
    plant(Trees(name="birches", kinds=("birch",), count=1, spacing=30, near=20, far=60), lot)
    before = len(site.meshes)
    copies = {"per_square_metre": 0.02, "near": 6.0, "far": 14.0}
    plant(Scatter(again="birches", copies=copies), lot)  # type: ignore[arg-type]
    assert {m.label for m in site.meshes[before:]} == {"tree"}


def test_the_form_says_how_fine_the_land_is() -> None:
    assert Form().around * Form().rings > 100_000
    place, _ = built("desert", "in summer")
    assert place.terrain is not None
    assert place.terrain.mesh is not None
    assert place.terrain.mesh.triangle_count < 20_000
