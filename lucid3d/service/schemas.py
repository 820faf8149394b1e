"""What travels over HTTP: every request and every answer, with the limits of each field.

Answers have no null and no optional field (an empty text, 0 or an empty list stands for "nothing"): clients in
languages with plain records, Unity's JsonUtility above all, read them as they are.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["dream", "remix", "export", "edit"]
State = Literal["queued", "running", "done", "failed", "cancelled", "deleted"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled", "deleted")
ExportType = Literal["equirectangular", "cubemap", "hdr", "depth", "mesh", "film", "files"]
Size = Literal["1k", "2k", "4k", "8k"]

MAX_PROMPT = 1000
"""Characters of a sentence."""
MAX_STEPS = 20
"""Changes of one edit."""
MAX_EXPORTS = 10
"""Formats asked for at once."""

JobId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Words = Annotated[str, Field(max_length=MAX_PROMPT)]
Name = Annotated[str, Field(max_length=60)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Webhook(BaseModel):
    """Where to send word when a job has ended, and the key that signs it."""

    model_config = ConfigDict(extra="forbid")
    url: Annotated[str, Field(max_length=2000, pattern="^https?://")]
    secret: Annotated[str, Field(min_length=16, max_length=128)]


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")
    preset: Name = Field("fast", description="A name from /v1/presets")
    style: Name = Field("", description="A name from /v1/styles, or empty")
    negative_prompt: Words = ""
    enhance: bool = Field(False, description="Complete the sentence by the rules of /v1/enhance")
    exports: list[Name] = Field([], max_length=MAX_EXPORTS, description="Further formats, names from /v1/exports")
    webhook: Webhook | None = None


class JobRequest(_Wish):
    """A sentence to dream."""

    prompt: Words = Field(min_length=1)
    seed: Seed | None = Field(None, description="Leave it out for one by chance, which the answer tells")
    models: Literal["auto", "procedural", "diffusion"] = "auto"


class RemixRequest(_Wish):
    """The same place with another sentence or another style."""

    source: JobId = Field(description="A finished job")
    prompt: Words = Field("", description="What is to be different, as in 'in winter, at night'; empty: only the style")
    negative_prompt: Words = Field("", description="Empty: as in the source")
    preset: Name = Field("", description="Empty: as in the source")


class ExportRequest(BaseModel):
    """One result in another form."""

    model_config = ConfigDict(extra="forbid")
    type: ExportType
    size: Size = Field("4k", description="Columns of the panorama (1k = 1024); cube faces have a quarter of that")
    targets: list[Name] = Field([], max_length=MAX_EXPORTS, description="For type 'files': names from /v1/exports")
    path: Name = Field("stroll", description="For type 'film': a camera path from /v1/exports")
    seconds: Annotated[float, Field(ge=0.2, le=60)] = 6.0
    webhook: Webhook | None = None


Metres = Annotated[float, Field(ge=-1e4, le=1e4)]
Recipe = Annotated[
    list[dict[str, Any]],
    Field(
        max_length=100,
        description='Where: steps of a region, as in [{"thing": "house"}, {"grow": 0.3}]; empty: anywhere',
    ),
]


class InsertStep(BaseModel):
    """Set a thing of the catalogue in, or the mesh that was sent along."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    do: Literal["insert"]
    thing: Words = Field(default="", description="Words of the catalogue; empty: the mesh that was sent along")
    at: tuple[Metres, Metres] | None = Field(default=None, description="Metres right and ahead; a free place if none")
    on: Literal["", "ground", "water", "table", "sky"] = ""
    size: float | None = Field(default=None, gt=0, le=60, description="Metres in its largest direction")
    facing: float | None = Field(default=None, ge=-360, le=360, description="Degrees; towards the start by default")
    seed: Seed = 0


class EditStep(BaseModel):
    """Change what is there, in words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    do: Literal["edit"]
    prompt: Words = Field(min_length=1)
    region: Recipe = []


class RefineStep(BaseModel):
    """Make all of a scene, or a part with its back, finer."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    do: Literal["refine"]
    region: Recipe = []
    steps: Annotated[int, Field(ge=0, le=5000)] = 0


class InpaintStep(BaseModel):
    """Have the networks that dream paint a part anew."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    do: Literal["inpaint"]
    prompt: Words = Field(min_length=1)
    region: Recipe = Field(min_length=1)


class DragStep(BaseModel):
    """Bring points of a part to others; the part follows as rigidly as it can."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    do: Literal["drag"]
    region: Recipe = Field(min_length=1)
    handles: list[tuple[Metres, Metres, Metres]] = Field(min_length=1, max_length=100)
    targets: list[tuple[Metres, Metres, Metres]] = Field(min_length=1, max_length=100, description="As many as handles")


class WalkStep(BaseModel):
    """Let a person of the catalogue walk from place to place and back."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    do: Literal["walk"]
    thing: Words = Field(min_length=1)
    along: list[tuple[Metres, Metres]] = Field(min_length=2, max_length=100, description="Metres right and ahead")
    pace: float | None = Field(default=None, gt=0, lt=20, description="Metres a second")


class FollowStep(BaseModel):
    """Let a scene, or a part of it, follow words by networks on the service's disk."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    do: Literal["follow"]
    way: Literal["clip", "sds", "magic3d", "vsd"]
    prompt: Words = Field(min_length=1)
    region: Recipe = []
    steps: Annotated[int, Field(ge=0, le=5000)] = 0


Step = InsertStep | EditStep | RefineStep | InpaintStep | DragStep | WalkStep | FollowStep


class EditRequest(BaseModel):
    """A copy of a result with changes, one after the other."""

    model_config = ConfigDict(extra="forbid")
    source: JobId = Field(description="A finished job")
    steps: list[Annotated[Step, Field(discriminator="do")]] = Field(min_length=1, max_length=MAX_STEPS)
    exports: list[Name] = Field([], max_length=MAX_EXPORTS, description="Further formats, names from /v1/exports")
    webhook: Webhook | None = None


class EnhanceRequest(BaseModel):
    """A sentence to complete."""

    model_config = ConfigDict(extra="forbid")
    prompt: Words = Field(min_length=1)
    negative_prompt: Words = ""
    style: Name = ""


class Rule(BaseModel):
    """One thing that was added to a sentence, and why."""

    rule: str
    added: str
    why: str


class Enhanced(BaseModel):
    """A sentence with what the rules and the style added."""

    sentence: str
    negative_prompt: str
    rules: list[Rule]
    understood: str = Field(description="What the procedural family takes the sentence for")


class Job(BaseModel):
    """A job as it is now. Times are seconds since 1970, 0 for "not yet"."""

    id: JobId
    kind: Kind
    state: State
    stage: str = Field(description="models, paint, dream, train, film or write; empty before it runs")
    progress: float = Field(ge=0, le=1)
    detail: str = Field(description="A few words for a person")
    error: str = Field(description="Why it failed, in a sentence")
    queue_position: int = Field(description="1 is next; 0 when it does not wait")
    preview: int = Field(description="Counts preview pictures; 0: there is none yet")
    prompt: str = Field(description="As it was sent")
    negative_prompt: str
    style: str
    preset: str
    seed: int
    sentence: str = Field(description="What is dreamed: the prompt with style and enhancement")
    understood: str = Field(description="What the procedural family took it for")
    rules: list[Rule]
    source: str = Field(description="The job that a remix or an export came from, or empty")
    structure: str = Field(description="For a remix: how the structure of the place was kept, and how well")
    structure_kept: float = Field(description="Part of the pixels whose depth agrees within 5 %, -1 when not measured")
    type: str = Field(description="For an export: its type")
    bytes: int = Field(description="Size of the result")
    created: float
    started: float
    finished: float


class JobList(BaseModel):
    """A page of jobs, the newest first."""

    jobs: list[Job]
    next: str = Field(description="Hand it back as `before` for the next page; empty on the last one")


class File(BaseModel):
    """One file of a result."""

    name: str = Field(description="With its folders, as in skybox/panorama.png")
    bytes: int
    type: str = Field(description="Media type")
    url: str


class FileList(BaseModel):
    """The files of a result."""

    files: list[File]


class Style(BaseModel):
    """A named addition to a sentence."""

    name: str
    title: str
    description: str
    prompt: str
    negative_prompt: str


class StyleList(BaseModel):
    """The catalogue of styles."""

    styles: list[Style]


class Preset(BaseModel):
    """A named set of options of the pipeline."""

    name: str
    description: str


class PresetList(BaseModel):
    """The presets; the first is the default of a request."""

    presets: list[Preset]


class Target(BaseModel):
    """A format or a program to write files for."""

    name: str
    description: str


class ExportList(BaseModel):
    """What a result can be exported as."""

    types: list[Target]
    sizes: list[str]
    targets: list[Target] = Field(description="For `exports` of a job, and for type 'files'")
    paths: list[str] = Field(description="Camera paths of a film")


class Bounds(BaseModel):
    """The limits of this service."""

    prompt_characters: int
    upload_bytes: int
    picture_pixels: int
    queue: int
    jobs_per_client: int
    job_seconds: float


class About(BaseModel):
    """What runs here."""

    version: str
    models: str = Field(description="Which family of models a job gets with models=auto, and why")
    workers: int
    running: int
    queued: int
    limits: Bounds


class Health(BaseModel):
    """Alive."""

    status: Literal["ok"]


class Problem(BaseModel):
    """Every error: a code for programs and a sentence for people."""

    code: str
    message: str
