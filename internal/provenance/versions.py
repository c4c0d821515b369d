"""Prints the versions of this Python and of packages that matter, as JSON."""
import os
import sys

# The user's folders come first in the path and may have files named like the
# standard library's: nothing of theirs may be imported.
sys.path = [p for p in sys.path if p not in ("", ".")]
sys.path.sort(key=lambda p: not p.startswith(os.path.dirname(os.__file__)))

import json  # noqa: E402
import platform  # noqa: E402

PACKAGES = (
    "torch torchvision torchaudio lightning pytorch-lightning transformers accelerate datasets "
    "tensorflow keras jax jaxlib flax numpy scipy pandas scikit-learn xgboost lightgbm danlu"
).split()

found = {platform.python_implementation().lower().replace("cpython", "python"): platform.python_version()}
try:
    from importlib.metadata import PackageNotFoundError, version
except ImportError:  # Python 3.7 and older
    PACKAGES = ()
for name in PACKAGES:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))
