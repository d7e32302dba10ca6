import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patched } from '../../../envs/repository/patch/apply.ts'
import { parsePatch } from '../../../envs/repository/patch/parse.ts'
import { blobAt, changed, workspaceOf } from '../../../sandbox/episode/workspace.ts'

const LIMITS = { workspaceFiles: 10, workspaceBytes: 10_000 }
const START = workspaceOf({ 'a.py': 'one\ntwo\nthree\nfour\nfive\n', 'b/c.py': 'x\n' })
const apply = (patch: string, start = START) => patched(start, patch, LIMITS)
const textOf = (patch: string, path = 'a.py') => blobAt(apply(patch).workspace, path)

const headers = (path: string) => `--- a/${path}\n+++ b/${path}\n`

describe('a patch', () => {
  it('replaces, adds and deletes lines, with the headers of git or without', () => {
    const hunk = '@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n'
    for (const before of ['', 'diff --git a/a.py b/a.py\nindex 1..2 100644\n'])
      expect(textOf(`${before}${headers('a.py')}${hunk}`)).toBe('one\nTWO\nthree\nfour\nfive\n')
    expect(textOf(`--- a.py\t2026-01-01\n+++ a.py\t2026-01-02\n${hunk}`)).toBe('one\nTWO\nthree\nfour\nfive\n')
    expect(textOf(`${headers('a.py')}@@ -5,0 +6,1 @@\n+six\n`)).toBe('one\ntwo\nthree\nfour\nfive\nsix\n')
    expect(textOf(`${headers('a.py')}@@ -1 +0,0 @@\n-one\n`)).toBe('two\nthree\nfour\nfive\n')
  })

  it('makes, deletes and renames files', () => {
    expect(textOf('--- /dev/null\n+++ b/d/e.py\n@@ -0,0 +1,2 @@\n+p\n+q\n', 'd/e.py')).toBe('p\nq\n')
    expect(textOf('--- a/b/c.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n', 'b/c.py')).toBeUndefined()
    const rename = 'diff --git a/b/c.py b/n.py\nsimilarity index 100%\nrename from b/c.py\nrename to n.py\n'
    expect([textOf(rename, 'n.py'), textOf(rename, 'b/c.py')]).toEqual(['x\n', undefined])
    const edited = `${rename}--- a/b/c.py\n+++ b/n.py\n@@ -1 +1 @@\n-x\n+y\n`
    expect([textOf(edited, 'n.py'), textOf(edited, 'b/c.py')]).toEqual(['y\n', undefined])
  })

  it('keeps the end of a file without a line feed', () => {
    const start = workspaceOf({ 'a.py': 'one\ntwo' })
    const keep = `${headers('a.py')}@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n\\ No newline at end of file\n`
    expect(blobAt(apply(keep, start).workspace, 'a.py')).toBe('ONE\ntwo')
    const end = `${headers('a.py')}@@ -2 +2 @@\n-two\n\\ No newline at end of file\n+two\n`
    expect(blobAt(apply(end, start).workspace, 'a.py')).toBe('one\ntwo\n')
  })

  it('finds lines that have moved', () => {
    expect(textOf(`${headers('a.py')}@@ -40,2 +40,2 @@\n three\n-four\n+FOUR\n`)).toBe('one\ntwo\nthree\nFOUR\nfive\n')
  })

  it.each([
    ['hello', 'it has no file'],
    ['', 'it has no file'],
    [headers('a.py'), 'a.py has no change'],
    ['@@ -1 +1 @@\n-one\n+x\n', 'line 1 is a change of no file'],
    [`${headers('a.py')}@@ -1 +1 @@\n-ONE\n+x\n`, 'change 1 of a.py is for other lines: line 1 is "one", not "ONE"'],
    [`${headers('a.py')}@@ -9 +9 @@\n-nine\n+x\n`, 'line 9 is not there, not "nine"'],
    [`${headers('none.py')}@@ -1 +1 @@\n-x\n+y\n`, 'there is no file none.py'],
    [`${headers('../up.py')}@@ -1 +1 @@\n-x\n+y\n`, 'has an empty name, `.` or `..` in its path'],
    ['--- /dev/null\n+++ /etc/passwd\n@@ -0,0 +1 @@\n+x\n', 'relative to the workspace'],
    ['--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+x\n', 'it makes the file a.py, which is there'],
    ['--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n', 'it deletes a.py, and leaves some of its lines'],
    ['diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n', 'a symbolic link'],
    ['diff --git a/i.png b/i.png\nBinary files a/i.png and b/i.png differ\n', 'a binary file'],
    ['diff --git a/i.png b/i.png\nGIT binary patch\nliteral 1\n', 'a binary file'],
    [`${headers('a.py')}@@ -1,4 +1,4 @@\n one\n`, 'ends a change too early: its header counts 4 and 4 lines'],
    [`${headers('a.py')}@@ what @@\n`, 'is no "@@ -1,2 +1,2 @@"'],
    ['--- "a/a b.py"\n+++ "b/a b.py"\n@@ -1 +1 @@\n-x\n+y\n', 'in quotes'],
    ['rename from a.py\nrename somewhere\n', 'is not "rename to PATH"'],
    [`--- /dev/null\n+++ b/big.py\n@@ -0,0 +1 @@\n+${'x'.repeat(20_000)}\n`, 'at most 10000 bytes'],
    ['--- /dev/null\n+++ b/a.py/b.py\n@@ -0,0 +1 @@\n+x\n', 'is a file, and cannot have'],
  ])('that cannot be applied changes nothing, and says why: %j', (patch, message) => {
    const { isDone, shown, workspace } = apply(patch)
    expect([isDone, shown]).toEqual([false, expect.stringContaining(message)])
    expect(workspace).toBe(START)
  })

  it('changes nothing where one of its files cannot be changed', () => {
    const good = `${headers('a.py')}@@ -1 +1 @@\n-one\n+ONE\n`
    expect(apply(`${good}${headers('b/c.py')}@@ -1 +1 @@\n-y\n+z\n`).workspace).toBe(START)
  })

  it('gives the lines that it was made from, wherever they differ', () => {
    const line = fc.constantFrom('a', 'b', 'c', '', '  d', '+e', '-f', '@@ g')
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.array(fc.array(line, { maxLength: 3 }), { maxLength: 12 }),
        fc.nat(3),
        (lines, news, context) => {
          const text = lines.length === 0 ? '' : `${lines.join('\n')}\n`
          const { patch, after } = madeFrom(lines, news, context)
          if (patch === '') return
          const start = changed(START, { 'a.py': text })
          const { isDone, shown, workspace } = apply(`${headers('a.py')}${patch}`, start)
          expect([isDone, shown]).toEqual([true, 'Patched a.py.'])
          expect(blobAt(workspace, 'a.py')).toBe(after.length === 0 ? '' : `${after.join('\n')}\n`)
        },
      ),
    )
  })

  it('is read or refused, whatever the text', () => {
    const part = fc.constantFrom(
      '--- a/a.py\n',
      '+++ b/a.py\n',
      '@@ -1 +1 @@\n',
      '@@ -0,0 +1,2 @@\n',
      '-one\n',
      '+x\n',
      ' two\n',
      '\\ No newline\n',
      'rename from a.py\n',
      'rename to z.py\n',
      '\n',
      'index 1\n',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
          fc.string(),
        ),
        (text) => {
          const { isDone, workspace } = apply(text)
          expect(isDone || workspace === START).toBe(true)
        },
      ),
    )
  })

  it('names its files and changes', () => {
    expect(parsePatch(`${headers('a.py')}@@ -2,2 +2,1 @@ def f():\n-two\n three\n`)).toEqual([
      { from: 'a.py', to: 'a.py', hunks: [{ line: 2, before: ['two', 'three'], after: ['three'], isUnended: false }] },
    ])
  })
})

/** Every third line is replaced, each in a change of its own, with context where no other change is. */
function madeFrom(lines: readonly string[], news: readonly (readonly string[])[], context: number) {
  const hunks: string[] = []
  const after: string[] = []
  for (const [at, line] of lines.entries()) {
    const fresh = news[at]
    if (at % 3 !== 1 || fresh === undefined) {
      after.push(line)
      continue
    }
    const before = lines.slice(Math.max(0, at - Math.min(context, 1)), at)
    const count = [before.length + 1, before.length + fresh.length]
    const first = [at - before.length + 1, after.length - before.length + (count[1] === 0 ? 0 : 1)]
    hunks.push(
      `@@ -${first[0]},${count[0]} +${first[1]},${count[1]} @@`,
      ...before.map((each) => ` ${each}`),
      `-${line}`,
      ...fresh.map((each) => `+${each}`),
    )
    after.push(...fresh)
  }
  return { patch: hunks.length === 0 ? '' : `${hunks.join('\n')}\n`, after }
}
