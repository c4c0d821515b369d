"""Ray Tune: https://docs.ray.io. Its schedulers and searchers, called as its controller
calls them, in one process: no cluster is started.

Population based training is not among them: recorded trainings do not know what becomes
of a member that goes on with another one's weights."""

import logging
import math
import random
from importlib.metadata import version

import ConfigSpace
from ray.tune.schedulers import ASHAScheduler, HyperBandForBOHB, TrialScheduler
from ray.tune.search.bohb import TuneBOHB

VERSION = version("ray")
logging.disable(logging.CRITICAL)

# hpbandster, which proposes for BOHB, was written for an older ConfigSpace.
ConfigSpace.ConfigurationSpace.get_hyperparameters = lambda self: list(self.values())
ConfigSpace.Configuration.get_dictionary = lambda self: dict(self)


class Trial:
    """What schedulers look at."""

    is_saving = False

    def __init__(self, trial_id, params):
        self.trial_id, self.params, self.status = trial_id, params, "PENDING"
        self.number, self.result = None, None


class Controller:
    """Tune's, as far as schedulers call it: one worker, trials that always resume."""

    def __init__(self, desk, scheduler, searcher):
        self.desk, self.scheduler, self.searcher = desk, scheduler, searcher
        self.search_alg = self  # its .searcher
        self.live = []

    def get_trials(self):
        return self.live

    def stop_trial(self, trial):
        self.scheduler.on_trial_remove(self, trial)
        self.end(trial)

    def end(self, trial, status="TERMINATED"):
        trial.status = status
        self.live.remove(trial)
        self.searcher.on_trial_complete(trial.trial_id, result=trial.result, error=status == "ERROR")

    def run(self):
        for count in range(10**9):
            trial = self.scheduler.choose_trial_to_run(self)
            if trial is None:
                trial = Trial(str(count), self.searcher.suggest(str(count)))
                self.live.append(trial)
                self.scheduler.on_trial_add(self, trial)
            else:
                self.train(trial)

    def train(self, trial):
        if trial.number is None:
            trial.number, used = self.desk.start(trial.params)
            self.searcher.took(trial.trial_id, used)
        trial.status = "RUNNING"
        while trial.status == "RUNNING":
            step, losses, _ = self.desk.train(trial.number)
            if math.isnan(losses[0]):
                self.scheduler.on_trial_error(self, trial)
                self.end(trial, "ERROR")
                return
            trial.result = {"training_iteration": step, "loss": losses[0]}
            if step >= self.desk.steps:
                self.scheduler.on_trial_complete(self, trial, trial.result)
                self.end(trial)
                return
            action = self.scheduler.on_trial_result(self, trial, trial.result)
            if action == TrialScheduler.STOP:
                self.scheduler.on_trial_complete(self, trial, trial.result)
                self.end(trial)
                return
            self.searcher.on_trial_result(trial.trial_id, trial.result)
            if action == TrialScheduler.PAUSE:
                trial.status = "PAUSED"


class Random:
    """Tune's own sampling: from the space, independently."""

    def __init__(self, desk):
        self.space, self.rng = desk.space, random.Random(desk.seed)

    def suggest(self, _):
        params = {}
        for p in self.space:
            if p["type"] == "choice":
                params[p["name"]] = self.rng.choice(p["values"])
                continue
            low, high = p["low"], p["high"]
            x = math.exp(self.rng.uniform(math.log(low), math.log(high))) if p["log"] else self.rng.uniform(low, high)
            params[p["name"]] = round(x) if p["type"] == "int" else x
        return params

    def took(self, trial_id, used):
        pass

    on_trial_result = on_trial_complete = on_pause = on_unpause = lambda *_, **__: None


class BOHB(TuneBOHB):
    """Told the parameters that a table has in place of those asked for."""

    def __init__(self, desk):
        import numpy

        numpy.random.seed(desk.seed)  # hpbandster draws from it
        self.of = {p["name"]: p for p in desk.space}
        space = ConfigSpace.ConfigurationSpace(seed=desk.seed)
        for p in desk.space:
            if p["type"] == "choice":
                space.add(ConfigSpace.CategoricalHyperparameter(p["name"], [str(v) for v in p["values"]]))
            elif p["type"] == "int":
                space.add(ConfigSpace.UniformIntegerHyperparameter(p["name"], p["low"], p["high"], log=p["log"]))
            else:
                space.add(ConfigSpace.UniformFloatHyperparameter(p["name"], p["low"], p["high"], log=p["log"]))
        super().__init__(space, metric="loss", mode="min")

    def suggest(self, trial_id):
        params = {}
        for name, value in super().suggest(trial_id).items():
            p = self.of[name]
            if p["type"] == "choice":
                value = next(v for v in p["values"] if str(v) == str(value))
            params[name] = int(value) if p["type"] == "int" else value
        return params

    def took(self, trial_id, used):
        told = {}
        for name, value in used.items():
            p = self.of[name]
            told[name] = str(value) if p["type"] == "choice" else min(max(value, p["low"]), p["high"])
        self.trial_to_params[trial_id] = told


def asha(desk):
    Controller(desk, ASHAScheduler(metric="loss", mode="min", max_t=desk.steps), Random(desk)).run()


def bohb(desk):
    Controller(desk, HyperBandForBOHB(metric="loss", mode="min", max_t=desk.steps), BOHB(desk)).run()


ALGORITHMS = {"asha": asha, "bohb": bohb}
