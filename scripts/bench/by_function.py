# SPDX-License-Identifier: GPL-2.0
"""Where the instructions of an operation go, function by function.

Reads what kunit/bench/fsprofile.c wrote, one span for each contender, and the guest's symbols.
"""

import bisect
import collections

USER = "(user space)"


class Symbols:
    """Names of the kernel's and its modules' functions by address."""

    def __init__(self, lines):
        table = {}
        for line in lines:
            address, name, *module = line.split()
            # Of several names for an address the first one is as good as any.
            table.setdefault(int(address, 16), name + "".join(f" {one}" for one in module))
        self.addresses = sorted(table)
        self.names = [table[address] for address in self.addresses]

    def name(self, address):
        """The function at ADDRESS."""
        if address < 1 << 47:
            return USER
        at = bisect.bisect_right(self.addresses, address) - 1
        return self.names[at] if at >= 0 else hex(address)


def spans(path):
    """The spans of the file: instructions by address of a block."""
    found = []
    with open(path, encoding="ascii") as file:
        for line in file:
            if line == "span\n":
                found.append(collections.Counter())
                continue
            address, instructions, times = line.split()
            found[-1][int(address, 16)] += int(instructions) * int(times)
    return found


def by_function(span, symbols, count):
    """Instructions per operation by function."""
    table = collections.Counter()
    for address, instructions in span.items():
        table[symbols.name(address)] += instructions / count
    return table


def text(title, contenders, tables, limit):
    """The functions in which the last contender spends most beyond the first, then the sums."""
    first, last = tables[contenders[0]], tables[contenders[-1]]
    names = set().union(*tables.values())
    order = sorted(names, key=lambda name: -abs(last[name] - first[name]))
    head = f"{'function':52}" + "".join(f"{name:>11}" for name in contenders) + f"{'added':>11}"
    lines = [title, head]
    for name in order[:limit]:
        if abs(last[name] - first[name]) < 0.5:
            break
        lines.append(f"{name[:51]:52}" + "".join(f"{tables[one][name]:11.0f}" for one in contenders)
                     + f"{last[name] - first[name]:+11.0f}")
    shown = order[:limit]
    for label, chosen in (("(others)", [name for name in names if name not in shown]),
                          ("all", names)):
        sums = {one: sum(tables[one][name] for name in chosen) for one in contenders}
        lines.append(f"{label:52}" + "".join(f"{sums[one]:11.0f}" for one in contenders)
                     + f"{sums[contenders[-1]] - sums[contenders[0]]:+11.0f}")
    return "\n".join(lines) + "\n"
