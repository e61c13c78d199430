# SPDX-License-Identifier: GPL-2.0
"""Debian packages without installing them: names to .deb files to folders.

Everything goes into the cache folder (see cache_dir); nothing is written to
the system.  Used by kernel_cache.py (headers and kernels) and guest_image.py
(programs for the guest).
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile


# How far what is built and tested here gives way to guests: one whose processor does not run holds
# locks that the other ones wait for.
NICE = 19
NICELY = ["nice", "-n", str(NICE)]


class Problem(Exception):
    """Something the user can act on; str() of it is the whole message."""


def cache_dir():
    """The folder that outlives checkouts: FLTSHIM_CACHE, else under XDG_CACHE_HOME."""
    top = os.environ.get("FLTSHIM_CACHE")
    if not top:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        top = os.path.join(base, "fltshim")
    path = pathlib.Path(top).absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise Problem(f"cannot create the cache folder {path}: {err.strerror}; "
                      "set FLTSHIM_CACHE to a folder that can be written") from err
    return path


@contextlib.contextmanager
def locked(name):
    """Hold the cache lock NAME, so that two builds do not fetch the same thing."""
    with open(cache_dir() / f".{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def need(program, package=None):
    """The path of PROGRAM, or a Problem that says which package has it."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not path:
        raise Problem(f"{program} is not installed; run scripts/setup, "
                      f"or apt-get install {package or program}")
    return path


def _apt(tool, *args, cwd=None):
    command = [need(tool, "apt"), "-q"]
    if os.geteuid() == 0:
        command += ["-o", "APT::Sandbox::User=root"]
    env = dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive")
    return subprocess.run(command + list(args), cwd=cwd, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def depends(package):
    """The packages PACKAGE depends on directly; None if apt does not know it."""
    done = _apt("apt-cache", "depends", package)
    if done.returncode != 0:
        return None
    return [line.split(":", 1)[1].strip() for line in done.stdout.splitlines()
            if line.lstrip(" |").startswith("Depends:")]


def candidates(packages):
    """The versions apt would install, by name; without those it does not know."""
    found, name = {}, ""
    for line in _apt("apt-cache", "policy", *packages).stdout.splitlines():
        if not line.startswith(" "):
            name = line.rstrip(":")
        elif line.strip().startswith("Candidate:"):
            version = line.split(":", 1)[1].strip()
            if version != "(none)":
                found[name] = version
    return found


def candidate(package):
    """The version apt would install, or None."""
    return candidates([package]).get(package)


def fetch(packages):
    """Download PACKAGES (no dependencies); return their .deb paths in the same order."""
    store = cache_dir() / "debs"
    store.mkdir(exist_ok=True)
    found = {}
    wanted = []
    versions = candidates(packages)
    for name in packages:
        version = versions.get(name)
        if not version:
            raise Problem(f"apt knows no package {name}; run apt-get update, and see that "
                          "bookworm, bookworm-updates and bookworm-security are among its sources")
        pattern = f"{name}_{version.replace(':', '%3a')}_*.deb"
        hits = sorted(store.glob(pattern))
        if not hits:
            wanted.append((name, pattern, version))
        else:
            found[name] = hits[0]
    if wanted:
        with tempfile.TemporaryDirectory(dir=store) as work:
            done = _apt("apt-get", "download", *[f"{n}={v}" for n, _, v in wanted], cwd=work)
            if done.returncode != 0:
                why = [line for line in done.stderr.splitlines() if line.startswith("E:")]
                raise Problem("cannot download " + " ".join(n for n, _, _ in wanted) + ": "
                              + (why[0][3:] if why else "apt-get download failed")
                              + "\n(no network, or package lists out of date: try apt-get update)")
            for name, pattern, _ in wanted:
                hits = sorted(pathlib.Path(work).glob(pattern))
                if not hits:
                    raise Problem(f"apt-get download brought no file {pattern}")
                found[name] = store / hits[0].name
                hits[0].rename(found[name])
    return [found[name] for name in packages]


def closure(packages):
    """PACKAGES and all that they depend on, as apt would install them on an empty system."""
    done = _apt("apt-get", "-s", "install", "-y", "--no-install-recommends",
                "-o", "Dir::State::status=/dev/null", *packages)
    names = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("Inst ")]
    if done.returncode != 0 or not names:
        why = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        raise Problem("cannot resolve the packages " + " ".join(packages) + ": "
                      + (why[0][3:] if why else "apt-get failed") + "; try apt-get update")
    return sorted(set(names))


def unpack(deb, folder):
    """Unpack the .deb into FOLDER, keeping folders that are links there (merged /usr)."""
    reader = subprocess.Popen([need("dpkg-deb", "dpkg"), "--fsys-tarfile", deb],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    done = subprocess.run([need("tar"), "-x", "-C", folder, "--keep-directory-symlink",
                           "--no-same-owner", "-f", "-"], stdin=reader.stdout, text=True,
                          stderr=subprocess.PIPE, check=False)
    reader.stdout.close()
    trouble = reader.stderr.read().decode(errors="replace")
    reader.stderr.close()
    if reader.wait() != 0 or done.returncode != 0:
        pathlib.Path(deb).unlink(missing_ok=True)
        raise Problem(f"cannot unpack {deb}: {trouble}{done.stderr}".strip()
                      + " (removed; try again)")


def unpacked(packages):
    """A cached folder with PACKAGES (no dependencies) unpacked over each other."""
    versions = candidates(packages)
    tag = "\n".join(sorted(f"{name}={versions.get(name)}" for name in packages))
    tag = hashlib.sha256(tag.encode()).hexdigest()[:12]
    folder = cache_dir() / "unpacked" / f"{packages[0]}-{tag}"
    with locked("unpacked"):
        if not folder.is_dir():
            build_folder(folder, fetch(packages))
    return folder


def build_folder(folder, archives, finish=None):
    """Unpack ARCHIVES into FOLDER, which appears whole or not at all.

    finish(work) may change the unpacked files first.  Paths inside that name
    the folder must use FOLDER, not the work folder given to finish.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(dir=folder.parent, prefix=".work-"))
    try:
        work.chmod(0o755)
        for deb in archives:
            unpack(deb, work)
        if finish:
            finish(work)
        if folder.exists():
            shutil.rmtree(folder)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
