"""What a check finds, and how it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from lucid3d.errors import InputError

State = Literal["good", "note", "bad"]
MARKS = {"good": "[green]ok  [/]", "note": "[yellow]note[/]", "bad": "[red]BAD [/]"}


@dataclass(frozen=True)
class Finding:
    """One line.

    Attributes:
        state: good; a note, which is no fault; or bad, with what helps in the text.
        about: what was looked at, in a word or two.
        text: what was found.
    """

    state: State
    about: str
    text: str

    @property
    def line(self) -> str:
        """As plain text, for a report of a fault."""
        return f"{'BAD' if self.state == 'bad' else self.state:4} {self.about}: {self.text}"


Check = Callable[[], Iterator[Finding]]


def findings(about: str, check: Check) -> Iterator[Finding]:
    """What a check finds; what it cannot do is a finding too, never a traceback."""
    try:
        yield from check()
    except InputError as error:
        yield Finding("bad", about, str(error))
    except Exception as error:  # a broken driver or library may raise anything, and the other checks must still run
        first = (str(error).strip().splitlines() or [""])[0]
        yield Finding("bad", about, f"{type(error).__name__}: {first}")
