# SPDX-License-Identifier: GPL-2.0
"""Boots a Debian kernel in QEMU, runs a script in it, and says how it went.

The one way in which tests, demo and benchmarks start a guest.  Lifetime rules:
at most two guests run on a machine (a file lock that QEMU itself inherits, so
it lasts as long as the guest); QEMU dies with the thread that started it; all
temporary files lie in one folder that goes when the run ends.
"""

import contextlib
import dataclasses
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import debs
import guest_image
import kernel_cache

SLOTS = 2
# One path for all users and checkouts: what is counted is the machine's guests.
LOCK = "/tmp/fltshim-guest-{}.lock"
# Ends every guest that this process runs, as if its time were up.
STOP = threading.Event()
# An out-of-tree module, an unsigned module, an in-kernel test: all else is a failure.
TAINT_ALLOWED = 1 << 12 | 1 << 13 | 1 << 18
TAINT_LETTERS = "PFSRMBUDAWCIOELKXTN"
SPLAT = re.compile(
    r"BUG: |WARNING: |\bOops\b|general protection fault|Unable to handle kernel|kernel BUG at"
    r"|INFO: task .* blocked for more than|rcu: INFO: .*stall|soft lockup|hard LOCKUP"
    r"|possible circular locking|possible recursive locking|inconsistent lock state"
    r"|turning off the locking correctness validator"
    r"|suspicious RCU usage|refcount_t: |list_(add|del) corruption|UBSAN: |KASAN: |KFENCE: "
    r"|BUG [\w-]+ \(|Objects remaining|Busy inodes after unmount|still in use.*unmount"
    r"|scheduling while atomic|sleeping function called|unreferenced object"
    r"|EXT4-fs error|XFS .*(Corruption|corruption)|divide error|stack-protector:"
    r"|Bad page state|Bad rss-counter|workqueue: .* hogged|Kernel panic")
# Lines that match above but say nothing about us: so do races between two functions of others.
HARMLESS = re.compile(r"workqueue: .* hogged CPU|BUG: KCSAN: (?!.*\[fltshim\])")


def _is_splat(line):
    return SPLAT.search(line) and not HARMLESS.search(line)


def first_splat(text):
    """The first line of a kernel log that tells of something wrong, without its time."""
    line = next(filter(_is_splat, text.splitlines()), "")
    return re.sub(r"^\[ *[\d.]+\] ", "", line).strip()


def around_splat(text):
    """The lines of a kernel log around the first such line."""
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if _is_splat(line)), None)
    return "" if first is None else "\n".join(lines[max(0, first - 3):first + 120])


def emulator_erred(text):
    """Did the guest die of a breakpoint that its memory does not hold?

    QEMU's TCG executes code that one processor has just changed and another had translated: the
    kernel then meets an int3 of its own that it has taken back (function entries, static keys).
    The oops shows the code: where the byte before the marked one is no int3, none was there.
    """
    if "Oops: int3:" not in first_splat(text):
        return False
    code = re.search(r"Code: .*?\b([0-9a-f]{2}) <[0-9a-f]{2}>", text)
    return bool(code) and code[1] != "cc"


@dataclasses.dataclass
class Disk:
    """A data disk: KIND is ext4, xfs or none; mounted on FOLDER if given."""
    kind: str
    folder: str = ""
    megabytes: int = 512


@dataclasses.dataclass
class Result:
    """How a run went.  ok means that the guest lived and the script returned 0."""
    status: int = None
    failure: str = ""
    output: str = ""
    console: str = ""
    log: str = ""
    seconds: float = 0.0

    @property
    def ok(self):
        return self.status == 0 and not self.failure

    def evidence(self):
        """The part of console and kernel log that shows a failure."""
        return (around_splat(self.console) or around_splat(self.log)
                or "\n".join(self.console.splitlines()[-40:]))


@dataclasses.dataclass
class Guest:
    """What to boot and run; all but the kernel series and the script has defaults.

    modules: names of Debian's modules and paths of .ko files; load: the .ko files to
    insert before the script, each "NAME.ko ARGS"; files: guest path to host path or
    bytes; mounts: more to mount, each "TYPE SOURCE FOLDER"; packages: Debian packages,
    with which the script runs in a Debian root, or, unless it is to enter that, which it
    finds in /debian; icount: emulate one processor whose time stamp
    counter counts instructions, the same ones in every run; qemu: more arguments for QEMU;
    turns: emulated processors run one after the other, in one thread, which costs the machine a
    third less than spinning for each other and real atomic instructions do;
    silence: end it when its script has said nothing for so many seconds; taint: bits of the
    kernel's taint that are expected besides the usual ones.
    """
    series: str
    script: str = ""
    modules: list = dataclasses.field(default_factory=list)
    load: list = dataclasses.field(default_factory=list)
    files: dict = dataclasses.field(default_factory=dict)
    disks: list = dataclasses.field(default_factory=list)
    mounts: list = dataclasses.field(default_factory=list)
    packages: list = dataclasses.field(default_factory=list)
    enter: bool = True
    environment: dict = dataclasses.field(default_factory=dict)
    sysctl: dict = dataclasses.field(default_factory=dict)
    cpus: int = 2
    memory: int = 1024
    time_limit: float = 300
    silence: float = 0
    append: str = ""
    accel: str = ""
    turns: bool = False
    icount: bool = False
    qemu: list = dataclasses.field(default_factory=list)
    check_log: bool = True
    taint: int = 0

    def run(self, on_output=None):
        """Boot, run the script, power off.  on_output(bytes) sees the output as it comes."""
        with _work_folder() as work:
            command = self._command(work) + _headless(work)
            with slot() as lock:
                return _supervise(command, lock, work, self, on_output)

    def shell(self):
        """An interactive guest on this terminal; ends with the shell or Ctrl-A x."""
        with _work_folder() as work:
            command = self._command(work, ["shell"]) + ["-serial", "mon:stdio"]
            command += _ports(work)
            with slot() as lock:
                return subprocess.run(_tied(command), pass_fds=[lock], check=False).returncode

    def _command(self, work, more=()):
        kernel = kernel_cache.get(self.series)
        drives, settings, modules = [], [], list(self.modules)
        disks = []
        if self.packages:
            disks.append((guest_image.debian_root(self.packages), "root {0}"))
        for disk in self.disks:
            line = f"disk {{0}} {disk.kind} {disk.folder}" if disk.folder else ""
            disks.append((guest_image.blank_disk(disk.kind, disk.megabytes), line))
            if disk.kind == "xfs":
                modules.append("xfs")
        for number, (image, line) in enumerate(disks):
            drives += ["-drive", f"file={_comma(image)},if=none,id=d{number},format=raw,"
                                 "snapshot=on,cache=unsafe,aio=threads",
                       "-device", f"virtio-blk-pci,drive=d{number}"]
            settings.append(line.format("vd" + "abcdefgh"[number]))
        settings += [f"mount {line}" for line in self.mounts]
        settings += [f"env {name}={value}" for name, value in self.environment.items()]
        settings += [f"sysctl {name} {value}" for name, value in self.sysctl.items()]
        if self.series == "kcsan":
            # (races of the kernel's own are told of in the same way)
            settings.append("sysctl kernel/panic_on_warn 0")
        settings += [f"load {line}" for line in self.load]
        if self.packages and self.enter:
            settings.append("enter")
        settings += more
        initrd = work / "initrd"
        initrd.write_bytes(guest_image.initramfs(kernel, modules, self.files,
                                                 self.script, settings))
        cpu = self._processor()
        line = ("console=ttyS0 loglevel=6 panic=-1 oops=panic panic_on_warn=1 log_buf_len=16M "
                "printk.devkmsg=on rcupdate.rcu_cpu_stall_timeout=60 tsc=reliable "
                "no_timer_check random.trust_cpu=on mitigations=off " + self.append)
        return [debs.need("qemu-system-x86_64", "qemu-system-x86"), *cpu,
                "-machine", "q35", "-smp", str(self.cpus), "-m", str(self.memory),
                "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
                "-kernel", kernel.image, "-initrd", initrd, "-append", line, *drives,
                *self.qemu]

    def _processor(self):
        """QEMU's arguments for the processors and the clock."""
        if self.icount:
            # No random numbers from the processor, so that runs repeat.  No fast string
            # instructions: the kernel then copies in a loop of words, while "rep movsb" would
            # be counted by the byte.  One clock, which jumps over idle time.
            if self.cpus != 1 or self.accel == "kvm":
                raise debs.Problem("counting instructions takes one emulated processor")
            return ["-accel", "tcg,thread=single,tb-size=256", "-icount", "shift=0,sleep=off",
                    "-cpu", "max,la57=off,erms=off,fsrm=off,rdrand=off,rdseed=off",
                    "-rtc", "base=2025-01-01T00:00:00,clock=vm", "-seed", "1"]
        if (self.accel or accelerator()) == "kvm":
            return ["-accel", "kvm", "-cpu", "host"]
        # Without fast string instructions memory is copied and cleared by the word: what is
        # emulated goes through "rep movsb" byte after byte. Nor is there any state that only
        # vectors have, which each switch between tasks would save.
        return ["-accel", f"tcg,thread={'single' if self.turns else 'multi'},tb-size=256", "-cpu",
                "max,la57=off,erms=off,fsrm=off,avx=off,avx2=off,xsave=off,pku=off"]


def _comma(path):
    return str(path).replace(",", ",,")


def _ports(work):
    args = ["-device", "virtio-serial-pci"]
    for name in ("out", "ctl", "log"):
        args += ["-chardev", f"file,id={name},path={_comma(work / name)}",
                 "-device", f"virtserialport,chardev={name},name={name}"]
    return args


def _headless(work):
    return ["-chardev", f"file,id=console,path={_comma(work / 'console')}",
            "-serial", "chardev:console", "-monitor", "none", *_ports(work)]


def _tied(command):
    """COMMAND so that it is killed when the thread that starts it ends."""
    return [debs.need("setpriv", "util-linux"), "--pdeathsig", "KILL", *map(str, command)]


@contextlib.contextmanager
def _work_folder():
    work = pathlib.Path(tempfile.mkdtemp(prefix="fltshim-guest-"))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextlib.contextmanager
def slot():
    """Hold one of the machine's guest slots; waits for one, and says so."""
    told = False
    while True:
        for number in range(SLOTS):
            path = LOCK.format(number)
            try:
                # No O_CREAT on one that exists: other users' files in /tmp refuse it.
                handle = os.open(path, os.O_RDWR) if os.path.exists(path) else \
                    os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError as err:
                raise debs.Problem(f"cannot open the guest lock {path}: {err.strerror}") from err
            try:
                with contextlib.suppress(OSError):
                    os.fchmod(handle, 0o666)
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            try:
                yield handle
            finally:
                os.close(handle)
            return
        if not told:
            print(f"guest: {SLOTS} guests run on this machine already, waiting for one to end",
                  file=sys.stderr)
            told = True
        time.sleep(0.5)


class _Tail:
    """Follows a file that QEMU appends to."""

    def __init__(self, path):
        self.path = path
        self.data = b""
        self._file = None

    def more(self):
        """The bytes that came since the last call."""
        if not self._file:
            if not self.path.exists():
                return b""
            self._file = open(self.path, "rb")
        new = self._file.read()
        self.data += new
        return new

    def text(self):
        self.more()
        if self._file:
            self._file.close()
        return self.data.decode(errors="replace").replace("\r\n", "\n")


def _supervise(command, lock, work, guest, on_output):
    """Run QEMU until it ends or its time is up; read its report."""
    start = time.monotonic()
    out, ctl = _Tail(work / "out"), _Tail(work / "ctl")
    result = Result()
    qemu = subprocess.Popen(_tied(command), pass_fds=[lock], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=open(work / "qemu", "wb"))
    limit = start + guest.time_limit
    try:
        heard = start
        while qemu.poll() is None:
            if _pass_on(out, on_output):
                heard = time.monotonic()
            if guest.silence and time.monotonic() > heard + guest.silence:
                result.failure = f"nothing was said for {guest.silence:.0f} s"
                break
            if b"\nexit " in b"\n" + ctl.data + ctl.more():
                limit = min(limit, time.monotonic() + 20)
            if time.monotonic() > limit or STOP.is_set():
                break
            time.sleep(0.02)
    finally:
        if qemu.poll() is None:
            qemu.kill()
        qemu.wait()
    _pass_on(out, on_output)
    result.seconds = time.monotonic() - start
    result.output = out.text()
    result.console = _Tail(work / "console").text()
    result.log = _Tail(work / "log").text()
    report = [line.partition(" ") for line in ctl.text().splitlines()]
    values = {word: value for word, _, value in report}
    if values.get("exit", "").isdigit():
        result.status = int(values["exit"])
    trouble = (work / "qemu").read_text(errors="replace").strip()
    result.failure = result.failure or _verdict(result, values, guest, qemu.returncode, trouble)
    return result


def _pass_on(out, on_output):
    new = out.more()
    if new and on_output:
        on_output(new)
    return bool(new)


def _verdict(result, values, guest, returncode, trouble):
    """Why the run is a failure whatever the script returned; empty if it is none."""
    splat = first_splat(result.console)
    if "Kernel panic" in result.console:
        return f"the guest's kernel panicked: {splat}"
    if result.status is None:
        if returncode == -9:
            where = "the script" if "ready" in values else "the boot"
            return f"time limit: {where} did not end within {guest.time_limit:.0f} s"
        return f"the guest ended without a report (QEMU returned {returncode}) {trouble}".strip()
    if "error" in values:
        return values["error"]
    if not guest.check_log:
        return ""
    splat = splat or first_splat(result.log)
    if splat:
        return f"the guest's kernel log has: {splat}"
    taint = int(values.get("taint") or 0) & ~(TAINT_ALLOWED | guest.taint)
    if taint:
        names = "".join(letter for bit, letter in enumerate(TAINT_LETTERS) if taint >> bit & 1)
        return f"the guest's kernel is tainted: {names or hex(taint)}"
    if "lockdep" in values:
        return f"the guest's kernel does not check locks any more: lockdep is {values['lockdep']}"
    return ""


def accelerator():
    """kvm if a guest really boots with it here, else tcg; FLTSHIM_ACCEL decides if set.

    The answer holds until the machine is booted again and is kept in the cache.
    """
    choice = os.environ.get("FLTSHIM_ACCEL", "auto")
    if choice in ("kvm", "tcg"):
        return choice
    if choice != "auto":
        raise debs.Problem(f"FLTSHIM_ACCEL is {choice}; it can be kvm, tcg or auto")
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    answer = debs.cache_dir() / f"accel-{boot}"
    with debs.locked("accel"):
        if not answer.exists():
            print("guest: trying whether KVM works here (at most 15 s)", file=sys.stderr)
            probe = Guest("6.12", "true", cpus=2, memory=512, time_limit=15, accel="kvm")
            for old in answer.parent.glob("accel-*"):
                old.unlink()
            answer.write_text("kvm\n" if probe.run().ok else "tcg\n")
    return answer.read_text().strip()
