import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DEFAULT_OPTIONS, OBSERVATIONS } from '../../../../envs/webshop/browser/options.ts'
import { DEFAULT_OPTIONS as SHOP_OPTIONS } from '../../../../envs/webshop/options.ts'
import shop from '../../../../envs/webshop-browser.ts'
import { textsUnder } from '../../../support/pages.ts'

const page = readFileSync(new URL('../../../../docs/webshop-browser.md', import.meta.url), 'utf8')

describe('docs/webshop-browser.md', () => {
  it('lists the options that the web shop does not have, or not with this default', () => {
    const listed = textsUnder(page, 'option').map(([name = '', value = '']) => [name, JSON.parse(value)])
    expect({ ...SHOP_OPTIONS, ...Object.fromEntries(listed) }).toEqual(DEFAULT_OPTIONS)
  })

  it('lists the observations, each with a view', () => {
    const rows = textsUnder(page, 'observation')
    expect(rows.map(([name]) => name)).toEqual(OBSERVATIONS)
    expect(Object.keys(shop.observe)).toEqual(expect.arrayContaining(rows.map(([, view]) => view)))
  })

  it.each(OBSERVATIONS.map((observation) => [observation]))('has options that are checked: %s', async (observation) => {
    expect(
      await shop.resources?.({ options: { ...shop.options, catalogue: { generated: { products: 20 } }, observation } }),
    ).toBeDefined()
    for (const wrong of [{ observation: 'none' }, { speed: 'slow' }, { pages: 1.5 }, { channel: 'mine' }])
      await expect(async () => shop.resources?.({ options: { ...shop.options, ...wrong } })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/^option (observation|speed|pages|channel) of webshop\/browser is /),
      })
  })
})
