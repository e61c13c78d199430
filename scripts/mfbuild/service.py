# SPDX-License-Identifier: GPL-2.0
"""What an .inf says about a filter: names, the service key, the instances (INF rows 14 to 49).

The result is a Service. Its values are what the driver finds under its RegistryPath; they leave
here as bytes and are only ever carried as bytes.
"""
import re
import struct

REG_NONE, REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD = 0, 1, 2, 3, 4
REG_MULTI_SZ, REG_QWORD = 7, 11
TYPE_NAMES = {0: 'REG_NONE', 1: 'REG_SZ', 2: 'REG_EXPAND_SZ', 3: 'REG_BINARY', 4: 'REG_DWORD',
              7: 'REG_MULTI_SZ', 11: 'REG_QWORD'}

# AddReg flags
BINARY_BIT, NOCLOBBER, DELVAL, APPEND = 0x1, 0x2, 0x4, 0x8
KEYONLY, OVERWRITEONLY = 0x10, 0x20
FLAG_TYPES = {0x00000000: REG_SZ, 0x00010000: REG_MULTI_SZ, 0x00020000: REG_EXPAND_SZ,
              0x00000001: REG_BINARY, 0x00010001: REG_DWORD, 0x000B0001: REG_QWORD,
              0x00020001: REG_NONE}

MAX_KEY_BYTES = 64 * 1024
MAX_INSTANCE_NAME = 255
FILE_SYSTEM_DRIVER = 2

NO_AUTOMATIC_ATTACHMENT, NO_MANUAL_ATTACHMENT = 1, 2

# Integer range of each load order group, inclusive; None is open to below.
GROUPS = {
    'filter': (420000, 429999),
    'fsfilter top': (400000, 409999),
    'fsfilter activity monitor': (360000, 389999),
    'fsfilter undelete': (340000, 349999),
    'fsfilter anti-virus': (320000, 329999),
    'fsfilter replication': (300000, 309999),
    'fsfilter continuous backup': (280000, 289999),
    'fsfilter content screener': (260000, 269999),
    'fsfilter quota management': (240000, 249999),
    'fsfilter system recovery': (220000, 229999),
    'fsfilter cluster file system': (200000, 209999),
    'fsfilter hsm': (180000, 189999),
    'fsfilter imaging': (170000, 175000),
    'fsfilter compression': (160000, 169999),
    'fsfilter encryption': (140000, 149999),
    'fsfilter virtualization': (130000, 139999),
    'fsfilter physical quota management': (120000, 129999),
    'fsfilter open file': (100000, 109999),
    'fsfilter security enhancer': (80000, 89999),
    'fsfilter copy protection': (60000, 69999),
    'fsfilter bottom': (40000, 49999),
    'fsfilter system': (20000, 29999),
    'fsfilter infrastructure': (None, 19999),
}


class Value:
    """One value of the service key; key is relative to it, with backslashes, '' for itself."""

    def __init__(self, key, name, kind, data, where=None):
        self.key, self.name, self.kind, self.data, self.where = key, name, kind, data, where

    def text(self):
        """The data for a reader."""
        if self.kind in (REG_SZ, REG_EXPAND_SZ):
            return self.data.decode('utf-16-le', 'replace').rstrip('\0')
        if self.kind == REG_MULTI_SZ:
            return ', '.join(self.data.decode('utf-16-le', 'replace').rstrip('\0').split('\0'))
        if self.kind == REG_DWORD and len(self.data) == 4:
            return str(struct.unpack('<I', self.data)[0])
        return self.data.hex(' ')


class Instance:
    def __init__(self, name, altitude, flags, where):
        self.name, self.altitude, self.flags, self.where = name, altitude, flags, where


class Service:
    """A filter's service: what is generated into its module."""

    def __init__(self, name, module):
        self.name = name
        self.module = module
        self.description = ''
        self.version = ''
        self.dependencies = []
        self.values = {}            # (key.lower(), name.lower()) -> Value, in order
        self.keys = {}              # key.lower() -> spelling, also of keys without values
        self.instances = []
        self.is_default = True      # [DefaultInstall], not the install section of a device
        self.default_instance = None
        self.unused = []            # lines for `minifilter check`

    def set(self, key, name, kind, data, where=None):
        key = self.keys.setdefault(key.lower(), key)
        old = self.values.get((key.lower(), name.lower()))
        self.values[key.lower(), name.lower()] = Value(key, old.name if old else name, kind, data,
                                                       where)

    def get(self, key, name):
        return self.values.get((key.lower(), name.lower()))

    @property
    def altitude(self):
        for instance in self.instances:
            if instance.name.lower() == (self.default_instance or '').lower():
                return instance.altitude
        return None


def sz(text):
    return text.encode('utf-16-le', 'surrogatepass') + b'\0\0'


def multi_sz(texts):
    return b''.join(sz(text) for text in texts) + b'\0\0'


def dword(number):
    return struct.pack('<I', number & 0xffffffff)


def number(text):
    """A decimal or 0x number, or None."""
    text = text.strip()
    if re.fullmatch(r'[+-]?0[xX][0-9a-fA-F]+', text):
        return int(text, 16)
    if re.fullmatch(r'[+-]?[0-9]+', text):
        return int(text)
    return None


def module_name(text):
    """The Linux module name for a driver's file name or service name."""
    base = re.split(r'[\\/]', text)[-1]
    base = re.sub(r'\.sys$', '', base, flags=re.IGNORECASE)
    return re.sub(r'[^a-z0-9_]', '_', base.lower())


def valid_altitude(text):
    return (re.fullmatch(r'[0-9]*\.?[0-9]*', text) is not None
            and any(c.isdigit() for c in text))


def altitude_key(text):
    """Equal for equal altitudes: "0370030.50" and "370030.5"."""
    whole, _, fraction = text.partition('.')
    return whole.lstrip('0') or '0', fraction.rstrip('0')


def read_service(inf, report, wanted=None, altitude=None):
    """The Service that an Inf describes; errors go to the report, Failed after the fatal ones.
    `altitude` takes the place of the one of the default instance."""
    install = find_install_section(inf, report)
    name, section, where = find_service(inf, install, report, wanted)
    binary, _ = section.first('ServiceBinary')
    service = Service(name, module_name(binary or name))
    service.is_default = install.name.lower().startswith('defaultinstall')
    if not service.module.strip('_'):
        report.fail(where, f'no module name can be made from "{binary or name}"')
    if service.module[0].isdigit():
        service.module = '_' + service.module
    read_service_section(inf, service, section, where, report)
    version = inf.section('Version')
    if version:
        for fields, _ in version.get('DriverVer'):
            service.version = fields[1] if len(fields) > 1 else ''
    for values, entry in section.get('AddReg'):
        for target in filter(None, values):
            add_registry(inf, service, target, entry, report, service_section=True)
    for values, entry in install.get('AddReg'):
        for target in filter(None, values):
            add_registry(inf, service, target, entry, report, service_section=False)
    override_altitude(service, altitude, report)
    read_instances(service, section, where, report)
    size = sum(2 * len(v.key) + 2 * len(v.name) + len(v.data) for v in service.values.values())
    if size > MAX_KEY_BYTES:
        report.error(inf.path, f'the service key takes {size} bytes; at most {MAX_KEY_BYTES} '
                               'are allowed')
    note_unused(inf, service)
    return service


DECORATION = r'(?:\.nt(amd64|\$arch\$|arm64|arm|x86|ia64)?(?:\.([0-9.]*))?)?'


def best_section(inf, base):
    """(the section of this name whose decoration suits amd64 best, names of the unsuitable)."""
    pattern = re.compile(re.escape(base.lower()) + DECORATION)
    best, best_rank, others = None, None, []
    for key, section in inf.sections.items():
        match = pattern.fullmatch(key)
        if not match or match.group(1) not in (None, 'amd64', '$arch$'):
            if key.startswith(base.lower() + '.nt') and not key.endswith('.services'):
                others.append(section.name)
            continue
        if match.group(1):
            level = 2
        else:
            level = 1 if key != base.lower() else 0
        version = [int(part or 0) for part in (match.group(2) or '').split('.')]
        rank = (level, version)
        if best is None or rank > best_rank:
            best, best_rank = section, rank
    return best, others


def find_install_section(inf, report):
    """[DefaultInstall] with the best decoration (INF-14, INF-15), or else the section that
    [Manufacturer] leads to, as in .inf files that install a device."""
    best, others = best_section(inf, 'DefaultInstall')
    if best is None:
        best = manufacturer_section(inf)
    if best is None:
        text = ('no [DefaultInstall], [DefaultInstall.NT] or [DefaultInstall.NTamd64] section')
        if others:
            text += '; found only ' + ', '.join(f'[{name}]' for name in others)
        report.fail(inf.path, text)
    best.used = True
    return best


def manufacturer_section(inf):
    """%maker% = models, decorations... leads to [models.decoration], and there %device% = section
    to the install section; the first that installs a service counts."""
    makers = inf.section('Manufacturer')
    for maker in makers.entries if makers else ():
        _, fields = maker.keyed()
        names = [fields[0]] + [f'{fields[0]}.{decoration}' for decoration in fields[1:]]
        for models in filter(None, map(inf.section, reversed(names))):
            for device in models.entries:
                _, target = device.keyed()
                install = best_section(inf, target[0])[0] if target and target[0] else None
                if install and inf.sections.get(install.name.lower() + '.services'):
                    return install
    return None


def find_service(inf, install, report, wanted):
    """(service name, its install section, place) by AddService (INF-16, INF-17)."""
    name = install.name + '.Services'
    services = inf.section(name)
    if not services and install.name.lower().startswith('defaultinstall.'):
        # Windows would install the files and no service; the author's machine had one already.
        services = inf.section('DefaultInstall.Services')
        if services:
            report.warning((inf.path, services.line),
                           f'[{services.name}] does not belong to [{install.name}]; read as '
                           f'[{name}]')
    if not services:
        report.fail(inf.path, f'no [{name}] section, which should name the driver by AddService')
    found = []
    for fields, entry in services.get('AddService'):
        fields = fields + [''] * (3 - len(fields))
        if not fields[0] or not fields[2]:
            continue
        section = inf.section(fields[2])
        if not section:
            report.error(entry.where, f'AddService names [{fields[2]}], which does not exist')
            continue
        found.append((fields[0], section, entry.where))
    report.stop_on_error()
    if not found:
        report.fail((inf.path, services.line),
                    f'[{services.name}] has no AddService = name, flags, section')
    if wanted is not None:
        found = [f for f in found if f[0].lower() == wanted.lower()] or found
        if found[0][0].lower() != wanted.lower():
            report.fail(inf.path, f'there is no service "{wanted}"; the services are: '
                        + ', '.join(f[0] for f in found))
        return found[0]
    if len(found) > 1:
        drivers = [f for f in found
                   if number(f[1].first('ServiceType', '')[0]) == FILE_SYSTEM_DRIVER]
        if len(drivers) != 1:
            report.fail(inf.path, 'several services could be the filter; choose one with '
                                  '--service: ' + ', '.join(f[0] for f in found))
        found = drivers
    return found[0]


def read_service_section(inf, service, section, where, report):
    """The values of the key that come from the service section itself (INF-20 to INF-23, 31)."""
    numbers = {}
    for keyword in ('ServiceType', 'StartType', 'ErrorControl'):
        text, entry = section.first(keyword)
        if text is None:
            continue
        numbers[keyword] = number(text)
        if numbers[keyword] is None:
            report.error(entry.where, f'{keyword}: expected a number, found "{text}"')
            numbers[keyword] = 0
    kind = numbers.get('ServiceType')
    if kind != FILE_SYSTEM_DRIVER:
        report.warning(where, f'ServiceType of "{service.name}" is '
                       f'{"missing" if kind is None else kind}; a minifilter has '
                       f'{FILE_SYSTEM_DRIVER} (file system driver)')
    if 'StartType' not in numbers:
        report.warning(where, 'StartType is missing; the filter is taken to start on demand (3)')
    start = numbers.get('StartType', 3)
    if not 0 <= start <= 4:
        report.error(where, f'StartType {start}: expected 0 to 4')
    service.set('', 'Type', REG_DWORD, dword(kind or FILE_SYSTEM_DRIVER), where)
    service.set('', 'Start', REG_DWORD, dword(start), where)
    service.set('', 'ErrorControl', REG_DWORD, dword(numbers.get('ErrorControl', 1)), where)
    group, entry = section.first('LoadOrderGroup')
    if group:
        service.set('', 'Group', REG_SZ, sz(group), entry.where)
    else:
        report.warning(where, 'LoadOrderGroup is missing')
    binary, entry = section.first('ServiceBinary')
    file = re.split(r'[\\/]', binary)[-1] if binary else service.module + '.sys'
    service.set('', 'ImagePath', REG_EXPAND_SZ, sz('\\SystemRoot\\System32\\drivers\\' + file),
                where)
    display, entry = section.first('DisplayName')
    if display:
        service.set('', 'DisplayName', REG_SZ, sz(display), entry.where)
    description, entry = section.first('Description')
    if description:
        service.set('', 'Description', REG_SZ, sz(description), entry.where)
    service.description = description or display or service.name
    depends = []
    for fields, entry in section.get('Dependencies'):
        depends += [field for field in fields if field]
    if 'fltmgr' not in (d.lower() for d in depends):
        report.warning(where, 'Dependencies does not name FltMgr')
    if depends:
        service.set('', 'DependOnService', REG_MULTI_SZ, multi_sz(depends), where)
    service.dependencies = [module_name(d) for d in depends
                            if not d.startswith('+') and d.lower() != 'fltmgr']
    for keyword in ('Security', 'RequiredPrivileges', 'DelReg', 'BitReg', 'AddTrigger'):
        for _, entry in section.get(keyword):
            service.unused.append(f'{inf.path}:{entry.line}: {keyword} has no effect')


def add_registry(inf, service, name, entry, report, service_section):
    """One add-registry section (INF-24 to INF-30)."""
    section = inf.section(name)
    if not section:
        report.error(entry.where, f'AddReg names [{name}], which does not exist')
        return
    own = r'system\currentcontrolset\services' + '\\' + service.name.lower()
    for line in section.entries:
        fields = line.fields()
        fields += [''] * (4 - len(fields))
        root, key = fields[0].upper(), fields[1].strip('\\')
        if root == 'HKLM' and (key.lower() + '\\').startswith(own + '\\'):
            key = key[len(own):].strip('\\')
        elif root in ('HKLM', 'HKCR', 'HKCU', 'HKU'):
            service.unused.append(f'{inf.path}:{line.line}: {root}\\{key} is outside the service '
                                  'key and not kept')
            continue
        elif root != 'HKR':
            report.error(line.where, f'expected HKR, HKLM, HKCR, HKCU or HKU, found "{fields[0]}"')
            continue
        elif not service_section and not service.is_default:
            service.unused.append(f'{inf.path}:{line.line}: HKR in [{section.name}] is the key of '
                                  'a device and not kept')
            continue
        elif not service_section:
            report.error(line.where, f'HKR in [{section.name}], which the install section names: '
                                     'only HKLM has a meaning there; name the section by AddReg '
                                     'of the service section')
            continue
        add_value(service, line.where, key, fields[2], fields[3], fields[4:], report)


def add_value(service, where, key, name, flag_text, data_fields, report):
    flags = number(flag_text) if flag_text else 0
    if flags is None or not 0 <= flags <= 0xffffffff:
        report.error(where, f'expected flags as a number, found "{flag_text}"')
        return
    service.keys.setdefault(key.lower(), key)
    if flags & KEYONLY:
        return
    old = service.get(key, name)
    if flags & DELVAL and not flags & 0xffff0000:
        service.values.pop((key.lower(), name.lower()), None)
        return
    kind = FLAG_TYPES.get(flags & 0xffff0001)
    if kind is None:
        if not flags & BINARY_BIT:
            report.error(where, f'flags 0x{flags:08x} name no registry type')
            return
        kind = flags >> 16
    if old and flags & NOCLOBBER:
        return
    if not old and flags & OVERWRITEONLY:
        return
    data = value_data(kind, flags, data_fields, where, report)
    if data is None:
        return
    if old and flags & APPEND and kind == REG_MULTI_SZ and old.kind == REG_MULTI_SZ:
        have = old.data.decode('utf-16-le', 'surrogatepass').rstrip('\0').split('\0')
        low = [text.lower() for text in have]
        data = multi_sz([t for t in have if t] + [f for f in data_fields
                                                  if f and f.lower() not in low])
    service.set(key, name, kind, data, where)


def value_data(kind, flags, fields, where, report):
    """The bytes of a value, or None after an error."""
    if not flags & BINARY_BIT:
        if kind == REG_MULTI_SZ:
            return multi_sz([field for field in fields if field])
        return sz(fields[0] if fields else '')
    fields = [field for field in fields if field]
    width = {REG_DWORD: 4, REG_QWORD: 8}.get(kind)
    if width and len(fields) == 1:
        value = number(fields[0])
        if value is None:
            report.error(where, f'expected a number, found "{fields[0]}"')
            return None
        if not -(1 << (8 * width - 1)) <= value < 1 << (8 * width):
            report.error(where, f'{fields[0]} does not fit into {TYPE_NAMES[kind]}')
            return None
        return (value & ((1 << (8 * width)) - 1)).to_bytes(width, 'little')
    if width and not fields:
        return bytes(width)
    result = bytearray()
    for field in fields:
        if not re.fullmatch(r'(0[xX])?[0-9a-fA-F]{1,2}', field):
            report.error(where, f'expected bytes as two hexadecimal digits, found "{field}"')
            return None
        result.append(int(field, 16))
    if width and len(result) != width:
        report.error(where, f'{TYPE_NAMES[kind]} as bytes needs {width} of them, found '
                            f'{len(result)}')
        return None
    return bytes(result)


def read_instances(service, section, where, report):
    """The instance definitions, checked (INF-37 to INF-47)."""
    layouts = [root for root in ('Parameters\\Instances', 'Instances')
               if any((key + '\\').startswith(root.lower() + '\\') for key in service.keys)]
    if not layouts:
        report.error(where, f'service "{service.name}" has no instance with an altitude: expected '
                            'AddReg entries HKR,"Instances\\NAME","Altitude",0,"370030", or '
                            '--altitude for a driver that writes them itself')
        return
    root = layouts[0]
    if len(layouts) == 2:
        service.unused.append(f'{where[0]}:{where[1]}: the key has Instances and '
                              'Parameters\\Instances; the second is used')
    names = {}
    for key in list(service.keys.values()):
        if key.lower().startswith(root.lower() + '\\'):
            name = key[len(root) + 1:].split('\\')[0]
            names.setdefault(name.lower(), name)
    group = service.get('', 'Group')
    for name in names.values():
        instance = read_instance(service, root, name, where, report)
        if instance:
            check_group(instance, group.text() if group else '', report)
            service.instances.append(instance)
    if not names:
        report.error(where, f'service "{service.name}" has no instance definition below {root}: '
                            f'expected HKR,"{root}\\NAME","Altitude",0,"370030"')
        return
    seen = {}
    for instance in service.instances:
        other = seen.setdefault(altitude_key(instance.altitude), instance)
        if other is not instance:
            report.error(instance.where, f'instances "{other.name}" and "{instance.name}" have '
                                         f'the same altitude {instance.altitude}')
    choose_default(service, root, names, where, report)


def choose_default(service, root, names, where, report):
    default = service.get(root, 'DefaultInstance')
    if default:
        service.default_instance = default.text()
        if service.default_instance.lower() not in names:
            report.error(default.where, f'DefaultInstance "{service.default_instance}" is not one '
                         'of the instances ' + ', '.join(f'"{n}"' for n in names.values()))
        return
    if len(names) > 1:
        report.error(where, 'DefaultInstance is missing and there are several instances: '
                     + ', '.join(f'"{n}"' for n in names.values()))
        return
    service.default_instance = next(iter(names.values()))
    report.warning(where, f'DefaultInstance is missing; "{service.default_instance}" is used')
    service.set(root, 'DefaultInstance', REG_SZ, sz(service.default_instance), where)


def read_instance(service, root, name, where, report):
    key = f'{root}\\{name}'
    if len(name) > MAX_INSTANCE_NAME:
        report.error(where, f'the instance name "{name[:40]}..." has {len(name)} characters; at '
                            f'most {MAX_INSTANCE_NAME} are allowed')
    altitude = service.get(key, 'Altitude')
    if not altitude:
        report.error(where, f'instance "{name}" has no Altitude: expected '
                            f'HKR,"{key}","Altitude",0,"370030"')
        return None
    if altitude.kind == REG_DWORD:
        report.warning(altitude.where, f'Altitude of "{name}" is a REG_DWORD; it should be a '
                                       'string and is taken as one')
        service.set(key, 'Altitude', REG_SZ, sz(altitude.text()), altitude.where)
        altitude = service.get(key, 'Altitude')
    elif altitude.kind != REG_SZ:
        report.error(altitude.where, f'Altitude of "{name}" has type '
                     f'{TYPE_NAMES.get(altitude.kind, altitude.kind)}; expected REG_SZ')
        return None
    if not valid_altitude(altitude.text()):
        report.error(altitude.where, f'"{altitude.text()}" is not an altitude: expected decimal '
                                     'digits with at most one point (--altitude takes the '
                                     'place of it)')
        return None
    flags = service.get(key, 'Flags')
    bits = 0
    if flags:
        if flags.kind != REG_DWORD:
            report.error(flags.where, f'Flags of "{name}" must be a REG_DWORD (0x00010001)')
        else:
            bits = struct.unpack('<I', flags.data)[0]
        if bits & ~(NO_AUTOMATIC_ATTACHMENT | NO_MANUAL_ATTACHMENT):
            report.warning(flags.where, f'Flags 0x{bits:x} of "{name}" has bits without a meaning')
    return Instance(name, altitude.text(), bits, altitude.where)


def check_group(instance, group, report):
    """Warn of an altitude outside its load order group (INF-46, INF-47)."""
    if not group:
        return
    if group.lower() not in GROUPS:
        report.warning(instance.where, f'load order group "{group}" is not one of the groups of '
                                       'minifilters')
        return
    low, high = GROUPS[group.lower()]
    digits = instance.altitude.partition('.')[0].lstrip('0')
    whole = int(digits or '0') if len(digits) < 9 else 10 ** 9
    if not (low or 0) <= whole <= high:
        limits = f'{low}-{high}' if low is not None else f'up to {high}'
        report.warning(instance.where, f'altitude {instance.altitude} of "{instance.name}" lies '
                                       f'outside the range of group "{group}" ({limits})')


def override_altitude(service, altitude, report):
    """--altitude: for the default instance, or the only one; where the .inf has none, as with a
    driver whose own code or installer writes them, for one named as bare_service() names it."""
    if altitude is None:
        return
    keys = [key for key in service.keys.values()
            if re.fullmatch(r'(parameters\\)?instances\\[^\\]+', key.lower())]
    if not valid_altitude(altitude):
        report.fail(None, f'--altitude "{altitude}" is not an altitude: expected decimal digits '
                          'with at most one point')
    if not keys:
        add_instance(service, altitude, 0)
    for key in keys:
        root, _, name = key.rpartition('\\')
        default = service.get(root, 'DefaultInstance')
        if len(keys) == 1 or (default and default.text().lower() == name.lower()):
            service.set(key, 'Altitude', REG_SZ, sz(altitude))


def add_instance(service, altitude, flags):
    """The values of a default instance that no .inf describes; returns its name."""
    name = f'{service.name} Instance'
    service.set('Instances', 'DefaultInstance', REG_SZ, sz(name))
    service.set(f'Instances\\{name}', 'Altitude', REG_SZ, sz(altitude))
    service.set(f'Instances\\{name}', 'Flags', REG_DWORD, dword(flags))
    return name


def note_unused(inf, service):
    for section in inf.sections.values():
        if not section.used and not section.name.lower().startswith('defaultuninstall'):
            service.unused.append(f'{inf.path}:{section.line}: [{section.name}] is not used')


def bare_service(name, altitude, flags, report):
    """The Service of a driver without an .inf, from the command line (INF-48)."""
    service = Service(name, module_name(name))
    if not valid_altitude(altitude):
        report.fail(None, f'"{altitude}" is not an altitude: expected decimal digits with at most '
                          'one point')
    service.description = name
    service.set('', 'Type', REG_DWORD, dword(FILE_SYSTEM_DRIVER))
    service.set('', 'Start', REG_DWORD, dword(3))
    service.set('', 'ErrorControl', REG_DWORD, dword(1))
    instance = add_instance(service, altitude, flags)
    service.instances = [Instance(instance, altitude, flags, None)]
    service.default_instance = instance
    return service
