import copy
import io
import unittest
import warnings

import danlu

try:
    import torch
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed")

theirs = torch.optim.lr_scheduler
warnings.simplefilter("ignore")  # schedulers are stepped without their optimizer


def optimizer(*rates):
    return torch.optim.SGD([{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate} for rate in rates or (0.3,)], lr=1.0)


def rates(o, scheduler, steps):
    seen = []
    for _ in range(steps):
        seen.append([group["lr"] for group in o.param_groups])
        scheduler.step()
    return seen


class AScheduler(unittest.TestCase):
    def check_equal(self, a, b):
        for step, (x, y) in enumerate(zip(a, b)):
            for group, (got, want) in enumerate(zip(x, y)):
                self.assertLessEqual(abs(got - want), 1e-7 * 0.3, "group %d at step %d" % (group, step))

    def test_does_what_pytorchs_does_with_all_groups(self):
        for name, options, make in (
            ("cosine", {}, lambda o: theirs.CosineAnnealingLR(o, 41)),
            ("onecycle", {}, lambda o: theirs.OneCycleLR(o, [0.3, 0.03], total_steps=41)),
            ("linear", {}, lambda o: theirs.LinearLR(o, 1.0, 0.0, 41)),
            ("step", dict(step_size=5, gamma=0.5), lambda o: theirs.StepLR(o, 5, 0.5)),
            ("cosine_restarts", dict(cycle=9), lambda o: theirs.CosineAnnealingWarmRestarts(o, 9)),
        ):
            with self.subTest(name=name):
                a, b = optimizer(0.3, 0.03), optimizer(0.3, 0.03)
                self.check_equal(rates(a, danlu.torch.schedule(a, name, 41, **options), 41), rates(b, make(b), 41))

    def test_lowers_on_a_plateau_when_pytorchs_does(self):
        a, b = optimizer(0.3, 0.03), optimizer(0.3, 0.03)
        ours = danlu.torch.schedule(a, "plateau", 90, epoch=3, patience=1, gamma=0.5)
        reference = theirs.ReduceLROnPlateau(b, patience=1, factor=0.5)
        for loss in (3, 2, 2, 2, 2, 1, 1.5, float("nan"), 1.5, 1.5):
            ours.observe(loss)
            for _ in range(3):
                ours.step()
            reference.step(loss)
            self.check_equal([[g["lr"] for g in a.param_groups]], [[g["lr"] for g in b.param_groups]])

    def test_takes_a_peak_for_all_groups_or_one_each(self):
        for peak, want in ((0.5, [0.5, 0.5]), ([0.5, 0.05], [0.5, 0.05]), (None, [0.3, 0.03])):
            o = optimizer(0.3, 0.03)
            danlu.torch.schedule(o, "constant", 10, peak=peak)
            self.assertEqual([group["lr"] for group in o.param_groups], want)

    def test_replaces_a_scheduler_that_was_there(self):
        o = optimizer(0.3)
        danlu.torch.schedule(o, "onecycle", 10)  # begins far below
        self.assertEqual(rates(o, danlu.torch.schedule(o, "constant", 10, peak=0.1), 2), [[0.1], [0.1]])

    def test_goes_on_from_its_state_with_its_own_horizon(self):
        for name, options in (("warmup_cosine", {}), ("multistep", dict(milestones=[5, 9])), ("plateau", dict(patience=0))):
            with self.subTest(name=name):
                o = optimizer(0.3, 0.03)
                scheduler = danlu.torch.schedule(o, name, 40, **options)
                for loss in (2, 3, 3):
                    scheduler.observe(loss)
                rates(o, scheduler, 7)
                file = io.BytesIO()
                torch.save({"optimizer": o.state_dict(), "scheduler": scheduler.state_dict()}, file)
                want = rates(o, scheduler, 20)
                file.seek(0)
                saved = torch.load(file)
                other = optimizer(1.0, 1.0)
                resumed = danlu.torch.schedule(other, "constant", 3)
                other.load_state_dict(saved["optimizer"])
                resumed.load_state_dict(copy.deepcopy(saved["scheduler"]))
                self.assertEqual(rates(other, resumed, 20), want)

    def test_says_what_is_wrong(self):
        with self.assertRaisesRegex(ValueError, "2 peaks for 1 groups"):
            danlu.torch.schedule(optimizer(), "cosine", 10, peak=[1, 2])
        with self.assertRaisesRegex(ValueError, "give a peak above 0"):
            danlu.torch.schedule(optimizer(0.0), "cosine", 10)
        with self.assertRaisesRegex(ValueError, "did you mean 'cosine'"):
            danlu.torch.schedule(optimizer(), "cosin", 10)
