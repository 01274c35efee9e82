"""What each child process of run.py starts with: it ends when its parent ends.

supervised.py module NAME ARGUMENTS…   runs a module like `python -m NAME`
supervised.py web DESCRIPTOR           serves the application on a listening socket of the parent

Standard input is a pipe from the parent. One byte means "go" (the web server waits for it, so
that it can load while the database is migrated); its end means that the parent is gone.
"""

import importlib
import os
import runpy
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_FINISH = 10


def watch_parent(go: threading.Event) -> None:
    """Wait for the parent's word, then for its end."""
    while os.read(0, 1):
        go.set()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_FINISH)
    os._exit(1)


def serve(descriptor: int, go: threading.Event) -> None:
    """Serve wsgi:app with waitress until SIGTERM; requests under way are answered first."""
    # Most of a start is importing; do it while the parent still prepares the database.
    importlib.import_module("lms.app")
    waitress = importlib.import_module("waitress")
    go.wait()
    server = waitress.create_server(
        importlib.import_module("wsgi").app,
        sockets=[socket.socket(fileno=descriptor)],
        threads=4,
        connection_limit=500,
        asyncore_use_poll=True,
        ident=None,
        max_request_body_size=16 * 1024 * 1024,
        # The application judges forwarded headers itself (LMS_TRUSTED_PROXIES).
        clear_untrusted_proxy_headers=False,
    )
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    while not stopping.is_set():
        server.asyncore.loop(timeout=1, use_poll=True, map=server._map, count=1)  # noqa: SLF001
    finish(server)


def finish(server: Any) -> None:  # noqa: ANN401 - waitress has no types
    """Accept nobody, answer who is being served; waitress itself would drop these answers."""
    server.accepting = False
    deadline = time.monotonic() + SECONDS_TO_FINISH
    while time.monotonic() < deadline and any(
        channel.requests or channel.total_outbufs_len
        for channel in list(server.active_channels.values())
    ):
        server.asyncore.loop(timeout=0.1, use_poll=True, map=server._map, count=1)  # noqa: SLF001
    server.task_dispatcher.shutdown(timeout=1)


def leave(_number: int, _frame: FrameType | None) -> None:
    """End while nothing is served yet."""
    raise SystemExit(0)


def main() -> None:
    """Become the wanted process."""
    go = threading.Event()
    threading.Thread(target=watch_parent, args=(go,), daemon=True).start()
    kind, name, *arguments = sys.argv[1:]
    sys.path[0] = str(ROOT)
    if kind == "web":
        signal.signal(signal.SIGTERM, leave)
        serve(int(name), go)
    else:
        sys.argv = [name, *arguments]
        runpy.run_module(name, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
