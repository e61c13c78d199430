# SPDX-License-Identifier: GPL-2.0
"""What scripts/bench prints: tables of figures, and what changed between two runs.

Figures are instructions per operation by (lower, contender, operation); None where a
file system refuses the operation.
"""

import pathlib

import debs

# Instructions that fltfs may add on ext4, with no, one and eight filters.
GOALS = {
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
    "readdir-1000": (300, None, None),
    "fsync-clean": (35, 240, 690),
    "dio-4K": (50, 255, 700),
    "aio-dio-4K": (125, 390, 840),
}
GOAL_OF = {"fltfs-0": 0, "fltfs-1": 1, "fltfs-8": 2}
# A listing is judged on tmpfs: on ext4 its cost depends on more than the stack.
GOAL_LOWER = {"readdir-1000": "tmpfs"}
HEADS = {"native": "itself", "overlayfs": "overlayfs", "fltfs-0": "fltfs, no filter",
         "fltfs-1": "one filter"}


def goal(lower, contender, name):
    """The instructions that CONTENDER may add, or None if no goal is set."""
    if contender not in GOAL_OF or GOAL_LOWER.get(name, "ext4") != lower:
        return None
    return GOALS.get(name, (None,) * 3)[GOAL_OF[contender]]


def _contenders(figures):
    return list(dict.fromkeys(contender for _, contender, _ in figures))


def _lowers(figures):
    return list(dict.fromkeys(lower for lower, _, _ in figures))


def _cell(figures, lower, contender, name):
    """Absolute, added, ratio, goal: '2076  +45 1.02 (50)'."""
    value, base = figures[lower, contender, name], figures[lower, "native", name]
    if value is None:
        return "-"
    if base is None:
        return f"{value:.0f}"
    limit = goal(lower, contender, name)
    mark = "" if limit is None else f"{'!' if value - base > limit else ' '}({limit})"
    return f"{value:.0f} {value - base:+.0f} {value / base:.2f}{mark}"


def _columns(rows):
    """ROWS of cells as text, aligned."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def text(title, figures, operations):
    """The tables that a person reads."""
    out = (f"{title}: instructions per operation, what is added to the file system itself, and "
           "the ratio.\n(N) is the goal for what is added, ! marks one that is missed.\n")
    for lower in _lowers(figures):
        contenders = _contenders(figures)
        heads = [HEADS.get(name, f"{name[6:]} filters") for name in contenders[1:]]
        rows = [[f"{lower}", "itself", *heads]]
        for name in operations:
            base = figures[lower, "native", name]
            rows.append([name, "-" if base is None else f"{base:.0f}",
                         *(_cell(figures, lower, one, name) for one in contenders[1:])])
        out += "\n" + _columns(rows)
    return out


def tsv(title, figures):
    """The same for programs; '-' where there is no figure."""
    lines = [f"# {title}", "lower\tcontender\toperation\tinstructions\tadded\tratio\tgoal"]
    for (lower, contender, name), value in figures.items():
        base = figures.get((lower, "native", name))
        limit = goal(lower, contender, name)
        both = value is not None and base
        lines.append("\t".join((
            lower, contender, name, "-" if value is None else f"{value:.2f}",
            f"{value - base:.2f}" if both else "-", f"{value / base:.4f}" if both else "-",
            "-" if limit is None else str(limit))))
    return "\n".join(lines) + "\n"


def read(path):
    """The figures of a file that tsv() wrote."""
    try:
        lines = pathlib.Path(path).read_text().splitlines()
    except OSError as err:
        raise debs.Problem(f"cannot read {path}: {err.strerror}") from err
    figures = {}
    for number, line in enumerate(lines, 1):
        if line.startswith(("#", "lower\t")):
            continue
        fields = line.split("\t")
        try:
            figures[tuple(fields[:3])] = None if fields[3] == "-" else float(fields[3])
        except (IndexError, ValueError) as err:
            raise debs.Problem(f"{path}:{number}: not a line of figures") from err
    return figures


def changes(earlier, figures):
    """What is dearer or cheaper than in an earlier run."""
    rows = [["changed", "was", "is", "by"]]
    for key, value in figures.items():
        old = earlier.get(key)
        # Half a percent of the operation is noise; so are a few instructions.
        if value and old and abs(value - old) > max(5, old * 0.005):
            rows.append([" ".join(key), f"{old:.0f}", f"{value:.0f}", f"{value - old:+.0f}"])
    return "\n" + (_columns(rows) if len(rows) > 1 else "nothing changed\n")
