# SPDX-License-Identifier: GPL-2.0
"""Debian's kernels for building and booting, unpacked in the cache folder.

Get one with get("6.12"): the release that was current when first asked for, and
from then on the same one, until refresh() or its folder is removed.  Headers and
image always have one release, so a module built here loads there.  get("6.12-full")
is Debian's kernel for real machines, with all file systems; the others are the smaller
ones for virtual machines.
"""

import re
import subprocess

import debs
import debug_kernel

# The packages that stand for "the current one", for each series we support.
SERIES = {
    "6.1": ["linux-headers-cloud-amd64"],
    "6.12": ["linux-headers-6.12-cloud-amd64", "linux-headers-cloud-amd64"],
}
# The same with everything that Debian builds.
FULL = {
    "6.1-full": ["linux-headers-amd64"],
    "6.12-full": ["linux-headers-6.12-amd64", "linux-headers-amd64"],
}


def _folder():
    path = debs.cache_dir() / "kernels"
    path.mkdir(exist_ok=True)
    return path


def _resolve(series):
    """Ask apt for the current release of SERIES."""
    metas = {**SERIES, **FULL}[series]
    flavour = "amd64" if series in FULL else "cloud-amd64"
    number = re.escape(series.removesuffix("-full"))
    for meta in metas:
        for package in debs.depends(meta) or []:
            match = re.fullmatch(rf"linux-headers-({number}\.\d[\w.+]*(?:-\d+)?-{flavour})", package)
            if match:
                return match[1]
    raise debs.Problem(f"apt offers no Debian {series} kernel (looked for {metas[0]}); "
                       "run apt-get update; Debian 12 with bookworm-security has both 6.1 and 6.12")


class Kernel:
    """One Debian kernel: release, and paths that are fetched when first used."""

    def __init__(self, series, release):
        self.series = series
        self.release = release
        # the folder of .build in which fltshim is built for it
        self.tree = release
        self.top = _folder() / release

    @property
    def kdir(self):
        """The header folder to give to make -C."""
        folder = self.top / "headers"
        with debs.locked("kernels"):
            if not folder.is_dir():
                names = [f"linux-headers-{self.release}"]
                names += [name for name in debs.depends(names[0]) or []
                          if re.match(r"linux-(headers-.*-common|kbuild-)", name)]
                if len(names) != 3:
                    raise debs.Problem(f"apt no longer has linux-headers-{self.release}; "
                                       f"scripts/kernels refresh {self.series} takes the current one")
                debs.build_folder(folder, debs.fetch(names), lambda work: _relocate(work, folder))
        return folder / "usr/src" / f"linux-headers-{self.release}"

    @property
    def root(self):
        """The unpacked image package: boot/ and lib/modules/RELEASE/."""
        folder = self.top / "image"
        with debs.locked("kernels"):
            if not folder.is_dir():
                package = f"linux-image-{self.release}"
                if not debs.candidate(package):
                    raise debs.Problem(f"apt no longer has {package}; "
                                       f"scripts/kernels refresh {self.series} takes the current one")
                debs.build_folder(folder, debs.fetch([package]), self._depmod)
        return folder

    @property
    def image(self):
        """The bzImage."""
        return self.root / "boot" / f"vmlinuz-{self.release}"

    @property
    def modules(self):
        """The folder lib/modules/RELEASE with modules.dep."""
        return self.root / "lib/modules" / self.release

    def _depmod(self, work):
        done = subprocess.run([debs.need("depmod", "kmod"), "-b", work, self.release],
                              text=True, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise debs.Problem(f"depmod for {self.release} failed: {done.stderr.strip()}")


def _relocate(work, final):
    """Point the packages' absolute paths at where they will lie.

    Only the top Makefile of the flavour and the build and source links name
    absolute paths; the links to kbuild's scripts and tools are relative.
    """
    for makefile in work.glob("usr/src/linux-headers-*/Makefile"):
        text = makefile.read_text()
        makefile.write_text(text.replace("include /usr/src/", f"include {final}/usr/src/"))
    for link in work.glob("lib/modules/*/*"):
        target = str(link.readlink()) if link.is_symlink() else ""
        if target.startswith("/usr/"):
            link.unlink()
            link.symlink_to(f"{final}{target}")


def get(name):
    """The Kernel for a series ("6.12", "6.12-full"), for a release already cached, or a test kernel.

    A test kernel (of scripts/kernel) is built at the first use, which takes its time.
    """
    if name in debug_kernel.FRAGMENTS:
        return debug_kernel.get(name).build(report=debug_kernel.progress)
    if name in SERIES or name in FULL:
        pin = _folder() / f"{name}.release"
        if not pin.exists():
            pin.write_text(_resolve(name) + "\n")
        return Kernel(name, pin.read_text().strip())
    for series in SERIES:
        if name.startswith(series + ".") and (_folder() / name).is_dir():
            return Kernel(series, name)
    raise debs.Problem(f"unknown kernel {name}: give one of {' '.join([*SERIES, *FULL])}")


def refresh(series):
    """Forget which release SERIES means and take the current one."""
    if series not in SERIES and series not in FULL:
        raise debs.Problem(f"unknown kernel {series}: give one of {' '.join([*SERIES, *FULL])}")
    (_folder() / f"{series}.release").write_text(_resolve(series) + "\n")
    return get(series)


def checkpatch():
    """The kernel's checkpatch.pl, which only the source package has."""
    package = "linux-source-6.12"
    folder = debs.cache_dir() / "checkpatch"
    with debs.locked("checkpatch"):
        if not (folder / "checkpatch.pl").exists():
            [deb] = debs.fetch([package])
            folder.mkdir(exist_ok=True)
            wanted = [f"{package}/scripts/{name}"
                      for name in ("checkpatch.pl", "spelling.txt", "const_structs.checkpatch")]
            # The archive is long and what we want lies near its end: stream, keep three files.
            done = subprocess.run(
                ["sh", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -xOf - "./usr/src/$2.tar.xz" |'
                 ' tar -xJf - -C "$3" --strip-components=2 -- ' + " ".join(wanted),
                 "sh", deb, package, folder], text=True, stderr=subprocess.PIPE, check=False)
            deb.unlink()
            if done.returncode != 0:
                raise debs.Problem(f"cannot take checkpatch.pl from {package}: {done.stderr}")
    return folder / "checkpatch.pl"
