#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Measures what fltshim costs beside everything a user could choose instead.

Boots Debian's kernel once, on an emulated processor whose clock counts instructions, and there
measures the file system itself, overlayfs, eCryptfs, two mirrors by FUSE, a fanotify listener,
and fltfs with filters of several kinds, in instructions per operation. The load of this machine
does not change these figures, and two runs agree within 1 %; differences below that mean nothing.
Instructions are not time: a cache miss and an addition count the same.
Then boots once more with two processors, to see whether two processes get twice as much done.

The report is kept in .build/bench/COMMIT.txt, .json and .svg, unless only a part is measured.
"""

import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
# This folder is a package; what it shares with the other scripts lies beside it.
sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)
from bench import chart, missed, report
from bench.contenders import CONTENDERS, LOWERS, operations, scalings
from bench.measure import Bench, RESULTS, TOP, say
import debs

OPTIONS = "one processor, QEMU -icount shift=0,sleep=off, no RDRAND, no ERMS or FSRM"


def commit():
    """The commit that is measured; with -dirty when the tree differs from it."""
    done = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
                          cwd=TOP, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False)
    return done.stdout.strip() or "unknown"


def choice(known):
    """An argument that is a list of KNOWN things, with commas."""
    def parse(text):
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name}: give some of {','.join(known)}")
        return [name for name in known if name in names]
    return parse


def arguments():
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-k", "--kernel", default="6.12", choices=["6.1", "6.12"])
    parser.add_argument("--lower", type=choice(LOWERS), default=LOWERS, metavar="A,B",
                        help=f"file systems below (default: {','.join(LOWERS)})")
    parser.add_argument("--contender", type=choice(list(CONTENDERS)), metavar="A,B",
                        help=f"default: {','.join(CONTENDERS)}")
    parser.add_argument("--only", metavar="REGEX", help="only operations whose name matches")
    parser.add_argument("--twice", action="store_true",
                        help="two boots, side by side; fail if they differ by more than 1 %%")
    parser.add_argument("--against", metavar="FILE.json", type=pathlib.Path,
                        help="say what changed since an earlier run")
    parser.add_argument("--profile", type=choice(operations()), metavar="A,B",
                        help="where the instructions of operations go, by function")
    parser.add_argument("--json", action="store_true", help="print JSON, not tables")
    parser.add_argument("--readme", action="store_true", help="put the tables into README.md")
    options = parser.parse_args()
    known = [*operations(), *scalings()]
    try:
        names = options.profile or \
            [name for name in known if re.search(options.only or "", name)]
    except re.error as err:
        parser.error(f"--only {options.only}: {err}")
    if not names:
        parser.error(f"--only {options.only}: no operation has such a name")
    # The kernel of 6.1 has no FUSE passthrough.
    everybody = [name for name in CONTENDERS if options.kernel != "6.1" or name != "fuse-pass"]
    chosen = options.contender or everybody
    if not set(chosen) <= set(everybody):
        parser.error("fuse-pass takes kernel 6.12")
    options.contender = ["native", *(name for name in chosen if name != "native")]
    options.operations = [name for name in operations() if name in names]
    options.scalings = [name for name in scalings() if name in names] \
        if "fltfs-1" in chosen else []
    options.whole = (options.lower, options.contender, names) == (LOWERS, everybody, known)
    if options.readme and not options.whole:
        parser.error("--readme takes a whole run")
    return options


def keep(found):
    """Write the three files of a whole run."""
    for suffix, text in (("txt", found.text()), ("json", found.json()), ("svg", chart.svg(found))):
        path = RESULTS / f"{found.commit}.{suffix}"
        path.write_text(text)
        say(f"kept in {path.relative_to(TOP)}")


def compared(figures, again):
    """Do two runs agree?  Says so."""
    (difference, key), bad = report.disagreement(figures, again)
    say(f"the two runs differ by {difference:.2%} at most ({' '.join(key) or 'nothing'})")
    for key in bad:
        say(f"too different: {' '.join(key)}: {figures[key]:.0f} and {again[key]:.0f}")
    return not bad


def measure(options):
    """The whole job; true if all could be measured, and twice the same."""
    earlier = report.read(options.against) if options.against else None
    bench = Bench(options)
    measured = commit()
    bench.prepare()
    if options.profile:
        print(bench.profile(), end="")
        return True
    figures, again = {}, None
    if options.operations:
        figures, *more = bench.runs(2 if options.twice else 1)
        again = more[0] if more else None
    found = report.Report(bench.kernel.release, measured, OPTIONS, figures, bench.failed,
                          bench.scaling(),
                          bench.profiles(*missed.plan(figures)) if options.readme else {})
    print(found.json() if options.json else found.text(), end="")
    if earlier:
        print(report.changes(earlier, figures), end="")
    if options.whole:
        keep(found)
        if options.readme:
            report.into_readme(TOP / "README.md", found)
    else:
        say("not kept, as it is only a part")
    same = again is None or compared(figures, again)
    for lower, contender in found.failed:
        say(f"{contender} on {lower} could not be measured")
    return same and not found.failed


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    os.makedirs(RESULTS, exist_ok=True)
    try:
        return 0 if measure(arguments()) else 1
    except debs.Problem as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
