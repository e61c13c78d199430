# SPDX-License-Identifier: GPL-2.0
"""The kernel's build of fltshim itself: in place, as README says it, and which kernels are refused,
with a sentence that says why."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / 'scripts'))

import kernel_cache  # noqa: E402
from mfbuild.diagnose import plain_environment  # noqa: E402

# What the build of a kernel that is supported has set.
KERNEL = {'CONFIG_MODULES': 'y', 'CONFIG_X86_64': 'y', 'CONFIG_PREEMPT_COUNT': 'y',
          'VERSION': '6', 'PATCHLEVEL': '12'}


def make(*args):
    """Runs make, not as a part of a make that runs this test; (exit status, what it said)."""
    done = subprocess.run(['make', *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=plain_environment(), text=True, check=False)
    return done.returncode, done.stdout.strip()


class Refused(unittest.TestCase):
    """Reads Kbuild as a kernel's build does; nothing is compiled."""

    def kbuild(self, **other):
        """(was it accepted, what was said) for KERNEL with OTHER settings."""
        settings = {**KERNEL, **other}
        status, said = make('-s', '-f', TOP / 'Kbuild', '--eval', 'accepted: ; @echo $(obj-m)',
                            'accepted', f'src={TOP}', f'obj={TOP}',
                            *(f'{name}={value}' for name, value in settings.items()))
        self.assertIn(status, (0, 2), said)
        return status == 0, said

    def refused(self, why, **other):
        accepted, said = self.kbuild(**other)
        self.assertFalse(accepted)
        self.assertRegex(said, rf'^\S*Kbuild:\d+: \*\*\* fltshim: {why}\.  Stop\.$')

    def test_tested_kernels(self):
        for number in range(1, 13):
            self.assertEqual(self.kbuild(PATCHLEVEL=number), (True, 'fltshim.o'))

    def test_other_versions(self):
        for version, patchlevel in ((5, 10), (6, 0), (6, 13), (6, 120), (7, 1)):
            self.refused(f'Linux {version}.{patchlevel} is outside the tested range, which is '
                         '6.1 to 6.12', VERSION=version, PATCHLEVEL=patchlevel)

    def test_other_architectures(self):
        self.refused('this kernel is not built for x86-64, the only architecture that fltshim '
                     'supports', CONFIG_X86_64='', CONFIG_ARM64='y')

    def test_realtime(self):
        self.refused('this kernel is built with PREEMPT_RT, where spin locks sleep and '
                     'DISPATCH_LEVEL cannot be kept', CONFIG_PREEMPT_RT='y')

    def test_no_count_of_preemption(self):
        self.refused('this kernel is built without PREEMPT_COUNT, so the current IRQL could not '
                     'be told', CONFIG_PREEMPT_COUNT='')

    def test_clean_needs_no_kernel(self):
        """make clean reads the same file, without a configuration."""
        self.assertEqual(self.kbuild(**dict.fromkeys(KERNEL, '')), (True, 'fltshim.o'))


class InPlace(unittest.TestCase):
    """A copy of the tree in which nothing was ever built."""

    # Of the 200 objects, what is compiled here, for the time that the others take.
    OBJECTS = 'fltshim/main.o fltshim/fltmgr/violation.o'

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix='kbuild-test-')
        self.addCleanup(place.cleanup)
        self.tree = pathlib.Path(place.name)
        built = shutil.ignore_patterns('*.o', '*.ko', '*.mod', '*.mod.c', '*.ans', '*.d', '.*')
        shutil.copytree(TOP / 'fltshim', self.tree / 'fltshim', ignore=built)
        (self.tree / 'fltshim/compat/config.h').unlink(missing_ok=True)
        for name in ('Makefile', 'Kbuild'):
            shutil.copy(TOP / name, self.tree)

    def files(self):
        return sorted(path.relative_to(self.tree) for path in self.tree.rglob('*')
                      if path.is_file())

    def test_plain_make(self):
        """`make`, then the kernel's own build with M=, then `make clean`."""
        kernel = kernel_cache.get('6.12')
        module = self.tree / 'fltshim.ko'
        before = self.files()
        # what the objects that are left out have is missing, which is only told then
        less = [f'fltshim-y={self.OBJECTS}', 'KBUILD_MODPOST_WARN=1', f'-j{os.cpu_count()}']
        status, said = make('-C', self.tree, f'KDIR={kernel.kdir}', *less)
        self.assertEqual((status, module.exists()), (0, True), said)
        for name in self.OBJECTS.split():
            self.assertRegex(said, rf'CC \[M\] .*{name}\n')
        self.assertNotRegex(said, r'\berror\b|warning:')
        answers = (self.tree / 'fltshim/compat/config.h').read_text()
        self.assertIn('#define FLT_HAVE_MNT_IDMAP 1', answers)
        magic = subprocess.run(['modinfo', '-F', 'vermagic', module], text=True, check=True,
                               stdout=subprocess.PIPE).stdout
        self.assertTrue(magic.startswith(kernel.release + ' '), magic)

        module.unlink()
        status, said = make('-C', kernel.kdir, f'M={self.tree}', *less)
        self.assertEqual((status, module.exists()), (0, True), said)
        self.assertNotIn('CC [M]', said)

        status, said = make('-C', self.tree, 'clean')
        self.assertEqual((status, self.files()), (0, before), said)

    def test_no_headers(self):
        status, said = make('-C', self.tree, f'KDIR={self.tree}/none')
        self.assertEqual(status, 2)
        self.assertIn(f'fltshim: there are no kernel headers in {self.tree}/none.', said)
        self.assertIn('make KDIR=', said)


if __name__ == '__main__':
    unittest.main()
