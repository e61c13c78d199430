# SPDX-License-Identifier: GPL-2.0
"""The kernels that tests run on: Debian's source built small and with checks.

get("debug") is the kernel with KASAN, get("kcsan") the one that looks for data
races, get("6.1-debug") an older one for the unit suites alone.  Each lies in the
cache folder under debug-kernel/VERSION-HASH, where HASH covers the configuration
(scripts/kernel_config) and the compiler, so a changed configuration is another
kernel.  The folder is the build folder itself: it can be given to make -C as any
KDIR.  The unpacked source lies beside it.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

import debs

FRAGMENTS = {
    "debug": ["base.config", "debug.config", "kasan.config"],
    "kcsan": ["base.config", "debug.config", "kcsan.config"],
    "6.1-debug": ["base.config", "units.config"],
}
PACKAGES = {"debug": "linux-source-6.12", "kcsan": "linux-source-6.12",
            "6.1-debug": "linux-source-6.1"}
HERE = pathlib.Path(__file__).resolve().parent / "kernel_config"
OBJECTS = 1850		# files to compile, roughly; only for progress lines
# Parts of the source that no x86 kernel of ours is made from, left packed.
# A star matches slashes too.
LEFT_OUT = ["Documentation/[a-z]*", "tools/testing/selftests/*", "sound/*.[ch]",
            "drivers/gpu/drm/*.[ch]", "drivers/media/*.[ch]", "drivers/staging/*.[ch]",
            "drivers/net/ethernet/*.[ch]", "drivers/net/wireless/*.[ch]"]
LEFT_OUT += [f"arch/{name}/*.{ending}" for ending in ("[chS]", "dts", "dtsi") for name in (
    "alpha arc arm arm64 csky hexagon loongarch m68k microblaze mips nios2 openrisc parisc "
    "powerpc riscv s390 sh sparc xtensa").split()]


def get(name="debug"):
    """The Kernel of that name, built or not."""
    if name not in FRAGMENTS:
        raise debs.Problem(f"unknown test kernel {name}: give one of {' '.join(FRAGMENTS)}")
    return Kernel(name)


class Kernel:
    """One test kernel; kdir, image and modules exist once build() has run."""

    def __init__(self, name):
        self.series = name
        self._package = PACKAGES[name]
        version = debs.candidate(self._package)
        if not version:
            raise debs.Problem(f"apt knows no package {self._package}; run apt-get update, and "
                               "see that bookworm-security is among its sources")
        self.version = version.split("-")[0]
        self._package_version = version
        self.fragment = "".join((HERE / one).read_text() for one in FRAGMENTS[name])
        compiler = subprocess.run([debs.need("gcc"), "--version"], text=True, check=True,
                                  stdout=subprocess.PIPE).stdout.splitlines()[0]
        tag = hashlib.sha256(f"{version}\n{compiler}\n{self.fragment}".encode()).hexdigest()[:12]
        self.kdir = debs.cache_dir() / "debug-kernel" / f"{self.version}-{tag}"
        self.image = self.kdir / "bzImage"
        self.root = self.kdir / "root"

    @property
    def built(self):
        """Is it there, whole?"""
        return (self.kdir / "complete").exists()

    @property
    def release(self):
        """What uname -r says in it."""
        return (self.kdir / "include/config/kernel.release").read_text().strip()

    @property
    def tree(self):
        """The folder of .build in which fltshim is built for it; two kernels have one release."""
        return f"{self.series}-kunit"

    @property
    def modules(self):
        """The folder lib/modules/RELEASE; nothing is a module, but the lists are there."""
        return self.root / "lib/modules" / self.release

    def build(self, jobs=None, report=None):
        """Build it unless it is there; report(line) gets progress lines."""
        report = report or (lambda line: None)
        with debs.locked(f"debug-kernel-{self.series}"):
            if self.built:
                return self
            for tool, package in (("flex", None), ("bison", None), ("bc", None), ("make", None),
                                  ("xz", "xz-utils")):
                debs.need(tool, package)
            source = self._source(report)
            self.kdir.mkdir(parents=True, exist_ok=True)
            self._configure(source)
            start = time.monotonic()
            self._compile(source, jobs or os.cpu_count() or 1, report)
            self._finish()
            report(f"built {self.release} in {time.monotonic() - start:.0f} s")
        return self

    def _source(self, report):
        folder = debs.cache_dir() / "debug-kernel" / f"source-{self._package_version}"
        with debs.locked("debug-kernel-source"):
            if not folder.is_dir():
                report(f"unpacking {self._package} {self._package_version}")
                [deb] = debs.fetch([self._package])
                work = folder.with_name(f".work-{os.getpid()}")
                work.mkdir(parents=True)
                try:
                    _unpack_source(self._package, deb, work)
                    deb.unlink()
                    work.rename(folder)
                finally:
                    shutil.rmtree(work, ignore_errors=True)
        return folder

    def _make(self, source, *args, **more):
        env = dict(os.environ, LC_ALL="C", KBUILD_BUILD_USER="fltshim", KBUILD_BUILD_HOST="fltshim",
                   KBUILD_BUILD_TIMESTAMP="1970-01-01")
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "KBUILD_OUTPUT", "ARCH", "CROSS_COMPILE"):
            env.pop(name, None)
        command = [*debs.NICELY, "make", "-C", source, f"O={self.kdir}", "ARCH=x86_64", *args]
        return subprocess.Popen(list(map(str, command)), env=env, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, errors="replace", **more)

    def _configure(self, source):
        (self.kdir / "complete").unlink(missing_ok=True)
        self._quiet(source, "tinyconfig", "KCONFIG_ALLCONFIG=/dev/null")
        config = self.kdir / ".config"
        wanted = _wanted(self.fragment)
        # A later line of a fragment wins; those of tinyconfig that it names go.
        kept = [line for line in config.read_text().splitlines() if _name(line) not in wanted]
        config.write_text("\n".join(kept + list(wanted.values())) + "\n")
        self._quiet(source, "olddefconfig")
        have = {_name(line): line for line in config.read_text().splitlines() if _name(line)}
        lost = [line for name, line in wanted.items() if not _same(line, have.get(name))]
        loose = [line for line in have.values() if line.endswith("=m")]
        if lost or loose:
            config.unlink()
            raise debs.Problem(
                "the kernel's configuration did not take:"
                + "".join(f"\n    {line}   (became {have.get(_name(line), 'nothing')})"
                          for line in lost)
                + "".join(f"\n    {line}   (modules are not wanted)" for line in loose))

    def _quiet(self, source, *args):
        run = self._make(source, *args)
        text = run.communicate()[0]
        if run.returncode != 0:
            raise debs.Problem(f"make {args[0]} failed in {source}:\n{text[-2000:]}")

    def _compile(self, source, jobs, report):
        run = self._make(source, f"-j{jobs}", "bzImage", "modules")
        log, counts = [], {"files": 0}
        start = time.monotonic()

        def tell():
            while run.poll() is None:
                time.sleep(1)
                seconds = int(time.monotonic() - start)
                if seconds % 30 == 0:
                    report(f"compiled {counts['files']} files of about {OBJECTS}, {seconds} s")

        ticker = threading.Thread(target=tell, daemon=True)
        ticker.start()
        for line in run.stdout:
            log.append(line)
            counts["files"] += line.startswith(("  CC", "  AS"))
        run.wait()
        ticker.join()
        if run.returncode != 0:
            errors = [line for line in log if "rror" in line or "***" in line]
            raise debs.Problem("the kernel did not compile:\n" + "".join((errors or log)[-20:]))

    def _finish(self):
        shutil.copy(self.kdir / "arch/x86/boot/bzImage", self.image)
        self.modules.mkdir(parents=True, exist_ok=True)
        for name in ("modules.builtin", "modules.order"):
            source = self.kdir / name
            (self.modules / name).write_text(source.read_text() if source.exists() else "")
        (self.modules / "modules.dep").write_text("")
        # What is left is what builds of other modules need: configuration, generated headers,
        # tools, Module.symvers.
        keep = (self.kdir / "scripts", self.kdir / "tools")
        for folder, _, files in os.walk(self.kdir):
            here = pathlib.Path(folder)
            if any(here == one or one in here.parents for one in keep):
                continue
            for name in files:
                if name.endswith((".o", ".a")) or re.fullmatch(r"\.?(tmp_)?vmlinux.*|.*\.o\.cmd",
                                                               name):
                    if name != "vmlinux.lds":
                        (here / name).unlink()
        (self.kdir / "complete").write_text("")


def _unpack_source(package, deb, work):
    command = ('dpkg-deb --fsys-tarfile "$1" | tar -xOf - "./usr/src/$2.tar.xz" |'
               ' tar -xJf - -C "$3" --strip-components=1 --no-same-owner --wildcards '
               + " ".join(f"--exclude='{package}/{one}'" for one in LEFT_OUT))
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command, "bash", deb, package, work],
                          text=True, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise debs.Problem(f"cannot unpack {deb}: {done.stderr.strip()[-500:]}")


def _name(line):
    match = re.match(r"(?:# )?(CONFIG_\w+)(?:=| is not set)", line)
    return match[1] if match else None


def _wanted(text):
    wanted = {}
    for line in text.splitlines():
        if _name(line):
            wanted[_name(line)] = line
    return wanted


def _same(wanted, have):
    if wanted.endswith("is not set"):
        return have is None or have == wanted
    return have == wanted


def progress(line):
    """A report() for people."""
    print(f"kernel: {line}", file=sys.stderr, flush=True)
