"""Networks that stay in memory from one job to the next."""

from __future__ import annotations

from typing import Any

from lucid3d.families.choose import load_diffusion


class Keeper:
    """Loads the diffusion models once for as long as jobs want the same ones.

    `load` takes the place of `lucid3d.families.choose.load_diffusion`. What it returns does not close between dreaming
    and training, as models do in a single run: the next job would have to read gigabytes again.
    """

    def __init__(self) -> None:
        self._settings: Any = None
        self._models: tuple[Any, Any] | None = None
        self._progress: Any = None

    def load(self, settings: Any, progress: Any = None) -> tuple[Any, Any]:
        """The models for these settings, from memory where they are the same as before."""

        self._progress = progress
        if self._models is None or settings != self._settings:
            self.close()
            self._models = load_diffusion(settings, lambda *step: self._progress(*step) if self._progress else None)
            self._settings = settings
        return _Kept(self._models[0]), _Kept(self._models[1])

    def close(self) -> None:
        """Let go of the networks."""
        for model in self._models or ():
            model.close()
        self._models, self._settings = None, None


class _Kept:
    """A model whose `close` does nothing."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def close(self) -> None:
        """Stays open."""
