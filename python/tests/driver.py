"""The other side of a trial: a real HTTP server that speaks the protocol."""

import io
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Optional, Tuple
from unittest import mock

from danlu import _ranks, _trial

RANKS = [name for names in _ranks.LAUNCHERS for name in names]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer = self.server.driver.take(  # type: ignore[attr-defined]
            self.path, self.headers["Authorization"], json.loads(body)
        )
        reply = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, driver: "TrialCase") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.driver = driver
        self.open: List[socket.socket] = []

    def get_request(self) -> Tuple[socket.socket, Any]:
        conn, address = super().get_request()
        self.open.append(conn)
        return conn, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # a connection that die broke is no error
            super().handle_error(request, client_address)

    def die(self) -> None:
        """Go away as a process that is killed: kept connections break too."""
        self.shutdown()
        self.server_close()
        for conn in self.open:
            try:
                conn.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class TrialCase(unittest.TestCase):
    """A test in a trial, whose driver comes and goes as the test says."""

    def setUp(self) -> None:
        self.dir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.dir)
        self.endpoint = os.path.join(self.dir, "endpoint.json")
        self.spool = os.path.join(self.dir, "spool.jsonl")
        self.lock = threading.Lock()
        self.reports: List[Dict[str, Any]] = []
        self.checkpoints: List[Dict[str, Any]] = []
        self.status = 200
        self.decision = "continue"
        self.token = ""
        self.server: Optional[Server] = None
        self.environ(
            DANLU_TRIAL="7",
            DANLU_ATTEMPT="1",
            DANLU_DIR=self.dir,
            DANLU_ENDPOINT=self.endpoint,
            DANLU_SPOOL=self.spool,
        )
        stderr = mock.patch("sys.stderr", new_callable=io.StringIO)
        self.stderr = stderr.start()
        self.addCleanup(stderr.stop)
        self.addCleanup(self.leave)

    def environ(self, **variables: str) -> None:
        """Make this process the trial that the variables describe."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DANLU_") and k not in RANKS}
        patch = mock.patch.dict(os.environ, {**kept, **variables}, clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        self.forget()
        self.addCleanup(self.forget)

    def forget(self) -> None:
        if _trial._link is not None:
            _trial._link._hang_up()
        _trial._link = None

    def take(self, path: str, authorization: str, message: Dict[str, Any]) -> Tuple[int, Any]:
        with self.lock:
            if authorization != "Bearer " + self.token:
                return 401, {"error": "the token is not one of this driver's"}
            if (message["trial"], message["attempt"]) != (7, 1):
                return 403, {"error": "this token does not speak for that trial"}
            if self.status != 200:
                return self.status, {"error": "because of the test"}
            if path == "/v1/checkpoints":
                self.checkpoints.append({"step": message["step"], "path": message["path"]})
                return 200, {"ok": True}
            self.reports.extend(message["reports"])
            return 200, {"decision": self.decision, "step": message["reports"][-1]["step"]}

    def come(self, token: str = "one") -> None:
        """Take reports on a new port."""
        self.token = token
        self.server = Server(self)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.point("http://127.0.0.1:%d" % self.server.server_address[1], token)

    def leave(self) -> None:
        if self.server is not None:
            self.server.die()
            self.server = None

    def point(self, address: str, token: str) -> None:
        """Say to the trial where to report, as a driver does: all at once."""
        with open(self.endpoint + ".tmp", "w") as file:
            json.dump({"address": address, "token": token}, file)
        os.replace(self.endpoint + ".tmp", self.endpoint)

    def spooled(self) -> List[Dict[str, Any]]:
        if not os.path.exists(self.spool):
            return []
        with open(self.spool) as file:
            return [json.loads(line) for line in file]

    def steps(self, lines: List[Dict[str, Any]]) -> List[int]:
        return sorted(line["step"] for line in lines)

    def later(self) -> None:
        """Let so much time pass that the client looks for its driver again."""
        link = _trial._link
        assert link is not None
        link._look = link._knock = 0.0
