import json
import os
import subprocess
import sys
import unittest

import danlu

try:
    import torch
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed")

from danlu._torch_batch import BatchTest, Size

loss_fn = torch.nn.functional.cross_entropy


class Words(torch.utils.data.Dataset):
    """Samples of many lengths, some of which are drawn anew each time."""

    def __init__(self, n=64):
        self.n = n
        self.rng = torch.Generator().manual_seed(3)

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return torch.randn(1 + i % 7, 4, generator=self.rng), i % 2


def padded(samples):
    xs = [x for x, _ in samples]
    long = max(len(x) for x in xs)
    return (
        torch.stack([torch.nn.functional.pad(x, (0, 0, 0, long - len(x))) for x in xs]),
        torch.tensor([y for _, y in samples]),
    )


class Mean(torch.nn.Module):
    """Has weights, a norm with buffers, and dropout; notes what it was given, and fails from a size on."""

    def __init__(self, fails=10**9):
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(4)
        self.head = torch.nn.Linear(4, 2)
        self.drop = torch.nn.Dropout(0.5)
        self.fails = fails

    def forward(self, x):
        SHAPES.append((tuple(x.shape), self.training, torch.is_grad_enabled()))
        if len(x) >= self.fails:
            raise self.error
        return self.head(self.drop(self.norm(x.mean(1))))


SHAPES = []


class BatchSizeTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        SHAPES.clear()
        self.model = Mean()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.01)

    def find(self, data=None, **more):
        more.setdefault("seconds", 0.01)
        if data is None:
            data, more["collate"] = Words(), padded
        return danlu.torch.batch_size_test(self.model, self.optimizer, loss_fn, data, **more)

    def train(self, steps):
        for _ in range(steps):
            self.optimizer.zero_grad()
            loss_fn(self.model(torch.randn(8, 3, 4)), torch.arange(8) % 2).backward()
            self.optimizer.step()
        return [t.clone() for t in self.model.state_dict().values()]

    def test_a_training_goes_on_as_if_nothing_had_been(self):
        for fails, before in ((10**9, 0), (10**9, 3), (16, 3)):  # one ends in the middle of a size
            with self.subTest(fails=fails, before=before):
                ends = []
                for tested in (False, True):
                    self.setUp()
                    data = Words()
                    self.train(before)
                    if tested:
                        self.model.fails = fails
                        self.model.error = RuntimeError("CUDA out of memory. Tried to allocate")
                        self.find(data, collate=padded, low=4)
                        self.model.fails = 10**9
                    ends.append([*self.train(3), data[5][0]])
                for a, b in zip(*ends):
                    self.assertTrue(torch.equal(a, b))

    def test_steps_and_a_validation_are_made_on_the_longest_samples(self):
        found = self.find(low=8, high=16)
        self.assertEqual((found.verdict, found.largest, found.safe, found.limit), ("ok", 16, 16, "range"))
        self.assertIn("larger ones were not tried", found.reason)
        self.assertEqual([s.size for s in found.sizes], [8, 16])
        self.assertTrue(all(s.samples_per_second > 0 for s in found.sizes))
        self.assertEqual({shape for shape, _, _ in SHAPES}, {(8, 7, 4), (16, 7, 4)})
        self.assertEqual([how[1:] for how in SHAPES[:5]], [(True, True)] * 3 + [(False, False), (True, True)])

    def test_no_batch_is_larger_than_the_data(self):
        self.assertEqual(self.find(Words(40), collate=padded, low=8).largest, 40)

    def test_memory_is_told_from_other_failures(self):
        for error, limit, says in (
            (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "memory", "24 does not fit"),
            (MemoryError(), "memory", "24 does not fit"),
            (RuntimeError("shapes cannot be multiplied"), "failure", "with 32 the program fails: RuntimeError: shapes"),
        ):
            with self.subTest(limit=limit, error=error):
                self.model.fails, self.model.error = 23, error
                found = self.find(lambda n: (torch.randn(n, 3, 4), torch.arange(n) % 2), low=4, high=64)
                self.assertEqual(found.limit, limit)
                self.assertIn(says, found.reason)
                self.assertEqual((found.largest, found.safe), (22, 16) if limit == "memory" else (16, 16))

    def test_where_nothing_runs_nothing_is_said(self):
        self.model.fails = 1
        for error, says in ((MemoryError(), "2, does not fit into memory"), (KeyError("x"), "2, fails, and not for memory")):
            self.model.error = error
            found = self.find(low=2)
            self.assertEqual((found.verdict, found.suggestion, found.largest), ("cannot_say", None, None))
            self.assertIn(says, found.reason)
        self.model.fails = 10**9
        with torch.no_grad():
            self.model.head.weight.fill_(float("nan"))
        self.assertIn("the loss is nan", self.find(low=2).reason)

    def test_a_smallest_size_that_cannot_be_normalised_is_passed_over(self):
        found = self.find(lambda n: (torch.randn(n, 1, 4), torch.arange(n) % 2), high=8)
        self.assertEqual([(s.size, s.state) for s in found.sizes], [(1, "failed"), (2, "fits"), (4, "fits"), (8, "fits")])
        self.assertEqual((found.verdict, found.largest, found.limit), ("ok", 8, "range"))
        self.assertIn("with 1 the program fails: ValueError: Expected more than 1 value per channel", str(found))
        found = self.find(lambda n: (torch.randn(n, 1, 4), torch.arange(n) % 2), high=1)
        self.assertIn("the smallest size, 1, fails, and not for memory", found.reason)

    def test_what_the_throughput_cannot_tell_is_said(self):
        def found(*measured):
            return BatchTest([Size(2**i, "fits", rate, None, "", spread) for i, (rate, spread) in enumerate(measured)], [])

        for name, measured, suggestion, doubt in (
            ("a steady machine", ((50, 0.02), (85, 0.02), (100, 0.02)), 4, ""),
            ("one may be as fast", ((50, 0.02), (85, 0.1), (100, 0.02)), 4, "varied by up to 10%, by which it may be any from 2 to 4"),
            ("the best may be better", ((50, 0.02), (92, 0.02), (100, 0.05)), 2, "any from 2 to 4"),
            ("noise", ((60, 0.6), (70, 0.6), (66, 0.6)), 2, "any from 1 to 4"),
        ):
            with self.subTest(name):
                test = found(*measured)
                self.assertEqual(test.suggestion, suggestion)
                self.assertIn(doubt, str(test))
                self.assertEqual(test.doubts == [], not doubt)

    def test_a_leak_is_noticed(self):
        held = []

        def forward(batch):
            held.append(torch.ones(2_000_000))  # 8 MB that nobody frees
            return loss_fn(self.model(batch[0]), batch[1])

        found = self.find(low=4, high=4, forward=forward)
        if os.path.exists("/proc/self/statm"):
            self.assertIn("memory grows while it trains: with 4 from", str(found))
        self.assertEqual(self.find(low=4, high=4).doubts, [])

    def test_what_makes_no_sense_is_refused(self):
        for error, says, wrong in (
            (ValueError, "1 <= low <= high", {"low": 9, "high": 8}),
            (TypeError, "a dataset with a length", {"data": iter([])}),
            (ValueError, "give whole numbers", {"low": 1.5}),
            (TypeError, "a dataset with a length", {"data": []}),
            (TypeError, "give its dataset", {"data": torch.utils.data.DataLoader(Words())}),
        ):
            with self.assertRaisesRegex(error, says):
                self.find(**wrong)
        self.optimizer = torch.optim.LBFGS(self.model.parameters())
        with self.assertRaisesRegex(TypeError, "LBFGS makes its steps by a closure"):
            self.find()
        for p in self.model.parameters():
            p.requires_grad_(False)
        with self.assertRaisesRegex(ValueError, "nothing to train"):
            self.find()


LIMITED = """
import json, resource, torch
import danlu
torch.set_num_threads(1)
model = torch.nn.Linear(8, 2)
optimizer = torch.optim.AdamW(model.parameters())


def forward(batch):
    wide = model(batch[0]).repeat(1, 50_000) * 0.5  # 800 kB a sample, kept for the gradient
    return torch.nn.functional.cross_entropy(wide[:, :2], batch[1])


now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (256 << 20), now + (256 << 20)))
found = danlu.torch.batch_size_test(
    model, optimizer, None, lambda n: (torch.randn(n, 8), torch.arange(n) % 2),
    low=16, high=65536, seconds=0.01, forward=forward)
print(json.dumps([found.limit, found.largest, found.safe, [s.state for s in found.sizes], str(found)]))
forward((torch.randn(found.safe, 8), torch.arange(found.safe) % 2)).backward()
"""


# Every tensor a mapping of its own, so that what the process may still take is
# what its tensors leave: holes in the heap of the C library, which are never
# the same twice, would count as taken.
NO_HEAP = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}


@unittest.skipUnless(sys.platform == "linux", "memory is limited as Linux does it")
class LimitedMemoryTest(unittest.TestCase):
    def test_the_largest_that_fits_is_found_where_memory_really_ends(self):
        root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        done = subprocess.run(
            [sys.executable, "-c", LIMITED],
            cwd=root,
            env={**os.environ, **NO_HEAP},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        limit, largest, safe, states, said = json.loads(done.stdout.decode().splitlines()[-1])
        self.assertEqual(limit, "memory", said)
        self.assertTrue(16 <= safe < largest < 1024, said)
        self.assertEqual(states, sorted(states), said)  # what fits, then what does not


if __name__ == "__main__":
    unittest.main()
