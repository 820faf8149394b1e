"""Networks that stay in memory from one job to the next."""

from __future__ import annotations

from dataclasses import replace

from lucid3d.families.base import Family, Models, Progress, Uses, Wish, nothing
from lucid3d.families.config import ModelsConfig


class Keeper:
    """Loads a family's networks once for as long as jobs want the same ones.

    Its `load` is a `lucid3d.families.choose.Loader`. What it returns does not let go between dreaming and training, as
    models do in a single run: the next job would have to read gigabytes again.
    """

    def __init__(self) -> None:
        self._kept: tuple[str, ModelsConfig, Uses] | None = None
        self._models: Models | None = None
        self._progress: Progress | None = None

    def load(self, family: Family, wish: Wish, uses: Uses) -> Models:
        """The models for a wish, from memory where they are the same as before."""
        if not family.keeps:
            return family.load(wish, uses)
        wanted = (family.name, wish.settings, uses)
        self._progress = wish.progress
        if self._models is None or wanted != self._kept:
            self.close()
            self._models = family.load(replace(wish, progress=self._tell), uses)
            self._kept = wanted
        return replace(self._models, close=nothing)

    def _tell(self, what: str, step: int, steps: int) -> None:
        if self._progress is not None:
            self._progress(what, step, steps)

    def close(self) -> None:
        """Let go of the networks."""
        if self._models is not None:
            self._models.close()
        self._models, self._kept = None, None
