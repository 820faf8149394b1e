"""What a job is to do, as it is written into the job's folder before any worker knows of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, TypeAdapter, ValidationError

from lucid3d.config import Config, overlay, to_mapping
from lucid3d.errors import InputError
from lucid3d.service.schemas import ExportType, Size, Step


def _config(value: Any) -> Config:
    return value if isinstance(value, Config) else overlay(Config(), value)


class Repaint(BaseModel):
    """The words of a repainting: the pictures of a place are painted anew over their depth."""

    model_config = ConfigDict(frozen=True)
    prompt: str
    negative_prompt: str
    seed: int


class DreamSpec(BaseModel):
    """To dream.

    Attributes:
        config: what decides the scene; of a repaint without a source, that of the place which is dreamed first.
        exports: further formats, names of `export.targets.TARGETS`.
        style: the name of a style for a sentence that is found only when the picture has been described, or "".
        source: a remix: the folder of the result that it came from; None: it came from a picture.
        repaint: if the source, or what is dreamed, is to be repainted.
        output: the folder of the result.
    """

    model_config = ConfigDict(frozen=True)
    kind: Literal["dream", "remix"]
    config: Annotated[Config, PlainValidator(_config), PlainSerializer(to_mapping)]
    exports: tuple[str, ...] = ()
    style: str = ""
    source: Path | None = None
    repaint: Repaint | None = None
    output: Path


class ExportSpec(BaseModel):
    """To write a result, the folder `source`, in another form to the folder `output` (see `schemas.ExportRequest`)."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["export"] = "export"
    type: ExportType
    size: Size
    targets: tuple[str, ...]
    path: str
    seconds: float
    source: Path
    output: Path


class EditSpec(BaseModel):
    """To change a copy of a result, the folder `source`, in the folder `output` (see `schemas.EditRequest`).

    Attributes:
        mesh: the file of a mesh that was sent along, for steps that insert no thing of the catalogue.
    """

    model_config = ConfigDict(frozen=True)
    kind: Literal["edit"] = "edit"
    steps: tuple[Annotated[Step, Field(discriminator="do")], ...]
    exports: tuple[str, ...] = ()
    mesh: Path | None = None
    source: Path
    output: Path


class PartsSpec(BaseModel):
    """To help with a scene that is trained in parts, of the job whose result is the folder `output`."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["parts"] = "parts"
    output: Path


Spec = DreamSpec | ExportSpec | EditSpec | PartsSpec

_READ: TypeAdapter[Spec] = TypeAdapter(Annotated[Spec, Field(discriminator="kind")])


def read_spec(text: str) -> Spec:
    """A spec from its JSON.

    Raises:
        InputError: it is none that this version reads.
    """
    try:
        return _READ.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"the job was written by another version ({where}: {first['msg']}); send it again") from None
