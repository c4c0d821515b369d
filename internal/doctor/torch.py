"""Prints what this Python is, and what PyTorch finds in it, as JSON."""
import sys

# The folder of the study may have files named like packages.
sys.path = [p for p in sys.path if p not in ("", ".")]

import json  # noqa: E402
import platform  # noqa: E402

found = {"python": platform.python_version()}
try:
    import torch
except ModuleNotFoundError as e:
    if e.name != "torch":
        found["error"] = str(e)
except Exception as e:  # a library that is missing, a build for another machine
    found["error"] = " ".join(str(e).split())[:200]
else:
    found["torch"] = torch.__version__
    found["cuda"] = torch.version.cuda or ""
    found["gpus"] = torch.cuda.device_count()
    found["threads"] = torch.get_num_threads()
print(json.dumps(found))
