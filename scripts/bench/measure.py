# SPDX-License-Identifier: GPL-2.0
"""Boots the guests that measure, and reads what they report.

One boot for the figures, on one processor whose clock counts instructions; one for scaling, on
two ordinary ones.
"""

import concurrent.futures
import copy
import os
import pathlib
import re
import statistics
import sys
import tempfile

from bench import build, by_function
from bench.contenders import CONTENDERS, LOWERS, PROGRAM_LOWER, SCALING, programs
import debs
import guest_image
import guest_vm
import kernel_cache

TOP = build.TOP
RESULTS = TOP / ".build/bench"
ICOUNT_APPEND = "mitigations=auto nokaslr norandmaps"
# What eCryptfs would have loaded by itself, and crc32c-intel, as on any real machine.
MODULES = ["ext4", "overlay", "ecryptfs", "fuse", "cbc", "ecb", "md5", "aesni-intel",
           "crc32c-intel"]
PACKAGES = ["bindfs", "git", "grep", "gzip", "sqlite3", "tar"]
# Debian's kernel holds it against a listener that it is asked.
TAINT_FANOTIFY = 1 << 16
ROUNDS, MILLISECONDS = 5, 250


def say(text):
    """Progress goes to where it does not mix with the figures."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Bench:
    """One benchmark: what is measured, and what is needed for it."""

    def __init__(self, options):
        self.kernel = kernel_cache.get(f"{options.kernel}-full")
        self.lowers, self.contenders = options.lower, options.contender
        self.operations, self.scalings = options.operations, options.scalings
        self.profiling = bool(options.profile) or options.readme
        self.failed = {}
        self.text = ""

    def prepare(self):
        """Build everything."""
        self.names = sorted({name for one in self.contenders for name in CONTENDERS[one].filters} |
                            ({"passthru1", "passthru2"} if self.scalings else set()))
        say(f"building fltshim and {len(self.names)} filters for {self.kernel.release}")
        self.top = build.module(self.kernel)
        filters = build.Filters(self.kernel, self.top)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(filters.build, self.names))
        ram_disk, = guest_image.module_files(self.kernel, ["brd"])
        self.files = {"modules/fltshim.ko": self.top / "fltshim.ko",
                      "modules/brd.ko": guest_image.module_bytes(ram_disk),
                      "bench/ext4.gz": build.ext4_image(),
                      "bench/lib.sh": build.HERE / "lib.sh",
                      **{f"modules/{name}.ko": filters.path(name) for name in self.names}}
        wanted = ["fsbench", "fsscale", *(program for one, program in (
            ("ecryptfs", "ecryptkey"), ("fuse-pass", "fusepass"), ("fanotify", "fanallow"))
            if one in self.contenders)]
        for name in wanted:
            self.files[f"bench/{name}"] = build.program(name, self.top / "bench", self.kernel)
        if self.profiling:
            self.plugin = build.program("fsprofile", RESULTS, flags=("-shared", "-fPIC"))

    def _boot(self, script, on_line, **more):
        """Boot a guest with SCRIPT and hand its lines on; they are in self.text then."""
        seen, rest = [], b""

        def feed(data):
            nonlocal rest
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                seen.append(line.decode(errors="replace").rstrip("\r"))
                on_line(seen[-1])

        result = guest_vm.Guest(
            self.kernel.series, memory=3072, modules=MODULES, packages=PACKAGES,
            load=[f"brd.ko rd_nr=1 rd_size={build.RAM_DISK_MB << 10}"],
            script=(build.HERE / script).read_text(), time_limit=7200,
            taint=TAINT_FANOTIFY, **more).run(feed)
        self.text = "\n".join(seen) + "\n"
        errors = re.findall(r"^error (.*)$", self.text, re.M)
        if result.failure:
            raise debs.Problem(f"{result.failure}\n{result.evidence()}")
        if errors or result.status:
            raise debs.Problem(errors[0] if errors else
                               f"the guest's script returned {result.status}:\n{self.text[-2000:]}")

    def _operations(self, lower, contender="native"):
        only = CONTENDERS[contender].only
        return [name for name in self.operations
                if (lower == PROGRAM_LOWER or name not in programs()) and
                (not only or name in only)]

    def _measure(self, plan, contenders, qemu=()):
        """Have CONTENDERS do what PLAN, operations by lower file system, says."""
        def progress(line):
            if line.startswith("now ") and line != "now kernel":
                say("measuring {1} on {0}".format(*line[4:].split()))
            elif line.startswith("failed "):
                say(line)

        files = dict(self.files)
        if any(name in programs() for names in plan.values() for name in names):
            files |= build.tree(RESULTS)
        listed = ",".join(f"{one}:{'+'.join(CONTENDERS[one].filters)}:"
                          f"{'+'.join(CONTENDERS[one].only)}" for one in contenders)
        # Debian's own way of calling through pointers, and addresses that are the same each time.
        self._boot("bench.sh", progress, cpus=1, icount=True, files=files, append=ICOUNT_APPEND,
                   qemu=list(qemu), environment={
                       "LOWERS": ",".join(plan), "CONTENDERS": listed,
                       **{f"OPERATIONS_{lower}": ",".join(names) for lower, names in plan.items()},
                       "PROFILE": "yes" if qemu else ""})
        self.failed = {(lower, one): why for lower, one, why in
                       re.findall(r"^failed (\S+) (\S+) (.*)$", self.text, re.M)}

    def figures(self):
        """Boot and measure; figures by (lower, contender, operation), None where refused."""
        self._measure({lower: self._operations(lower) for lower in self.lowers}, self.contenders)
        found = {}
        for lower, contender, name, value in re.findall(
                r"^(tmpfs|ext4) (\S+) (\S+) ([\d.]+|-)$", self.text, re.M):
            found[lower, contender, name] = None if value == "-" else float(value)
        for contender, name, calls in re.findall(r"^calls (\S+) (\S+) (\d+)$", self.text, re.M):
            if int(calls) == 0:
                raise debs.Problem(f"{contender}: the filter {name} was never called")
        for lower in self.lowers:
            for contender in self.contenders:
                lacking = [name for name in self._operations(lower, contender)
                           if (lower, contender, name) not in found]
                if lacking:
                    self.failed.setdefault((lower, contender), f"no figure for {lacking[0]}")
        return found

    def runs(self, count):
        """The figures of so many boots, which run at the same time: instructions do not mind."""
        if any(name in programs() for name in self.operations):
            build.tree(RESULTS)
        benches = [self, *(copy.copy(self) for _ in range(count - 1))]
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            found = list(pool.map(Bench.figures, benches))
        for one in benches[1:]:
            self.failed = one.failed | self.failed
        return found

    def profiles(self, plan, contenders):
        """Boot with the profiler; instructions by function, by (lower, contender, operation)."""
        if not plan:
            return {}
        with tempfile.TemporaryDirectory() as work:
            path = pathlib.Path(work) / "profile"
            self._measure(plan, contenders, ["-plugin", f"{self.plugin},out={path}"])
            spans = by_function.spans(path)
        if self.failed:
            raise debs.Problem("; ".join(f"{one} on {lower}: {why}"
                                         for (lower, one), why in self.failed.items()))
        parts = re.split(r"^now .*\n", self.text, flags=re.M)[1:]
        kernel = re.findall(r"^symbol (.*)$", parts.pop(), re.M)
        tables = {}
        for text in parts:
            symbols = by_function.Symbols(kernel + re.findall(r"^symbol (.*)$", text, re.M))
            for *key, count in re.findall(r"^(tmpfs|ext4) (\S+) (\S+) (\d+)$", text, re.M):
                if not spans:
                    raise debs.Problem("the profiler saw fewer spans than there were")
                tables[tuple(key)] = by_function.by_function(spans.pop(0), symbols, int(count))
        if spans:
            raise debs.Problem(f"the profiler saw {len(spans)} spans more than there were")
        return tables

    def profile(self):
        """What --profile prints."""
        plan = {lower: self._operations(lower) for lower in self.lowers if self._operations(lower)}
        tables = self.profiles(plan, self.contenders)
        for lower, name in re.findall(r"^(tmpfs|ext4) \S+ (\S+) -$", self.text, re.M):
            raise debs.Problem(f"{name} is refused on {lower}")
        def one_table(lower, name):
            there = [one for one in self.contenders if (lower, one, name) in tables]
            return by_function.text(f"{name} on {lower}, instructions by function", there,
                                    {one: tables[lower, one, name] for one in there}, 45)

        return "\n".join(one_table(lower, name) for lower in plan for name in plan[lower])

    def scaling(self):
        """Boot two processors; rows of what two processes do compared with one, as dicts."""
        if not self.scalings:
            return []
        self._boot("scale.sh", lambda line: line.startswith("now ") and say(
            "scaling on {}, filters {}".format(*line[4:].split())), cpus=2, accel="",
            files=self.files, append="mitigations=auto", environment={
                "LOWERS": ",".join(self.lowers), "FILTER": "passthru1", "COMING": "passthru2",
                "OPERATIONS": ",".join(self.scalings), "ROUNDS": str(ROUNDS),
                "MILLISECONDS": str(MILLISECONDS)})
        for lower, changes in re.findall(r"^changes (\S+) (\d+)$", self.text, re.M):
            if int(changes) < 3:
                raise debs.Problem(f"scaling on {lower}: filters came and went {changes} times only")
        rates = {}
        for lower, when, name, folder, count, rate in re.findall(
                r"^(\S+) (quiet|changing) (scale-\w+) (\d) (\d) ([\d.]+)$", self.text, re.M):
            rates.setdefault((lower, when, name, folder, count), []).append(float(rate))
        rows = []
        for lower, when, name in dict.fromkeys(key[:3] for key in rates):
            ratios = [statistics.median(two / one for one, two in zip(
                rates[lower, when, name, folder, "1"], rates[lower, when, name, folder, "2"]))
                for folder in "01"]
            rows.append({"lower": lower, "filters": when, "operation": name,
                         "itself": ratios[0], "fltfs": ratios[1],
                         "met": ratios[1] >= ratios[0] * (1 - SCALING)})
        lacking = len(self.lowers) * 2 * len(self.scalings) - len(rows)
        if lacking:
            raise debs.Problem(f"scaling: {lacking} figures are missing")
        return rows
