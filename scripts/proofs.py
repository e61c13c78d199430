# SPDX-License-Identifier: GPL-2.0
"""Where it is kept which rows of the contract were shown to hold, and by what.

Results lie in .build/results/COMMIT/SETTING.tsv, a line each for a row and a test: ID, "ok" or
"failed", test, place.  A run of some tests replaces what these tests said before and nothing
else, so narrowed runs add up; what another commit said is never mixed in.
"""

import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent
RESULTS = TOP / ".build/results"


def commit():
    """The commit that is tested; with -dirty when the tree differs from it."""
    done = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12",
                           "--exclude=*"], cwd=TOP, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout.strip() or "unknown"


def record(setting, tests, proofs):
    """TESTS ran in SETTING and said PROOFS, each (ID, verdict, test, place)."""
    path = RESULTS / commit() / f"{setting}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    tests = set(tests)
    lines = {"\t".join(proof) for proof in proofs}
    if path.exists():
        lines |= {line for line in path.read_text().splitlines()
                  if line.split("\t")[2] not in tests}
    path.write_text("".join(f"{line}\n" for line in sorted(lines)))


def read(folder):
    """What the results in FOLDER say: a list of (ID, verdict, test, place, setting)."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text().splitlines():
            fields = line.split("\t")
            if len(fields) == 4:
                found.append((*fields, path.stem))
    return found
