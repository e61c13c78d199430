# SPDX-License-Identifier: GPL-2.0
"""Rules for the shim's own source that no compiler checks."""
import re
import unittest

from prove import TOP, ToolTest

# What the compiler runs on the way out of a function, and an exception does not.
SCOPED = re.compile(r'\b(guard|scoped_guard|scoped_cond_guard|CLASS)\s*\(|__free\s*\(|__cleanup')


class Source(ToolTest):
    def test_no_scoped_locks(self):
        """An exception of a driver may leave any function between it and its barrier."""
        found = []
        for path in sorted((TOP / 'fltshim').rglob('*.[ch]')):
            if 'include' in path.parts:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if SCOPED.search(re.sub(r'/\*.*?\*/|"[^"]*"', '', line)) \
                        and not line.lstrip().startswith('*'):
                    found.append(f'{path.relative_to(TOP)}:{number}: {line.strip()}')
        self.proves('SRC-26', not found, '\n'.join(found))


if __name__ == '__main__':
    unittest.main()
