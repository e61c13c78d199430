# SPDX-License-Identifier: GPL-2.0
"""What a run of the benchmark found, as text, as JSON, as the tables of README, and compared."""

import dataclasses
import datetime
import json
import pathlib

from bench import missed
from bench.contenders import CONTENDERS, goal, in_words, met
import debs

MET, MISSED = "✓", "✗"
BEGIN = "<!-- bench: written by make bench ARGS=--readme, do not edit below -->"
END = "<!-- bench: end -->"
# Two runs may differ by so much; mappings depend on the shape of the address space.
AGREE, AGREE_MAPPED = 0.01, 0.05


@dataclasses.dataclass
class Report:
    """One run.  figures: instructions by (lower, contender, operation), None where refused;
    failed: why by (lower, contender); scaling: rows of Bench.scaling(); profiles: instructions by
    function, of what misses its goal, if they were asked for."""
    kernel: str
    commit: str
    options: str
    figures: dict
    failed: dict
    scaling: list
    profiles: dict = dataclasses.field(default_factory=dict)
    date: str = dataclasses.field(
        default_factory=lambda: datetime.date.today().isoformat())

    def lowers(self):
        return list(dict.fromkeys(lower for lower, _, _ in self.figures))

    def contenders(self):
        """Those that were measured at everything, in the usual order."""
        there = {contender for _, contender, _ in self.figures}
        return [name for name in CONTENDERS if name in there and not CONTENDERS[name].only]

    def variants(self, lower, name):
        """(label, contender by the one that it is like) of those that were measured at NAME."""
        there = {}
        for one in CONTENDERS.values():
            if one.like and (lower, one.name, name) in self.figures:
                there.setdefault(f"{name}, {one.head}", {})[one.like] = one.name
        return there.items()

    def operations(self, lower):
        return list(dict.fromkeys(name for at, _, name in self.figures if at == lower))

    def title(self):
        return f"Linux {self.kernel}, fltshim {self.commit}, {self.date}"

    def goals(self):
        """(goals, goals that are met)"""
        marks = [met(self.figures, *key) for key in self.figures]
        marks = [mark for mark in marks if mark is not None]
        marks += [row["met"] for row in [*in_words(self.figures), *self.scaling]]
        return len(marks), sum(marks)

    def ratio(self, lower, contender, name):
        """The figure by that of the lower file system, as text."""
        value, base = (self.figures.get((lower, one, name)) for one in (contender, "native"))
        if value is None or not base:
            return "-"
        return f"{value / base:.2f}" if value < 20 * base else f"{value / base:.1f}"

    def judged(self, lower, contender, name):
        """What is added, what may be, and a mark: '+67 (50) ✗'; empty if no goal is set."""
        mark = met(self.figures, lower, contender, name)
        if mark is None:
            return ""
        if self.figures[lower, contender, name] is None:
            return f"refused {MISSED}"
        added = self.figures[lower, contender, name] - self.figures[lower, "native", name]
        return (f"{added:+.0f} ({goal(self.figures, lower, contender, name)}) "
                f"{MET if mark else MISSED}")

    def ratio_table(self, lower):
        """Rows of cells: the operation, its cost on the file system itself, all ratios to it."""
        shown = self.contenders()[1:]
        rows = [[lower, "itself", *(CONTENDERS[one].head for one in shown)]]
        for name in self.operations(lower):
            base = self.figures.get((lower, "native", name))
            rows.append([name, "-" if base is None else f"{base:.0f}",
                         *(self.ratio(lower, one, name) for one in shown)])
            for label, of in self.variants(lower, name):
                rows.append([label, "", *(self.ratio(lower, of[one], name) if one in of else ""
                                          for one in shown)])
        return rows

    def goal_table(self):
        """Rows of cells: what is added where a goal is set, on whichever file system."""
        shown = [one for one in self.contenders()
                 if any(self.judged(lower, one, name) for lower in self.lowers()
                        for name in self.operations(lower))]
        rows = [["added (goal)", *(CONTENDERS[one].head for one in shown)]]
        for lower in self.lowers():
            for name in self.operations(lower):
                cells = [self.judged(lower, one, name) for one in shown]
                if any(cells):
                    rows.append([f"{name}{'' if lower == 'ext4' else f' on {lower}'}", *cells])
                for label, of in self.variants(lower, name):
                    cells = [self.judged(lower, of[one], name) if one in of else ""
                             for one in shown]
                    if any(cells):
                        rows.append([label, *cells])
        return rows

    def scaling_table(self):
        """Rows of cells: two processes by one, itself and through fltfs."""
        rows = [["two processes to one", "itself", "1 filter", "goal", ""]]
        for row in self.scaling:
            coming = ", others come and go" if row["filters"] == "changing" else ""
            rows.append([f"{row['operation']} on {row['lower']}{coming}", f"{row['itself']:.2f}",
                         f"{row['fltfs']:.2f}", f"{row['itself'] * 0.85:.2f}",
                         MET if row["met"] else MISSED])
        return rows

    def words_table(self):
        """Rows of cells: goals that are no figure of one operation."""
        return [["besides", "is", "goal", ""],
                *([row["text"], row["figure"], row["goal"], MET if row["met"] else MISSED]
                  for row in in_words(self.figures))]

    def text(self):
        """What a person reads."""
        out = f"{self.title()}\n{self.options}\n"
        for lower in self.lowers():
            out += (f"\nInstructions per operation on {lower}; all others by their ratio to it "
                    "(- where refused)\n\n" + columns(self.ratio_table(lower)))
        table = self.goal_table()
        if len(table) > 1:
            out += "\nInstructions that fltfs adds, and how many it may\n\n" + columns(table)
        table = self.words_table()
        if len(table) > 1:
            out += "\n" + columns(table)
        if self.scaling:
            out += "\n" + columns(self.scaling_table())
        count, good = self.goals()
        out += f"\n{good} of {count} goals are met.\n"
        for (lower, contender), why in self.failed.items():
            out += f"FAILED: {contender} on {lower} could not be measured: {why}\n"
        return out

    def json(self):
        """The same for programs."""
        rows = []
        for key, value in self.figures.items():
            lower, contender, name = key
            base = self.figures.get((lower, "native", name))
            both = value is not None and base
            rows.append({"lower": lower, "contender": contender, "operation": name,
                         "instructions": value, "added": round(value - base, 2) if both else None,
                         "ratio": round(value / base, 4) if both else None,
                         "goal": goal(self.figures, *key), "met": met(self.figures, *key)})
        count, good = self.goals()
        return json.dumps({
            "kernel": self.kernel, "commit": self.commit, "date": self.date,
            "options": self.options, "goals": count, "goals_met": good,
            "contenders": {one: CONTENDERS[one].what for one in
                           dict.fromkeys(contender for _, contender, _ in self.figures)},
            "figures": rows, "in_words": in_words(self.figures), "scaling": self.scaling,
            "failed": [{"lower": lower, "contender": contender, "why": why}
                       for (lower, contender), why in self.failed.items()]}, indent=1) + "\n"

    def markdown(self):
        """README's part."""
        out = (f"Measured on {self.date} at {self.commit} with Debian's {self.kernel}\n"
               f"({self.options}). On ext4, instructions per operation of the file\n"
               "system itself, and the ratio of all others to it:\n\n")
        lower = "ext4" if "ext4" in self.lowers() else self.lowers()[0]
        out += _markdown_table(self.ratio_table(lower))
        out += "\n" + "".join(f"- {CONTENDERS[one].head}: {CONTENDERS[one].what}\n"
                              for one in self.contenders()[1:])
        out += ("\nInstructions that fltfs adds, and in brackets how many it may add at most (8 for opens: "
                "no more\nthan without a filter; swapbuf: reads within a tenth of the file system "
                "itself, writes less than\neCryptfs):\n\n" + _markdown_table(self.goal_table())
                + "\n" + _markdown_table(self.words_table()))
        if self.scaling:
            out += ("\nWhat two processes get done on two processors, compared with one "
                    "(median of five turns):\n\n" + _markdown_table(self.scaling_table()))
        count, good = self.goals()
        out += f"\n{good} of {count} goals are met."
        table = missed.table(self, self.profiles)
        if len(table) > 1:
            out += (" Of those that are not, for each operation: where the instructions go\nthat are "
                    "added, by a profile of each function, with no, one and eight filters where there "
                    "are\nthree numbers; and what would have to change.\n\n"
                    + _markdown_table(table, 2))
        return out.rstrip("\n") + "\n"


def into_readme(path, report):
    """Put the tables between the marks of README."""
    text = path.read_text()
    begin, end = text.find(BEGIN), text.find(END)
    if begin < 0 or end < begin:
        raise debs.Problem(f"{path} has no part between '{BEGIN}' and '{END}'")
    path.write_text(text[:begin] + BEGIN + "\n" + report.markdown() + text[end:])


def columns(rows):
    """ROWS of cells as text, aligned."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def _markdown_table(rows, text=0):
    """ROWS of cells for README, the last TEXT of each to be read, not compared."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---|" + "---:|" * (len(rows[0]) - 1 - text) + "---|" * text)
    return "\n".join(lines) + "\n"


def read(path):
    """The figures of a file that Report.json() wrote."""
    try:
        rows = json.loads(pathlib.Path(path).read_text())["figures"]
        return {(row["lower"], row["contender"], row["operation"]): row["instructions"]
                for row in rows}
    except OSError as err:
        raise debs.Problem(f"cannot read {path}: {err.strerror}") from err
    except (ValueError, KeyError, TypeError) as err:
        raise debs.Problem(f"{path} is not a file of figures (.build/bench/COMMIT.json)") from err


def changes(earlier, figures):
    """What is dearer or cheaper than in an earlier run."""
    rows = [["changed", "was", "is", "by"]]
    for key, value in figures.items():
        old = earlier.get(key)
        # Half a percent of the operation is noise; so are a few instructions.
        if value and old and abs(value - old) > max(5, old * 0.005):
            rows.append([" ".join(key), f"{old:.0f}", f"{value:.0f}", f"{value - old:+.0f}"])
    return "\n" + (columns(rows) if len(rows) > 1 else "nothing changed\n")


def disagreement(one, other):
    """The worst of the differences between two runs, and those that are too large."""
    worst, bad = (0.0, ()), []
    for key, value in one.items():
        if not value or not other.get(key):
            continue
        difference = abs(other[key] / value - 1)
        worst = max(worst, (difference, key))
        if difference > (AGREE_MAPPED if key[2].startswith("mmap") else AGREE):
            bad.append(key)
    return worst, bad
