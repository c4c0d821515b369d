import contextlib
import io
import itertools
import math
import os
import random
import stat
import tempfile
import unittest
import unittest.mock

import danlu
from danlu import _lr, _lr_search, _pipe
from tests.driver import TrialCase

try:
    import numpy
    import torch
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed")

from torch.optim.swa_utils import AveragedModel

loss_fn = torch.nn.functional.cross_entropy
PROGRAM = _pipe.binary()


class Odd(torch.nn.Module):
    """Has a state in all the places where modules have some."""

    def __init__(self):
        super().__init__()
        self.register_buffer("kept", torch.zeros(3))
        self.register_buffer("dropped", torch.zeros(3), persistent=False)
        self.plain = torch.zeros(3)
        self.count = 0
        self.seen = []
        self.extra = {"n": 0}

    def get_extra_state(self):
        return self.extra

    def set_extra_state(self, state):
        self.extra = state

    def forward(self, x):
        self.kept = self.kept * 0.5 + x.detach().mean()  # another tensor each time
        self.dropped += 1
        self.plain = self.plain + 1
        self.count += 1
        self.seen.append(self.count)
        self.extra["n"] += 1
        return x + self.kept.sum() * 0.01 + self.count * 0.001


class Noisy(torch.utils.data.Dataset):
    """Augments with every common generator, and one of its own."""

    def __init__(self):
        self.x = torch.randn(40, 6, generator=torch.Generator().manual_seed(1))
        self.y = (self.x.sum(1) > 0).long()
        self.rng = numpy.random.default_rng(1)
        self.served = 0

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        self.served += 1
        noise = random.random() + numpy.random.rand() + self.rng.random() + torch.rand(()).item() + 1e-3 * self.served
        return self.x[i] + 0.1 * noise, self.y[i]


class Training:
    """A training of 12 steps, which may be interrupted by a range test, usually after 5."""

    def __init__(self, optimizer, workers=0, generator=True, scaler=False, **settings):
        torch.manual_seed(1)
        random.seed(1)
        numpy.random.seed(1)
        self.model = torch.nn.Sequential(
            torch.nn.Linear(6, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Dropout(0.3), Odd(),
            torch.nn.utils.spectral_norm(torch.nn.Linear(8, 2)),
        )
        head = list(self.model[5].parameters())
        body = [p for p in self.model.parameters() if all(p is not q for q in head)]
        self.optimizer = optimizer([{"params": body, "lr": 0.01}, {"params": head, "lr": 0.1}])
        self.averaged = AveragedModel(self.model)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, [0.01, 0.1], total_steps=200, cycle_momentum=False)
        self.loader = torch.utils.data.DataLoader(
            Noisy(), batch_size=8, shuffle=True, num_workers=workers, persistent_workers=workers > 0,
            generator=torch.Generator().manual_seed(2) if generator else None,
        )
        self.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**40, growth_interval=3) if scaler else None
        self.settings = settings

    def run(self, interrupt=None, at=5):
        """The bytes of all that there is at the end."""
        done = 0
        while done < 12:
            for x, y in self.loader:
                loss = loss_fn(self.model(x), y)
                if self.scaler is None:
                    loss.backward()
                else:
                    self.scaler.scale(loss).backward()
                if interrupt is not None and done == at:
                    interrupt(self)  # with gradients that wait for their step
                if self.scaler is None:
                    self.optimizer.step()
                else:
                    self.scaler.step(self.optimizer)
                    self.scaler.update()
                self.optimizer.zero_grad(set_to_none=done % 2 == 0)
                self.scheduler.step()
                self.averaged.update_parameters(self.model)
                done += 1
                if done == 12:
                    break
        file = io.BytesIO()
        torch.save([
            [t.detach().clone() for m in (self.model, self.averaged) for t in (*m.parameters(), *m.buffers())],
            self.optimizer.state_dict()["state"],
            [{k: v for k, v in g.items() if k != "params"} for g in self.optimizer.param_groups],
            [(m.plain, m.count, m.seen, m.extra) for m in self.model if isinstance(m, Odd)],
            self.scaler and self.scaler.state_dict(),
            self.scheduler.last_epoch, self.loader.dataset.served, self.loader.dataset.rng.random(), self.model.training,
            torch.rand(3), random.random(), numpy.random.rand(3), [None if p.grad is None else p.grad for p in self.model.parameters()],
        ], file)
        return file.getvalue()


def sweep(training, **more):
    """A range test that uses all there is."""
    def forward(batch):
        training.averaged.update_parameters(training.model)
        training.scheduler.step()
        return loss_fn(training.model(batch[0]), batch[1])

    settings = {"points": 20, "forward": forward, "also": [training.averaged, training.scheduler], "scaler": training.scaler, **more}
    return danlu.torch.lr_range_test(training.model, training.optimizer, None, training.loader, **settings)


class Afterwards(unittest.TestCase):
    def check(self, *args, test=None, at=5, **kwargs):
        found = []
        want = Training(*args, **kwargs).run()
        got = Training(*args, **kwargs).run(lambda training: found.append(sweep(training, **(test or {}))), at)
        self.assertGreater(len(found[0].curve), 3)
        self.assertEqual(got, want)
        return found[0]

    def test_training_goes_on_bit_for_bit(self):
        for name, make in (
            ("sgd", lambda p: torch.optim.SGD(p, lr=1.0, momentum=0.9, nesterov=True)),
            ("adam", lambda p: torch.optim.Adam(p, lr=1.0, amsgrad=True)),
            ("adamw", lambda p: torch.optim.AdamW(p, lr=1.0, weight_decay=0.1)),
            ("rmsprop", lambda p: torch.optim.RMSprop(p, lr=1.0, centered=True, momentum=0.5)),
            ("adagrad", lambda p: torch.optim.Adagrad(p, lr=1.0)),
        ):
            for at in (0, 5):
                with self.subTest(name, at=at):
                    self.check(make, at=at)

    def test_so_it_does_with_accumulation_and_clipping(self):
        self.check(lambda p: torch.optim.Adam(p, lr=1.0), test=dict(accumulate=3, clip_norm=1.0, linear=True))

    def test_so_it_does_where_batches_come_from_workers_that_persist(self):
        self.check(lambda p: torch.optim.Adam(p, lr=1.0), workers=1)

    def test_so_it_does_with_the_common_generator_for_shuffling(self):
        self.check(lambda p: torch.optim.Adam(p, lr=1.0), generator=False)

    @unittest.skipUnless(hasattr(torch, "amp") and hasattr(torch.amp, "GradScaler"), "this PyTorch has no scaler for CPUs")
    def test_so_it_does_with_a_scaler_in_the_middle_of_its_growth(self):
        for at in (0, 5):
            with self.subTest(at=at):
                self.check(lambda p: torch.optim.SGD(p, lr=1.0, momentum=0.9), scaler=True, at=at)

    def test_so_it_does_after_short_trainings(self):
        for name, more in (("alone", {}), ("workers that persist", {"workers": 1})):
            with self.subTest(name):
                found = self.check(lambda p: torch.optim.Adam(p, lr=1.0), test={"steps": 400}, **more)
                self.assertRegex(found.reason, "short training|at every rate from")

    def test_so_it_does_where_the_test_is_interrupted(self):
        def fail(training):
            with self.assertRaises(KeyboardInterrupt):
                calls = iter(range(7))

                def step(batch):
                    if next(calls, None) is None:
                        raise KeyboardInterrupt
                    training.optimizer.step()
                    return 1.0

                sweep(training, step=step)

        make = (lambda p: torch.optim.Adam(p, lr=1.0),)
        self.assertEqual(Training(*make).run(fail), Training(*make).run())


def problem(rates=(0.1,)):
    """Softmax regression, whose best rates are known: too low does nothing, too high diverges."""
    torch.manual_seed(1)
    x = torch.randn(512, 10) * 3
    y = (x @ torch.randn(10, 4)).argmax(1)
    model = torch.nn.Sequential(torch.nn.Linear(10, 32), torch.nn.ReLU(), torch.nn.Linear(32, 4))
    groups = [{"params": m.parameters(), "lr": rate} for m, rate in zip((model[0], model[2]), rates * 2)]
    return model, torch.optim.SGD(groups, lr=1.0), torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), 32, shuffle=True)


class ASweep(unittest.TestCase):
    def curve(self, rates=(0.1,), loss=loss_fn, **settings):
        model, optimizer, loader = problem(rates)
        return danlu.torch.lr_range_test(model, optimizer, loss, loader, **settings).curve

    def test_falls_then_diverges_and_ends_there(self):
        curve = self.curve()
        losses = [loss for _, loss in curve]
        self.assertLess(len(curve), 100)
        self.assertLess(min(losses), losses[0] / 2)
        self.assertGreater(losses[-1], min(losses) * 2)
        self.assertAlmostEqual(curve[0][0], 1e-6)
        for (a, _), (b, _) in zip(curve, curve[1:]):
            self.assertAlmostEqual(b / a, 1e7 ** (1 / 99), 6)

    def test_may_rise_by_equal_steps(self):
        curve = self.curve(low=0.1, high=0.2, points=11, linear=True)
        self.assertEqual(["%.2f" % rate for rate, _ in curve], ["%.2f" % (0.1 + i / 100) for i in range(11)])

    def test_keeps_the_proportions_of_the_groups(self):
        model, optimizer, loader = problem((0.1, 0.001))
        seen = []

        def step(_):
            seen.append([group["lr"] for group in optimizer.param_groups])
            return 1.0

        curve = danlu.torch.lr_range_test(model, optimizer, None, loader, step=step, points=9, low=1e-3, high=1.0).curve
        for (rate, _), (first, second) in zip(curve, seen):
            self.assertAlmostEqual(first / rate, 1.0)
            self.assertAlmostEqual(second / rate, 0.01)

    def test_is_the_same_however_many_batches_make_a_step(self):
        model, optimizer, _ = problem()
        x, y = torch.randn(64, 10), torch.randint(0, 4, (64,))
        whole, halves = [(x, y)], [(x[:32], y[:32]), (x[32:], y[32:])]
        one = danlu.torch.lr_range_test(model, optimizer, loss_fn, whole, points=20, high=0.1).curve
        two = danlu.torch.lr_range_test(model, optimizer, loss_fn, halves, points=20, high=0.1, accumulate=2).curve
        for (_, a), (_, b) in zip(one, two):
            self.assertAlmostEqual(a, b, 4)

    def test_takes_batches_that_are_mappings(self):
        class Model(torch.nn.Linear):
            def forward(self, x, labels):
                out = super().forward(x)
                return type("Output", (), {"loss": loss_fn(out, labels)})

        model = Model(4, 2)
        batches = [{"x": torch.randn(8, 4), "labels": torch.randint(0, 2, (8,))}]
        found = danlu.torch.lr_range_test(model, torch.optim.Adam(model.parameters()), None, batches, points=12)
        self.assertEqual(len(found.curve), 12)

    def test_leaves_the_modes_of_parts_alone(self):
        model, optimizer, loader = problem()
        model[1].eval()  # as frozen batch normalisation
        seen = []

        def step(_):
            seen.append((model.training, model[1].training))
            return 1.0

        danlu.torch.lr_range_test(model, optimizer, None, loader, step=step, points=2)
        model.eval()
        danlu.torch.lr_range_test(model, optimizer, None, loader, step=step, points=2)
        self.assertEqual(seen, [(True, False)] * 2 + [(True, True)] * 2)
        self.assertFalse(model.training)

    def test_ends_at_the_first_loss_that_is_no_number(self):
        curve = self.curve(loss=lambda z, y: loss_fn(z, y) * math.nan)
        self.assertEqual(len(curve), 1)
        self.assertTrue(math.isnan(curve[0][1]))

    def test_says_what_is_wrong(self):
        model, optimizer, loader = problem()
        test = danlu.torch.lr_range_test
        for error, words, call in (
            (TypeError, "give the loader, not its iterator", lambda: test(model, optimizer, loss_fn, iter(loader))),
            (ValueError, "the loader has no batch", lambda: test(model, optimizer, loss_fn, [])),
            (ValueError, "had 3 batches, and none when it began anew", lambda: test(model, optimizer, loss_fn, Once(list(loader)[:3]))),
            (ValueError, "give 0 < low < high", lambda: test(model, optimizer, loss_fn, loader, low=1, high=0.1)),
            (ValueError, "points=1: give some 100", lambda: test(model, optimizer, loss_fn, loader, points=1)),
            (TypeError, "a batch is a list of 3: say by forward", lambda: test(model, optimizer, loss_fn, [[1, 2, 3]])),
            (ValueError, "all groups of the optimizer have lr 0", lambda: self.curve((0.0,))),
            (ValueError, "nothing to train", lambda: test(model, torch.optim.SGD([torch.zeros(1)], 1.0), loss_fn, loader)),
            (TypeError, "LBFGS makes its steps by a closure", lambda: test(model, torch.optim.LBFGS(model.parameters()), loss_fn, loader)),
            (ValueError, "no schedule 'onecyle': did you mean 'onecycle'", lambda: test(model, optimizer, loss_fn, loader, schedule="onecyle")),
            (ValueError, r"has the shape \(32,\): give one number", lambda: test(model, optimizer, lambda a, b: loss_fn(a, b, reduction="none"), loader)),
            (TypeError, "the loss is a float", lambda: test(model, optimizer, lambda a, b: 1.0, loader)),
            (TypeError, "returned a NoneType: return the loss", lambda: test(model, optimizer, None, loader, step=lambda batch: None)),
            (TypeError, "'int' has no state that could be kept", lambda: test(model, optimizer, loss_fn, loader, also=[3])),
        ):
            with self.subTest(words), self.assertRaisesRegex(error, words):
                call()


class Once:
    """An iterable whose source is used up."""

    def __init__(self, batches):
        self.batches = iter(batches)

    def __iter__(self):
        yield from self.batches


def by_hand(steps):
    """The search over a loop that builds its training anew for each rate; also the rates that it tried."""
    tried, under_way = [], None

    def train(rates):
        nonlocal under_way
        model, optimizer, batches = under_way
        losses = []
        for rate in rates:
            optimizer.param_groups[0]["lr"], optimizer.param_groups[1]["lr"] = rate, rate / 10
            optimizer.zero_grad()
            x, y = next(batches)
            loss = loss_fn(model(x), y)
            losses.append(loss.item())
            if not losses[-1] < 30:  # of 5: far above where a sweep ends
                break
            loss.backward()
            optimizer.step()
        return losses

    def anew():
        nonlocal under_way
        model, optimizer, loader = problem((0.1, 0.01))
        under_way = model, optimizer, (batch for _ in itertools.count() for batch in loader)

    def sweep(rates):
        anew()
        watch = _lr.Sweep(4.0)
        losses = train(rates)
        kept = next((i + 1 for i, (rate, loss) in enumerate(zip(rates, losses)) if not watch.add(rate, loss)), len(losses))
        return losses[:kept]

    def probe(rate, steps, goes_on):
        if not goes_on:
            anew()
            tried.append(rate)
        return train([rate] * steps)

    return _lr_search.search(steps, ["--optimizer", "sgd"], sweep, probe), tried


class Searching(unittest.TestCase):
    def test_short_trainings_are_those_of_a_training_built_anew(self):
        want, tried = by_hand(2000)
        model, optimizer, loader = problem((0.1, 0.01))
        got = danlu.torch.lr_range_test(model, optimizer, loss_fn, loader, steps=2000)
        self.assertGreaterEqual(len(tried), 3)
        self.assertEqual((got.suggestion, got.range and list(got.range), got.reason), (want["suggestion"], want["range"], want["reason"]))
        self.assertEqual([list(point) for point in got.curve], want["curve"])

    def test_takes_a_tenth_of_the_training_at_most(self):
        model, optimizer, loader = problem()
        made = []

        def step(batch):
            optimizer.zero_grad()
            loss = loss_fn(model(batch[0]), batch[1])
            loss.backward()
            optimizer.step()
            made.append(loss.item())
            return loss

        danlu.torch.lr_range_test(model, optimizer, None, loader, step=step, steps=1000)
        self.assertGreater(len(made), 50)
        self.assertLessEqual(len(made), 100)

    def test_says_why_there_is_the_curve_alone(self):
        model, optimizer, loader = problem()
        found = danlu.torch.lr_range_test(model, optimizer, loss_fn, loader, steps=200)
        self.assertRegex(found.reason, "; by the curve alone, since a tenth of a training of 200 steps is too little")
        self.assertGreater(len(found.curve), 50)

    def test_a_mistake_in_the_program_comes_through(self):
        model, optimizer, loader = problem()
        made = []

        def step(_):
            made.append(0)
            if len(made) == 60:
                raise ValueError("of the program")
            return 2.0 - 0.001 * len(made)

        with self.assertRaisesRegex(ValueError, "of the program"):
            danlu.torch.lr_range_test(model, optimizer, None, loader, step=step, steps=2000)

    def test_a_danlu_that_goes_away_leaves_the_curve(self):
        with tempfile.TemporaryDirectory() as folder:
            fake = os.path.join(folder, "danlu")
            with open(fake, "w") as out:
                out.write(
                    "#!/bin/sh\n[ \"$3\" = --loop ] || exec '%s' \"$@\"\n"
                    "echo '{\"sweep\":[1e-5,1e-4,1e-3,1e-2]}'; exec 0<&- 1>&-; echo 'out of luck' >&2; exit 1\n" % PROGRAM
                )
            os.chmod(fake, stat.S_IRWXU)
            with unittest.mock.patch.dict(os.environ, {"DANLU_BIN": fake}):
                model, optimizer, loader = problem()
                found = danlu.torch.lr_range_test(model, optimizer, loss_fn, loader, steps=2000)
        self.assertEqual((len(found.curve), found.verdict), (4, "cannot_say"))
        self.assertRegex(found.reason, "; by the curve alone, since out of luck$")

    def test_losses_that_are_no_numbers(self):
        model, optimizer, loader = problem()
        found = danlu.torch.lr_range_test(model, optimizer, lambda z, y: loss_fn(z, y) * math.nan, loader, steps=2000)
        self.assertEqual(found.verdict, "cannot_say")
        self.assertRegex(found.reason, "from the first batch on")


class Reading(TrialCase):
    def test_is_danlus(self):
        with tempfile.TemporaryDirectory() as folder:
            fake = os.path.join(folder, "danlu")
            with open(fake, "w") as out:
                out.write(
                    "#!/bin/sh\n[ \"$1 $2 $4\" = 'lr --curve --json' ] && head -2 \"$3\" >%s/seen && echo \"$*\" >%s/args && echo 'looking'\n"
                    'echo \'{"suggestion":0.5,"range":[0.1,1.5],"candidates":{"steepest":0.2},"verdict":"ok","reason":"it falls"}\'\n'
                    % (folder, folder)
                )
            os.chmod(fake, stat.S_IRWXU)
            os.environ["DANLU_BIN"] = fake
            model, optimizer, loader = problem((0.1, 0.01))
            found = danlu.torch.lr_range_test(model, optimizer, loss_fn, loader, points=5, schedule="onecycle")
            self.assertEqual((found.verdict, found.suggestion, found.range), ("ok", 0.5, (0.1, 1.5)))
            self.assertEqual(found.candidates, {"steepest": 0.2})
            self.assertEqual(str(found), "lr 0.5, to search from 0.1 to 1.5: it falls")
            with open(folder + "/seen") as seen:
                self.assertRegex(seen.read(), "^lr,loss\n1e-06,[0-9.]+\n$")
            with open(folder + "/args") as args:
                self.assertIn("--schedule onecycle", args.read())
            found.apply(optimizer)
            self.assertEqual(["%.6f" % group["lr"] for group in optimizer.param_groups], ["0.500000", "0.050000"])

    def test_needs_a_danlu(self):
        os.environ["DANLU_BIN"] = "/nowhere/danlu"
        model, optimizer, loader = problem()
        found = danlu.torch.lr_range_test(model, optimizer, loss_fn, loader, points=5)
        self.assertEqual((found.verdict, found.suggestion, len(found.curve)), ("cannot_say", None, 5))
        self.assertIn("there is no danlu at /nowhere/danlu, where DANLU_BIN points", found.reason)
        with self.assertRaisesRegex(ValueError, "there is no suggestion to apply"):
            found.apply(optimizer)


class InATrial(TrialCase):
    def test_that_is_there_for_it_points_are_reported_and_the_program_ends(self):
        self.come()
        os.environ["DANLU_LR_TEST"] = "1"
        model, optimizer, loader = problem()
        before = [p.clone() for p in model.parameters()]
        with self.assertRaises(SystemExit) as end, contextlib.redirect_stdout(io.StringIO()):
            danlu.torch.lr_range_test(model, optimizer, loss_fn, loader, points=6, high=0.1)
        self.assertIn(end.exception.code, (0, None))
        self.assertEqual([report["step"] for report in self.reports], [1, 2, 3, 4, 5, 6])
        rates = [report["values"]["lr_test/lr"] for report in self.reports]
        self.assertAlmostEqual(rates[0], 1e-6)
        self.assertAlmostEqual(rates[-1], 0.1)
        self.assertTrue(all(report["values"]["lr_test/loss"] > 0 for report in self.reports))
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(before, model.parameters())))

    def test_what_short_trainings_say_is_reported_where_the_length_is_known(self):
        for name, value, known in (("DANLU_LR_EPOCHS", "125", True), ("DANLU_LR_STEPS", "2000", True), ("DANLU_OTHER", "1", False)):
            with self.subTest(name):
                self.reports.clear()
                self.stderr.truncate(0)
                os.environ.update({"DANLU_BIN": PROGRAM, "DANLU_LR_TEST": "1", name: value})
                self.come()
                model, optimizer, loader = problem()
                with self.assertRaises(SystemExit), contextlib.redirect_stdout(io.StringIO()):
                    danlu.torch.lr_range_test(model, optimizer, loss_fn, loader)
                del os.environ[name]
                last = self.reports[-1]["values"]
                if known:
                    self.assertLess(last["lr_test/low"], last["lr_test/suggestion"])
                    self.assertLess(last["lr_test/suggestion"], last["lr_test/high"])
                    self.assertRegex(self.stderr.getvalue(), "danlu lr: of [0-9]+ short trainings")
                else:
                    self.assertEqual(sorted(last), ["lr_test/loss", "lr_test/lr"])
                    self.assertRegex(self.stderr.getvalue(), "by the curve alone, since how many steps the training has isn't known")

    def test_the_one_who_asks_may_want_equal_steps(self):
        self.come()
        os.environ["DANLU_LR_TEST"], os.environ["DANLU_LR_SWEEP"] = "1", "linear"
        model, optimizer, loader = problem()
        with self.assertRaises(SystemExit), contextlib.redirect_stdout(io.StringIO()):
            danlu.torch.lr_range_test(model, optimizer, loss_fn, loader, points=6, low=0.1, high=0.6)
        rates = [report["values"]["lr_test/lr"] for report in self.reports]
        self.assertEqual(["%.3f" % rate for rate in rates], ["0.100", "0.200", "0.300", "0.400", "0.500", "0.600"])

    def test_of_another_kind_it_only_tests(self):
        self.come()
        model, optimizer, loader = problem()
        self.assertEqual(len(danlu.torch.lr_range_test(model, optimizer, loss_fn, loader, points=6, high=0.1).curve), 6)
        self.assertEqual(self.reports, [])
