"""The command line of the doctor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tyro

from lucid3d.config import find_config, load_config
from lucid3d.doctor import machine, networks
from lucid3d.doctor.findings import MARKS, Check, Finding, findings
from lucid3d.families.config import ModelsConfig, Quality
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.presets import with_quality


@dataclass(frozen=True)
class DoctorOptions:
    """Try out this machine and the configured networks; says what is well, and of what is not, what helps."""

    config: str = "default"
    """The preset or YAML file whose networks are tried."""
    quality: Quality = ""
    """Try those that --quality would pick."""
    steps: int = 0
    """Denoising steps of the trial pictures; 0: as the networks are used."""
    json: str = ""
    """A file for the findings, for programs."""


def main(arguments: Sequence[str]) -> int:
    """Run all checks and print what they find; 1 when anything is bad.

    Raises:
        InputError: the config cannot be used.
        SystemExit: after --help.
    """
    options = tyro.cli(DoctorOptions, args=list(arguments), prog="lucid3d doctor")
    config = with_quality(load_config(find_config(options.config)).diffusion, options.quality)
    if options.steps:
        config = replace(config, steps=options.steps)
    from rich.console import Console

    console, found = Console(highlight=False), []
    for finding in examine(config):
        found.append(finding)
        console.print(f"{MARKS[finding.state]} [bold]{finding.about}[/]: ", end="")
        console.print(finding.text, markup=False, soft_wrap=True)
    bad = [finding for finding in found if finding.state == "bad"]
    console.print("\nfor a report of a fault:\n", markup=False)
    console.print("```\n" + "\n".join(finding.line for finding in found) + "\n```", markup=False, soft_wrap=True)
    console.print(f"{len(bad)} of {len(found)} lines are bad" if bad else "all is well", markup=False)
    if options.json:
        Path(options.json).write_text(json.dumps([vars(finding) for finding in found], indent=1), encoding="utf-8")
    return 1 if bad else 0


def examine(config: ModelsConfig) -> Iterator[Finding]:
    """Every check in its order; networks that are not there are not tried."""
    checks: dict[str, Check] = {
        "machine": machine.system,
        "packages": machine.packages,
        "card": machine.card,
        "rasterisers": machine.rasterisers,
        "alignment": networks.alignment_alone,
        "files": lambda: networks.files(config),
    }
    for about, check in checks.items():
        yield from findings(about, check)
    tried: dict[str, tuple[str, Callable[[ModelsConfig], Iterator[Finding]]]] = {
        "painting": (config.inpainting, networks.painting),
        "depth": (config.depth, networks.depth),
    }
    for about, (name, trial) in tried.items():
        if weights.inspect(name, safety_checker=config.safety_checker).complete:
            yield from findings(about, lambda trial=trial: trial(config))  # type: ignore[misc]
        else:
            yield Finding("note", about, "not tried: its network is not on disk")
