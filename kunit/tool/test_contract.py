# SPDX-License-Identifier: GPL-2.0
"""Tests of scripts/contract and of what it reads: a report that calls a row proven which is not
would make every other test worthless. Works on tables and results made here, and checks that
the assertions in the tree name rows that exist."""
import collections
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / 'scripts'))

import guest_vm  # noqa: E402
import kunit_run  # noqa: E402
import proofs  # noqa: E402

_loader = importlib.machinery.SourceFileLoader('contract_tool', str(TOP / 'scripts/contract'))
contract = importlib.util.module_from_spec(
    importlib.util.spec_from_loader('contract_tool', _loader))
_loader.exec_module(contract)

PAGE = '''# Title

| ID | Requirement | Source page | How to observe | Level |
|---|---|---|---|---|
| ZZ-01 | One. | a.md | KUnit | must |
| ZZ-02 | Two, with `A \\| B`. | a.md | As ZZ-01 | must |
| ZZ-03 | Three. | a.md | covered by ZZ-01 and ZZ-04 | must |
| ZZ-04 | Four. | a.md | KUnit | should |
| ZZ-05 | Five. | a.md | | n/a-on-Linux: no such thing |
| ZZ-06 | Six. | a.md | ZZ-07 | must |
| ZZ-07 | Seven. | a.md | ZZ-06 | must |
| ZZ-08 | Eight. | a.md | ZZ-01 to ZZ-03 | must |
'''


class Report(unittest.TestCase):
    """The rows, their states, and what the command prints."""

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix='contract-test-')
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        (self.place / 'tables').mkdir()
        (self.place / 'tables/zz.md').write_text(PAGE)
        for target, name, value in ((contract, 'TABLES', self.place / 'tables'),
                                    (proofs, 'RESULTS', self.place / 'results'),
                                    (proofs, 'commit', lambda: 'now')):
            patch = mock.patch.object(target, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def states(self):
        rows = contract.read_rows()
        self.unknown = contract.judge(rows, *contract.of_this_commit())
        return {name: row.state for name, row in rows.items()}

    def run_tool(self, *args):
        out = io.StringIO()
        with mock.patch.object(sys, 'argv', ['contract', *args]), \
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = contract.main()
        return status, out.getvalue()

    @staticmethod
    def say(name, verdict='ok', test='suite.case', setting='6.12-kunit', tests=None):
        proofs.record(setting, tests or [test], [(name, verdict, test, 'file.c:1')])

    def test_rows_are_read(self):
        rows = contract.read_rows()
        self.assertEqual(list(rows), [f'ZZ-0{n}' for n in range(1, 9)])
        self.assertEqual([row.level for row in rows.values()],
                         ['must', 'must', 'must', 'should', 'n/a', 'must', 'must', 'must'])
        self.assertEqual(rows['ZZ-02'].text, 'Two, with `A \\| B`.')
        self.assertEqual(rows['ZZ-08'].cites, ['ZZ-01', 'ZZ-02', 'ZZ-03'])

    def test_nothing_ran(self):
        states = self.states()
        self.assertEqual(states.pop('ZZ-05'), 'n/a')
        self.assertEqual(set(states.values()), {'unproven'})
        self.assertIn('No results of now', self.run_tool()[1])

    def test_an_assertion_proves_its_row_and_what_cites_it(self):
        self.say('ZZ-01')
        states = self.states()
        self.assertEqual((states['ZZ-01'], states['ZZ-02']), ('proven', 'proven'))
        self.assertEqual((states['ZZ-03'], states['ZZ-04']), ('unproven', 'unproven'))
        self.assertEqual(self.run_tool()[0], 0)

    def test_rows_that_cite_each_other_prove_nothing(self):
        self.assertEqual(self.states()['ZZ-06'], 'unproven')
        self.say('ZZ-07')
        self.assertEqual(self.states()['ZZ-06'], 'proven')

    def test_one_failure_outweighs_any_success(self):
        self.say('ZZ-01')
        self.say('ZZ-01', test='suite.other')
        self.say('ZZ-01', 'failed', setting='6.1-ext4', test='guest')
        states = self.states()
        self.assertEqual((states['ZZ-01'], states['ZZ-02'], states['ZZ-08']),
                         ('failed',) * 3)
        status, text = self.run_tool()
        self.assertEqual(status, 1)
        self.assertIn('FAILED ZZ-01 (guest, suite.case, suite.other)', text)

    def test_what_a_guest_says_reaches_the_report(self):
        # The same log but for one word, which is what a broken line of the module makes of it.
        log = ('KTAP version 1\n[    1.000000] proves: ZZ-01 %s suite.case file.c:1\n'
               '[    1.000001] proves: ZZ-04 ok suite.case file.c:2\n')
        for word, state in (('ok', 'proven'), ('failed', 'failed')):
            with mock.patch.object(kunit_run, 'parse',
                                   lambda *_: [kunit_run.Case('suite.case', 'ok')]):
                outcome = kunit_run.judge(None, guest_vm.Result(status=0, output=log % word))
            proofs.record('6.12-kunit', [case.name for case in outcome.cases], outcome.proofs)
            states = self.states()
            self.assertEqual((states['ZZ-01'], states['ZZ-04']), (state, 'proven'))

    def test_a_failure_within_one_test_is_kept(self):
        proofs.record('6.12-kunit', ['suite.case'], [('ZZ-01', 'ok', 'suite.case', 'file.c:1'),
                                                     ('ZZ-01', 'failed', 'suite.case', 'file.c:2')])
        self.assertEqual(self.states()['ZZ-01'], 'failed')

    def test_a_narrowed_run_replaces_its_own_part(self):
        self.say('ZZ-01', 'failed', test='suite.first')
        self.say('ZZ-04', test='suite.second')
        self.say('ZZ-01', test='suite.first')
        self.assertEqual(self.states()['ZZ-01'], 'proven')
        self.assertEqual(self.states()['ZZ-04'], 'proven')
        # A test that ran and says nothing of its row any more no longer proves it.
        proofs.record('6.12-kunit', ['suite.second'], [])
        self.assertEqual(self.states()['ZZ-04'], 'unproven')
        self.assertEqual(self.states()['ZZ-01'], 'proven')

    def test_settings_are_kept_apart(self):
        self.say('ZZ-01', 'failed', setting='6.1-ext4')
        self.say('ZZ-01', setting='6.12-ext4')
        self.assertEqual(self.states()['ZZ-01'], 'failed')

    def test_another_commit_is_stale(self):
        with mock.patch.object(proofs, 'commit', lambda: 'before'):
            self.say('ZZ-01')
            self.say('ZZ-04', 'failed', test='suite.other')
        states = self.states()
        self.assertEqual((states['ZZ-01'], states['ZZ-02'], states['ZZ-04']),
                         ('stale', 'stale', 'stale'))
        self.assertEqual(self.run_tool()[0], 0)
        self.say('ZZ-01')
        self.assertEqual(self.states()['ZZ-01'], 'proven')

    def test_a_row_that_does_not_exist_is_named(self):
        self.say('ZZ-77')
        self.states()
        self.assertEqual(self.unknown, ['ZZ-77'])
        self.assertIn('ZZ-77', self.run_tool()[1])

    def test_tsv(self):
        self.say('ZZ-01')
        self.say('ZZ-01', setting='6.1-ext4', test='guest')
        lines = [line.split('\t') for line in self.run_tool('--tsv')[1].splitlines()]
        self.assertEqual(lines[0], ['ZZ-01', 'must', 'proven', 'guest,suite.case',
                                    '6.1-ext4,6.12-kunit'])
        self.assertEqual(lines[4][:3], ['ZZ-05', 'n/a', 'n/a'])

    def test_on_one_kernel(self):
        self.say('ZZ-01', setting='debug-kunit')
        self.say('ZZ-04', setting='6.1-debug-kunit')
        self.say('ZZ-06', setting='host')
        shown = {}
        for kernel in ('6.1', '6.12'):
            lines = self.run_tool('--tsv', '--on', kernel)[1].splitlines()
            shown[kernel] = [line[:5] for line in lines if '\tproven\t' in line]
        self.assertEqual(shown, {'6.1': ['ZZ-04', 'ZZ-06', 'ZZ-07'],
                                 '6.12': ['ZZ-01', 'ZZ-02', 'ZZ-06', 'ZZ-07']})
        self.assertEqual([contract.kernel_of(name) for name in (
            '6.1-ext4', '6.12-shutdown', 'debug-xfs', 'kcsan-kunit', '6.1-debug-kunit', 'host')],
            ['6.1', '6.12', '6.12', '6.12', '6.1', ''])

    def test_table_counts(self):
        self.say('ZZ-01')
        line = next(line for line in self.run_tool('ZZ')[1].splitlines() if line.startswith('ZZ'))
        self.assertEqual(line.split(), ['ZZ', '6', '2', '0', '4', '1', '0', '1'])

    def test_an_unknown_area_is_refused(self):
        status, text = self.run_tool('NOPE')
        self.assertEqual(status, 2)
        self.assertIn('NOPE', text)

    def test_old_results_go(self):
        for number in range(proofs.KEPT + 5):
            with mock.patch.object(proofs, 'commit', lambda number=number: f'c{number}'):
                self.say('ZZ-01')
        self.assertLessEqual(len(list(proofs.RESULTS.iterdir())), proofs.KEPT)
        self.say('ZZ-01')
        self.assertEqual(self.states()['ZZ-01'], 'proven')


class Commit(unittest.TestCase):
    """Which state of the tree a result belongs to."""

    def test_changes_are_part_of_the_name(self):
        with tempfile.TemporaryDirectory(prefix='contract-test-') as name:
            top = pathlib.Path(name)

            def git(*args):
                subprocess.run(['git', '-c', 'user.name=x', '-c', 'user.email=x@y', *args],
                               cwd=top, check=True, stdout=subprocess.DEVNULL)

            self.assertEqual(proofs.commit(top), 'unknown')
            git('init', '-q')
            (top / 'a').write_text('1')
            git('add', 'a')
            git('commit', '-qm', 'x')
            clean = proofs.commit(top)
            self.assertRegex(clean, r'^[0-9a-f]{12}$')
            (top / 'a').write_text('2')
            two = proofs.commit(top)
            self.assertRegex(two, rf'^{clean}-dirty-')
            (top / 'a').write_text('3')
            self.assertNotEqual(proofs.commit(top), two)
            (top / 'a').write_text('1')
            (top / 'new').write_text('')
            self.assertNotEqual(proofs.commit(top), clean)


class Tables(unittest.TestCase):
    """The tables and the assertions of this tree."""

    def test_every_row_is_there_once(self):
        count = collections.Counter()
        for page in contract.TABLES.glob('*.md'):
            count.update(re.findall(r'^\| ([A-Z]+-\d+) \|.*\|$', page.read_text(), re.M))
        self.assertEqual([name for name, times in count.items() if times > 1], [])

    def test_areas_have_as_many_rows_as_the_conventions_say(self):
        rows = collections.Counter(row.area for row in contract.read_rows().values())
        text = (contract.TABLES / 'io-path-conventions.md').read_text()
        said = re.findall(r'^\| ([A-Z]+) \| [\w-]+\.md \| (\d+) \|', text, re.M)
        self.assertEqual(len(said), 11)
        for area, number in said:
            self.assertEqual(rows[area], int(number), area)

    @classmethod
    def setUpClass(cls):
        cls.rows = contract.read_rows()

    def unknown(self, text, shell=True):
        """What a test calls a row and is none, however it is handed to what proves it."""
        found = re.findall(rf'\b{contract.ID}\b', text)
        if shell:
            # also what does not even look like one; "$row" comes from a list of them
            found += re.findall(r'^[^#\n]*?\bproves +([^\s$"]+)', text, re.M)
        return [name for name in dict.fromkeys(found)
                if name not in self.rows and not re.match(r'(GPL|UTF|SHA|SELF)-\d', name)]

    def test_assertions_name_rows(self):
        wrong = []
        for path in [*(TOP / 'kunit').rglob('*'), TOP / 'scripts/test']:
            if path.suffix in ('.c', '.h', '.sh', '.py') and path != pathlib.Path(__file__) \
                    or path.name == 'test':
                text = path.read_text(errors='replace')
                wrong += [f'{path.relative_to(TOP)}: {name}'
                          for name in self.unknown(text, path.suffix == '.sh')]
        self.assertEqual(wrong, [])

    def test_a_mistyped_row_is_found(self):
        for text in ('proves VFS-99999 true', 'for row in SRC-11 SRC-9999; do',
                     'if ! x; then proves VSF-1 x; fi', '\tproves VFS12 test -e x',
                     'FLT_PROVES(test, on ? "CTX-42" : "CTX-4242", x);',
                     'FLT_PROVES("VSF-614", x);', "self.proves('SRC-9999', x)",
                     '("REG-25", "UNLOAD-9999")'):
            self.assertEqual(len(self.unknown(text)), 1, text)
        for text in ('proves VFS-614 true', 'proves SELF-002 false', 'proves "$row" true',
                     'GPL-2.0', '# proves ID COMMAND...: the row'):
            self.assertEqual(self.unknown(text), [], text)


if __name__ == '__main__':
    unittest.main()
