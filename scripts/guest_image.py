# SPDX-License-Identifier: GPL-2.0
"""What a guest boots from: the initramfs, blank data disks, a Debian root image.

Knows nothing about QEMU; guest_vm.py puts these together.  Images that cost
time are kept in the cache folder under a name that says what they hold.
"""

import functools
import hashlib
import lzma
import os
import pathlib
import shutil
import subprocess
import tempfile

import debs

INIT = pathlib.Path(__file__).resolve().parent / "guest_init.sh"
# What the init needs before it can report anything, and to find its disks.
BOOT_MODULES = ["virtio_pci", "virtio_console", "virtio_blk"]
# What every Debian root has, so that a script finds there what busybox gives it elsewhere.
BASE_PACKAGES = ["bash", "coreutils", "util-linux", "mount", "kmod", "sed", "grep", "mawk",
                 "findutils", "diffutils", "procps", "hostname", "tar"]


class Cpio:
    """Writes a newc archive: the format of an initramfs, whole in memory."""

    def __init__(self):
        self._parts = []
        self._seen = set()
        self._ino = 1

    def _entry(self, name, mode, data):
        raw = name.encode() + b"\0"
        fields = [self._ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0]
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + raw
        self._parts += [head, b"\0" * (-len(head) % 4), data, b"\0" * (-len(data) % 4)]
        self._ino += 1

    def folder(self, name):
        """Add the folder NAME and those above it."""
        name = name.strip("/")
        if name and name not in self._seen:
            self.folder(os.path.dirname(name))
            self._seen.add(name)
            self._entry(name, 0o040755, b"")

    def file(self, name, data, mode=0o644):
        """Add a regular file with its folders."""
        name = name.strip("/")
        self.folder(os.path.dirname(name))
        self._entry(name, 0o100000 | mode, data)

    def link(self, name, target):
        """Add a symbolic link with its folders."""
        name = name.strip("/")
        self.folder(os.path.dirname(name))
        self._entry(name, 0o120777, target.encode())

    def bytes(self):
        """The finished archive."""
        self._entry("TRAILER!!!", 0, b"")
        return b"".join(self._parts)


def module_files(kernel, names):
    """Paths of the modules NAMES of KERNEL and all they need, in load order."""
    known = {}
    for line in (kernel.modules / "modules.dep").read_text().splitlines():
        path, needs = line.split(":", 1)
        name = os.path.basename(path).split(".ko")[0].replace("-", "_")
        known[name] = (path, needs.split())
    builtin = {os.path.basename(line).split(".ko")[0].replace("-", "_")
               for line in (kernel.modules / "modules.builtin").read_text().splitlines()}
    order = []
    for name in names:
        plain = name.replace("-", "_")
        if plain in known:
            path, needs = known[plain]
            # modules.dep lists what is needed last first
            order += [one for one in [*reversed(needs), path] if one not in order]
        elif plain not in builtin:
            raise debs.Problem(f"Debian's kernel {kernel.release} has no module {name}")
    return [kernel.modules / path for path in order]


def module_bytes(path):
    """A module of Debian's, unpacked."""
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def own_module(path):
    """A module of ours without what only a debugger needs, which is most of it."""
    with tempfile.NamedTemporaryFile(suffix=".ko") as small:
        _run([debs.need("objcopy", "binutils"), "--strip-debug", path, small.name])
        return pathlib.Path(small.name).read_bytes()


def busybox():
    """A static busybox: from the cache, never from the system."""
    return debs.unpacked(["busybox-static"]) / "bin/busybox"


def _add_tree(archive, source, target):
    """Add the host's SOURCE, a file or a folder, as TARGET."""
    source = pathlib.Path(source)
    if source.is_dir():
        archive.folder(target)
        for child in sorted(source.iterdir()):
            _add_tree(archive, child, f"{target}/{child.name}")
    elif source.is_file():
        mode = 0o755 if os.access(source, os.X_OK) else 0o644
        data = own_module(source) if source.suffix == ".ko" else source.read_bytes()
        archive.file(target, data, mode)
    else:
        raise debs.Problem(f"no such file to put into the guest: {source}")


def initramfs(kernel, modules, files, script, settings):
    """The initramfs as bytes.

    modules: names of KERNEL's own modules, loaded at boot, and paths of .ko
    files, put into /modules; files: guest path to host path or bytes; script:
    what runs, as text; settings: lines for the init (see guest_init.sh).
    """
    archive = Cpio()
    for folder in ("proc", "sys", "dev", "tmp", "run", "mnt", "root", "modules", "bin", "etc"):
        archive.folder(folder)
    archive.file("bin/busybox", busybox().read_bytes(), 0o755)
    archive.link("bin/sh", "busybox")
    archive.file("init", INIT.read_bytes(), 0o755)
    archive.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n"
                 b"user:x:1000:1000:user:/tmp:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n")
    archive.file("etc/group", b"root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n")
    names = [one for one in modules if not str(one).endswith(".ko")]
    order = []
    for path in module_files(kernel, BOOT_MODULES + names):
        name = path.name.split(".ko")[0] + ".ko"
        archive.file(f"lib/boot/{name}", module_bytes(path))
        order.append(name)
    archive.file("etc/guest/boot-modules", "".join(f"{name}\n" for name in order).encode())
    for path in modules:
        if str(path).endswith(".ko"):
            _add_tree(archive, path, f"modules/{pathlib.Path(path).name}")
    for target, source in files.items():
        if isinstance(source, bytes):
            mode = 0o755 if source.startswith((b"#!", b"\x7fELF")) else 0o644
            archive.file(target, source, mode)
        else:
            _add_tree(archive, source, target.strip("/"))
    archive.file("etc/guest/settings", "".join(f"{line}\n" for line in settings).encode())
    archive.file("etc/guest/script", script.encode(), 0o755)
    return archive.bytes()


def _run(command):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise debs.Problem(f"{' '.join(map(str, command))} failed:\n{done.stdout.strip()}")


def blank_disk(kind, megabytes):
    """A cached empty disk image with the file system KIND: ext4, xfs, or none."""
    # A large one is for many files, small or empty.
    many = kind == "ext4" and megabytes >= 4096
    path = debs.cache_dir() / "disks" / f"{kind}-{megabytes}M{'-files' if many else ''}.img"
    with debs.locked("disks"):
        if path.exists():
            return path
        path.parent.mkdir(exist_ok=True)
        work = path.with_suffix(".work")
        with open(work, "wb") as image:
            image.truncate(megabytes << 20)
        if kind == "ext4":
            _run([debs.need("mke2fs", "e2fsprogs"), "-q", "-t", "ext4", "-F",
                  *(["-N", "1200000"] if many else []),
                  "-E", "lazy_itable_init=0,lazy_journal_init=0", work])
        elif kind == "xfs":
            top = debs.unpacked(["xfsprogs", "libinih1", "liburcu8"])
            library = top / "usr/lib/x86_64-linux-gnu"
            _run(["env", f"LD_LIBRARY_PATH={library}:{top}/lib/x86_64-linux-gnu",
                  top / "sbin/mkfs.xfs", "-q", "-f", work])
        elif kind != "none":
            raise debs.Problem(f"a data disk can be ext4, xfs or none, not {kind}")
        work.rename(path)
    return path


def _finish_root(work):
    """What maintainer scripts would have done, as far as programs miss it."""
    (work / "etc").mkdir(exist_ok=True)
    (work / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n"
                                     "user:x:1000:1000:user:/tmp:/bin/sh\n"
                                     "nobody:x:65534:65534:nobody:/:/bin/sh\n")
    (work / "etc/group").write_text("root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n")
    (work / "etc/hosts").write_text("127.0.0.1 localhost\n")
    for folder in ("proc", "sys", "dev", "tmp", "run", "mnt", "root", "modules", "var/tmp"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    for name, choices in {"sh": ["dash", "bash"], "awk": ["mawk", "gawk"]}.items():
        link = work / "usr/bin" / name
        for choice in choices:
            if not (link.exists() or link.is_symlink()) and (work / "usr/bin" / choice).exists():
                link.symlink_to(choice)


@functools.cache
def _debian_root(packages):
    names = debs.closure([*BASE_PACKAGES, *packages])
    with debs.locked("roots"):
        archives = debs.fetch(names)
        tag = hashlib.sha256("\n".join(deb.name for deb in archives).encode()).hexdigest()[:16]
        path = debs.cache_dir() / "roots" / f"{tag}.img"
        if path.exists():
            return path
        path.parent.mkdir(exist_ok=True)
        stage = pathlib.Path(tempfile.mkdtemp(dir=path.parent, prefix=".stage-"))
        try:
            stage.chmod(0o755)
            for name in ("bin", "sbin", "lib", "lib64"):
                (stage / "usr" / name).mkdir(parents=True)
                (stage / name).symlink_to(f"usr/{name}")
            for deb in archives:
                debs.unpack(deb, stage)
            for useless in ("usr/share/doc", "usr/share/man", "usr/share/locale"):
                shutil.rmtree(stage / useless, ignore_errors=True)
            _finish_root(stage)
            size = sum(entry.lstat().st_size + 4096 for entry in stage.rglob("*"))
            megabytes = size * 5 // 4 // (1 << 20) + 256
            work = path.with_suffix(".work")
            work.unlink(missing_ok=True)
            with open(work, "wb") as image:
                image.truncate(megabytes << 20)
            # In a user namespace of one's own the files of an ordinary user are root's.
            as_root = [] if os.geteuid() == 0 else ["unshare", "-r"]
            _run(as_root + [debs.need("mke2fs", "e2fsprogs"), "-q", "-t", "ext4", "-F",
                            "-L", "debian", "-d", stage, work])
            work.rename(path)
            path.with_suffix(".list").write_text("\n".join(deb.name for deb in archives) + "\n")
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return path


def debian_root(packages):
    """A cached ext4 image of PACKAGES with all they depend on, ready to chroot into."""
    return _debian_root(tuple(sorted(set(packages))))
