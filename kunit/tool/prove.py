# SPDX-License-Identifier: GPL-2.0
"""What the tests of scripts/minifilter share: assertions that carry the ID of a contract row,
and short ways to the parts of the tool. Touches nothing outside temporary directories."""
import io
import os
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / 'scripts'))

from mfbuild.inf import Inf  # noqa: E402
from mfbuild.report import Failed, Report  # noqa: E402
from mfbuild.service import read_service  # noqa: E402


class ToolTest(unittest.TestCase):
    """A test case with a temporary directory and a quiet report."""

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix='minifilter-test-'))
        self.addCleanup(self.remove)
        self.report = Report(io.StringIO())

    def remove(self):
        for root, folders, files in os.walk(self.place, topdown=False):
            for name in files:
                os.unlink(os.path.join(root, name))
            for name in folders:
                path = os.path.join(root, name)
                (os.unlink if os.path.islink(path) else os.rmdir)(path)
        self.place.rmdir()

    def proves(self, row, condition, what=''):
        """The contract's row holds here; fails the test otherwise."""
        frame = sys._getframe(1)
        verdict = 'ok' if condition else 'failed'
        print(f'proves: {row} {verdict} {self.id().split(".")[-1]} '
              f'{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}')
        self.assertTrue(condition, f'{row}: {what or self.messages()}')

    def messages(self):
        return '\n'.join(self.report.messages)

    def says(self, text):
        """Is there a message with this text?"""
        return text in self.messages()

    def write(self, name, content):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def inf(self, content, name='test.inf'):
        """Reads an .inf, with a report of its own."""
        self.report = Report(io.StringIO())
        return Inf.read(self.write(name, content), self.report)

    def service(self, content, wanted=None, altitude=None):
        """The Service of an .inf, or None where the reader gives up."""
        try:
            return read_service(self.inf(content), self.report, wanted, altitude)
        except Failed:
            return None
