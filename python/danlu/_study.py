"""A study inside a program: danlu proposes, judges and keeps the log, the program runs the trials."""

import os
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Type, Union

from . import _space, _values
from ._params import Params
from ._pipe import Error, Over, Pipe

Algorithm = Union[str, Mapping[str, Any]]
Objective = Union[str, Mapping[str, Any], Sequence[Any]]


class Stopped(Exception):
    """The trial is to end now: danlu has better use for the time, or wants it paused."""


class Trial:
    """A configuration to try.

    - params: the values, as attributes and as a mapping.
    - seed: the trial's own.
    - from_step, to_step: where training begins (0: anew) and how far it goes now;
      to_step is None where nobody set an end.
    - resume: whose checkpoint to start from, ``{"trial": 3, "step": 10}``, or None.
    - decision: the last heard, "continue", "stop" or "pause".
    """

    def __init__(self, study: "Study", offer: Dict[str, Any], exit_on_stop: bool) -> None:
        self.id: int = offer["trial"]
        self.params = Params(offer["params"])
        self.seed: int = offer["seed"]
        self.from_step: int = offer["from_step"]
        self.to_step: Optional[int] = offer["to_step"]
        self.resume: Optional[Dict[str, int]] = offer["resume"]
        self.decision = "continue"
        self._study = study
        self._offer = offer
        self._exit_on_stop = exit_on_stop

    def report(
        self,
        step: Any,
        values: Optional[Mapping[str, Any]] = None,
        *,
        exit_on_stop: Optional[bool] = None,
        **metrics: Any
    ) -> str:
        """Say what was measured at a step; returns "continue", "stop" or "pause".

        With exit_on_stop the last two raise Stopped instead, which ends a function
        that ``optimize`` called, and that is its default there. Steps that an
        earlier run of the trial has reported already are passed over.
        """
        at = _values.step_number(step)
        said = _values.numbers({**(values or {}), **metrics})
        self._study._check_not_left()
        if self.from_step == 0 or at > self.from_step:
            answer = self._study._pipe.ask({"report": self.id, "step": at, "values": said})
            self.decision = answer["decision"]
        if self.decision != "continue" and (self._exit_on_stop if exit_on_stop is None else exit_on_stop):
            raise Stopped(self.decision)
        return self.decision

    def tell(self, result: Any = None, state: str = "completed") -> None:
        """End the trial: "completed", "stopped", "diverged", "infeasible" or "failed".

        The result is the objective's value, a tuple of several objectives' values, a
        dict of metrics, or None where what was reported says it.
        """
        self._tell(state, None if result is None else self._study._named(result))

    def _tell(self, state: str, values: Optional[Dict[str, _values.Number]] = None) -> None:
        request: Dict[str, Any] = {"tell": self.id, "state": state}
        if values is not None:
            request["values"] = values
        self._study._pipe.ask(request)

    def __repr__(self) -> str:
        return "Trial(%d, %s)" % (self.id, ", ".join("%s=%r" % item for item in self.params.items()))


class Trials(List[Dict[str, Any]]):
    """Trials as ``danlu export`` writes them: trial, state, params, values, and more."""

    def dataframe(self) -> Any:
        """The trials as a pandas DataFrame, with a column a parameter and a metric."""
        import pandas

        rows = []
        for trial in self:
            row = {key: value for key, value in trial.items() if key not in ("params", "values")}
            for group in ("params", "values"):
                row.update((group + "." + name, value) for name, value in trial[group].items())
            rows.append(row)
        return pandas.DataFrame(rows)


class Study:
    """A search for the best parameters.

    - space: parameters by name: Float, Int, Choice, Bool, or a list of choices.
    - objective: "val_accuracy max", a dict as in danlu.yaml, or a list of several.
    - storage: a file that keeps the study, which goes on in it when it is there
      already; None keeps it in memory.
    - steps: the last step of a full training, where trials report steps.
    - resume: whether your program keeps the state of a trial that is paused, and goes
      on at its from_step when it comes again. Without it trials only ever stop.
    - budget: what ends it in all, over every run, as in danlu.yaml: {"trials": 100}.
    - sampler, scheduler, seed, constraints, target, stop_when: as in danlu.yaml.
    - warm_from: the name of an earlier study, or several, to begin with what it found: one in
      the same storage, or STUDY@FILE in another.

    Raises Error where danlu finds something wrong with them.
    """

    def __init__(
        self,
        space: Mapping[str, Any],
        objective: Objective,
        *,
        name: str = "study",
        storage: Optional[Union[str, "os.PathLike[str]"]] = None,
        steps: Optional[int] = None,
        resume: bool = False,
        budget: Union[str, Mapping[str, Any]] = "none",
        sampler: Algorithm = "auto",
        scheduler: Algorithm = "auto",
        seed: int = 1,
        constraints: Optional[Sequence[str]] = None,
        target: Optional[str] = None,
        stop_when: Optional[str] = None,
        warm_from: Union[str, Sequence[str], None] = None
    ) -> None:
        definition: Dict[str, Any] = {
            "name": name,
            "objective": objective,
            "params": _space.definition(space),
            "budget": budget,
            "sampler": sampler,
            "scheduler": scheduler,
            "seed": seed,
        }
        if steps is not None:
            definition["fidelity"] = {"step": "step", "max": steps, "resume": resume}
        if constraints is not None:
            definition["constraints"] = constraints if isinstance(constraints, str) else list(constraints)
        if target is not None:
            definition["target"] = target
        if stop_when is not None:
            definition["stop_when"] = stop_when
        if warm_from is not None:
            definition["warm_from"] = [_absolute(n) for n in ([warm_from] if isinstance(warm_from, str) else warm_from)]
        self._metrics = [_metric(o) for o in (objective if isinstance(objective, (list, tuple)) else [objective])]
        self._left = False  # optimize was interrupted: whoever reports is to leave
        self._pipe = Pipe(definition, None if storage is None else os.fspath(storage))
        self._waiting = self._pipe.lost  # offers that were not run to an end
        try:
            self._pipe.ask({"best": True})  # what is wrong is said here
        except BaseException:
            self._pipe.close()
            raise

    def ask(self) -> Trial:
        """A trial to run. Raises Over where the study has come to its end."""
        return self._ask(exit_on_stop=False)

    def optimize(
        self,
        f: Callable[[Trial], Any],
        trials: int,
        *,
        n_jobs: int = 1,
        catch: Union[Type[Exception], Tuple[Type[Exception], ...]] = (),
        progress: Optional[bool] = None
    ) -> "Study":
        """Call f with trials more trials, n_jobs at a time, each in a thread.

        What f returns is what ``Trial.tell`` takes. Where f raises, the trial has
        failed; the exception is passed on unless it is among those to catch.
        progress shows a line on stderr; None: where a person looks.
        """
        from ._optimize import Loop

        Loop(self, f, trials, n_jobs, catch, progress).run()
        return self

    @property
    def best(self) -> Optional[Dict[str, Any]]:
        """The best completed trial: its number, params and values; None before there is one."""
        best: Optional[Dict[str, Any]] = self._pipe.ask({"best": True})["best"]
        return best and _finite_words(best)

    @property
    def trials(self) -> Trials:
        """All trials, of earlier runs too."""
        return Trials(_finite_words(trial) for trial in self._pipe.ask({"trials": True})["trials"])

    def close(self) -> None:
        """End the danlu beside this program. What is in storage stays."""
        self._pipe.close()

    def __enter__(self) -> "Study":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _ask(self, exit_on_stop: bool) -> Trial:
        if self._waiting:
            return Trial(self, self._waiting.popleft(), exit_on_stop)
        offer = self._pipe.ask({"ask": 1})
        if offer["trial"] is None:
            if offer["reason"] == "waiting":
                raise Waiting("there is no trial until one that runs has ended: tell one first")
            sentence = {"budget": "the budget is spent", "exhausted": "the space is exhausted"}
            raise Over(sentence.get(offer["reason"], offer["reason"]))
        return Trial(self, offer, exit_on_stop)

    def _named(self, result: Any) -> Dict[str, _values.Number]:
        """A result as values by metric."""
        if isinstance(result, Mapping):
            return _values.numbers(result)
        several = list(result) if isinstance(result, (tuple, list)) else [result]
        if len(several) != len(self._metrics):
            raise ValueError(
                "%d values for %d objectives: give %s" % (len(several), len(self._metrics), ", ".join(self._metrics))
            )
        return _values.numbers(dict(zip(self._metrics, several)))

    def _check_not_left(self) -> None:
        if self._left:
            raise Left()


class Waiting(Error):
    """No trial now, but perhaps when a running one has ended."""


class Left(BaseException):
    """The study was interrupted: the thread ends."""


def _absolute(study: str) -> str:
    """STUDY@FILE with a path that does not depend on the current folder."""
    name, at, path = study.partition("@")
    return name + at + os.path.abspath(path) if path else study


def _metric(objective: Any) -> str:
    if isinstance(objective, Mapping):
        return str(objective.get("metric", ""))
    return (str(objective).split() or [""])[0]


def _finite_words(trial: Dict[str, Any]) -> Dict[str, Any]:
    """JSON has no nan and infinities, Python has."""
    trial["values"] = {name: float(value) for name, value in trial["values"].items()}
    return trial
