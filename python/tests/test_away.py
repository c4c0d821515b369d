"""A training goes on, and loses nothing, whatever its driver does."""

import os
import socket
import sys
import threading
import time
from unittest import mock

import danlu
from danlu import _link
from tests.driver import TrialCase


class Stranger:
    """Listens as a driver does, says one thing to every caller, then nothing."""

    def __init__(self, case, answer):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.answer, self.calls = answer, []
        case.point("http://127.0.0.1:%d" % self.listener.getsockname()[1], "t")
        threading.Thread(target=self.serve, daemon=True).start()
        case.addCleanup(self.close)

    def serve(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            self.calls.append(conn)
            try:
                conn.sendall(self.answer)
            except OSError:
                pass

    def close(self):
        self.listener.close()
        for conn in self.calls:
            conn.close()


class Away(TrialCase):
    def test_reports_wait_in_the_spool_until_the_driver_is_back(self):
        self.come()
        self.decision = "pause"
        danlu.report(1, a=1)
        self.leave()
        self.assertEqual([danlu.report(i, a=float("nan")) for i in (2, 3)], ["pause"] * 2)
        self.decision = "continue"
        self.come(token="two")
        danlu.report(4, a=1)  # too soon to look again
        self.later()
        self.assertEqual(danlu.report(5, a=1), "continue")
        self.assertEqual(self.steps(self.reports), [1, 5])
        self.assertEqual(self.steps(self.spooled()), [2, 3, 4])
        self.assertEqual(self.spooled()[0], {"step": 2, "values": {"a": "nan"}})
        self.assertEqual(self.stderr.getvalue().count("\n"), 1, self.stderr.getvalue())

    def test_a_driver_started_anew_is_found_at_once(self):
        self.come()
        danlu.report(1, a=1)
        self.leave()
        self.come(token="two")
        danlu.report(2, a=1)
        self.assertEqual((self.steps(self.reports), self.spooled()), ([1, 2], []))

    def test_a_new_token_on_the_same_port_is_found_at_once(self):
        self.come()
        danlu.report(1, a=1)
        taken = self.take

        def take(*message):
            if self.token == "one":
                self.token = "two"
                self.point("http://127.0.0.1:%d" % self.server.server_address[1], "two")
            return taken(*message)

        self.take = take
        danlu.report(2, a=1)
        self.assertEqual((self.steps(self.reports), self.spooled()), ([1, 2], []))

    def test_a_driver_that_never_answers_is_waited_for_once(self):
        stranger = Stranger(self, b"")
        with mock.patch.object(_link, "ANSWER_PATIENCE", 0.1):
            for step in range(50):
                self.assertEqual(danlu.report(step, a=1), "continue")
        self.assertEqual((len(stranger.calls), len(self.spooled())), (1, 50))

    def test_a_useless_knock_is_not_repeated_soon(self):
        Stranger(self, b"")
        clock = mock.Mock(wraps=time)
        clock.monotonic.side_effect = lambda: now[0]
        now = [1000.0]

        def ask(link, *_):
            link._at = link._read_endpoint()
            now[0] += 0.5
            asked.append(now[0])
            raise socket.timeout("timed out")

        asked = []
        with mock.patch.object(_link, "time", clock), mock.patch.object(_link.Link, "_ask", ask):
            for step in range(400):
                danlu.report(step, a=1)
                now[0] += 0.1
        waited = 0.5 * len(asked)
        self.assertGreater(len(asked), 2)
        self.assertLess(waited / (now[0] - 1000), 0.07)

    def test_any_answer_is_survived(self):
        for answer in (
            b"SSH-2.0-OpenSSH_9.6\r\n",
            b"HTTP/1.1 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{",
            b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xff\xff\xff",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"x" * 100000,
            b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000,
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nlost",
            b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        ):
            with self.subTest(answer=answer[:60]), mock.patch.object(_link, "ANSWER_PATIENCE", 0.1):
                Stranger(self, answer)
                self.forget()
                if os.path.exists(self.spool):
                    os.remove(self.spool)
                self.assertEqual(danlu.report(1, a=1), "continue")
                self.assertEqual(len(self.spooled()), 1)

    def test_any_endpoint_is_survived(self):
        for text in (None, "", "{", "[]", "{}", '{"address":3}', '{"address":"https://x:1"}', '{"address":"http://:x"}'):
            with self.subTest(text=text):
                if text is not None:
                    with open(self.endpoint, "w") as file:
                        file.write(text)
                self.forget()
                self.assertEqual(danlu.report(1, a=1), "continue")
        self.assertEqual(len(self.spooled()), 8)

    def test_a_report_that_cannot_be_stored_is_spooled(self):
        self.come()
        self.status = 500
        danlu.report(1, a=1)
        self.assertEqual((self.steps(self.spooled()), self.reports), ([1], []))

    def test_nowhere_to_spool_is_said_and_survived(self):
        os.mkdir(self.spool)
        for step in range(3):
            self.assertEqual(danlu.report(step, a=1), "continue")
        self.assertEqual(self.stderr.getvalue().count("reports are lost"), 1)

    def test_no_stderr_is_survived(self):
        with mock.patch.object(sys, "stderr", None):
            self.assertEqual(danlu.report(1, a=1), "continue")

    def test_a_line_cut_off_takes_no_other_with_it(self):
        with open(self.spool, "w") as file:
            file.write('{"step":1,"val')
        danlu.report(2, a=1)
        danlu.report(3, a=1)
        with open(self.spool) as file:
            lines = file.read().split("\n")
        self.assertEqual(lines[0], '{"step":1,"val')
        self.assertEqual(lines[1:], ['{"step":2,"values":{"a":1.0}}', '{"step":3,"values":{"a":1.0}}', ""])

    def test_nobody_to_report_to_is_said_once(self):
        for variables, says in (
            ({}, "reports go nowhere"),
            ({"DANLU_SPOOL": self.spool}, "reports wait in"),
            ({"DANLU_ENDPOINT": self.endpoint}, "reports are lost until one does"),
        ):
            with self.subTest(variables=variables):
                self.stderr.truncate(0)
                self.environ(DANLU_TRIAL="7", **variables)
                for step in range(3):
                    self.assertEqual(danlu.report(step, a=1), "continue")
                self.assertEqual(self.stderr.getvalue().count("\n"), 1)
                self.assertIn(says, self.stderr.getvalue())
