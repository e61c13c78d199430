# SPDX-License-Identifier: GPL-2.0
"""The commands: minifilter build, minifilter check."""
import argparse
import os
import platform
import sys

from .check import check
from .inf import Inf
from .kbuild import Build, describe
from .prep import shown
from .project import CPP, LICENSES, Project, files_with, is_cxx, read_project
from .report import Failed, Report
from .service import bare_service, number, read_service


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog='minifilter', description='Builds a Windows minifilter into a Linux kernel module, '
                                       'from its own sources and .inf.')
    commands = parser.add_subparsers(dest='command', required=True, metavar='build|check')
    build = commands.add_parser('build', help='make the module')
    look = commands.add_parser('check', help='say what the driver needs and fltshim does not have')
    for sub in (build, look):
        sub.add_argument('path', metavar='DIR|INF|VCXPROJ', help='where the driver is')
        sub.add_argument('--kdir', default=f'/lib/modules/{platform.release()}/build',
                         help='headers of the kernel to build for (default: the running one)')
        sub.add_argument('--symvers', help='Module.symvers of fltshim for that kernel')
        sub.add_argument('-o', dest='out', default='.', metavar='DIR',
                         help='where the module goes (default: here)')
        sub.add_argument('--inf', help='the .inf to use, if there are several')
        sub.add_argument('--service', help='the service to use, if the .inf has several')
        sub.add_argument('--name', help='service name of a driver without an .inf')
        sub.add_argument('--altitude', help='altitude, in place of that of the .inf or without one')
        sub.add_argument('--flags', default='0', help='instance flags of a driver without an .inf')
        sub.add_argument('--charset', help='code page of sources that are not UTF-8')
        sub.add_argument('--configuration', default='Release', help='Release (default) or Debug')
        sub.add_argument('-D', dest='define', action='append', default=[], metavar='NAME[=VALUE]')
        sub.add_argument('-I', dest='include', action='append', default=[], metavar='DIR')
        sub.add_argument('-v', '--verbose', action='store_true', help='show the build itself')
    build.add_argument('--license', help='licence of the module: ' + ', '.join(LICENSES))
    return parser.parse_args(argv)


def find_driver(options, report):
    """(Project, path of the .inf or None) for what the user named."""
    path = options.path
    low = path.lower()
    inf = options.inf
    if not os.path.exists(path):
        report.fail(path, 'there is no such file or directory')
    if os.path.isdir(path):
        project = read_project(path, report, options.configuration)
    elif low.endswith(('.inf', '.inx')):
        inf = path
        project = project_of_inf(path, options, report)
    elif low.endswith('.vcxproj'):
        project = read_project(os.path.dirname(path) or '.', report, options.configuration, path)
    elif low.endswith('.c') or is_cxx(path):
        project = Project(os.path.dirname(path) or '.')
        project.sources = [path]
    else:
        report.fail(path, 'expected a directory, an .inf or a .vcxproj')
    if inf is None and not options.name:
        if len(project.infs) > 1:
            report.fail(shown(project.directory), 'several .inf files; choose one with --inf: '
                        + ', '.join(shown(p) for p in project.infs))
        if not project.infs:
            report.fail(shown(project.directory), 'there is no .inf, so say what it would: '
                        '--name for the service of AddService, --altitude for "Altitude" of its '
                        'instance, --flags for "Flags"')
        inf = project.infs[0]
    return project, None if options.name else inf


def project_of_inf(path, options, report):
    """An .inf stands beside the sources or in the directory above the driver's."""
    here = os.path.dirname(path) or '.'
    if files_with(here, ('.c', '.vcxproj') + CPP):
        return read_project(here, report, options.configuration)
    below = [os.path.join(here, name) for name in sorted(os.listdir(here))
             if os.path.isdir(os.path.join(here, name))]
    below = [place for place in below if files_with(place, ('.c', '.vcxproj') + CPP)]
    drivers = [place for place in below if place.lower().endswith(('filter', 'driver', 'sys'))]
    if len(drivers or below) != 1:
        report.fail(shown(path), 'the sources are not beside it; name the directory of the driver '
                                 'and give this file with --inf')
    return read_project((drivers or below)[0], report, options.configuration)


def find_service(options, inf, report):
    if inf is None:
        if not options.altitude:
            report.fail(None, '--name needs --altitude')
        flags = number(options.flags)
        if flags is None:
            report.fail(None, f'--flags: expected a number, found "{options.flags}"')
        return bare_service(options.name, options.altitude, flags, report)
    service = read_service(Inf.read(inf, report), report, options.service,
                           options.altitude)
    report.stop_on_error()
    return service


def find_license(options, project, report):
    """The licence the user states; never one that the tool thinks up."""
    text = options.license or project.license
    if not text:
        report.fail(None, 'which licence does the driver have? State it with --license (or the '
                          'property ModuleLicense of the project file): the module links to '
                          'symbols that only these may use: ' + ', '.join(LICENSES))
    if text not in LICENSES:
        report.fail(None, f'a module with the licence "{text}" cannot link to fltshim, whose '
                          'symbols are for GPL-compatible modules; the kernel knows these: '
                          + ', '.join(LICENSES))
    return text


def main(argv):
    """Runs a command; 0 for success, 1 for a reported failure, 2 for wrong usage."""
    options = arguments(argv)
    report = Report()
    build = None
    try:
        project, inf = find_driver(options, report)
        license_text = None
        if options.command == 'build':
            license_text = find_license(options, project, report)
        service = find_service(options, inf, report)
        describe(project, service)
        build = Build(project, service, options, report)
        if options.command == 'check':
            return check(build)
        build.forget()
        build.sources()
        build.buffer_access()
        result = build.make(license_text)
        where = f'altitude {service.altitude}' if service.altitude else 'no altitude'
        print(f'{shown(result)}: filter {service.name}, {where}')
        return 0
    except Failed:
        if build and options.command == 'build':
            build.leave()
        return 1
    except RecursionError:
        print('minifilter: error: the source is nested too deeply', file=sys.stderr)
        return 1
    except OSError as error:
        print(f'minifilter: error: {error.filename or "system"}: {error.strerror}',
              file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
