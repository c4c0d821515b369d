"""Writes the event files here with the writers people use.

    PYTHONPATH=<where torch is> python write.py torch|x|tensors

torch 2.15.0 (torch.utils.tensorboard over tensorboard 2.21.0), tensorboardX 2.6.5,
and tensorboard 2.21.0's own summaries of TensorFlow 2's form.
"""
import os, sys, glob, shutil, time

def torch_(d):
    import torch, numpy
    from torch.utils.tensorboard import SummaryWriter
    w = SummaryWriter(d)
    w.add_text("note", "a note")
    for step in (1, 2, 3):
        w.add_scalar("val/acc", 0.5 + step / 8, step)
        w.add_scalar("loss", torch.tensor(2.0 / step), step, new_style=True)
        w.add_scalar("double", step * 1.1, step, new_style=True, double_precision=True)
        w.add_scalars("accuracy", {"train": step / 4, "val": step / 8}, step)
        w.add_histogram("weights", numpy.arange(20000.0), step, bins="auto")
    w.add_scalar("loss", float("nan"), 4)
    w.add_scalar("loss", float("-inf"), 5)
    w.add_image("big", numpy.random.default_rng(0).random((3, 40, 40)), 5)
    w.add_hparams({"lr": 0.1, "opt": "sgd", "flag": True}, {"hparam/acc": 0.875}, run_name="hp")
    w.close()

def x(d):
    from tensorboardX import SummaryWriter
    w = SummaryWriter(d)
    for step in (0, 10, 1000000):
        w.add_scalar("val/acc", 0.25, step)
    w.close()

def tensors(d):
    import numpy
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.scalar import metadata
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    from tensorboard.util import tensor_util
    w = EventFileWriter(d)
    meta = metadata.create_summary_metadata("", "")
    def add(tag, array, step):
        v = Summary.Value(tag=tag, metadata=meta)
        v.tensor.CopyFrom(tensor_util.make_tensor_proto(array))
        w.add_event(Event(step=step, wall_time=1700000000.5, summary=Summary(value=[v])))
    for dtype in ("float16", "float32", "float64", "int8", "uint8", "int16", "uint16", "int32", "int64"):
        add(dtype, numpy.asarray(7 if "int" in dtype else 0.375, dtype=dtype), 2)
    for dtype in ("int32", "int64"):
        add("minus_" + dtype, numpy.asarray(-7, dtype=dtype), 2)
    add("two", numpy.asarray([1.0, 2.0]), 3)
    add("word", "text", 3)
    w.close()

which = sys.argv[1]
tmp = "tmp-" + which
{"torch": torch_, "x": x, "tensors": tensors}[which](tmp)
for f in sorted(glob.glob(tmp + "/**/*tfevents*", recursive=True)):
    run = os.path.relpath(os.path.dirname(f), tmp)
    shutil.copy(f, which + ("" if run == "." else "-" + run.replace("/", "-")) + ".tfevents")
shutil.rmtree(tmp)
