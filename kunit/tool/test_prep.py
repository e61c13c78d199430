# SPDX-License-Identifier: GPL-2.0
"""The prepared copy of the sources: encodings, line ends, include names (SRC-01, SRC-40 to 50)."""
import codecs
import io
import os
import unittest

from prove import Failed, Report, TOP, ToolTest
from mfbuild.prep import Prep, c_string


class PrepTest(ToolTest):
    def prep(self, includes=(), charset=None):
        self.report = Report(io.StringIO())
        system = self.place / 'system'
        self.write('system/fltkernel.h', '')
        self.write('system/sys/x.h', '')
        return Prep(str(self.place / 'out'), [str(self.place / i) for i in includes],
                    str(system), charset, self.report)

    def copy(self, content, name='Src/Driver.C', **more):
        """The copy of one file, without its #line."""
        path = self.write(name, content)
        copy = self.prep(**more).copy(path)
        with open(copy, encoding='utf-8', newline='') as file:
            text = file.read()
        first, _, rest = text.partition('\n')
        self.assertEqual(first, f'#line 1 "{os.path.abspath(path)}"')
        return rest


class Text(PrepTest):
    def test_line_ends(self):
        self.proves('SRC-40', self.copy('a\r\nb\\\r\nc\rd\n') == 'a\nb\\\nc\nd\n')

    def test_marks(self):
        self.proves('SRC-41', self.copy(codecs.BOM_UTF8 + b'int a;\n') == 'int a;\n')
        for name, mark in (('utf-16-le', codecs.BOM_UTF16_LE), ('utf-16-be', codecs.BOM_UTF16_BE)):
            self.proves('SRC-42', self.copy(mark + 'L"ä";\r\n'.encode(name)) == 'L"ä";\n', name)

    def test_code_pages(self):
        # a character whose second byte is 0x5C at the end of a comment
        line = '// \u8a31\u529f\n'.encode('big5')
        self.assertIn(b'\\', line)
        self.proves('SRC-43', self.copy(line + b'int a;\n', charset='big5')
                    == '// \u8a31\u529f\nint a;\n')
        self.proves('SRC-43', self.copy('L"\u4e2d\u6587";\n'.encode('gb18030'))
                    == 'L"\u4e2d\u6587";\n' and self.says('read as gb18030'))

    def test_control_z(self):
        self.proves('SRC-44', self.copy('int a;\r\n\x1agarbage') == 'int a;\n')

    def test_blank_after_backslash(self):
        self.proves('SRC-45', self.copy('#define A \\  \n  1\n// dir\\ \nint a;')
                    == '#define A \\\n  1\n// dir\nint a;\n')

    def test_nul(self):
        self.copy('int a;\nint\0 b;\n')
        self.assertTrue(self.says(':2: error: a NUL character'))

    def test_names_in_strings(self):
        self.assertEqual(c_string('a"b\\c\n??/ä'), '"a\\"b\\\\c\\012\\077\\077/\\303\\244"')


class Includes(PrepTest):
    def test_case_and_slashes(self):
        self.write('Src/Inc/Types.H', '#pragma once\n')
        self.write('Src/dpc.h', '')
        got = self.copy('#include "inc\\\\TYPES.h"\n#include "Dpc.h"\n# include <FltKernel.h>\n'
                        '#include "..\\src\\.\\DPC.H"\n#include <SYS\\X.h>\n')
        self.proves('SRC-46', '#include "dpc.h"\n# include <fltkernel.h>\n' in got, got)
        self.proves('SRC-47', got.startswith('#include "inc/types.h"\n')
                    and '<sys/x.h>' in got, got)
        copies = {name for _, _, names in os.walk(self.place / 'out') for name in names}
        self.proves('SRC-01', copies == {'driver.c', 'types.h', 'dpc.h'}, str(copies))

    def test_project_directories(self):
        self.write('shared/Proto.h', '#include "More.h"\n')
        self.write('shared/more.h', 'int more;\n')
        got = self.copy('#include <proto.h>\n', includes=['shared'])
        self.proves('SRC-01', got == '#include "../shared/proto.h"\n', got)

    def test_private_copy(self):
        self.write('Src/fltKernel.h', '#error private\n')
        got = self.copy('#include "fltKernel.h"\n')
        self.proves('SRC-50', got == '#include "fltkernel.h"\n'
                    and self.says('fltKernel.h is skipped: fltkernel.h is a header that fltshim'))

    def test_own_name_of_the_library(self):
        """The C library's names are free for a project's own headers, as long as it has one."""
        self.write('system/memory.h', '')
        self.write('system/string.h', '')
        self.write('Src/Memory.h', 'int mine;\n')
        got = self.copy('#include "Memory.h"\n#include <string.h>\n#include <memory.h>\n')
        self.proves('SRC-50', got == '#include "memory.h"\n#include <string.h>\n'
                    '#include <memory.h>\n' and not self.says('is skipped'), got)
        self.assertTrue((self.place / 'out' / str(self.place)[1:].lower()
                         / 'src/memory.h').is_file())

    def test_unknown(self):
        self.proves('SRC-46', self.copy('#include <NoSuch.h>\n') == '#include <nosuch.h>\n')

    def test_macro_name(self):
        self.assertEqual(self.copy('#include NAME\n'), '#include NAME\n')
        self.proves('SRC-54', self.says('through a macro name'))

    def test_only_case_differs(self):
        self.write('Src/a.h', '')
        self.write('Src/A.h', '')
        with self.assertRaises(Failed):
            self.copy('#include "a.h"\n#include "A.h"\n')
        self.assertTrue(self.says('only in case'))

    def test_recursion(self):
        self.write('Src/a.h', '#include "b.h"\n')
        self.write('Src/b.h', '#include "a.h"\n')
        self.assertEqual(self.copy('#include "a.h"\n'), '#include "a.h"\n')

    def test_own_names_are_lower(self):
        system = TOP / 'fltshim' / 'include'
        names = [name for _, folders, files in os.walk(system) for name in folders + files]
        self.proves('SRC-01', names and all(name == name.lower() for name in names))


if __name__ == '__main__':
    unittest.main()
