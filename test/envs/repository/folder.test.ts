import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRepositories } from '../../../envs/repository/tasks/folder.ts'
import { newFolder } from '../../support/folder.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'
import { playExpert, start } from './support.ts'

const LIMITS = { workspaceFiles: 20, workspaceBytes: 50_000 }

const FILES = {
  'repos/one/pkg/__init__.py': '',
  'repos/one/pkg/code.py': 'def double(x):\n    return x + x + 1\n\n\ndef half(x):\n    return x // 2\n',
  'repos/one/tests/test_code.py': 'from pkg.code import half\n\n\ndef test_half():\n    assert half(4) == 2\n',
  'repos/one/.git/HEAD': 'ref: refs/heads/main\n',
}
const TEST_PATCH = `--- a/tests/test_code.py
+++ b/tests/test_code.py
@@ -1,3 +1,6 @@
-from pkg.code import half
+from pkg.code import double, half
 
 
+def test_double():
+    assert double(2) == 4
+
 def test_half():
`
const PATCH = `--- a/pkg/code.py
+++ b/pkg/code.py
@@ -1,2 +1,2 @@
 def double(x):
-    return x + x + 1
+    return x + x
`
const RECORD = {
  instance_id: 'one-1',
  repo: 'someone/one',
  base_commit: 'abc',
  problem_statement: 'double(2) is 5.',
  snapshot: 'repos/one',
  patch: PATCH,
  test_patch: TEST_PATCH,
  FAIL_TO_PASS: '["tests/test_code.py::test_double"]',
  PASS_TO_PASS: ['tests/test_code.py::test_half'],
}

/** A folder of one task, with files and fields changed. */
function folderOf(record: object = {}, files: Readonly<Record<string, string>> = {}): string {
  const folder = newFolder()
  for (const [path, text] of Object.entries({
    ...FILES,
    'tasks.json': JSON.stringify([{ ...RECORD, ...record }]),
    ...files,
  })) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

describe('a folder of repositories', () => {
  it('is read in the fields of SWE-bench', () => {
    const [task] = readRepositories(folderOf(), LIMITS).train ?? []
    expect(task).toMatchObject({
      id: 'one-1',
      statement: 'double(2) is 5.',
      tests: { failToPass: ['tests/test_code.py::test_double'], passToPass: ['tests/test_code.py::test_half'] },
      hidden: { kind: 'files', paths: ['tests/test_code.py'] },
    })
    expect(Object.keys(task?.files ?? {}).sort()).toEqual(['pkg/__init__.py', 'pkg/code.py', 'tests/test_code.py'])
    expect(task?.reference?.['pkg/code.py']).toContain('return x + x\n')
    expect(task?.hidden).toHaveProperty(['files', 'tests/test_code.py'], expect.stringContaining('def test_double'))
  })

  it.each<[object, string]>([
    [{ problem_statement: 7 }, 'tasks.json, record 0: problem_statement is a text'],
    [{ colour: 'red' }, 'no field "colour": fields are instance_id, problem_statement'],
    [{ snapshot: '../elsewhere' }, 'the snapshot "../elsewhere" has an empty name, `.` or `..` in its path'],
    [{ snapshot: 'repos/none' }, 'the folder cannot be read'],
    [{ FAIL_TO_PASS: [] }, 'FAIL_TO_PASS has no test'],
    [{ FAIL_TO_PASS: 'test_double' }, 'FAIL_TO_PASS is a list of ids of tests'],
    [{ FAIL_TO_PASS: ['test_double (tests.test_code)'] }, 'is not of the form PATH.py::NAME'],
    [{ PASS_TO_PASS: ['tests/test_none.py::test_a'] }, 'there is no test file "tests/test_none.py"'],
    [
      { patch: PATCH.replace('return x + x + 1', 'return x') },
      'patch does not apply to the snapshot: change 1 of pkg/code.py',
    ],
    [{ test_patch: 'hello' }, 'test_patch does not apply to the snapshot: it has no file'],
    [{ patch: '--- /dev/null\n+++ b/../up.py\n@@ -0,0 +1 @@\n+x\n' }, 'has an empty name, `.` or `..` in its path'],
  ])('is refused with the place and what is wrong: %j', (record, message) => {
    expect(() => readRepositories(folderOf(record), LIMITS)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) }),
    )
  })

  it('is refused where it has no task, a task twice, or is not there', () => {
    expect(() => readRepositories(folderOf({}, { 'tasks.json': '[]' }), LIMITS)).toThrow('there is no task')
    expect(() => readRepositories(folderOf({}, { 'more.jsonl': JSON.stringify(RECORD) }), LIMITS)).toThrow(
      'instance_id "one-1" appears twice',
    )
    expect(() => readRepositories('/no/such/folder', LIMITS)).toThrow('the folder cannot be read')
  })

  it('is refused for links out of the repository, and reads links within it as files', () => {
    const inside = folderOf()
    symlinkSync('code.py', join(inside, 'repos/one/pkg/same.py'))
    expect(readRepositories(inside, LIMITS).train?.[0]?.files['pkg/same.py']).toBe(FILES['repos/one/pkg/code.py'])
    for (const [target, message] of [
      ['/etc/hostname', 'pkg/out" is a link out of the folder'],
      ['../../../tasks.json', 'pkg/out" is a link out of the folder'],
      ['../tests', 'pkg/out" is a link to a folder'],
      ['nowhere', 'the folder cannot be read'],
    ] as const) {
      const folder = folderOf()
      symlinkSync(target, join(folder, 'repos/one/pkg/out'))
      expect(() => readRepositories(folder, LIMITS)).toThrow(message)
    }
  })

  it('is refused for files that are too many or too large, and keeps those that are not text', () => {
    expect(() => readRepositories(folderOf({}, { 'repos/one/big.txt': 'x'.repeat(60_000) }), LIMITS)).toThrow(
      'more than 50000 bytes: raise the option workspaceBytes',
    )
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`repos/one/f${at}.txt`, '']))
    expect(() => readRepositories(folderOf({}, many), LIMITS)).toThrow(
      'more than 20 files: raise the option workspaceFiles',
    )
    const folder = folderOf()
    writeFileSync(join(folder, 'repos/one/data.bin'), Buffer.from([0xff, 0xfe, 0]))
    expect(readRepositories(folder, LIMITS).train?.[0]?.files['data.bin']).toEqual({ base64: '//4A' })
  })
})

describeWithSandbox('a repository of a folder', () => {
  it('is resolved by its patch, whatever is done to the tests that it shows', async () => {
    const folder = folderOf()
    writeFileSync(join(folder, 'repos/one/data.bin'), Buffer.from([0xff, 0xfe, 0]))
    const { reward } = await playExpert(await start({ folder }), 0)
    expect(reward).toBe(1)
    const { call, episode } = await start({ folder })
    expect((await call('view', { path: 'data.bin' })).shown).toBe(
      'data.bin has 3 bytes that are not UTF-8, so that it cannot be shown.',
    )
    expect((await call('run_tests')).shown).toBe('1 of 1 test pass.')
    await call('write', {
      path: 'tests/test_code.py',
      content: 'def test_double():\n    pass\n\ndef test_half():\n    pass\n',
    })
    const { effects, reward: earned } = await call('submit')
    expect([earned, episode.ending]).toEqual([0, 'terminated'])
    expect(effects.at(-1)).toMatchObject({ output: { outcome: 'fails', passed: [false, true] } })
    expect(JSON.stringify(effects.at(-1))).not.toContain('double(2)')
  })

  it('fails where its code hangs or ends the process of the tests', async () => {
    for (const code of ['while True: pass\n', 'import os\nos._exit(0)\n']) {
      const { call } = await start({ folder: folderOf({ limit_seconds: 1 }) })
      await call('write', { path: 'pkg/code.py', content: code })
      const { effects, reward } = await call('submit')
      expect([reward, effects.at(-1)]).toMatchObject([0, { output: { outcome: 'fails', passed: [false, false] } }])
    }
  })
})
