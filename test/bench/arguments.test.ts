import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBenchArguments, readCompareArguments, resultsIn, UsageError } from '../../bench/arguments.ts'
import { TOPICS } from '../../bench/results.ts'
import { newFolder } from '../support/folder.ts'

const ROOT = join(import.meta.dirname, '..', '..')

describe('arguments of npm run bench', () => {
  it('name a topic, one of its benchmarks and a file', () => {
    const request = { kind: 'topic', topic: 'wire', benchmark: undefined }
    expect(readBenchArguments(['wire'])).toEqual(request)
    expect(readBenchArguments(['wire', 'sessions', '--json', 'a'])).toEqual({
      ...request,
      benchmark: 'sessions',
      json: 'a',
    })
  })

  it('name baselines of all topics, or of one', () => {
    expect(readBenchArguments(['baselines'])).toEqual({ kind: 'baselines', topics: TOPICS })
    expect(readBenchArguments(['baselines', 'tools'])).toEqual({ kind: 'baselines', topics: ['tools'] })
  })

  it.each([['--help'], ['-h'], ['wire', '--help'], ['nothing', '-h']])('ask for help: %s %s', (...args) => {
    expect(readBenchArguments(args)).toEqual({ kind: 'help' })
    expect(readCompareArguments(args)).toBeNull()
  })

  it.each([
    [[], /name a topic: .*wire.*, or baselines/],
    [['wires'], /"wires" is not a topic: choose one of .*wire/],
    [['wire', 'none'], /"none" is not a benchmark of wire: choose one of .*sessions/],
    [['baselines', 'none'], /"none" is not a topic/],
    [['baselines', 'wire', '--json', 'a'], /leave out --json/],
    [['wire', 'sessions', 'price'], /"price" is one too many/],
    [['wire', '--json'], /--json/],
    [['wire', '--jason', 'a'], /--jason/],
  ])('are refused where they are wrong: %j', (args, message) => {
    expect(() => readBenchArguments(args)).toThrow(UsageError)
    expect(() => readBenchArguments(args)).toThrow(message)
  })
})

describe('arguments of npm run bench:compare', () => {
  it.each([[[]], [['a']], [['a', 'b', 'c']], [['a', 'b', '--json']]])(
    'are refused where they are wrong: %j',
    (args) => {
      expect(() => readCompareArguments(args)).toThrow(UsageError)
    },
  )

  it('name files with figures', () => {
    expect(resultsIn(join(ROOT, 'bench/baselines/wire.json')).topic).toBe('wire')
    const other = join(newFolder(), 'other.json')
    expect(() => resultsIn(other)).toThrow(/cannot be read/)
    for (const text of ['{', '3', 'null', '{}', '{"topic":"wire","machine":{},"figures":3}']) {
      writeFileSync(other, text)
      expect(() => resultsIn(other), text).toThrow(UsageError)
    }
  })
})

describe('npm scripts of the repository', () => {
  const script = (...args: readonly string[]) =>
    spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })

  it.each([['--import', 'tsx', 'bench/run.ts'], ['--import', 'tsx', 'bench/compare.ts'], ['build.mjs']])(
    'print help, and refuse what they do not know without a stack trace: %s %s %s',
    (...command) => {
      const args = command.filter((each) => each !== undefined)
      expect(script(...args, '--help')).toMatchObject({
        status: 0,
        stderr: '',
        stdout: expect.stringMatching(/^Usage: /),
      })
      const refused = script(...args, '--nonsense')
      expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('--nonsense') })
      expect(refused.stderr).not.toMatch(/^ +at /m)
    },
  )
})
