import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { escapingSink } from '../../bin/terminal/text-sink.ts'
import { type Ran, run } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { forge, forgeManifest } from '../support/sealed-lines.ts'

/** Clears the screen, sets a title, colours, turns the text round, and begins a line of its own. */
const HOSTILE =
  'x\u001b[2J\u001b]0;owned\u0007\u001b[31mred\u009b31m\u0085\u202egnp\u2066\u200f\u061c\u2028\u007f\r\nstepgym: all is well'
const ACTING = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u

let folder: string

beforeAll(async () => {
  folder = newFolder()
  const args = ['--env', 'guess-number', '--agent', 'random', '--groups', '2', '--group-size', '2', '--out', 'run']
  expect((await run(['rollout', ...args, '--hook', 'success', '--max-steps', '4'], { folder })).code).toBe(0)
  const hostile = JSON.stringify(HOSTILE).slice(1, -1)
  cpSync(join(folder, 'run'), join(folder, 'diverging'), { recursive: true })
  forge(join(folder, 'diverging'), (text) => text.replaceAll(/("trajectoryId":"|"nextObservation":")/g, `$1${hostile}`))
  forge(join(folder, 'run'), (text) =>
    text
      .replaceAll(/"trajectoryIds":\[[^\]]*\]/g, (ids) => ids.replaceAll(/"(\d)/g, `"${hostile}$1`))
      .replaceAll(/("trajectoryId":"|"name":"success|"agent":"|"type":"group","id":"|"groupId":")/g, `$1${hostile}`),
  )
  forgeManifest<{ agent: string; recipe: unknown }>(join(folder, 'run'), (manifest) => {
    manifest.agent = HOSTILE
    manifest.recipe = { name: HOSTILE }
  })
  mkdirSync(join(folder, 'envs'))
  const text = JSON.stringify(HOSTILE)
  writeFileSync(
    join(folder, 'envs', 'loud.mjs'),
    `export default { id: 'loud@1', summary: ${text}, maxSteps: 2, kind: 'sync', options: {}, invalidReward: 0,
      fork: 'value', examples: [${text}], parse: (raw) => raw, reset: () => ({}), actions: () => [${text}],
      step: (state) => ({ state, reward: 1, terminated: true }), observe: { text: () => ${text} } }`,
  )
})

const OWN_COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d{1,2}m`, 'g')

function expectHarmless({ out, err }: Ran): void {
  const text = `${out}${err}`.replaceAll(OWN_COLOUR, '').replaceAll('\r\u001b[2K', '').replaceAll('\n', '')
  expect(ACTING.exec(text)?.[0]).toBeUndefined()
  expect(`${out}${err}`).not.toMatch(/^stepgym: all is well/m)
}

const COMMANDS: readonly (readonly string[])[] = [
  ['replay', 'run'],
  ['replay', 'diverging'],
  ['rescore', 'run', '--hook', 'success', '--out', 'out'],
  ['show', 'run'],
  ['show', 'run', `${HOSTILE}0.0`],
  ['show', 'run', 'nobody'],
  ['credit', 'run', '--estimator', 'grpo,gigpo'],
  ['export', 'run', '--format', 'chat', '--out', 'x.jsonl'],
  ['eval', 'values', 'run', '--agent', 'random', '--forks', '2'],
  ['eval', 'values', 'run'],
  ['eval', 'fatal', 'run', '--agent', 'random', '--forks', '2'],
  ['rollout', '--sampling', 'intervene', '--from', 'run', '--trajectory', 'x', '--step', '0', '--action', '"1"'],
  ['list', 'envs'],
  ['tasks', '--env', 'loud'],
  ['check', 'loud'],
  ['rollout', '--env', 'loud', '--agent', 'random', '--groups', '1', '--out', HOSTILE.replaceAll('\n', '')],
  ['replay', HOSTILE],
  [HOSTILE.replaceAll('\n', '')],
]

describe('what comes from a record, a module or a command line', () => {
  it.each(COMMANDS)('does nothing to the terminal under %s %s', async (...args) => {
    for (const isTTY of [false, true]) {
      expectHarmless(await run(args, { folder, isTTY }))
      const json = await run([...args, '--json'], { folder, isTTY })
      expectHarmless(json)
      if (json.out !== '') expect(JSON.parse(json.out)).toBeTypeOf('object')
    }
  })

  it('is shown, escaped', async () => {
    const { out } = await run(['show', 'run'], { folder, isTTY: true })
    expect(out).toContain('\\u001b[31mred')
  })

  it('keeps the colours of our own', async () => {
    const { out } = await run(['replay', 'run'], { folder, isTTY: true })
    expect(out).toContain('\u001b[32mno divergence\u001b[39m')
  })
})

describe('an escaping sink', () => {
  const written = (text: string): string => {
    let all = ''
    escapingSink({
      write: (part) => {
        all += part
      },
    }).write(text)
    return all
  }

  it('escapes every control character but the newline, and leaves all other text as it is', () => {
    for (let unit = 0; unit < 0x3000; unit++) {
      const character = String.fromCharCode(unit)
      const isActing = ACTING.test(character) && character !== '\n'
      expect(written(character)).toBe(isActing ? `\\u${unit.toString(16).padStart(4, '0')}` : character)
    }
    expect(written('früh 早い 🐢')).toBe('früh 早い 🐢')
  })

  it('gives JSON that says the same', () => {
    expect(JSON.parse(written(JSON.stringify({ text: HOSTILE })))).toEqual({ text: HOSTILE })
  })
})
