"""Understanding sentences: every kind of word, two languages, bad spelling, contradictions, anything people type."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.language.brief import Brief, understand
from lucid3d.procedural.language.lexicon import all_words
from lucid3d.procedural.language.words import base_forms, edit_distance, split

CATALOGUE = load_catalogue()
WORDS = all_words(CATALOGUE)
PLACES = [
    ("a misty alpine lake at sunrise", "alpine_lake"),
    ("a flowering meadow", "meadow"),
    ("a dark forest", "forest"),
    ("in the jungle", "jungle"),
    ("dunes of the desert", "desert"),
    ("a red canyon", "canyon"),
    ("a rocky coast", "coast"),
    ("a tropical island", "island"),
    ("the arctic", "arctic"),
    ("an erupting volcano", "volcano"),
    ("a swamp", "swamp"),
    ("farmland in autumn", "farmland"),
    ("a village", "village"),
    ("a cobbled street in an old town", "town_street"),
    ("a city with skyscrapers", "modern_city"),
    ("ancient ruins", "ruins"),
    ("a greek temple above the sea", "ruins"),
    ("inside a space station", "space_station"),
    ("a cosy living room", "living_room"),
    ("a kitchen", "kitchen"),
    ("a bedroom", "bedroom"),
    ("an old library", "library"),
    ("a crystal cave", "cave"),
    ("a buddhist temple", "temple"),
    ("a zen garden", "zen_garden"),
    ("a rose garden", "garden"),
    ("the surface of mars", "other_planet"),
    ("a coffee shop", "coffee_shop"),
    ("a dining room", "dining_room"),
    ("an airport runway", "airport"),
    ("a narrow alley with neon signs", "alley"),
    ("a fairground", "amusement_park"),
    ("a campsite", "campsite"),
    ("a canal in venice", "canal_street"),
    ("a medieval castle courtyard", "castle_courtyard"),
    ("an old graveyard", "cemetery"),
    ("a chinese courtyard", "chinese_courtyard"),
    ("a construction site", "construction_site"),
    ("a coral reef", "coral_reef"),
    ("a football pitch", "football_pitch"),
    ("a fishing harbour", "harbour"),
    ("a japanese street", "japanese_street"),
    ("a lavender field", "lavender_field"),
    ("a greek village", "mediterranean_street"),
    ("the surface of the moon", "moon"),
    ("a mountain pass", "mountain_pass"),
    ("a city park", "park"),
    ("a parking lot", "parking_lot"),
    ("a playground", "playground"),
    ("a train station", "railway_station"),
    ("rice terraces", "rice_field"),
    ("a rooftop terrace", "rooftop"),
    ("a post-apocalyptic city", "ruined_city"),
    ("an african savanna", "savanna"),
    ("a suburb", "suburb"),
    ("a sunflower field", "sunflower_field"),
    ("a market square", "town_square"),
    ("a tulip field", "tulip_field"),
    ("a villa with a pool", "villa"),
    ("a vineyard", "vineyard"),
    ("a waterfall in a gorge", "waterfall"),
    ("a wild west street", "wild_west"),
    ("日出时雾气弥漫的高山湖", "alpine_lake"),
    ("下雪的森林", "forest"),
    ("夜晚的现代城市，霓虹灯", "modern_city"),
    ("古老的圖書館", "library"),
    ("火星上的基地", "other_planet"),
    ("温馨的客厅，有壁炉", "living_room"),
]


@pytest.mark.parametrize(("sentence", "place"), PLACES)
def test_places(sentence: str, place: str) -> None:
    brief = understand(sentence)
    assert brief.place == place
    assert "place" in brief.given


COMPOUNDS = [
    ("a desert canyon at dusk", "canyon", "desert"),
    ("castle ruins in the jungle", "ruins", "jungle"),
    ("a jungle temple", "temple", "jungle"),
    ("a desert village", "village", "desert"),
    ("a forest village in autumn", "village", "forest"),
    ("a village in the forest", "village", "forest"),
    ("a city park", "park", "modern_city"),
    ("a village street", "town_street", "village"),
    ("a seaside village at sunset", "village", "coast"),
    ("an island volcano", "volcano", "island"),
    ("a volcanic island", "island", "volcano"),
    ("a forest garden", "garden", "forest"),
    ("a forest valley", "forest", ""),
    ("a desert planet", "other_planet", ""),
    ("a martian desert", "other_planet", "desert"),
    ("an island in a lake", "island", ""),
    ("a village by the sea", "village", ""),
    ("a mountain village", "village", ""),
    ("a temple in a bamboo forest", "temple", "forest"),
    ("a bamboo forest", "forest", ""),
    ("a cave with a lake", "cave", ""),
    ("a meadow beside a forest", "meadow", "forest"),
    ("a desert, a canyon", "desert", "canyon"),
    ("沙漠峡谷", "canyon", "desert"),
    ("沙漠里的城市", "modern_city", "desert"),
    ("海边的村庄", "village", "coast"),
    ("丛林中的城堡废墟", "ruins", "jungle"),
    ("雪村", "village", ""),
]


@pytest.mark.parametrize(("sentence", "place", "around"), COMPOUNDS)
def test_the_noun_is_the_place_and_what_describes_it_lies_around(sentence: str, place: str, around: str) -> None:
    brief = understand(sentence)
    assert brief.place == place
    if around:
        assert around in brief.secondary
        assert CATALOGUE.places[around].label in brief.explanation  # and it says so


@pytest.mark.parametrize(
    ("sentence", "feature"),
    [("a seaside village", "sea"), ("a village by the sea", "sea"), ("an alpine village", "mountains"),
     ("a forest temple", "trees"), ("an island temple", "sea"), ("海边的村庄", "sea")],
)  # fmt: skip
def test_a_landscape_brings_its_things(sentence: str, feature: str) -> None:
    assert understand(sentence).wants(feature)
    assert not understand(sentence, feature).wants(feature)


def test_a_tea_house_stands_in_its_garden_unless_one_is_inside() -> None:
    brief = understand("a tea house in a bamboo garden with two stone lanterns at dusk")
    assert brief.place == "garden" and brief.features == {"pagoda": 1, "bamboo": 1, "stone_lantern": 2}
    assert understand("inside a tea house").place == "tatami_room"


@pytest.mark.parametrize(
    ("sentence", "place"),
    [("the moon", "moon"), ("Moon!", "moon"), ("the moon over a lake", "alpine_lake"), ("a moonlit forest", "forest")],
)
def test_the_moon_alone_is_a_place(sentence: str, place: str) -> None:
    assert understand(sentence).place == place


def test_a_hint_of_two_words_keeps_the_thing_and_its_material() -> None:
    brief = understand("two white horses in a meadow with a wooden fence")
    assert brief.features == {"horse": 2, "fence": 1}
    assert brief.material("fence") == "wood" and brief.colour("horse") == "white"


def test_paintings_on_a_wall_are_no_style() -> None:
    assert understand("an art gallery with paintings on white walls").style == ""
    assert understand("a painting of a forest").style == "painting"


def test_a_cyberpunk_street_is_in_a_city() -> None:
    assert understand("a cyberpunk street").place == "modern_city"
    assert understand("a medieval street").place == "town_street"


def test_an_arctic_village_is_in_winter() -> None:
    assert understand("an arctic village").season == "winter"


def test_every_place_can_be_named() -> None:
    assert {place for _, place in PLACES} <= set(CATALOGUE.places)
    assert {understand(record.label).place for record in CATALOGUE.places.values()} == set(CATALOGUE.places)


def test_a_whole_sentence() -> None:
    brief = understand("a misty alpine lake at sunrise with three red boats, a wooden pier and no trees")
    assert (brief.place, brief.time, brief.weather) == ("alpine_lake", "sunrise", "mist")
    assert brief.count("boat") == 3
    assert brief.colour("boat") == "red"
    assert brief.wants("pier")
    assert brief.material("pier") == "wood"
    assert not brief.wants("trees", usual=True)
    assert not brief.wants("pines", usual=True)  # no trees of any kind
    assert brief.colour("pier") == ""


def test_a_whole_sentence_in_chinese() -> None:
    brief = understand("日出时雾气弥漫的高山湖，三只红色的小船，木制码头，没有树")
    assert (brief.place, brief.time, brief.weather) == ("alpine_lake", "sunrise", "mist")
    assert brief.count("boat") == 3
    assert brief.colour("boat") == "red"
    assert brief.material("pier") == "wood"
    assert not brief.wants("trees", usual=True)
    assert understand("没有树的沙漠").place == "desert"  # what comes after 的 is not denied
    assert understand("沒有樹的沙漠").without >= {"trees"}  # traditional characters


@pytest.mark.parametrize(
    ("sentence", "feature", "count"),
    [
        ("a boat on a lake", "boat", 1),
        ("boats on a lake", "boat", 3),
        ("two boats", "boat", 2),
        ("a dozen boats", "boat", 12),
        ("7 boats", "boat", 7),
        ("many boats", "boat", 12),
        ("zero boats on a lake", "boat", 0),
        ("two old wooden boats", "boat", 2),
        ("a lake without boats", "boat", 0),
        ("两棵大树", "trees", 2),
        ("五条船", "boat", 5),
    ],
)
def test_numbers(sentence: str, feature: str, count: int) -> None:
    assert understand(sentence).count(feature, usual=0) == count


@pytest.mark.parametrize(
    ("sentence", "absent", "present"),
    [
        ("a lake with no trees and a pier", "trees", "pier"),
        ("a lake without trees or boats, but a pier", "boat", "pier"),
        ("a lake, no trees, pier", "trees", "pier"),
        ("a treeless lake with a pier", "trees", "pier"),
        ("without trees, boats or people a quiet lake with a pier", "boat", "pier"),
        ("a lake that has neither trees nor boats, with a pier", "boat", "pier"),
    ],
)
def test_what_a_no_reaches(sentence: str, absent: str, present: str) -> None:
    brief = understand(sentence)
    assert absent in brief.without or brief.count(absent, usual=1) <= 1
    assert not brief.wants(absent) or brief.density < 1
    assert brief.wants(present)
    assert brief.place == "alpine_lake"


def test_negative_prompt() -> None:
    brief = understand("a village by a lake with boats", "trees, people, boats, rain, ugly, blurry")
    assert {"trees", "boat", "rain"} <= brief.without
    assert not brief.wants("boat")
    assert "asked for and refused" in brief.explanation
    assert understand("", "desert").place != "desert"
    only = understand("", "mist, night")
    assert only.weather != "mist"
    assert only.time != "night"
    everything = understand("", ", ".join(p.replace("_", " ") for p in CATALOGUE.places))
    assert everything.place in CATALOGUE.places


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("montain", "mountain"), ("forrest", "forest"), ("vilage", "village"),
     ("sunrize", "sunrise"),
     ("libary", "library"),
     ("kichen", "kitchen"), ("forst", "forest"), ("lighthose", "lighthouse")],
)  # fmt: skip
def test_spelling_is_forgiven(wrong: str, right: str) -> None:
    a, b = understand(f"a {wrong}"), understand(f"a {right}")
    assert (a.time, dict(a.features), a.given) == (b.time, dict(b.features), b.given)
    assert a.place == b.place or "place" not in a.given
    assert any(wrong == word and "read as" in said for word, said in a.understood)


@pytest.mark.parametrize(("word", "form"), [("misty", "mist"), ("foggy", "fog"), ("hazy", "haze"), ("boats", "boat"),
                                            ("leaves", "leaf"), ("reddish", "red"), ("rainy", "rain")])  # fmt: skip
def test_endings(word: str, form: str) -> None:
    assert form in base_forms(word)


def test_lying_snow_is_no_falling_snow() -> None:
    for sentence in ("a mountain pass in deep snow", "a dog in the snow", "a village covered with snow"):
        brief = understand(sentence)
        assert (brief.weather, brief.season) == ("clear", "winter") and brief.snowed_in
    for sentence in ("a village in falling snow at night", "it is snowing in the forest", "a snowy village"):
        assert (understand(sentence).weather, understand(sentence).season) == ("snow", "winter")
    assert understand("a village in falling rain").season != "autumn"
    assert understand("falling leaves in a park").season == "autumn"


def test_what_stands_for_a_thing_in_a_room_is_as_was_said_of_the_thing() -> None:
    brief = understand("a classroom with huge red balloons in front of the blackboard")
    assert "toy_balloons" in brief.features and "balloon" not in brief.features
    assert brief.colour("toy_balloons") == "red" and brief.size("toy_balloons") > 1
    assert any(p.thing == "toy_balloons" and p.relation == "in front of" for p in brief.relations)
    assert "balloon" in understand("a red balloon above a meadow").features


def test_a_snowman_wears_its_scarf() -> None:
    brief = understand("a snowman with a blue scarf in front of a log cabin")
    assert "clothes" not in brief.features and brief.colour("snowman") == "blue"
    assert understand("a snowman in front of a house").place == "village"


def test_phrases_win_over_their_words() -> None:
    assert understand("falls in the jungle").season != "autumn"
    assert understand("northern lights over a village").sky >= {"aurora"}
    assert understand("a snow-covered village").weather == "clear"


@pytest.mark.parametrize(
    ("sentence", "time", "weather", "said"),
    [
        ("a sunny night", "night", "clear", "does not shine at night"),
        ("a village at noon at midnight", "night", "clear", "cannot be"),
        ("a sunny storm", None, "storm", "cannot be clear"),
    ],
)
def test_contradictions_are_settled_and_explained(sentence: str, time: str | None, weather: str, said: str) -> None:
    brief = understand(sentence)
    assert time is None or brief.time == time
    assert brief.weather == weather
    assert said in brief.explanation


def test_sizes_density_strength_mood_style() -> None:
    brief = understand("huge mountains and a tiny cabin in thick fog, lush grass, eerie, watercolour")
    assert brief.size("mountains") > 1 > brief.size("cabin")
    assert brief.strength > 1
    assert brief.density > 1
    assert (brief.mood, brief.style) == ("eerie", "watercolour")
    assert understand("light rain in a forest").strength < 1
    assert understand("a sparse forest").density < 1


def test_moods_and_styles_choose_what_is_left_open() -> None:
    assert understand("an eerie forest").weather == "mist"
    assert understand("an eerie, sunny forest").weather == "clear"
    assert understand("cyberpunk").place == "modern_city"
    assert understand("cyberpunk").time == "night"
    assert understand("a romantic beach").time == "sunset"


def test_rooms_look_out_on_other_places() -> None:
    brief = understand("a living room overlooking a snowy forest")
    assert brief.place == "living_room"
    assert brief.secondary == ("forest",)
    assert brief.indoors


def test_people_and_animals_are_said_not_to_be_drawn() -> None:
    brief = understand("a shark and two dinosaurs in a village")
    assert {"shark", "dinosaurs"} <= set(brief.ignored)
    assert "people or animals" in brief.explanation
    assert brief.place == "village"


@pytest.mark.parametrize("sentence", ["", "   ", "qwxz vrtkl", "🤷", "!!!", "\x00\ud800", "12345", "好", "the of and"])
def test_no_known_word_gives_a_pleasant_place_and_says_so(sentence: str) -> None:
    brief = understand(sentence)
    assert brief.place in CATALOGUE.places
    assert "No word of the sentence" in brief.explanation
    assert not brief.given


def test_emoji() -> None:
    brief = understand("🏔️🌲🌙⛵")
    assert brief.place == "alpine_lake"
    assert brief.time == "night"
    assert brief.wants("boat")
    assert brief.wants("pines")


def test_ten_thousand_characters() -> None:
    long = "a misty lake with zqvx boats and montains, " * 400
    brief = understand(long, long)
    assert len(long) > 10_000
    assert brief.place in CATALOGUE.places
    assert "characters were read" in brief.explanation


def test_the_same_words_give_the_same_brief() -> None:
    sentence = "a foggy harbour with seven boats at dawn"
    assert understand(sentence, "people") == understand(sentence, "people")
    assert hash(understand(sentence)) == hash(understand(sentence))


def _sound(brief: Brief) -> None:
    assert brief.place in CATALOGUE.places
    assert brief.time in CATALOGUE.words.time
    assert brief.weather in CATALOGUE.words.weather
    assert brief.season in CATALOGUE.words.season
    assert brief.sky <= set(CATALOGUE.words.sky)
    assert set(brief.features) <= set(CATALOGUE.things)
    assert all(0 < n <= 1_000_000 for n in brief.features.values())
    assert brief.mood in ("", *CATALOGUE.words.mood)
    assert brief.style in ("", *CATALOGUE.words.style)
    assert set(brief.colours) <= set(CATALOGUE.words.colour)
    assert set(brief.materials) <= set(CATALOGUE.words.material)
    assert not brief.without & set(brief.features)
    assert 0.2 < brief.density < 3
    assert 0.2 < brief.strength < 3
    assert brief.explanation


def test_two_hundred_random_sentences() -> None:
    """Sentences of real words in any order, with mistakes in them."""
    rng = random.Random(5)
    words = sorted(WORDS)
    glue = [
        "with",
        "without",
        "no",
        "and",
        "a",
        "the",
        "two",
        ",",
        "of",
        "in",
        "not",
        "very",
        "没有",
        "的",
        "three hundred",
    ]
    for _ in range(200):
        sentence = []
        for _ in range(rng.randint(1, 14)):
            word = rng.choice(words) if rng.random() < 0.7 else rng.choice(glue)
            if rng.random() < 0.2 and len(word) > 4:
                cut = rng.randrange(len(word))
                word = word[:cut] + rng.choice(["", "x", word[cut] * 2]) + word[cut + 1 :]
            sentence.append(word)
        _sound(understand(" ".join(sentence), rng.choice(["", rng.choice(words)])))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_at_all(prompt: str, negative: str) -> None:
    _sound(understand(prompt, negative))


def test_every_word_is_understood_and_changes_the_brief() -> None:
    plain = understand("")
    for word, said in WORDS.items():
        brief = understand(word if not word.isascii() else f"{word}")
        assert brief.understood, word
        assert not brief.ignored, word
        kinds = {m.split(".", 1)[0] for m in said}
        if kinds <= {"size", "strength"}:
            continue  # these need a noun: tested above
        fields = (
            "place",
            "time",
            "weather",
            "season",
            "sky",
            "features",
            "painted",
            "made_of",
            "density",
            "mood",
            "style",
            "given",
        )
        assert any(getattr(brief, f) != getattr(plain, f) for f in fields), word


def test_edit_distance_against_a_plain_recursion() -> None:
    def slow(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        best = min(slow(a[1:], b) + 1, slow(a, b[1:]) + 1, slow(a[1:], b[1:]) + (a[0] != b[0]))
        if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
            best = min(best, slow(a[2:], b[2:]) + 1)
        return best

    rng = random.Random(1)
    for _ in range(150):
        a = "".join(rng.choices("abc", k=rng.randint(0, 6)))
        b = "".join(rng.choices("abc", k=rng.randint(0, 6)))
        assert edit_distance(a, b, 9) == slow(a, b)
        assert (edit_distance(a, b, 2) <= 2) == (slow(a, b) <= 2)


def test_split() -> None:
    assert split("A snow-covered café, 3 boats!") == ["a", "snow", "covered", "cafe", ",", "3", "boats", ","]
    assert split("湖lake🌙") == ["湖", "lake", "🌙"]


@pytest.mark.parametrize(
    ("sentence", "negative", "kept", "gone"),
    [
        ("a storm without lightning", "", {"weather": "storm"}, "lightning"),
        ("雷雨，没有闪电", "", {"weather": "storm"}, "lightning"),
        ("a storm at sea", "lightning", {"weather": "storm"}, "lightning"),
        ("a thunderstorm without rain", "", {"weather": "storm"}, "rain"),
        ("a storm without thunder", "", {"weather": "storm"}, ""),
        ("a rainy street without puddles", "", {"weather": "rain", "place": "town_street"}, "puddles"),
        ("a winter forest without snow", "", {"season": "winter", "place": "forest", "weather": "clear"}, "snow"),
        ("a night without stars", "", {"time": "night"}, "stars"),
        ("a night meadow without moonlight", "", {"time": "night", "place": "meadow"}, "moon"),
        ("a night meadow", "moon, clouds", {"time": "night", "place": "meadow"}, "moon"),
        ("a library without books", "", {"place": "library"}, "books"),
        ("a street without people or cars in the rain", "", {"weather": "rain", "place": "town_street"}, "car"),
    ],
)
def test_a_no_takes_away_only_what_it_names(sentence: str, negative: str, kept: dict[str, str], gone: str) -> None:
    brief = understand(sentence, negative)
    assert {name: getattr(brief, name) for name in kept} == kept
    assert not gone or gone in brief.without
    assert gone not in brief.sky
    assert not set(kept.values()) & brief.without


def test_a_night_has_a_moon_or_stars_by_what_it_names() -> None:
    assert understand("a night with a moon").sky == {"moon"}
    assert understand("a night with stars").sky == {"stars"}
    assert understand("a night").sky == {"moon", "stars"}


def test_waters_that_a_place_does_not_have_are_said_to_be_left_out() -> None:
    for sentence, feature in (("ruins by a stream", "river"), ("a jungle with a lake", "lake")):
        brief = understand(sentence)
        assert not brief.count(feature)
        assert "left out" in brief.explanation
    assert understand("a meadow with a stream").count("river")


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("a house under a cup", "A house does not go under cups"),
        ("the sea above a chair", "The sea does not go above a chair"),
        ("beautiful quiet golden old", "No place was named, so one was chosen."),
        ("big", "No place was named, so one was chosen."),
    ],
)
def test_what_cannot_be_and_what_was_not_said_is_told(sentence: str, said: str) -> None:
    assert understand(sentence).explanation.count(said) == 1


def test_a_word_without_end_is_not_repeated() -> None:
    assert len(understand("x" * 10_000).explanation) < 400


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("a street in Kyoto", "japanese_street"),
        ("a Greek village street", "mediterranean_street"),
        ("a street in Venice", "canal_street"),
        ("a suburban street", "suburb"),
        ("a town street", "town_street"),
        ("a town street with a water tower", "town_street"),
        ("a village by a canyon", "village"),
    ],
)
def test_a_general_name_beside_a_particular_one_means_the_particular_place(words: str, place: str) -> None:
    assert understand(words).place == place


@pytest.mark.parametrize(
    ("words", "time"),
    [("early morning", "sunrise"), ("early evening", "sunset"), ("late at night", "night"), ("late evening", "dusk")],
)
def test_early_and_late_are_heard(words: str, time: str) -> None:
    brief = understand(f"a lake, {words}")
    assert brief.time == time
    assert not brief.ignored


def test_a_fire_in_a_room_burns_in_a_fireplace() -> None:
    brief = understand("a living room with a cat by the fire")
    assert brief.wants("fireplace")
    assert not brief.wants("campfire")


@pytest.mark.parametrize(
    "words", ["a busy street", "a tired town street", "a friendly village", "a many-coloured garden"]
)
def test_adjectives_are_no_things_that_they_sound_like(words: str) -> None:
    assert not understand(words).features
