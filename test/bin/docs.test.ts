import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SETTINGS } from '../../bin/config/settings.ts'
import { readSettings } from '../../bin/config.ts'
import { FLAGS } from '../../bin/flags.ts'
import { run } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { cellsUnder as cellsOfTable } from '../support/pages.ts'

const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8')

const cellsUnder = (heading: string) => cellsOfTable(page, heading)

/** Settings that a flag of another name adds to, one at a time. */
const OTHERWISE = new Map([
  ['hooks', 'hook'],
  ['options', 'set'],
])
const flags = new Map(Object.entries(FLAGS).map(([name, flag]) => [name, flag().long]))
const flagOf = (name: string): string => {
  const long = flags.get(OTHERWISE.get(name) ?? name)
  return long ? `\`${long}\`` : '-'
}

describe('docs/command-line.md', () => {
  it('lists every setting with its variable, its flag, and what it may be', () => {
    const rows = Object.entries(SETTINGS).map(([name, { variable, reader }]) => [
      `\`${name}\``,
      `\`${variable}\``,
      flagOf(name),
      reader.expects,
    ])
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
    const folder = newFolder()
    writeFileSync(join(folder, 'stepgym.config.mjs'), /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    const settings = await readSettings({ folder, variables: {} })
    expect(settings).toMatchObject({ env: 'webshop', groups: 16, hooks: [{ reference: 'success' }, expect.anything()] })
  })
})
