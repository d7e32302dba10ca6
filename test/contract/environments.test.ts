import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkEnvironment } from '../../core/check/environment.ts'
import type { CheckResult } from '../../core/check/report.ts'
import { environments } from '../../registry/index.ts'

const catalog = environments()

describe('every environment in envs/', () => {
  it('is found without being told', () => {
    const files = readdirSync(new URL('../../envs', import.meta.url)).map((file) => file.replace(/\.(ts|mjs|js)$/, ''))
    expect([...catalog.names()].sort()).toEqual(files.sort())
  })

  it.each(catalog.names())('%s keeps the contract', async (name) => {
    const broken: CheckResult[] = []
    for await (const result of checkEnvironment(await catalog.load(name)))
      if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })
})
