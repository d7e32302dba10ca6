import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../core/check/environment.ts'
import type { CheckResult } from '../../core/check/report.ts'
import { environments } from '../../registry/index.ts'

const ENVS = new URL('../../envs', import.meta.url)
const catalog = environments()

/** Those that start a browser are checked in `test/slow/browser`. */
const isFast = (name: string): boolean => !/(^|-)browser$/.test(name)

describe('every environment in envs/', () => {
  it('is found without registration', () => {
    const families = readdirSync(ENVS).map((file) => file.replace(/\.(ts|mjs|js)$/, ''))
    const isFound = (family: string): boolean =>
      catalog.names().some((name) => name === family || name.startsWith(`${family}-`))
    expect(families.filter((family) => !isFound(family))).toEqual([])
    expect(catalog.names()).toEqual(expect.arrayContaining(['tools-airline', 'tools-bfcl', 'tools-retail', 'webshop']))
  })

  it.each(catalog.names().filter(isFast))('%s keeps the contract', async (name) => {
    const broken: CheckResult[] = []
    for await (const result of checkEnvironment(await catalog.load(name)))
      if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })
})
