import { describe, expect, it } from 'vitest'
import { estimators } from '../../registry/index.ts'
import { checkEstimator } from '../../rewards/credit/check.ts'

const catalog = estimators({ userFolder: '/nowhere-to-be-found' })
const loaded = await Promise.all(catalog.names().map((name) => catalog.load(name)))

describe.each(loaded.map((estimator) => [estimator.name, estimator] as const))('the estimator %s', (_, estimator) => {
  it('keeps the contract of estimators', async () => {
    const broken: unknown[] = []
    for await (const result of checkEstimator(estimator)) if (result.status === 'failed') broken.push(result)
    expect(broken).toEqual([])
  })
})
