# SPDX-License-Identifier: GPL-2.0
"""How guests are started: how many at a time, with KVM or without, and what
is blamed on the emulator.  No guest is booted here."""
import contextlib
import fcntl
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
sys.path.insert(0, str(TOP / 'scripts'))

import debs  # noqa: E402
import guest_vm  # noqa: E402

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


if __name__ == "__main__":
    unittest.main()
