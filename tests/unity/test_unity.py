"""The Unity package compiles against Unity's signatures, and its client talks to a real service."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

pytest.importorskip("fastapi", reason="the service is not installed: pip install 'lucid3d[service]'")

from lucid3d.export.skybox import UNITY_FACES
from lucid3d.service.schemas import Job, JobRequest
from tests.service.api import Api, serving

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "integrations" / "unity"
RUNTIME = sorted(PACKAGE.glob("Runtime/*.cs"))
EDITOR = sorted(PACKAGE.glob("Editor/*.cs"))
STUBS = HERE / "stubs"
BASE = [STUBS / "UnityEngine.cs", STUBS / "Networking.cs", STUBS / "Json.cs", STUBS / "Level.cs"]
TOKEN = "open sesame"
Ask = Callable[..., dict[str, list[str]]]


def compile_csharp(target: Path, sources: list[Path], *options: str) -> str:
    """Compile with Mono's compiler, warnings as errors; returns what it said."""
    if shutil.which("mcs") is None:
        pytest.skip("no C# compiler: apt-get install mono-mcs")
    # 0649, 0169: fields that Unity fills in by itself
    command = ["mcs", "-langversion:7", "-warnaserror", "-nowarn:0649,0169,0414", f"-out:{target}", *options]
    done = subprocess.run([*command, *map(str, sources)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_player_needs_nothing_of_the_editor(tmp_path: Path) -> None:
    compile_csharp(tmp_path / "Runtime.dll", [*RUNTIME, *BASE], "-target:library")


def test_the_editor_compiles_with_hdrp(tmp_path: Path) -> None:
    sources = [*RUNTIME, *EDITOR, *BASE, STUBS / "UnityEditor.cs", STUBS / "Hdrp.cs"]
    compile_csharp(tmp_path / "Editor.dll", sources, "-target:library", "-define:LUCID3D_HDRP")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package without HDRP, and a console program around it."""
    if shutil.which("mono") is None:
        pytest.skip("no Mono: apt-get install mono-mcs")
    target = tmp_path_factory.mktemp("unity") / "Talk.exe"
    compile_csharp(target, [*RUNTIME, *EDITOR, *BASE, STUBS / "UnityEditor.cs", HERE / "Talk.cs"])
    return target


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A service with a worker that asks for a token."""
    with serving(tmp_path_factory.mktemp("service") / "outputs", workers=1, token=TOKEN) as (api, _, _):
        api.headers["Authorization"] = f"Bearer {TOKEN}"
        yield api


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One that takes jobs and does none."""
    with serving(tmp_path_factory.mktemp("idle") / "outputs", token=TOKEN) as (api, _, _):
        api.headers["Authorization"] = f"Bearer {TOKEN}"
        yield api


@pytest.fixture(scope="module")
def ask(program: Path, idle: Api) -> Ask:
    """Run one command of the program against a service, the idle one if no port is given."""

    def run(*command: object, token: str = TOKEN, port: int | None = None) -> dict[str, list[str]]:
        return talk(program, f"http://127.0.0.1:{port or idle.port}/", token, *command)

    return run


def talk(program: Path, server: str, token: str, *command: object) -> dict[str, list[str]]:
    done = subprocess.run(
        ["mono", str(program), server, token, *map(str, command)],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=program.parent,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition("=")
        said.setdefault(name, []).append(value)
    return said


@pytest.fixture(scope="module")
def dreamed(ask: Ask, service: Api, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[str]], Path]:
    """A sentence dreamed, watched and downloaded by the client."""
    folder = tmp_path_factory.mktemp("assets") / "new"
    return ask("dream", "a desert, Wüste", 1, folder, port=service.port), folder


def test_a_sentence_becomes_the_files_of_a_skybox(dreamed: tuple[dict[str, list[str]], Path], service: Api) -> None:
    said, folder = dreamed
    assert said["state"] == ["done"], said
    job = service.get(f"/v1/jobs/{said['submitted'][0]}").data
    assert job["prompt"] == "a desert, Wüste" and job["negative_prompt"] == 'a "quoted" line'
    assert job["seed"] == int(said["seed"][0]) == 1
    assert said["backwards"] == ["False"] and int(said["stages"][0]) >= 1 and said["part"] == ["1"]
    assert int(said["preview"][0]) > 100
    got = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {f"skybox/{slot}.png" for slot in UNITY_FACES} <= got
    assert {"skybox/skybox.json", "skybox/panorama.hdr", "skybox/panorama.png"} <= got
    assert not [name for name in got if name.endswith((".part", ".exr"))] and len(got) == int(said["written"][0])
    for name, file in (("FrontTex", "skybox/unity/FrontTex.png"), ("panorama", "skybox/unity/panorama.png")):
        sent = service.get(f"/v1/jobs/{job['id']}/files/{file}").body
        assert (folder / "skybox" / f"{name}.png").read_bytes() == sent


def test_the_catalogues_are_listed(ask: Ask, idle: Api) -> None:
    said = ask("catalogues")
    assert said["style"] == [f"{s['name']}|{s['title']}" for s in idle.get("/v1/styles").data["styles"]]
    assert said["preset"] == [p["name"] for p in idle.get("/v1/presets").data["presets"]]


def test_a_picture_is_sent_as_it_is(ask: Ask, idle: Api, tmp_path: Path) -> None:
    pixels = np.linspace(0, 255, 48 * 64 * 3).astype(np.uint8).reshape(48, 64, 3)
    Pillow.fromarray(pixels).save(tmp_path / "start.png")
    said = ask("picture", tmp_path / "start.png", "")
    assert said["prompt"] == [""] and said["seed"] == ["3"]
    job = idle.get(f"/v1/jobs/{said['submitted'][0]}").data
    assert job["state"] == "queued" and job["style"] == "" and job["preset"] == "tiny"
    (tmp_path / "no.png").write_bytes(b"no picture")
    refused = ask("picture", tmp_path / "no.png", "")
    assert refused["status"] == ["415"] and refused["code"] == ["no_picture"]


def test_jobs_are_cancelled_deleted_and_listed(ask: Ask, idle: Api) -> None:
    ask("give-up", "a desert")
    said = ask("cancel", "a desert")
    assert said["state"] == ["queued"] and said["cancelled"] == ["cancelled"] and said["watched"] == ["cancelled"]
    assert said["deleted"] == ["deleted"]
    assert 0 <= int(said["seed"][0]) < 2**32
    listed = ask("list")
    assert (
        listed["first"] == ["1"] and int(listed["next"][0]) == len(idle.get("/v1/jobs?limit=50").data["jobs"]) - 1 > 0
    )


def test_what_goes_wrong_comes_as_a_sentence(ask: Ask) -> None:
    unknown = ask("status", "0123456789abcdef")
    assert unknown["status"] == ["404"] and unknown["code"] == ["unknown_job"] and unknown["message"][0]
    assert ask("catalogues", token="wrong")["code"] == ["token"]
    nobody = ask("status", "0123456789abcdef", port=9)
    assert nobody["status"] == ["0"] and "cannot be reached" in nobody["message"][0]
    assert ask("give-up", "a desert")["exception"][0] in ("OperationCanceledException", "TaskCanceledException")


def test_a_download_leaves_nothing_half(
    ask: Ask, dreamed: tuple[dict[str, list[str]], Path], service: Api, tmp_path: Path
) -> None:
    job, port = dreamed[0]["submitted"][0], service.port
    missing = ask("download", job, "skybox/none.png", tmp_path / "deep" / "none.png", port=port)
    assert missing["status"] == ["404"] and not list((tmp_path / "deep").iterdir())
    escaped = ask("escape", job, tmp_path / "inner", port=port)
    assert escaped["code"] == ["file_name"] and not (tmp_path / "skybox").exists()


def test_an_address_that_is_none_is_refused(program: Path) -> None:
    assert talk(program, "localhost:8400", "", "catalogues")["exception"] == ["ArgumentException"]


def test_files_go_where_the_importer_looks(program: Path) -> None:
    names = ["skybox/unity/UpTex.png", "skybox/skybox.json", "skybox/cube/F.png", "export/unity/mesh.glb",
             "export/unity/com.lucid3d.unity/package.json", "skybox/unity/panorama.exr"]  # fmt: skip
    said = talk(program, "http://localhost", "", "where", *names)
    assert [said[name][0] for name in names] == ["skybox/UpTex.png", "skybox/skybox.json", "", "mesh.glb", "", ""]
    assert talk(program, "http://localhost", "", "name", "Ein See, früh!")["name"] == ["ein-see-fr-h-012345"]


def fields_of(record: str) -> set[str]:
    """Public fields of a C# class in Messages.cs."""
    text = (PACKAGE / "Runtime" / "Messages.cs").read_text()
    body = re.search(rf"public class {record}\n    {{(.*?)\n    }}", text, re.S)
    assert body
    return set(re.findall(r"public [\w\[\]]+ (\w+)(?: =.*)?;", body[1]))


def test_records_have_the_service_s_names() -> None:
    assert fields_of("Job") <= set(Job.model_fields)
    # `webhook` cannot be left out by JsonUtility once it is a field, so it is none
    assert fields_of("DreamRequest") == set(JobRequest.model_fields) - {"webhook"}


def test_the_package_is_whole() -> None:
    manifest = json.loads((PACKAGE / "package.json").read_text())
    assert manifest["name"] == "com.lucid3d.unity"
    editor = json.loads((PACKAGE / "Editor" / "Lucid3D.Editor.asmdef").read_text())
    runtime = json.loads((PACKAGE / "Runtime" / "Lucid3D.asmdef").read_text())
    assert runtime["name"] in editor["references"] and editor["includePlatforms"] == ["Editor"]
    # A package that comes from a repository is read-only in Unity: a file without .meta is not seen there.
    # Folders whose names end in ~ it does not look at.
    parts = [p for p in PACKAGE.rglob("*") if p.suffix != ".meta" and "~" not in str(p.relative_to(PACKAGE))]
    guids = []
    for part in parts:
        guids += re.findall(r"^guid: ([0-9a-f]{32})$", part.with_name(part.name + ".meta").read_text(), re.M)
    assert len(guids) == len(set(guids)) == len(parts)
