# SPDX-License-Identifier: GPL-2.0
"""Which sources make up a driver, and what the command line asks for (SRC-150 to 159, INF-48)."""
import contextlib
import io
import os
import unittest

from prove import Failed, Report, ToolTest
from mfbuild.cli import main
from mfbuild.project import read_project, read_resources

VCXPROJ = r'''<?xml version="1.0" encoding="utf-8"?>
<Project DefaultTargets="Build" xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <PropertyGroup Label="Configuration">
    <ConfigurationType>Driver</ConfigurationType>
    <TargetName Condition="'$(Configuration)|$(Platform)'=='Debug|Win32'">wrong</TargetName>
    <TargetName>scanit</TargetName>
    <ModuleLicense>GPL v2</ModuleLicense>
  </PropertyGroup>
  <ItemDefinitionGroup Condition="'$(Configuration)'=='Release'">
    <ClCompile>
      <PreprocessorDefinitions>%(PreprocessorDefinitions);POOL_NX_OPTIN=1;FREE</PreprocessorDefinitions>
      <AdditionalIncludeDirectories>%(AdditionalIncludeDirectories);$(ProjectDir)..\INC;$(DDK_INC_PATH)</AdditionalIncludeDirectories>
    </ClCompile>
  </ItemDefinitionGroup>
  <ItemDefinitionGroup Condition="'$(Configuration)'=='Debug'">
    <ClCompile><PreprocessorDefinitions>CHECKED</PreprocessorDefinitions></ClCompile>
  </ItemDefinitionGroup>
  <ItemGroup>
    <ClCompile Include="Scan.C" />
    <ClCompile Include="..\lib\util.c" />
    <ClCompile Include="old.c"><ExcludedFromBuild>true</ExcludedFromBuild></ClCompile>
    <ResourceCompile Include="scan.rc" />
    <Inf Include="..\scanit.inf" />
  </ItemGroup>
</Project>
'''


class Projects(ToolTest):
    def read(self, folder, configuration='Release'):
        self.report = Report(io.StringIO())
        try:
            return read_project(str(self.place / folder), self.report, configuration)
        except Failed:
            return None

    def names(self, paths):
        return [os.path.relpath(path, self.place) for path in paths]

    def solution(self):
        self.write('filter/scanit.vcxproj', '\ufeff' + VCXPROJ)
        for name in ('filter/scan.c', 'filter/old.c', 'lib/util.c', 'inc/x.h', 'scanit.inf'):
            self.write(name, '')
        self.write('filter/scan.rc', '#define VER_FILEDESCRIPTION_STR "Scans it"\n'
                                     'VALUE "FileVersion", "1.2.3"\n')
        self.write('user/scan.vcxproj', VCXPROJ.replace('Driver<', 'Application<'))

    def test_visual_studio(self):
        self.solution()
        project = self.read('filter')
        self.proves('SRC-150', self.names(project.sources) == ['filter/scan.c', 'lib/util.c']
                    and project.name == 'scanit' and project.license == 'GPL v2'
                    and self.names(project.infs) == ['scanit.inf'])
        self.proves('SRC-150', self.names(project.includes) == ['inc'])
        self.proves('SRC-151', project.defines == ['POOL_NX_OPTIN=1', 'FREE'])
        self.proves('SRC-157', read_resources(project)
                    == {'description': 'Scans it', 'version': '1.2.3'})
        self.proves('SRC-151', self.read('filter', 'Debug').defines == ['CHECKED'])

    def test_only_drivers(self):
        self.solution()
        self.write('filter/tool.vcxproj', VCXPROJ.replace('Driver<', 'Application<'))
        project = self.read('filter')
        self.proves('SRC-150', self.names(project.skipped) == ['filter/tool.vcxproj'])
        self.write('filter/two.vcxproj', VCXPROJ)
        self.assertIsNone(self.read('filter'))
        self.proves('SRC-150', self.says('several driver projects; name one of'))

    def test_missing_source(self):
        self.solution()
        os.unlink(self.place / 'lib/util.c')
        self.assertIsNone(self.read('filter'))
        self.proves('SRC-150', self.says('scanit.vcxproj: error: names')
                    and self.says('util.c, which does not exist'))

    def test_bad_xml(self):
        self.write('a/a.vcxproj', '<Project><unclosed></Project>')
        self.assertIsNone(self.read('a'))
        self.assertTrue(self.says('a.vcxproj: error: is not a readable project file'))

    def test_sources_file(self):
        self.write('old/sources', 'TARGETNAME=oldie\nINCLUDES=..\\inc;$(X)\n'
                                  'SOURCES=a.c \\\n  sub\\B.c\\\n oldie.rc\n'
                                  'C_DEFINES=-DONE /DTWO=2\n!IF 1\n# SOURCES=z.c\n')
        for name in ('old/a.c', 'old/sub/b.c', 'old/oldie.rc', 'inc/x.h'):
            self.write(name, '')
        project = self.read('old')
        self.proves('SRC-154', self.names(project.sources) == ['old/a.c', 'old/sub/b.c']
                    and project.name == 'oldie' and project.defines == ['ONE', 'TWO=2']
                    and self.names(project.includes) == ['inc'])

    def test_bare_directory(self):
        for name in ('bare/b.c', 'bare/A.C', 'bare/x.h', 'bare/.hidden.c', 'bare/bare.inf'):
            self.write(name, '')
        project = self.read('bare')
        self.proves('SRC-150', self.names(project.sources) == ['bare/A.C', 'bare/b.c'])
        self.write('empty/sub/x.c', '')
        self.assertIsNone(self.read('empty'))
        self.assertTrue(self.says('no C or C++ sources here; try ') and self.says('empty/sub'))

    def test_refused(self):
        self.write('asm/a.vcxproj', '<Project><PropertyGroup><ConfigurationType>Driver'
                   '</ConfigurationType></PropertyGroup><ItemGroup><ClCompile Include="a.asm"/>'
                   '</ItemGroup></Project>')
        self.write('asm/a.asm', '')
        self.assertIsNone(self.read('asm'))
        self.assertTrue(self.says('a.asm: error: assembly of another assembler'))

    def test_cxx(self):
        """C++ is taken beside C, whatever its files are called, and the standard asked for."""
        for name in ('cpp/a.cpp', 'cpp/b.cxx', 'cpp/c.cc', 'cpp/d.c', 'cpp/e.hpp'):
            self.write(name, '')
        project = self.read('cpp')
        self.proves('SRC-140', self.names(project.sources) ==
                    ['cpp/a.cpp', 'cpp/b.cxx', 'cpp/c.cc', 'cpp/d.c'] and not project.standard)
        self.write('cpp/x.vcxproj', '<Project><PropertyGroup><ConfigurationType>Driver'
                   '</ConfigurationType></PropertyGroup><ItemDefinitionGroup><ClCompile>'
                   '<LanguageStandard>stdcpp20</LanguageStandard></ClCompile>'
                   '</ItemDefinitionGroup><ItemGroup><ClCompile Include="a.cpp"/></ItemGroup>'
                   '</Project>')
        self.proves('SRC-144', self.read('cpp').standard == 'stdcpp20')


class CommandLine(ToolTest):
    def run_tool(self, *argv):
        """(status, what was printed)."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                status = main([str(arg) for arg in argv])
            except SystemExit as leave:
                status = leave.code
        return status, out.getvalue()

    def test_usage(self):
        for argv in ((), ('nosuch',), ('build',), ('build', 'x', '--nosuch')):
            self.assertEqual(self.run_tool(*argv)[0], 2, argv)
        self.assertEqual(self.run_tool('build', '--help')[0], 0)

    def test_nothing_there(self):
        status, text = self.run_tool('build', self.place / 'gone')
        self.assertEqual(status, 1)
        self.assertIn('gone: error: there is no such file or directory', text)

    def test_license(self):
        self.write('d/a.c', '')
        self.write('d/a.inf', '')
        status, text = self.run_tool('build', self.place / 'd')
        self.proves('SRC-157', status == 1 and 'which licence does the driver have?' in text)
        status, text = self.run_tool('build', self.place / 'd', '--license', 'Proprietary')
        self.proves('SRC-157', status == 1
                    and 'the licence "Proprietary" cannot link to fltshim' in text)

    def test_no_inf(self):
        self.write('d/a.c', '')
        status, text = self.run_tool('build', self.place / 'd', '--license', 'GPL')
        self.proves('INF-48', status == 1 and '--name' in text and '--altitude' in text)
        status, text = self.run_tool('build', self.place / 'd', '--license', 'GPL', '--name', 'X')
        self.proves('INF-48', status == 1 and '--name needs --altitude' in text)

    def test_several_infs(self):
        for name in ('a.c', 'a.inf', 'b.inf'):
            self.write('d/' + name, '')
        status, text = self.run_tool('build', self.place / 'd', '--license', 'GPL')
        self.assertEqual(status, 1)
        self.assertIn('several .inf files; choose one with --inf', text)


if __name__ == '__main__':
    unittest.main()
