# SPDX-License-Identifier: GPL-2.0
"""How guests are started: how many at a time, with KVM or without, what a shell has loaded, and
what is blamed on the emulator.  No guest is booted here."""
import argparse
import contextlib
import fcntl
import importlib.machinery
import importlib.util
import io
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest
from unittest import mock

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TOP / 'scripts'), str(TOP / 'kunit/guest')]

import debs  # noqa: E402
import guest_vm  # noqa: E402
import harness  # noqa: E402
import verdicts  # noqa: E402


def script(name):
    """One of the scripts as a module."""
    loader = importlib.machinery.SourceFileLoader(f'{name}_script', str(TOP / 'scripts' / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module

OOPS = """\
[  156.371167] Oops: int3: 0000 [#1] PREEMPT SMP
[  156.371918] CPU: 1 UID: 0 PID: 80 Comm: sh Not tainted 6.12.117 #1
[  156.372235] RIP: 0010:some_function+0x1/0x50
[  156.376998] Code: 41 5c 5d c3 66 66 2e 0f 1f 84 00 00 00 00 00 90 {} <1f> 44 00 00 55
[  156.405129] Kernel panic - not syncing: Fatal exception in interrupt
"""


class Emulator(unittest.TestCase):
    def test_breakpoint_that_was_taken_back(self):
        self.assertTrue(guest_vm.emulator_erred(OOPS.format("0f")))

    def test_breakpoint_that_is_there(self):
        self.assertFalse(guest_vm.emulator_erred(OOPS.format("cc")))

    def test_something_else_came_first(self):
        self.assertFalse(guest_vm.emulator_erred("[1.0] BUG: something\n" + OOPS.format("0f")))

    def test_no_code_shown(self):
        self.assertFalse(guest_vm.emulator_erred(OOPS.format("0f").replace("Code:", "")))


class GuestTest(unittest.TestCase):
    """A test with a folder of its own, and what is said on the way in self.said."""

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix='guest-test-')
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        self.said = io.StringIO()
        self.enter(contextlib.redirect_stderr(self.said))
        self.enter(contextlib.redirect_stdout(self.said))

    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def replace(self, target, name, value):
        return self.enter(mock.patch.object(target, name, value))


class Slots(GuestTest):
    """At most two guests run on a machine."""

    def setUp(self):
        super().setUp()
        self.assertEqual(guest_vm.LOCK, '/tmp/fltshim-guest-{}.lock')
        self.replace(guest_vm, 'LOCK', f'{self.place}/{{}}.lock')

    def test_there_are_two(self):
        with guest_vm.slot() as one, guest_vm.slot() as two:
            self.assertNotEqual(one, two)
        self.assertEqual(guest_vm.SLOTS, 2)
        self.assertEqual(sorted(path.name for path in self.place.iterdir()), ['0.lock', '1.lock'])
        self.assertEqual(self.said.getvalue(), '')

    def test_a_third_guest_waits_until_one_ends(self):
        order = []
        first = contextlib.ExitStack()
        first.enter_context(guest_vm.slot())

        def pause(_):
            order.append('waits')
            if len(order) == 3:
                first.close()

        def supervise(*_):
            order.append('runs')
            return guest_vm.Result(status=0)

        self.replace(guest_vm, 'time', types.SimpleNamespace(sleep=pause))
        self.replace(guest_vm, '_supervise', supervise)
        self.replace(guest_vm.Guest, '_command', lambda *_: [])
        with first, guest_vm.slot():
            self.assertTrue(guest_vm.Guest('6.12').run().ok)
        self.assertEqual(order, ['waits'] * 3 + ['runs'])
        self.assertEqual(self.said.getvalue().count('2 guests run on this machine already'), 1)

    def test_a_shell_waits_too(self):
        class Waits(Exception):
            """The guest would wait here."""

        def pause(_):
            raise Waits

        run = self.replace(guest_vm.subprocess, 'run', mock.Mock())
        self.replace(guest_vm, 'time', types.SimpleNamespace(sleep=pause))
        self.replace(guest_vm.Guest, '_command', lambda *_: [])
        with guest_vm.slot(), guest_vm.slot(), self.assertRaises(Waits):
            guest_vm.Guest('6.12').shell()
        run.assert_not_called()

    def test_what_was_started_keeps_its_slot(self):
        with guest_vm.slot() as lock:
            child = subprocess.Popen(['cat'], stdin=subprocess.PIPE, pass_fds=[lock])
        with open(guest_vm.LOCK.format(0), 'rb') as other:
            with self.assertRaises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            child.communicate()
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Settings(GuestTest):
    """On which file systems a test runs."""

    def write(self, needs):
        path = pathlib.Path(tempfile.mkdtemp(dir=self.folder), 'one.sh')
        path.write_text(f'#!/bin/sh\n# needs: {needs}\n')
        return path

    def lowers(self, needs, kernel, long=False):
        return harness.lowers_of(harness.read_test(self.write(needs)), kernel, long)

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_all_run_on_xfs_once(self):
        both = 'kernels=6.12,debug'
        self.assertEqual(self.lowers(both, 'debug'), ['xfs'])
        self.assertEqual(self.lowers(both, '6.12'), ['ext4', 'tmpfs'])
        self.assertEqual(self.lowers(both, '6.12', True), ['ext4', 'tmpfs', 'xfs'])
        self.assertEqual(self.lowers('kernels=6.12', '6.12'), ['ext4', 'tmpfs', 'xfs'])

    def test_older_kernel(self):
        self.assertEqual(self.lowers('kernels=6.1', '6.1'), ['ext4'])
        self.assertEqual(self.lowers('kernels=6.1 lower=tmpfs', '6.1'), ['tmpfs'])
        self.assertEqual(self.lowers('kernels=6.1', '6.1', True), ['ext4', 'tmpfs'])

    def test_kernels_of_the_long_run(self):
        folder = self.write('kernels=6.12 long-kernels=debug').parent
        for only, long, kernels in ((None, False, ['6.12']), (None, True, ['6.12', 'debug']),
                                    ('one', False, ['6.12', 'debug'])):
            [test] = harness.find_tests(folder, only, long)
            self.assertEqual(test.kernels, kernels)
        with self.assertRaises(debs.Problem):
            harness.read_test(self.write('long-kernels=7.0'))

    def test_lowers_of_the_long_run(self):
        folder = self.write('kernels=6.12 lower=ext4 long-lower=xfs').parent
        for only, long, lowers in ((None, False, ['ext4']), (None, True, ['ext4', 'xfs']),
                                   ('one', False, ['ext4', 'xfs'])):
            [test] = harness.find_tests(folder, only, long)
            self.assertEqual(harness.lowers_of(test, '6.12', long), lowers)
        with self.assertRaises(debs.Problem):
            harness.read_test(self.write('long-lower=any'))

    def test_more_in_the_long_run(self):
        """The newest of Debian's kernels is where tests do more, unless they say where."""
        for words, more in (('kernels=6.1,6.12,debug', ['6.12']),
                            ('kernels=6.12,debug more=debug', ['debug'])):
            test = harness.read_test(self.write(words + ' time=2 long=100'))
            for kernel in test.kernels:
                for long in (False, True):
                    runner = harness.Runner(self.place, None, None, (), long)
                    setting = harness.Setting(kernel, 'ext4')
                    slow = harness.SLOW.get(kernel, harness.PATIENCE)
                    self.assertEqual(runner._time(setting, test),
                                     slow * (100 if long and kernel in more else 2))

    def test_what_a_test_asks_for(self):
        asked = 'kernels=6.1,6.12,debug lower=ext4,xfs'
        self.assertEqual(self.lowers(asked, '6.12'), ['ext4', 'xfs'])
        self.assertEqual(self.lowers(asked, '6.1'), ['ext4'])
        self.assertEqual(self.lowers('kernels=debug lower=ext4', 'debug'), ['ext4'])
        self.assertEqual(self.lowers('kernels=6.1,debug lower=any', 'debug'), ['xfs'])
        with self.assertRaises(debs.Problem):
            self.lowers('lower=xfs', '6.1')

    def test_processors(self):
        """What is not said to be about races has a boot where processors take turns."""
        tests = harness.find_tests(TOP / 'kunit/guest/tests', '^(hammer|answers)$')
        for kernel, long, boots in (('6.12', False, [(False, ['answers']), (True, ['hammer'])]),
                                    ('6.12', True, [(False, ['answers']), (True, ['hammer'])]),
                                    ('debug', False, [(True, ['answers', 'hammer'])])):
            table = harness.settings_of(tests, [kernel], long)
            self.assertEqual([(setting.parallel, [test.name for test in chosen])
                              for setting, chosen in table
                              if kernel == 'debug' or setting.lower == 'tmpfs'], boots)
        with self.assertRaises(debs.Problem):
            harness.read_test(self.write('parallel=maybe'))

    def test_one_boot_of_the_slow_kernel(self):
        tests = harness.find_tests(TOP / 'kunit/guest/tests', '^(opener|mount-self)$')
        [(setting, chosen)] = harness.settings_of(tests, ['debug'])
        self.assertEqual(str(setting), 'debug xfs+ext4')
        self.assertEqual([test.name for test in chosen], ['mount-self', 'opener'])


class LongRun(GuestTest):
    """A long run that was ended early goes on where it was."""

    def log(self):
        """A run's log, with what those before it left."""
        log = verdicts.Log(quiet=True, kept=self.place / 'kept')
        log.out = io.StringIO()
        log.recall()
        return log

    def say(self, log, setting, name, state='ok'):
        log.add(harness.Verdict(setting, name, state))

    def test_goes_on(self):
        log = self.log()
        self.say(log, '6.12 ext4', 'one')
        self.say(log, '6.12 ext4', 'two', 'not ok')
        log = self.log()
        self.assertTrue(log.has('6.12 ext4', 'one'))
        self.assertFalse(log.has('6.12 ext4', 'two'))
        self.assertFalse(log.has('6.12 xfs', 'one'))
        self.say(log, '6.12 ext4', 'two')
        self.assertTrue(self.log().has('6.12 ext4', 'one', 'two'))
        self.assertEqual(self.log().count('ok'), 2)

    def test_the_last_word_counts(self):
        log = self.log()
        self.say(log, '6.12 ext4', 'one')
        self.say(log, '6.12 ext4', 'one', 'not ok')
        self.assertFalse(self.log().has('6.12 ext4', 'one'))

    def test_boots_that_search_memory_count_as_a_whole(self):
        log = self.log()
        self.say(log, 'debug xfs+ext4', 'one')
        self.say(log, 'debug unit', 'suite.case')
        self.assertFalse(self.log().has('debug xfs+ext4', 'one'))
        for setting, end in (('debug xfs+ext4', 'leaks'), ('debug unit', 'all-suites')):
            log = self.log()
            self.say(log, setting, 'one')
            self.say(log, setting, end)
            self.assertTrue(self.log().has(setting, 'one', end))
            log = self.log()
            self.say(log, setting, 'other', 'not ok')
            self.assertFalse(self.log().has(setting, 'one'))
            self.assertFalse(self.log().has(setting, end))


class Splat(GuestTest):
    """What in a kernel log is a fault of ours."""

    def test_races(self):
        others = '[    1.2] BUG: KCSAN: data-race in folio_mark_dirty / shrink_inactive_list\n'
        ours = '[    1.3] BUG: KCSAN: data-race in flt_begin [fltshim] / flt_end [fltshim]\n'
        half = '[    1.4] BUG: KCSAN: data-race in list_lru_add / fltfs_evict [fltshim]\n'
        self.assertEqual(guest_vm.first_splat(others), '')
        for text in (ours, half):
            self.assertEqual(guest_vm.first_splat(others + text), text.partition('] ')[2].strip())

    def test_lock_checks_that_ended(self):
        guest = types.SimpleNamespace(time_limit=1, check_log=True, taint=0)
        fine = types.SimpleNamespace(console='[    1.1] all is well\n', log='', status=0)
        self.assertEqual(guest_vm._verdict(fine, {'taint': '0'}, guest, 0, ''), '')
        self.assertRegex(guest_vm._verdict(fine, {'taint': '0', 'lockdep': 'off'}, guest, 0, ''),
                         'not check locks')
        fine.log = '[    1.2] turning off the locking correctness validator.\n'
        self.assertRegex(guest_vm._verdict(fine, {'taint': '0'}, guest, 0, ''), 'turning off')


class Accelerator(GuestTest):
    """KVM only where a guest has really booted with it."""

    def setUp(self):
        super().setUp()
        self.enter(mock.patch.dict('os.environ', FLTSHIM_ACCEL='auto'))
        self.device = self.replace(guest_vm.os, 'access', mock.Mock(return_value=True))
        self.replace(debs, 'cache_dir', lambda: self.place)
        self.booted = []

    def answer(self, result):
        def run(guest):
            self.booted.append(guest)
            return result
        self.replace(guest_vm.Guest, 'run', run)
        return guest_vm.accelerator()

    def test_no_guest_boots(self):
        for result in (guest_vm.Result(failure='time limit'), guest_vm.Result(status=1)):
            with self.subTest(result):
                for kept in self.place.glob('accel-*'):
                    kept.unlink()
                self.assertEqual(self.answer(result), 'tcg')
                self.assertIn('tcg,thread=multi,tb-size=256', guest_vm.Guest('6.12')._processor())
                self.assertIn('tcg,thread=single,tb-size=256',
                              guest_vm.Guest('6.12', turns=True)._processor())
        self.assertEqual([guest.accel for guest in self.booted], ['kvm'] * 2)

    def test_a_guest_boots(self):
        self.assertEqual(self.answer(guest_vm.Result(status=0)), 'kvm')
        self.assertEqual(guest_vm.Guest('6.12')._processor()[:2], ['-accel', 'kvm'])
        # the answer is kept: nothing else is tried, and what would come of it does not matter
        self.assertEqual(self.answer(guest_vm.Result(status=1)), 'kvm')
        self.assertEqual(len(self.booted), 1)

    def test_another_boot_asks_again(self):
        (self.place / 'accel-of-another-boot').write_text('kvm\n')
        self.assertEqual(self.answer(guest_vm.Result(status=1)), 'tcg')

    def test_no_device(self):
        self.device.return_value = False
        self.assertEqual(self.answer(guest_vm.Result(status=0)), 'tcg')
        self.assertEqual(self.booted, [])


class Shell(GuestTest):
    """What scripts/guest --shell has loaded."""

    def setUp(self):
        super().setUp()
        self.guest = script('guest')
        self.replace(self.guest, 'BUILD', self.place)
        self.replace(self.guest.kernel_cache, 'get',
                     lambda series: argparse.Namespace(tree=f'{series}.9-test'))

    def loaded(self, *args, built=(), folder='6.12.9-test'):
        for name in built:
            path = self.place / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        self.replace(sys, 'argv', ['guest', *args])
        guest = self.guest.make_guest(self.guest.arguments())
        paths = [name for name in guest.modules if name.endswith('.ko')]
        self.assertEqual([pathlib.Path(name).name for name in paths], guest.load)
        for name in paths:
            self.assertTrue(not name.startswith('/') or pathlib.Path(name).exists(), name)
        return guest.load

    def test_all_that_is_built(self):
        built = ['fltshim.ko', 'samples/passthru.ko', 'samples/spy.ko']
        self.assertEqual(self.loaded('--shell', built=built),
                         ['fltshim.ko', 'passthru.ko', 'spy.ko'])
        self.assertNotIn('not built', self.said.getvalue())

    def test_what_is_missing_is_told(self):
        self.assertEqual(self.loaded('--shell', built=['samples/spy.ko']), [])
        self.assertIn('not built for 6.12: fltshim.ko, samples/passthru.ko; to have that loaded: '
                      'make samples KDIR=$(scripts/kernels headers 6.12)', self.said.getvalue())
        self.assertEqual(self.loaded('--shell', built=['fltshim.ko']), ['fltshim.ko', 'spy.ko'])
        self.assertEqual(self.loaded('--shell', '-k', '6.1'), [])
        self.assertIn('headers 6.1)', self.said.getvalue())

    def test_a_kernel_with_checks_has_its_own(self):
        self.assertEqual(self.loaded('--shell', '-k', 'debug', built=['fltshim.ko'],
                                     folder='debug.9-test'), ['fltshim.ko'])

    def test_what_was_asked_for_is_all(self):
        built = ['fltshim.ko', 'samples/spy.ko']
        self.assertEqual(self.loaded('--shell', '-m', 'own.ko', '-m', 'xfs', built=built),
                         ['own.ko'])
        self.assertEqual(self.loaded('-c', 'true', built=built), [])
        self.assertEqual(self.said.getvalue(), '')


class Demo(GuestTest):
    """The picture of the demo."""

    def test_shows_what_the_guest_said(self):
        show = script('demo').Show()
        show.feed(b'@lower xfs   /dev/vdz\n@filter 370030 High\n@filter 40000.5 Low\n'
                  b'@instance 370030 /data \\Device\\Volume7 x\n@stack\n')
        text = self.said.getvalue()
        self.assertIn('/data  (fltfs, \\Device\\Volume7)', text)
        self.assertTrue(text.rstrip().endswith('xfs, /dev/vdz'), text)
        self.assertNotIn('ext4', text)
        self.assertLess(text.index('High'), text.index('Low'))


if __name__ == "__main__":
    unittest.main()
