# SPDX-License-Identifier: GPL-2.0
"""Which kernels fltshim is built for, and that the rest are refused with a sentence that says why.
Reads Kbuild as a kernel's build does; nothing is compiled."""
import pathlib
import subprocess
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
# What the build of a kernel that is supported has set.
KERNEL = {'CONFIG_MODULES': 'y', 'CONFIG_X86_64': 'y', 'CONFIG_PREEMPT_COUNT': 'y',
          'VERSION': '6', 'PATCHLEVEL': '12'}


class Refused(unittest.TestCase):
    def kbuild(self, **other):
        """(was it accepted, what was said) for KERNEL with OTHER settings."""
        settings = {**KERNEL, **other}
        done = subprocess.run(
            ['make', '-s', '-R', '-f', TOP / 'Kbuild', '--eval', 'accepted: ; @echo $(obj-m)',
             'accepted', f'src={TOP}', f'obj={TOP}', *(f'{name}={value}'
                                                     for name, value in settings.items())],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertIn(done.returncode, (0, 2), done.stdout)
        return done.returncode == 0, done.stdout.strip()

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


if __name__ == '__main__':
    unittest.main()
