"""lucid3d: native kernels for worlds made of rules"""

from typing import Annotated

import numpy
from numpy.typing import NDArray

def has_avx2() -> bool: ...

MATERIAL_FLOATS: int = 20

GROUND_FLOATS: int = 63

SKY_FLOATS: int = 34

WATER_FLOATS: int = 15

HIT_FLOATS: int = 19

def fractal(
    x: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
    z: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
    kind: str,
    seed: int,
    size: float,
    octaves: int,
    gain: float,
    lacunarity: float,
) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
def fractal3(
    points: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
    seed: int,
    size: float,
    octaves: int,
    gain: float,
) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
def scatter(
    air: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], rows: int, columns: int
) -> tuple[Annotated[NDArray[numpy.float32], dict(order="C")], Annotated[NDArray[numpy.float32], dict(order="C")]]: ...
def clouds(
    params: dict[str, object], sky: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)]
) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
def aurora(
    table: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu")], strength: float, seed: int
) -> None: ...
def erode(
    heights: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
    cell: float,
    drops: int,
    seed: int,
    strength: float,
) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
def sample_grid(
    grid: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
    x: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
    z: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
    origin_x: float,
    origin_z: float,
    cell: float,
) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...

class Scene:
    def __init__(self) -> None: ...
    def set_mesh(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.uint32], dict(order="C", device="cpu", writable=False)],
        arg2: Annotated[NDArray[numpy.int32], dict(order="C", device="cpu", writable=False)],
        arg3: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg4: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg5: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        /,
    ) -> None: ...
    def set_materials(
        self, arg: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], /
    ) -> None: ...
    def set_lamps(
        self, arg: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], /
    ) -> None: ...
    def set_ambient(
        self, arg: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], /
    ) -> None: ...
    def set_probes(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg2: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        /,
    ) -> None: ...
    def set_ground(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        /,
    ) -> None: ...
    def set_sky(
        self, arg: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], /
    ) -> None: ...
    def set_water(
        self, arg: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], /
    ) -> None: ...
    def set_air(
        self, arg: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], /
    ) -> None: ...
    def set_clouds(
        self, arg: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], /
    ) -> None: ...
    def set_horizon(
        self, arg: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], /
    ) -> None: ...
    def surfaces(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg2: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg3: Annotated[NDArray[numpy.uint32], dict(order="C", device="cpu", writable=False)],
        arg4: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg5: float,
        /,
    ) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
    def lit(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg2: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg3: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg4: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg5: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg6: Annotated[NDArray[numpy.int32], dict(order="C", device="cpu", writable=False)],
        arg7: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg8: bool,
        /,
    ) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
    def heaven(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg2: float,
        arg3: bool,
        /,
    ) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
    def sun_rays(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        /,
    ) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
    def open_rays(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg2: int,
        /,
    ) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
    @staticmethod
    def smooth_open(
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg2: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg3: int,
        arg4: int,
        /,
    ) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
    def lamps_near(
        self, arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)], arg1: int, /
    ) -> Annotated[NDArray[numpy.int32], dict(order="C")]: ...
    def water_normals(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        /,
    ) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
    def water_lit(
        self,
        arg0: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg1: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg2: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg3: float,
        arg4: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg5: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg6: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg7: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg8: Annotated[NDArray[numpy.float32], dict(order="C", device="cpu", writable=False)],
        arg9: bool,
        /,
    ) -> Annotated[NDArray[numpy.float32], dict(order="C")]: ...
