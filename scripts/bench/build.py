# SPDX-License-Identifier: GPL-2.0
"""Makes what the guests of the benchmark need: modules, programs, file systems, a tree of files.

Builds in .build/RELEASE/bench, anew only when something changed.
"""

import gzip
import hashlib
import io
import os
import pathlib
import random
import shutil
import subprocess
import tarfile
import tempfile

import debs
import mfbuild

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = TOP / "kunit/bench"
RAM_DISK_MB = 384
FSBENCH = ["fsbench", "data", "async", "names", "programs"]
TREE_FILES, TREE_FOLDERS = 5000, 200
INSERTS = 200
# Before any guest's clock begins, so that git need not wonder whether files changed since.
TREE_TIME = 1704067200
# Only of programs that speak to one kernel interface which Debian's libc has no header for.
KERNEL_HEADERS = {"fusepass": "uapi/linux/fuse.h", "ecryptkey": "linux/ecryptfs.h"}

INF = """\
; a copy of a minifilter under a name and an altitude of its own
[Version]
Signature  = "$Windows NT$"
Class      = "ActivityMonitor"
ClassGuid  = {{b86dff51-a31e-4bac-b3cf-e8cfe75c9fc2}}
Provider   = "fltshim"
DriverVer  = 11/21/2026,1.0.0.0

[DefaultInstall.NTamd64]
OptionDesc = "a measure"

[DefaultInstall.NTamd64.Services]
AddService = {name},,Service

[Service]
ServiceBinary  = %12%\\{name}.sys
Dependencies   = "FltMgr"
ServiceType    = 2
StartType      = 3
ErrorControl   = 1
LoadOrderGroup = "FSFilter Activity Monitor"
AddReg         = Registry

[Registry]
HKR,,"SupportedFeatures",0x00010001,0x3
HKR,"Parameters","BufferAccess",0x00010001,{data}
HKR,"Instances","DefaultInstance",0x00000000,"Instance"
HKR,"Instances\\Instance","Altitude",0x00000000,"{altitude}"
HKR,"Instances\\Instance","Flags",0x00010001,0x0
"""


def run(command, **more):
    """Run a build command; its output is shown only if it fails."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, check=False, **more)
    if done.returncode != 0:
        raise debs.Problem(f"{' '.join(map(str, command))} failed:\n{done.stdout.strip()}")


class Filters:
    """Minifilters built for one kernel: swapbuf, and copies of small ones by names with numbers."""

    # by the name without its number: the source, the first altitude, BufferAccess
    KINDS = {"passthru": ("samples/passthru/passthru.c", 385130, 0),
             "openonly": ("kunit/bench/openonly/openonly.c", 385130, 0),
             "withdata": ("samples/passthru/passthru.c", 385130, 1)}

    def __init__(self, kernel, top):
        self.kernel, self.top = kernel, top
        self.folder = top / "bench"

    def path(self, name):
        """Where the module of filter NAME is."""
        return self.folder / f"{name}.ko"

    def _stamp(self, source, inf):
        """Changes with whatever decides on the module."""
        digest = hashlib.sha256(inf.encode())
        for path in [self.top / "Module.symvers", source,
                     *sorted(pathlib.Path(mfbuild.__file__).parent.glob("*.py")),
                     *sorted((TOP / "fltshim/include").rglob("*.h"))]:
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def build(self, name):
        """Build the filter NAME unless it is there."""
        kind = name.rstrip("0123456789")
        if kind in self.KINDS:
            source, altitude, data = self.KINDS[kind]
            inf = INF.format(name=name, data=data, altitude=altitude + int(name[len(kind):]))
        else:
            source, inf = f"samples/{name}/{name}.c", (TOP / f"samples/{name}/{name}.inf").read_text()
        source = TOP / source
        work, stamp = self.folder / f"src/{name}", self.path(name).with_suffix(".stamp")
        if self.path(name).exists() and stamp.exists() and \
                stamp.read_text() == self._stamp(source, inf):
            return
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        shutil.copy(source, work)
        (work / f"{name}.inf").write_text(inf)
        run([TOP / "scripts/minifilter", "build", work, "--kdir", self.kernel.kdir,
             "--symvers", self.top / "Module.symvers", "-o", self.folder, "--license", "GPL"])
        stamp.write_text(self._stamp(source, inf))


def module(kernel):
    """Build fltshim for KERNEL; the folder it is in."""
    run(["make", "--no-print-directory", f"-j{os.cpu_count()}", "tree", f"KDIR={kernel.kdir}"],
        cwd=TOP)
    return TOP / ".build" / kernel.release


def program(name, folder, kernel=None, flags=("-static",)):
    """Compile a program of kunit/bench into FOLDER; KERNEL's headers if it takes one of them."""
    sources = [HERE / f"{one}.c" for one in (FSBENCH if name == "fsbench" else [name])]
    made = folder / name
    newest = max(path.stat().st_mtime for path in [*sources, HERE / "fsbench.h"])
    if made.exists() and made.stat().st_mtime >= newest:
        return made
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as headers:
        if name in KERNEL_HEADERS:
            common, = kernel.kdir.parent.glob("linux-headers-*-common")
            header = common / "include" / KERNEL_HEADERS[name]
            (pathlib.Path(headers) / "linux").mkdir()
            shutil.copy(header, f"{headers}/linux")
        run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers",
             "-D_GNU_SOURCE", f"-I{headers}", *flags, "-o", made, *sources])
    return made


def ext4_image():
    """An empty ext4, packed; the same bytes each time, as its hashes decide on costs."""
    with tempfile.TemporaryDirectory() as work:
        image = pathlib.Path(work) / "ext4"
        with open(image, "wb") as file:
            file.truncate(RAM_DISK_MB << 20)
        same = "1a5c9b9e-0e8a-4b52-9b0a-6f5b4f1c7d21"
        run([debs.need("mke2fs", "e2fsprogs"), "-q", "-t", "ext4", "-F", "-b", "4096",
             "-J", "size=16", "-U", same,
             "-E", f"hash_seed={same},lazy_itable_init=0,lazy_journal_init=0", image],
            env={**os.environ, "E2FSPROGS_FAKE_TIME": "1735689600"})
        return gzip.compress(image.read_bytes(), 6, mtime=0)


def _files():
    """The tree: path and text of 5,000 files, most of them small, the same each time."""
    chance = random.Random(5000)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvwy", k=chance.randint(2, 9)))
             for _ in range(800)]
    for number in range(TREE_FILES):
        size = min(32768, int(chance.lognormvariate(7.3, 1.1)))
        lines, length = [], 0
        while length < size:
            lines.append(" ".join(chance.choices(words, k=10)))
            length += len(lines[-1]) + 1
        folder = number % TREE_FOLDERS
        yield (f"tree/{folder // 20:02}/{folder % 20:02}/file{number:04}.txt",
               ("\n".join(lines) + "\n").encode())


def _pack(members):
    """MEMBERS, (path, bytes or None for a folder), as an archive of root's with one time."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, data in members:
            info = tarfile.TarInfo(path)
            info.mtime, info.mode = TREE_TIME, 0o644
            if data is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            else:
                info.size = len(data)
            archive.addfile(info, None if data is None else io.BytesIO(data))
    return out.getvalue()


def _with_folders(files):
    seen = set()
    for path, data in files:
        for folder in reversed(pathlib.PurePath(path).parents[:-1]):
            if folder not in seen:
                seen.add(folder)
                yield str(folder), None
        yield path, data


def tree(folder):
    """Files for the guest by name: the tree, its repository, what is put into a database."""
    kept = [folder / name for name in ("tree.tar", "repository.tar")]
    if not all(path.exists() for path in kept):
        folder.mkdir(parents=True, exist_ok=True)
        same = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
        for role in ("AUTHOR", "COMMITTER"):
            same |= {f"GIT_{role}_NAME": "fltshim", f"GIT_{role}_EMAIL": "fltshim@localhost",
                     f"GIT_{role}_DATE": f"{TREE_TIME} +0000"}
        with tempfile.TemporaryDirectory() as work:
            top = pathlib.Path(work) / "tree"
            for path, data in _files():
                file = pathlib.Path(work) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
                os.utime(file, (TREE_TIME, TREE_TIME))
            git = [debs.need("git"), "-C", top]
            run([*git, "-c", "init.templateDir=", "-c", "init.defaultBranch=main", "init", "-q"],
                env=same)
            run([*git, "add", "-A"], env=same)
            run([*git, "commit", "-q", "-m", "tree"], env=same)
            run([*git, "-c", "pack.threads=1", "gc", "-q"], env=same)
            members = [(str(path.relative_to(work)), None if path.is_dir() else path.read_bytes())
                       for path in [top / ".git", *sorted((top / ".git").rglob("*"))]]
        kept[1].write_bytes(_pack(members))
        kept[0].write_bytes(_pack(_with_folders(_files())))
    inserts = "".join(f"INSERT INTO t (text) VALUES ('row {number} of the table');\n"
                      for number in range(INSERTS)).encode()
    return {"bench/tree.tar": kept[0], "bench/repository.tar": kept[1],
            "bench/insert.sql": inserts}
