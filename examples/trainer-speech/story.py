"""Train a dozen networks on speech frames and print what became of them.

Needs danlu on the PATH, or its path in DANLU. Each line is one configuration:
training and validation figures of the best epoch by validation accuracy and of
the last one, means over the seeds.
"""

import argparse
import json
import os
import subprocess
import sys

MLP = "--model mlp --set width=512 --set depth=2 --set frames=11"
LSTM = "--model bilstm --set hidden=96"
RUNS = {
    "configurations": [
        ("large, plain", 20, MLP),
        (
            "large, regularised",
            20,
            MLP + " --set norm=batch --set dropout=0.5 --set optimizer=adamw"
            " --set weight_decay=0.05 --set schedule=onecycle",
        ),
        (
            "small, strongly regularised",
            20,
            "--model mlp --set width=32 --set depth=1 --set frames=11 --set dropout=0.7"
            " --set optimizer=adamw --set weight_decay=1",
        ),
    ],
    "normalisation": [
        ("MLP 2×256, none", 20, "--model mlp --set width=256 --set depth=2 --set frames=11"),
        ("MLP 2×256, batch", 20, "--model mlp --set width=256 --set depth=2 --set frames=11 --set norm=batch"),
        ("BiLSTM 96, none", 20, LSTM),
        ("BiLSTM 96, layer", 20, LSTM + " --set norm=layer"),
    ],
    "frames": [
        (f"{name}, {n} frames", 20, f"{model} --set frames={n}")
        for name, model in [("MLP 256", "--model mlp --set width=256 --set depth=1"), ("BiLSTM 96", LSTM)]
        for n in (1, 5, 11)
    ],
}
FIGURES = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")


def train(arguments: str, epochs: int, seed: int, data: list[str]) -> list[dict]:
    danlu = os.environ.get("DANLU", "danlu")
    command = [danlu, "train", "--checkpoint", "", "--json", *data, *arguments.split()]
    command += ["--epochs", str(epochs), "--seed", str(seed)]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def row(name: str, runs: list[list[dict]]) -> str:
    def mean(pick) -> list[float]:
        picked = [pick(run[:-1]) for run in runs]
        return [sum(p[f] for p in picked) / len(picked) for f in FIGURES]

    best = mean(lambda epochs: max(epochs, key=lambda e: e["val_accuracy"]))
    lowest = sum(min(e["val_loss"] for e in run[:-1]) for run in runs) / len(runs)
    last = mean(lambda epochs: epochs[-1])
    tests = [100 * run[-1]["test_accuracy"] for run in runs]
    return (
        f"| {name} | {100 * last[1]:.1f} | {100 * best[3]:.1f} | {100 * last[3]:.1f} | {lowest:.2f} | {last[2]:.2f} "
        f"| {sum(tests) / len(tests):.1f} ({min(tests):.1f}–{max(tests):.1f}) |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--epochs", type=int, help="fewer than the story needs, to try the script")
    parser.add_argument("--only", choices=RUNS, help="one part of the story")
    parser.add_argument("--data", help="a file of speech frames (default: the ones in the program)")
    options = parser.parse_args()
    data = ["--data", options.data] if options.data else ["--task", "speech-frames"]
    for part, runs in RUNS.items():
        if options.only in (None, part):
            print(f"| {part} | train % | best val % | val % | lowest val loss | val loss | test % |")
            print("|---|---|---|---|---|---|---|")
            for name, epochs, arguments in runs:
                seeds = range(1, options.seeds + 1)
                print(row(name, [train(arguments, options.epochs or epochs, s, data) for s in seeds]))
                sys.stdout.flush()


if __name__ == "__main__":
    main()
