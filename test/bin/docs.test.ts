import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SETTINGS } from '../../bin/config/settings.ts'
import { readSettings } from '../../bin/config.ts'
import { FLAGS } from '../../bin/flags.ts'
import { freshFolder, run } from './run.ts'

const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8')

/** Cells of the rows of the table with this heading. */
function cellsUnder(heading: string): readonly (readonly string[])[] {
  const table = page.split('\n\n').find((block) => block.startsWith(`| ${heading} |`)) ?? ''
  const rows = table.split('\n').slice(2)
  return rows.filter((row) => row !== '').map((row) => row.slice(2, -2).split(' | '))
}

/** The flag of each setting, by the flag's name; null for a setting that has none. */
const FLAG_OF: Readonly<Record<keyof typeof SETTINGS, keyof typeof FLAGS | null>> = {
  env: 'env',
  options: 'set',
  environments: null,
  agent: 'agent',
  hooks: 'hook',
  recipe: 'recipe',
  groups: 'groups',
  groupSize: 'groupSize',
  split: 'split',
  seed: 'seed',
  maxSteps: 'maxSteps',
  concurrency: 'concurrency',
  out: 'out',
  fsync: 'fsync',
}
const flagOf = (name: keyof typeof SETTINGS): string => {
  const flag = FLAG_OF[name]
  return flag === null ? '-' : `\`${FLAGS[flag]().long}\``
}

describe('docs/command-line.md', () => {
  it('lists every setting with its variable, its flag, and what it may be', () => {
    const names = Object.keys(SETTINGS).filter((name): name is keyof typeof SETTINGS => Object.hasOwn(SETTINGS, name))
    const rows = names.map((name) => {
      const { variable, reader } = SETTINGS[name]
      return [`\`${name}\``, `\`${variable}\``, flagOf(name), reader.expects]
    })
    expect(cellsUnder('setting').map((cells) => cells.slice(0, 4))).toEqual(rows)
    for (const [, , , , what = ''] of cellsUnder('setting')) expect(what).toMatch(/^\S.{5,}/)
  })

  it('lists every command, in the order of the help', async () => {
    const { out } = await run(['--help'])
    const [, listed = ''] = out.split('Commands:\n')
    const names = [...listed.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => `\`${name}\``)
    expect(cellsUnder('command').map(([name]) => name)).toEqual(names.filter((name) => name !== '`help`'))
  })

  it('shows a configuration that can be read', async () => {
    const folder = freshFolder()
    writeFileSync(join(folder, 'stepgym.config.mjs'), /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    const sink = { write: () => {} }
    const work = (): never => expect.unreachable()
    const settings = await readSettings({ out: sink, err: sink, folder, variables: {}, interruptible: work })
    expect(settings).toMatchObject({ env: 'webshop', groups: 16, hooks: [{ reference: 'success' }, expect.anything()] })
  })
})
