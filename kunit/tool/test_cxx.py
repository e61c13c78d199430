# SPDX-License-Identifier: GPL-2.0
"""Drivers in C++: what the rewriter does to them, and whole builds (SRC-140 to SRC-149). How what
is built behaves is tested in a guest by kunit/guest/filters/cxxtest."""
import io
import re
import subprocess
import unittest

from prove import TOP, ToolTest, Failed, Report
from mfbuild.cxx import CxxRewriter
from mfbuild.rewrite import EXACT
from test_build import INF, KERNELS, BuildTest

SYSTEM = '/shim/include'

ENTRY = '''extern "C" {
#include <FltKernel.h>
}
extern "C" DRIVER_INITIALIZE DriverEntry;
%s
extern "C" NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT, _In_ PUNICODE_STRING)
{
%s
    return STATUS_SUCCESS;
}
'''

PROJECT = '''<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <PropertyGroup><ConfigurationType>Driver</ConfigurationType></PropertyGroup>
  <ItemDefinitionGroup><ClCompile><LanguageStandard>stdcpp20</LanguageStandard></ClCompile>
  </ItemDefinitionGroup>
  <ItemGroup><ClCompile Include="a.cpp" /><ClCompile Include="b.c" /></ItemGroup>
</Project>
'''


class Rewrite(ToolTest):
    def rewrite(self, text):
        self.report = Report(io.StringIO())
        try:
            return CxxRewriter(text, 'driver.cpp', SYSTEM, self.report).rewrite()
        except Failed:
            return None

    def plain(self, text):
        return re.sub(r'\s+', ' ', self.rewrite(text) or '').strip()

    def test_types(self):
        """All integers of 64 bits are one type, in the headers too; long is 32 bits."""
        table = {
            'long a; unsigned long long b;': 'int a; unsigned long b;',
            'long long int a = 1LL + 2ull;': 'long int a = 1L + 2uL;',
            'int a = 1L + 0x7fi64;': 'int a = 1 + 0x7fL;',
            'long double a = 1.0L;': 'long double a = 1.0L;',
            "int a = 1'000'000;": "int a = 1'000'000;",
            'auto a = R"(long __try " )";': 'auto a = R"(long __try " )";',
        }
        for text, wanted in table.items():
            self.proves('SRC-80', self.plain(text) == wanted, f'{text}: {self.plain(text)}')
        got = self.rewrite(f'# 1 "{SYSTEM}/x.h"\ntypedef long long A; typedef long B;\n'
                           '# 1 "driver.cpp"\nlong c;\n')
        self.proves('SRC-80', 'typedef long A; typedef long B;' in re.sub(' +', ' ', got)
                    and 'int c;' in got, got)

    def test_places(self):
        """Where functions stand, and where their attribute may."""
        body = '{ __try { a(); } __except (1) { } }'
        table = {
            f'void f() {body}': f'{EXACT} void f()',
            f'extern "C" void f() {body}': f'extern "C" {EXACT} void f()',
            f'extern "C" {{ void f() {body} }}': f'{{ {EXACT} void f()',
            f'namespace a {{ namespace b {{ void f() {body} }} }}': f'{{ {EXACT} void f()',
            f'class A : public B<int> {{ public: void f() const noexcept {body} int x; }};':
                f'public: {EXACT} void f() const noexcept',
            f'struct A final {{ A() : x{{1}}, y(2) {body} ~A() {body} }};':
                f'{{ {EXACT} A() : x{{1}}, y(2)',
            f'template <class T, int N = (1 > 0)> auto A<T>::f() -> T {body}':
                f'template <class T, int N = (1 > 0)> {EXACT} auto A<T>::f() -> T',
            f'A &A::operator=(const A &b) {body}': f'{EXACT} A &A::operator=(const A &b)',
            f'struct __attribute__((packed)) A {{ int f() {body} }};': f'{{ {EXACT} int f()',
        }
        for text, wanted in table.items():
            got = self.plain(text)
            self.proves('SRC-147', wanted in got and '__try' not in got, f'{text}: {got}')
        self.assertEqual(self.plain('enum class A : int { x = 1 }; B b{1}; C c = { 2 };'),
                         'enum class A : int { x = 1 }; B b{1}; C c = { 2 };')

    def test_finally(self):
        got = self.rewrite('void f()\n{\n    __try {\n        b();\n    } __finally {\n'
                           '        c();\n    }\n    d();\n}\n')
        lines = {}
        number = 1
        for line in got.splitlines():
            marker = re.match(r'# (\d+) "driver.cpp"', line)
            number = int(marker.group(1)) if marker else number + 1
            for word in re.findall(r'\b([bcd])\(\)', line):
                lines[word] = number - 1 if not marker else number
        self.proves('SRC-147', lines == {'b': 4, 'c': 6, 'd': 8}, f'{lines} {got}')
        self.proves('SRC-147', got.index('c()') < got.index('b()') and '[&]' in got, got)

    def test_refused(self):
        for text, message in (('return;', 'return out of a finally'),
                              ('goto x;', 'goto out of a finally')):
            self.rewrite(f'void f() {{ x: __try {{ }} __finally {{ {text} }} }}')
            self.proves('SRC-14', self.says(message))


@unittest.skipUnless(KERNELS, 'fltshim is not built for any kernel')
class Build(BuildTest):
    def test_mixed(self):
        """C and C++ of the standard that the project asks for, on every kernel, no warning."""
        source = ENTRY % ('EXTERN_C ULONG Twice(ULONG a);\nstruct A { A(); ~A(); } A1;\n'
                          'A::A() {} A::~A() {}\n'
                          'template <typename T> concept Small = sizeof(T) < 8;\n'
                          'static_assert(Small<ULONG> && !Small<ULONG64>);\n', '    Twice(2);')
        for kernel in range(len(KERNELS)):
            status, text = self.build({
                'a.cpp': source, 'x.vcxproj': PROJECT,
                'b.c': '#include <fltkernel.h>\nULONG Twice(ULONG a) { return 2 * a; }\n'},
                kernel=kernel)
            self.proves('SRC-140', status == 0 and 'warning' not in text, text)
            self.proves('SRC-144', status == 0)
            self.proves('SRC-142', 'fsh_cxx_construct' in
                        (self.place / 'out/little.build/little.glue.c').read_text())
            sections = subprocess.run(
                ['readelf', '-SW', self.place / 'out/little.build/a.fs.o'],
                capture_output=True, text=True, check=True).stdout
            self.proves('SRC-141', '.debug_info' not in sections, sections)
            sections = subprocess.run(['readelf', '-SW', self.place / 'out/little.ko'],
                                      capture_output=True, text=True, check=True).stdout
            self.proves('SRC-142', '.fltshim_constructors' in sections and
                        '.init_array' not in sections, sections)

    def test_every_header(self):
        """All of fltshim's headers in C++, in both orders; each alone is tested in C."""
        folder = TOP / 'fltshim/include'
        names = [f'#include <{p.name}>' for p in sorted(folder.iterdir())
                 if p.is_file() and p.name != 'fltuserstructures.h']
        status, text = self.build({'a.cpp': ENTRY % ('\n'.join(names), ''),
                                   'b.cpp': '\n'.join(names[::-1]) + '\n'})
        self.proves('SRC-149', status == 0 and 'error' not in text and 'warning' not in text, text)
        self.proves('SRC-145', status == 0)

    def test_messages(self):
        """Errors name the line of the user's file, and functions as the source has them."""
        status, text = self.build({'a.cpp': ENTRY % (
            '', '    int x = undeclared;\n    try { } catch (int) { }')}, INF)
        self.proves('SRC-07', status == 1 and 'a.cpp:8: error:' in text, text)
        self.proves('SRC-148', 'a.cpp:9: error:' in text, text)
        status, text = self.build({'a.cpp': ENTRY % ('void Missing(ULONG a);', '    Missing(1);')})
        self.proves('SRC-121', status == 1 and 'routine Missing(unsigned int) is not provided'
                    in text, text)


if __name__ == '__main__':
    unittest.main()
