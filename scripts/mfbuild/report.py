# SPDX-License-Identifier: GPL-2.0
"""Collects the messages of one run, in the form that compilers use: file:line: kind: text."""
import sys


class Failed(Exception):
    """The run cannot go on; the reasons have been reported."""


class Report:
    """Errors, warnings and notes. Repeated messages are printed once."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.errors = 0
        self.warnings = 0
        self.seen = set()
        self.messages = []

    def _say(self, kind, where, text):
        if isinstance(where, tuple):
            prefix = f'{where[0]}:{where[1]}: '
        elif where:
            prefix = f'{where}: '
        else:
            prefix = 'minifilter: '
        line = printable(f'{prefix}{kind}: {text}')
        if line in self.seen:
            return False
        self.seen.add(line)
        self.messages.append(line)
        print(line, file=self.stream)
        return True

    def error(self, where, text):
        if self._say('error', where, text):
            self.errors += 1

    def warning(self, where, text):
        if self._say('warning', where, text):
            self.warnings += 1

    def note(self, where, text):
        self._say('note', where, text)

    def fail(self, where, text):
        """Report an error after which nothing more can be found out."""
        self.error(where, text)
        raise Failed

    def stop_on_error(self):
        if self.errors:
            raise Failed


def printable(text):
    """The text with control characters shown, so that a file cannot forge lines of output."""
    return ''.join(c if c.isprintable() else f'\\x{ord(c):02x}' for c in text)
