"""Things that are made when they are wanted, and let go when others were wanted since."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Kept(Generic[Key, Made]):
    """The `most` last used of the things that `make` makes."""

    def __init__(self, make: Callable[[Key], Made], most: int) -> None:
        self._make = make
        self._most = most
        self._held: OrderedDict[Key, Made] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def __call__(self, key: Key) -> Made:
        """The thing of a key: the one that is held, or a new one."""
        made = self._held.pop(key) if key in self._held else self._make(key)
        self._held[key] = made
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return made
