"""Apache Kafka on this machine without containers: one KRaft node on loopback, from Maven's jars (Java 17).

    make kafka       starts it on free ports, creates the topics, says what to export; Ctrl-C stops it

The tests start nodes of their own through `Node`. The first use fetches 43 MB of jars into deploy/local/libs.
"""

from __future__ import annotations

import asyncio
import fcntl
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from shared.bus import topics
from shared.errors import SolieuError
from shared.paths import ROOT
from shared.settings import KafkaSettings

HERE = Path(__file__).parent
LIBS = HERE / "libs"
JAVA_MIN = 17
START_S_MAX = 60.0
STOP_S_MAX = 20.0

JAVA_OPTIONS = ("-Xmx512m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners={listener}://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={listener}://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map={listener}:{listener},CONTROLLER:PLAINTEXT
inter.broker.listener.name={listener}
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""


@dataclass
class Node:
    """One broker with its data in `folder`. Stopped or killed, it starts again with the same ports and data."""

    folder: Path
    port: int = field(default_factory=lambda: free_port())
    controller: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[bytes] | None = None
    listener: str = "PLAINTEXT"
    """Kafka's name of the protocol that clients speak."""
    more: str = ""
    """Further lines of server.properties: what another listener needs."""

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when the broker accepts connections. Raises `SolieuError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        properties, data = self.folder / "server.properties", self.folder / "data"
        known = {"port": self.port, "controller": self.controller, "data": data, "listener": self.listener}
        properties.write_text(PROPERTIES.format(**known) + self.more)
        if not (data / "meta.properties").exists():
            _java("kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", str(properties))
        with (self.folder / "kafka.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["java", *JAVA_OPTIONS, "-cp", f"{jars()}/*", "kafka.Kafka", str(properties)],
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to handle: the broker stops after its clients
            )
        self._wait()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stops the broker: SIGTERM in order, SIGKILL as a crash."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S_MAX
        while time.monotonic() < deadline and self.process is not None and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        self.stop(signal.SIGKILL)
        last = (self.folder / "kafka.log").read_text(errors="replace").strip().splitlines()[-1:]
        raise SolieuError("kafka-start", f"Kafka did not start: {''.join(last)}", f"read {self.folder / 'kafka.log'}")


def jars() -> Path:
    """The folder with Kafka's jars, fetched by Maven if pom.xml is newer. Raises `SolieuError`."""
    check_java()
    wanted = sha256((HERE / "pom.xml").read_bytes()).hexdigest()
    stamp = LIBS / ".pom"
    LIBS.mkdir(exist_ok=True)
    with (LIBS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test sessions may start at once
        if not stamp.exists() or stamp.read_text() != wanted:
            _fetch_jars()
            stamp.write_text(wanted)
    return LIBS


def check_java() -> None:
    """Raises `SolieuError` unless Java 17 or later, and Maven, are there."""
    if shutil.which("java") is None:
        raise SolieuError("java-missing", "no `java` on this machine", f"install Java {JAVA_MIN} (a JRE is enough)")
    shown = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', shown)
    if version is None or int(version[1]) < JAVA_MIN:
        found = version[1] if version else "unknown"
        raise SolieuError("java-old", f"Java {found} is too old for Kafka 4", f"install Java {JAVA_MIN} or later")
    if shutil.which("mvn") is None and not (LIBS / ".pom").exists():
        raise SolieuError("maven-missing", "no `mvn` to fetch Kafka's jars", "install Maven")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _fetch_jars() -> None:
    for old in LIBS.glob("*.jar"):
        old.unlink()
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
    done = subprocess.run(
        ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), goal, f"-DoutputDirectory={LIBS}", "-DincludeScope=runtime"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = next((line for line in done.stdout.splitlines() if "ERROR" in line), done.stderr[-200:])
        raise SolieuError("kafka-jars", f"Maven could not fetch Kafka's jars: {reason[:300]}", "check the network")


def _java(main: str, *arguments: str) -> str:
    done = subprocess.run(["java", "-cp", f"{jars()}/*", main, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SolieuError("kafka-format", f"{main} failed: {done.stderr[-300:]}", "remove its data folder")
    return done.stdout


def _cluster_id() -> str:
    return _java("kafka.tools.StorageTool", "random-uuid").split()[-1]


def main() -> int:
    node = Node(ROOT / ".solieu" / "kafka")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    with ExitStack() as stack:
        stack.callback(node.stop)
        try:
            node.start()
        except SolieuError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        asyncio.run(topics.create(KafkaSettings(bootstrap_servers=node.bootstrap_servers)))
        sys.stdout.write(f"export SOLIEU_KAFKA__BOOTSTRAP_SERVERS={node.bootstrap_servers}\n")
        sys.stdout.flush()
        assert node.process is not None
        return node.process.wait()


if __name__ == "__main__":
    sys.exit(main())
