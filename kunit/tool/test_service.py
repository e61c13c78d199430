# SPDX-License-Identifier: GPL-2.0
"""What an .inf says about a filter: sections, service, registry, instances (INF-14 to INF-49)."""
import struct
import unittest

from prove import ToolTest
from mfbuild.service import (GROUPS, REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_NONE,
                             REG_QWORD, REG_SZ, altitude_key, module_name, read_service, sz,
                             valid_altitude)

# A whole .inf in parts that tests replace.
PARTS = {
    'install': '[DefaultInstall.NTamd64]\nOptionDesc = x\n'
               '[DefaultInstall.NTamd64.Services]\nAddService = Minispy,,Srv\n',
    'service': '[Srv]\nServiceBinary = %13%\\minispy.sys\nDependencies = FltMgr\n'
               'ServiceType = 2\nStartType = 3\nErrorControl = 1\n'
               'LoadOrderGroup = "FSFilter Activity Monitor"\nAddReg = Reg\n',
    'default': '[Reg]\nHKR,"Instances","DefaultInstance",0,"Top"\n',
    'instances': '[Reg]\nHKR,"Instances\\Top","Altitude",0,"370100"\n'
                 'HKR,"Instances\\Top","Flags",0x00010001,0\n',
    'more': '',
}


def whole(**changes):
    return '\n'.join({**PARTS, **changes}.values())


class Sections(ToolTest):
    def chosen(self, *names):
        text = ''
        for name in names:
            text += (f'[{name}]\nx = y\n[{name}.Services]\n'
                     f'AddService = {name.replace(".", "-")},,Srv\n')
        service = self.service(whole(install=text))
        return service.name if service else None

    def test_decoration(self):
        self.proves('INF-14', self.chosen('DefaultInstall', 'DefaultInstall.NT',
                                          'DefaultInstall.NTamd64', 'DefaultInstall.NTarm64')
                    == 'DefaultInstall-NTamd64')
        self.proves('INF-14', self.chosen('DefaultInstall', 'DefaultInstall.NT')
                    == 'DefaultInstall-NT')
        self.proves('INF-14', self.chosen('defaultinstall') == 'defaultinstall')
        self.proves('INF-14', self.chosen('DefaultInstall.NTamd64.10.0...16299',
                                          'DefaultInstall.NTamd64.10.0...25952',
                                          'DefaultInstall.NTamd64')
                    == 'DefaultInstall-NTamd64-10-0---25952')
        self.proves('INF-15', self.chosen('DefaultInstall.NT$ARCH$') == 'DefaultInstall-NT$ARCH$')

    def test_service_choice(self):
        two = ('[DefaultInstall]\nx=y\n[DefaultInstall.Services]\nAddService = Helper,,User\n'
               'AddService = ,0x2\nAddService = Minispy,2,Srv\n[User]\nServiceType = 0x10\n')
        service = self.service(whole(install=two))
        self.proves('INF-16', service is not None and service.name == 'Minispy')
        both = two.replace('0x10', '2')
        self.assertIsNone(self.service(whole(install=both)))
        self.proves('INF-16', self.says('choose one with --service: Helper, Minispy'))
        service = self.service(whole(install=both), 'minispy')
        self.proves('INF-16', service is not None and service.name == 'Minispy')
        self.assertIsNone(self.service(whole(install=both), 'nosuch'))

    def test_services_of_the_undecorated(self):
        """An .inf of which only the install section was decorated."""
        text = '[DefaultInstall.NTamd64]\nx=y\n[DefaultInstall.Services]\nAddService = A,,Srv\n'
        service = self.service(whole(install=text))
        self.proves('INF-16', service is not None and service.name == 'A'
                    and self.says('does not belong to [DefaultInstall.NTamd64]'))

    def test_broken(self):
        self.assertIsNone(self.service('[Version]\nx=y\n'))
        self.proves('INF-17', self.says('no [DefaultInstall], [DefaultInstall.NT] or '))
        self.assertIsNone(self.service('[DefaultInstall]\nx=y\n'))
        self.proves('INF-17', self.says('no [DefaultInstall.Services] section'))
        self.assertIsNone(self.service('[DefaultInstall]\n[DefaultInstall.Services]\nAddService='))
        self.proves('INF-17', self.says('has no AddService'))
        self.assertIsNone(self.service('[DefaultInstall.NTarm64]\n'))
        self.proves('INF-17', self.says('found only [DefaultInstall.NTarm64]'))
        self.assertIsNone(self.service('[DefaultInstall]\n[DefaultInstall.Services]\n'
                                       'AddService = a,,Gone\n'))
        self.proves('INF-17', self.says('names [Gone], which does not exist'))

    def test_manufacturer(self):
        text = ('[Manufacturer]\n%m% = Standard,NTamd64.10.0,NTx86\n[Strings]\nm = "Maker"\n'
                '[Standard.NTamd64.10.0]\n%m% = Dev, Root\\Dev\n[Dev.NT]\nAddReg = Up\n'
                '[Dev.NT.Services]\nAddService = Minispy,,Srv\n[Up]\nHKR,,x,,y\n')
        service = self.service(whole(install=text))
        self.proves('FIELD-19', service and service.name == 'Minispy' and not self.report.errors
                    and any('key of a device' in line for line in service.unused))

    def test_templates(self):
        """A project template that nobody finished."""
        text = whole(instances='[Reg]\nHKR,Instances\\Top,Altitude,,"Change_me_"\n')
        self.service(text)
        self.proves('FIELD-19', self.says('"Change_me_" is not an altitude'))
        service = read_service(self.inf(text), self.report, None, '371000.5')
        self.proves('FIELD-19', service.altitude == '371000.5' and not self.report.errors)

    def test_uninstall(self):
        service = self.service(whole(more='[DefaultUninstall.NTamd64]\nx=%nosuch%\n'
                                          '[DefaultUninstall.NTamd64.Services]\nDelService=x\n'))
        self.proves('INF-18', service and not any('Uninstall' in line for line in service.unused))

    def test_unused(self):
        service = self.service(whole(more='[Manufacturer]\nx=y\n[SourceDisksNames]\n1 = d\n'))
        self.proves('INF-13', not self.report.errors
                    and any('[Manufacturer] is not used' in line for line in service.unused))


class TheService(ToolTest):
    def test_names(self):
        service = self.service(whole())
        self.proves('INF-19', (service.name, service.module) == ('Minispy', 'minispy'))
        for text, name in (('%13%\\My-Filter 2.SYS', 'my_filter_2'), ('a.b.sys', 'a_b')):
            self.proves('INF-19', module_name(text) == name, text)

    def test_values(self):
        service = self.service(whole(more='[Srv]\nDisplayName = "The name"\n'
                                          'Description = "What it does"\nSecurity = "D:P"\n'))
        got = {name: service.get('', name) for name in
               ('Type', 'Start', 'ErrorControl', 'Group', 'ImagePath', 'DisplayName',
                'DependOnService')}
        self.proves('INF-31', all(got.values()))
        self.proves('INF-31', got['Start'].data == b'\3\0\0\0' and got['Type'].kind == REG_DWORD
                    and got['ImagePath'].text() == '\\SystemRoot\\System32\\drivers\\minispy.sys')
        self.proves('INF-20', service.description == 'What it does'
                    and any('Security' in line for line in service.unused))
        self.proves('INF-22', got['Group'].text() == 'FSFilter Activity Monitor')

    def test_warnings(self):
        self.service(whole(service='[Srv]\nServiceType = 1\nAddReg = Reg\n'))
        self.proves('INF-20', self.says('ServiceType of "Minispy" is 1'))
        self.proves('INF-22', self.says('LoadOrderGroup is missing'))
        self.proves('INF-23', self.says('Dependencies does not name FltMgr'))

    def test_dependencies(self):
        service = self.service(whole(more='[Srv]\nDependencies = Other, +Group\n'))
        self.proves('INF-23', service.dependencies == ['other'])
        value = service.get('', 'DependOnService')
        self.proves('INF-23', value.kind == REG_MULTI_SZ
                    and value.text() == 'FltMgr, Other, +Group')

    def test_sections_in_order(self):
        service = self.service(whole(more='[Srv]\nAddReg = Two, Three\n'
                                          '[Two]\nHKR,,v,,two\n[Three]\nHKR,,v,,three\n'))
        self.proves('INF-24', service.get('', 'v').text() == 'three')
        self.service(whole(more='[Srv]\nAddReg = Gone\n'))
        self.proves('INF-24', self.says('AddReg names [Gone], which does not exist'))
        self.service(whole(more='[DefaultInstall.NTamd64]\nAddReg = Up\n[Up]\nHKR,,x,,y\n'))
        self.proves('INF-24', self.says('HKR in [Up]'))

    def test_start(self):
        for start in range(5):
            service = self.service(whole(
                service=PARTS['service'].replace('StartType = 3', f'StartType = {start}')))
            self.assertEqual(service.get('', 'Start').data, struct.pack('<I', start))
        self.service(whole(service=PARTS['service'].replace('StartType = 3', 'StartType = 7')))
        self.assertTrue(self.says('StartType 7'))


class Registry(ToolTest):
    def value(self, line, name='v', key='Parameters'):
        service = self.service(whole(more='[Reg]\n' + line + '\n'))
        return service.get(key, name) if service else None

    def test_roots(self):
        own = r'HKLM,"System\CurrentControlSet\Services\minispy\Parameters",v,,x'
        self.proves('INF-25', self.value(own).text() == 'x')
        service = self.service(whole(more='[Reg]\nHKLM,Software\\X,v,,x\nHKCR,.x,,,y\n'))
        self.proves('INF-25', sum('outside the service key' in u for u in service.unused) == 2)
        self.service(whole(more='[Reg]\nHKXX,a,b,,c\n'))
        self.proves('INF-25', self.says('expected HKR, HKLM'))

    def test_types(self):
        table = (
            ('HKR,Parameters,v,,text', REG_SZ, sz('text')),
            ('HKR,Parameters,v,0,text', REG_SZ, sz('text')),
            ('HKR,Parameters,v,0x00010000,"exe","doc"', REG_MULTI_SZ,
             'exe\0doc\0\0'.encode('utf-16-le')),
            ('HKR,Parameters,v,0x00020000,%%windir%%', REG_EXPAND_SZ, sz('%windir%')),
            ('HKR,Parameters,v,1,01,fe,0x3', REG_BINARY, b'\1\xfe\3'),
            ('HKR,Parameters,v,0x00010001,258', REG_DWORD, b'\2\1\0\0'),
            ('HKR,Parameters,v,65537,0x10', REG_DWORD, b'\x10\0\0\0'),
            ('HKR,Parameters,v,0x00010001,-1', REG_DWORD, b'\xff\xff\xff\xff'),
            ('HKR,Parameters,v,0x00010001,1,2,3,4', REG_DWORD, b'\1\2\3\4'),
            ('HKR,Parameters,v,0x000B0001,0x100000000', REG_QWORD, b'\0\0\0\0\1\0\0\0'),
            ('HKR,Parameters,v,0x00020001', REG_NONE, b''),
            ('HKR,Parameters,v,0x00080001,aa,bb', 8, b'\xaa\xbb'),
        )
        for line, kind, data in table:
            value = self.value(line)
            row = 'INF-28' if kind in (REG_SZ, REG_MULTI_SZ) else \
                  'INF-27' if kind in (REG_DWORD, REG_QWORD) else 'INF-26'
            self.proves(row, value and (value.kind, value.data) == (kind, data), line)
            self.proves('INF-26', value.kind == kind, line)

    def test_bad_numbers(self):
        for line in ('HKR,Parameters,v,0x00010001,0x100000000', 'HKR,Parameters,v,0x00010001,x',
                     'HKR,Parameters,v,zz,1', 'HKR,Parameters,v,1,100',
                     'HKR,Parameters,v,0x00010001,1,2,3', 'HKR,Parameters,v,0x00090000,x'):
            self.value(line)
            self.proves('INF-27', self.report.errors == 1, line)

    def test_control_flags(self):
        table = (
            ('HKR,Parameters,v,,1\nHKR,Parameters,v,0x2,2', '1'),
            ('HKR,Parameters,v,,1\nHKR,Parameters,v,,2', '2'),
            ('HKR,Parameters,v,0x20,2', None),
            ('HKR,Parameters,v,,1\nHKR,Parameters,v,0x20,2', '2'),
            ('HKR,Parameters,v,,1\nHKR,Parameters,v,0x4', None),
            ('HKR,Parameters,v,0x10', None),
            ('HKR,Parameters,v,0x00010000,a,b\nHKR,Parameters,v,0x00010008,B,c', 'a, b, c'),
        )
        for lines, text in table:
            value = self.value(lines)
            self.proves('INF-29', (value.text() if value else None) == text, lines)
        service = self.service(whole(more='[Reg]\nHKR,Empty,,0x10\n'))
        self.proves('INF-29', 'empty' in service.keys)

    def test_names(self):
        self.proves('INF-30', self.value('HKR,Parameters,,,unnamed', '').text() == 'unnamed')
        value = self.value('HKR,Parameters,Value,,1\nHKR,PARAMETERS,vALUE,,2', 'value')
        self.proves('INF-30', value.text() == '2' and value.name == 'Value'
                    and value.key == 'Parameters')

    def test_size(self):
        many = ''.join(f'HKR,Parameters,value{n},,"x{n}$(id)`"\n' for n in range(1000))
        service = self.service(whole(more='[Reg]\n' + many))
        self.proves('INF-36', not self.report.errors
                    and service.get('Parameters', 'value999').text() == 'x999$(id)`')
        many = ''.join(f'HKR,Parameters,v{n},,{"y" * 4000}\n' for n in range(10))
        self.service(whole(more='[Reg]\n' + many))
        self.proves('INF-36', self.says('at most 65536 are allowed'))

    def test_reproducible(self):
        one, two = self.service(whole()), self.service(whole())
        self.proves('INF-49', [(v.key, v.name, v.kind, v.data) for v in one.values.values()]
                    == [(v.key, v.name, v.kind, v.data) for v in two.values.values()])


class Instances(ToolTest):
    def only(self, default='', instances=''):
        return self.service(whole(default=default, instances='[Reg]\n' + instances))

    def test_layouts(self):
        service = self.service(whole())
        self.proves('INF-37', service.altitude == '370100')
        new = (PARTS['default'] + PARTS['instances']).replace('"Instances', '"Parameters\\Instances')
        service = self.service(whole(default='', instances=new))
        self.proves('INF-37', service.altitude == '370100')
        service = self.service(whole(more=new.replace('370100', '370200')))
        self.proves('INF-37', service.altitude == '370200'
                    and any('the second is used' in u for u in service.unused))

    def test_features(self):
        service = self.service(whole(more='[Reg]\nHKR,,SupportedFeatures,0x00010001,3\n'))
        self.proves('INF-38', service.get('', 'SupportedFeatures').data == b'\3\0\0\0')

    def test_default(self):
        service = self.service(whole(default=PARTS['default'].replace('Top', 'TOP')))
        self.proves('INF-39', service.altitude == '370100' and not self.report.errors)
        service = self.service(whole(default=''))
        self.proves('INF-39', service.default_instance == 'Top'
                    and self.says('warning: DefaultInstance is missing'))
        self.service(whole(default=PARTS['default'].replace('Top', 'Gone')))
        self.proves('INF-39', self.says('DefaultInstance "Gone" is not one of the instances "Top"'))
        self.service(whole(default='', more='[Reg]\nHKR,Instances\\Low,Altitude,,1\n'))
        self.proves('INF-39', self.says('DefaultInstance is missing and there are several'))

    def test_altitude(self):
        self.only(instances='HKR,Instances\\Top,Flags,0x00010001,0\n')
        self.proves('INF-40', self.says('instance "Top" has no Altitude'))
        self.service(whole(default='', instances=''))
        self.proves('INF-40', self.says('has no instance with an altitude'))
        service = self.only(instances='HKR,Instances\\Top,Altitude,0x00010001,0x5a5bc\n')
        self.proves('INF-40', service.altitude == '370108' and self.says('is a REG_DWORD'))
        service = self.only(instances='HKR,Instances\\Top,Altitude,,0370100.50\n')
        self.proves('INF-40', service.altitude == '0370100.50')
        self.only(instances='HKR,Instances\\Top,Altitude,,37x000\n')
        self.proves('INF-41', self.says('"37x000" is not an altitude'))
        long = '370030.123456789012345678'
        service = self.only(instances=f'HKR,Instances\\Top,Altitude,,{long}\n')
        self.proves('INF-45', service.altitude == long)

    def test_altitude_without_instances(self):
        """The driver or its installer writes them: the command line tells the altitude."""
        bare = whole(service=PARTS['service'].replace('AddReg = Reg\n', ''), default='',
                     instances='')
        self.service(bare)
        self.proves('INF-40', self.says('or --altitude for a driver that writes them itself'))
        service = self.service(bare, altitude='370111')
        self.proves('INF-48', service is not None and service.altitude == '370111'
                    and service.default_instance == 'Minispy Instance'
                    and service.get('Instances', 'DefaultInstance').data == sz('Minispy Instance'))

    def test_grammar(self):
        for text in ('', '.', '1.2.3', '-5', ' 5', '5a', '0x10', '٣'):
            self.proves('INF-41', not valid_altitude(text), text)
        for text in ('0', '370030', '1.5', '325000.', '.5'):
            self.proves('INF-41', valid_altitude(text), text)
        self.proves('INF-42', altitude_key('0370000.0') == altitude_key('370000'))

    def test_equal(self):
        self.service(whole(more='[Reg]\nHKR,Instances\\Low,Altitude,,370100.0\n'))
        self.proves('INF-42', self.says('instances "Top" and "Low" have the same altitude'))

    def test_flags(self):
        for flags in (0, 1, 2, 3, 0x10):
            service = self.service(whole(
                instances=PARTS['instances'].replace('0x00010001,0', f'0x00010001,{flags}')))
            self.proves('INF-43', service.instances[0].flags == flags)
        self.proves('INF-43', self.says('Flags 0x10 of "Top"'))
        service = self.only(instances='HKR,Instances\\Top,Altitude,,370100\n')
        self.proves('INF-43', service.instances[0].flags == 0)

    def test_many(self):
        lines = ''.join(f'HKR,"Instances\\Äöü {n}",Altitude,,"{370000 + n}"\n' for n in range(50))
        service = self.service(whole(more='[Reg]\n' + lines))
        self.proves('INF-44', len(service.instances) == 51 and not self.report.errors)
        self.only(instances=f'HKR,"Instances\\{"n" * 256}",Altitude,,370100\n')
        self.proves('INF-44', self.says('has 256 characters'))

    def test_groups(self):
        self.proves('INF-46', len(GROUPS) == 23)
        for group, (low, high) in GROUPS.items():
            for altitude, good in ((str(high), True), (f'{high}.9', True), (str(high + 1), False),
                                   (str(low or 0), True),
                                   (str(low - 1) if low else str(high + 1), False)):
                self.service(whole(
                    service=PARTS['service'].replace('FSFilter Activity Monitor', group),
                    instances=f'[Reg]\nHKR,Instances\\Top,Altitude,,{altitude}\n'))
                self.proves('INF-46', self.says('outside the range') != good,
                            f'{group} {altitude}')
        self.service(whole(service=PARTS['service'].replace('Activity Monitor', 'Nonsense')))
        self.proves('INF-47', self.says('is not one of the groups') and not self.report.errors)


if __name__ == '__main__':
    unittest.main()
