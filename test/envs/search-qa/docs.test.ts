import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openWorld, startEpisode } from '../../../core/index.ts'
import environment from '../../../envs/search-qa/index.ts'
import { DEFAULT_OPTIONS } from '../../../envs/search-qa/options.ts'
import { TOOLS } from '../../../envs/search-qa/session/action.ts'
import { textsUnder } from '../../support/pages.ts'

const page = readFileSync(fileURLToPath(new URL('../../../docs/search-qa.md', import.meta.url)), 'utf8')

describe('docs/search-qa.md', () => {
  it('shows the first observation as it is', async () => {
    const world = await openWorld(environment)
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    expect(page).toContain(`\n\`\`\`\n${episode.text()}\n\`\`\`\n`)
  })

  it('lists the options with their defaults, and the tools', () => {
    const options = textsUnder(page, 'option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect(Object.fromEntries(options)).toEqual(DEFAULT_OPTIONS)
    expect(textsUnder(page, 'tool').map(([name]) => name)).toEqual(TOOLS.map(({ name }) => name))
  })
})
