import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { share } from '../support/long.ts'
import { changed, ODD_VALUES, placesIn } from '../support/odd-values.ts'
import { forge, forgeManifest } from '../support/sealed-lines.ts'

/** Says that it ran: no data may bring that about. */
const EVIL = "globalThis.evil = true\nexport default { name: 'evil' }\n"

let folder: string
beforeAll(async () => {
  folder = newFolder()
  writeFileSync(join(folder, 'evil.mjs'), EVIL)
  const forks = ['--env', 'guess-number', '--sampling', 'prefix', '--k', '2', '--max-steps', '3', '--agent', 'random']
  const tools = ['--env', 'tools/retail', '--set', 'tasks=20', '--agent', 'expert', '--group-size', '2']
  for (const [name, flags] of Object.entries({ forks, tools })) {
    const args = ['rollout', ...flags, '--groups', '1', '--hook', 'success', '--out', name]
    expect((await run(args, { folder })).code).toBe(0)
  }
})

afterEach(() => {
  expect('evil' in globalThis).toBe(false)
  expect('polluted' in {}).toBe(false)
})

const COMMANDS: readonly (readonly string[])[] = [
  ['replay', 'forged'],
  ['show', 'forged'],
  ['credit', 'forged', '--estimator', 'grpo,gigpo'],
  ['rescore', 'forged', '--hook', 'success', '--out', 'out'],
  ['export', 'forged', '--format', 'parquet', '--estimator', 'gigpo', '--out', 'out'],
  ['export', 'forged', '--format', 'dpo', '--pairs', 'step', '--out', 'out'],
  ['export', 'forged', '--format', 'atif', '--out', 'out'],
]

/** Ends with a result or an error of our own, which acts on nothing. */
async function expectHarmless(args: readonly string[], what: string): Promise<void> {
  const { code, out, err } = await run(args, { folder })
  const all = `${out}${err}`
  rmSync(join(folder, 'out'), { recursive: true, force: true })
  expect([0, 1]).toContain(code)
  expect([what, all]).toEqual([what, expect.not.stringMatching(/UNEXPECTED|^ {4}at |^stepgym: all is well/m)])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
  expect(all).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
}

type Case = readonly [place: readonly string[], other: unknown]

/** Every case in the slow suite, which takes 10 minutes, and some of them in the fast one. */
const SHARE = share(23, 1)

function casesOf(value: unknown): readonly Case[] {
  const all = [...placesIn(value)].flatMap((place) => ODD_VALUES.map((other): Case => [place, other]))
  return all.filter((_, at) => at % SHARE === 0)
}

/** The run with a change, under one command after the other. */
async function expectForged(
  name: string,
  change: (forged: string) => void,
  number: number,
  what: string,
): Promise<void> {
  const forged = join(folder, 'forged')
  cpSync(join(folder, name), forged, { recursive: true })
  change(forged)
  const commands = SHARE === 1 ? COMMANDS : [COMMANDS[number % COMMANDS.length] ?? []]
  for (const args of commands) await expectHarmless(args, `${what} under ${args[0]}`)
  rmSync(forged, { recursive: true })
}

const named = (place: readonly string[], other: unknown): string =>
  `${place.join('.')} = ${JSON.stringify(other)?.slice(0, 60)}`

describe.each(['forks', 'tools'])('a run of strangers (%s)', (name) => {
  it('with anything anywhere in its manifest is read or refused', async () => {
    const cases = casesOf(JSON.parse(readFileSync(join(folder, name, 'manifest.json'), 'utf8')))
    for (const [number, [place, other]] of cases.entries()) {
      const change = (forged: string): void =>
        forgeManifest<Record<string, unknown>>(forged, (manifest) => {
          Object.assign(manifest, changed(manifest, place, other))
        })
      await expectForged(name, change, number, named(place, other))
    }
  }, 1_200_000)

  it('with anything anywhere in a line of each kind is read or refused', async () => {
    const lines = readFileSync(join(folder, name, 'segments', '000000.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    const kinds = new Map(lines.map((line, at) => [Object.keys(JSON.parse(line)).join(), at]))
    const withChange = (text: string, at: number, [place, other]: Case): string => {
      const all = text.split('\n')
      all[at] = JSON.stringify(changed(JSON.parse(all[at] ?? ''), place, other))
      return all.join('\n')
    }
    for (const at of kinds.values()) {
      const cases = casesOf(JSON.parse(lines[at] ?? '')).filter(([[first]]) => first !== 'sum')
      for (const [number, each] of cases.entries())
        await expectForged(
          name,
          (forged) => forge(forged, (text) => withChange(text, at, each)),
          number,
          named(...each),
        )
    }
  }, 1_200_000)
})
