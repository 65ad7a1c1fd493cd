"""`make compose-test`: docker-compose.yml brought up for real, fed, hurt and taken down.

Twice, each time from nothing: once undisturbed, once with every service's processes killed while pages flow and the
broker and the database killed after that. Both times the sample portals are read through the containers; the rows that
stand in Postgres in the end must be the same, and hold what a person read in the sample's articles.

Needs a container engine and either `docker compose` or docker-compose 1.29. Exit 0, or 1 with what went wrong.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from services.console.sample.data import sites

ROOT: Final = Path(__file__).resolve().parents[2]
SERVICES: Final = ("crawler", "cleaner", "extractor", "writer")
SERVERS: Final = ("kafka", "postgres")
FLOOR: Final = 0.8
"""Share of the hand-read observations of the sample that must stand in Postgres. The extractor's own tests ask more."""

OWN: Final = {
    "IMAGE": "solieu:compose-test",
    "PORTALS_FILE": "sample.yaml",
    "SAMPLE_SUBNET": "10.231.77.16/28",
    "POSTGRES_PASSWORD": "tested",
    "LOG_LEVEL": "info",
}
"""What must not be taken from a .env that lies here, nor collide with a Solieu that runs beside the test."""
DELAY_S: Final = "1"
"""What each answer of the sample takes in the run with kills, so that pages still flow at the last kill."""

ROWS: Final = """
    SELECT json_build_array(indicator, label, measure, value, value_high, comparator, unit, plan_ratio, status, period,
        area, locality, target_value, breakdown, quote)
    FROM observation WHERE retired_at IS NULL"""
ACCOUNT: Final = """
    SELECT count(*), count(*) FILTER (WHERE outcome IS NULL),
        (SELECT count(*) FROM crawl_address WHERE fetched_at IS NULL AND next_at < now() + interval '1 minute')
    FROM page"""
"""Pages fetched, those without an outcome, and addresses that are still to be fetched."""


class Failed(Exception):
    """The test has failed: the message says at what."""


@dataclass(frozen=True)
class Stack:
    """One project of containers, from docker-compose.yml as it stands."""

    compose: Sequence[str]
    environment: dict[str, str]
    project: str = field(default_factory=lambda: f"solieu-test-{os.getpid()}")

    def run(self, *arguments: str, limit_s: float, check: bool = True) -> str:
        line = [*self.compose, "-p", self.project, *arguments]
        return command(line, self.environment, limit_s=limit_s, check=check)

    def container(self, service: str) -> str:
        return self.run("ps", "--all", "--quiet", service, limit_s=30).strip()

    def state(self, service: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(docker("inspect", self.container(service)))[0]
        return found

    def healthy(self, service: str) -> bool:
        return bool(self.state(service)["State"].get("Health", {}).get("Status") == "healthy")

    def query(self, sql: str) -> list[str]:
        """Lines of the answer, columns separated by `|`. Raises Failed while the database is away."""
        psql = ["psql", "-U", "solieu", "-d", "solieu", "-qtA", "-c", " ".join(sql.split())]
        return docker("exec", self.container("postgres"), *psql).splitlines()


def command(line: Sequence[str], environment: dict[str, str], *, limit_s: float, check: bool = True) -> str:
    try:
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=limit_s)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(line)}: not done after {limit_s:.0f} s") from None
    if check and done.returncode:
        raise Failed(f"{' '.join(line)}: exit {done.returncode}\n{(done.stderr or done.stdout)[-3000:]}")
    return done.stdout


def docker(*arguments: str) -> str:
    return command(["docker", *arguments], dict(os.environ), limit_s=60)


def say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def wait(what: str, done: Callable[[], bool], limit_s: float) -> None:
    """Ask until `done`; Failed counts as no. Raises Failed after `limit_s`, with the last reason."""
    begun, reason = time.monotonic(), ""
    while time.monotonic() - begun < limit_s:
        try:
            if done():
                say(f"{what}: {time.monotonic() - begun:.0f} s")
                return
        except Failed as failed:
            reason = f" ({str(failed)[-300:]})"
        time.sleep(1)
    raise Failed(f"{what}: not within {limit_s:.0f} s{reason}")


def find_compose() -> list[str]:
    """The compose command that there is. Raises Failed, with what to do, where none or no engine is."""
    if shutil.which("docker") is None:
        raise Failed("no docker command: install Docker Engine or Docker Desktop, then run this again")
    try:
        docker("info")
    except Failed:
        raise Failed("no container engine answers (docker info): start it, or point DOCKER_HOST at one") from None
    for line in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(line[0]) and subprocess.run([*line, "version"], capture_output=True).returncode == 0:
            return line
    raise Failed("neither `docker compose` nor `docker-compose` is there: install the compose plugin")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def settle(stack: Stack, pages: int) -> None:
    """Wait until `pages` pages were fetched and each has its outcome."""

    def done() -> bool:
        fetched, unaccounted, due = map(int, stack.query(ACCOUNT)[0].split("|"))
        return fetched >= pages and unaccounted == due == 0

    wait(f"{pages} pages with an outcome", done, 300)


def rows(stack: Stack) -> Counter[str]:
    """The live observations, without the article: of a reprint and its original either may come first."""
    return Counter(stack.query(ROWS))


def check_targets(port: str) -> None:
    def done() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/targets?state=active", timeout=5) as answer:
            targets = json.load(answer)["data"]["activeTargets"]
        up = {target["labels"].get("service", "prometheus") for target in targets if target["health"] == "up"}
        return up == {*SERVICES, "prometheus"}

    wait("every Prometheus target up", done, 90)


def hurt(stack: Stack) -> None:
    """While pages flow kill each service's processes (from inside: `docker kill` counts as a wish to stop) and each
    server. The crawler comes last: what it was at is left alone until its lease ends."""
    wait("the first page fetched", lambda: int(stack.query(ACCOUNT)[0].split("|")[0]) > 0, 120)
    *stages, crawler = reversed(SERVICES)
    for service in stages:
        kill_inside(stack, service)
    for server in SERVERS:
        docker("kill", stack.container(server))
        docker("start", stack.container(server))
        wait(f"{server} killed, started, healthy", partial(stack.healthy, server), 120)
    kill_inside(stack, crawler)


def kill_inside(stack: Stack, service: str) -> None:
    restarts = stack.state(service)["RestartCount"]
    fetched, _, due = stack.query(ACCOUNT)[0].split("|")
    docker("exec", stack.container(service), "sh", "-c", "kill -9 -1")

    def back() -> bool:
        return bool(stack.state(service)["RestartCount"] > restarts)

    wait(f"{service} killed after {fetched} pages (at least {due} to come), started again", back, 60)


def check_hand_read(found: Counter[str]) -> None:
    """What people read in the sample's articles stands among the rows, but for a few that the extractor misses."""
    written = {_core(*(row[column] for column in (0, 2, 3, 6, 8, 9))) for row in map(json.loads, found)}
    wanted = [
        _core(e["indicator"], e.get("measure", "level"), e["value"], e["unit"], e.get("status", "actual"), e["period"])
        for site in sites()
        for article in site.articles
        for e in article.expected or ()
    ]
    missing = [entry for entry in wanted if entry not in written]
    share = 1 - len(missing) / len(wanted)
    say(f"hand-read observations found: {len(wanted) - len(missing)} of {len(wanted)} ({share:.0%}); missing:")
    for entry in missing:
        say(f"  {entry}")
    if share < FLOOR:
        raise Failed(f"only {share:.0%} of the hand-read observations stand in Postgres; the floor is {FLOOR:.0%}")


def _core(indicator: str | None, measure: str, value: float, unit: str, status: str, period: str) -> str:
    """What must agree. As in docs/observation.md an estimate counts as actual, and a year's end as the year."""
    status = "actual" if status == "estimate" else status
    return f"{indicator} {measure} {value:.10g} {unit} {status} {re.sub('-12(-31)?$', '', period)}"


def check_same(calm: Counter[str], hurt: Counter[str]) -> None:
    if calm == hurt:
        say(f"rows after the kills: the same {sum(calm.values())}")
        return
    lost, new = calm - hurt, hurt - calm
    shown = [f"lost: {row}" for row in list(lost)[:10]] + [f"new: {row}" for row in list(new)[:10]]
    raise Failed(f"the kills changed the rows: {sum(lost.values())} lost, {sum(new.values())} new\n" + "\n".join(shown))


def one_run(stack: Stack, pages: int, *, kills: bool) -> Counter[str]:
    """Bring everything up from nothing, let it read the sample, take it down. The rows that stood in the end."""
    say(f"--- {'with kills' if kills else 'undisturbed'} ---")
    try:
        stack.run("up", "-d", limit_s=300)
        if kills:
            hurt(stack)
        for service in (*SERVERS, "prometheus", *SERVICES):
            wait(f"{service} healthy", partial(stack.healthy, service), 120)
        settle(stack, pages)
        check_targets(stack.environment["PROMETHEUS_PORT"])
        docker("exec", stack.container("prometheus"), "promtool", "test", "rules", "/etc/prometheus/tests/solieu.yml")
        if dead := stack.query("SELECT stage, error, message FROM dead_letter"):
            raise Failed(f"{len(dead)} dead letters:\n" + "\n".join(dead[:10]))
        return rows(stack)
    except Failed:
        sys.stderr.write(stack.run("ps", limit_s=60, check=False))
        ours = ("topics", "migrate", *SERVICES)
        sys.stderr.write(stack.run("logs", "--no-color", "--tail", "20", *ours, limit_s=60, check=False))
        raise
    finally:
        stack.run("down", "--volumes", "--timeout", "10", limit_s=120, check=False)


def main() -> None:
    begun = time.monotonic()
    try:
        ports = {name: str(free_port()) for name in ("KAFKA_PORT", "POSTGRES_PORT", "PROMETHEUS_PORT")}
        stack = Stack(find_compose(), {**os.environ, **ports, **OWN})
        stack.run("build", "image", limit_s=900)
        say(f"image built: {time.monotonic() - begun:.0f} s")
        pages = sum(article.kind != "listing" for site in sites() for article in site.articles)
        calm = one_run(stack, pages, kills=False)
        check_hand_read(calm)
        slow = replace(stack, environment=stack.environment | {"SAMPLE_DELAY": DELAY_S})
        check_same(calm, one_run(slow, pages, kills=True))
    except Failed as failed:
        sys.stderr.write(f"compose-test: {failed}\n")
        raise SystemExit(1) from None
    say(f"compose-test passed in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
