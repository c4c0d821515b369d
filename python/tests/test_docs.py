import contextlib
import io
import os
import pathlib
import re
import shutil
import unittest

from tests.driver import TrialCase

PAGES = [pathlib.Path(__file__).resolve().parents[2] / "docs" / name for name in ("python.md", "schedules.md")]
BLOCKS = [
    block for page in PAGES for block in re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
]


class TheDocuments(TrialCase):
    def test_have_blocks_that_run_outside_danlu_and_in_a_trial(self):
        self.assertEqual(len(BLOCKS), 8)
        here = shutil.which(os.environ.get("DANLU_BIN") or "danlu")
        for block in BLOCKS:
            if ("Study(" in block and not here) or ("torch" in block and not has_torch()):
                continue
            for trial in ({}, {"DANLU_TRIAL": "7", "DANLU_DIR": self.dir, "DANLU_SPOOL": self.spool}):
                with self.subTest(block=block, trial=trial):
                    keep = {k: os.environ[k] for k in ("DANLU_BIN",) if k in os.environ}
                    self.environ(**trial, **keep)
                    with contextlib.redirect_stdout(io.StringIO()):
                        exec(compile(block, "docs", "exec"), {"__name__": "__main__"})


def has_torch():
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    unittest.main()
