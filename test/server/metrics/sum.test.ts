import fc from 'fast-check'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { labelled, summedMetrics } from '../../../server/metrics/sum.ts'

const labels = ['a', 'b', 'name with } and "quotes" 7']

/** A registry in which some things happened. */
function counted(events: readonly (readonly [number, number])[]): Registry {
  const registry = new Registry()
  const registers = [registry]
  const counter = new Counter({ name: 'steps_total', help: 'Steps.', labelNames: ['kind'], registers })
  const gauge = new Gauge({ name: 'open', help: 'Open.', registers })
  const histogram = new Histogram({ name: 'seconds', help: 'Times.', buckets: [1, 5], labelNames: ['kind'], registers })
  for (const [kind, amount] of events) {
    const label = labels[kind] ?? ''
    counter.inc({ kind: label }, amount)
    gauge.inc(amount)
    histogram.observe({ kind: label }, amount)
  }
  return registry
}

const linesOf = (page: string): readonly string[] =>
  page
    .split('\n')
    .filter((line) => line !== '')
    .sort()

const familyOf = (line: string): string =>
  line
    .replace(/^# \w+ /, '')
    .replace(/[{ ].*/, '')
    .replace(/_(bucket|sum|count)$/, '')

it('metrics of several servers are those of one in which all of it happened', async () => {
  const event = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 9 }))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(event), { minLength: 1, maxLength: 4 }), async (servers) => {
      const together = summedMetrics(await Promise.all(servers.map((events) => counted(events).metrics())))
      expect(linesOf(together)).toEqual(linesOf(await counted(servers.flat()).metrics()))
      // A metric is in one place, as the format wants it.
      const families = together.trimEnd().split('\n').map(familyOf)
      expect(families.filter((name, at) => name !== families[at - 1])).toEqual([...new Set(families)])
    }),
  )
})

it('a label is on every series, and on nothing else', async () => {
  const page = labelled(await counted([[2, 3]]).metrics(), 'shard', '0')
  const series = linesOf(page).filter((line) => !line.startsWith('#'))
  expect(series).toContain('open{shard="0"} 3')
  expect(series).toContain('steps_total{shard="0",kind="name with } and \\"quotes\\" 7"} 3')
  expect(series.every((line) => line.includes('{shard="0"'))).toBe(true)
  expect(page.replaceAll(/shard="0",?/g, '').replaceAll('{}', '')).toBe(await counted([[2, 3]]).metrics())
})
