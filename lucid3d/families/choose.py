"""Which family of models runs: decided from what is on disk, offline, without importing torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lucid3d.errors import InputError
from lucid3d.families.base import Progress
from lucid3d.families.config import ModelsConfig, lora_name, with_preset
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.depth import NetworkDepth
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter

if TYPE_CHECKING:
    from lucid3d.families.diffusion.depth import NetworkDepth
    from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter

Family = Literal["procedural", "diffusion"]
Requested = Literal["auto", "procedural", "diffusion"]


@dataclass(frozen=True)
class Choice:
    """The family that runs.

    Attributes:
        family: which one.
        reason: one line for a person: which, why, and the command that fetches what is missing.
        missing: hub names that `lucid3d models download` would have to fetch for diffusion; empty when nothing is.
    """

    family: Family
    reason: str
    missing: tuple[str, ...] = ()


def needed(config: ModelsConfig, *, caption: bool = False, depth: bool = True) -> list[weights.Weights]:
    """Everything that a run with this configuration reads, as found on disk.

    Args:
        config: the models.
        caption: whether the run also needs the captioner (a picture without a prompt).
        depth: whether it needs the depth network; painting alone does not.
    Raises:
        InputError: a name that cannot be a model.
    """
    config = with_preset(config)
    names = [config.inpainting, config.text_to_image, config.controlnet]
    names += [config.depth] if depth else []
    names += [lora_name(each)[0] for each in config.lora]
    names += [config.captioner] if caption else []
    names = [name for name in dict.fromkeys(names) if name]
    return [weights.inspect(name, safety_checker=config.safety_checker) for name in names]


def choose_models(requested: Requested, config: ModelsConfig, *, caption: bool = False, depth: bool = True) -> Choice:
    """Decide between the diffusion and the procedural family.

    "auto" takes diffusion when everything it needs is on disk, else procedural.

    Args:
        requested: what the person asked for.
        config: the models' settings.
        caption, depth: whether the run also needs the captioner (a picture without a prompt) and the depth network.
    Raises:
        InputError: diffusion was asked for and something is missing (the message says what and how to fetch it), or the
            request is none of the three.
    """
    if requested not in ("auto", "procedural", "diffusion"):
        raise InputError(f'models "{requested}" must be auto, procedural or diffusion')
    if requested == "procedural":
        return Choice("procedural", "procedural models, as asked for")
    found = needed(config, caption=caption, depth=depth)
    names = f"{config.inpainting} and {config.depth}" if depth else config.inpainting
    lacking = [each for each in found if not each.complete]
    if not lacking:
        if requested == "diffusion":
            for each in found:
                each.require(config.allow_pickle)
            return Choice("diffusion", f"diffusion models, as asked for: {names}")
        refused = [each for each in found if each.pickled and not config.allow_pickle]
        if refused:
            reason = f"{refused[0].name} is stored as pickles; set diffusion.allow_pickle if you trust it"
            return Choice("procedural", f"procedural models, because {reason}")
        return Choice("diffusion", f"diffusion models, all on disk: {names}")
    fetchable = tuple(each.name for each in lacking if each.place == "hub")
    advice = f"; fetch with: lucid3d models download {' '.join(fetchable)}" if fetchable else ""
    what = ", and ".join(each.explain() for each in lacking)
    if requested == "diffusion":
        raise InputError(f"the diffusion models cannot run: {what}{advice or '; check the path'}")
    return Choice("procedural", f"procedural models, because {what}{advice}", fetchable)


def load_diffusion(config: ModelsConfig, progress: Progress | None = None) -> tuple[DiffusionPainter, NetworkDepth]:
    """The painter and the depth estimator of the diffusion family.

    Checkpoints are looked at here, so that a wrong name fails at once; networks are read at first use and stay until
    `close()`. Either can be closed between stages and used again.

    Args:
        config: the models' settings.
        progress: called as progress(what, step, steps) after every denoising step and around every depth map; an
            exception raised in it cancels at once and leaves the networks usable.
    Raises:
        InputError: a model is missing, half there, of the wrong kind, or stored as pickles.
    """

    return DiffusionPainter(config, progress), NetworkDepth(config, progress)
