import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openWorld } from '../../../core/episode/world.ts'
import { type Row, rowsOf, Session } from '../../../envs/tools/engine/database.ts'
import { fields, PythonError, text, toolsEnvironment } from '../../../envs/tools/own-domain.ts'
import { run, spawned } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const page = readFileSync(new URL('../../../docs/tools.md', import.meta.url), 'utf8')
const [, lights = ''] = /```js\n(\/\/ envs\/lights\.mjs\n[\s\S]*?)```/.exec(page) ?? []

async function checkedAndPlayed(folder: string, name: string) {
  const rollout = [
    'rollout',
    '--env',
    name,
    '--agent',
    'privileged:noise=0',
    '--hook',
    'success',
    '--hook',
    'gold-progress',
  ]
  return Promise.all(
    [
      ['check', name],
      [...rollout, '--groups', '2', '--out', 'run'],
    ].map((args) => spawned(args, folder)),
  )
}

describe('a domain of one file', () => {
  it('as the documentation shows it passes check and is won by the solver', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'envs'))
    writeFileSync(join(folder, 'envs', 'lights.mjs'), lights)
    const [checked, rolled] = await checkedAndPlayed(folder, 'lights')
    expect(checked).toMatchObject({ code: 0, out: expect.stringContaining(' 0 broken'), err: '' })
    expect(rolled).toMatchObject({ code: 0, out: expect.stringMatching(/^success +1\.000 +0$/m), err: '' })
    expect(rolled?.out).toMatch(/^gold-progress +1\.000 +0$/m)
  })

  it('as stepgym new domain writes it does too, with every knob', async () => {
    const folder = newFolder()
    const written = await run(['new', 'domain', 'my-library'], { folder })
    expect(written.out).toContain('wrote envs/my-library.mjs\n')
    const [checked, rolled] = await checkedAndPlayed(folder, 'my-library')
    expect(checked).toMatchObject({ code: 0, out: expect.stringContaining(' 0 broken'), err: '' })
    expect(rolled).toMatchObject({ code: 0, out: expect.stringMatching(/^success +1\.000 +0$/m), err: '' })
    const knobs = ['--set', 'requests=2', '--set', 'secondThoughts=1', '--set', 'distractors=5']
    expect(await spawned(['check', 'my-library', ...knobs], folder)).toMatchObject({ code: 0 })
  })

  it('is refused a data folder that it does not read', async () => {
    const database = { tables: new Map() }
    const open = () => ({ database, policy: '', splits: { train: [] }, isStrict: true, digest: '' })
    const environment = toolsEnvironment({ id: 'own@1', summary: 'a domain without data', tools: [], open })
    await expect(openWorld(environment, { data: '/tmp' })).rejects.toThrow('own@1 has data of its own')
  })
})

describe('changes of a row', () => {
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))
  const row = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', '1'), json)

  it('are what differs from the base, and share what was not written with the row before', () => {
    fc.assert(
      fc.property(row, fc.constantFrom('a', 'b', 'new'), json, (base, field, value) => {
        const database = { tables: new Map([['rows', rowsOf([['k', base]])]]) }
        const session = new Session(database, {})
        const draft = session.edit('rows', 'k')
        if (draft) draft[field] = value
        const before = database.tables.get('rows')?.get('k') ?? {}
        const changed = session.changes().rows?.k
        const after = changed ?? before
        expect(changed === undefined).toBe(JSON.stringify(draft) === JSON.stringify(before))
        expect(JSON.stringify(after)).toBe(JSON.stringify(draft))
        for (const name of Object.keys(before))
          if (name !== field) expect(Object.is(valueIn(after, name), valueIn(before, name))).toBe(true)
      }),
    )
  })
})

const valueIn = (row: Row, name: string): unknown => (Object.hasOwn(row, name) ? row[name] : undefined)

describe('a tool of one definition', () => {
  it('has its error observed, and its changes before it kept', async () => {
    const { Table } = await import('../../../envs/tools/own-domain.ts')
    const { execute } = await import('../../../envs/tools/engine/execute.ts')
    const notes = new Table<{ text: string }>('notes')
    const tool = {
      name: 'note',
      description: 'Writes a note.',
      parameters: fields({ text: text('The text.') }),
      effect: 'write' as const,
      run(db: Session, args: { readonly [name: string]: unknown }) {
        notes.put(db, 'n', { text: String(args.text) })
        throw new PythonError('the pen broke')
      },
    }
    const set = { tools: new Map([['note', tool]]), database: { tables: new Map() }, isStrict: true }
    const result = execute(set, {}, { name: 'note', args: { text: 'hi' } })
    expect(result).toEqual({
      observation: 'Error: the pen broke',
      isOk: false,
      changes: { notes: { n: { text: 'hi' } } },
    })
  })
})
