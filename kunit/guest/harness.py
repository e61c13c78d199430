# SPDX-License-Identifier: GPL-2.0
"""Runs the tests of a folder in guests and collects verdicts and proofs.

A test is NAME.sh or NAME.c with a comment line of what it needs:
    needs: lower=ext4,tmpfs kernels=6.1,6.12 filters=a,b programs=git modules=overlay time=60
All words may be left out: lower then means all that there are for a kernel (LOWERS), but for what
runs on the kernel "debug", too, xfs only there, except in the long run; kernels Debian's two,
filters, programs and modules none, time 60 seconds.  On the older of Debian's kernels a test runs
on one file system, except in the long run.  long-kernels= and long-lower= are kernels and file
systems of the long run, and of a run that asks for the test by its name.  "lower=any" is for a test
to which it makes no difference: it runs once for each kernel.  "debug" among the kernels is the one
of scripts/kernel, with every check on and much slower: a test runs only on the first file system
that suits it.  time= is only there to end what hangs, and stretched: nothing may depend on how fast
a machine is, which others may use, too.  long= is the time where a test does more in the long run
(LONG is 1 in its environment): on the kernels more=, or else the newest of Debian's.  memory= is
that of the guest in MiB, where it matters.  uses= names C tests that this one runs itself, as
/t/uses/NAME.  parallel=yes is for a test whose processes get in each other's way: the guest's
processors then run at the same time.  Otherwise, if emulated, they take turns, which is a third
less work, and nine tenths where processes wait for each other all the time; not on a kernel with
checks.

Tests with one kernel, lower file system, memory and kind of processors share a boot: those with
programs see a root of Debian's with all of these, the others one of busybox.  When a test takes its
guest down, the rest get another one.  Where the emulator did it (guest_vm.emulator_erred), the test
that ran is among the rest.
"""

import dataclasses
import pathlib
import re
import subprocess
import threading

import debs
import guest_vm

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
# The lower file systems on which tests run, for each kernel; the first is "any".
LOWERS = {"6.1": ["ext4", "tmpfs"], "6.12": ["ext4", "tmpfs", "xfs"],
          "debug": ["xfs", "ext4"], "kcsan": ["xfs", "ext4"]}
DEBIAN = ["6.1", "6.12"]
# Freed memory of the kinds that fltshim takes and holds is poisoned, and new memory does not come
# zeroed by chance; of every kind, it costs half as much again.  Not with KASAN, which sees more:
# each allocation of a poisoned kind takes a lock that all processors share.
POISON = "slub_debug=FZP,kmalloc-*,fltfs*,_FLT*,dentry,filp init_on_alloc=0"
# How much longer a test may take on a kernel with checks.
SLOW = {"debug": 5, "kcsan": 5}
# What time= is multiplied by on the other kernels.
PATIENCE = 3
# A guest that dies this often on one list of tests is given up.
MAX_BOOTS = 6
# Held while a program is built, which may be wanted by two runs at a time.
COMPILING = threading.Lock()


@dataclasses.dataclass
class Test:
    """A test file and what it needs."""
    name: str
    path: pathlib.Path
    lower: list
    kernels: list
    filters: list
    programs: list
    modules: list
    uses: list
    time: int
    long: int
    more: list
    memory: int = 0
    parallel: bool = False


@dataclasses.dataclass
class Verdict:
    """What became of one test in one setting: ok, not ok, or skip."""
    setting: str
    name: str
    state: str
    seconds: float = 0.0
    why: str = ""
    output: str = ""


@dataclasses.dataclass(frozen=True, order=True)
class Setting:
    """What the tests of one boot share."""
    kernel: str
    lower: str
    memory: int = 0
    parallel: bool = True

    def __str__(self):
        return f"{self.kernel} {self.lower}"


def read_test(path, everything=False):
    """Parse the header of a test, with what is of the long run; an unknown word is an error."""
    needs = {"lower": [], "kernels": DEBIAN, "filters": [], "programs": [],
             "modules": [], "uses": [], "time": ["60"], "long": [], "memory": ["0"],
             "long-kernels": [], "long-lower": [], "more": DEBIAN[-1:],
             "parallel": ["no"]}
    for line in path.read_text().splitlines()[:40]:
        match = re.match(r"[\s#/*]*needs:(.*)", line)
        if not match:
            continue
        for word in match[1].replace("*/", "").split():
            key, equals, value = word.partition("=")
            if key not in needs or not equals:
                raise debs.Problem(f"{path}: unknown word in the needs line: {word}")
            needs[key] = [one for one in value.split(",") if one]
    needs["long"] = needs["long"] or needs["time"]
    for key in ("time", "long", "memory"):
        if not needs[key][0].isdigit():
            raise debs.Problem(f"{path}: {key}= takes a number, of seconds or MiB")
    for key, known in (("kernels", LOWERS), ("long-kernels", LOWERS), ("more", LOWERS),
                       ("parallel", ["yes", "no"]),
                       ("lower", {"any", *sum(LOWERS.values(), [])}),
                       ("long-lower", set(sum(LOWERS.values(), [])))):
        for one in needs[key]:
            if one not in known:
                raise debs.Problem(f"{path}: {key}={one}; there are {' '.join(sorted(known))}")
    if everything:
        needs["kernels"] = needs["kernels"] + needs["long-kernels"]
        needs["lower"] = needs["lower"] + needs["long-lower"]
    return Test(path.stem, path, needs["lower"], needs["kernels"], needs["filters"],
                needs["programs"], needs["modules"],
                [path.parent / f"{name}.c" for name in needs["uses"]],
                int(needs["time"][0]), int(needs["long"][0]), needs["more"],
                int(needs["memory"][0]),
                needs["parallel"] == ["yes"])


def find_tests(folder, only=None, long=False):
    """The tests in FOLDER, by name; only: a regular expression for names."""
    tests = [read_test(path, bool(long or only)) for path in sorted(folder.iterdir())
             if path.suffix in (".sh", ".c")]
    return [test for test in tests if not only or re.search(only, test.name)]


def programs_of(tests):
    """What is in Debian's root for all of TESTS."""
    return {name for test in tests if test.kernels for name in test.programs}


def compile_c(path, build):
    """Build a C test, static, for the guest."""
    with COMPILING:
        return _compile(path, build)


def _compile(path, build):
    program = build / path.stem
    sources = [path, *HERE.glob("*.h")]
    if program.exists() and all(one.stat().st_mtime < program.stat().st_mtime
                                for one in sources):
        return program
    build.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-static", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-pthread",
               "-D_GNU_SOURCE", f"-I{HERE}", "-o", program, path]
    done = subprocess.run(command, text=True, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise debs.Problem(f"{path} does not compile:\n{done.stderr}")
    return program


def lowers_of(test, kernel, long=False):
    """The lower file systems on which TEST runs on KERNEL, in the LONG run or not."""
    there = LOWERS[kernel]
    if test.lower == ["any"]:
        return there[:1]
    fit = [one for one in there if not test.lower or one in test.lower]
    if not fit:
        raise debs.Problem(f"{test.path}: on {kernel} there is no {' or '.join(test.lower)}")
    if kernel in SLOW:
        return fit[:1]
    if not test.lower and "debug" in test.kernels and not long:
        fit = [one for one in fit if one != LOWERS["debug"][0]]
    return fit[:1] if kernel == DEBIAN[0] and not long else fit


def settings_of(tests, kernels, long=False):
    """The settings in which TESTS run, in the LONG run or not, each with its tests.

    On a kernel with checks, whose boots take long, the file systems share one.
    """
    table = []
    for kernel in kernels:
        for lower in ["+".join(LOWERS[kernel])] if kernel in SLOW else LOWERS[kernel]:
            def boot_of(test):
                parallel = test.parallel or kernel in SLOW
                return Setting(kernel, lower, test.memory, parallel)

            there = [test for test in tests if kernel in test.kernels
                     and (kernel in SLOW or lower in lowers_of(test, kernel, long))]
            for boot in sorted(set(map(boot_of, there))):
                table.append((boot, [test for test in there if boot_of(test) == boot]))
    return table


class Runner:
    """Runs lists of tests.  modules(kernel, name) gives the path of NAME.ko for KERNEL.

    PROGRAMS are those of all tests: one root with all of them is made sooner than several.
    """

    def __init__(self, build, modules, report, programs=(), long=False):
        self.programs = sorted(programs)
        self.build = build
        self.modules = modules
        self.report = report
        self.long = long
        self.proofs = []

    def run(self, setting, tests):
        """Run TESTS in SETTING, in as many boots as it takes; the verdicts in order."""
        verdicts, left = [], []
        for test in tests:
            why = self._not_ready(setting, test)
            if why:
                verdicts.append(self._tell(Verdict(str(setting), test.name, "not ok",
                                                   why=why.splitlines()[0], output=why)))
            else:
                left.append(test)
        for _ in range(MAX_BOOTS if left else 0):
            done = self._boot(setting, left)
            verdicts += done
            left = left[len(done):]
            if not left:
                break
        for test in left:
            verdicts.append(self._tell(Verdict(str(setting), test.name, "not ok",
                                               why="not run: the guests before it failed")))
        return verdicts

    def _not_ready(self, setting, test):
        """Why the test cannot even be tried; empty if it can."""
        for name in ("fltshim", *test.filters):
            path = self.modules(setting.kernel, name)
            if path and not path.exists():
                return f"{name}.ko was not built"
        try:
            for path in (test.path, *test.uses):
                if path.suffix == ".c":
                    compile_c(path, self.build)
        except debs.Problem as problem:
            return str(problem)
        return ""

    def _tell(self, verdict):
        self.report(verdict)
        return verdict

    def _memory(self, setting):
        """What a guest has in MiB, where no test says."""
        if setting.kernel not in SLOW:
            return 1024
        # A search for lost memory looks at every page that is used, and each has its shadow.
        return 2048 if self.long else 1280

    def _time(self, setting, test):
        return (test.long if self._more(setting, test) else test.time) * \
            SLOW.get(setting.kernel, PATIENCE)

    def _more(self, setting, test):
        """Does the test do here what only the long run has time for?"""
        return self.long and setting.kernel in test.more

    def _guest(self, setting, tests):
        files = {"t/lib.sh": HERE / "lib.sh", "t/run.sh": HERE / "run.sh"}
        lines = []
        for test in tests:
            source = test.path if test.path.suffix == ".sh" else compile_c(test.path, self.build)
            target = f"t/tests/{test.name}{'.sh' if test.path.suffix == '.sh' else ''}"
            files[target] = source.read_bytes()
            command = f"/{target}"
            for path in test.uses:
                files[f"t/uses/{path.stem}"] = compile_c(path, self.build).read_bytes()
            root = "debian" if test.programs else "busybox"
            lines.append(f"{test.name} {self._time(setting, test)} {command} "
                         f"{self._lower(setting, test)} {root} "
                         f"{'1' if self._more(setting, test) else ''}\n")
        files["t/list"] = "".join(lines).encode()
        wanted = {"fltshim"} | {name for test in tests for name in test.filters}
        for name in sorted(wanted):
            path = self.modules(setting.kernel, name)
            if path:
                files[f"modules/{name}.ko"] = path
        guest = guest_vm.Guest(
            setting.kernel, script="exec sh /t/run.sh\n", files=files,
            modules=sorted({name for test in tests for name in test.modules}),
            packages=self.programs if any(test.programs for test in tests) else [], enter=False,
            memory=setting.memory or self._memory(setting), turns=not setting.parallel,
            # Unit suites, which fltshim.ko has on the kernels with checks, are run by
            # scripts/kunit.
            append="kunit.enable=0 " + ("" if setting.kernel == "debug" else POISON),
            environment={"KERNEL": setting.kernel},
            time_limit=120 + sum(self._time(setting, test) for test in tests))
        for lower in sorted({self._lower(setting, test) for test in tests}):
            if lower == "tmpfs":
                guest.mounts.append("tmpfs tmpfs /lower/tmpfs")
            else:
                # A long run makes many files.
                guest.disks.append(guest_vm.Disk(lower, f"/lower/{lower}",
                                                 4096 if self.long else 512))
        return guest

    def _lower(self, setting, test):
        """The file system below a test."""
        return lowers_of(test, setting.kernel)[0] if setting.kernel in SLOW else setting.lower

    def _boot(self, setting, tests):
        """One boot; the verdicts of the tests that it got through."""
        reader = _Reader(setting, self._tell)
        result = self._guest(setting, tests).run(reader.feed)
        self.proofs += [(setting, *proof) for proof in reader.proofs]
        parts = _by_test(result.log or result.console)
        blamed = False
        for verdict in reader.verdicts:
            splat = guest_vm.first_splat(parts.get(verdict.name, ""))
            if splat:
                blamed = True
                verdict.state, verdict.why = "not ok", f"the kernel log has: {splat}"
                verdict.output += "\n" + guest_vm.around_splat(parts[verdict.name])
                self._tell(verdict)
            blamed |= "tainted" in verdict.why
        if guest_vm.emulator_erred(result.console):
            print(f"{setting}: the emulator executed a breakpoint that was not there; the rest "
                  "gets another guest", flush=True)
            return reader.verdicts
        if reader.running:
            part = parts.get(reader.running, "")
            why = result.failure or "the guest ended before the test did"
            if "panicked" in why:
                why = f"the guest's kernel panicked: {guest_vm.first_splat(part)}"
            text = reader.lines + [guest_vm.around_splat(part) or part or result.evidence()]
            reader.close(Verdict(str(setting), reader.running, "not ok", why=why,
                                 output="\n".join(text)))
        elif result.failure and not blamed:
            self._tell(Verdict(str(setting), "guest", "not ok", why=result.failure,
                               output=result.evidence()))
        if not reader.verdicts:
            # Not even the first test began: there is nothing to blame but the guest.
            reader.close(Verdict(str(setting), tests[0].name, "not ok",
                                 why=result.failure or "no test began in the guest",
                                 output=result.output + result.evidence()))
        return reader.verdicts


def _by_test(log):
    """The kernel log cut at run.sh's marks: test name to its part."""
    parts = {}
    name = ""
    for line in log.splitlines():
        mark = re.search(r"test (\S+) (begins|ends)$", line)
        if mark:
            name = mark[1] if mark[2] == "begins" else ""
        elif name:
            parts[name] = parts.get(name, "") + line + "\n"
    return parts


class _Reader:
    """Reads what run.sh prints, as it comes."""

    def __init__(self, setting, tell):
        self.setting = setting
        self.tell = tell
        self.verdicts = []
        self.proofs = []
        self.running = ""
        self.lines = []
        self.ended = False
        self._rest = b""

    def feed(self, data):
        """Take the next bytes of the guest's output."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line.decode(errors="replace").rstrip("\r"))

    def _line(self, line):
        match = re.match(r"(ok|not ok|skip) (\S+) ([\d.]+) ?(.*)$", line)
        if line.startswith("begin "):
            self.running, self.lines = line[6:], []
        elif match and match[2] == self.running:
            self.close(Verdict(str(self.setting), match[2], match[1], float(match[3]), match[4],
                               "\n".join(self.lines)))
        elif match and self.verdicts and self.verdicts[-1].name == match[2]:
            # A second verdict for a test: it left something behind.
            last = self.verdicts[-1]
            last.state, last.why = match[1], match[4]
            self.tell(last)
        elif line == "end":
            self.ended = True
        else:
            text = line[2:] if line.startswith("| ") else line
            self.lines.append(text)
            proof = re.match(r"proves: (\S+) (ok|failed) (\S+) ?(\S*)$", text)
            if proof:
                self.proofs.append(proof.groups())

    def close(self, verdict):
        """The verdict on the test that ran."""
        self.running = ""
        self.verdicts.append(verdict)
        self.tell(verdict)
