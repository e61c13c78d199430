# SPDX-License-Identifier: GPL-2.0
"""Whole builds of small drivers against a kernel's headers, and what is said when one fails
(SRC-01 to SRC-07, section 8). Skipped where fltshim has not been built for any kernel."""
import contextlib
import io
import os
import re
import shutil
import subprocess
import unittest

from prove import TOP, ToolTest
from mfbuild.cli import main

INF = r'''[Version]
Signature = "$Windows NT$"
DriverVer = 01/01/2026,1.2.3.4
[DefaultInstall.NTamd64]
[DefaultInstall.NTamd64.Services]
AddService = Little,,Srv
[Srv]
ServiceBinary = %13%\Little.sys
Description = "A ""little"" filter, caf%e%"
Dependencies = FltMgr
ServiceType = 2
StartType = 3
LoadOrderGroup = "FSFilter Activity Monitor"
AddReg = Reg
[Reg]
HKR,"Parameters","Text",,"$(id) `id` \ ""q"" ??/"
HKR,"Parameters\Instances","DefaultInstance",,"Little Instance"
HKR,"Parameters\Instances\Little Instance","Altitude",,"370030.5"
HKR,"Parameters\Instances\Little Instance","Flags",0x00010001,0
[Strings]
e = "é"
'''

ENTRY = '''#include <FltKernel.h>

DRIVER_INITIALIZE DriverEntry;
%s
NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
%s
    return STATUS_SUCCESS;
}
'''


def kernels():
    """Headers of each of Debian's kernels that fltshim is built for, and its Module.symvers."""
    found = []
    for folder in sorted((TOP / '.build').glob('6.*-amd64')):
        symvers = folder / 'Module.symvers'
        series = re.match(r'\d+\.\d+', folder.name).group()
        if symvers.is_file():
            run = subprocess.run([TOP / 'scripts/kernels', 'headers', series],
                                 capture_output=True, text=True, check=False)
            if run.returncode == 0:
                found.append((run.stdout.strip(), str(symvers)))
    return found


KERNELS = kernels()


@unittest.skipUnless(KERNELS, 'fltshim is not built for any kernel')
class BuildTest(ToolTest):
    def build(self, sources, inf=INF, kernel=-1, options=()):
        """(status, what was printed); the result is in out/."""
        kdir, symvers = KERNELS[kernel]
        shutil.rmtree(self.place / 'driver', ignore_errors=True)
        for name, text in sources.items():
            self.write('driver/' + name, text)
        if inf:
            self.write('driver/Little.INF', inf)
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = main(['build', str(self.place / 'driver'), '--kdir', kdir, '--symvers',
                           symvers, '-o', str(self.place / 'out'), '--license', 'GPL', *options])
        return status, out.getvalue()

    def remove(self):
        shutil.rmtree(self.place)

    def info(self, field, module='little'):
        return subprocess.run(['modinfo', '-F', field, self.place / 'out' / f'{module}.ko'],
                              capture_output=True, text=True, check=True).stdout.strip()


class Good(BuildTest):
    def test_windows_habits(self):
        """UTF-16 and CR LF, other cases and slashes, on every kernel."""
        entry = ('\ufeff' + (ENTRY % ('#include "..\\driver\\Inc\\LOCAL.H"',
                                      '    Count += LOCAL_STEP;'))
                 ).replace('\n', '\r\n').encode('utf-16-le')
        for kernel in range(len(KERNELS)):
            status, text = self.build(
                {'Little.C': entry, 'inc/Local.h': '#pragma once\r\nstatic unsigned long Count;\r\n'
                                                   '#define LOCAL_STEP \\ \r\n 1UL\r\n\x1a'},
                ('\ufeff' + INF).replace('\n', '\r\n').encode('utf-16-le'), kernel)
            self.proves('SRC-05', status == 0 and 'warning' not in text, text)
            self.proves('SRC-42', status == 0)
            self.proves('SRC-156', 'filter Little, altitude 370030.5' in text, text)
            self.proves('INF-20', self.info('description') == 'A "little" filter, café',
                        self.info('description'))
            self.proves('SRC-157', self.info('license') == 'GPL'
                        and self.info('version') == '1.2.3.4')
            self.assertEqual(self.info('minifilter'), 'Little')

    def test_nothing_to_do(self):
        """A second build compiles nothing and gives the same module."""
        self.build({'a.c': ENTRY % ('', '')})
        place = self.place / 'out'
        first = (place / 'little.ko').read_bytes()
        stamp = os.stat(place / 'little.build/a.fs.o').st_mtime_ns
        status, _ = self.build({'a.c': ENTRY % ('', '')})
        self.proves('INF-49', status == 0 and (place / 'little.ko').read_bytes() == first
                    and os.stat(place / 'little.build/a.fs.o').st_mtime_ns == stamp)

    def test_closed_world(self):
        words = 'noinline notrace __packed __weak __init __user linux unix asm current __must_check'
        lines = '\n'.join(f'    {{ int {word} = 1; (void){word}; }}' for word in words.split())
        status, text = self.build({'a.c': ENTRY % ('', lines)})
        self.proves('SRC-02', status == 0, text)

    def test_untidy(self):
        """What another compiler lets pass (section 8)."""
        table = {
            'SRC-120': 'static int NoReturn(int a) { if (a) return 1; }\n'
                       'int f1(void) { return NoReturn(1); }',
            'SRC-122': 'static VOID Call(PVOID *a); static VOID (*Table)(int *) = Call;\n'
                       'static VOID Call(PVOID *a) { UNREFERENCED_PARAMETER(a); }\n'
                       'VOID Drop(PVOID Context, ULONG Kind);\nVOID f2(void) { Table(NULL); }\n'
                       'VOID Drop(struct _CONTEXT_OF_MINE *Context, ULONG Kind)\n'
                       '{ (VOID)Context; (VOID)Kind; }\n'
                       'static VOID Local(PVOID a);\nVOID f3(void) { Local(0); }\n'
                       'static VOID Local(PULONG a) { (VOID)a; }\n',
            'SRC-123': 'static VOID Take(PUNICODE_STRING a) { UNREFERENCED_PARAMETER(a); }\n'
                       'VOID f4(void) { const UNICODE_STRING c = { 0 }; Take(&c); }',
            'SRC-124': 'ULONG Number; VOID f5(void) { Number = NULL; }',
            'SRC-125': 'VOID f(); static g() { return 1; }\nVOID f() { g(); }\n'
                       'VOID k(a) int a; { (void)a; }',
            'SRC-126': 'struct s { int a; };;\n'
                       'VOID f6(void) { goto out; { out: ; int b = 1; (void)b; } }',
            'SRC-128': 'static int Unused; static VOID Never(VOID) { int Alone; }',
            'SRC-129': 'static int log(int a) { return a; }\nint index;\n'
                       'VOID f7(void) { index = log(1); }',
        }
        sources = {f'{row}.c': '#include <fltkernel.h>\n' + text for row, text in table.items()}
        status, text = self.build({'a.c': ENTRY % ('', ''), **sources})
        for row in table:
            self.proves(row, status == 0 and f'{row}.c:4: error' not in text, text)
        self.proves('SRC-122', 'Drop is declared and defined with different types' in text)

    def test_large_frame(self):
        status, text = self.build({'a.c': ENTRY % (
            '', 'volatile WCHAR Big[2048]; Big[0] = 1; (void)Big[0];')})
        self.proves('SRC-127', status == 0 and 'a.c:' in text and 'frame size' in text, text)

    def test_buffer_access(self):
        for inside, wanted in (('', '0x00,'), ('static FLT_PARAMETERS p; (void)p.Read.ReadBuffer;',
                                               '0x01,')):
            status, text = self.build({'a.c': ENTRY % ('', inside)})
            glue = (self.place / 'out/little.build/little.glue.c').read_text()
            index = re.search(r'"BufferAccess", 4, data_(\d+), 4', glue).group(1)
            value = re.search(rf'data_{index}\[\] = {{\s*(\S+)', glue).group(1)
            self.assertEqual((status, value), (0, wanted), text)

    def test_without_inf(self):
        status, text = self.build({'a.c': ENTRY % ('', '')}, None,
                                  options=('--name', 'Bare', '--altitude', '12.5', '--flags', '1'))
        self.proves('INF-48', status == 0 and 'filter Bare, altitude 12.5' in text, text)

    def test_every_header(self):
        """Each of fltshim's headers alone, twice, and all of them in both orders."""
        names = [f'#include <{p.name}>' for p in sorted((TOP / 'fltshim/include').glob('*.h'))
                 if p.name not in ('fltuser.h', 'fltuserstructures.h')]
        kernel_first = '#include <fltkernel.h>\n'
        sources = {'a.c': ENTRY % ('\n'.join(names + names[::-1]), '')}
        for number, line in enumerate(names):
            sources[f'h{number}.c'] = f'{line}\n{kernel_first}{line}\n'
        status, text = self.build(sources)
        self.proves('SRC-48', status == 0 and 'error' not in text, text)
        self.proves('SRC-49', status == 0)


class Bad(BuildTest):
    def refuses(self, row, message, top='', inside='', **sources):
        # as an earlier build left it
        self.write('out/little.ko', 'not of these sources')
        status, text = self.build(sources or {'Dir/Some File.C': ENTRY % (top, inside),
                                              'a.c': ''}, options=('-I', str(self.place)))
        self.proves(row, status == 1 and message in text, text)
        self.assertEqual(os.listdir(self.place / 'out'), ['little.build'], text)
        self.assertRegex(text, r'note: no module was made; \S*out/little\.build stays')
        return text

    def test_user_lines(self):
        text = self.refuses('SRC-07', 'Some File.C:9: error:', '', '    int x = "unclosed;',
                            **{'Some File.C': ENTRY % ('', '    int x = undeclared;')})
        self.assertIn('undeclared', text)

    def test_unknown_routine(self):
        text = self.refuses('SRC-121', 'routine ZwNoSuchRoutine is not provided by fltshim',
                            **{'a.c': ENTRY % ('', '\n    ZwNoSuchRoutine(1);')})
        self.proves('SRC-07', 'a.c:10: error: routine' in text, text)

    def test_declared_only(self):
        calls = ''.join(f'NTSTATUS NtNoSuch{n}(VOID);\n' for n in range(15))
        uses = ''.join(f'    NtNoSuch{n}();\n' for n in range(15))
        text = self.refuses('SRC-121', 'routine NtNoSuch14 is not provided',
                            **{'a.c': ENTRY % (calls, uses)})
        self.assertEqual(text.count('is not provided'), 15, text)
        self.assertIn('a.c:4: error: routine NtNoSuch0', text)

    def test_no_header(self):
        text = self.refuses('SRC-48', 'header nosuch.h is neither in the project nor one that',
                            **{'a.c': '\n#include <NoSuch.h>\n'})
        self.assertIn('a.c:2: error:', text)

    def test_error_directive(self):
        self.refuses('SRC-07', 'a.c:3: error: #error broken', **{'a.c': '\n\n#error broken\n'})

    def test_no_entry(self):
        self.refuses('SRC-76', 'there is no DriverEntry in the sources',
                     **{'a.c': '#include <fltkernel.h>\nint x;\n'})

    def test_no_altitude(self):
        """An .inf whose instance has no altitude, or one that is no number."""
        lines = INF.splitlines(keepends=True)
        [at] = [n for n, line in enumerate(lines) if '"Altitude"' in line]
        for line, message in (('', 'instance "Little Instance" has no Altitude'),
                              (lines[at].replace('370030.5', '37-30'), 'not an altitude')):
            status, text = self.build({'a.c': ENTRY % ('', '')},
                                      ''.join(lines[:at] + [line] + lines[at + 1:]))
            self.proves('INF-40' if not line else 'INF-41',
                        status == 1 and message in text and 'Little.INF' in text, text)
            self.assertFalse(list(self.place.glob('out/*.ko')), text)

    def test_rewriter_lines(self):
        self.refuses('SRC-07', 'a.c:10: error: __leave outside a __try body',
                     **{'a.c': ENTRY % ('', '\n    __leave;')})

    def test_bad_kernel(self):
        self.write('driver/a.c', ENTRY % ('', ''))
        self.write('driver/a.inf', INF)
        out = io.StringIO()
        with contextlib.redirect_stderr(out):
            status = main(['build', str(self.place / 'driver'), '--kdir', str(self.place),
                           '--license', 'GPL', '-o', str(self.place)])
        self.assertEqual(status, 1)
        self.assertIn('holds no kernel headers', out.getvalue())


if __name__ == '__main__':
    unittest.main()
