# SPDX-License-Identifier: GPL-2.0
"""`minifilter check`: what a driver's .inf says, and which routines it needs that fltshim does
not have. Compiles the sources aside, without a kernel, and looks at what stays undefined."""
import os
import subprocess
import tempfile

from .diagnose import conflicts, exported, plain_environment, undefined
from .prep import shown

# Accepted so that a filter starts, but nothing ever happens (SRC-133 to SRC-135).
SILENT = {
    'ObRegisterCallbacks': 'registers, but is never called: Linux has no handles to watch',
    'CmRegisterCallback': 'registers, but is never called: there is no registry to watch',
    'CmRegisterCallbackEx': 'registers, but is never called: there is no registry to watch',
    'PsSetCreateThreadNotifyRoutine': 'registers, but is never called',
}
# What gcc itself asks of the kernel.
COMPILER = {'memcpy', 'memmove', 'memset', 'memcmp', '__stack_chk_fail', '_GLOBAL_OFFSET_TABLE_',
            # in nt/cxx_runtime.h
            '__cxa_atexit', '__cxa_pure_virtual', '__dso_handle', 'atexit'}


def check(build):
    """Prints the findings; 0 if the driver should build, 1 if not."""
    service = build.service
    print(f'filter   {service.name}')
    print(f'module   {service.module}.ko')
    for instance in service.instances:
        default = ', default' if instance.name == service.default_instance else ''
        print(f'instance "{instance.name}" at altitude {instance.altitude}, '
              f'flags {instance.flags}{default}')
    build.sources()
    build.buffer_access()
    print('buffers  ' + ('substituted' if service.get('Parameters', 'BufferAccess').data[0]
                         else 'as they come'))
    for path in build.project.sources:
        print(f'source   {shown(path)}')
    for line in service.unused:
        print(f'unused   {line}')
    for path in build.project.skipped:
        print(f'unused   {shown(path)}: is not a driver project')
    needed = undefined_names(build)
    build.report.stop_on_error()
    missing = sorted(needed - exported(build.symvers()[0]) - COMPILER)
    for name in sorted(needed & SILENT.keys()):
        print(f'silent   {name}: {SILENT[name]}')
    for name in missing:
        build.diagnosis.missing(name, None)
    if build.report.errors:
        return 1
    print(f'needs    {len(needed - COMPILER)} routines, all provided')
    return 0


def undefined_names(build):
    """Symbols that the driver's objects leave to others."""
    defined, needed = set(), set()
    with tempfile.TemporaryDirectory() as place:
        target = os.path.join(place, 'unit.o')
        for unit in build.units:
            output = compile_aside(build, unit, target)
            if conflicts(output):
                build.rewrite(unit, conflicts(output))
                output = compile_aside(build, unit, target)
            build.diagnosis.explain(output)
            if os.path.exists(target):
                wants, has = undefined(target)
                needed |= wants
                defined |= has
                os.unlink(target)
    return needed - defined


def compile_aside(build, unit, target):
    """Compiles one rewritten source without a kernel; returns what the compiler said."""
    flags = [flag for flag in build.flags(unit) if 'error=implicit-function' not in flag]
    if unit not in build.cxx:
        flags = ['-std=gnu11', '-x', 'cpp-output', *flags]
    command = [build.cc, '-c', '-O2', '-mcmodel=kernel', '-fno-pic', '-fno-strict-aliasing',
               '-fno-stack-protector', *flags, '-w',
               os.path.join(build.work, unit + '.fs.c'), '-o', target]
    run = subprocess.run(command, capture_output=True, env=plain_environment(), check=False)
    return run.stderr.decode('utf-8', 'replace')
