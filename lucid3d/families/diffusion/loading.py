"""Reading checkpoints: no network, no chatter, and every failure said in a sentence."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator

from lucid3d.errors import InputError
from lucid3d.families.diffusion.device import is_out_of_memory


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep progress bars and advisory chatter of diffusers and transformers off the terminal; errors still pass."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    levels = [(each, each.get_verbosity()) for each in (diffusers_logging, transformers_logging)]
    transformers_bar = transformers_logging.is_progress_bar_enabled()
    diffusers_bar = diffusers_logging.is_progress_bar_enabled()
    for module, _ in levels:
        module.set_verbosity_error()
        module.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for module, level in levels:
            module.set_verbosity(level)
        if transformers_bar:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
        if diffusers_bar:
            diffusers_logging.enable_progress_bar()


@contextlib.contextmanager
def read_checkpoint(name: str) -> Iterator[None]:
    """Say in a sentence what is wrong with a checkpoint that its library cannot read."""

    try:
        yield
    except InputError:
        raise
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RuntimeError,
        ImportError,
        NotImplementedError,
    ) as error:
        if is_out_of_memory(error):
            raise InputError(f"there is not enough memory to read {name}: choose a smaller checkpoint") from error
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        logging.getLogger(__name__).debug("reading %s failed", name, exc_info=True)
        raise InputError(f"the model {name} cannot be read ({first_line}): fetch it again, or name another") from error
