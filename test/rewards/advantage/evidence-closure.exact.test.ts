import { describe, expect, it } from 'vitest'
import type { AnchorColumn, StepBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { addPolicyGradient, cosine } from '../../../evaluation/creditbench/measures/gradient.ts'
import { type Sample, samplesOf } from '../../../evaluation/creditbench/sample.ts'
import { type Testbed, testbedOf } from '../../../evaluation/creditbench/testbed.ts'
import { modelsOf } from '../../../evaluation/creditbench/world.ts'
import { advisedPolicy } from '../../../evaluation/exact/advised-policy.ts'
import { meanInterval } from '../../../evaluation/statistics/interval.ts'
import crbc from '../../../rewards/advantage/crbc.ts'
import evidenceClosure from '../../../rewards/advantage/evidence-closure.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'

const BATCHES = 8

async function bedOf(options: JsonObject, tasks: number): Promise<Testbed> {
  const models = await modelsOf({ name: 'grid', summary: '', environment: 'grid', options, tasks })
  return testbedOf(models, advisedPolicy(models, { target: 0.3 }).policy)
}

/** Cosine of each batch's gradient with the exact one, and of all batches' together. */
function cosines(testbed: Testbed, samples: readonly Sample[], estimator: Estimator, options: JsonObject) {
  const together = new Float64Array(testbed.cellCount)
  const single = samples.map((sample) => {
    const gradient = new Float64Array(testbed.cellCount)
    const credit = { sample, ...estimator.compute(sample.batch, options) }
    addPolicyGradient(testbed, credit, gradient)
    addPolicyGradient(testbed, credit, together)
    return cosine(gradient, testbed.gradient) ?? 0
  })
  return { single, together: cosine(together, testbed.gradient) ?? 0 }
}

type Cosines = ReturnType<typeof cosines>

/** How much higher one is than the other on the same batch, at least. */
const leastLead = (one: Cosines, other: Cosines): number =>
  meanInterval(one.single.map((value, at) => value - (other.single[at] ?? 0)))?.low ?? Number.NaN

const remade = (samples: readonly Sample[], remake: (id: number) => number): readonly Sample[] =>
  samples.map((sample) => ({ ...sample, batch: withAnchor(sample.batch, remake) }))

function withAnchor(batch: StepBatch, remake: (id: number) => number): StepBatch {
  const shown = batch.anchors.get('text')
  if (!shown) throw new RangeError('the batch has the anchor text')
  const made: AnchorColumn = { ids: shown.ids.map(remake), nextIds: shown.nextIds.map(remake), texts: [] }
  return { ...batch, anchors: new Map(batch.anchors).set('made', made) }
}

const PLAIN = { crossSteps: false }
const PAID_ONE = { successReward: 1 }

describe('the closure of evidence on worlds that are known exactly', async () => {
  const options = { world: 'key-door' }
  const testbed = await bedOf(options, 5)
  const samples = samplesOf(testbed, { batches: BATCHES })

  it('points nearer to the gradient than CRBC and RLOO if anchors are states', () => {
    const ours = cosines(testbed, samples, evidenceClosure, {})
    for (const other of [cosines(testbed, samples, crbc, PAID_ONE), cosines(testbed, samples, rloo, PLAIN)]) {
      expect(leastLead(ours, other)).toBeGreaterThan(0)
      expect(ours.together).toBeGreaterThan(other.together)
    }
    expect(ours.together).toBeGreaterThan(0.95)
  })

  it('is as close to it as RLOO if an anchor merges states, and trusts it less', () => {
    const merged = remade(samples, (id) => Math.imul(id, 7) % 4)
    const ours = cosines(testbed, merged, evidenceClosure, { anchor: 'made' })
    const plain = cosines(testbed, merged, rloo, PLAIN)
    expect(leastLead(ours, plain)).toBeGreaterThan(-0.02)
    expect(ours.together).toBeGreaterThan(plain.together - 0.05)
    expect(cosines(testbed, merged, crbc, { ...PAID_ONE, anchor: 'made' }).together).toBeLessThan(ours.together - 0.2)
    for (const [at, { batch }] of merged.entries()) {
      const trust = (anchor: string): number =>
        evidenceClosure.compute(batch, { anchor }).parts.trust?.[0] ?? Number.NaN
      expect(trust('made'), `batch ${at}`).toBeLessThan(trust('text'))
    }
  })

  it('is RLOO if every anchor is new', () => {
    let fresh = 0
    const unique = remade(samples, () => fresh++)
    const ours = cosines(testbed, unique, evidenceClosure, { anchor: 'made' })
    const plain = cosines(testbed, unique, rloo, PLAIN)
    ours.single.forEach((value, at) => {
      expect(value).toBeCloseTo(plain.single[at] ?? Number.NaN, 9)
    })
  })

  it('takes what is hidden from the agent for hidden', async () => {
    const hidden = await bedOf({ ...options, aliasing: 2 }, 8)
    const seen = samplesOf(hidden, { batches: BATCHES })
    const ours = cosines(hidden, seen, evidenceClosure, {})
    expect(leastLead(ours, cosines(hidden, seen, rloo, PLAIN))).toBeGreaterThan(0)
    expect(ours.together).toBeGreaterThan(cosines(hidden, seen, crbc, PAID_ONE).together)
  })
})
