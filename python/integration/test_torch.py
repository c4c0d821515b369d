import io
import unittest

import danlu
from integration.case import ResumeCase
from tests.driver import TrialCase

try:
    import torch
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed")


def train(**more):
    torch.manual_seed(1)
    x = torch.randn(64, 4)
    y = x.sum(1, keepdim=True)
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    watch = danlu.torch.watch(model)
    for epoch in danlu.torch.epochs(3, model=model, optimizer=optimizer, scheduler=scheduler, **more):
        for batch in torch.randperm(64).split(16):
            loss = (model(x[batch]) - y[batch]).pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scheduler.step()
        danlu.report(step=epoch, loss=loss, lr=scheduler.get_last_lr()[0], **watch.read())
    return model


class Epochs(ResumeCase):
    def test_go_on_as_if_never_paused_random_numbers_too(self):
        self.check_resumes(train, "loss")
        self.check_resumes(train, "lr")

    def test_end_without_a_checkpoint_where_the_trial_is_stopped(self):
        self.decision = "stop"
        reports, kept = self.attempt(train)
        self.assertEqual((sorted(reports), kept), ([1], {}))

    def test_of_a_trial_that_was_finished_are_none(self):
        _, kept = self.attempt(train)
        self.assertEqual(self.attempt(train, kept[4])[0], {})

    def test_start_anew_where_the_checkpoint_is_damaged(self):
        _, kept = self.attempt(train)
        with open(kept[2], "r+b") as file:
            file.truncate(100)
        reports, _ = self.attempt(train, kept[2])
        self.assertEqual(sorted(reports), [1, 2, 3, 4])
        self.assertIn("the training starts anew", self.stderr.getvalue())

    def test_say_what_has_no_state_and_what_the_checkpoint_lacks(self):
        with self.assertRaisesRegex(TypeError, "model has no load_state_dict"):
            list(danlu.torch.epochs(3, model=3))
        _, kept = self.attempt(train)
        with self.assertRaisesRegex(ValueError, "has no extra: it was saved by epochs\\(model, optimizer, scheduler\\)"):
            self.attempt(lambda: train(extra=torch.nn.Linear(1, 1)), kept[2])

    def test_count_outside_danlu(self):
        self.environ()
        self.assertEqual(list(danlu.torch.epochs(3, model=torch.nn.Linear(1, 1), scaler=None)), [1, 2, 3])


class Watch(TrialCase):
    def test_tells_dead_units_and_the_norm_of_gradients(self):
        model = torch.nn.Sequential(torch.nn.Linear(2, 4, bias=True), torch.nn.ReLU(), torch.nn.Linear(4, 1))
        with torch.no_grad():
            model[0].weight.zero_()
            model[0].bias.copy_(torch.tensor([1.0, -1.0, 1.0, -1.0]))  # two units are never alive
        watch = danlu.torch.watch(model)
        squares = 0.0
        for x in (torch.ones(3, 2), torch.zeros(5, 2)):
            model.zero_grad()
            model(x).sum().backward()
            squares += sum(float(p.grad.pow(2).sum()) for p in model.parameters())
        seen = watch.read()
        self.assertEqual(seen["dead"], 0.5)
        self.assertAlmostEqual(seen["grad_norm"], (squares / 2) ** 0.5, 4)
        model.eval()
        model(torch.ones(3, 2))
        self.assertEqual(watch.read(), {})  # since the last read nothing was trained

    def test_takes_channels_for_units(self):
        model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 1), torch.nn.ReLU())
        with torch.no_grad():
            model[0].weight.fill_(1)
            model[0].bias.copy_(torch.tensor([0.0, 0.0, 0.0, -9.0]))
        watch = danlu.torch.watch(model)
        model(torch.rand(2, 1, 3, 3))
        self.assertEqual(watch.read()["dead"], 0.25)
        watch.close()
        model(torch.rand(2, 1, 3, 3))
        self.assertEqual(watch.read(), {})


class ADataLoader(TrialCase):
    def test_has_workers_that_say_nothing(self):
        self.come()
        danlu.report(0, a=1)
        loader = torch.utils.data.DataLoader(list(range(8)), batch_size=2, num_workers=2)
        self.assertEqual(len(list(loader)), 4)
        danlu.report(1, a=1)
        self.assertEqual((self.steps(self.reports), len(self.server.open)), ([0, 1], 1))


class Save(TrialCase):
    def test_does_not_take_a_model_for_a_function(self):
        self.come()
        path = danlu.save(torch.nn.Linear(2, 2), step=1)
        self.assertIsInstance(danlu._checkpoint.load(path), torch.nn.Linear)
        self.assertIsInstance(self.stderr, io.StringIO)
