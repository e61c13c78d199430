# SPDX-License-Identifier: GPL-2.0
"""Builds fltshim with the unit suites for a test kernel, runs them in a guest, reads the KTAP.

What ran and how it went is read by the kernel's own kunit.py; the rows that were proven by the
log's "proves:" lines.
"""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import debs
import debug_kernel
import guest_vm
import proofs

TOP = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = """\
echo N >/sys/kernel/debug/failslab/ignore-gfp-wait
echo 0 >/sys/kernel/debug/failslab/verbose
filter=/sys/module/kunit/parameters/filter_glob
if [ -e $filter ]; then printf %s '{glob}' >$filter; fi
# 6.12 frees workqueues' lockdep classes in one worker for all, with a grace period for each: with
# long ones many cycles leave no classes.
case '{parameters}' in *unload_cycles=*) echo 1 >/sys/kernel/rcu_expedited ;; esac
leaks=/sys/kernel/debug/kmemleak
if [ -e $leaks ]; then echo clear >$leaks; fi
dmesg -c >/dev/null
# So that the console has it all if this never returns.
echo 7 >/proc/sys/kernel/printk
insmod /modules/fltshim.ko {parameters} || exit 1
suites=/sys/module/fltshim/parameters/suites
if [ -e $suites ]; then printf %s '{glob}' >$suites || exit 1; fi
dmesg
if [ -e $leaks ]; then
	sleep 6
	echo scan >$leaks
	sleep 1
	echo scan >$leaks
	sed 's/^/leak: /' $leaks
fi
rmmod fltshim
"""
# Their KUnit would run suites before the module's start: fltshim/compat/kunit.c does it instead.
EARLY = ["6.1-debug"]


@dataclasses.dataclass
class Case:
    """One case: "suite.name", "ok", "not ok" or "skip", and what it said."""
    name: str
    state: str
    output: str = ""


@dataclasses.dataclass
class Outcome:
    """How a run went; failure says what was wrong beside the cases."""
    cases: list
    proofs: list
    failure: str = ""
    log: str = ""
    seconds: float = 0.0

    @property
    def ok(self):
        """Did everything that ran pass, and did anything?"""
        return bool(self.cases) and not self.failure and \
            all(case.state != "not ok" for case in self.cases)


def build(kernel, jobs=None, tree=None, flags="-Werror"):
    """Build fltshim.ko with the suites; return its path."""
    tree = tree or TOP / ".build" / kernel.tree
    subprocess.run([TOP / "scripts/kernels_tree", tree], check=True)
    return make(kernel, jobs, tree, flags)


def make(kernel, jobs, tree, flags):
    """Bring fltshim.ko in TREE up to date; return its path."""
    done = subprocess.run(
        [*debs.NICELY, "make", "-C", kernel.kdir, f"M={tree}", "FLTSHIM_KUNIT=1",
         f"KCFLAGS={flags}", f"-j{jobs or os.cpu_count()}", "modules"], text=True, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        errors="replace", env={name: value for name, value in os.environ.items()
                               if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")})
    if done.returncode != 0:
        wrong = [line for line in done.stdout.splitlines()
                 if re.search(r"error:|undefined!|\*\*\*", line)]
        raise debs.Problem("fltshim with the unit suites does not build:\n"
                           + "\n".join((wrong or done.stdout.splitlines())[-20:]))
    return tree / "fltshim.ko"


def boot(kernel, module, glob, time_limit, parameters=""):
    """Run the suites that GLOB names; the guest's Result."""
    guest = guest_vm.Guest(kernel.series, SCRIPT.format(glob=glob, parameters=parameters),
                           memory=1536, time_limit=time_limit,
                           append="kunit.enable=0" if kernel.series in EARLY else "",
                           files={"modules/fltshim.ko": str(module)})
    result = guest.run()
    for _ in range(2):
        if not guest_vm.emulator_erred(result.console):
            break
        print("the emulator executed a breakpoint that was not there; another guest", flush=True)
        result = guest.run()
    return result


def source_of(kernel):
    """The kernel's unpacked source, which has kunit.py."""
    return (kernel.kdir / "source").resolve()


def parse(kernel, log):
    """The cases in a kernel log, by the kernel's own parser."""
    with tempfile.TemporaryDirectory() as work:
        text, answer = pathlib.Path(work, "log"), pathlib.Path(work, "json")
        text.write_text(log)
        subprocess.run([sys.executable, "-B", source_of(kernel) / "tools/testing/kunit/kunit.py",
                        "parse", f"--json={answer}", text], check=False, cwd=work,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tree = json.loads(answer.read_text()) if answer.exists() else {}
    states = {"PASS": "ok", "SKIP": "skip"}
    return [Case(f"{group['name']}.{case['name']}", states.get(case["status"], "not ok"))
            for group in _groups(tree) for case in group.get("test_cases", [])]


def _groups(tree):
    yield tree
    for group in tree.get("sub_groups", []):
        yield from _groups(group)


def plain(log):
    """A kernel log without its times."""
    return [re.sub(r"^\[ *[\d.]+\] ", "", line) for line in log.splitlines()]


def run(glob="*", series="debug", jobs=None, time_limit=900, report=None, parameters=""):
    """Build, boot, judge and record; the Outcome."""
    kernel = debug_kernel.get(series).build(jobs, report)
    module = build(kernel, jobs)
    result = boot(kernel, module, glob, time_limit, parameters)
    outcome = judge(kernel, result)
    proofs.record(f"{kernel.series}-kunit", [case.name for case in outcome.cases],
                  outcome.proofs)
    return outcome


def judge(kernel, result):
    """Read what a guest left."""
    log = result.output if "KTAP version 1" in result.output else result.console
    lines = plain(log)
    # The kernel's own suites, of which there are none, come first on the console.
    starts = [i for i, line in enumerate(lines) if line == "KTAP version 1"]
    start = starts[-1] if starts else None
    cases = parse(kernel, "\n".join(lines[start:]) + "\n") if start is not None else []
    rows = []
    for line in lines:
        match = re.match(r"proves: (\S+) (ok|failed) (\S+) (\S+)$", line)
        if match:
            rows.append(match.groups())
    failure = result.failure + (f"\n{result.evidence()}" if result.failure else "")
    outcome = Outcome(cases, rows, failure, log, result.seconds)
    leaks = [line for line in lines if line.startswith("leak: ")]
    if not outcome.failure and leaks:
        outcome.failure = "memory leaks:\n" + "\n".join(leaks[:40])
    if not outcome.failure and result.status != 0:
        outcome.failure = f"the guest's script ended with {result.status}"
    if not outcome.failure and not cases:
        outcome.failure = "no suite ran"
    _outputs(outcome, lines)
    return outcome


def _outputs(outcome, lines):
    """What each case that failed had said, from the log."""
    said = []
    found = {}
    for line in lines:
        match = re.match(r" +(not ok|ok) \d+ (\w+)", line)
        if match:
            if match[1] == "not ok":
                found[match[2]] = said
            said = []
        elif not re.match(r"proves: \S+ ok ", line):
            said.append(line)
    for case in outcome.cases:
        if case.state == "not ok":
            case.output = "\n".join(found.get(case.name.split(".")[1], [])[-30:])
