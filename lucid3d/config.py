"""Every choice in one place: dataclasses, filled from configs/*.yaml and the command line."""

from __future__ import annotations

import dataclasses
import functools
import math
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from lucid3d.errors import InputError, short
from lucid3d.families.config import ModelsConfig
from lucid3d.reading import read_yaml

LARGEST_VIEW = 4096
"""Pixels a side of a dreamed view: no painter works above this, and a view takes 0.7 GB there."""

LARGEST_FILM = 4096
"""Pixels a side of a film: what H.264 players take."""


@dataclass(frozen=True)
class DreamConfig:
    """The dream-and-align loop."""

    size: int = 512
    """Width and height of a dreamed view, in pixels."""
    fov: float = 90.0
    """Horizontal field of view in degrees, where the trajectory does not state its own."""
    walk_radius: float = 0.5
    """Metres around the start within which a person may walk without seeing holes."""
    sharpness: float = 10.0
    """Pixels a degree with which an explored place shall be seen; what is known more coarsely is dreamed nearer."""
    worthwhile: float = 0.02
    """What a planned view must add, as a part of its picture: unknown pixels, and coarse ones at 6 % of those. Smaller
    finds smaller holes, by more views."""
    planned_views: int = 40
    """Planned views at most, the best first, where nobody says how far to explore; 0 for all that are worthwhile."""
    enough: float = 0.998
    """A view of which at least this part is known already is not dreamed again."""
    support_views: int = 12
    """Extra training views, reprojected from the whole cloud with masks (the paper's M views). 0 for none."""
    max_points: int = 6_000_000
    """Points kept in the cloud; beyond it, those far away are thinned first."""

    def __post_init__(self) -> None:
        _check(self, "size", 16 <= self.size <= LARGEST_VIEW, f"must lie between 16 and {LARGEST_VIEW} pixels")
        _check(self, "fov", 10 <= self.fov <= 150, "must lie between 10 and 150 degrees")
        _check(self, "walk_radius", 0 <= self.walk_radius <= 100, "must lie between 0 and 100 metres")
        _check(self, "sharpness", 0.1 <= self.sharpness <= 100, "must lie between 0.1 and 100 pixels a degree")
        _check(self, "worthwhile", 0 < self.worthwhile <= 1, "must lie above 0 and at most 1")
        _check(self, "planned_views", self.planned_views >= 0, "must not be negative")
        _check(self, "enough", 0 < self.enough <= 1, "must lie above 0 and at most 1")
        _check(self, "support_views", self.support_views >= 0, "must not be negative")
        _check(self, "max_points", self.max_points >= 1000, "must be at least 1000")


@dataclass(frozen=True)
class TrainConfig:
    """Gaussians from points, and their training. The defaults polish a good start (`from_points`) in a few hundred
    steps."""

    iterations: int = 180
    """Steps; one view each."""
    max_gaussians: int = 1_200_000
    """At most this many; where there are more points, those far away are thinned first, and a strategy adds none."""
    tile_gaussians: int = 1_500_000
    """Trained at once, at most: a scene of more is trained in parts, tiles of ground, so that memory is bounded."""
    strategy: Literal["none", "mcmc", "default"] = "none"
    """What adds and moves Gaussians while training. The points are so good a start that it is rarely needed."""
    sh_degree: int = 0
    """Spherical harmonics of the colour, 0 (the same from everywhere) to 3, of Gaussians made from points."""
    support_weight: float = 1.0
    """What a support view counts beside a dreamed one."""

    ssim_weight: float = 0.2
    """The loss is (1 - this) L1 + this (1 - SSIM), over known pixels."""
    depth_weight: float = 0.1
    """Of the relative depth error, where depth is known."""
    opaque_weight: float = 0.6
    """Of 1 - alpha, over known pixels: nothing shines through."""
    opacity_regularizer: float = 0.0
    """Of the mean opacity (3DGS-MCMC): Gaussians that nothing needs fade."""
    scale_regularizer: float = 0.0
    """Of the mean scale in metres (3DGS-MCMC)."""
    max_needle: float = 5.0
    """The largest scale stays below this many times the middle one: no needles."""
    max_scale: float | None = None
    """Upper limit of every scale, in metres; null for none."""
    prune_opacity: float = 0.01
    """At the end, Gaussians less opaque than this are removed."""
    sky_radius: float | None = None
    """Gaussians that start at least this far (metres) from the cameras' middle are sky: their positions stay. null:
    those beyond every finite depth of the views, if the views show sky at all."""
    eps2d: float = 0.1
    """Square pixels that every Gaussian is widened by while it is trained. Less than the 0.3 that pictures are drawn
    with: a Gaussian that counts on being widened leaves cracks where a finer picture widens it less (Yu et al. 2024,
    Mip-Splatting, section 4), and what is drawn of a scene is mostly finer than its views."""

    means_lr: float = 0.1
    """Learning rate of positions, in units of each Gaussian's own size (its middle scale)."""
    quats_lr: float = 0.015
    """Learning rate of rotations."""
    scales_lr: float = 0.1
    """Learning rate of log scales."""
    opacities_lr: float = 0.05
    """Learning rate of logit opacities."""
    sh_lr: float = 0.015
    """Learning rate of the colour."""
    sh_rest_factor: float = 0.05
    """Higher spherical harmonics learn this many times as fast."""
    lr_decay: float = 0.1
    """All learning rates fall exponentially to this part of their start by the last step."""
    means_lr_decay: float = 0.1
    """The same for positions."""
    beta1: float = 0.7
    """Of Adam: how long the mean of the gradients remembers. Less than the usual 0.9: a Gaussian is seen by few of so
    few steps."""
    beta2: float = 0.999
    """Of Adam: how long the mean of their squares remembers."""
    epsilon: float = 1e-7
    """Of Adam: added to the root of that mean. About a thirtieth of a pixel's share in the loss of a 512-pixel view:
    what hides behind something, and is seen by less, would else be moved by as much as what is in plain view, and
    surfaces and the second sky crack open where one first sees them on a walk."""
    visible_only: bool = True
    """Adam leaves Gaussians alone that a step's view does not see: momentum does not carry them off, and a step costs
    no more than what is in view."""
    threads: int | None = None
    """Of the native kernels; null for the cores that this process may use."""

    def __post_init__(self) -> None:
        _check(self, "iterations", self.iterations >= 0, "must not be negative")
        _check(self, "max_gaussians", self.max_gaussians >= 100, "must be at least 100")
        _check(self, "tile_gaussians", self.tile_gaussians >= 100, "must be at least 100")
        _check(self, "sh_degree", 0 <= self.sh_degree <= 3, "must lie between 0 and 3")
        _check(self, "depth_weight", 0 <= self.depth_weight <= 100, "must lie between 0 and 100")
        _check(self, "max_needle", 1 <= self.max_needle < math.inf, "must be at least 1")
        for name in ("ssim_weight", "support_weight", "prune_opacity"):
            _check(self, name, 0 <= getattr(self, name) <= 1, "must lie between 0 and 1")
        for name in ("lr_decay", "means_lr_decay"):
            _check(self, name, 0 < getattr(self, name) <= 1, "must lie above 0 and at most 1")
        for name in ("beta1", "beta2"):
            _check(self, name, 0 <= getattr(self, name) < 1, "must lie between 0 and 1, and below 1")
        for name in ("max_scale", "sky_radius", "threads"):
            value = getattr(self, name)
            _check(self, name, value is None or value > 0, "must be above 0, or null")
        for knob in dataclasses.fields(self):
            value = getattr(self, knob.name)
            if isinstance(value, float):
                _check(self, knob.name, 0 <= value < math.inf, "must be finite and not negative")


@dataclass(frozen=True)
class RenderConfig:
    """What is drawn from the trained Gaussians."""

    panorama_height: int = 2048
    """Rows of the 2:1 panorama (its width is twice that)."""
    film: str = "stroll"
    """The camera path of preview.mp4 and depth.mp4: a name or file, like a trajectory."""
    film_width: int = 960
    """Pixels; even, as H.264 demands."""
    film_height: int = 540
    """Pixels; even."""
    film_fov: float = 75.0
    """Horizontal field of view of the films, in degrees."""
    film_frames: int = 150
    """Pictures in a film; 0 for no film."""
    film_rate: int = 25
    """Pictures a second."""

    def __post_init__(self) -> None:
        _check(self, "panorama_height", 16 <= self.panorama_height <= 8192, "must lie between 16 and 8192")
        for name in ("film_width", "film_height"):
            value = getattr(self, name)
            fits = 16 <= value <= LARGEST_FILM and value % 2 == 0
            _check(self, name, fits, f"must be even and lie between 16 and {LARGEST_FILM}")
        _check(self, "film_fov", 10 <= self.film_fov <= 150, "must lie between 10 and 150 degrees")
        _check(self, "film_frames", self.film_frames >= 0, "must not be negative")
        _check(self, "film_rate", 1 <= self.film_rate <= 120, "must lie between 1 and 120")


@dataclass(frozen=True)
class Config:
    """Everything that decides a scene. The same config, seed and version give the same scene on the same machine."""

    prompt: tuple[str, ...] = ()
    """What to dream, in words. Several prompts share the circle: the first is ahead, the next to its right, and so on.
    The name of a YAML file gives a prompt for each range of azimuths (see the README)."""
    negative_prompt: str = ""
    """What must not be there."""
    image: str = ""
    """A picture to start from (the first view)."""
    panorama: str = ""
    """A 360-degree picture to start from, twice as wide as high: all of it stays as it is."""
    depth: str = ""
    """The depth of that picture: 16-bit PNG, EXR, npy or npz."""
    depth_unit: float = 0.0
    """Metres that one step of the depth file stands for. 0: a millimetre for PNG and TIFF, a metre for EXR and npy."""
    models: Literal["auto", "procedural", "diffusion"] = "auto"
    """Who paints: procedural worlds (no download), or Stable Diffusion and a depth network (weights on disk)."""
    painter: str = ""
    """A painter of your own in place of theirs, by the name of its entry point (docs/models.md)."""
    estimator: str = ""
    """A depth estimator of your own in place of theirs, by the name of its entry point."""
    trajectory: str = "roam"
    """Where to dream from: a name in cameras/, or a YAML or nerfstudio JSON file."""
    explore: str = ""
    """How far to go on from there, by planned views, so that a person can walk: metres around the start ("10m"),
    seconds that dreaming may take ("90s"), or both ("10m 90s"). "no": not at all. Empty: what the trajectory says."""
    dreaming: Literal["loop", "joint", "panorama"] = "loop"
    """"loop": view by view, each new one inpainted beside those before it (the paper). "joint": eight views around the
    start are painted together, so that errors do not pile up and the circle closes; the rest follows view by view.
    "panorama": a network made for 360-degree pictures paints the whole sphere first (diffusion.panorama)."""
    seed: int = 0
    """Decides everything that is random."""
    train: bool = True
    """Train the Gaussians. Without it they stay as the dreamed points initialise them."""

    dream: DreamConfig = field(default_factory=DreamConfig)
    training: TrainConfig = field(default_factory=TrainConfig)
    render: RenderConfig = field(default_factory=RenderConfig)
    diffusion: ModelsConfig = field(default_factory=ModelsConfig)

    def __post_init__(self) -> None:
        _check(self, "depth_unit", 0 <= self.depth_unit < 1e6, "must not be negative")
        _check(self, "seed", 0 <= self.seed < 2**32, "must lie between 0 and 2^32 - 1")
        if self.depth and not self.image:
            raise InputError(f"depth '{self.depth}' needs the picture that it belongs to: add --image")
        if self.panorama and self.image:
            raise InputError("a dream begins with one picture: give --image or --panorama, not both")
        if self.panorama and self.dreaming != "loop":
            raise InputError(f"a panorama is the whole circle already: leave out --dreaming {self.dreaming}")
        if self.image and self.dreaming == "panorama":
            raise InputError("--dreaming panorama begins with words, not with a picture: leave one of them out")


CONFIGS = Path(__file__).parent.parent / "configs"
"""Where the presets live in a checkout; an installed package carries them inside (see `find_config`)."""


def find_config(name: str) -> Path:
    """The file of a preset ("fast", "configs/fast.yaml") or a user's own.

    Raises:
        InputError: there is no such file.
    """
    packaged = Path(__file__).parent / "configs"
    folder = packaged if packaged.is_dir() else CONFIGS
    for path in (Path(name), folder / f"{name}.yaml", folder / Path(name).name):
        if path.is_file():
            return path
    presets = ", ".join(sorted(path.stem for path in folder.glob("*.yaml")))
    raise InputError(f"config '{name}' does not exist; give a YAML file or one of the presets: {presets}")


def load_config(path: str | Path, base: Config | None = None) -> Config:
    """A YAML file laid over `base` (default: the built-in values, which configs/default.yaml spells out).

    Raises:
        InputError: the file is no YAML mapping, has an unknown key (the nearest is suggested) or a wrong type.
    """
    data = read_yaml(Path(path), f"config '{path}'")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise InputError(f"config '{path}' must be a mapping of names to values")
    try:
        return overlay(base or Config(), data)
    except InputError as error:
        raise InputError(f"config '{path}': {error}") from None


_T = TypeVar("_T")


def overlay(base: _T, data: Mapping[str, Any], where: str = "") -> _T:
    """`base` (a dataclass instance) with the values of `data` in place of its own, checked against the field types."""
    known = typing.get_type_hints(type(base))
    changes = {}
    for key, value in data.items():
        name = f"{where}{key}"
        if key not in known:
            close = get_close_matches(str(key), list(known), n=1, cutoff=0.5)
            hint = f"did you mean '{where}{close[0]}'?" if close else f"known: {', '.join(known)}"
            raise InputError(f"unknown key {short(name)}; {hint}")
        current = getattr(base, key)
        if dataclasses.is_dataclass(current):
            if not isinstance(value, dict):
                raise InputError(f"'{name}' must be a mapping, not {short(value)}")
            changes[key] = overlay(current, value, f"{name}.")
        else:
            changes[key] = _typed(value, known[key], name)
    return dataclasses.replace(base, **changes)  # type: ignore[type-var]


def to_mapping(config: Any) -> dict[str, Any]:
    """Plain dicts, lists and scalars, ready for YAML; `overlay` reads it back."""
    mapping: dict[str, Any] = plain(dataclasses.asdict(config))
    return mapping


def plain(value: Any) -> Any:
    """The same in dicts, lists and scalars, whatever they were derived from: what YAML can hold."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


_WANTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text",
    "tuple": "a list",
    "mapping": "a mapping",
    "dict": "a mapping",
}
"""The beginning of pydantic's type of an error -> what a person calls what is missing."""


def _typed(value: Any, kind: Any, name: str) -> Any:
    """`value` as the type of the field `name`; nothing is guessed but a list where there is one item, a float of a
    whole number."""
    if typing.get_origin(kind) is tuple:
        value = tuple(value) if isinstance(value, list | tuple) else (value,)
    try:
        return _adapter(kind).validate_python(value, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    name += "".join(f"[{part}]" for part in first["loc"] if isinstance(part, int))
    given, wanted = short(first["input"]), _WANTED.get(first["type"].partition("_")[0], "of another type")
    if first["type"] != "literal_error":
        raise InputError(f"'{name}' is {given} but must be {wanted}")
    choices = typing.get_args(kind)
    close = get_close_matches(str(value), [str(choice) for choice in choices], n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    raise InputError(f"'{name}' is {given} but must be one of {', '.join(map(repr, choices))}{hint}")


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _check(config: Any, name: str, fine: bool, rule: str) -> None:
    if not fine:  # comparisons with NaN are false, so NaN is caught too
        prefix = {DreamConfig: "dream.", TrainConfig: "training.", RenderConfig: "render."}.get(type(config), "")
        raise InputError(f"{prefix}{name} = {getattr(config, name)} {rule}")
