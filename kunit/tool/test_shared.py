# SPDX-License-Identifier: GPL-2.0
"""Headers that a driver shares with its program: the same types with the same layout on both sides
(SRC-51)."""
import subprocess
import unittest

from prove import TOP
from test_build import ENTRY, KERNELS, BuildTest

SHARED = r'''#ifndef SHARED_H
#define SHARED_H

#define SHARED_PORT_NAME L"\\SharedPort"

typedef ULONG_PTR SHARED_ID;
typedef _Return_type_success_(return >= 0) LONG NTSTATUS;

typedef enum _SHARED_COMMAND { SharedGet, SharedSet } SHARED_COMMAND;

#pragma warning(push)
#pragma warning(disable:4200)

typedef struct _SHARED_MESSAGE {
    SHARED_COMMAND Command;
    ULONG Reserved;
    UCHAR Data[];
} SHARED_MESSAGE, *PSHARED_MESSAGE;

#pragma warning(pop)

typedef struct _SHARED_RECORD {
    ULONG Length;
    UCHAR Kind;
    LARGE_INTEGER Time;
    NTSTATUS Status;
    SHARED_ID Id;
    PVOID Where;
    HANDLE Process;
    BOOLEAN Last;
    WCHAR Name[13];
    USHORT First : 3;
    ULONG Second : 20;
    USHORT Third : 5;
    UNICODE_STRING Text;
    GUID Guid;
    long long Big;
    wchar_t Letter;
} SHARED_RECORD, *PSHARED_RECORD;

#pragma pack(push, 1)
typedef struct _SHARED_PACKED {
    UCHAR Kind;
    ULONGLONG Value;
    WCHAR Name[ANYSIZE_ARRAY];
} SHARED_PACKED;
#pragma pack(pop)

typedef struct _SHARED_REPLY {
    FILTER_REPLY_HEADER Header;
    SHARED_RECORD Record;
} SHARED_REPLY;

#endif
'''

ASKED = ['sizeof(WCHAR)', 'sizeof(SHARED_COMMAND)', 'sizeof(SHARED_MESSAGE)',
         'sizeof(SHARED_RECORD)', 'sizeof(SHARED_PACKED)', 'sizeof(SHARED_REPLY)',
         'sizeof(SHARED_PORT_NAME)', 'sizeof(FILTER_MESSAGE_HEADER)',
         'offsetof(SHARED_PACKED, Value)', 'offsetof(SHARED_REPLY, Record)',
         'offsetof(SHARED_MESSAGE, Data)', 'sizeof(INSTANCE_FULL_INFORMATION)',
         'sizeof(FILTER_FULL_INFORMATION)'] + [
             f'offsetof(SHARED_RECORD, {name})' for name in
             'Time Status Id Where Process Last Name Text Guid Big Letter'.split()]

PROGRAM = '''#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
#include <fltUser.h>
#include "shared.h"
int main(void)
{
%s
    return 0;
}
'''


@unittest.skipUnless(KERNELS, 'fltshim is not built for any kernel')
class Shared(BuildTest):
    def test_layout(self):
        """What the program says of the layout is asserted by the compiler in the driver."""
        self.write('program/shared.h', SHARED)
        lines = '\n'.join(f'    printf("%zu\\n", (size_t){what});' for what in ASKED)
        source = self.write('program/main.c', PROGRAM % lines)
        program = self.place / 'program/main'
        compiled = subprocess.run(
            ['gcc', '-Wall', '-Werror', '-Wno-unknown-pragmas', '-fshort-wchar', '-fms-extensions',
             '-mms-bitfields', '-I', TOP / 'fltshim/user/include', source, '-o', program],
            capture_output=True, text=True, check=False)
        self.assertEqual(compiled.returncode, 0, compiled.stderr)
        sizes = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(len(sizes), len(ASKED))
        asserts = '\n'.join(f'C_ASSERT({what} == {size});' for what, size in zip(ASKED, sizes))
        status, text = self.build({'a.c': ENTRY % ('#include "Shared.h"\n' + asserts, ''),
                                   'shared.h': SHARED})
        self.proves('SRC-51', status == 0 and 'error' not in text, text)


if __name__ == '__main__':
    unittest.main()
