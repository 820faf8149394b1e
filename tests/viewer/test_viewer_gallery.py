"""The outputs folder: what is listed, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from lucid3d.errors import InputError
from lucid3d.viewer.command import place, serve
from lucid3d.viewer.gallery import Gallery
from tests.viewer.tiny_scene import save, tiny_scene


def test_scenes_are_listed_and_nothing_else(outputs: Path) -> None:
    (outputs / "no scene").mkdir()
    (outputs / "broken").mkdir()
    (outputs / "broken" / "scene.yaml").write_text("format: [")
    assert {entry.name for entry in Gallery(outputs).entries()} == {"room", "second"}
    assert Gallery(outputs / "missing").entries() == []


def test_a_prompt_in_the_gallery_is_text(outputs: Path) -> None:
    save(tiny_scene("<script>alert(1)</script>", step=0.5), outputs / "third")
    page = Gallery(outputs).page("room")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../room", "/etc", "room/../room", "a\\b", "room\0", "~", "-rf", "x" * 200, "room/", "\nroom"],
)
def test_a_path_is_no_name(outputs: Path, name: str) -> None:
    gallery = Gallery(outputs)
    for ask in (gallery.folder_of, gallery.new_folder, gallery.load):
        with pytest.raises(InputError):
            ask(name)


def test_a_link_out_of_the_folder_is_not_followed(outputs: Path, tmp_path: Path) -> None:
    elsewhere = save(tiny_scene(step=0.5), tmp_path / "elsewhere" / "secret")
    (outputs / "link").symlink_to(elsewhere)
    with pytest.raises(InputError, match="outside"):
        Gallery(outputs).load("link")
    assert "link" not in {entry.name for entry in Gallery(outputs).entries()}


def test_nothing_is_saved_over_a_scene(outputs: Path) -> None:
    gallery = Gallery(outputs)
    with pytest.raises(InputError, match="already"):
        gallery.new_folder("room")
    assert gallery.free_name("room") == "room-2"
    assert gallery.new_folder("room-2") == outputs / "room-2"


def test_a_scene_is_read_once_and_again_when_it_changes(outputs: Path) -> None:
    gallery = Gallery(outputs)
    first = gallery.load("room")
    assert gallery.load("room") is first
    save(tiny_scene(step=0.5), outputs / "other")
    (outputs / "other" / "scene.ply").replace(outputs / "room" / "scene.ply")
    assert gallery.load("room") is not first


def test_a_person_names_a_scene_or_the_folder_of_scenes(outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place(str(outputs / "room")) == (outputs, "room")
    assert place(str(outputs)) == (outputs, "")
    monkeypatch.chdir(outputs / "room")
    assert place(".") == (outputs, "room")
    monkeypatch.chdir(outputs)
    assert place("outputs") == (Path("outputs"), "")  # nothing dreamed yet


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "does not exist"),
        (lambda folder: folder.mkdir(), "holds no scene"),
        (lambda folder: folder.write_text("x"), "is a file"),
        (lambda folder: save(tiny_scene(step=0.5), folder) / "scene.ply", "'lid' is cut"),
    ],
)
def test_what_is_no_scene_is_named(tmp_path: Path, make, said: str) -> None:
    made = make(tmp_path / "lake")
    if made is not None and said.startswith("'lid'"):
        made.write_bytes(made.read_bytes()[:-40])
        said = "truncated"
    with pytest.raises(InputError, match=said):
        serve([str(tmp_path / "lake"), "--port", "0"])


def test_a_scene_from_a_later_version_and_an_unfinished_one_are_named(outputs: Path) -> None:
    record = outputs / "room" / "scene.yaml"
    record.write_text(record.read_text().replace("format: 1", "format: 99"))
    with pytest.raises(InputError, match="later version"):
        serve([str(outputs / "room")])
    (outputs / "second" / "scene.ply").unlink()
    with pytest.raises(InputError, match="unfinished"):
        serve([str(outputs / "second")])


def test_a_splat_budget_of_nothing_is_refused(outputs: Path) -> None:
    with pytest.raises(InputError, match="--splats 5"):
        serve([str(outputs), "--splats", "5"])
