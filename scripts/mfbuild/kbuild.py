# SPDX-License-Identifier: GPL-2.0
"""Steps 2 and 4 of the pipeline: closed preprocessing, then the kernel's own build (SRC-02, 05,
06). Writes a Kbuild and a glue source, and runs make; what that says is diagnose.py's."""
import os
import re
import shutil
import subprocess

from .cxx import CxxRewriter
from .diagnose import UNDEFINED, Diagnosis, conflicts, exported, plain_environment
from .prep import Prep, c_string, shown, write_if_changed
from .project import is_cxx, read_resources
from .rewrite import Rewriter
from .service import REG_DWORD, dword

# What a compiler for Windows x64 kernel code defines; the newest Windows unless the project
# says otherwise.
DEFINES = ('_WIN32=1', '_WIN64=1', '_AMD64_=1', 'AMD64=1', '_M_AMD64=100', '_M_X64=100',
           '_KERNEL_MODE=1', 'NTDDI_VERSION=0x0A00000B', 'WINVER=0x0A00', '_WIN32_WINNT=0x0A00',
           'WINNT=1')
# gcc's own names of the system, which a Windows source may use as identifiers.
UNDEFINES = ('linux', 'unix', '__linux', '__linux__', '__unix', '__unix__', '__gnu_linux__',
             '__ELF__')

# gcc's own for C++.
UNDEFINES_CXX = ('_GNU_SOURCE',)

# Flags of a driver's object beyond the kernel's (source-compat.md sections 1 and 8). A call at the
# end of a routine stays a call, so that the return address of a routine of fltshim lies in the
# driver that called it.
CFLAGS = '''
-fpreprocessed -fsigned-char -fshort-wchar -fms-extensions -mms-bitfields -fno-builtin -fno-asm
-fcommon -fno-optimize-sibling-calls
-fno-diagnostics-show-caret
-Wno-unknown-pragmas -Wno-multichar -Wno-missing-declarations
-Wno-clobbered -Wno-unused -Wno-switch
-Wno-empty-body
-Wno-implicit-fallthrough -Wno-missing-field-initializers
-Wtrampolines -Werror=trampolines
-Wno-error=return-type
-Wframe-larger-than=2048
'''.split()
# For C alone.
C_ONLY = '''
-Wno-missing-prototypes -Wno-pointer-sign -Wno-discarded-qualifiers -Wno-strict-prototypes
-Wno-missing-braces -Wno-declaration-after-statement -Werror=implicit-function-declaration
-Wno-error=incompatible-pointer-types -Wno-error=strict-prototypes
-Wno-error=implicit-int -Wno-error=old-style-definition -Wno-error=int-conversion
'''.split()
# For C++ alone: no exceptions, type information or locks around static variables, which need a
# runtime library; no debug information, which the makers of BTF cannot read.
CXX_ONLY = '''
-fno-rtti -fno-exceptions -fno-threadsafe-statics -fno-asynchronous-unwind-tables
-fno-unwind-tables -fcheck-new -fpermissive -g0
-Wno-write-strings -Wno-invalid-offsetof -Wno-conversion-null -Wno-narrowing -Wno-register
-Wno-literal-suffix -Wno-class-memaccess -Wno-volatile
'''.split()
# The kernel's flags that C++ does not know; % stands for any text.
NOT_CXX = '''
-std=gnu11 -std=gnu89 -std=gnu99 -Wno-pointer-sign -Wpointer-sign -Wstrict-prototypes
-Wno-strict-prototypes -Werror=strict-prototypes -Wmissing-prototypes -Wno-missing-prototypes
-Wdeclaration-after-statement -Wno-declaration-after-statement -Wold-style-definition
-Wold-style-declaration -Wnested-externs -Wdesignated-init -Werror=designated-init
-Wimplicit-function-declaration -Werror=implicit-function-declaration -Wimplicit-int
-Werror=implicit-int -Werror=incompatible-pointer-types -Wincompatible-pointer-types
-Wno-incompatible-pointer-types -Wint-conversion -Werror=int-conversion -Wno-override-init
-Woverride-init -Wno-discarded-qualifiers -Wenum-conversion -Wno-enum-conversion
-Wjump-misses-init -Wbad-function-cast -Wmissing-parameter-type -Wabsolute-value
-Wno-initializer-overrides -Wunsuffixed-float-constants -Wc++-compat -Wno-override-init-side-effects
-Wno-old-style-declaration
'''.split()

# For C++: the addresses of constructors under a name that the module loader does not know. Some
# kernels run what is in .init_array before the module's own start, which is too early for a driver.
CONSTRUCTORS = '''\
SECTIONS
{
	.fltshim_constructors : { *(SORT_BY_NAME(.init_array.*)) *(.init_array) }
}
INSERT AFTER .data;
'''

# A source that names one of these looks at data, so it is given addresses that it may use.
DATA_BUFFERS = frozenset('''
ReadBuffer WriteBuffer MdlAddress DirectoryBuffer EaBuffer InputBuffer OutputBuffer
InputSystemBuffer OutputMdlAddress QuotaBuffer FltLockUserBuffer FltDecodeParameters
FltGetSwappedBufferMdlAddress FltRetainSwappedBufferMdlAddress MmGetSystemAddressForMdl
MmGetSystemAddressForMdlSafe MmProbeAndLockPages MmMapLockedPagesSpecifyCache
ProbeForRead ProbeForWrite'''.split())


class Build:
    """One driver on its way to a module."""

    def __init__(self, project, service, options, report):
        self.project, self.service = project, service
        self.options, self.report = options, report
        self.top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.system = os.path.join(self.top, 'fltshim', 'include')
        self.result = os.path.join(os.path.abspath(options.out), service.module + '.ko')
        self.work = os.path.join(os.path.abspath(options.out), service.module + '.build')
        self.units = {}             # name of a rewritten source, without .fs.c: its path
        self.preprocessed = {}
        self.cxx = set()            # names of those in C++
        self.identifiers = {}
        self.diagnosis = Diagnosis(report, project.sources, self.identifiers)
        self.cc = os.environ.get('CC', 'gcc')

    def forget(self):
        """Removes the module of an earlier build, which would pass for the result of this one."""
        if os.path.lexists(self.result):
            os.unlink(self.result)

    def leave(self):
        """Says what a build that failed leaves behind, and why."""
        if os.path.isdir(self.work):
            self.report.note(None, f'no module was made; {shown(self.work)} stays, where the next '
                                   'build finds what it need not do again')

    # Sources

    def sources(self):
        """Prepares, preprocesses and rewrites every source of the project."""
        os.makedirs(self.work, exist_ok=True)
        includes = [os.path.abspath(p) for p in self.options.include] + self.project.includes
        prep = Prep(os.path.join(self.work, 'prep'), includes, self.system,
                    self.options.charset, self.report)
        for path in self.project.sources:
            self.unit(prep, path, includes)
        self.report.stop_on_error()

    def unit(self, prep, path, includes):
        name = re.sub(r'[^a-z0-9_]', '_', os.path.splitext(os.path.basename(path))[0].lower())
        while name in self.units:
            name += '_'
        self.units[name] = path
        if is_cxx(path):
            self.cxx.add(name)
        copy = prep.copy(path)
        text = self.preprocess(name, copy, [prep.copy_name(place) for place in includes])
        if text is None:
            return
        self.preprocessed[name] = text
        self.rewrite(name)

    def rewrite(self, name, disagreeing=()):
        """Step 3 for one source."""
        kind = CxxRewriter if name in self.cxx else Rewriter
        rewriter = kind(self.preprocessed[name], shown(self.units[name]), self.system,
                        self.report, disagreeing)
        result = rewriter.rewrite()
        for word, where in rewriter.identifiers.items():
            self.identifiers.setdefault(word, where)
        write_if_changed(os.path.join(self.work, name + '.fs.c'), result)

    def defines(self):
        own = self.project.defines + self.options.define
        names = {d.partition('=')[0] for d in own}
        result = [d for d in DEFINES if d.partition('=')[0] not in names]
        if self.options.configuration.lower() == 'debug' and 'DBG' not in names:
            result += ['DBG=1', '_DEBUG=1']
        return result + own

    def preprocess(self, name, copy, includes):
        """gcc -E in a world of fltshim's headers and the project's own; None after an error."""
        command = [self.cc, '-E', '-nostdinc', '-fshort-wchar', '-fno-diagnostics-show-caret',
                   '-Wno-endif-labels', '-I', self.system]
        undefines = UNDEFINES
        if name in self.cxx:
            command += ['-x', 'c++', '-nostdinc++', self.standard()]
            undefines += UNDEFINES_CXX
        else:
            command.append('-std=gnu11')
        for place in includes:
            command += ['-I', place]
        command += ['-U' + name for name in undefines]
        command += ['-D' + define for define in self.defines()]
        run = subprocess.run(command + [copy], capture_output=True, env=plain_environment(),
                             check=False)
        said = run.stderr.decode('utf-8', 'replace')
        before = self.report.errors
        self.diagnosis.explain(said)
        if run.returncode == 0:
            return run.stdout.decode('utf-8', 'surrogateescape')
        if 'cc1plus' in said:
            self.report.fail(shown(self.units[name]), 'is C++, and the compiler for it is not '
                                                      'installed: install g++')
        if self.report.errors == before:
            self.report.fail(shown(self.units[name]), (said.splitlines() or ['?'])[-1])
        return None

    def standard(self):
        """The C++ that the project file asks for, else what its compiler does without asking."""
        return {'stdcpp20': '-std=gnu++20', 'stdcpplatest': '-std=gnu++20'}.get(
            self.project.standard.lower(), '-std=gnu++17')

    def flags(self, name):
        """Flags of one unit beyond the kernel's."""
        if name in self.cxx:
            return ['-x', 'c++', self.standard(), *CFLAGS, *CXX_ONLY]
        return CFLAGS + C_ONLY

    # Generated files

    def buffer_access(self):
        """Parameters\\BufferAccess, unless the .inf has it: does the source look at data?"""
        if not self.service.get('Parameters', 'BufferAccess'):
            uses = any(word in DATA_BUFFERS for word in self.identifiers)
            self.service.set('Parameters', 'BufferAccess', REG_DWORD, dword(int(uses)))

    def glue(self, license_text):
        """The Linux side of the driver: its service key, start and stop."""
        service = self.service
        lines = [
            '// SPDX-License-Identifier: GPL-2.0',
            '/* Generated by scripts/minifilter: the service key, and start and stop of the '
            'module. */',
            '#include <linux/module.h>',
            '#include "nt/io_driver.h"',
            *(['#include "nt/cxx_runtime.h"'] if self.cxx else []), '',
            'NTSTATUS DriverEntry(struct _DRIVER_OBJECT *driver, '
            'struct _UNICODE_STRING *registry_path);', '']
        rows = []
        for index, value in enumerate(service.values.values()):
            data = 'NULL'
            if value.data:
                data = f'data_{index}'
                lines.append(f'static const u8 {data}[] = {{')
                numbers = [f'0x{byte:02x},' for byte in value.data]
                for at in range(0, len(numbers), 12):
                    lines.append('\t' + ' '.join(numbers[at:at + 12]))
                lines += ['};', '']
            rows.append(f'\t{{ {c_string(value.key)}, {c_string(value.name)}, {value.kind}, '
                        f'{data}, {len(value.data)} }},')
        lines += ['static const struct fsh_reg_value values[] = {', *rows, '};', '',
                  'static char *params;',
                  'module_param(params, charp, 0400);',
                  'MODULE_PARM_DESC(params, "values of the service key, as in '
                  'Parameters\\\\Name=1;Name=text");', '',
                  'static struct fsh_driver_desc desc = {',
                  '\t.owner = THIS_MODULE,',
                  f'\t.service = {c_string(service.name)},',
                  '\t.entry = DriverEntry,',
                  *(['\t.construct = fsh_cxx_construct,', '\t.destroy = fsh_cxx_destroy,']
                    if self.cxx else []),
                  '\t.values = values,',
                  '\t.nr_values = ARRAY_SIZE(values),',
                  '};', '',
                  'static struct fsh_driver *driver;', '',
                  'static int __init minifilter_init(void)', '{',
                  '\tdesc.overrides = params;',
                  '\treturn fsh_driver_load(&desc, &driver);', '}', '',
                  'static void __exit minifilter_exit(void)', '{',
                  '\tfsh_driver_unload(driver);', '}', '',
                  'module_init(minifilter_init);',
                  'module_exit(minifilter_exit);',
                  f'MODULE_LICENSE({c_string(license_text)});',
                  f'MODULE_DESCRIPTION({c_string(service.description)});']
        if service.version:
            lines.append(f'MODULE_VERSION({c_string(service.version)});')
        for name in service.dependencies:
            lines.append(f'MODULE_SOFTDEP({c_string("pre: " + name)});')
        lines.append(f'MODULE_INFO(minifilter, {c_string(service.name)});')
        if service.altitude:
            lines.append(f'MODULE_INFO(altitude, {c_string(service.altitude)});')
        return '\n'.join(lines) + '\n'

    def kbuild(self, tree):
        module = self.service.module
        objects = [f'{name}.fs.o' for name in self.units]
        lines = ['# SPDX-License-Identifier: GPL-2.0',
                 '# Generated by scripts/minifilter.',
                 f'obj-m := {module}.o',
                 f'{module}-y := {" ".join(objects)} {module}.glue.o', '',
                 '# trailing arrays of one element are open arrays in Windows structures',
                 'open-arrays := $(call cc-option,-fstrict-flex-arrays=0)',
                 '# one variable for a definition that a header repeats in every source; the module',
                 '# loader knows no common symbols, so the linker gives them their place',
                 'ldflags-y += -d', '']
        if self.cxx:
            lines[-1:] = [f'ldflags-y += -T {self.work}/{module}.constructors.lds', '']
        for unit in self.units:
            remove = ' '.join(['$(CC_FLAGS_FTRACE)', *(NOT_CXX if unit in self.cxx else [])])
            lines += [f'CFLAGS_{unit}.fs.o := {" ".join(self.flags(unit))} $(open-arrays)',
                      f'CFLAGS_REMOVE_{unit}.fs.o := {remove}',
                      f'UBSAN_SANITIZE_{unit}.fs.o := n']
        lines += [f'CFLAGS_{module}.glue.o := -I{tree}/fltshim -fshort-wchar -fms-extensions',
                  f'CFLAGS_REMOVE_{module}.glue.o := $(CC_FLAGS_FTRACE)']
        return '\n'.join(lines) + '\n'

    # The kernel's build

    def symvers(self):
        """fltshim's Module.symvers for this kernel, and the tree it was built in."""
        path = self.options.symvers
        if not path:
            places = (os.path.join(self.top, '.build', self.release()), self.top)
            path = next((p for p in (os.path.join(place, 'Module.symvers') for place in places)
                         if os.path.isfile(p)), None)
            if not path:
                self.report.fail(None, f'fltshim is not built for kernel {self.release()}: run '
                                       f'make KDIR={self.options.kdir} in {shown(self.top)}')
        if not os.path.isfile(path):
            self.report.fail(path, 'there is no such file (--symvers wants the Module.symvers '
                                   'of fltshim)')
        path = os.path.abspath(path)
        tree = os.path.dirname(path)
        return path, tree if os.path.isdir(os.path.join(tree, 'fltshim', 'nt')) else self.top

    def release(self):
        header = os.path.join(self.options.kdir, 'include/generated/utsrelease.h')
        try:
            with open(header, encoding='utf-8') as file:
                return re.search(r'UTS_RELEASE "([^"]+)"', file.read()).group(1)
        except (OSError, AttributeError):
            return self.report.fail(self.options.kdir, 'holds no kernel headers (--kdir wants '
                                                       'the build directory of a kernel)')

    def make(self, license_text):
        """Builds the module; returns the path of the .ko."""
        self.release()
        symvers, tree = self.symvers()
        for path in (self.work, symvers, tree):
            if re.search(r'[\s:#$%\'"\\]', path):
                self.report.fail(None, f'the kernel\'s build cannot work with the path "{path}"')
        module = self.service.module
        write_if_changed(os.path.join(self.work, f'{module}.glue.c'), self.glue(license_text))
        write_if_changed(os.path.join(self.work, 'Kbuild'), self.kbuild(tree))
        if self.cxx:
            write_if_changed(os.path.join(self.work, f'{module}.constructors.lds'), CONSTRUCTORS)
        command = ['make', '-C', self.options.kdir, f'M={self.work}',
                   f'KBUILD_EXTRA_SYMBOLS={symvers}', f'-j{os.cpu_count() or 1}', 'modules']
        status, output = self.run_make(command)
        disagreeing = conflicts(output) if status else {}
        if disagreeing:
            # Another compiler only warns of a definition that differs from its declaration.
            for name, where in disagreeing.items():
                self.report.warning(where, f'{name} is declared and defined with different types')
            for name in self.units:
                self.rewrite(name, disagreeing)
            status, output = self.run_make(command)
        before = self.report.errors
        self.diagnosis.explain(output)
        if status:
            if UNDEFINED.search(output):
                kernel = os.path.join(self.options.kdir, 'Module.symvers')
                self.diagnosis.all_missing(os.path.join(self.work, f'{module}.o'),
                                           exported(symvers) | exported(kernel))
            if self.report.errors == before:
                print(output, end='')
            self.report.fail(None, f'the module {module} was not built')
        built = os.path.join(self.work, f'{module}.ko')
        temporary = self.result + '.new'
        shutil.copyfile(built, temporary)
        os.replace(temporary, self.result)
        return self.result

    def run_make(self, command):
        """(exit status, output)"""
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             env=plain_environment(), check=False)
        output = run.stdout.decode('utf-8', 'replace')
        if self.options.verbose:
            print(output, end='')
        return run.returncode, output


def describe(project, service):
    """Description and version of the resource file, where the .inf says nothing better."""
    resources = read_resources(project)
    if resources.get('description') and service.description in ('', service.name):
        service.description = resources['description']
    if not service.version:
        service.version = resources.get('version', '')
