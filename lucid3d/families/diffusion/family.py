"""The diffusion family: Stable Diffusion paints, a depth network measures."""

from __future__ import annotations

from lucid3d.families.base import Family, Models, Needs, NotLoaded, Uses, Wish
from lucid3d.families.config import ModelsConfig, lora_name
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.checkpoints import base_config
from lucid3d.families.diffusion.depth import NetworkDepth
from lucid3d.families.diffusion.presets import with_preset
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter


def load(wish: Wish, uses: Uses) -> Models:
    """The painter and the depth estimator.

    Checkpoints are looked at here, so that a wrong name fails at once; networks are read at first use and stay until
    `close`, after which they are read again where they are needed.

    Raises:
        InputError: a model is missing, half there, of the wrong kind, or stored as pickles.
    """
    painter = DiffusionPainter(wish.settings, wish.progress) if uses.painter else None
    estimator = NetworkDepth(wish.settings, wish.progress) if uses.estimator else None

    def close() -> None:
        if painter is not None:
            painter.close()
        if estimator is not None:
            estimator.close()

    return Models("diffusion", painter or NotLoaded(), estimator or NotLoaded(), close=close)


def required(config: ModelsConfig, uses: Uses) -> list[weights.Weights]:
    """Everything that a job with these settings reads, as found on disk.

    Raises:
        InputError: a name that cannot be a model.
    """
    config = with_preset(config)
    names = [config.inpainting, config.text_to_image, config.controlnet] if uses.painter else []
    names += [config.depth] if uses.estimator else []
    names += [lora_name(each)[0] for each in config.lora] if uses.painter else []
    names += [config.captioner] if uses.captioner else []
    names = [name for name in dict.fromkeys(names) if name]
    found = [weights.inspect(name, safety_checker=config.safety_checker) for name in names]
    # A single file is weights alone: the folder that describes its architecture has to be there as well.
    files = [each.path for each in found if each.complete and each.place == "file" and each.name in painters(config)]
    described = [base_config(config, path) for path in files if path is not None and path.suffix == ".safetensors"]
    return [*found, *(weights.inspect_settings(name) for name in dict.fromkeys(described) if name not in names)]


def painters(config: ModelsConfig) -> tuple[str, str]:
    """The names of the checkpoints that paint."""
    return config.inpainting, config.text_to_image


def needs(config: ModelsConfig, uses: Uses) -> Needs:
    """See `Family.needs`."""
    found = required(config, uses)
    parts = [config.inpainting] * uses.painter + [config.depth] * uses.estimator
    names = " and ".join(parts)
    lacking = [each for each in found if not each.complete]
    if lacking:
        missing = tuple(each.name for each in lacking if each.place == "hub")
        advice = f"fetch with: lucid3d models download {' '.join(missing)}" if missing else "check the path"
        return Needs(names, f"{', and '.join(each.explain() for each in lacking)}; {advice}", missing)
    refused = [each for each in found if each.pickled and not config.allow_pickle]
    if refused:
        return Needs(names, refused[0].refusal(), tuple(each.name for each in refused if each.place == "hub"))
    return Needs(names)


DIFFUSION = Family("diffusion", load, needs, keeps=True)
