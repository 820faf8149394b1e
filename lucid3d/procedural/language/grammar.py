"""The small words of English by which a sentence is cut: relations, numbers, groups, articles, verbs."""

from __future__ import annotations


def _table(text: str) -> dict[tuple[str, ...], str]:
    table = {}
    for line in text.strip().splitlines():
        kind, _, phrases = line.strip().partition(": ")
        for phrase in phrases.split("; "):
            table[tuple(phrase.split())] = kind
    return table


BETWEEN_TWO = _table("""
    left: to the left of; on the left of; left of; at the left of; to the left side of; on the left side of
    right: to the right of; on the right of; right of; at the right of; to the right side of; on the right side of
    in front of: in front of; before
    ahead: ahead of
    behind: behind; at the back of; in back of
    beside: beside; next to; by; near; close to; at the foot of; alongside; against; near to; at the edge of
    on: on; on top of; upon; atop; onto; on the top of
    under: under; beneath; below; underneath
    above: above; over; high above
    between: between; in between
    among: among; amid; amidst; amongst; in the midst of
    around: around; round; surrounding; encircling
    either: on either side of; on both sides of; to either side of
    surrounded: surrounded by; encircled by; enclosed by; ringed by; lined with; flanked by
    facing: facing; overlooking; opposite; looking out over; looking out on; looking over; toward; towards; looking at
    in: in; inside; within; into; inside of; at
    centre of: in the middle of; in the centre of; in the center of; at the centre of; at the center of
    across: across; through; spanning; crossing
    along: along; down; up
    of: of
    with: with; and with; holding; full of; filled with; covered in; covered with; wearing
    from: from; off; to; for; as; like; during; after; until
""")
"""Words of a relation between two noun phrases -> its kind (see `Relation`)."""

TO_NOBODY = _table("""
    left: on the left; to the left; at left; on the left side; on the left hand side; to the left side; on its left
    right: on the right; to the right; at right; on the right side; on the right hand side; to the right side
    right: on its right
    ahead: ahead; straight ahead; in front; in the foreground; right ahead
    behind: behind; in the back; in the background; in the distance; at the back
    above: above; overhead; high above
    under: below; beneath; underneath
    around: around; all around; everywhere
    corner: in the corner; in a corner; in one corner; in the far corner; in every corner
    centre: in the middle; in the centre; in the center; at the centre; at the center; at its centre; at its center
    centre: in its middle
""")
"""Words of a relation to the one who looks, or to the whole room -> its kind."""

ONLY_BEFORE_ARTICLES = frozenset(
    (("round",), ("crossing",), ("spanning",), ("surrounding",), ("encircling",), ("holding",), ("wearing",),
     ("opposite",), ("up",), ("down",), ("before",), ("off",), ("like",))
)  # fmt: skip
"""Relations before an article, nouns or adjectives elsewhere: "round tables", "a railway crossing"."""
LONGEST_RELATION = max(map(len, (*BETWEEN_TWO, *TO_NOBODY)))
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "twenty": 20, "single": 1, "lone": 1, "couple": 2, "pair": 2, "twin": 2,
    "both": 2, "zero": 0,
}  # fmt: skip
GROUPS = {
    "row": "row", "rows": "row", "line": "row", "lines": "row", "avenue": "row", "circle": "circle", "ring": "circle",
    "field": "field", "fields": "field", "carpet": "field", "sea": "field", "meadow": "field", "group": "group",
    "cluster": "group", "bunch": "group", "stack": "stack", "pile": "stack", "heap": "stack", "stacks": "stack",
    "piles": "stack", "herd": "group", "flock": "group", "couple": "", "pair": "", "dozen": "", "lots": "",
    "number": "",
    "collection": "group", "grove": "group", "wall": "row", "rings": "circle", "set": "group", "patch": "field",
}  # fmt: skip
DETERMINERS = frozenset("a an the my our your his her its their this that these those some any each every".split())  # noqa: SIM905
NEGATIONS = frozenset("no without not never minus except lacking".split())  # noqa: SIM905
JOINING = frozenset("and or nor plus but".split())  # noqa: SIM905
_SMALL_WORDS = """
    is are was were be been being am do does did done has have had having will would shall should can could may might
    must i me mine we us you he him she they them it there here where when while what which who whom whose how why if
    because though although so than then very really quite just only also too more most much please want wants need make
    create generate draw show imagine let give get see look looks looking yet still once again ever rather almost
"""
SMALL = frozenset(_SMALL_WORDS.split())
"""Words that end a phrase and say nothing of it."""
PRONOUNS = frozenset(("it", "them"))
_VERB_WORDS = """
    stands sits lies hangs runs rises grows flows leads falls stretches looms floats glows shines drifts sleeps grazes
    burns leans rests waits crosses winds overlooks faces reflects covers surrounds
    stand sit lie hang run grow flow float
"""
VERBS = frozenset(_VERB_WORDS.split())
"""What a noun does: ends its phrase."""
_ING_WORDS = """
    building painting clearing evening morning railing ceiling awning paving lightning string ring spring wing
    king sling     landing crossing wedding clothing bedding dwelling drawing carving opening pudding
    sibling viking duckling swing thing mooring lighting washing housing shilling wing bunting
"""
ING_NOUNS = frozenset(_ING_WORDS.split())
"""Nouns that end as participles do."""
PARTS = frozenset(("roof", "door", "window", "wall", "chimney", "sail", "leg", "frame", "handle", "scarf"))
"""What belongs to a thing and stands nowhere by itself."""
