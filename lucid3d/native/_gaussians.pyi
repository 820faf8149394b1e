"""lucid3d: native kernels for Gaussians"""

from typing import Annotated

import numpy
from numpy.typing import NDArray

def instruction_sets() -> list[str]:
    """Usable instruction sets, best first."""

def instruction_set() -> str:
    """The instruction set in use."""

def use_instruction_set(name: str) -> None: ...
def default_threads() -> int:
    """Cores that this process may use."""

class View:
    def __init__(
        self,
        viewmat: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
        position: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
        fx: float,
        fy: float,
        cx: float,
        cy: float,
        width: int,
        height: int,
        near_plane: float,
        far_plane: float,
        eps2d: float,
        radius_clip: float,
        antialiased: bool,
    ) -> None: ...

class Frame:
    def __init__(self) -> None: ...
    def project(
        self,
        view: View,
        planes: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
        count: int,
        sh_degree: int,
        channels: int,
        raw: bool,
        threads: int,
    ) -> None: ...
    def sort(self, threads: int) -> None: ...
    def set_features(
        self,
        features: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
        threads: int,
    ) -> None: ...
    def rasterize(
        self,
        background: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
        image: Annotated[NDArray[numpy.float32], dict(shape=(None, None, None), order="C", device="cpu")],
        threads: int,
    ) -> None: ...
    def rasterize_backward(
        self,
        background: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
        image: Annotated[
            NDArray[numpy.float32], dict(shape=(None, None, None), order="C", device="cpu", writable=False)
        ],
        v_image: Annotated[
            NDArray[numpy.float32], dict(shape=(None, None, None), order="C", device="cpu", writable=False)
        ],
        absolute: bool,
        threads: int,
    ) -> None: ...
    def project_backward(
        self,
        planes: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
        gradients: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")],
        means2d: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")] | None,
        abs_means2d: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")] | None,
        with_view: bool,
        threads: int,
    ) -> list[float]: ...
    def train_step(
        self,
        planes: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")],
        first: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")],
        second: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")],
        rates: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)],
        step: int,
        beta1: float,
        beta2: float,
        epsilon: float,
        visible_only: bool,
        frozen: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)] | None,
        opacity_pull: float,
        scale_pull: float,
        log_needle: float,
        log_scale_max: float,
        means2d: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")] | None,
        threads: int,
        still: Annotated[NDArray[numpy.float32], dict(shape=(None,), order="C", device="cpu", writable=False)]
        | None = None,
    ) -> None: ...
    def visibility(
        self, out: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order="C", device="cpu")]
    ) -> None: ...
    def describe(
        self, out: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu")]
    ) -> None: ...
    @property
    def visible(self) -> int: ...
    @property
    def intersections(self) -> int: ...
    @property
    def bytes(self) -> int: ...

class ImageLoss:
    def __init__(self) -> None: ...
    def __call__(
        self,
        image: Annotated[
            NDArray[numpy.float32], dict(shape=(None, None, None), order="C", device="cpu", writable=False)
        ],
        target: Annotated[
            NDArray[numpy.float32], dict(shape=(None, None, None), order="C", device="cpu", writable=False)
        ],
        weight: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)],
        depth: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order="C", device="cpu", writable=False)]
        | None,
        v_image: Annotated[NDArray[numpy.float32], dict(shape=(None, None, None), order="C", device="cpu")],
        l1: float,
        ssim: float,
        depth_weight: float,
        opaque: float,
        known_pixels: float,
        depth_pixels: float,
        threads: int,
    ) -> list[float]: ...
