import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../core/check/environment.ts'
import type { CheckResult } from '../../core/check/report.ts'
import { environments } from '../../registry/index.ts'

const ENVS = new URL('../../envs', import.meta.url)
const catalog = environments()

describe('every environment in envs/', () => {
  it('is found without registration', () => {
    const families = readdirSync(ENVS).map((file) => file.replace(/\.(ts|mjs|js)$/, ''))
    const found = new Set(catalog.names().map((name) => families.find((family) => name.startsWith(family))))
    expect([...found].sort()).toEqual(families.sort())
    expect(catalog.names()).toEqual(expect.arrayContaining(['tools-airline', 'tools-bfcl', 'tools-retail', 'webshop']))
  })

  it.each(catalog.names())('%s keeps the contract', async (name) => {
    const broken: CheckResult[] = []
    for await (const result of checkEnvironment(await catalog.load(name)))
      if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })
})
