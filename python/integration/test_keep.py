"""What a range test and a batch size test bring back, where it is hidden in something else."""

import random
import unittest

try:
    import numpy
    import torch
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed")

from danlu._torch_keep import Kept


class Jitter:
    """A transform that draws from a generator of its own."""

    def __init__(self):
        self.rng = numpy.random.default_rng(1)

    def __call__(self, x):
        return x + self.rng.random()


class Transformed(torch.utils.data.Dataset):
    def __init__(self):
        self.transforms = [float, Jitter()]

    def __len__(self):
        return 8

    def __getitem__(self, i):
        for transform in self.transforms:
            i = transform(i)
        return i


class Ahead:
    """A loader around a loader."""

    def __init__(self, loader):
        self.loader = loader
        self.epoch = 0

    def __iter__(self):
        self.epoch += 1
        for batch in self.loader:
            yield batch.tolist(), self.epoch


class HiddenStates(unittest.TestCase):
    def test_schedulers_in_a_scheduler(self):
        model = torch.nn.Linear(2, 2)
        of = torch.optim.lr_scheduler
        for name, make in (
            ("after a warm-up", lambda o: of.SequentialLR(o, [of.LinearLR(o, 0.1, 1.0, 3), of.CosineAnnealingLR(o, 20)], [3])),
            ("together", lambda o: of.ChainedScheduler([of.StepLR(o, 2), of.ExponentialLR(o, 0.9)])),
        ):
            def rates(interrupted):
                optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
                scheduler = make(optimizer)

                def step():
                    optimizer.step()
                    scheduler.step()
                    return optimizer.param_groups[0]["lr"]

                before = [step() for _ in range(2)]
                if interrupted:
                    kept = Kept([model, optimizer, scheduler], [])
                    for _ in range(7):
                        step()
                    kept.restore()
                return before + [step() for _ in range(6)]

            with self.subTest(name):
                self.assertEqual(rates(True), rates(False))

    def test_a_generator_in_a_transform_and_a_loader_in_a_loader(self):
        def batches(interrupted):
            torch.manual_seed(1)
            of = torch.Generator().manual_seed(2)
            loader = Ahead(torch.utils.data.DataLoader(Transformed(), 2, shuffle=True, generator=of))
            before = list(loader)
            if interrupted:
                kept = Kept([], loader)
                list(loader)
                kept.restore()
            return before + list(loader)

        self.assertEqual(batches(True), batches(False))

    def test_what_is_named_by_hand_may_be_a_tensor_or_hold_some(self):
        tensor, averages, drawn = torch.zeros(2), {"w": torch.zeros(2), "n": numpy.zeros(2)}, [random.Random(1)]
        kept = Kept([tensor, averages, drawn], [])
        tensor.add_(1)
        averages["w"].add_(1)
        averages["n"] += 1
        averages["new"] = 1
        number = drawn[0].random()
        kept.restore()
        self.assertEqual((tensor.tolist(), averages["w"].tolist(), averages["n"].tolist()), ([0, 0],) * 3)
        self.assertEqual((sorted(averages), drawn[0].random()), (["n", "w"], number))

    def test_data_are_not_copied(self):
        data = torch.utils.data.TensorDataset(torch.zeros(4))
        kept = Kept([], torch.utils.data.DataLoader(data))
        data.tensors[0].add_(1)
        kept.restore()
        self.assertEqual(data.tensors[0].tolist(), [1] * 4)


if __name__ == "__main__":
    unittest.main()
