import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../../envs/browser/apps/serve.ts'
import { DEFAULTS } from '../../../envs/browser/options.ts'
import { textsUnder } from '../../support/pages.ts'

const page = readFileSync(new URL('../../../docs/browser.md', import.meta.url), 'utf8')

describe('docs/browser.md', () => {
  it('lists the options with their defaults', () => {
    const listed = textsUnder(page, 'option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect(Object.fromEntries(listed)).toEqual(DEFAULTS)
  })

  it('lists the families of built-in pages', () => {
    expect(textsUnder(page, 'family').map(([name]) => name)).toEqual(Object.keys(FAMILIES))
  })
})
