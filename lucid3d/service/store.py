"""The queue and the history: one SQLite table, written by one process, whole after a kill at any moment.

Every change is one transaction in write-ahead mode. Readers never wait for writers. A job waits in the order in which
it came, exports of finished results before dreams; a job whose worker was lost goes back to its old place.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lucid3d.errors import InputError
from lucid3d.service.schemas import Job, Kind, State

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    client TEXT NOT NULL,
    key TEXT,
    priority INTEGER NOT NULL,
    source TEXT NOT NULL,
    facts TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    progress REAL NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    preview INTEGER NOT NULL DEFAULT 0,
    cancel INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,
    started REAL NOT NULL DEFAULT 0,
    finished REAL NOT NULL DEFAULT 0,
    spent REAL NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0,
    died_at REAL NOT NULL DEFAULT -1,
    webhook TEXT NOT NULL DEFAULT '',
    call_at REAL NOT NULL DEFAULT 0,
    calls INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 1,
    UNIQUE (client, key)
);
CREATE INDEX IF NOT EXISTS waiting ON jobs (state, priority DESC, number);
CREATE INDEX IF NOT EXISTS clients ON jobs (client, state);
CREATE INDEX IF NOT EXISTS sources ON jobs (source);
CREATE INDEX IF NOT EXISTS calls ON jobs (call_at) WHERE call_at > 0;
"""

BUSY_SECONDS = 30.0
"""How long a writer waits for another thread's transaction."""

MOST_CALLS = 4096
"""Webhooks that are looked at for one that can be called now; the queue's limit keeps them far fewer."""

LOG_PAGES = 100
"""Pages (of 4 kB) that the store's log may hold: the default of 1,000 would fill the last megabytes of a disk."""

FACTS = ("prompt", "negative_prompt", "style", "preset", "seed", "sentence", "understood", "rules", "structure",
         "structure_kept", "type", "bytes")  # fmt: skip
"""Fields of a job that are kept as JSON: nothing is ever looked up by them."""

FORGOTTEN: dict[str, Any] = {
    "prompt": "", "negative_prompt": "", "sentence": "", "understood": "", "rules": [], "bytes": 0,
}  # fmt: skip
"""What a deleted job no longer says: whoever deletes it wants its words gone too."""


class Refusal(InputError):
    """A request that the service declines.

    Attributes:
        status: of HTTP.
        code: for programs.
        retry_after: seconds after which it may be worth trying again; 0 for none.
    """

    def __init__(self, status: int, code: str, sentence: str, retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.code, self.retry_after = status, code, retry_after


@dataclass(frozen=True)
class NewJob:
    """A job to be put into the queue."""

    id: str
    kind: Kind
    client: str
    facts: dict[str, Any]
    source: str = ""
    key: str | None = None
    webhook: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Claimed:
    """A job that was just taken out of the queue."""

    id: str
    kind: Kind
    spent: float
    cancel: bool


def new_id() -> str:
    """A name for a job that nobody can guess or type."""
    return secrets.token_hex(8)


class Store:
    """The jobs of one service. Its methods may be called from any thread.

    Args:
        path: of the database; made when missing, and readable by nobody else.
    Raises:
        InputError: the file is no database of ours, or damaged.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # webhook secrets: before anything is in it, and SQLite gives its log the same permissions
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        for each in (path, *path.parent.glob(f"{path.name}-*")):
            each.chmod(0o600)
        self.path = path
        self._began = time.time() - time.monotonic()
        self.changes = 0
        """Counts writes, for whoever waits for news."""
        self._local = threading.local()
        self._open: dict[threading.Thread, sqlite3.Connection] = {}
        self._lock = threading.Lock()
        try:
            self._db().executescript(_SCHEMA)
            self._db().execute("SELECT * FROM jobs LIMIT 1").fetchone()
        except sqlite3.DatabaseError as error:
            self.close()
            raise InputError(
                f"the queue in '{path}' cannot be used ({error}): move the file away, and those beside it that begin "
                "with its name; results stay where they are"
            ) from None

    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            with self._lock:
                for thread in [each for each in self._open if not each.is_alive()]:  # the server's come and go
                    self._open.pop(thread).close()
                self._open[threading.current_thread()] = db
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA secure_delete=ON")  # what was deleted is not in the file any more
            db.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
            self._local.db = db
        return db

    def release(self) -> None:
        """Close this thread's connection: the thread is about to end."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is not None:
            self._local.db = None
            with self._lock:
                self._open.pop(threading.current_thread(), None)
            db.close()

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for db in self._open.values():
                db.close()
            self._open.clear()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        db = self._db()
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self.changes += 1

    def _steady(self) -> float:
        """Seconds since 1970 by the clock as it was when the service began: for what is due, whoever sets the clock."""
        return self._began + time.monotonic()

    # ---- clients ----

    def submit(self, job: NewJob, *, queue: int, per_client: int) -> str:
        """Put a job at the end of the queue.

        Returns:
            Its id, or that of the job which the same client sent with the same key before.
        Raises:
            Refusal: the queue is full, the client has too many jobs, or its key came with another request before.
        """
        with self._writing() as db:
            if job.key is not None:
                query = "SELECT id, json_extract(facts, '$.asked') AS asked FROM jobs WHERE client=? AND key=?"
                there = db.execute(query, (job.client, job.key)).fetchone()
                if there is not None:
                    if there["asked"] not in (None, job.facts.get("asked")):
                        sentence = "this Idempotency-Key came with another request before; take a new one"
                        raise Refusal(422, "key_reused", sentence)
                    return str(there["id"])
            (waiting,) = db.execute("SELECT count(*) FROM jobs WHERE state='queued'").fetchone()
            if waiting >= queue:
                raise Refusal(429, "queue_full", f"{waiting} jobs are waiting already; send it again later", 30)
            query = "SELECT count(*) FROM jobs WHERE client=? AND state IN ('queued', 'running')"
            (own,) = db.execute(query, (job.client,)).fetchone()
            if own >= per_client:
                raise Refusal(
                    429, "too_many_jobs", f"you have {own} jobs that wait or run; let some of them end first", 30
                )
            db.execute(
                "INSERT INTO jobs (id, kind, state, client, key, priority, source, facts, created, webhook)"
                " VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?)",
                (job.id, job.kind, job.client, job.key, int(job.kind == "export"), job.source, json.dumps(job.facts),
                 time.time(), json.dumps(job.webhook) if job.webhook else ""),
            )  # fmt: skip
        return job.id

    def get(self, job: str) -> Job:
        """A job as it is.

        Raises:
            Refusal: 404, there is none with that id.
        """
        row = self._db().execute("SELECT * FROM jobs WHERE id=?", (job,)).fetchone()
        if row is None:
            raise Refusal(404, "unknown_job", f"there is no job '{job[:40]}'")
        return self._job(row)

    def revision(self, job: str) -> int:
        """Changes whenever the job does; 0 for one that is not there."""
        row = self._db().execute("SELECT revision FROM jobs WHERE id=?", (job,)).fetchone()
        return 0 if row is None else int(row["revision"])

    def page(self, *, state: str = "", kind: str = "", limit: int = 20, before: int = 0) -> tuple[list[Job], int]:
        """Jobs, the newest first, and the number to hand in as `before` for the next page (0: none)."""
        conditions, values = ["1"], []
        for column, value in (("state", state), ("kind", kind)):
            if value:
                conditions.append(f"{column}=?")
                values.append(value)
        if before:
            conditions.append("number<?")
            values.append(str(before))
        query = f"SELECT * FROM jobs WHERE {' AND '.join(conditions)} ORDER BY number DESC LIMIT ?"
        rows = self._db().execute(query, (*values, limit + 1)).fetchall()
        more = int(rows[limit - 1]["number"]) if len(rows) > limit else 0
        return [self._job(row) for row in rows[:limit]], more

    def counts(self) -> dict[str, int]:
        """State -> number of jobs."""
        return {row[0]: row[1] for row in self._db().execute("SELECT state, count(*) FROM jobs GROUP BY state")}

    def kept_bytes(self) -> int:
        """Of all results that are there."""
        query = "SELECT total(json_extract(facts, '$.bytes')) FROM jobs WHERE state='done'"
        return int(self._db().execute(query).fetchone()[0])

    def cancel(self, job: str) -> Job:
        """Ask for a job to end: at once if it waits, at its next step if it runs.

        Raises:
            Refusal: it is not there, or has ended.
        """
        with self._writing() as db:
            changed = db.execute(
                "UPDATE jobs SET state='cancelled', finished=max(?, created), call_at=(webhook<>'')*?,"
                " revision=revision+1 WHERE id=? AND state='queued'",
                (time.time(), self._steady(), job),
            ).rowcount
            changed += db.execute("UPDATE jobs SET cancel=1 WHERE id=? AND state='running'", (job,)).rowcount
        now = self.get(job)
        if not changed:
            raise Refusal(409, "already_ended", f"the job has ended already: it is {now.state}")
        return now

    def delete(self, job: str) -> tuple[Job, list[Job]]:
        """Mark a job that has ended and its exports as deleted; the files are the caller's affair.

        Returns:
            The job as it was before, and its exports.
        Raises:
            Refusal: it is not there, was deleted before, or has not ended; nor have its exports.
        """
        before = self.get(job)
        if before.state == "deleted":
            raise Refusal(410, "deleted", "the result was deleted already")
        with self._writing() as db:
            family = db.execute("SELECT * FROM jobs WHERE id=? OR (source=? AND kind='export')", (job, job)).fetchall()
            if any(row["state"] in ("queued", "running") for row in family):
                raise Refusal(409, "still_running", "the job or one of its exports has not ended; cancel it first")
            db.execute(
                "UPDATE jobs SET state='deleted', preview=0, revision=revision+1, detail='', error='',"
                " webhook='', call_at=0, facts=json_patch(facts, ?) WHERE id=? OR (source=? AND kind='export')",
                (json.dumps(FORGOTTEN), job, job),
            )
        exports = [self._job(row) for row in family if row["id"] != job and row["state"] != "deleted"]
        return before, exports

    # ---- the dispatcher ----

    def claim(self) -> Claimed | None:
        """Take the next job out of the queue."""
        with self._writing() as db:
            row = db.execute(
                "SELECT * FROM jobs WHERE state='queued' ORDER BY priority DESC, number LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            db.execute(
                "UPDATE jobs SET state='running', started=CASE WHEN started>0 THEN started ELSE max(?, created) END,"
                " revision=revision+1 WHERE id=?",
                (time.time(), row["id"]),
            )
        return Claimed(row["id"], row["kind"], row["spent"], bool(row["cancel"]))

    def waiting(self) -> bool:
        """Whether the queue holds a job (a claim is a transaction; looking is not)."""
        return self._db().execute("SELECT 1 FROM jobs WHERE state='queued' LIMIT 1").fetchone() is not None

    def to_cancel(self) -> set[str]:
        """Running jobs that somebody asked to end."""
        rows = self._db().execute("SELECT id FROM jobs WHERE state='running' AND cancel=1")
        return {row["id"] for row in rows}

    def running(self) -> list[str]:
        """Ids of the jobs that run, or did when the service was killed."""
        return [row["id"] for row in self._db().execute("SELECT id FROM jobs WHERE state='running'")]

    def note(self, job: str, *, stage: str, progress: float, detail: str, preview: int, facts: dict[str, Any]) -> None:
        """How a running job stands."""
        with self._writing() as db:
            db.execute(
                "UPDATE jobs SET stage=?, progress=?, detail=?, preview=?, facts=json_patch(facts, ?),"
                " revision=revision+1 WHERE id=? AND state='running'",
                (stage, min(1.0, max(0.0, progress)), detail, preview, json.dumps(facts), job),
            )

    def finish(self, job: str, state: State, error: str = "", facts: dict[str, Any] | None = None) -> bool:
        """A running job has ended.

        Returns:
            False if it was not running (then nothing changes): no job ends twice.
        """
        with self._writing() as db:
            return bool(
                db.execute(
                    "UPDATE jobs SET state=?, error=?, facts=json_patch(facts, ?), finished=max(?, started), detail='',"
                    " progress=CASE ? WHEN 'done' THEN 1 ELSE progress END, call_at=(webhook<>'')*?,"
                    " revision=revision+1 WHERE id=? AND state='running'",
                    (state, error, json.dumps(facts or {}), time.time(), state, self._steady(), job),
                ).rowcount
            )

    def requeue(self, job: str, *, spent: float = 0.0) -> None:
        """A running job lost its worker and goes back to its place, after `spent` seconds of work."""
        with self._writing() as db:
            db.execute(
                "UPDATE jobs SET state='queued', spent=spent+?, revision=revision+1 WHERE id=? AND state='running'",
                (spent, job),
            )

    def died(self, job: str) -> int:
        """A worker died over a job.

        Returns:
            How many have, since the job last got further.
        """
        with self._writing() as db:
            db.execute(
                "UPDATE jobs SET deaths=CASE WHEN progress>died_at+1e-6 THEN 1 ELSE deaths+1 END,"
                " died_at=max(died_at, progress) WHERE id=?",
                (job,),
            )
            return int(db.execute("SELECT deaths FROM jobs WHERE id=?", (job,)).fetchone()["deaths"])

    # ---- webhooks ----

    def calls_due(self) -> list[tuple[str, str]]:
        """Ended jobs whose webhook is to be called now, and its address; whoever waits longest comes first."""
        rows = self._db().execute(
            "SELECT id, json_extract(webhook, '$.url') AS url FROM jobs WHERE call_at>0 AND call_at<=?"
            " ORDER BY call_at LIMIT ?",
            (self._steady(), MOST_CALLS),
        )
        return [(row["id"], row["url"]) for row in rows.fetchall()]

    def call_of(self, job: str) -> tuple[Job, dict[str, str], int] | None:
        """A job, its webhook, and the number of calls so far; None if it is to be called no more."""
        row = self._db().execute("SELECT * FROM jobs WHERE id=? AND call_at>0", (job,)).fetchone()
        return None if row is None else (self._job(row), json.loads(row["webhook"]), row["calls"])

    def called(self, job: str, wait: float | None) -> None:
        """A webhook was called; `wait` is in how many seconds to try once more, None for never."""
        again = 0.0 if wait is None else self._steady() + wait
        with self._writing() as db:
            db.execute("UPDATE jobs SET calls=calls+1, call_at=? WHERE id=? AND call_at>0", (again, job))

    def call_within(self, seconds: float) -> None:
        """Have no webhook wait longer: the service that said when to call it may have had another clock."""
        with self._writing() as db:
            db.execute("UPDATE jobs SET call_at=min(call_at, ?) WHERE call_at>0", (self._steady() + seconds,))

    def _job(self, row: sqlite3.Row) -> Job:
        position = 0
        if row["state"] == "queued":
            query = "SELECT count(*) FROM jobs WHERE state='queued' AND (priority>? OR (priority=? AND number<=?))"
            (position,) = self._db().execute(query, (row["priority"], row["priority"], row["number"])).fetchone()
        facts: dict[str, Any] = {"structure_kept": -1.0, "bytes": 0, "rules": []}
        facts |= dict.fromkeys(("type", "structure", "understood"), "")
        facts |= {name: value for name, value in json.loads(row["facts"]).items() if name in FACTS}
        columns = ("id", "kind", "state", "stage", "progress", "detail", "error", "preview", "source", "created",
                   "started", "finished")  # fmt: skip
        told: dict[str, Any] = {name: row[name] for name in columns}
        return Job(queue_position=position, **told, **facts)
