"""A ``danlu pipe`` that runs beside this program: requests out, answers in."""

import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import tempfile
import weakref
from typing import IO, Any, Deque, Dict, List, Mapping, Optional

CLOSING_PATIENCE = 10.0  # seconds for danlu to leave after its input has ended


class Error(Exception):
    """What danlu says is wrong, in its words."""


class Over(Error):
    """There is no further trial: the budget is spent, or the space is exhausted."""


class Pipe:
    """It ends when it is closed, when it is forgotten, or when this program ends, however it ends."""

    def __init__(self, definition: Mapping[str, Any], storage: Optional[str]) -> None:
        folder = tempfile.mkdtemp(prefix="danlu-")
        remove_folder = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        file = os.path.join(folder, "danlu.yaml")
        with open(file, "w", encoding="utf-8") as out:
            json.dump(definition, out, ensure_ascii=False, allow_nan=False)  # JSON is YAML
        keep = ["--memory"] if storage is None else ["--store", os.path.abspath(storage)]
        self._said: IO[bytes] = open(os.path.join(folder, "stderr"), "w+b")
        try:
            self._process = subprocess.Popen(
                [binary(), "pipe", file] + keep,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                # Ctrl-C is for this program, which then closes the pipe.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except BaseException:
            self._said.close()
            remove_folder()
            raise
        # Requests and answers go by a thread of their own, which Ctrl-C does not
        # reach: a request is sent whole or not at all, and its answer is read.
        self._thread = concurrent.futures.ThreadPoolExecutor(1)
        self._close = weakref.finalize(self, _end, self._process, self._said, remove_folder)
        self.lost: Deque[Dict[str, Any]] = collections.deque()  # offers whose asker was interrupted

    def ask(self, request: Mapping[str, Any]) -> Dict[str, Any]:
        """The answer to a request that has one line of answer. Raises Error where danlu says no."""
        line = json.dumps(request, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
        if not self._close.alive:
            raise Error("the study is closed")
        future = self._thread.submit(_exchange, self._process, line)
        try:
            reply = future.result()
        except BaseException:
            if "ask" in request:
                future.add_done_callback(self._keep)
            raise
        if not reply.endswith(b"\n"):
            raise Error(self._last_words())
        answer = json.loads(reply.decode("utf-8"))
        if not isinstance(answer, dict):
            raise Error("danlu answered %r" % reply[:80])
        if "error" in answer:
            raise Error(str(answer["error"]))
        return answer

    def _keep(self, future: "concurrent.futures.Future[bytes]") -> None:
        offer = json.loads(future.result().decode("utf-8") or "{}")
        if offer.get("trial") is not None:
            self.lost.append(offer)

    def close(self) -> None:
        self._close()

    def _last_words(self) -> str:
        code = self._process.wait(CLOSING_PATIENCE)
        self._said.seek(0)
        text = self._said.read().decode("utf-8", "replace").strip()
        words: List[str] = [re.sub(r"^(\S*danlu\.yaml:\d+: |danlu pipe: )", "", line) for line in text.splitlines()]
        return "\n".join(words) or "danlu pipe ended with exit code %d" % code


def _exchange(process: "subprocess.Popen[bytes]", line: bytes) -> bytes:
    """The answer to a line; empty where danlu is gone."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(line)
        process.stdin.flush()
        return process.stdout.readline()
    except (OSError, ValueError):  # broken, or closed here
        return b""


def _end(process: "subprocess.Popen[bytes]", said: IO[bytes], remove_folder: Any) -> None:
    """End the input, upon which danlu leaves."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:  # it has gone already
                pass
    try:
        process.wait(CLOSING_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    said.close()
    remove_folder()


def binary() -> str:
    """The danlu to run: $DANLU_BIN, else the first on the PATH."""
    named = os.environ.get("DANLU_BIN")
    found = shutil.which(named or "danlu")
    if found is None:
        raise Error(
            "there is no danlu at %s, where DANLU_BIN points" % named
            if named
            else "no danlu is on the PATH: install it, or say where it is by DANLU_BIN"
        )
    return found
