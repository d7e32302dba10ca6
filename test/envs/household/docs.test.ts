import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { DEFAULT_OPTIONS } from '../../../envs/household/options.ts'
import { FAMILY_NAMES } from '../../../envs/household/tables/families.ts'
import { textsUnder } from '../../support/pages.ts'
import { begin } from './houses.ts'

const page = readFileSync(fileURLToPath(new URL('../../../docs/household.md', import.meta.url)), 'utf8')

describe('docs/household.md', () => {
  it('shows the first observation as it is', async () => {
    expect(page).toContain(`\n\`\`\`\n${(await begin()).text()}\n\`\`\`\n`)
  })

  it('lists the options with their defaults, the families and the anchors', async () => {
    const options = textsUnder(page, 'option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect(Object.fromEntries(options)).toEqual(DEFAULT_OPTIONS)
    expect(textsUnder(page, 'family').map(([name]) => name)).toEqual(FAMILY_NAMES)
    const { anchors } = (await begin()).world.environment
    expect(textsUnder(page, 'anchor').map(([name]) => name)).toEqual(['text', ...Object.keys(anchors ?? {})])
  })
})
