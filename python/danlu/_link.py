"""How messages reach the driver, or the spool while it is away.

There is no thread: whoever reports does the work. Messages have an identity, so
sending one twice does no harm, and no error of the network or the disk is ever
raised to the program.
"""

import http.client
import json
import os
import socket
import sys
import threading
import time
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ._values import Number, to_json

ANSWER_PATIENCE = 3.0  # seconds for an answer, while danlu was there last time; a third of it after
REFUSED_PAUSE = 0.05
LOOK_EVERY = 2.0  # while danlu is away: how often its endpoint is looked at
KNOCK_EVERY = 20.0  # and how long a useless knock may put off the next one
KNOCK_SHARE = 20.0  # knocking takes at most this part of the time: 1/20

_MAX_REPLY = 64 << 10  # bytes


class Endpoint(NamedTuple):
    """The content of the file that DANLU_ENDPOINT names."""

    address: str
    token: str


_NOWHERE = Endpoint("", "")


class Link:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._who = {
            "trial": int(environ["DANLU_TRIAL"]),
            "attempt": int(environ.get("DANLU_ATTEMPT") or 0),
        }
        self._endpoint_file = environ.get("DANLU_ENDPOINT", "")
        self._spool_file = environ.get("DANLU_SPOOL", "")
        self.decision = "continue"  # the last one heard

        # Guards all below; one message is sent at a time. It can be taken twice,
        # since a signal handler may report while its thread is reporting: the
        # connection is given up then, and both messages arrive.
        self._lock = threading.RLock()
        self._at = _NOWHERE  # as last read
        self._conn: Optional[http.client.HTTPConnection] = None
        self._stale = False  # the attempt is no longer the current one
        self._away = False  # the last message found nobody; until then
        self._look = 0.0  # the endpoint is not read again before, on time.monotonic,
        self._knock = 0.0  # and one that has not changed is not tried again before
        self._warned: List[str] = []

    def report(self, step: int, values: Dict[str, Number]) -> None:
        said: Dict[str, Any] = {"step": step, "values": values}
        answer = self._tell("/v1/reports", {"reports": [said]}, said)
        if answer is not None:
            word = answer.get("decision")
            self.decision = word if word in ("stop", "pause") else "continue"

    def checkpoint(self, step: int, path: str) -> None:
        self._tell(
            "/v1/checkpoints", {"step": step, "path": path}, {"step": step, "checkpoint": path}
        )

    def after_fork(self) -> None:
        """The child must not share the parent's connection, nor wait for its threads."""
        self._lock = threading.RLock()
        self._hang_up()  # closes the child's copy only

    def _tell(
        self, path: str, message: Dict[str, Any], line: Dict[str, Any]
    ) -> Optional[Dict[str, Any]]:
        """Send a message; returns the answer, or None where there is none to heed."""
        with self._lock:
            if self._stale:
                return None
            if not self._endpoint_file and not self._spool_file:
                self.warn(
                    "nowhere",
                    "reports go nowhere: DANLU_TRIAL is set, but neither DANLU_ENDPOINT nor DANLU_SPOOL; "
                    "start the program by danlu tune, or unset DANLU_TRIAL",
                )
                return None
            if self._away and not self._worth_trying():
                self._spool(line)
                return None
            began = time.monotonic()
            answer: Dict[str, Any] = {}
            try:
                status, reply = self._ask(path, to_json({**self._who, **message}))
                reason = "it answered %d: %s" % (status, _sentence(reply))
                if status == 200:
                    answer = _object(reply)
            except Exception as error:  # whatever it is, the training goes on
                status, reason = 0, str(error) or type(error).__name__
            if status == 409:
                self._stale, self.decision = True, "stop"
            elif status in (400, 413):
                self.warn("refused", "a report was refused: %s" % reason)
            elif status != 200:
                wait = "wait in " + self._spool_file if self._spool_file else "are lost until one does"
                self.warn(
                    "away",
                    "no driver takes reports (%s); the training goes on, and reports %s" % (reason, wait),
                )
                now = time.monotonic()
                self._away, self._look = True, now + LOOK_EVERY
                self._knock = now + min(max(KNOCK_SHARE * (now - began), LOOK_EVERY), KNOCK_EVERY)
                self._spool(line)
                return None
            self._away = False
            return answer if status == 200 else None

    def _worth_trying(self) -> bool:
        """Whether a driver that was away may be back."""
        now = time.monotonic()
        if now < self._look:
            return False
        self._look = now + LOOK_EVERY
        try:
            return self._read_endpoint() != self._at or now >= self._knock
        except (OSError, ValueError):
            return False

    def _ask(self, path: str, body: bytes) -> Tuple[int, bytes]:
        """Send a message, at most three times.

        A kept connection may have been closed at the other end, and a driver that
        was started anew is found in its endpoint.
        """
        patience = ANSWER_PATIENCE / 3 if self._away else ANSWER_PATIENCE
        deadline = time.monotonic() + patience
        status, reply = 0, b""
        for attempt in range(3):
            kept = self._conn is not None
            if not kept:
                before, self._at = self._at, _NOWHERE
                self._at = self._read_endpoint()
                if status == 401 and self._at == before:
                    break  # it is another's port now
            try:
                conn = self._connection(deadline)
                status, reply = _post(conn, path, self._at.token, body)
            except ConnectionRefusedError:
                self._hang_up()
                if self._away or attempt > 0:
                    raise
                time.sleep(REFUSED_PAUSE)
                continue
            except Exception as error:
                self._hang_up()
                if not kept or isinstance(error, socket.timeout):  # TimeoutError from 3.10 on
                    raise
                continue
            if status != 401:
                break
            self._hang_up()
        return status, reply

    def _connection(self, deadline: float) -> http.client.HTTPConnection:
        left = max(deadline - time.monotonic(), 0.01)
        if self._conn is None:
            scheme, _, host = self._at.address.partition("://")
            if scheme != "http" or not host:
                raise ValueError("the driver's address is %r" % self._at.address)
            self._conn = http.client.HTTPConnection(host.rstrip("/"), timeout=left)
        self._conn.timeout = left  # it connects again by itself where the other end said close
        if self._conn.sock is not None:
            self._conn.sock.settimeout(left)
        return self._conn

    def _hang_up(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.close()

    def _read_endpoint(self) -> Endpoint:
        with open(self._endpoint_file, encoding="utf-8") as file:
            content = _object(file.read().encode())
        return Endpoint(str(content.get("address", "")), str(content.get("token", "")))

    def _spool(self, line: Dict[str, Any]) -> None:
        """Keep a line for the driver to read later.

        It survives this program, not a loss of power: syncing every report would
        slow a training down.
        """
        if not self._spool_file:
            return  # that has been said
        try:
            _append(self._spool_file, to_json(line))
        except OSError as error:
            self.warn("spool", "reports are lost while no driver answers: %s" % error)

    def warn(self, kind: str, sentence: str) -> None:
        """Tell the person at the program, once a kind.

        Not by the warnings module, which a program may have turned into errors.
        """
        if kind in self._warned:
            return
        self._warned.append(kind)
        try:
            sys.stderr.write("danlu: %s\n" % sentence)
            sys.stderr.flush()
        except (AttributeError, OSError, ValueError):  # no stderr, or it is closed
            pass


def _post(
    conn: http.client.HTTPConnection, path: str, token: str, body: bytes
) -> Tuple[int, bytes]:
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    conn.request("POST", path, body, headers)
    response = conn.getresponse()
    reply = response.read(_MAX_REPLY + 1)
    if len(reply) > _MAX_REPLY:
        raise ValueError("the answer is too long for a driver's")
    response.read()
    return response.status, reply


def _object(text: bytes) -> Dict[str, Any]:
    content = json.loads(text.decode("utf-8"))
    if not isinstance(content, dict):
        raise ValueError("%r is not a JSON object" % text[:80])
    return content


def _sentence(reply: bytes) -> str:
    try:
        return str(_object(reply)["error"])
    except (ValueError, KeyError):
        return repr(reply[:200])


def _append(file: str, line: bytes) -> None:
    """Add a line by a single write, so that several processes can share the file.

    A line that was cut off before (a full disk) is ended first, so that only it is
    lost.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    fd = os.open(file, flags, 0o600)
    try:
        if os.lseek(fd, 0, os.SEEK_END) > 0:
            os.lseek(fd, -1, os.SEEK_END)
            if os.read(fd, 1) != b"\n":
                line = b"\n" + line
        os.write(fd, line + b"\n")
    finally:
        os.close(fd)
