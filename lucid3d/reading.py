"""The one door for files that come from outside: settings, camera paths, pictures, depth, arrays.

Everything here has limits (bytes, pixels, items, nesting, digits), asked before memory is taken, and whatever goes
wrong in a decoder becomes an InputError of a line that names the file. A limit is far above what is useful and far
below what hurts a laptop. tests/torture/ sends damaged and hostile files through every reader.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray

from lucid3d.errors import InputError

if TYPE_CHECKING:
    from PIL import Image as PillowImage

YAML_BYTES = 256 * 1024
"""Of a YAML file: PyYAML takes two seconds for as much."""
YAML_NODES = 20_000
"""Values in a YAML file, those that an alias repeats counted again: aliases of aliases grow beyond every memory."""
YAML_NESTING = 30
JSON_BYTES = 16 * 1024 * 1024
"""Of a JSON file; 10,000 cameras take half of it."""
LIST_BYTES = 16 * 1024 * 1024
"""Of a list of scenes."""
DIGITS = 40
"""Of a whole number: more than any setting needs, and int() takes quadratic time."""
ARRAY_BYTES = 2 * 1024**3
"""Of all the arrays of an .npz or .npy: a checkpoint of 10 million Gaussians has 1.7 GB."""
MOST_PIXELS = 400_000_000
"""Of a picture, 20,000 x 20,000: it decodes into 1.6 GB, which is the most that any file may take here."""
LIGHT_BYTES = 1 << 30
"""Of a picture of linear light (.hdr, .exr)."""
LIGHT_PIXELS = 64_000_000
"""Of the same, 11,000 x 5,600: it takes 0.8 GB as it is read."""
BAND_PIXELS = 16_000_000
"""Of a picture that are averaged at a time."""
WORDS = 300
"""Characters of a decoder's complaint that are passed on."""


@contextlib.contextmanager
def guarded(what: str) -> Iterator[None]:
    """Turn whatever a decoder raises in the block into an InputError about `what` (a file, quoted as it should appear).

    Only what the system says about the file itself, and an InputError, keep their meaning.
    """
    try:
        yield
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{what} cannot be read: {error.strerror or _words(error)}") from None
    except MemoryError:
        raise InputError(f"{what} cannot be read: this machine has too little memory for what it holds") from None
    except RecursionError:
        raise InputError(f"{what} cannot be read: it is nested too deeply") from None
    except Exception as error:
        raise InputError(f"{what} cannot be read: {_words(error)}") from None


def _words(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return _short(lines[0] if lines else type(error).__name__)


def _short(text: str) -> str:
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= WORDS else text[: WORDS - 3] + "..."


def read_bytes(path: Path, what: str, limit: int) -> bytes:
    """The bytes of a file of at most `limit`.

    Raises:
        InputError: it is missing, no plain file, larger, or cannot be read.
    """
    with guarded(what):
        if path.exists() and not path.is_file():  # a pipe or a device would never end
            raise InputError(f"{what} is not a plain file")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"{what} is larger than {_size(limit)}, the most that can be read: hand in a smaller one")
    return data


def read_text(path: Path, what: str, limit: int, *, encoding: str = "utf-8") -> str:
    """The same as text.

    Raises:
        InputError: as `read_bytes`, or it is no UTF-8.
    """
    data = read_bytes(path, what, limit)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{what} cannot be read: it is no UTF-8 text (byte {error.start})") from None


def read_yaml(path: Path, what: str) -> Any:
    """What a YAML file holds.

    Raises:
        InputError: it cannot be read, is no YAML, or is beyond a limit.
    """
    return parse_yaml(read_text(path, what, YAML_BYTES), what)


def parse_yaml(text: str, what: str) -> Any:
    """The same from text."""
    if len(text) > YAML_BYTES:
        raise InputError(f"{what} is larger than {_size(YAML_BYTES)}, the most that can be read")
    with guarded(what):
        try:
            return yaml.load(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            line = f" (line {error.problem_mark.line + 1})" if error.problem_mark is not None else ""
            raise InputError(f"{what} cannot be read: it is no YAML{line}: {_short(error.problem or '')}") from None


class _Loader(yaml.SafeLoader):
    """SafeLoader with limits; a date stays the text that it is."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0
        self._weights: dict[int, int] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        """A node, with everything below it counted: what an alias repeats as well."""
        if self.check_event(yaml.AliasEvent):
            node = super().compose_node(parent, index)
            if id(node) not in self._weights:
                raise yaml.YAMLError("an alias stands inside of what it stands for")
            self._count(self._weights[id(node)])
            return node
        self._depth += 1
        if self._depth > YAML_NESTING:
            raise yaml.YAMLError(f"it is nested deeper than {YAML_NESTING} levels")
        before = self._total
        self._count(1)
        node = super().compose_node(parent, index)
        self._weights[id(node)] = self._total - before
        self._depth -= 1
        return node

    _total = 0

    def _count(self, nodes: int) -> None:
        self._total += nodes
        if self._total > YAML_NODES:
            raise yaml.YAMLError(f"it holds more than {YAML_NODES} values")

    def construct_yaml_int(self, node: Any) -> int:
        """A whole number of at most DIGITS digits."""
        if len(str(node.value)) > DIGITS:
            raise yaml.YAMLError(f"a number in it has more than {DIGITS} digits")
        return int(super().construct_yaml_int(node))


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_json(path: Path, what: str) -> Any:
    """What a JSON file holds.

    Raises:
        InputError: it cannot be read, is no JSON, or is beyond a limit.
    """
    return parse_json(read_text(path, what, JSON_BYTES, encoding="utf-8-sig"), what)  # Windows begins with a mark


def parse_json(text: str, what: str) -> Any:
    """The same from text."""
    with guarded(what):
        return json.loads(text, parse_int=_whole)


def _whole(text: str) -> int:
    if len(text) > DIGITS:
        raise ValueError(f"a number in it has more than {DIGITS} digits")
    return int(text)


def read_array(path: Path, what: str) -> NDArray[Any]:
    """The array of an .npy file, of any shape.

    Raises:
        InputError: it is damaged, holds Python objects, or claims more than it has.
    """
    with guarded(what), path.open("rb") as file:
        return _array(file, path.stat().st_size, what)


def read_arrays(path: Path, what: str = "") -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file by name, of any shape, every checksum in it compared.

    Raises:
        FileNotFoundError: there is none.
        InputError: it is damaged, holds Python objects, or claims more than it has.
    """
    what = what or str(path)
    if not path.exists():
        raise FileNotFoundError(str(path))
    with guarded(what), zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        total = sum(member.file_size for member in members)
        if total > ARRAY_BYTES:
            raise InputError(f"{what} holds {_size(total)}: {_size(ARRAY_BYTES)} are the most that can be read")
        arrays = {}
        for member in members:
            with archive.open(member) as file:
                arrays[member.filename.removesuffix(".npy")] = _array(file, member.file_size, what)
                if file.read(1):  # to the end, where the checksum is compared
                    raise InputError(f"{what} is damaged: '{member.filename}' is longer than its array")
        return arrays


def _array(file: Any, size: int, what: str) -> NDArray[Any]:
    """An array of a stream of `size` bytes, whose header is believed only as far as there are bytes."""
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise InputError(f"{what} has an array of an unknown version {version}")
    if dtype.hasobject:
        raise InputError(f"{what} cannot be read: it holds Python objects")
    count = math.prod(shape)  # exact whole numbers: a shape cannot overflow
    if min(shape, default=1) < 0 or count * dtype.itemsize > min(size, ARRAY_BYTES):
        raise InputError(f"{what} claims an array of {shape} and is too short for it: it was cut off or is damaged")
    data = file.read(count * dtype.itemsize)
    if len(data) != count * dtype.itemsize:
        raise InputError(f"{what} was cut off")
    array = np.frombuffer(bytearray(data), dtype, count)
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


_PILLOW = threading.Lock()
"""Held while Pillow's own limit is out of the way: it is global, warns instead of refusing, and lies below ours."""


@contextlib.contextmanager
def open_picture(
    source: Path | bytes, what: str, *, most_pixels: int = MOST_PIXELS, formats: tuple[str, ...] | None = None
) -> Iterator[PillowImage.Image]:
    """A picture whose size is known and allowed, not decoded yet; what decoding it raises in the block is told.

    Args:
        formats: Pillow's names of those that are tried; all of them, and HEIC, by default.
    Raises:
        InputError: it is missing, no picture, damaged, or has more than `most_pixels`.
    """
    from PIL import Image, UnidentifiedImageError

    file: IO[bytes]
    with guarded(what), contextlib.ExitStack() as stack:
        file = stack.enter_context(io.BytesIO(source) if isinstance(source, bytes) else source.open("rb"))
        try:
            with _PILLOW:
                limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
                try:
                    picture = stack.enter_context(
                        (None if formats else _heif(file)) or Image.open(file, formats=formats)
                    )
                finally:
                    Image.MAX_IMAGE_PIXELS = limit
        except UnidentifiedImageError:
            known = "it is not a picture (PNG, JPEG, WebP, TIFF, HEIC and others are)"
            if formats:
                known = f"it is no {' or '.join(formats)} picture"
            raise InputError(f"{what} cannot be read: {known}") from None
        if picture.width * picture.height > most_pixels:
            raise InputError(
                f"{what} is {picture.width}x{picture.height} pixels: reduce it, {most_pixels / 1e6:,.0f} million are "
                "the most that can be read"
            )
        yield picture


def decode_light(data: bytes, what: str) -> NDArray[np.float32]:
    """(H, W, 3) float32 linear RGB from the bytes of a Radiance picture (.hdr).

    Raises:
        InputError: it is none, is damaged, or has more than LIGHT_PIXELS.
    """
    import cv2

    size = re.search(rb"\n[-+][XY] (\d{1,9}) [-+][XY] (\d{1,9})\n", data[:65536])
    if not data.startswith((b"#?RADIANCE", b"#?RGBE")) or size is None:
        raise InputError(f"{what} cannot be read: it is no Radiance picture")
    if int(size[1]) * int(size[2]) > LIGHT_PIXELS:
        raise InputError(f"{what} has more than {LIGHT_PIXELS / 1e6:.0f} million pixels: reduce it")
    with guarded(what):
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 3:
        raise InputError(f"{what} cannot be read: it is cut short or damaged")
    return np.asarray(pixels[..., ::-1], np.float32)


HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
"""What a phone's .heic says of itself (ISO/IEC 23008-12, annex B); Pillow reads its sister AVIF by itself."""


def _heif(file: IO[bytes]) -> PillowImage.Image | None:
    """A phone's HEIC picture, or None if the file is none."""
    head = file.read(12)
    file.seek(0)
    if head[4:8] != b"ftyp" or head[8:12] not in HEIF_BRANDS:
        return None
    from pi_heif import HeifImageFile

    picture: PillowImage.Image = HeifImageFile(file)
    return picture


def bounded(picture: PillowImage.Image, side: int) -> PillowImage.Image:
    """A picture with its longer side at `side` pixels or a little more, averaged in bands of rows.

    A picture of 20,000 x 20,000 takes 1.6 GB decoded; nothing here needs a second copy of that. One that is smaller
    comes back as it is.
    """
    from PIL import Image

    factor = max(picture.size) // side
    if factor < 2:
        return picture
    if picture.format == "JPEG":
        picture.draft(picture.mode, (side, side))  # it decodes at a fraction of its size
        factor = max(max(picture.size) // side, 1)
    picture.load()
    width, height = (-(-each // factor) for each in picture.size)
    rows = max(1, BAND_PIXELS // (picture.width * factor)) * factor
    result: PillowImage.Image | None = None
    for top in range(0, picture.height, rows):
        band = picture.crop((0, top, picture.width, min(picture.height, top + rows)))
        if band.mode in ("P", "PA", "1"):  # indices cannot be averaged
            band = band.convert("RGBA" if "transparency" in picture.info or band.mode == "PA" else "RGB")
        elif band.mode.startswith("I;16"):
            band = band.convert("I")
        small = band if factor == 1 else band.reduce(factor)
        if result is None:
            result = Image.new(small.mode, (width, height))
            result.info = dict(picture.info) if band.mode == picture.mode else _profile(picture)
            result.getexif().update(picture.getexif())
        result.paste(small, (0, top // factor))
    assert result is not None
    return result


def _profile(picture: PillowImage.Image) -> dict[Any, Any]:
    return {name: picture.info[name] for name in ("icc_profile", "exif") if name in picture.info}


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:,.1f} GB"
