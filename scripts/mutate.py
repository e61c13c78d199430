# SPDX-License-Identifier: GPL-2.0
"""Breaks C sources one line at a time, for scripts/mutants.

candidates() gives every break that it knows for a file, the same ones in the same order for the
same text.  Each changes one line: a call, a reference or an assignment is dropped, a condition
negated or weakened, a constant becomes another.
"""

import collections
import dataclasses
import hashlib
import re

# Calls whose absence changes nothing that a test could see.
IDLE = re.compile(r"(pr_\w+|WARN\w*|BUILD_BUG\w*|might_sleep\w*|lockdep_\w+|cpu_relax|cond_resched"
                  r"|seq_\w+|static_assert|ratelimit_\w+|DEFINE_\w+|DECLARE_\w+)$")
REFERENCE = re.compile(r"(_get|_inc|_inc_not_zero|get_task_struct|_hold|_addref|module_get)$")
LEFT_OUT = re.compile(r"^\s*(pr_\w+|WARN\w*|fsh_violation|flt_violation|case |#|\*|/\*|EXPORT_)")
OTHER = {
    "true": "false", "false": "true", "NULL": "(void *)8",
    "FLT_PHASE_PRE": "FLT_PHASE_POST", "FLT_PHASE_POST": "FLT_PHASE_PRE",
    "FLT_PHASE_BOTTOM": "FLT_PHASE_POST", "FLT_PHASE_DONE": "FLT_PHASE_POST",
    "FLT_HOLD_NONE": "FLT_HOLD_CALLING", "FLT_HOLD_CALLING": "FLT_HOLD_NONE",
    "FLT_HOLD_PENDED": "FLT_HOLD_RESUMED", "FLT_HOLD_RESUMED": "FLT_HOLD_NONE",
    "FLT_HOLD_CLAIMED": "FLT_HOLD_RESUMED",
    "FLT_RECORD_OPEN": "FLT_RECORD_DONE", "FLT_RECORD_DONE": "FLT_RECORD_OPEN",
    "FLT_RECORD_NONE": "FLT_RECORD_OPEN",
    "PASSIVE_LEVEL": "APC_LEVEL", "APC_LEVEL": "DISPATCH_LEVEL", "DISPATCH_LEVEL": "APC_LEVEL",
}
WEAKER = [(" && ", " || "), (" || ", " && "), (" == ", " != "), (" != ", " == "), (" < ", " <= "),
          (" <= ", " < "), (" > ", " >= "), (" >= ", " > ")]


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One break: LINE (from 1) of PATH becomes AFTER; nth tells equal lines apart."""
    path: str
    line: int
    kind: str
    before: str
    after: str
    nth: int

    @property
    def name(self):
        """The same as long as file, line's text and break are, wherever the line moves to."""
        text = "\t".join((self.path, self.kind, self.before.strip(), self.after.strip(),
                          str(self.nth)))
        return hashlib.sha256(text.encode()).hexdigest()[:10]

    def __str__(self):
        return f"{self.path}:{self.line}: {self.kind}: {self.before.strip()}  ->  " \
               f"{self.after.strip()}"


def _balanced(text):
    depth = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0


def _breaks(line):
    """Yield (kind, the line broken) for one line of a function."""
    indent = re.match(r"\t+", line)[0]
    call = re.fullmatch(r"\t+([a-z_]\w*)(\(.*\));", line)
    if call and _balanced(call[2]):
        if not IDLE.match(call[1]):
            yield ("reference" if REFERENCE.search(call[1]) else "call"), f"{indent};"
    elif re.fullmatch(r"\t+\*?[\w.>\[\]-]+(->|\.)[\w\[\]]+(\+\+|--| [|&+-]?= .*);", line) or \
            re.fullmatch(r"\t+\*\w+ = .*;", line):
        yield "assignment", f"{indent};"
    condition = re.fullmatch(r"(\t+(?:\} else )?(?:else )?if \()(.*)(\)(?: \{)?)", line)
    if condition and _balanced(condition[2]):
        yield "condition", f"{condition[1]}!({condition[2]}){condition[3]}"
    for old, new in WEAKER:
        # The only comparison of a condition is as good as negated above.
        if condition and old in (" == ", " != ") and "&&" not in line and "||" not in line:
            continue
        at = line.find(old)
        while at >= 0:
            yield "operator", line[:at] + new + line[at + len(old):]
            at = line.find(old, at + 1)
    if re.match(r"\t+(static )?(const )?(struct|enum|union|unsigned|int|u\d+|bool|char|void) ",
                line) and "=" not in line:
        return
    for match in re.finditer(r"\b[A-Za-z_]\w*\b", line):
        word = match[0]
        new = OTHER.get(word)
        if re.fullmatch(r"STATUS_\w+", word) and re.search(r"return|= |\? ", line):
            new = "STATUS_UNSUCCESSFUL" if word != "STATUS_UNSUCCESSFUL" else "STATUS_SUCCESS"
        if new:
            yield "constant", line[:match.start()] + new + line[match.end():]
    for match in re.finditer(r"(?<![\w.\[])([01])(?![\w.\]])", line):
        if re.search(r"return|= |, |[<>] ", line):
            yield "constant", line[:match.start()] + str(1 - int(match[1])) + line[match.end():]


def candidates(path, text):
    """Every Mutant of a file."""
    found = []
    seen = collections.Counter()
    comment = False
    for number, line in enumerate(text.splitlines(), 1):
        starts = "/*" in line
        if comment or starts:
            comment = "*/" not in line[line.find("/*") if starts else 0:]
            if comment or line.lstrip().startswith(("/*", "*")):
                continue
        if not line.startswith("\t") or LEFT_OUT.match(line) or "__func__" in line or '"' in line:
            continue
        for kind, after in _breaks(line):
            key = kind, line.strip(), after.strip()
            found.append(Mutant(path, number, kind, line, after, seen[key]))
            seen[key] += 1
    return found


def apply(mutant, text):
    """The text of the file with the break in it."""
    lines = text.splitlines(keepends=True)
    assert lines[mutant.line - 1].rstrip("\n") == mutant.before
    lines[mutant.line - 1] = mutant.after + "\n"
    return "".join(lines)
