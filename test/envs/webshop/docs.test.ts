import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import suite from '../../../conformance/suites/webshop/index.ts'
import { openWorld, startEpisode } from '../../../core/index.ts'
import webshop from '../../../envs/webshop/index.ts'
import { DEFAULT_OPTIONS } from '../../../envs/webshop/options.ts'
import { DEFAULT_RULES } from '../../../envs/webshop/session/rules.ts'
import { textsUnder } from '../../support/pages.ts'

const page = readFileSync(fileURLToPath(new URL('../../../docs/webshop.md', import.meta.url)), 'utf8')

const tableOf = (heading: string) => textsUnder(page, heading)

describe('docs/webshop.md', () => {
  it('lists the rules of the default profile, each once and in their order', () => {
    expect(tableOf('rule').map(([name]) => name)).toEqual(Object.keys(DEFAULT_RULES))
  })

  it('lists the options with their defaults', () => {
    const listed = tableOf('option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect(Object.fromEntries(listed)).toEqual(DEFAULT_OPTIONS)
  })

  it('lists the views', () => {
    expect(tableOf('view').map(([name]) => name)).toEqual(Object.keys(webshop.observe))
  })

  it('lists the grades and the splits that an episode has', async () => {
    const world = await openWorld(webshop, { catalogue: { generated: { products: 60 } } })
    expect(world.tasks.splits).toEqual(['train', 'dev', 'test'])
    const episode = await startEpisode(world, { task: world.tasks.at('test', 0), seed: 1 })
    expect(tableOf('grade').map(([name]) => name)).toEqual(Object.keys(episode.grades()))
  })

  it('names only vector files that a handler knows', () => {
    const files = tableOf('files').flatMap(([names = '']) => names.split(', '))
    const isKnown = (name: string) => suite.handlers.some(({ pattern }) => pattern.test(`${name}.jsonl`))
    expect(files.length).toBeGreaterThanOrEqual(suite.handlers.length)
    expect(files.filter((name) => !isKnown(name))).toEqual([])
  })
})
