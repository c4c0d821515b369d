"""Make tables of RandomBotv2's XGBoost from its surrogate: choices, conditions and repeats.

    git clone https://github.com/slds-lmu/yahpo_data; git -C yahpo_data checkout efdab9072f63
    pip install numpy==2.4.6 onnxruntime==1.31.1
    python make_xgboost.py yahpo_data FOLDER [TASK…]

The surrogate's inputs are the task, booster and imputation as in encoding.json, and the
numbers in the order of NUMBERS, 0 for what a booster lacks, then the share of the data (1)
and the number of the repeat. Its first output is the accuracy.
"""

import gzip
import json
import sys

import numpy as np
import onnxruntime

TASKS = ["16", "44", "54", "1487", "1489", "1494", "1501", "40966", "40982", "41143"]
ROWS, REPEATS = 2000, 10
NUMBERS = [
    "nrounds", "eta", "gamma", "lambda", "alpha", "subsample", "max_depth", "min_child_weight",
    "colsample_bytree", "colsample_bylevel", "rate_drop", "skip_drop",
]
IMPUTE = "num.impute.selected.cpo"
METRIC = "val_error"


def main(source, folder, *tasks):
    source += "/rbv2_xgboost/"
    space = json.load(open(source + "config_space.json"))
    params = {h["name"]: h for h in space["hyperparameters"]}
    needs = {c["child"]: c.get("values") or [c["value"]] for c in space["conditions"]}
    code = json.load(open(source + "encoding.json"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = onnxruntime.InferenceSession(source + "model.onnx", options)
    for task in tasks or TASKS:
        rng = np.random.default_rng(int(task))
        columns, rows = [], []
        choices = {}
        for name in ["booster", IMPUTE]:
            words = sorted(params[name]["choices"])
            choices[name] = rng.integers(len(words), size=ROWS)
            columns.append({"name": name, "type": "choice", "low": 0, "high": len(words) - 1, "log": False, "choices": words})
            rows.append(choices[name].astype(np.float32))
        boosters = np.array(columns[0]["choices"])[choices["booster"]]
        for name in NUMBERS:
            h = params[name]
            low, high, whole = h["lower"], h["upper"], h["type"] == "uniform_int"
            u = rng.random(ROWS)
            x = low * (high / low) ** u if h["log"] else low + u * (high - low)
            x = np.clip(np.round(x) if whole else x, low, high).astype(np.float32)
            column = {"name": name, "type": "int" if whole else "float", "low": low, "high": high, "log": h["log"]}
            if name in needs:
                column["when"] = {"booster": needs[name]}
                x[~np.isin(boosters, needs[name])] = np.nan
            columns.append(column)
            rows.append(x)
        rows = np.stack(rows, 1)
        cat = np.empty((ROWS, 3), np.int32)
        cat[:, 0] = code["task_id"][task]
        for k, name in enumerate(["booster", IMPUTE]):
            cat[:, 1 + k] = [code[name][columns[k]["choices"][i]] for i in choices[name]]
        cont = np.concatenate([np.nan_to_num(rows[:, 2:]), np.ones((ROWS, 2), np.float32)], 1)
        errors = []
        for repeat in range(1, REPEATS + 1):
            cont[:, -1] = repeat
            errors.append(100 * (1 - model.run(None, {"x_cat": cat, "x_cont": cont})[0][:, 0]))
        errors = [np.mean(errors, 0)] + errors
        # 15 bits of the mantissa, as in the other tables.
        errors = [(np.float32(e).view(np.uint32) + 0x80 & 0xFFFFFF00).astype(np.uint32).view(np.float32) for e in errors]
        metrics = []
        for i, e in enumerate(errors):
            finite = [float(f(e)) for f in (np.min, np.median, np.max)]
            metrics.append({
                "name": METRIC if i == 0 else "%s, repeat %d" % (METRIC, i), "best_final": finite[0], "median_final": finite[1],
                "worst_final": finite[2], "best_any": finite[0], "nonfinite_final": 0,
            })
        header = {
            "format": "danlu-bench-1", "task": "xgboost-" + task, "family": "xgboost", "kind": "surrogate",
            "source": "slds-lmu/yahpo_data efdab9072f63 rbv2_xgboost/model.onnx", "goal": "minimize", "primary": METRIC,
            "metrics": metrics, "space": columns, "step_unit": "training", "n_configs": ROWS, "n_params": len(columns),
            "n_steps": 1, "n_repeats": REPEATS, "has_seconds": False, "dtype": "float32le",
        }
        body = json.dumps(header).encode() + b"\n" + rows.astype("<f4").tobytes() + b"".join(e.astype("<f4").tobytes() for e in errors)
        with open("%s/xgboost-%s.tbl.gz" % (folder, task), "wb") as f:
            f.write(gzip.compress(body, 9, mtime=0))
        print(task, *("%.3f" % x for x in (metrics[0]["best_final"], metrics[0]["median_final"])), "kB", len(gzip.compress(body)) // 1000)


main(*sys.argv[1:])
