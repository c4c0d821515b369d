"""Make tables that no searcher was ever looked at with: 23 of LCBench, 6 of TaskSet, 10 of RandomBotv2's rpart.

    git clone https://github.com/slds-lmu/yahpo_data; git -C yahpo_data checkout efdab9072f63
    git clone https://github.com/releaunifreiburg/DyHPO; git -C DyHPO checkout cfba15aecf21
    pip install numpy==2.4.6 onnxruntime==1.31.1
    python make_others.py yahpo_data DyHPO FOLDER
    python make_xgboost.py yahpo_data FOLDER 3 307 377 1050 1476 4541 40498 41027 41156 41165

The format, the spaces and what is rounded are those of README.md. They are the tasks whose tables
are not in this folder; of RandomBotv2's, which are many, ten drawn at random. The surrogates'
inputs are the task (and imputation), as in encoding.json, and the numbers in the order below.
"""

import glob
import gzip
import json
import os
import sys

import numpy as np
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS, EPOCHS, REPEATS = 2000, 52, 10
RPART = ["32", "307", "312", "1050", "1478", "1494", "1590", "40670", "40978", "40984"]
IMPUTE = "num.impute.selected.cpo"


def main(yahpo, dyhpo, folder):
    here = {os.path.basename(p)[: -len(".tbl.gz")] for p in glob.glob(HERE + "/*.tbl.gz")}
    lcbench(yahpo + "/lcbench/", folder, here)
    taskset(dyhpo + "/data/taskset/", folder, here)
    rpart(yahpo + "/rbv2_rpart/", folder)


def lcbench(source, folder, here):
    space = space_of("lcbench-126025")
    code, ask = surrogate(source)
    code = code["OpenML_task_id"]
    for task in sorted(set(code) - {"#na#"}):
        name = "lcbench-" + task
        if name in here:
            continue
        rows = draw(space, np.random.default_rng(int(task)))
        cat = np.full((ROWS, 1), code[task], np.int32)
        # Its outputs are seconds, accuracy, cross-entropy and balanced accuracy.
        out = [ask(cat, np.concatenate([np.full((ROWS, 1), e), rows], 1)) for e in range(1, EPOCHS + 1)]
        curves = [np.stack([100 * (1 - y[:, 3]) for y in out], 1), np.stack([y[:, 2] for y in out], 1)]
        write(folder, name, "surrogate", source, ["val_balanced_error", "val_cross_entropy"], space, rows, curves, "epoch")


def taskset(source, folder, here):
    space = space_of("taskset-patch32_GRU64_avg_bs128")
    for path in sorted(glob.glob(source + "*.json")):
        name = "taskset-" + os.path.basename(path)[: -len(".json")].replace("FixedTextRNNClassification_imdb_", "")
        if name in here:
            continue
        runs = json.load(open(path))
        runs = [runs[i] for i in np.random.default_rng(len(name)).permutation(len(runs))]
        rows = np.array([[hp["learning_rate"], 1 - hp["beta1"], 1 - hp["beta2"]] + [hp[k] for k in (
            "epsilon", "l1", "l2", "linear_decay", "exponential_decay")] for hp in (r["hp"] for r in runs)])
        curve = np.array([[np.nan if v is None else float(v) for v in r["valid"]["loss"][1:]] for r in runs])
        write(folder, name, "recorded", path, ["valid_loss"], space, rows, [curve], "evaluation interval")


def rpart(source, folder):
    params = {h["name"]: h for h in json.load(open(source + "config_space.json"))["hyperparameters"]}
    words = sorted(params[IMPUTE]["choices"])
    space = [{"name": k, "type": "float" if k == "cp" else "int", "low": params[k]["lower"], "high": params[k]["upper"],
              "log": params[k]["log"]} for k in ("cp", "maxdepth", "minbucket", "minsplit")]
    space.append({"name": IMPUTE, "type": "choice", "low": 0, "high": len(words) - 1, "log": False, "choices": words})
    code, ask = surrogate(source)
    for task in RPART:
        rows = draw(space, np.random.default_rng(int(task)))
        cat = np.array([[code["task_id"][task], code[IMPUTE][words[int(i)]]] for i in rows[:, 4]], np.int32)
        data = np.ones((ROWS, 1))  # all of it
        # Its first output is the accuracy.
        errors = [100 * (1 - ask(cat, np.concatenate([rows[:, :4], data, data * k], 1))[:, :1]) for k in range(1, REPEATS + 1)]
        names = ["val_error"] + ["val_error, repeat %d" % k for k in range(1, REPEATS + 1)]
        write(folder, "rpart-" + task, "surrogate", source, names, space, rows, [np.mean(errors, 0)] + errors, "training", REPEATS)


def surrogate(source):
    """The codes of the words a model knows, and a function of words and numbers."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = onnxruntime.InferenceSession(source + "model.onnx", options)
    return json.load(open(source + "encoding.json")), lambda cat, cont: model.run(
        None, {"x_cat": cat, "x_cont": cont.astype(np.float32)})[0]


def space_of(table):
    with gzip.open("%s/%s.tbl.gz" % (HERE, table)) as f:
        return json.loads(f.readline())["space"]


def draw(space, rng):
    columns = []
    for p in space:
        low, high, u = p["low"], p["high"], rng.random(ROWS)
        if p["type"] == "choice":
            x = rng.integers(len(p["choices"]), size=ROWS)
        else:
            x = low * (high / low) ** u if p["log"] else low + u * (high - low)
            x = np.clip(np.round(x) if p["type"] == "int" else x, low, high)
        columns.append(x.astype(np.float32))
    return np.stack(columns, 1)


def write(folder, name, kind, source, names, space, rows, curves, unit, repeats=0):
    # 15 bits of the mantissa, as in the other tables.
    cut = lambda c: (np.float32(c).view(np.uint32) + 0x80 & 0xFFFFFF00).astype(np.uint32).view(np.float32)
    curves = [np.where(np.isfinite(c), cut(c), np.float32(np.nan)) for c in curves]
    metrics = []
    for metric, curve in zip(names, curves):
        last = curve[:, -1]
        metrics.append({
            "name": metric, "best_final": float(np.nanmin(last)), "median_final": float(np.median(np.where(np.isnan(last), np.inf, last))),
            "worst_final": float(np.nanmax(last)), "best_any": float(np.nanmin(curve)), "nonfinite_final": int(np.isnan(last).sum()),
        })
    header = {
        "format": "danlu-bench-1", "task": name, "family": name.split("-")[0], "kind": kind,
        "source": "/".join(source.rstrip("/").split("/")[-2:]), "goal": "minimize", "primary": names[0], "metrics": metrics, "space": space,
        "step_unit": unit, "n_configs": len(rows), "n_params": len(space), "n_steps": curves[0].shape[1], "has_seconds": False,
        "dtype": "float32le",
    }
    if repeats:
        header["n_repeats"] = repeats
    body = json.dumps(header).encode() + b"\n" + rows.astype("<f4").tobytes() + b"".join(c.astype("<f4").tobytes() for c in curves)
    with open("%s/%s.tbl.gz" % (folder, name), "wb") as f:
        f.write(gzip.compress(body, 9, mtime=0))
    print(name, *("%.4g" % metrics[0][k] for k in ("best_final", "median_final")))


main(*sys.argv[1:])
