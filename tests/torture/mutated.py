"""Sends mutated files to every reader, each in a budget of time and memory, in processes that may be lost.

    python -m tests.torture.mutated FOLDER --inputs 20000 [--only NAME ...]

Bytes are cut, changed and repeated; what is YAML, JSON, a GLB's header or an .npz is also opened, changed where it
hurts, and closed again, with its checksums right. A file to which a reader says something new joins the files that are
mutated further, as a fuzzer's corpus does. Prints one JSON line: how many, and what went wrong. What went wrong lies in
FOLDER/wrong.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import resource
import signal
import struct
import sys
import time
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from lucid3d.errors import LONGEST, InputError
from tests.torture.seeds import Reader, seeds

SECONDS = 5.0
"""Of a processor that any input may take."""
BYTES = 2 * 2**30
"""Of memory, over what was held before."""
LOST_SECONDS = 120
"""Without an answer, after which a process is given up."""
CORPUS = 60
"""Files to mutate at most, for one reader."""

STRANGE: list[Any] = [
    None, True, -1, 0, 10**12, 10**39, -(10**12), 1e308, float("nan"), float("inf"), "", "x" * 5000, "\0", "9" * 300,
    [], {}, [[]] * 40, {"a": {"b": []}}, [1, 2, 3], "2026-99-99", "../../etc/passwd", "ü\u202e", 0.5, -1e-300,
]  # fmt: skip
"""Values that nobody expects."""


def cut_and_changed(data: bytes, rng: np.random.Generator) -> bytes:
    """One of the things that happen to files, or that somebody does to them."""
    kind, changed = int(rng.integers(0, 7)), bytearray(data or b"0")
    at = int(rng.integers(0, len(changed)))
    if kind == 0:
        return data[:at]
    if kind == 1:
        for place in rng.integers(0, len(changed), 1 + at % 8):
            changed[place] = int(rng.integers(0, 256))
    elif kind == 2:
        changed[at : at + 4] = struct.pack("<I", int(rng.choice([0, 1, 2**31 - 1, 2**32 - 1, 10**9])))
    elif kind == 3:
        changed[at:at] = data[: int(rng.integers(0, len(changed)))]
    elif kind == 4:
        changed[at : at + 1] = rng.choice(np.array(NUMBERS, object))
    elif kind == 5:
        changed[at:at] = rng.choice(np.array(PIECES, object))
    else:
        digits = [i for i, byte in enumerate(data) if 48 <= byte <= 57] or [at]
        changed[int(rng.choice(digits))] = int(rng.integers(48, 58))
    return bytes(changed)


NUMBERS = [b"-1", b"1e400", b".nan", b"9" * 5000, b"1" + b"0" * 12, b"null", b"{}", b"[]", b"2026-99-99", b"\xff"]
PIECES = [b"[" * 3000, b"{a: " * 3000, b"&a [*a]", b"*b", b"\0", b"\n- ", b'"']


def _changed_tree(tree: Any, rng: np.random.Generator) -> Any:
    """A tree of plain values with one of its values, or keys, another."""
    if isinstance(tree, dict) and tree and rng.random() < 0.8:
        key = list(tree)[int(rng.integers(0, len(tree)))]
        kind = rng.random()
        if kind < 0.1:
            return {name: value for name, value in tree.items() if name != key}
        if kind < 0.2:
            return {**tree, str(rng.choice(["x", "", "seed", "name", "__class__"])): _strange(rng)}
        return {**tree, key: _changed_tree(tree[key], rng)}
    if isinstance(tree, list | tuple) and tree and rng.random() < 0.8:
        at, kind = int(rng.integers(0, len(tree))), rng.random()
        items = list(tree)
        if kind < 0.1:
            return items[:at] + items[at + 1 :]
        if kind < 0.2:
            return items * int(rng.choice([2, 50]))
        items[at] = _changed_tree(items[at], rng)
        return items
    if isinstance(tree, int | float) and rng.random() < 0.4:
        return type(tree)(tree * float(rng.choice([-1, 0, 2, 1e3, 1e9, 1e-9])))
    return _strange(rng)


def _strange(rng: np.random.Generator) -> Any:
    return STRANGE[int(rng.integers(0, len(STRANGE)))]


def _another_yaml(data: bytes, rng: np.random.Generator) -> bytes:
    return yaml.safe_dump(_changed_tree(yaml.safe_load(data), rng), allow_unicode=True).encode()


def _another_json(data: bytes, rng: np.random.Generator) -> bytes:
    return json.dumps(_changed_tree(json.loads(data), rng)).encode()


def _another_glb(data: bytes, rng: np.random.Generator) -> bytes:
    (length,) = struct.unpack_from("<I", data, 12)
    text = _another_json(data[20 : 20 + length], rng)
    text += b" " * (-len(text) % 4)
    rest = data[20 + length :]
    return (
        data[:8] + struct.pack("<I", 20 + len(text) + len(rest)) + struct.pack("<I", len(text)) + b"JSON" + text + rest
    )


def _another_npz(data: bytes, rng: np.random.Generator) -> bytes:
    arrays = dict(np.load(io.BytesIO(data)))
    name = list(arrays)[int(rng.integers(0, len(arrays)))]
    array, kind = arrays[name], int(rng.integers(0, 7))
    if kind == 0:
        del arrays[name]
    elif kind == 1:
        arrays[name] = array.astype(rng.choice(np.array(["<f8", "<i4", "<u1", "<c8", "<U9", ">f4", "?"])))
    elif kind == 2:
        arrays[name] = array.reshape(-1)[: int(rng.integers(0, max(array.size, 1)))]
    elif kind == 3:
        arrays[name] = array[None]
    elif kind == 4 and array.dtype.kind in "fiu":
        arrays[name] = np.full_like(array, rng.choice(np.array([0, 1, 100])))
    elif kind == 5 and array.dtype.kind == "f":
        arrays[name] = np.where(rng.random(array.shape) < 0.3, float(rng.choice([np.nan, np.inf, -1e38, 1e38])), array)
    elif kind == 6 and array.dtype.kind in "iu":
        arrays[name] = array - array.dtype.type(rng.integers(1, 100)) * (rng.random(array.shape) < 0.5)
    elif array.dtype.kind == "U":
        arrays[name] = np.array(_another_json(str(array).encode(), rng).decode())
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _another_png(data: bytes, rng: np.random.Generator) -> bytes:
    """One chunk of a PNG changed, its checksum right."""
    chunks, at = [], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    which = int(rng.integers(0, len(chunks)))
    name, body = chunks[which]
    chunks[which] = (name, cut_and_changed(body, rng))
    made = [struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in chunks]
    return data[:8] + b"".join(made)


OPENED: dict[str, Callable[[bytes, np.random.Generator], bytes]] = {
    ".yaml": _another_yaml, ".json": _another_json, ".glb": _another_glb, ".npz": _another_npz, ".png": _another_png,
}  # fmt: skip


def mutated(data: bytes, suffix: str, rng: np.random.Generator) -> bytes:
    """Another file, by one change or by several."""
    for _ in range(int(rng.choice([1, 1, 1, 2, 4]))):
        opened = OPENED.get(suffix)
        if opened is not None and rng.random() < 0.7:
            try:
                data = opened(data, rng)
                continue
            except Exception:  # it was damaged before: it can still be cut
                pass
        data = cut_and_changed(data, rng)
    return data


def said(read: Reader, path: Path) -> tuple[str, str]:
    """What a reader says to a file, and what is wrong with that, or ""."""
    began, before = time.process_time(), _held("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark of memory begins anew
    words, wrong = "read", ""
    try:
        read(path)
    except InputError as error:
        words = re.sub(r"'[^']*'|[\d.e+-]+", "", str(error))
        if len(str(error)) > LONGEST + 9 or str(error).count("\n") > 3:
            wrong = f"an error of {len(str(error))} characters: {str(error)[:200]}"
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)
        own = [f"{Path(line.filename).name}:{line.lineno}" for line in where if "lucid3d" in line.filename]
        wrong = f"{type(error).__name__}: {str(error)[:200]} ({' '.join(own[-3:])})"
    seconds, taken = time.process_time() - began, _held("VmHWM") - before
    if seconds > SECONDS:
        wrong = wrong or f"it took {seconds:.1f} s"
    if taken > BYTES:
        wrong = wrong or f"it took {taken / 2**30:.1f} GB"
    return words, wrong


def _held(what: str) -> int:
    found = re.search(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


def one_reader(name: str, path: Path, read: Reader, inputs: int, seed: int, wrong: Path) -> list[str]:
    """Every fault that one reader has, in a process of its own; a process that is lost is a fault and begun anew."""
    good, rng_seed = path.read_bytes(), zlib.crc32(name.encode()) + seed
    faults: list[str] = []
    done = 0
    while done < inputs:
        receive, send = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(receive)
            resource.setrlimit(resource.RLIMIT_AS, (24 * 2**30, 24 * 2**30))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 2)
            os.dup2(null, 1)
            _tries(path, read, good, inputs - done, np.random.default_rng([rng_seed, done]), wrong, send)
            os._exit(0)
        os.close(send)
        counted, fault = _listened(receive, pid, faults, name)
        if fault:
            faults.append(f"{name}: {fault}")
            kept = path.read_bytes()
            (wrong / f"{zlib.crc32(kept):08x}-{path.name}").write_bytes(kept)
        done += counted + bool(fault)
        path.write_bytes(good)
    return faults


def _tries(
    path: Path, read: Reader, good: bytes, inputs: int, rng: np.random.Generator, wrong: Path, send: int
) -> None:
    corpus, heard = [good], {"read"}
    words, fault = said(read, path)
    if words != "read" or fault:
        os.write(send, f"its good file is not read ({words} {fault})\n".encode())
    for _ in range(inputs):
        data = mutated(corpus[int(rng.integers(0, len(corpus)))], path.suffix, rng)
        if len(data) > 1 << 20:
            data = data[: 1 << 20]
        path.write_bytes(data)
        words, fault = said(read, path)
        if words not in heard and len(corpus) < CORPUS and len(data) < 1 << 16:
            corpus.append(data)
        heard.add(words)
        if fault:
            (wrong / f"{zlib.crc32(data):08x}-{path.name}").write_bytes(data)
        os.write(send, (fault.replace("\n", " ")[:400] + "\n").encode())


def _listened(receive: int, pid: int, faults: list[str], name: str) -> tuple[int, str]:
    """Inputs that a process answered, and how it was lost, or ""."""
    counted = 0
    signal.alarm(0)
    with os.fdopen(receive) as lines:
        while True:
            signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
            signal.alarm(LOST_SECONDS)
            line = lines.readline()
            signal.alarm(0)
            if not line:
                break
            counted += 1
            if line.strip():
                faults.append(f"{name}: {line.strip()}")
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return counted, f"a process was lost ({code})" if code else ""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", default=[])
    options = parser.parse_args(arguments)
    wrong = options.folder / "wrong"
    wrong.mkdir(parents=True)
    made = seeds(options.folder)
    chosen = options.only or list(made)
    each = -(-options.inputs // len(chosen))
    faults: list[str] = []
    for name in chosen:
        path, read = made[name]
        found = one_reader(name, path, read, each, options.seed, wrong)
        faults += found
        print(f"{name}: {len(found)} of {each} {dict.fromkeys(found) or ''}"[:3000], file=sys.stderr, flush=True)
    print(json.dumps({"inputs": each * len(chosen), "readers": len(chosen), "wrong": faults}))


if __name__ == "__main__":
    main(sys.argv[1:])
