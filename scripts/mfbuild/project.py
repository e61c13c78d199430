# SPDX-License-Identifier: GPL-2.0
"""Which files, include directories and defines make up a driver (SRC-150 to SRC-159).

From a Visual Studio project if there is one, an old `sources` file, or else every .c file of the
directory. Project files are read as data: conditions and properties, no tasks, no imports.
"""
import glob
import os
import re
import xml.etree.ElementTree as ET

from .prep import shown
from .text import decode

LICENSES = ('GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL',
            'Dual MPL/GPL')
CPP = ('.cpp', '.cxx', '.cc')


class Project:
    def __init__(self, directory):
        self.directory = directory
        self.file = None            # the project file
        self.name = None            # what it calls its result
        self.sources = []
        self.includes = []
        self.defines = []
        self.infs = []
        self.resources = []
        self.license = None
        self.standard = ''          # of C++, as Visual Studio calls it
        self.skipped = []           # user programs of a solution, for `check`


def is_cxx(path):
    return path.lower().endswith(CPP)


def read_project(directory, report, configuration='Release', project_file=None):
    """The Project in a directory, or of a project file."""
    project = Project(directory)
    if project_file is None:
        project_file = choose_project_file(directory, configuration, project, report)
    sources_file = find_name(directory, 'sources')
    if project_file:
        VisualStudio(project, project_file, configuration, report).read()
    elif sources_file:
        read_sources_file(project, sources_file, report)
    else:
        project.sources = sorted(files_with(directory, ('.c',) + CPP))
        project.resources = sorted(files_with(directory, ('.rc',)))
    if not project.infs:
        project.infs = find_infs(directory)
    refuse(project, report)
    return project


def files_with(directory, suffixes):
    return [os.path.join(directory, name) for name in os.listdir(directory)
            if name.lower().endswith(suffixes) and not name.startswith('.')
            and os.path.isfile(os.path.join(directory, name))]


def find_name(directory, wanted):
    for name in sorted(os.listdir(directory)):
        if name.lower() == wanted and os.path.isfile(os.path.join(directory, name)):
            return os.path.join(directory, name)
    return None


def find_infs(directory):
    """The .inf beside the sources, else the one of the directory above (as a solution has it)."""
    for place in (directory, os.path.dirname(os.path.abspath(directory))):
        found = sorted(files_with(place, ('.inf', '.inx')))
        if found:
            return found
    return []


def refuse(project, report):
    for path in project.sources:
        low = path.lower()
        if low.endswith('.asm'):
            report.error(shown(path), 'assembly of another assembler is refused')
        elif not os.path.isfile(path):
            report.error(shown(project.file or path), f'names {shown(path)}, which does not exist')
    if not project.sources and not report.errors:
        below = sorted({os.path.dirname(p) for p in
                        glob.glob(os.path.join(glob.escape(project.directory), '*', '*.[cC]*'))
                        if p.lower().endswith(('.c',) + CPP)})
        hint = '; try ' + ' or '.join(shown(place) for place in below) if below else ''
        report.error(shown(project.directory), 'no C or C++ sources here' + hint)
    report.stop_on_error()


def choose_project_file(directory, configuration, project, report):
    """The one driver project of a directory."""
    found = sorted(files_with(directory, ('.vcxproj',)))
    drivers = []
    for path in found:
        if VisualStudio(Project(directory), path, configuration, report).is_driver():
            drivers.append(path)
        else:
            project.skipped.append(path)
    if len(drivers) > 1:
        report.fail(shown(directory), 'several driver projects; name one of: '
                    + ', '.join(shown(path) for path in drivers))
    return drivers[0] if drivers else None


class VisualStudio:
    """A .vcxproj for x64 and one configuration."""

    def __init__(self, project, path, configuration, report):
        self.project, self.path, self.report = project, path, report
        self.base = os.path.dirname(os.path.abspath(path))
        self.properties = {
            'configuration': configuration, 'platform': 'x64',
            'projectdir': self.base + '/', 'msbuildprojectdirectory': self.base,
            'solutiondir': self.base + '/', 'msbuildthisfiledirectory': self.base + '/',
            'projectname': os.path.splitext(os.path.basename(path))[0],
            'msbuildprojectname': os.path.splitext(os.path.basename(path))[0],
        }
        try:
            with open(path, 'rb') as file:
                text = decode(file.read(), ('cp1252', 'latin-1'))[0]
            self.root = ET.fromstring(re.sub(r'^\s*<\?xml[^>]*\?>', '', text))
        except (OSError, ET.ParseError) as error:
            report.fail(shown(path), f'is not a readable project file: {error}')

    def is_driver(self):
        self.read_properties()
        return self.properties.get('configurationtype', '').lower() == 'driver'

    def read(self):
        project = self.project
        project.file = self.path
        project.directory = self.base
        self.read_properties()
        project.name = self.properties.get('targetname') or self.properties['projectname']
        project.license = self.properties.get('modulelicense')
        self.compile_options(self.root, 'ItemDefinitionGroup')
        for item in self.items('ClCompile'):
            if self.excluded(item):
                continue
            project.sources += self.paths(item)
            self.options(item)
        for item in self.items('Inf'):
            project.infs += [p for p in self.paths(item) if os.path.isfile(p)]
        for item in self.items('ResourceCompile'):
            project.resources += [p for p in self.paths(item) if os.path.isfile(p)]
        project.sources = list(dict.fromkeys(project.sources))
        project.infs = list(dict.fromkeys(project.infs))

    def read_properties(self):
        for group in self.active(self.root, 'PropertyGroup'):
            for item in group:
                if self.holds(item):
                    self.properties[local(item).lower()] = self.expand((item.text or '').strip())

    def compile_options(self, root, kind):
        for group in self.active(root, kind):
            for item in group:
                if local(item) == 'ClCompile' and self.holds(item):
                    self.options(item)

    def options(self, item):
        for option in item:
            if not self.holds(option):
                continue
            values = [v.strip() for v in (option.text or '').split(';')]
            if local(option) == 'LanguageStandard':
                self.project.standard = values[0]
            if local(option) == 'PreprocessorDefinitions':
                self.project.defines += [self.expand(v) for v in values
                                         if v and not v.startswith('%(')]
            elif local(option) == 'AdditionalIncludeDirectories':
                for value in values:
                    if value and not value.startswith('%('):
                        self.include(self.expand(value))

    def include(self, value):
        """A project's own directory; those of the WDK itself are not needed."""
        place = self.resolve(value)
        if '$(' not in value and os.path.isdir(place) and place not in self.project.includes:
            self.project.includes.append(place)

    def items(self, kind):
        return [item for group in self.active(self.root, 'ItemGroup') for item in group
                if local(item) == kind and self.holds(item) and item.get('Include')]

    def excluded(self, item):
        return any(local(o) == 'ExcludedFromBuild' and self.holds(o)
                   and (o.text or '').strip().lower() == 'true' for o in item)

    def paths(self, item):
        result = []
        for part in item.get('Include').split(';'):
            path = self.resolve(self.expand(part.strip()))
            if '*' in part:
                found = sorted(glob.glob(path.replace('[', '[[]'), recursive=True))
                pattern = os.path.basename(part).lower()
                result += found or (sorted(files_with(os.path.dirname(path), (pattern[1:],)))
                                    if re.fullmatch(r'\*\.\w+', pattern)
                                    and os.path.isdir(os.path.dirname(path)) else [])
            elif part.strip():
                result.append(path)
        return result

    def resolve(self, value):
        """A path of the project file, with backslashes and any case, as it exists here."""
        path = value.strip().strip('"').replace('\\', '/')
        path = path if path.startswith('/') else os.path.join(self.base, path)
        result = '/'
        for part in os.path.normpath(path).split('/'):
            candidate = os.path.join(result, part)
            if part and not os.path.exists(candidate) and os.path.isdir(result):
                match = [n for n in sorted(os.listdir(result)) if n.lower() == part.lower()]
                candidate = os.path.join(result, match[0]) if match else candidate
            result = candidate
        return result

    def expand(self, text):
        for _ in range(8):
            new = re.sub(r'\$\(([\w.]+)\)',
                         lambda m: self.properties.get(m.group(1).lower(), m.group(0)), text)
            if new == text:
                break
            text = new
        return text

    def active(self, root, kind):
        return [item for item in root if local(item) == kind and self.holds(item)]

    def holds(self, item):
        """Is the element's condition true? One that cannot be understood counts as true."""
        condition = item.get('Condition')
        if not condition:
            return True
        text = re.sub(r'\$\([\w.]+\)', '', self.expand(condition))
        text = re.sub(r"exists\s*\(\s*'[^']*'\s*\)", "'0'=='1'", text, flags=re.IGNORECASE)
        terms = re.split(r'\s+(and|or)\s+', text, flags=re.IGNORECASE)
        value = self.compare(terms[0])
        for word, term in zip(terms[1::2], terms[2::2]):
            other = self.compare(term)
            value = (value and other) if word.lower() == 'and' else (value or other)
        return value

    @staticmethod
    def compare(term):
        match = re.fullmatch(r"\s*\(?\s*'?([^'=!]*)'?\s*(==|!=)\s*'?([^'=!]*?)'?\s*\)?\s*", term)
        if not match:
            return True
        same = match.group(1).strip().lower() == match.group(3).strip().lower()
        return same == (match.group(2) == '==')


def local(item):
    return item.tag.rpartition('}')[2] if isinstance(item.tag, str) else ''


def read_sources_file(project, path, report):
    """TARGETNAME=, SOURCES=, INCLUDES=, C_DEFINES= of the build system before Visual Studio."""
    project.file = path
    with open(path, 'rb') as file:
        text = decode(file.read(), ('cp1252', 'latin-1'))[0]
    text = re.sub(r'\\[ \t]*\r?\n', ' ', text)
    values = {}
    for line in text.splitlines():
        match = re.match(r'\s*(\w+)\s*=\s*(.*)', line)
        if match and not line.lstrip().startswith(('#', '!')):
            old = values.get(match.group(1).upper(), '')
            value = re.sub(r'\$\((\w+)\)', lambda m: values.get(m.group(1).upper(), ''),
                           match.group(2))
            values[match.group(1).upper()] = value if match.group(1) not in value else old + value
    project.name = values.get('TARGETNAME')
    helper = VisualStudio.__new__(VisualStudio)
    helper.base = os.path.dirname(os.path.abspath(path))
    for name in values.get('SOURCES', '').split():
        place = helper.resolve(name)
        (project.resources if name.lower().endswith('.rc') else project.sources).append(place)
    for name in re.split(r'[;\s]+', values.get('INCLUDES', '')):
        if name and os.path.isdir(helper.resolve(name)):
            project.includes.append(helper.resolve(name))
    project.defines = [d[2:] for d in values.get('C_DEFINES', '').split()
                       if d[:2] in ('-D', '/D')]
    if not project.sources:
        report.fail(shown(path), 'has no SOURCES')


def read_resources(project):
    """{'description': ..., 'version': ...} from the version block of a .rc file (SRC-157)."""
    result = {}
    patterns = {
        'description': (r'VER_FILEDESCRIPTION_STR\s+"([^"]*)"',
                        r'VALUE\s+"FileDescription"\s*,\s*"([^"]*)"'),
        'version': (r'VER_FILEVERSION_STR\s+"([^"]*)"', r'VALUE\s+"FileVersion"\s*,\s*"([^"]*)"'),
    }
    for path in project.resources:
        try:
            with open(path, 'rb') as file:
                text = decode(file.read(), ('cp1252', 'latin-1'))[0]
        except OSError:
            continue
        for key, forms in patterns.items():
            for form in forms:
                match = re.search(form, text)
                if match:
                    result.setdefault(key, match.group(1).replace('\\0', ''))
    return result
