# SPDX-License-Identifier: GPL-2.0
"""Where it is kept which rows of the contract were shown to hold, and by what.

Results lie in .build/results/COMMIT/SETTING.tsv, a line each for a row and a test: ID, "ok" or
"failed", test, place.  A run of some tests replaces what these tests said before and nothing
else, so narrowed runs add up; what another commit said is never mixed in.  COMMIT of a tree with
changes ends in a hash of them, so that one state of the tree does not speak for another.
"""

import hashlib
import pathlib
import shutil
import subprocess
import threading

TOP = pathlib.Path(__file__).resolve().parent.parent
RESULTS = TOP / ".build/results"
KEPT = 20		# commits whose results are kept
_LOCK = threading.Lock()


def _git(top, *args):
    done = subprocess.run(["git", *args], cwd=top, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout if done.returncode == 0 else b""


def commit(top=TOP):
    """The commit that is tested; COMMIT-dirty-HASH when the tree differs from it."""
    name = _git(top, "rev-parse", "--short=12", "HEAD").decode().strip()
    if not name:
        return "unknown"
    changes = _git(top, "diff", "--binary", "HEAD")
    for path in _git(top, "ls-files", "-o", "-z", "--exclude-standard").split(b"\0"):
        file = top / path.decode(errors="surrogateescape")
        if path and file.is_file():
            changes += path + b"\0" + file.read_bytes()
    return f"{name}-dirty-{hashlib.sha256(changes).hexdigest()[:8]}" if changes else name


def record(setting, tests, proofs):
    """TESTS ran in SETTING and said PROOFS, each (ID, verdict, test, place)."""
    with _LOCK:
        _record(setting, tests, proofs)


def _record(setting, tests, proofs):
    path = RESULTS / commit() / f"{setting}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.touch()
    tests = set(tests)
    lines = {"\t".join(proof) for proof in proofs}
    if path.exists():
        lines |= {line for line in path.read_text().splitlines()
                  if line.split("\t")[2] not in tests}
    path.write_text("".join(f"{line}\n" for line in sorted(lines)))
    _forget()


def _forget():
    """Results of commits that were tested long ago go."""
    folders = sorted(RESULTS.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in folders[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def read(folder):
    """What the results in FOLDER say: a list of (ID, verdict, test, place, setting)."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text().splitlines():
            fields = line.split("\t")
            if len(fields) == 4:
                found.append((*fields, path.stem))
    return found
