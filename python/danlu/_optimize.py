"""The loop of ``Study.optimize``: ask, call, tell, in one thread or in several."""

import threading
from typing import Any, Callable, Optional, Set, Tuple, Type, Union

from ._pipe import Error, Over
from ._progress import Progress
from ._study import Left, Stopped, Study, Trial, Waiting

Errors = Union[Type[Exception], Tuple[Type[Exception], ...]]


class Loop:
    def __init__(
        self,
        study: Study,
        f: Callable[[Trial], Any],
        trials: int,
        n_jobs: int,
        catch: Errors,
        progress: Optional[bool],
    ) -> None:
        if trials < 0 or n_jobs < 1:
            raise ValueError("optimize needs trials >= 0 and n_jobs >= 1, not %d and %d" % (trials, n_jobs))
        self._study = study
        self._f = f
        self._trials = trials
        self._n_jobs = min(n_jobs, max(trials, 1))
        self._catch = catch
        self._progress = Progress(trials, study._metrics[0], progress)

        # Guards what follows, and is told of when a trial has ended.
        self._changed = threading.Condition()
        self._begun: Set[int] = set()  # a paused trial that comes back is not a new one
        self._running = 0
        self._ended = 0
        self._over = False
        self._error: Optional[BaseException] = None

    def run(self) -> None:
        self._study._left = False
        self._draw(now=True)
        try:
            if self._n_jobs == 1:
                self._work()
            else:
                self._in_threads()
        finally:
            if self._error is None or isinstance(self._error, Exception):
                self._draw(now=True)
            self._progress.end()
        if self._error is not None:
            raise self._error

    def _in_threads(self) -> None:
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._n_jobs)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.1)  # so that Ctrl-C is heard, on Windows too
        except BaseException:
            self._study._left = True  # the next report of each thread ends it
            with self._changed:
                self._over = True
                self._changed.notify_all()
            for thread in threads:
                thread.join()  # a second Ctrl-C gives them up
            raise

    def _work(self) -> None:
        try:
            while True:
                trial = self._next()
                if trial is None:
                    return
                try:
                    self._try(trial)
                finally:
                    with self._changed:
                        self._running -= 1
                        self._changed.notify_all()
                self._draw()
        except Left:
            pass
        except BaseException as error:
            with self._changed:
                self._over = True
                self._error = self._error or error
                self._changed.notify_all()

    def _next(self) -> Optional[Trial]:
        """The next trial, or None where there is nothing more to do."""
        with self._changed:
            while not self._over and len(self._begun) < self._trials:
                try:
                    trial = self._study._ask(exit_on_stop=True)
                except Over:
                    break
                except Waiting:
                    if self._running == 0:
                        break
                    self._changed.wait()
                    continue
                self._begun.add(trial.id)
                self._running += 1
                return trial
            return None

    def _try(self, trial: Trial) -> None:
        try:
            result = self._f(trial)
            values = None if result is None else self._study._named(result)
        except Stopped:
            values = None
        except Exception as error:
            trial._tell("failed")
            if not isinstance(error, self._catch):
                raise
            values = None
            trial.decision = "failed"
        except BaseException:  # interrupted: the trial is offered again
            self._study._waiting.append(trial._offer)
            raise
        if trial.decision == "stop":
            trial._tell("stopped")
        elif trial.decision == "continue":
            try:
                trial._tell("completed", values)
            except Error:
                trial._tell("failed")
                raise
        with self._changed:
            self._ended += trial.decision != "pause"

    def _draw(self, now: bool = False) -> None:
        if self._progress.wanted(now):
            self._progress.draw(self._ended, self._study.best)
