"""Runs one server for as long as its parent lives: `python guard.py COMMAND…`, the parent's pipe on standard input.

A parent that is killed by SIGKILL cannot stop its children; the kernel closes its pipe all the same, and that is what
this process waits for. (PR_SET_PDEATHSIG would be Linux only, and is cleared where Postgres needs a user namespace.)
Imports nothing of the project, so that it starts in a few milliseconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

STOP_S_MAX = 15.0
"""A fast shutdown of Postgres writes a checkpoint: well below a second on a small database. Then SIGQUIT."""


def stop_with_parent(server: subprocess.Popen[bytes]) -> None:
    while os.read(0, 64):  # the parent writes nothing; an empty read is the end of the pipe
        pass
    server.send_signal(signal.SIGINT)  # Postgres: fast shutdown
    try:
        server.wait(STOP_S_MAX)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)


def main() -> int:
    server = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=stop_with_parent, args=(server,), daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main())
