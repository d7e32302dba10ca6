import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agents, environments, estimators, hooks, recipes } from '../../../registry/index.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const KINDS = { envs: environments, agents, hooks, recipes, estimators } as const

describe('stepgym list', () => {
  it.each(Object.entries(KINDS))('lists all %s by name, each with a summary', async (kind, catalog) => {
    const folder = newFolder()
    const names = catalog({ userFolder: folder }).names()
    const { code, json } = await runJson(['list', kind], { folder })
    expect(code).toBe(0)
    expect(json.kind).toBe(kind)
    expect(json.items.map(({ name }: { readonly name: string }) => name)).toEqual(names)
    for (const item of json.items) expect(item).toMatchObject({ summary: expect.stringMatching(/\S/), problem: null })
    const { out } = await run(['list', kind], { folder })
    const [heading, ...lines] = out.trimEnd().split('\n')
    expect(heading).toMatch(/^name +version {2}summary$/)
    expect(lines.map((line) => line.split(' ')[0])).toEqual(names)
  })

  it('has versions if the kind has them, and a dash elsewhere', async () => {
    expect((await run(['list', 'envs'])).out).toMatch(/^guess-number +1 {2}find a hidden number/m)
    expect((await run(['list', 'agents'])).out).toMatch(/^random +– {2}takes an admissible action/m)
  })

  it('cuts lines to the terminal, and not in a file', async () => {
    const [narrow, whole] = [await run(['list', 'estimators'], { columns: 60 }), await run(['list', 'estimators'])]
    expect(Math.max(...narrow.out.split('\n').map((line) => line.length))).toBe(60)
    expect(whole.out).not.toContain('…')
  })

  it('lists what the working folder holds, and what of it cannot be loaded, with the reason', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'agents'))
    writeFileSync(join(folder, 'agents/broken.mjs'), 'throw new Error("no luck")\n')
    writeFileSync(
      join(folder, 'agents/mine.mjs'),
      'export default { name: "mine", act: () => ({ action: "north" }) }\n',
    )
    const { code, json } = await runJson(['list', 'agents'], { folder })
    expect(code).toBe(1)
    expect(json.items).toContainEqual({ name: 'mine', version: null, summary: null, problem: null })
    expect(json.items).toContainEqual(
      expect.objectContaining({ name: 'broken', summary: null, problem: expect.stringContaining('no luck') }),
    )
    expect((await run(['list', 'agents'], { folder })).out).toMatch(/^broken +– {2}cannot be loaded: .*no luck/m)
  })

  it('names every kind and its names where none is asked for', async () => {
    const folder = newFolder()
    const { code, out } = await run(['list'], { folder })
    expect(code).toBe(0)
    for (const [kind, catalog] of Object.entries(KINDS))
      expect(out).toContain(`${kind}: ${catalog({ userFolder: folder }).names().join(', ')}\n`)
    expect(out).toContain('stepgym list envs|agents|hooks|recipes|estimators')
    const { json } = await runJson(['list'], { folder })
    expect(json.kinds.map(({ kind }: { readonly kind: string }) => kind)).toEqual(Object.keys(KINDS))
  })

  it('names the kind that a misspelt one is near', async () => {
    const { code, err } = await run(['list', 'agnets'])
    expect(code).toBe(2)
    expect(err).toContain('did you mean agents?')
  })

  it('refuses an unknown kind, and names the known ones', async () => {
    const { code, err } = await run(['list', 'worlds'])
    expect(code).toBe(2)
    expect(err).toContain('Give envs, agents, hooks, recipes or estimators.')
  })
})
