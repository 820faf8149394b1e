"""Sentences as noun phrases: what is spoken of, how many, of what colour and material, and how it stands together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lucid3d.procedural.language.phrases import read_phrases
from lucid3d.procedural.language.wish import Reading, Wish

MEANINGS = {
    "feature": """pier; bench; car; house; barn; boat; lamp post; tent; tower; castle; bridge; table; chair; book;
        bookshelf; candle; cat; column; marble column; parked car; wooden chair; sofa; fireplace; hill; rolling hill;
        pond; lake; sea; river; fountain; tree; oak; oak tree; fir; cypress; wall; door; window; leaf; standing stone;
        lighthouse; flower; tulip; globe; counter; 房子; 车; 灯塔; 帆船; 桥; 小溪; 木桌; 红灯笼""",
    "place": "forest; village; beach; town square; space station; church; clearing; half timbered house; 海边",
    "hint": "lake; sea; waterfall; road; ship; skyscraper",
    "sky": "star; moon",
    "mood": "quiet; calm",
    "style": "oil painting; painting; medieval; half timbered",
    "colour": "red; blue; yellow; white; black; purple; green; gold; coral; 红色; 蓝色; 白色",
    "material": "stone; marble; brick; wooden; steel; straw; 木",
}
NAMES = {"wooden": "wood", "steel": "metal", "coral": "orange", "红色": "red", "蓝色": "blue", "白色": "white"}
KNOWN: dict[str, tuple[str, ...]] = {}
for kind, phrases in MEANINGS.items():
    for phrase in " ".join(phrases.split()).split("; "):
        KNOWN[phrase] = (*KNOWN.get(phrase, ()), f"{kind}.{NAMES.get(phrase, phrase.split()[-1])}")
"""A small vocabulary; what is not in it is left to WordNet."""


def read(text: str) -> Reading:
    return read_phrases(text, KNOWN)


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("a stone pier", "pier"), ("a coffee shop", "coffee shop"), ("a space station", "space station"),
        ("a green space", "space"), ("a hot air balloon", "hot air balloon"), ("a telephone box", "telephone box"),
        ("a swimming pool", "swimming pool"), ("a parked car", "car"), ("a car parked by the road", "car, road"),
        ("a winding path", "path"), ("a forest clearing", "clearing"),
        ("a path winding through the hills", "path, hill"),
        ("a tall building", "building"), ("curtains blowing in the wind", "curtain, wind"), ("leaves", "leaf"),
        ("a cat sleeping on the counter", "cat, counter"), ("steel pipes and machines", "pipe, machine"),
        ("a river runs through a valley", "river, valley"), ("there is a cat on the table", "cat, table"),
        ("books, candles and a globe", "book, candle, globe"), ("a snow-covered fir", "fir"),
        ("a church with a red roof", "church, roof"), ("a railway crossing", "crossing"),
        ("an oil painting", "oil painting"),
        ("a knight holding a sword", "knight, sword"), ("a study full of books", "study, book"),
        ("round tables and red chairs", "table, chair"), ("a half-timbered house", "half timbered house"),
        ("a coral reef", "coral reef"), ("swinging doors", "swinging door"), ("two churches", "church"),
        ("quiet and calm", ""), ("", ""), ("!!! ???", ""),
    ],
)  # fmt: skip
def test_heads(text: str, heads: str) -> None:
    assert ", ".join(read(text).heads()) == heads


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("three red barns", [("barn", 3, "red", "", "")]),
        ("a wooden bench", [("bench", None, "", "wood", "")]),
        ("a stone pier", [("pier", None, "", "stone", "")]),
        ("twelve black lamp posts", [("lamp post", 12, "black", "", "")]),
        ("11 white tents", [("tent", 11, "white", "", "")]),
        ("a pair of yellow boats", [("boat", 2, "yellow", "", "")]),
        ("a row of five red huts", [("hut", 5, "red", "", "row")]),
        ("two rows of oaks", [("oak", None, "", "", "row")]),
        ("a circle of standing stones", [("standing stone", None, "", "", "circle")]),
        ("a field of purple tulips", [("tulip", None, "purple", "", "field")]),
        ("a blue car in front of a yellow house", [("car", None, "blue", "", ""), ("house", None, "yellow", "", "")]),
        ("a black and white cat", [("cat", None, "black", "", "")]),
        ("a door painted red", [("door", None, "red", "", "")]),
        ("a single wooden chair", [("chair", 1, "", "wood", "")]),
        ("marble columns and a gold throne", [("column", None, "", "marble", ""), ("throne", None, "gold", "", "")]),
        ("a green sofa and a brick fireplace", [("sofa", None, "green", "", ""), ("fireplace", None, "", "brick", "")]),
    ],
)  # fmt: skip
def test_numbers_colours_and_materials_stay_with_their_noun(text: str, wishes: list[tuple[object, ...]]) -> None:
    assert [(w.head, w.count, w.colour, w.material, w.group) for w in read(text).wishes] == wishes


@pytest.mark.parametrize(
    ("text", "relations"),
    [
        ("a cabin to the left of a waterfall", ["cabin left waterfall"]),
        ("a house to the right of a tree", ["house right tree"]),
        ("a blue car parked in front of a yellow house", ["car in front of house"]),
        ("a pool behind a white villa", ["pool behind villa"]),
        ("three barns on a hill beside a pond", ["barn on hill", "hill beside pond"]),
        ("a bench under a huge oak tree facing a lake", ["bench under oak tree", "bench facing lake"]),
        ("a church with a red roof among firs", ["church with roof", "church among fir"]),
        ("a campfire in the middle", ["campfire centre "]),
        ("a fountain in the middle of a town square, surrounded by cafes",
         ["fountain in town square", "fountain centre town square", "cafe around fountain"]),
        ("a plant in the corner", ["plant corner "]),
        ("a boathouse on the right and a pier on the left", ["boathouse right ", "pier left "]),
        ("a door between two cypresses", ["door between cypress"]),
        ("a bench between a house and a tree", ["bench between house+tree"]),
        ("two towers on either side of a gate", ["gate between tower"]),
        ("ten candles around a book", ["candle around book"]),
        ("a castle above the sea", ["castle above sea"]),
        ("a boat next to the pier", ["boat beside pier"]),
        ("a river with skyscrapers behind it", ["river with skyscraper", "skyscraper behind river"]),
        ("on the table there is a cat", ["cat on table"]),
        ("a picture of a ship", ["picture of ship"]),
        ("a bicycle leaning against a wall", ["bicycle beside wall"]),
        ("a tower ahead", ["tower ahead "]),
        ("stars above", ["star above "]),
        ("cats and dogs", []),
    ],
)  # fmt: skip
def test_relations(text: str, relations: list[str]) -> None:
    assert [f"{a} {kind} {'+'.join(to)}" for a, kind, to in read(text).related()] == relations


@pytest.mark.parametrize(
    ("text", "wishes", "relations"),
    [
        ("房子前面停着一辆蓝色的车", [("房子", None, ""), ("车", 1, "blue")], ["车 in front of 房子"]),
        ("海边的红色灯塔和两艘白色帆船", [("海边", None, ""), ("灯塔", None, "red"), ("帆船", 2, "white")], []),
        ("桥下有小溪", [("桥", None, ""), ("小溪", None, "")], ["小溪 under 桥"]),
        ("三张木桌", [("木桌", 3, "")], []),
    ],
)  # fmt: skip
def test_chinese(text: str, wishes: list[tuple[object, ...]], relations: list[str]) -> None:
    reading = read(text)
    assert [(w.head, w.count, w.colour) for w in reading.wishes] == wishes
    assert [f"{a} {kind} {'+'.join(to)}" for a, kind, to in reading.related()] == relations


def test_what_is_denied() -> None:
    assert [(w.head, w.denied) for w in read("a beach without people, with a boat").wishes] == [
        ("beach", False), ("person", True), ("boat", False),
    ]  # fmt: skip


def test_participles_and_other_nouns_are_said_of_the_head() -> None:
    assert read("an old abandoned railway bridge").wishes == (
        Wish("bridge", "bridge", adjectives=("old", "abandoned", "railway")),
    )
    assert read("a boat lying on the sand").wishes[0].adjectives == ("lying",)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_the_same_reading_twice(text: str) -> None:
    reading = read(text)
    assert reading == read(text)
    for relation in reading.relations:
        assert 0 <= relation.of < len(reading.wishes)
        assert all(0 <= i < len(reading.wishes) for i in relation.to)


SOME = [
    "a",
    "two",
    "red",
    "house",
    "on",
    "the left of",
    "and",
    ",",
    "of",
    "without",
    "row",
    "parked",
    "it",
    "红色",
    "的",
    "灯塔",
    "上",
]


@given(st.lists(st.sampled_from(SOME), max_size=40))
@settings(max_examples=150, deadline=None)
def test_words_in_any_order(words: list[str]) -> None:
    reading = read(" ".join(words))
    assert all(wish.head for wish in reading.wishes)
    assert all(r.of not in r.to for r in reading.relations)
