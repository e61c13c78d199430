# SPDX-License-Identifier: GPL-2.0
"""What is blamed on the emulator, and what is not."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / 'scripts'))

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


if __name__ == "__main__":
    unittest.main()
