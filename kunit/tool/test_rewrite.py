# SPDX-License-Identifier: GPL-2.0
"""The token rewriter: what it changes, what it leaves, what it refuses (SRC-03 to SRC-18,
SRC-68, SRC-80 to 82, SRC-101, SRC-130). How the statements behave is tested in a guest by
kunit/guest/filters/sehtest."""
import io
import random
import re
import unittest

from prove import ToolTest, Failed, Report
from mfbuild.clex import tokens
from mfbuild.rewrite import Rewriter, gcc_number

SYSTEM = '/shim/include'


class RewriteTest(ToolTest):
    def rewrite(self, text, disagreeing=()):
        """The new text without the tags that are declared before it."""
        self.report = Report(io.StringIO())
        try:
            rewriter = Rewriter(text, 'driver.c', SYSTEM, self.report, disagreeing)
            result = rewriter.rewrite()
        except Failed:
            return None
        return result[len(rewriter.tags()):]

    def plain(self, text):
        """The rewritten text with blanks squeezed."""
        return re.sub(r'\s+', ' ', self.rewrite(text) or '').strip()

    def body(self, text):
        return self.rewrite('void f(void)\n{\n' + text + '\n}\n')

    def refuses(self, row, text, message, line=None):
        self.body(text)
        self.proves(row, self.report.errors and self.says(message), self.messages())
        if line:
            self.proves('SRC-07', self.says(f'driver.c:{line}: error:'), self.messages())


class Tokens(ToolTest):
    def test_joined(self):
        text = 'a "str\\"x" L\'\\\'\' 0x1.8p-3L ... >>= #pragma\n# 12 "x.h" 1 3\nb->c \u00e4\n'
        self.assertEqual(''.join(t.text for t in tokens(text, 'a.c')), text)

    def test_lines(self):
        found = {t.text: (t.file, t.line) for t in
                 tokens('a\n# 12 "dir/x.h" 1\nb\nc\n# 3 "q\\"\\344.c" 2\nd\n', 'a.c')}
        self.assertEqual(found['b'], ('dir/x.h', 12))
        self.assertEqual(found['c'], ('dir/x.h', 13))
        self.assertEqual(found['d'][1], 3)
        self.assertEqual(found['a'], ('a.c', 1))


class Words(RewriteTest):
    def test_long(self):
        table = {
            'long a;': 'int a;',
            'unsigned long a;': 'unsigned int a;',
            'long unsigned a;': 'int unsigned a;',
            'long int a;': 'int a;',
            'const long volatile int a;': 'const int volatile a;',
            'long long a;': 'long long a;',
            'unsigned long long int a;': 'unsigned long long int a;',
            'long double a;': 'long double a;',
            'int f(long, unsigned long);': 'int f(int, unsigned int);',
            'int x = sizeof(long);': 'int x = sizeof(int);',
            'long f(long long a, long b);': 'int f(long long a, int b);',
            'typedef long T, *PT;': 'typedef int T, *PT;',
        }
        for text, wanted in table.items():
            self.proves('SRC-80', self.plain(text) == wanted, f'{text}: {self.plain(text)}')

    def test_header_text(self):
        text = (f'# 1 "{SYSTEM}/x.h" 1\ntypedef long unsigned int size_type; long y = 1L;\n'
                '# 2 "driver.c" 2\nlong z = 1L;\n')
        got = self.rewrite(text)
        self.proves('SRC-04', 'typedef long unsigned int size_type; long y = 1L;' in got
                    and 'int z = 1;' in got)

    def test_constants(self):
        table = {
            '0xC000009AL': '0xC000009A', '1UL': '1U', '1LU': '1U', '10l': '10', '1ul': '1u',
            '1LL': '1LL', '1ULL': '1ULL', '1llu': '1llu', '5i64': '5LL', '5ui64': '5uLL',
            '0x10UI64': '0x10ULL', '7i8': '7', '7ui32': '7u', '1.0L': '1.0L', '1e5L': '1e5L',
            '0x1p3L': '0x1p3L', '0xFULL': '0xFULL', '42': '42', '0b11L': '0b11',
        }
        for text, wanted in table.items():
            self.proves('SRC-82' if 'i' in text.lower() else 'SRC-81',
                        gcc_number(text) == wanted, f'{text}: {gcc_number(text)}')

    def test_function_name(self):
        got = self.rewrite('static int __attribute__((unused)) Name(int a)\n'
                           '{ p("in " __FUNCTION__ ":"); q(__FUNCTION__); r(L__FUNCTION__); }\n')
        self.proves('SRC-101', '"in " "Name" ":"' in got and 'q("Name")' in got
                    and 'r(L"Name")' in got)

    def test_storage_class(self):
        inline = '__inline __attribute__((always_inline, unused))'
        table = {
            f'static static {inline} int f(void) {{ }}': f'static {inline} int f(void) {{ }}',
            f'extern static {inline} int f(void);': f'static {inline} int f(void);',
            'extern int f(void);': 'extern int f(void);',
            'static int a; static int b;': 'static int a; static int b;',
            'static int (*f)(void);': 'static int (*f)(void);',
        }
        for text, wanted in table.items():
            self.proves('SRC-68', self.plain(text) == wanted, f'{text}: {self.plain(text)}')

    def test_linkage(self):
        inline = 'static __inline __attribute__((always_inline, unused))'
        got = self.plain(f'void f(void); {inline} void f(void) {{ }} {inline} int g(void) {{ }}')
        self.proves('SRC-68', got == 'void f(void); __inline __attribute__((always_inline, '
                                     f'unused)) void f(void) {{ }} {inline} int g(void) {{ }}', got)
        got = self.plain('int f(int); int f(int); static int f(int a) { }')
        self.assertEqual(got, 'static int f(int); static int f(int); static int f(int a) { }')

    def test_tags(self):
        text = 'void f(struct A *a, union B *b);\nstruct A { int x; };\n'
        got = Rewriter(text, 'driver.c', SYSTEM, self.report).rewrite()
        self.assertEqual(got, 'struct A; union B;\n' + text)
        text = 'struct __attribute__((__aligned__(8))) C { int x; };\n'
        got = Rewriter(text, 'driver.c', SYSTEM, self.report).rewrite()
        self.assertEqual(got, 'struct C;\n' + text)

    def test_disagreeing(self):
        got = self.rewrite(f'# 1 "{SYSTEM}/x.h"\nint Zw(int);\n# 1 "driver.c"\n'
                           'int Zw(long);\nvoid f(void *);\nvoid f(int *a)\n{ Zw(1); }\n',
                           ('Zw', 'f'))
        self.proves('SRC-122', 'int Zw(int);' in got and got.count('Zw(') == 2
                    and 'void f(void *);' in got and '__asm__("f");' in got
                    and 'void __fsh_def_f(int *a)\n{ Zw(1); }' in got
                    and len(got.splitlines()) == 7, got)

    def test_refused(self):
        self.rewrite('void f(void) {\n x = &KeServiceDescriptorTable;\n}')
        self.proves('SRC-130', self.says('driver.c:2: error: KeServiceDescriptorTable is refused'))
        self.rewrite(f'# 1 "{SYSTEM}/x.h"\nextern int KeServiceDescriptorTable;\n')
        self.proves('SRC-130', not self.report.errors)


class Statements(RewriteTest):
    def test_lines_stay(self):
        source = ('void f(void)\n{\n  __try\n  {\n    a();\n  }\n  __except\n  (1\n  )\n  {\n'
                  '    b();\n  }\n  __try {\n\n  }\n  __finally\n  {\n  c();\n  }\n}\n')
        got = self.rewrite(source)
        self.proves('SRC-07', len(got.splitlines()) == len(source.splitlines())
                    and 'a();' in got.splitlines()[4] and 'b();' in got.splitlines()[10]
                    and 'c();' in got.splitlines()[17])

    def test_markers_start_lines(self):
        got = self.body('__try\n# 7 "driver.c"\n{ x(); }\n# 9 "driver.c"\n__except (1)\n'
                        '# 11 "driver.c"\n{ }')
        self.proves('SRC-03', all(line.startswith('#') for line in got.splitlines()
                                  if '# ' in line and 'driver.c' in line))

    def test_no_optimisation(self):
        got = self.rewrite('void a(void) { }\nstatic int\nb(void) { __try { } __finally { } }\n'
                           'struct s { int x; };\nint c = 1;\nvoid d(void) { }\n')
        self.proves('SRC-18', got.count('__attribute__((__optimize__("O0"))) static int\nb') == 1
                    and 'a(void) { }' in got.splitlines()[0]
                    and '__optimize__' not in got.splitlines()[0] + got.splitlines()[-1])

    def test_leave(self):
        got = self.body('__try { while (1) { __try { __leave; } __finally { } __leave; } }\n'
                        '__except (1) { }')
        self.proves('SRC-13', 'goto __fsh_leave2;' in got and 'goto __fsh_leave1;' in got)
        got = self.body('__try { __try { } __except (1) { __leave; } } __finally { }')
        self.proves('SRC-13', 'goto __fsh_leave1;' in got)

    def test_leave_errors(self):
        self.refuses('SRC-13', 'a();\n__leave;', '__leave outside a __try body', 4)
        self.refuses('SRC-13', '__try { } __except (1) {\n__leave; }',
                     '__leave outside a __try body', 4)
        self.refuses('SRC-14', '__try { __try { } __finally {\n__leave; } } __except (1) { }',
                     '__leave out of a finally block', 4)

    def test_finally_errors(self):
        self.refuses('SRC-14', '__try { } __finally {\nreturn; }', 'return out of a finally', 4)
        self.refuses('SRC-14', '__try { } __finally {\ngoto out; } out:;',
                     'goto out of a finally', 4)
        self.body('__try { return; } __finally { goto in; in: ; }')
        self.proves('SRC-14', not self.report.errors)

    def test_syntax_errors(self):
        self.refuses('SRC-03', '\n__try x();', 'expected { after __try', 4)
        self.refuses('SRC-03', '__try { }\nx();', 'followed by neither', 3)
        self.refuses('SRC-03', '__except (1) { }', '__except without __try')
        self.refuses('SRC-03', '__try { } __except { }', 'expected ( after __except')
        self.refuses('SRC-03', '__try { } __except (1) x();', 'expected { after __except')
        self.refuses('SRC-03', '__try { } __finally x();', 'expected { after __finally')
        self.rewrite('void f(void)\n{ {\n')
        self.proves('SRC-07', self.says('driver.c:2: error: "{" is never closed'))

    def test_exception_code(self):
        got = self.body('__try { } __except (__fsh_x.code == 5) {\n'
                        '__try { a(__fsh_x.code); } __except (g(&__fsh_i)) { b(__fsh_x.code); }\n'
                        'c(__fsh_x.code); }')
        self.proves('SRC-15', '(__fsh_x1.code == 5)' in got and 'a(__fsh_x1.code)' in got
                    and 'b(__fsh_x2.code)' in got and 'c(__fsh_x1.code)' in got
                    and got.count('struct fsh_x_info') == 1 and 'fsh_x_info __fsh_i2' in got)
        self.refuses('SRC-15', '\n\na(__fsh_x.code);', 'outside an exception filter', 5)
        self.refuses('SRC-16', 'a(__fsh_ab);', 'AbnormalTermination() outside a finally', 3)

    def test_frames_in_order(self):
        got = self.body('__try { __try { } __finally { __try { } __except (1) { } } }\n'
                        '__except (1) { __try { } __finally { } }')
        found = re.findall(r'fsh_seh_push\(&__fsh_f(\d), &__fsh_x\d, ([^)]*)\)', got)
        self.proves('SRC-11', found == [('1', '0'), ('2', '&__fsh_f1'), ('3', '0'), ('4', '0')],
                    str(found))

    def test_always_inline(self):
        got = self.rewrite('static __inline __attribute__((always_inline, unused)) int f(void)\n'
                           '{ __try { } __finally { } }\n')
        self.proves('SRC-18', 'always_inline' not in got)

    def test_no_false_alarm(self):
        text = ('struct __attribute__((packed)) s { int try_; };\n'
                'int table[] = { 1, (2), };\nint (*p)(void) = 0;\n'
                'void f(void) { x = "__try {"; y = \'{\'; }\n')
        self.assertEqual(self.rewrite(text), text)
        self.assertEqual(self.report.errors, 0)


class Noise(RewriteTest):
    """Whatever stands in a source, there is a result or a message, never a traceback."""

    def test_random(self):
        dice = random.Random(7)
        words = ('__try __except __finally __leave return goto x ( ) { } ; : , = * static extern '
                 'struct long int __fsh_x __fsh_ab __FUNCTION__ "s" 1L \n # if').split(' ')
        for _ in range(2000):
            self.rewrite(' '.join(dice.choice(words) for _ in range(dice.randrange(60))))


if __name__ == '__main__':
    unittest.main()
