"""The training loop: resumable to the bit, seeded, and of use whenever it is stopped.

Step number i depends on the seed, the views that are there, and the weights before it; a run that was stopped and
resumed gives the weights of one that was not, with the same number of threads and the same shards.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from lucid3d.errors import InputError
from lucid3d.files import atomic_path
from lucid3d.learning.batches import training_batch
from lucid3d.learning.data import DEFAULT_FOLDER, shards
from lucid3d.learning.evaluate import evaluated
from lucid3d.learning.losses import Weights, losses, total
from lucid3d.learning.network import NetworkConfig, PictureNetwork
from lucid3d.learning.shards import shard_meta
from lucid3d.learning.weights import load_weights, network_config, with_places

HELD_OUT_EVERY = 20
"""One world in so many is never trained on."""
CLIP = 1.0
"""Largest norm of the gradient."""
EMA_WARMUP = 10.0
"""The moving average's memory is no longer than a tenth of what has been trained, so that it forgets the start."""
CHECKPOINT, LOG = "checkpoint.pt", "log.jsonl"


@dataclass(frozen=True)
class TrainConfig:
    """Train the network that reads pictures; the same command goes on where it stopped."""

    data: str = str(DEFAULT_FOLDER)
    """The folder of `lucid3d learn data`."""
    output: str = str(DEFAULT_FOLDER / "run")
    """Where checkpoint and log go."""
    steps: int = 20_000
    """In all; the learning rate falls to zero by then."""
    batch: int = 8
    """Pictures a step."""
    pixels: int = 192 * 192
    """Of a picture, about."""
    learning_rate: float = 3e-4
    """At its highest."""
    warmup: int = 100
    """Steps until it is reached."""
    weight_decay: float = 0.02
    """Of AdamW, on matrices and kernels only."""
    average: float = 0.9995
    """Memory of the exponential moving average of the weights, which is what is evaluated and shipped."""
    augmented: float = 0.75
    """Share of the pictures that are augmented towards the end; see `changed_share`."""
    restyled: float = 0.5
    """Share of the steps whose pictures have their styles mixed in the network, see `network.mixed_styles`."""
    seed: int = 0
    """Decides everything."""
    threads: int = 1
    """Of the processor."""
    initial: str = ""
    """A weights file to begin from, such as one that was trained on smaller pictures or for fewer places."""
    checkpoint_every: int = 100
    """Steps between checkpoints: what a kill loses, at most."""
    evaluate_every: int = 1000
    """Steps between looks at held-out worlds."""
    evaluate_views: int = 128
    """Views of them that are looked at."""
    minutes: float = 0.0
    """Stop after so many minutes, with a checkpoint; 0 = not."""
    weights: Weights = field(default_factory=Weights)
    """How much each loss counts."""
    network: NetworkConfig = field(default_factory=NetworkConfig)
    """Widths and depths."""

    def __post_init__(self) -> None:
        checks = {
            "steps": (self.steps >= 1, "must be at least 1"),
            "batch": (2 <= self.batch <= 256, "must lie between 2 and 256"),
            "pixels": (32 * 32 <= self.pixels <= 512 * 512, "must lie between 1024 and 262144"),
            "learning_rate": (0 < self.learning_rate <= 0.1, "must lie above 0 and at most 0.1"),
            "warmup": (self.warmup >= 0, "must not be negative"),
            "weight_decay": (self.weight_decay >= 0, "must not be negative"),
            "average": (0 <= self.average < 1, "must lie in [0, 1)"),
            "augmented": (0 <= self.augmented <= 1, "must lie in [0, 1]"),
            "restyled": (0 <= self.restyled <= 1, "must lie in [0, 1]"),
            "seed": (self.seed >= 0, "must not be negative"),
            "threads": (1 <= self.threads <= 64, "must lie between 1 and 64"),
            "checkpoint_every": (self.checkpoint_every >= 1, "must be at least 1"),
            "evaluate_every": (self.evaluate_every >= 1, "must be at least 1"),
            "evaluate_views": (self.evaluate_views >= 1, "must be at least 1"),
            "minutes": (self.minutes >= 0, "must not be negative"),
        }
        for name, (fine, rule) in checks.items():
            if not fine:
                raise InputError(f"learn train: {name} = {getattr(self, name)} {rule}")


MAY_CHANGE = frozenset({"data", "output", "threads", "checkpoint_every", "evaluate_every", "evaluate_views", "minutes"})
"""What a resumed run may have otherwise than before."""


@dataclass
class State:
    """All that changes during training."""

    network: PictureNetwork
    average: PictureNetwork
    optimizer: torch.optim.Optimizer
    step: int = 0
    cpu_seconds: float = 0.0


def train(config: TrainConfig, tell: Callable[[str], None] | None = None) -> State:
    """Train until `config.steps`, or `config.minutes` are over; go on from the checkpoint in `config.output`.

    Args:
        tell: called with a line for a person now and then.
    Raises:
        InputError: there is no data, or the checkpoint is broken or of another configuration.
    """
    torch.set_num_threads(config.threads)
    folder = Path(config.output)
    training, held_out = split(Path(config.data))
    state = _resumed(config, folder) or _fresh(config)
    schedule = learning_rates(config)
    began, log_lines = time.monotonic(), _kept_log(folder / LOG, state.step)
    state.network.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]  # torch's own hints lack it
    sums: dict[str, float] = {}
    noted = 0
    while state.step < config.steps:
        spent = time.process_time()
        for group in state.optimizer.param_groups:
            group["lr"] = schedule(state.step)
        batch = training_batch(
            training,
            config.network.places,
            state.step,
            config.seed,
            batch=config.batch,
            pixels=config.pixels,
            changed=changed_share(config, state.step),
        )
        image = batch.image.contiguous(memory_format=torch.channels_last)  # an eighth faster on a processor
        parts = losses(state.network(image, styles(config, state.step)), batch)
        loss = total(parts, config.weights)
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(state.network.parameters(), CLIP)
        if bool(torch.isfinite(loss)):
            state.optimizer.step()
        state.step += 1
        _follow(state.average, state.network, averaging(config.average, state.step))
        state.cpu_seconds += time.process_time() - spent
        for name, value in {"loss": loss, **parts}.items():
            sums[name] = sums.get(name, 0.0) + float(value.detach())
        noted += 1
        late = bool(config.minutes) and time.monotonic() - began > 60 * config.minutes
        last = state.step == config.steps or late
        evaluate = state.step % config.evaluate_every == 0 or last
        if state.step % config.checkpoint_every == 0 or evaluate:
            line: dict[str, Any] = {"step": state.step, "lr": schedule(state.step - 1), "views": len(training)}
            line |= {name: round(value / noted, 5) for name, value in sums.items()}
            line["cpu_seconds"] = round(state.cpu_seconds, 1)
            sums, noted = {}, 0
            if evaluate and held_out:
                found = evaluated(state.average, some(held_out, config.evaluate_views), config.pixels)
                line["held_out"] = {name: round(value, 4) for name, value in found.items()}
            log_lines.append(line)
            _write_log(folder / LOG, log_lines)
            _save(state, config, folder)
            if tell:
                tell(json.dumps(line))
        if late:
            break
    return state


def split(folder: Path) -> tuple[list[tuple[Path, int]], list[tuple[Path, int]]]:
    """The views of a data set to train on, and those of the worlds that are held out.

    Raises:
        InputError: there is no data, or all of it is held out.
    """
    training: list[tuple[Path, int]] = []
    held_out: list[tuple[Path, int]] = []
    for path in shards(folder):
        meta = shard_meta(path)
        out = int(str(meta["world"])) % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
        (held_out if out else training).extend((path, i) for i in range(int(str(meta["views"]))))
    if not training:
        raise InputError(f"'{folder}' holds only held-out worlds: make more with `lucid3d learn data`")
    return training, held_out


def some(views: list[tuple[Path, int]], count: int) -> list[tuple[Path, int]]:
    """At most `count` of the views, evenly taken, always the same ones."""
    if len(views) <= count:
        return views
    return [views[i * len(views) // count] for i in range(count)]


def learning_rates(config: TrainConfig) -> Callable[[int], float]:
    """Step -> learning rate: a linear rise, then half a cosine to zero ("SGDR", Loshchilov and Hutter 2017, section 3,
    without restarts)."""
    warmup = min(config.warmup, config.steps // 2)

    def rate(step: int) -> float:
        if step < warmup:
            return config.learning_rate * (step + 1) / warmup
        share = (step - warmup) / max(config.steps - warmup, 1)
        return config.learning_rate * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))

    return rate


AS_DRAWN, ALL_CHANGED = 0.2, 0.6
"""Shares of the run until which no picture is augmented, and from which as many are as ever."""


def changed_share(config: TrainConfig, step: int) -> float:
    """Share of the pictures that are augmented at a step: easy ones first ("Curriculum Learning", Bengio et al. 2009),
    unless the network knows them already (`config.initial`).

    On pictures as they were drawn 150 steps tell rooms from landscapes; augmented from the start, 1,700 did not.
    """
    if config.initial:
        return config.augmented
    along = (step / config.steps - AS_DRAWN) / (ALL_CHANGED - AS_DRAWN)
    return config.augmented * min(max(along, 0.0), 1.0)


def styles(config: TrainConfig, step: int) -> np.random.Generator | None:
    """What mixes the pictures' styles at a step; None where it has none mixed."""
    rng = np.random.default_rng([config.seed, step, 2])
    return rng if rng.random() < config.restyled else None


def averaging(memory: float, step: int) -> float:
    """How much of the moving average stays at a step: `memory`, less at the start."""
    return min(memory, (1 + step) / (EMA_WARMUP + step))


@torch.no_grad()
def _follow(average: PictureNetwork, network: PictureNetwork, keep: float) -> None:
    for slow, fast in zip(average.parameters(), network.parameters(), strict=True):
        slow.lerp_(fast, 1 - keep)
    for kept, new in zip(average.buffers(), network.buffers(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - keep)
        else:
            kept.copy_(new)


def _fresh(config: TrainConfig) -> State:
    torch.manual_seed(config.seed)
    if config.initial:
        network, _ = load_weights(Path(config.initial))
        if replace(network.config, places=config.network.places) != config.network:
            raise InputError(f"'{config.initial}' holds a network of other sizes than the one to train")
        network = with_places(network, config.network.places)
        network.train()
    else:
        network = PictureNetwork(config.network)
    average = copy.deepcopy(network).requires_grad_(False)
    return State(network, average.eval(), _optimizer(network, config))


def _optimizer(network: PictureNetwork, config: TrainConfig) -> torch.optim.Optimizer:
    matrices = [p for p in network.parameters() if p.ndim > 1]
    vectors = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.99))


def _resumed(config: TrainConfig, folder: Path) -> State | None:
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
        before = json.loads(kept["config"])
        now = json.loads(json.dumps(asdict(config)))
        changed = [name for name in now if name not in MAY_CHANGE and before.get(name) != now[name]]
    except Exception as error:
        raise InputError(f"the checkpoint '{path}' is broken: choose another --output") from error
    if changed:
        told = ", ".join(f"{name} was {before.get(name)}, now {now[name]}" for name in changed)
        raise InputError(f"'{folder}' holds another run ({told}): choose another --output")
    state = _fresh(replace(config, initial=""))
    state.network.load_state_dict(kept["network"])
    state.average.load_state_dict(kept["average"])
    state.optimizer.load_state_dict(kept["optimizer"])
    state.step, state.cpu_seconds = int(kept["step"]), float(kept["cpu_seconds"])
    return state


def _save(state: State, config: TrainConfig, folder: Path) -> None:
    with atomic_path(folder / CHECKPOINT) as temporary:
        torch.save(
            {
                "network": state.network.state_dict(),
                "average": state.average.state_dict(),
                "optimizer": state.optimizer.state_dict(),
                "step": state.step,
                "cpu_seconds": state.cpu_seconds,
                "config": json.dumps(asdict(config)),
            },
            temporary,
        )


def averaged_network(folder: Path) -> tuple[PictureNetwork, dict[str, Any], int]:
    """The averaged network of a run's checkpoint, the run's configuration and the step.

    Raises:
        InputError: there is no checkpoint, or it is broken.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        raise InputError(f"'{folder}' holds no checkpoint: train first, with `lucid3d learn train --output {folder}`")
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
        config = json.loads(kept["config"])
        network = PictureNetwork(network_config(config["network"]))
        network.load_state_dict(kept["average"])
    except Exception as error:
        raise InputError(f"the checkpoint '{path}' is broken, or of another version of lucid3d") from error
    return network.eval(), config, int(kept["step"])


def read_log(path: Path) -> list[dict[str, Any]]:
    """The lines of a run's log, oldest first; a last line that a kill cut off is left out."""
    lines: list[dict[str, Any]] = []
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            break
    return lines


def _kept_log(path: Path, step: int) -> list[dict[str, Any]]:
    """The lines up to a step: what was trained after the checkpoint is trained again."""
    return [line for line in read_log(path) if line["step"] <= step]


def _write_log(path: Path, lines: list[dict[str, Any]]) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
