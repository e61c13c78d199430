# SPDX-License-Identifier: GPL-2.0
"""Who is measured at what, and what is asked of them: the goals.

Figures are instructions per operation by (lower, contender, operation); None where a
file system refuses the operation.
"""

import dataclasses
import pathlib
import re

PROGRAMS = pathlib.Path(__file__).resolve().parent.parent.parent / "kunit/bench"
LOWERS = ["ext4", "tmpfs"]
# Whole programs take long; they are measured on this one only.
PROGRAM_LOWER = "ext4"


@dataclasses.dataclass(frozen=True)
class Contender:
    """One thing a user could choose.  head: its column; what: in words; filters: their modules;
    only: the operations that it is measured at, if not all; then it is a variant, with rows of its
    own instead of a column, of the contender like."""
    name: str
    head: str
    what: str
    filters: tuple = ()
    only: tuple = ()
    like: str = ""


def _numbered(name, count):
    return tuple(f"{name}{number}" for number in range(1, count + 1))


CONTENDERS = {one.name: one for one in [
    Contender("native", "itself", "the file system itself"),
    Contender("overlayfs", "overlayfs", "overlayfs, everything in its upper layer"),
    Contender("ecryptfs", "eCryptfs", "eCryptfs with AES-128"),
    Contender("bindfs", "bindfs", "a mirror by FUSE: bindfs, which may cache for an hour"),
    Contender("fuse-pass", "FUSE pass.", "a mirror by FUSE with passthrough, which may cache as well"),
    Contender("fanotify", "fanotify", "a listener asked before opens and reads, which allows all"),
    Contender("fltfs-0", "fltfs", "fltfs with no filter"),
    Contender("fltfs-1", "1 filter", "with one that passes everything on, seen before and after",
              _numbered("passthru", 1)),
    Contender("fltfs-3", "3 filters", "with three of them", _numbered("passthru", 3)),
    Contender("fltfs-8", "8 filters", "with eight of them", _numbered("passthru", 8)),
    Contender("fltfs-opens", "8 for opens", "with eight that see opens and closes only",
              _numbered("openonly", 8)),
    Contender("fltfs-data", "1, data", "with one that is handed data in kernel memory "
              "(BufferAccess 1)", ("withdata1",)),
    Contender("swapbuf", "swapbuf", "with samples/swapbuf, which transforms data, and fltfs's own "
              "page cache", ("swapbuf",)),
    *(Contender(f"reuse-{count}", "open=reuse", f"fltfs-{count} mounted with open=reuse",
                _numbered("passthru", count), ("open-close",), f"fltfs-{count}")
      for count in (0, 1, 8)),
]}

# Instructions that fltfs may add on ext4, with no, one and eight filters.
ADDED = {
    "pread-4K": (50, 255, 700),
    "pwrite-4K": (95, 300, 745),
    "append-4K": (140, 345, 790),
    "open-close": (1800, 2500, 3900),
    "stat": (95, 300, 745),
    "stat-deep8": (370, 575, 1020),
    "stat-enoent": (45, 250, 690),
    "fstat": (55, 260, 700),
    "create-unlink": (6000, 7400, 10600),
    "rename": (3500, 4300, 6100),
    "fsync-clean": (35, 240, 690),
    "dio-4K": (50, 255, 700),
    "uring-dio-4K": (125, 390, 840),
    "aio-dio-4K": (125, 390, 840),
}
ADDED_OF = {"fltfs-0": 0, "fltfs-1": 1, "fltfs-8": 2}
# A listing is judged on tmpfs: on ext4 its cost depends on more than the stack.
JUDGED_ON_TMPFS = "readdir-1000"
# Where a ratio of 1.00 is asked for, and what filters cost those who do not ask them: so much is noise.
NOISE = 0.005
# Filters that see only opens and closes are to cost these nothing.
NO_OPEN = ["pread-4K", "pread-64K", "pwrite-4K", "append-4K", "fstat", "fsync-clean", "dio-4K",
           "uring-dio-4K", "aio-dio-4K"]
SWAPBUF_READS = 0.10
# A pair of callbacks, and each filter; and where one filter may cost more than overlayfs.
PAIR, PAIR_EACH = 190, 63
# An open that takes the lower file which an earlier one has left, likewise.
REUSED_OPEN = {"reuse-0": 200, "reuse-1": 936, "reuse-8": 2313}
BEHIND_OVERLAYFS = ["fsync-clean", "stat-enoent"]
# Two processes to one: the lower file system's own ratio less so much.
SCALING = 0.15


def operations():
    """The operations that fsbench has, in its order."""
    found = []
    for name in ("data", "async", "names", "programs"):
        text = (PROGRAMS / f"{name}.c").read_text()
        table = text[text.index("_operations[] = {"):]
        found += re.findall(r'^\t\{ "([^"]+)"', table, re.M)
    return found


def programs():
    """Those that are whole programs."""
    text = (PROGRAMS / "programs.c").read_text()
    return re.findall(r'^\t\{ "([^"]+)"', text[text.index("_operations[] = {"):], re.M)


def scalings():
    """What is done by one process and by two."""
    return re.findall(r'\{ "(scale-\w+)"', (PROGRAMS / "fsscale.c").read_text())


def goal(figures, lower, contender, name):
    """The instructions that CONTENDER may add, or None if no goal is set."""
    def value(other):
        return figures.get((lower, other, name))

    base = value("native")
    if base is None:
        return None
    if name == JUDGED_ON_TMPFS:
        if lower != "tmpfs" or contender not in ADDED_OF:
            return None
        return 300 if contender == "fltfs-0" else round(base * NOISE)
    if lower != "ext4":
        return None
    if contender in REUSED_OPEN:
        return REUSED_OPEN[contender]
    if contender in ADDED_OF:
        if name == "mmap-fault":
            return round(base * NOISE)
        return ADDED[name][ADDED_OF[contender]] if name in ADDED else None
    if contender == "fltfs-opens" and name in NO_OPEN and value("fltfs-0"):
        return round(value("fltfs-0") - base + max(5, base * NOISE))
    if contender == "swapbuf" and name.startswith("pread"):
        return round(base * SWAPBUF_READS)
    if contender == "swapbuf" and name in ("pwrite-4K", "append-4K") and value("ecryptfs"):
        return round(value("ecryptfs") - base)
    return None


def met(figures, lower, contender, name):
    """Is the goal met?  None where there is none, or nothing to judge.  Who refuses misses it."""
    limit = goal(figures, lower, contender, name)
    if limit is None or (lower, contender, name) not in figures:
        return None
    value = figures[lower, contender, name]
    return value is not None and round(value - figures[lower, "native", name]) <= limit


def in_words(figures):
    """What is asked for besides, as far as it was measured: dicts of text, figure, goal, met."""
    def added(contender, name):
        values = [figures.get(("ext4", one, name)) for one in (contender, "native")]
        return None if None in values else values[0] - values[1]

    found = []
    reads = [added(one, "pread-4K") for one in ("fltfs-0", "fltfs-1", "fltfs-8")]
    if None not in reads:
        each = (reads[2] - reads[1]) / 7
        once = reads[1] - reads[0] - each
        found.append({"text": "callbacks before and after a read: once, and for each filter",
                      "figure": f"{once:.0f}, {each:.0f}", "goal": f"{PAIR}, {PAIR_EACH}",
                      "met": once <= PAIR and each <= PAIR_EACH})
    both = {name: (added("fltfs-1", name), added("overlayfs", name)) for name in
            dict.fromkeys(name for _, _, name in figures) if name in ADDED}
    both = {name: pair for name, pair in both.items() if None not in pair}
    if both:
        behind = [name for name, (ours, theirs) in both.items() if ours >= theirs]
        found.append({"text": "one filter adds less than overlayfs with none",
                      "figure": "not to " + ", ".join(behind) if behind else "to all",
                      "goal": f"to all but {', '.join(BEHIND_OVERLAYFS)}",
                      "met": set(behind) <= set(BEHIND_OVERLAYFS)})
    return found
