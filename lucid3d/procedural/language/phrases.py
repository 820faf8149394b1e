"""Noun phrases: what a sentence speaks of, each with its own number, colour and material, and how they stand together.

No grammar is needed for this much English: articles, numbers, prepositions, commas and "and" cut a sentence into noun
phrases; the last noun of a phrase (or the longest known compound at its end) is its head, and what stands before it is
said of it. A participle is told from a noun by where it stands ("a parked car", "a car parked by", "a clearing").
Chinese is read by its own order: number, measure word, attributes, noun, and then where ("桌子上有一只猫").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lucid3d.procedural.language import wordnet
from lucid3d.procedural.language.words import BREAK, base_forms, is_plural, split

Meanings = Mapping[str, tuple[str, ...]]
"""Known word or phrase (base forms, joined by spaces) -> its meanings, "kind.name"."""
NOUNS = ("feature", "place", "hint", "sky")
LONGEST_COMPOUND = 5


@dataclass(frozen=True)
class Wish:
    """One noun phrase.

    Attributes:
        head: its noun in base form: "pier", "coffee shop".
        text: the head as it is written.
        count: the number that is said, or None.
        plural: whether the head is a plural.
        adjectives: what else is said of it, in order: adjectives, participles, nouns before the noun.
        colour, material: names of the vocabulary, or "".
        group: "row", "circle", "field" and the like: what they stand in.
        denied: whether it must not be there ("no", "without").
    """

    head: str
    text: str = ""
    count: int | None = None
    plural: bool = False
    adjectives: tuple[str, ...] = ()
    colour: str = ""
    material: str = ""
    group: str = ""
    denied: bool = False


@dataclass(frozen=True)
class Relation:
    """How a wish stands to others.

    Attributes:
        kind: left, right, ahead, behind, in front of, beside, on, under, above, between, among, around, facing, in,
            across, along, corner, centre, of, with.
        of: index of the wish that stands so.
        to: indices of the wishes to which it does; empty where it is to the one who looks ("on the left"), or to the
            room ("in the corner").
    """

    kind: str
    of: int
    to: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A sentence's wishes in order, and how they stand together."""

    wishes: tuple[Wish, ...] = ()
    relations: tuple[Relation, ...] = ()

    def heads(self) -> tuple[str, ...]:
        """The heads in order."""
        return tuple(wish.head for wish in self.wishes)

    def related(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """The relations by the heads of their wishes: ("bench", "under", ("oak tree",))."""
        return tuple((self.wishes[r.of].head, r.kind, tuple(self.wishes[i].head for i in r.to)) for r in self.relations)


def _phrases(text: str) -> dict[tuple[str, ...], str]:
    table = {}
    for line in text.strip().splitlines():
        kind, _, phrases = line.strip().partition(": ")
        for phrase in phrases.split("; "):
            table[tuple(phrase.split())] = kind
    return table


_BETWEEN_TWO = _phrases("""
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
_TO_NOBODY = _phrases("""
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
_ONLY_BEFORE_ARTICLES = frozenset(
    (("round",), ("crossing",), ("spanning",), ("surrounding",), ("encircling",), ("holding",), ("wearing",),
     ("opposite",), ("up",), ("down",), ("before",), ("off",), ("like",))
)  # fmt: skip
"""Relations before an article, nouns or adjectives elsewhere: "round tables", "a railway crossing"."""
_LONGEST_RELATION = max(map(len, (*_BETWEEN_TWO, *_TO_NOBODY)))
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "twenty": 20, "single": 1, "lone": 1, "couple": 2, "pair": 2, "twin": 2,
    "both": 2, "zero": 0,
}  # fmt: skip
_GROUPS = {
    "row": "row", "rows": "row", "line": "row", "lines": "row", "avenue": "row", "circle": "circle", "ring": "circle",
    "field": "field", "fields": "field", "carpet": "field", "sea": "field", "meadow": "field", "group": "group",
    "cluster": "group", "bunch": "group", "stack": "stack", "pile": "stack", "heap": "stack", "stacks": "stack",
    "piles": "stack", "herd": "group", "flock": "group", "couple": "", "pair": "", "dozen": "", "lots": "",
    "number": "",
    "collection": "group", "grove": "group", "wall": "row", "rings": "circle", "set": "group", "patch": "field",
}  # fmt: skip
_DETERMINERS = frozenset("a an the my our your his her its their this that these those some any each every".split())  # noqa: SIM905
_NEGATIONS = frozenset("no without not never minus except lacking".split())  # noqa: SIM905
_JOINING = frozenset("and or nor plus but".split())  # noqa: SIM905
_SMALL_WORDS = """
    is are was were be been being am do does did done has have had having will would shall should can could may might
    must i me mine we us you he him she they them it there here where when while what which who whom whose how why if
    because though although so than then very really quite just only also too more most much please want wants need make
    create generate draw show imagine let give get see look looks looking yet still once again ever rather almost
"""
_SMALL = frozenset(_SMALL_WORDS.split())
"""Words that end a phrase and say nothing of it."""
_PRONOUNS = frozenset(("it", "them"))
_VERB_WORDS = """
    stands sits lies hangs runs rises grows flows leads falls stretches looms floats glows shines drifts sleeps grazes
    burns leans rests waits crosses winds overlooks faces reflects covers surrounds
    stand sit lie hang run grow flow float
"""
_VERBS = frozenset(_VERB_WORDS.split())
"""What a noun does: ends its phrase."""
_ING_WORDS = """
    building painting clearing evening morning railing ceiling awning paving lightning string ring spring wing
    king sling     landing crossing wedding clothing bedding dwelling drawing carving opening pudding
    sibling viking duckling swing thing mooring lighting washing housing shilling wing bunting
"""
_ING_NOUNS = frozenset(_ING_WORDS.split())
"""Nouns that end as participles do."""


_PARTS = frozenset(("roof", "door", "window", "wall", "chimney", "sail", "leg", "frame", "handle", "scarf"))
"""What belongs to a thing and stands nowhere by itself."""


@dataclass
class _Phrase:
    words: list[str] = field(default_factory=list)
    count: int | None = None
    group: str = ""
    begun: bool = False


class _Reader:
    """Collects the wishes of a sentence from left to right."""

    def __init__(self, known: Meanings) -> None:
        self.known = known
        self.wishes: list[Wish] = []
        self.relations: list[Relation] = []
        self.phrase = _Phrase()
        self.denied = False
        self.clause = self.before = 0  # the first wish since the last comma, and of the clause before
        self.pending: tuple[str, int | None] | None = None  # a relation that waits for what it is to
        self.fronted: tuple[str, tuple[int, ...]] | None = None  # "on the table there is": waits for what stands so

    # What a word can be

    def kinds(self, phrase: str) -> set[str]:
        return {m.split(".", 1)[0] for m in self.known.get(phrase, ())}

    def name(self, phrase: str, kind: str) -> str:
        return next((m.split(".", 1)[1] for m in self.known.get(phrase, ()) if m.startswith(kind + ".")), "")

    def value(self, word: str, kind: str) -> str:
        """The colour or material that a word names, in any of its forms."""
        return next((n for form in base_forms(word) if (n := self.name(form, kind))), "")

    def is_noun(self, word: str) -> bool:
        return any(
            not self.kinds(form).isdisjoint(NOUNS) or "noun" in wordnet.parts_of_speech(form)
            for form in base_forms(word)
        )

    def is_participle(self, word: str) -> bool:
        if word in _ING_NOUNS or not self.kinds(word).isdisjoint(NOUNS):
            return False
        if word in wordnet.IRREGULAR:
            return "noun" not in wordnet.parts_of_speech(word)
        stems = (*base_forms(word)[1:], f"{word[:-4]}ie") if word.endswith("ying") else base_forms(word)[1:]
        return word.endswith(("ing", "ed")) and any("verb" in wordnet.parts_of_speech(stem) for stem in stems)

    def only_said(self, word: str) -> bool:
        """Whether a word after a noun is said of it: an adjective, an adverb, a participle, a colour."""
        if self.is_participle(word) or word in _VERBS:
            return True
        if any(not self.kinds(form).isdisjoint(NOUNS) for form in base_forms(word)):
            return False
        return not self.is_noun(word) or bool(self.value(word, "colour") and "adj" in wordnet.parts_of_speech(word))

    def base(self, words: Sequence[str]) -> str:
        """A compound with its last word in the singular, as it is known."""
        *first, last = words
        forms = [" ".join([*first, form]) for form in wordnet.number_forms(last)]
        if not self.kinds(forms[0]).isdisjoint(NOUNS):
            return forms[0]
        by_vocabulary = next((form for form in forms if not self.kinds(form).isdisjoint(NOUNS)), "")
        if by_vocabulary:
            return by_vocabulary
        singular = wordnet.number_forms(last)[1:] or (last,)
        return " ".join([*first, next((f for f in singular if "noun" in wordnet.parts_of_speech(f)), last)])

    def compound(self, words: list[str]) -> int:
        """How many of the last words are one noun."""
        for size in range(min(len(words), LONGEST_COMPOUND), 1, -1):
            tail = words[-size:]
            forms = [" ".join([*tail[:-1], form]) for form in wordnet.number_forms(tail[-1])]
            said = bool(
                self.value(tail[0], "material") or tail[0] in NUMBERS or self.name(tail[0], "colour") == tail[0]
            )
            if any(not self.kinds(form).isdisjoint((*NOUNS, "time")) for form in forms):
                if not ((said or self.is_participle(tail[0])) and self.same_things(" ".join(tail[1:]), forms)):
                    return size
                continue
            if not said and any(wordnet.is_noun(form) for form in forms):
                return size
        return 1

    def same_things(self, noun: str, forms: list[str]) -> bool:
        """Whether a compound is, in any of its forms, only the thing that its noun is: "marble column"."""
        singular = wordnet.number_forms(noun)
        alone = {m for form in (*singular, f"the {singular[-1]}") for m in self.known.get(form, ())}
        whole = {m for form in forms for m in self.known.get(form, ())}
        alone = {m for m in alone if m.startswith("feature.")}
        return whole <= alone | {m for m in whole if m.startswith(("colour.", "material."))}

    # Building

    def end(self) -> int | None:
        """The phrase is over: the wish that it makes, as its index; None where it holds no noun."""
        phrase, self.phrase = self.phrase, _Phrase()
        words = list(phrase.words)
        behind: list[str] = []
        while len(words) > 1 and self.only_said(words[-1]) and self.compound(words) == 1:
            if not any(self.is_noun(word) for word in words[:-1]):
                break
            behind.insert(0, words.pop())
        for at in range(1, len(words) - 1):  # "a knight holding a sword" without the article
            inside = len(words) - self.compound(words)
            if (
                at < inside
                and words[at].endswith("ing")
                and self.is_participle(words[at])
                and self._standing_noun(words[at - 1])
            ):
                first = self._wish(_Phrase(words[:at], phrase.count, phrase.group), [words[at]])
                second = self._wish(_Phrase(words[at + 1 :]), behind)
                self.relations.append(Relation("with", first, (second,)))
                return first
        if not words or not (self.is_noun(words[-1]) or self.compound(words) > 1):
            if words and not (wordnet.is_word(words[-1]) or self.known.get(words[-1])):
                return self._wish(_Phrase(words, phrase.count, phrase.group), behind)  # a name, or a slip
            return None
        if (
            len(words) == 1
            and not (behind or phrase.begun or phrase.count or self.pending)
            and self.only_mood(words[0])
        ):
            return None
        return self._wish(_Phrase(words, phrase.count, phrase.group), behind)

    def only_mood(self, word: str) -> bool:
        """Whether a word without an article is known, and as anything but a noun: "quiet and calm"."""
        kinds = set().union(*(self.kinds(form) for form in base_forms(word)))
        return bool(kinds) and kinds.isdisjoint((*NOUNS, "time", "weather", "season"))

    def _standing_noun(self, word: str) -> bool:
        return self.is_noun(word) and not self.value(word, "material") and "adj" not in wordnet.parts_of_speech(word)

    def _wish(self, phrase: _Phrase, behind: list[str]) -> int:
        words = phrase.words
        size = self.compound(words)
        before = words[:-size]
        colour = material = ""
        adjectives = []
        for word in [*before, *behind]:
            if named := self.value(word, "colour"):
                colour = colour or named
            if made := self.value(word, "material"):
                material = material or made
            if not (named or made):
                adjectives.append(word)
        head = words[-size:]
        self.wishes.append(
            Wish(
                self.base(head), " ".join(head), phrase.count, is_plural(head[-1]), tuple(adjectives), colour, material,
                phrase.group, self.denied,
            )
        )  # fmt: skip
        self._attach(len(self.wishes) - 1)
        return len(self.wishes) - 1

    def _attach(self, wish: int) -> None:
        if self.pending is not None:
            kind, subject = self.pending
            self.pending = None
            if subject is None:
                self.fronted = (kind, (wish,))
            elif kind == "surrounded":
                self.relations.append(Relation("around", wish, (subject,)))
            elif kind == "either":
                self.relations.append(Relation("between", wish, (subject,)))
            elif kind != "from":
                self.relations.append(Relation("in" if kind == "centre of" else kind, subject, (wish,)))
                if kind == "centre of":
                    self.relations.append(Relation("centre", subject, (wish,)))
        elif self.fronted is not None:
            kind, to = self.fronted
            self.fronted = None
            if kind not in ("from", "of", "with"):
                self.relations.append(Relation("in" if kind == "centre of" else kind, wish, to))
        elif self.relations and self.relations[-1].kind == "between" and len(self.relations[-1].to) == 1:
            last = self.relations[-1]
            if last.to == (wish - 1,) and not self.wishes[wish - 1].plural and self.wishes[wish - 1].count in (None, 1):
                self.relations[-1] = replace(last, to=(*last.to, wish))

    def relate(self, kind: str, nobody: bool) -> None:
        """A relation stands here."""
        before = len(self.wishes)
        self.end()
        last = len(self.wishes) - 1
        here = last >= self.clause and (before <= last or last >= self.clause)
        if self.pending is not None and self.pending[0] != "from" and last < before:
            self.pending = None  # "in of": the earlier one has nothing
        subject = last if here and last >= 0 else None
        if subject is None and self.wishes and kind in ("surrounded", "facing", "with"):
            subject = self.before  # "..., surrounded by cafes"
        if subject is not None and (kind == "facing" or self.wishes[subject].head in _PARTS):
            subject = self.clause  # a bench under an oak facing a lake; a church with a red roof among firs
        if nobody:
            if subject is not None:
                self.relations.append(Relation(kind, subject))
            else:
                self.fronted = (kind, ())
            return
        if kind == "with":
            self.denied = False
        self.pending = (kind, subject)

    def to_subject(self) -> None:
        """ "It" or "them": what the clause is about, or the one before."""
        if self.pending is None:
            return
        kind, subject = self.pending
        self.pending = None
        if (
            subject is not None
            and subject != self.clause
            and kind not in ("from", "of", "with", "surrounded", "either")
        ):
            self.relations.append(Relation(kind, subject, (self.clause,)))

    def comma(self) -> None:
        """A clause is over."""
        self.end()
        self.pending = None
        self.denied = False
        if len(self.wishes) > self.clause:
            self.before = self.clause
        self.clause = len(self.wishes)


def read_phrases(text: str, known: Meanings) -> Reading:
    """Read a sentence. Never fails: any text gives a reading, perhaps an empty one.

    Args:
        text: English or Chinese, or both.
        known: the vocabulary: which phrases are one, which words are colours and materials.
    """
    reader = _Reader(known)
    tokens = split(text)
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token == BREAK:
            reader.comma()
            i += 1
        elif "\u3400" <= token[0] <= "\u9fff":
            reader.end()
            _read_chinese(token, reader)
            i += 1
        elif not (token.isascii() and token.isalnum()):
            i += 1
        else:
            i += _english_word(tokens, i, reader)
    reader.comma()
    return Reading(tuple(reader.wishes), tuple(reader.relations))


def _english_word(tokens: list[str], i: int, reader: _Reader) -> int:
    """Read what stands at `i`; how many tokens it is."""
    token = tokens[i]
    after = tokens[i + 1] if i + 1 < len(tokens) else BREAK
    phrase = reader.phrase
    found = _relation(tokens, i)
    if found and not (found[0] == "of" and _group(tokens, i, phrase)) and not _compound_goes_on(tokens, i, reader):
        reader.relate(found[0], found[2])
        return found[1]
    if token == "of":  # of a group: "a row of houses"
        phrase.words.pop()
        return 1
    if token in _NEGATIONS:
        reader.end()
        reader.denied = True
        return 1
    if token in _DETERMINERS:
        if phrase.words:
            reader.end()
        reader.phrase.begun = True
        return 1
    if token in NUMBERS or token.isdigit():
        number = min(int(token[:6]), 1000) if token.isdigit() else NUMBERS[token]
        if phrase.words and reader.is_noun(phrase.words[-1]):
            reader.end()
        reader.phrase.count = number
        return 2 if after == "of" and token in ("couple", "pair", "dozen") else 1
    if token in _JOINING:
        if _same_noun(tokens, i, reader):
            return 1
        reader.end()
        if reader.pending is not None and reader.pending[0] != "between":
            reader.pending = None
        if after in ("no", "without"):
            reader.denied = False
        return 1
    if token in _SMALL:
        reader.end()
        if token in _PRONOUNS:
            reader.to_subject()
        return 1
    phrase.words.append(token)
    return 1


def _relation(tokens: list[str], i: int) -> tuple[str, int, bool] | None:
    """(kind, tokens, whether it is to nobody) of the longest relation at `i`."""
    for size in range(min(_LONGEST_RELATION, len(tokens) - i), 0, -1):
        said = tuple(tokens[i : i + size])
        after = tokens[i + size] if i + size < len(tokens) else BREAK
        nothing = after == BREAK or after in _JOINING or (after in _SMALL and after not in _PRONOUNS)
        if said in _TO_NOBODY and (nothing or size > 2):
            return _TO_NOBODY[said], size, True
        if said in _ONLY_BEFORE_ARTICLES and not (after in _DETERMINERS or after in NUMBERS):
            continue
        if said in _BETWEEN_TWO:
            return _BETWEEN_TWO[said], size, False
        if said in _TO_NOBODY and said not in _BETWEEN_TWO and size > 1:
            return _TO_NOBODY[said], size, True
    return None


def _group(tokens: list[str], i: int, phrase: _Phrase) -> bool:
    """Whether "of" at `i` belongs to a group word; it is then remembered."""
    if not phrase.words or phrase.words[-1] not in _GROUPS or i + 1 >= len(tokens) or tokens[i + 1] == BREAK:
        return False
    phrase.group = _GROUPS[phrase.words[-1]]
    if phrase.words[-1] not in ("couple", "pair", "dozen") and phrase.group:
        phrase.count = None  # two rows of trees are not two trees
    return True


def _compound_goes_on(tokens: list[str], i: int, reader: _Reader) -> bool:
    """Whether a word that looks like a relation is part of a known noun: "cross over bridge" does not end at "over"."""
    for back in range(1, 3):
        for ahead in range(1, 3):
            if back > len(reader.phrase.words) or i + ahead >= len(tokens):
                continue
            phrase = " ".join([*reader.phrase.words[-back:], *tokens[i : i + ahead + 1]])
            if not reader.kinds(phrase).isdisjoint(NOUNS):
                return True
    return False


def _same_noun(tokens: list[str], i: int, reader: _Reader) -> bool:
    """Whether "and" joins two words that are said of one noun: "a black and white cat"."""
    before, after = reader.phrase.words[-1:], tokens[i + 1 : i + 3]
    if not before or len(after) < 2 or after[1] in (BREAK, *_JOINING):
        return False
    both = [reader.value(w, "colour") or not reader.is_noun(w) for w in (before[0], after[0])]
    return all(both) and reader.is_noun(after[1])


# Chinese

_CHINESE_WHERE = {
    "left": "左边 左邊 左侧 左側 左面 左", "right": "右边 右邊 右侧 右側 右面 右",
    "in front of": "前面 前方 前边 前邊 之前 门前 前",
    "behind": "后面 後面 后方 後方 后边 後邊 背后 背後 后 後", "beside": "旁边 旁邊 旁 边上 邊上 附近 边 邊",
    "under": "下面 下方 底下 之下 脚下 腳下 下", "above": "上方 上空", "on": "上面 之上 上",
    "between": "之间 之間 中间 中間", "around": "周围 周圍 四周",
    "in": "里面 裡面 裏面 里 裡 裏 中 内 內", "facing": "对面 對面",
}  # fmt: skip
_WHERE = {word: kind for kind, words in _CHINESE_WHERE.items() for word in words.split()}
_CHINESE_NUMBERS = {
    "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
    "十一": 11, "十二": 12, "几": 3, "幾": 3,
}  # fmt: skip
_MEASURES = frozenset(
    "个個座艘条條棵株朵只隻间間栋棟幢把张張盏盞匹头頭辆輛块塊口片根扇架台面家位名群排圈堆本幅束顆颗道串件"
)
_CHINESE_GROUPS = {"排": "row", "圈": "circle", "群": "group", "堆": "stack", "片": "field"}
_CHINESE_NO = ("没有", "沒有", "无", "無")
_CHINESE_AND = frozenset("和与與及跟")


def _read_chinese(run: str, reader: _Reader) -> None:
    """Wishes of a run of Chinese characters: longest known word first."""
    longest = 8
    count: int | None = None
    group = colour = material = ""
    said: list[str] = []
    last: int | None = None  # the wish just read: a place word may follow it
    joined: list[int] = []  # wishes joined by "and" before a place word
    i = 0
    while i < len(run):
        no = next((word for word in _CHINESE_NO if run.startswith(word, i)), "")
        if no:
            reader.denied, i = True, i + len(no)
            continue
        size = next((n for n in range(min(longest, len(run) - i), 0, -1) if run[i : i + n] in reader.known), 0)
        where = next((run[i : i + n] for n in (2, 1) if run[i : i + n] in _WHERE), "")
        if last is not None and where and len(where) >= size:
            to = (*joined, last) if _WHERE[where] == "between" else (last,)
            if run[i + len(where) :].strip("的") == "" and last > 0 and not joined:
                reader.relations.append(Relation(_WHERE[where], last - 1, to))  # 猫在桌子上
            else:
                reader.fronted = (_WHERE[where], to)
            last, joined, i = None, [], i + len(where)
            continue
        number = next((n for n in (2, 1) if run[i : i + n] in _CHINESE_NUMBERS), 0)
        if number and size <= number and run[i + number : i + number + 1] in _MEASURES:
            count = _CHINESE_NUMBERS[run[i : i + number]]
            group = _CHINESE_GROUPS.get(run[i + number], "")
            count = None if group else count
            i += number + 1
            continue
        if not size:
            if run[i] in _CHINESE_AND and last is not None:
                joined.append(last)
            elif run[i] != "的":
                said, joined = [], []
            i += 1
            continue
        word = run[i : i + size]
        kinds = reader.kinds(word)
        i += size
        if not kinds.isdisjoint(("feature", "place", "hint")):
            reader.wishes.append(
                Wish(word, word, count, (count or 1) > 1, tuple(said), colour or reader.name(word, "colour"),
                     material or reader.name(word, "material"), group, reader.denied)
            )  # fmt: skip
            reader.denied = False
            last = len(reader.wishes) - 1
            reader._attach(last)
            count, group, colour, material, said = None, "", "", "", []
        else:
            colour = reader.name(word, "colour") or colour
            material = reader.name(word, "material") or material
            if not (reader.name(word, "colour") or reader.name(word, "material")):
                said.append(word)
