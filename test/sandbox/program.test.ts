import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkProgram, DEFAULT_LIMITS } from '../../sandbox/program.ts'
import type { Files, Program } from '../../sandbox/types.ts'
import { filesAfter, foldersOf, problemOfPath } from '../../sandbox/workspace.ts'

const file = (path: string, bytes = new Uint8Array()): Files => new Map([[path, bytes]])

describe('a program', () => {
  it('has defaults for everything but its source', () => {
    expect(checkProgram({ main: 'print(1)' })).toEqual({
      language: 'python',
      main: { name: '<program>', source: Buffer.from('print(1)') },
      args: [],
      stdin: Buffer.from(''),
      files: new Map(),
      limits: DEFAULT_LIMITS,
    })
  })

  it.each<[string, Partial<Program>, RegExp]>([
    ['a limit that is none', { limits: JSON.parse('{ "speed": 1 }') }, /no limit "speed"/],
    ['a limit out of range', { limits: { timeoutMs: 0 } }, /timeoutMs is a whole number from 1 to/],
    ['a limit that is no number', { limits: { memoryBytes: Number.NaN } }, /memoryBytes is a whole number/],
    ['another language', { language: JSON.parse('"ruby"') }, /no language "ruby"/],
    ['a null character in an argument', { args: ['a\0'] }, /null character/],
    ['too many arguments', { args: Array.from({ length: 1001 }, () => '') }, /at most 1000 arguments/],
    ['arguments of megabytes', { args: ['x'.repeat(1_000_000)] }, /100000 bytes in all/],
    ['a main file that is not there', { main: { file: 'a.py' } }, /"a.py" is not among its files/],
    ['a path out of the workspace', { files: file('../a') }, /has an empty name, `.` or `..`/],
    ['an absolute path', { files: file('/etc/passwd') }, /relative to the workspace/],
    ['a file beside its folder', { files: new Map([...file('a'), ...file('a/b')]) }, /"a" is a file and a folder/],
    ['a file above the limit', { files: file('a', new Uint8Array(11)), limits: { fileBytes: 10 } }, /has 11 bytes/],
    [
      'files above the limit',
      { files: file('a', new Uint8Array(4097)), limits: { workspaceBytes: 4096 } },
      /8192 bytes in whole pages/,
    ],
    [
      'too many files',
      { files: new Map([...file('a/b'), ...file('c')]), limits: { workspaceFiles: 3 } },
      /3 files and folders/,
    ],
  ])('is refused with %s', (_, wrong, message) => {
    const check = () => checkProgram({ main: '', ...wrong })
    expect(check).toThrow(message)
    expect(check).toThrow(expect.objectContaining({ code: 'SANDBOX_INVALID' }))
  })
})

describe('a path of a workspace', () => {
  it.each(['a', 'a.py', 'a/b/c', '.hidden', 'é/ž', ' ', 'a b', '-rf', 'x'.repeat(255)])('may be %j', (path) => {
    expect(problemOfPath(path)).toBe(null)
  })

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    'a/./b',
    '..',
    'a/../b',
    'a\0',
    '\ud800',
    'x'.repeat(256),
    `${'d/'.repeat(16)}a`,
  ])('is not %j', (path) => {
    expect(problemOfPath(path)).not.toBe(null)
  })

  it('stays inside the workspace, whatever it is made of', () => {
    const paths = fc
      .array(fc.constantFrom('.', '..', '/', 'a', '\0', '//', 'é', '~', '\\'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(paths, (path) => {
        if (problemOfPath(path) !== null) return
        const { pathname } = new URL(path.split('/').map(encodeURIComponent).join('/'), 'file:///workspace/')
        expect(decodeURIComponent(pathname)).toBe(`/workspace/${path}`)
      }),
    )
  })
})

describe('files', () => {
  it('have the folders that their paths need', () => {
    expect([...foldersOf(new Map([...file('a/b/c'), ...file('a/d'), ...file('e')]))]).toEqual(['a', 'a/b'])
  })

  it('after an execution are those of before with its changes, by path', () => {
    const [one, two] = [Buffer.from('1'), Buffer.from('2')]
    const before = new Map([...file('b', one), ...file('gone', one)])
    const after = filesAfter(before, { changed: new Map([...file('b', two), ...file('a', one)]), removed: ['gone'] })
    expect([...after]).toEqual([
      ['a', one],
      ['b', two],
    ])
  })
})
