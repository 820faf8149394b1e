"""From what a client wrote to the sentence that is dreamed: styles, and completion by visible rules."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path

from lucid3d.errors import InputError
from lucid3d.procedural.language.brief import Brief, understand
from lucid3d.procedural.language.finding import find
from lucid3d.prompts import is_prompt_file
from lucid3d.service.schemas import Enhanced, Rule, Style

_FILLERS = frozenset({"at", "in", "on", "under", "during", "a", "an", "the", "with", "and", ","})


@functools.cache
def styles() -> dict[str, Style]:
    """The catalogue, by name."""
    import yaml

    entries = yaml.safe_load(Path(__file__).with_name("styles.yaml").read_text(encoding="utf-8"))
    return {entry["name"]: Style(**entry) for entry in entries}


@dataclass
class Wording:
    """A sentence in the making."""

    sentence: str
    negative_prompt: str = ""
    rules: list[Rule] = field(default_factory=list)

    def add(self, rule: str, words: str, why: str) -> None:
        """Append words to the sentence, with the rule that asked for them and why."""
        self.sentence = f"{self.sentence}, {words}" if self.sentence else words
        self.rules.append(Rule(rule=rule, added=words, why=why))


def cleaned(text: str, *, what: str = "prompt") -> str:
    """One line of words.

    Raises:
        InputError: it looks like the name of a file that the library would read.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if is_prompt_file((line,)):
        raise InputError(f"the {what} is a sentence here, not the name of a file: leave '.yaml' out")
    # lone surrogates are valid JSON and no text: nothing can write them to a file
    return line.encode("utf-8", "replace").decode()


def worded(prompt: str, negative_prompt: str = "", style: str = "", *, complete: bool = False) -> Wording:
    """The sentence to dream.

    Args:
        complete: also apply the rules of completion.
    Raises:
        InputError: an empty prompt, or a style that is not in the catalogue.
    """
    wording = Wording(cleaned(prompt), cleaned(negative_prompt, what="negative prompt"))
    if not wording.sentence:
        raise InputError("say what to dream: the prompt is empty")
    if complete:
        _complete(wording)
    return styled(wording, style)


def styled(wording: Wording, style: str) -> Wording:
    """The style's words at the end, where no earlier word can be taken for them.

    Raises:
        InputError: a style that is not in the catalogue.
    """
    if not style:
        return wording
    if style not in styles():
        raise InputError(f"style '{style[:40]}' is unknown; there are {', '.join(styles())}")
    chosen = styles()[style]
    wording.add("style", chosen.prompt, f"the style {chosen.title}: {chosen.description}")
    if chosen.negative_prompt:
        parts = [wording.negative_prompt, chosen.negative_prompt]
        wording.negative_prompt = ", ".join(part for part in parts if part)
    return wording


def _complete(wording: Wording) -> None:
    """Say what the sentence leaves open. Each rule adds what would have been assumed, so that it can be changed."""
    brief = understand(wording.sentence, wording.negative_prompt)
    place, words = brief.record, brief.catalogue.words
    if place.nearby and not brief.features:
        wording.add("foreground", f"with {place.nearby}", "the sentence names nothing that stands nearby")
    if "time" not in brief.given:
        wording.add("time of day", words.time[brief.time].said, "the sentence names no time; this one suits the place")
    if brief.indoors:
        return
    if "weather" not in brief.given:
        wording.add("weather", words.weather[brief.weather].said, "the sentence names no weather")
    if "season" not in brief.given and place.seasons:
        wording.add("season", f"in {brief.season}", "the sentence names no season")


def enhanced(prompt: str, negative_prompt: str, style: str) -> Enhanced:
    """What `worded` makes of a prompt, for a client to look at.

    Raises:
        InputError: see `worded`.
    """
    wording = worded(prompt, negative_prompt, style, complete=True)
    brief = understand(wording.sentence, wording.negative_prompt)
    return Enhanced(
        sentence=wording.sentence,
        negative_prompt=wording.negative_prompt,
        rules=wording.rules,
        understood=brief.explanation,
    )


def remixed(sentence: str, change: str) -> tuple[str, bool]:
    """A sentence with other words for the time, weather, season, mood and style where `change` has some.

    Args:
        sentence: what the source was dreamed from.
        change: what is to be different; "" for nothing.
    Returns:
        The new sentence, and whether the place itself stays (a change may name another one).
    """
    before, wanted = understand(sentence), understand(change)
    if wanted.place != before.place and f"place.{wanted.place}" in _meanings(change):
        return change, False  # a word that only hints at a place, as snow does at the arctic, moves nothing
    kinds: set[str] = {kind for kind in ("time", "weather", "season") if kind in wanted.given}
    kinds |= {"weather"} if wanted.snowed_in and before.weather == "rain" else set()  # no rain falls on snow
    kinds |= {"sky"} if wanted.sky or "time" in kinds else set()
    kinds |= {"style"} if wanted.style else set()
    kinds |= {"mood"} if wanted.mood else set()
    kept = _without(sentence, kinds)
    merged = ", ".join(part for part in (kept, change) if part)
    return merged, _same_place(before, understand(merged))


def _same_place(before: Brief, after: Brief) -> bool:
    return before.place == after.place and dict(before.features) == dict(after.features)


def _without(sentence: str, kinds: set[str]) -> str:
    """The sentence without the words of some kinds, and without the small words that led to them."""
    clauses = []
    for clause in sentence.split(","):
        words = clause.split()
        gone = [bool(_kinds(word)) and _kinds(word) <= kinds for word in words]
        if any(gone) and all(g or w in _FILLERS for g, w in zip(gone, words, strict=True)):
            continue
        kept: list[str] = []
        for word, leaves in zip(words, gone, strict=True):
            if leaves:
                while kept and kept[-1].lower() in ("at", "in", "on", "under", "during", "the"):
                    kept.pop()
            else:
                kept.append(word)
        if kept:
            clauses.append(" ".join(kept))
    return ", ".join(clauses)


def _kinds(word: str) -> set[str]:
    """What a word means, as kinds ("time", "weather", ...)."""
    return {meaning.partition(".")[0] for meaning in _meanings(word)}


def _meanings(text: str) -> set[str]:
    """What the words of a text mean ("place.desert", "hint.arctic", ...)."""
    return {meaning for found in find(text) for meaning in found.meanings}
