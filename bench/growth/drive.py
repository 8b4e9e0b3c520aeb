"""One step in the tree that PYTHONPATH names: `python -P drive.py STEP ...`, which prints JSON.

It runs in trees of several ages, so it knows of each only what all of them have, and nothing of
this package. Processes are forked as a worker forks its work horses, and CPU is theirs alone.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, MetaData, Table, UniqueConstraint, create_engine, text
from werkzeug.exceptions import HTTPException

N_TEMPLATES = 10
SEED = 20261201
PER_ENDPOINT = 4
"""How many addresses of each route are asked for before the memory of a web process is read."""
LINK = re.compile(r'(?:href|src)="(/[^"#]*)"')


class Used(NamedTuple):
    """CPU seconds and the peak of memory in MB of a process that ended, CPU of the database."""

    cpu: float
    peak: float
    database: float


def fork(work: Callable[[], object]) -> Used:
    """Do `work` in a fork of this process; what that used. Raises RuntimeError where it fails."""
    before = read_database_cpu()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    _, status, used = os.wait4(pid, 0)
    if status:
        raise RuntimeError("a forked process failed; what it wrote says why")
    cpu = used.ru_utime + used.ru_stime
    return Used(cpu, used.ru_maxrss / 1e3, read_database_cpu() - before)


def read_database_cpu() -> float:
    """CPU seconds of the server of process GROWTH_POSTGRES and all that it ever started (Linux)."""
    pid = os.environ["GROWTH_POSTGRES"]
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ticks = sum(_read_ticks(pid)) + sum(sum(_read_ticks(child)[:2]) for child in children)
    return ticks / os.sysconf("SC_CLK_TCK")


def _read_ticks(pid: str) -> list[int]:
    """User and system time of a process, and of its children that ended; 0 where it ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return [0] * 4
    return [int(one) for one in fields[11:15]]


def find(*places: str) -> Any:
    """The first of `module:name` that this tree has."""
    for place in places:
        module, _, name = place.partition(":")
        try:
            return getattr(import_module(module), name)
        except ImportError:
            continue
    raise ImportError(f"this tree has none of {', '.join(places)}")


def read_package(folder: Path) -> Any:
    """A benchmark package in a folder."""
    open_package = find(
        "leaderboard.packages.files:open_package", "leaderboard.benchmarks.files:open_package"
    )
    read = find(
        "leaderboard.packages.read:read_package", "leaderboard.benchmarks.read:read_package"
    )
    return read(open_package(folder))


def make_texts(items: Sequence[Mapping[str, Any]], number: int) -> dict[str, str]:
    """A model's reply to each item, by its id: a letter after some words, or most of a report."""
    draw = random.Random(f"{SEED} {number}")
    skill = draw.uniform(0.2, 0.9)
    texts = {}
    for item in items:
        if item["kind"] == "report":
            lines = item["reference_report"].splitlines()
            texts[item["id"]] = "\n".join(
                line for line in lines if line[:1] == "#" or draw.random() < skill
            )
            texts[item["id"]] += f"\n\nModel {number}."
        else:
            letters = (
                item["answer"] if draw.random() < skill else [draw.choice(sorted(item["options"]))]
            )
            texts[item["id"]] = f"It fits best, says model {number}.\nANSWER: {', '.join(letters)}"
    return texts


def submit(sessions: Any, folder: Path, number: int) -> str:
    """A new submission of a new model with a reply to every item; its id."""
    names = ("submit:submit", "submit:read_known_items", "read:Predictions", "quota:Quota")
    send, read_known, predictions, quota = (find(f"leaderboard.submissions.{one}") for one in names)
    track = find("leaderboard.models.benchmark:Track")
    split_of = find("leaderboard.models.benchmark:Split")
    register = find("leaderboard.accounts.users:register")
    make_team = find("leaderboard.accounts.teams:make_team")
    make_model_card = find("leaderboard.accounts.teams:make_model_card")
    lines = folder.with_name("items.jsonl").read_text(encoding="utf-8").splitlines()
    texts = make_texts([json.loads(line) for line in lines], number)
    with sessions.write() as session:
        split = session.query(split_of).first()
        mail = f"number-{number}@example.org"
        user = register(session, email=mail, name=f"N {number}", password="long enough pass")
        known = read_known(session, split)
        team = make_team(session, user, slug=f"team-{number}", name=f"Team {number}")
        facts = {
            "slug": f"model-{number}",
            "name": f"Model {number}",
            "organisation": f"Org {number}",
        }
        row = send(
            session,
            user=user,
            model_card=make_model_card(session, team, facts),
            split=split,
            predictions=predictions(
                {known[key].item_id: one for key, one in texts.items()},
                tuple(track),
                f"{number:064x}",
            ),
            file_name="predictions.jsonl",
            quota=quota(0, 7),
        )
        return str(row.id)


def fill(url: str, folder: str, n_models: str) -> None:
    """A site with a benchmark of SpineBench's size and `n_models` ranked models.

    N_TEMPLATES are evaluated as submissions are (all, of a number that it does not divide); the
    others are copies of their rows, with some of the answers of each turned round.
    """
    find("leaderboard.migrate:upgrade")(url)
    sessions = find("leaderboard.db:make_sessions")(url)
    package = read_package(Path(folder))
    with sessions.write() as session:
        load = find(
            "leaderboard.packages.load:load_package", "leaderboard.benchmarks.load:load_package"
        )
        load(session, package)
        # It is ranked as soon as it is scored, as every split was in older trees.
        demonstration = """'{"demonstration": true}'"""
        session.execute(
            text(f"UPDATE benchmarks SET manifest = manifest::jsonb || {demonstration}::jsonb")
        )
    evaluate = find("leaderboard.evaluation.run:evaluate")
    judge = find("leaderboard.judges.checklist:ChecklistJudge")
    n_templates = int(n_models) if int(n_models) % N_TEMPLATES else N_TEMPLATES
    for number in range(n_templates):
        evaluate(sessions, submit(sessions, Path(folder), number), [judge()], max_attempts=1)
    n_copies = int(n_models) // n_templates - 1
    sessions.engine.dispose()
    engine = create_engine(url)
    with engine.begin() as connection:
        if n_copies:
            copy_rows(connection, n_copies)
            vary_values(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()
    rank(url)
    print(json.dumps({}))


def copy_rows(connection: Connection, n_copies: int) -> None:
    """Copies of all rows that belong to a model card or a submission.

    A number of a copy's row is that of the original plus a multiple of the largest there is.
    """
    metadata = MetaData()
    metadata.reflect(connection)
    tables = list_owned(metadata)
    largest = {
        table.name: connection.execute(
            text(f"SELECT coalesce(max(id), 0) FROM {table.name}")
        ).scalar_one()
        for table in tables
        if "id" in table.c and table.name != "submissions"
    }
    connection.execute(text("SET session_replication_role = replica"))
    for table in tables:
        columns = ", ".join(f'"{column.name}"' for column in table.c)
        values = ", ".join(copy_column(table, column.name, largest) for column in table.c)
        connection.execute(
            text(
                f"INSERT INTO {table.name} ({columns}) SELECT {values} "
                f"FROM {table.name} t, generate_series(1, {n_copies}) k"
            )
        )
    for name in largest:
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")
        )
    connection.execute(text("SET session_replication_role = DEFAULT"))


def list_owned(metadata: MetaData) -> list[Table]:
    """The tables whose rows belong to a model card or a submission, and not to a ranking."""
    owned = {"model_cards", "submissions"}
    kept_apart = {"rankings", "releases"}
    tables = metadata.sorted_tables
    for _ in tables:
        for table in tables:
            parents = {key.column.table.name for key in table.foreign_keys} - {table.name}
            if parents & owned and not parents & kept_apart and "ranking_id" not in table.c:
                owned.add(table.name)
    return [table for table in tables if table.name in owned]


def copy_column(table: Table, name: str, largest: Mapping[str, int]) -> str:
    """What a copy has in a column of table `t`, in SQL; `k` is the number of the copy."""
    column = table.c[name]
    parents = {key.column.table.name for key in column.foreign_keys}
    if name == "id" and not parents:
        parents = {table.name}
    for parent in parents:
        if parent == "submissions":
            return f"""substr(md5(t."{name}" || '-' || k), 1, 12)"""
        if parent in largest:
            return f't."{name}" + k * {largest[parent]}'
    if table.name == "model_cards" and name in ("slug", "name"):
        return f"""t."{name}" || '-' || k"""
    if any([*key.columns] == [column] for key in list_unique(table)):
        mixed = f"""md5(t."{name}" || k) || md5(k || t."{name}")"""
        return f'substr({mixed}, 1, length(t."{name}"))'
    return f't."{name}"'


def list_unique(table: Table) -> list[UniqueConstraint]:
    """The unique constraints of a table."""
    return [one for one in table.constraints if isinstance(one, UniqueConstraint)]


def vary_values(connection: Connection) -> None:
    """Turn some right answers of each submission into wrong ones, and the other way round."""
    rows = connection.execute(
        text("SELECT submission_id, content FROM item_values ORDER BY 1")
    ).all()
    draw = np.random.default_rng(SEED)
    for key, content in rows:
        values = np.frombuffer(bytes(content), "<f4").copy()
        turned = np.isin(values, (0.0, 100.0)) & (
            draw.random(len(values)) < draw.uniform(0.02, 0.15)
        )
        values[turned] = 100.0 - values[turned]
        connection.execute(
            text("UPDATE item_values SET content = :content WHERE submission_id = :key"),
            {"content": values.tobytes(), "key": key},
        )


def rank(url: str) -> None:
    """Rank the split again."""
    sessions = find("leaderboard.db:make_sessions")(url)
    with sessions.write() as session:
        split = session.query(find("leaderboard.models.benchmark:Split")).first()
        find("leaderboard.evaluation.rank:rank_split")(session, split.id)
    sessions.engine.dispose()


def measure_jobs(url: str, folder: str, n_runs: str, first: str) -> None:
    """CPU of `n_runs` new submissions each, and of ranking again, in horses of one worker."""
    jobs = import_module("workers.jobs")
    if find_spec("leaderboard.late"):
        # As a worker does before its first job.
        import_module("leaderboard.late").load_numbers()
    job = getattr(jobs, "evaluate_next_file", None) or jobs.evaluate_submission
    sessions = find("leaderboard.db:make_sessions")(url)
    numbers = range(int(first), int(first) + int(n_runs))
    ids = [submit(sessions, Path(folder), number) for number in numbers]
    with sessions.read() as session:
        split_id = session.query(find("leaderboard.models.benchmark:Split")).first().id
    sessions.engine.dispose()
    if find_spec("leaderboard.late"):
        # As a worker does before it forks.
        import_module("leaderboard.late").load_numbers()
    gc.collect()
    gc.freeze()
    evaluated = [fork(partial(job, one)) for one in ids]
    ranked = [fork(lambda: jobs.rank(split_id)) for _ in ids]
    print(
        json.dumps(
            {
                "evaluate": [one.cpu for one in evaluated],
                "evaluate peak": [one.peak for one in evaluated],
                "evaluate database": [one.database for one in evaluated],
                "rank": [one.cpu for one in ranked],
                "rank database": [one.database for one in ranked],
            }
        )
    )


@contextmanager
def open_ranker(url: str) -> Iterator[Callable[[], None]]:
    """What ranks again in a process that shares nothing with this one."""
    (read, ask), (hear, say) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ask)
        while os.read(read, 1):
            rank(url)
            os.write(say, b".")
        os._exit(0)
    os.close(say)

    def rank_again() -> None:
        os.write(ask, b".")
        if not os.read(hear, 1):
            raise RuntimeError("ranking again failed; what it wrote says why")

    yield rank_again
    os.close(ask)
    os.waitpid(pid, 0)


def measure_pages(url: str, n_runs: str) -> None:
    """CPU of this process for the first and a later page of each kind after a new ranking."""
    with open_ranker(url) as rank_again:
        begun = time.process_time()
        app = find("leaderboard.app:create_app")()
        client = app.test_client()
        started = time.process_time() - begun
        kinds = list_kinds(client)
        for addresses in kinds.values():
            ask(client, addresses[0])
        found: dict[str, list[float]] = {"start": [started]}
        for number in range(int(n_runs)):
            for kind, addresses in kinds.items():
                turn = addresses[2 * number % len(addresses) :] + addresses
                rank_again()
                found.setdefault(f"{kind}, first", []).append(ask(client, turn[0]))
                found.setdefault(f"{kind}, later", []).append(ask(client, turn[1]))
                found.setdefault(f"{kind}, again", []).append(ask(client, turn[0]))
        for address in walk(app, client):
            ask(client, address)
    found["memory"] = [read_memory()]
    print(json.dumps(found))


def ask(client: Any, address: str) -> float:
    """CPU seconds of one answer. Raises RuntimeError where it is not 200."""
    begun = time.process_time()
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    _ = answer.data
    used = time.process_time() - begun
    if answer.status_code >= 400:
        raise RuntimeError(f"{address} answers {answer.status}")
    return used


def list_kinds(client: Any) -> dict[str, list[str]]:
    """Addresses of each kind of page that is measured, all of them different."""
    api = "/api/v1/rankings/growth/test"
    entries = client.get(api).get_json()["entries"]
    models = sorted(f"/models/{entry['model']['slug']}" for entry in entries)
    random.Random(SEED).shuffle(models)
    boards = [board.value for board in find("leaderboard.models.ranking:Board")]
    words = ("model+1", "model+2", "model+3", "org+4", "org+5", "model+6", "org+7", "model+8")
    return {
        "model page": models[:20],
        "API ranking": [f"{api}?board={board}" for board in boards],
        "filtered ranking": [f"/?q={word}" for word in words],
    }


def walk(app: Any, client: Any) -> Iterator[str]:
    """Addresses that pages lead to, PER_ENDPOINT of each route, and then its first of the API."""
    routes = app.url_map.bind("localhost")
    waiting, seen, counts = ["/", "/api/v1/rankings/growth/test"], set(), dict[str, int]()
    while waiting:
        address = waiting.pop(0).replace("&amp;", "&")
        if address in seen:
            continue
        seen.add(address)
        try:
            endpoint, _ = routes.match(address.partition("?")[0], "GET")
        except HTTPException:
            continue
        counts[endpoint] = counts.get(endpoint, 0) + 1
        if counts[endpoint] > PER_ENDPOINT or endpoint == "static":
            continue
        answer = client.get(address, headers={"Accept-Encoding": "identity"})
        if answer.status_code == 200 and answer.mimetype == "text/html":
            waiting += LINK.findall(answer.get_data(as_text=True))
        if answer.status_code == 200:
            yield address


def read_memory() -> float:
    """MB that this process holds (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (held,) = re.findall(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(held) / 1e3


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    steps: dict[str, Callable[..., None]] = {
        "fill": fill,
        "jobs": measure_jobs,
        "pages": measure_pages,
    }
    steps[sys.argv[1]](*sys.argv[2:])
