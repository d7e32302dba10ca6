import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { reportFailure } from '../../bin/failure.ts'
import { GymError } from '../../core/data/errors.ts'
import { run, runJson } from '../support/command.ts'
import { compiledPath } from '../support/compiled.ts'
import { newFolder } from '../support/folder.ts'

const COMMANDS = [
  ...['demo', 'rollout', 'play', 'serve', 'replay', 'rescore', 'show', 'credit', 'export', 'import', 'tasks', 'list'],
  ...['check', 'new', 'verify', 'doctor'],
]

const COMMANDS_FOLDER = '/bin/commands/'
/** A file of a command, as a report of coverage names what was loaded. */
const COMMAND = /\/bin\/commands\/[\w/.-]+\.js/g

describe('stepgym', () => {
  it('lists every command in its help, and exits 0', async () => {
    const { code, out } = await run(['--help'])
    expect(code).toBe(0)
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'))
  })

  it.each(COMMANDS)('%s has a help with an example, and exits 0', async (command) => {
    const { code, out } = await run([command, '--help'])
    expect(code).toBe(0)
    expect(out).toContain(`Usage: stepgym ${command} `)
    expect(out).toMatch(/^Examples?:\n {2}\$ stepgym /m)
  })

  it('loads the modules of a command only if it is called', () => {
    const program = readFileSync(new URL('../../bin/program.ts', import.meta.url), 'utf8')
    expect(program).toMatch(/ import\('\.\/commands\//)
    expect(program).not.toMatch(/ from '\.\/commands\//)
  })

  it.each([
    [['--version'], []],
    [['--help'], []],
    [['list', '--help'], ['list.js']],
  ])('%j loads no module of another command', async (args, expected) => {
    const folder = newFolder()
    await promisify(execFile)(process.execPath, [compiledPath('bin/stepgym.ts'), ...args], {
      env: { ...process.env, NODE_V8_COVERAGE: folder },
    })
    const loaded = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').match(COMMAND) ?? [])
    expect([...new Set(loaded)].map((path) => path.slice(COMMANDS_FOLDER.length))).toEqual(expected)
  })

  it('says its version', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  it.each([
    [[], 'Usage: stepgym'],
    [['rolout'], 'Did you mean rollout?'],
    [['rollout', '--group', '3'], "unknown option '--group'"],
    [['rollout', '--groups', '0'], 'Give a whole number from 1 to 2147483647.'],
    [['rollout', '--groups', '1e3'], 'Give a whole number from 1 to 2147483647.'],
    [['rollout', '--seed', '18446744073709551616'], 'Give an integer from 0 to 2^64 - 1'],
    [['rollout', '--seed', '-1'], 'Give an integer from 0'],
    [['rollout', '--set', 'profile'], 'Give key=value.'],
    [['rescore', 'run'], "required option '--out <folder>' not specified"],
    [['replay'], "missing required argument 'run'"],
    [['new', 'model', 'a'], 'Give env, domain, hook, agent or estimator.'],
    [['verify', 'models', 'x'], 'Give envs, credit or hooks.'],
  ])('exits 2 and says what is wrong with %j', async (args, message) => {
    const { code, err } = await run(args)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  it('prints a GymError as a line with its code, and exits 1', async () => {
    expect(await run(['tasks', '--env', 'webshp'])).toEqual({
      code: 1,
      out: '',
      err: 'stepgym: ENV_UNKNOWN: there is no environment "webshp": did you mean webshop?\n',
    })
  })

  it('prints errors as JSON if that was asked for', async () => {
    expect(await runJson(['tasks', '--env', 'webshp'])).toEqual({
      code: 1,
      json: { error: { code: 'ENV_UNKNOWN', message: expect.stringContaining('did you mean webshop?') } },
    })
    expect(await runJson(['tasks', '--limit', 'x'])).toEqual({
      code: 2,
      json: {
        error: {
          code: 'CONFIG_INVALID',
          message: expect.stringContaining('Give a whole number from 1 to 2147483647.'),
        },
      },
    })
  })

  it('colours errors on a terminal only', async () => {
    const args = ['tasks', '--env', 'nowhere']
    expect((await run(args, { isTTY: true })).err).toContain('\u001b[31m')
    expect((await run(args, { isTTY: true, variables: { NO_COLOR: '1' } })).err).not.toContain('\u001b[')
    expect((await run(args)).err).not.toContain('\u001b[')
  })
})

describe('reportFailure', () => {
  const report = (thrown: unknown) => {
    let err = ''
    const sink = (write: (text: string) => void) => ({ write })
    const code = reportFailure(
      thrown,
      {
        out: sink(() => {}),
        err: sink((text) => {
          err += text
        }),
        folder: newFolder(),
        variables: {},
        guarded: (_guard, work) => work(),
        interruptible: (work) => work(new AbortController().signal),
        async *lines() {},
      },
      false,
    )
    return { code, err }
  }

  it('shows where an unexpected error comes from', () => {
    const { code, err } = report(new TypeError('boom'))
    expect(code).toBe(1)
    expect(err).toMatch(/^stepgym: UNEXPECTED: boom\n +at /)
  })

  it('shows no trace of errors with a code', () => {
    expect(report(new GymError('ENV_FAILED', 'no luck'))).toEqual({ code: 1, err: 'stepgym: ENV_FAILED: no luck\n' })
  })

  it('takes help for no failure', () => {
    expect(report(new CommanderError(0, 'commander.help', ''))).toEqual({ code: 0, err: '' })
  })
})
