# SPDX-License-Identifier: GPL-2.0
"""For goals that are not met: which functions take the instructions, and what would have to change.

Instructions by function are Counters by (lower, contender, operation), native's among them.
"""

import collections
import re

from bench.contenders import CONTENDERS, met

# Contenders that share a row, in which each function has a number for each.
TOGETHER = ("fltfs-0", "fltfs-1", "fltfs-8")
REUSE = ("reuse-0", "reuse-1", "reuse-8")
# So many functions are named at most, each with at least this part of what is added.
FUNCTIONS, LEAST = 14, 0.02

# What would have to change, by operation; with a contender's name before it where that is alone.
PAIR = ("what a pair of callbacks costs once is entering and leaving the stack "
        "(`flt_operation_run`), the barrier for exceptions (`flt_machine_run`, `fsh_setjmp`) and "
        "the first steps of both walks; for each filter it is calls through retpolines, looking "
        "for what it may not have changed, and undoing what it changed: its own are 7. The goal "
        "is that of a prototype without exceptions, without a list of what is in flight and "
        "without these checks; to reach it they would have to go")
CHANGES = {
    "pread-4K": PAIR + ". The rest tells filters of a read as Windows does (`fltfs_read_filtered`)",
    "pwrite-4K": "as pread-4K; without a filter the freeze protection of the file system below, and "
                 "the size that is looked at again",
    "append-4K": "as pwrite-4K",
    "fstat": "as pread-4K, and as much again: the answer is put into the form that Windows has, kept to "
             "see what filters change, and taken back (`fltfs_fill_*`, `fltfs_stat_*`). Without a filter "
             "there are two `->getattr`; attributes copied into the upper inode would be stale",
    "stat": "as fstat; besides, QUERY_OPEN shows a file object with a name, which are made for it: an "
            "object kept for each inode would have contexts that outlive the operation",
    "stat-deep8": "as stat; for each component `->permission` and `->d_revalidate`, called through "
                  "retpolines: without either, rights or names would be stale",
    "stat-enoent": "`->permission` of the folder and `->d_revalidate` of the name, called through "
                   "retpolines: without either, rights or names would be stale",
    "fsync-clean": "as pread-4K; without a filter `vfs_fsync_range()` of the file below",
    "dio-4K": "as pread-4K",
    "aio-dio-4K": "as pread-4K; and memory for what outlives the call (`kmem_cache_alloc_noprof`), "
                  "which a list for each processor would make cheaper",
    "uring-dio-4K": "with a filter io_uring hands the read to a worker, as a callback may sleep and the "
                    "first try of io_uring must not: most of it is the scheduler. Filters would have to "
                    "be called in that first try; a program would then wait where it asked not to",
    "open-close": "three operations (CREATE, CLEANUP, CLOSE), each as pread-4K; a file object with its "
                  "name; and a second `struct file`, for which the security modules are asked again",
    "create-unlink": "seven operations (to create, and to open, mark and close what is unlinked), each "
                     "as pread-4K; names that are made anew, as the file is new each time; and the lock "
                     "of the folder, which is let go while filters look at the create",
    "rename": "four operations, each as pread-4K; names of both places; and `vfs_rename()` below, which "
              "repeats each check of the VFS",
    "readdir-1000": "names are kept until filters have agreed (`fltfs_gather_plain`, "
                    "`fltfs_scan_emit_plain`): they must not run under the lock of the folder below, "
                    "and what the program has been given cannot be taken back",
    "fltfs-opens fstat": "fstat reaches a file system as stat does: whether a create is to be shown "
                         "is known when the caller's open file has been found (`fltfs_fo_own`)",
    "swapbuf pwrite-4K": "each page of the own page cache is written below at once, through the "
                         "filter, which copies it; with write=back, which the mount has not said, "
                         "it would be written once",
    "swapbuf append-4K": "as pwrite-4K",
    "reuse-0 open-close": "what an open costs above the file below is left: `->permission` and "
                          "`->d_revalidate`; `->open`, `->flush` and `->release`, called through "
                          "retpolines; counting the file's opens, by which its page cache is chosen "
                          "(`fltfs_inode_closed`). With filters, as open-close",
    "mmap-fault": "within what the state of the address space changes between two runs",
}
UNSAID = "**to be said in CHANGES of scripts/bench/missed.py**"


def rows(figures):
    """What is missed: (lower, operation, contenders that share the row)."""
    found = []
    for lower, _, name in figures:
        lacking = [one for one in CONTENDERS if met(figures, lower, one, name) is False]
        for one in lacking:
            group = next((group for group in (TOGETHER, REUSE) if one in group), (one,))
            group = tuple(other for other in group if (lower, other, name) in figures)
            if (lower, name, group) not in found:
                found.append((lower, name, group))
    return found


def plan(figures):
    """What has to be profiled: operations by lower file system, and the contenders."""
    operations, contenders = {}, {"native"}
    for lower, name, group in rows(figures):
        # Where it is refused there is nothing to see.
        if None not in [figures[lower, one, name] for one in group]:
            operations.setdefault(lower, [])
            operations[lower] += [] if name in operations[lower] else [name]
            contenders |= set(group)
    return operations, [one for one in CONTENDERS if one in contenders]


def _folded(table):
    """By the function's name in the source, whichever copy of a module or part it is."""
    found = collections.Counter()
    for name, count in table.items():
        found[re.sub(r"\.(part|isra|constprop|cold)\b.*", "", name.split()[0])] += count
    return found


def functions(tables, lower, name, group):
    """Where the instructions go that are added: '`function` 1/2/3, ...'."""
    base = _folded(tables[lower, "native", name])
    added = []
    for one in group:
        table = _folded(tables[lower, one, name])
        added.append({key: table[key] - base[key] for key in {*table, *base}})
    sums = [sum(table.values()) for table in added]
    weight = {key: max(table.get(key, 0) / total if total > 0 else 0
                       for table, total in zip(added, sums))
              for key in set().union(*added)}
    shown = sorted((key for key in weight if weight[key] >= LEAST),
                   key=lambda key: (-weight[key], key))[:FUNCTIONS]
    cells = [f"`{key}` " + "/".join(f"{table.get(key, 0):.0f}" for table in added)
             for key in shown]
    rest = [total - sum(table.get(key, 0) for key in shown) for table, total in zip(added, sums)]
    return ", ".join([*cells, "others " + "/".join(f"{count:.0f}" for count in rest)])


def table(report, tables):
    """Rows of cells: the operation, what is added for each contender, functions, what to change."""
    found = [["operation", "added (goal)", "by function", "what would have to change"]]
    for lower, name, group in rows(report.figures):
        key = name if group[0] in TOGETHER else f"{group[0]} {name}"
        heads = "" if group[0] in TOGETHER else f", {CONTENDERS[group[0]].head}"
        there = all((lower, one, name) in tables for one in group)
        found.append([f"{name}{'' if lower == 'ext4' else f' on {lower}'}{heads}",
                      "; ".join(report.judged(lower, one, name) for one in group),
                      functions(tables, lower, name, group) if there else "not seen",
                      CHANGES.get(key, UNSAID)])
    return found
