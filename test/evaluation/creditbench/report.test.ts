import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { entriesOf, PLANTED } from '../../../evaluation/creditbench/entries.ts'
import { estimated, fixed } from '../../../evaluation/creditbench/report/cells.ts'
import { heatMap } from '../../../evaluation/creditbench/report/heatmap.ts'
import { inOrder, overallOf } from '../../../evaluation/creditbench/report/order.ts'
import { scatterPlot } from '../../../evaluation/creditbench/report/scatter.ts'
import { stripPlot } from '../../../evaluation/creditbench/report/strip.ts'
import { reportFiles } from '../../../evaluation/creditbench/report/write.ts'
import { type ConditionResult, runBench } from '../../../evaluation/creditbench/run.ts'
import crbc from '../../../rewards/advantage/crbc.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import rloo from '../../../rewards/advantage/rloo.ts'

const corridor = (name: string, horizon: number) => ({
  ...{ name, summary: 's', environment: 'grid', tasks: 2, isStudied: name === 'short' },
  options: { world: 'corridor', size: 1, horizon },
})

let results: readonly ConditionResult[]
beforeAll(async () => {
  const entries = [...PLANTED, ...[crbc, gigpo, rloo].flatMap(entriesOf)]
  results = await runBench([corridor('short', 10), corridor('long', 14)], entries, { rows: 100 })
})

const textsOf = (svg: string): readonly string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text)

describe('a report of the bench', () => {
  it('has one order: the planted rows, then by the mean gradient over worlds', () => {
    const order = overallOf(results)
    expect(order.slice(0, 4).map(({ label }) => label)).toEqual(PLANTED.map(({ label }) => label))
    const worlds = results.filter(({ study }) => study === 'worlds')
    for (const { label, measures } of order) {
      const values = worlds.flatMap(
        ({ scores }) => scores.find((each) => each.label === label)?.measures.cosine?.value ?? [],
      )
      if (values.length > 0) expect(measures.cosine).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 12)
    }
    const own = order.slice(4).map(({ measures }) => measures.cosine ?? -2)
    expect(own).toEqual(own.toSorted((a, b) => b - a))
  })

  it('keeps that order in every table and every picture', () => {
    const labels = overallOf(results).map(({ label }) => label)
    const files = reportFiles(results, { command: 'c', rows: 100, seed: 0 })
    for (const { path, content } of files.filter((file) => !/steps/.test(file.path))) {
      const found = path.endsWith('.md')
        ? content
            .split('\n\n')
            .filter((block) => block.startsWith('| estimator'))
            .map((block) =>
              block
                .split('\n')
                .slice(2)
                .map((line) => line.split(' | ')[0]?.slice(2) ?? ''),
            )
        : [textsOf(content)]
      for (const texts of found) {
        const places = texts.map((text) => labels.indexOf(text.replace(/ \*$/, ''))).filter((at) => at >= 0)
        expect(places.length, path).toBeGreaterThan(3)
        expect(places, path).toEqual(places.toSorted((a, b) => a - b))
      }
    }
  })

  it('marks rows that were given signals of a bench with a star, in every picture of a condition and every table', () => {
    const files = reportFiles(results, { command: 'c', rows: 100, seed: 0 })
    const pictures = files.filter(({ path }) => /svg$/.test(path) && !/steps|all-worlds/.test(path))
    expect(pictures.length).toBeGreaterThan(3)
    for (const { path, content } of pictures) {
      const texts = textsOf(content)
      expect(texts, path).toEqual(expect.arrayContaining(['truth *', 'noisy-truth *', 'rloo']))
      expect(texts, path).not.toContain('truth')
      expect(
        texts.some((text) => text.endsWith('* was given signals that only a bench has')),
        path,
      ).toBe(true)
    }
    const page = files.find(({ path }) => path.endsWith('.md'))?.content ?? ''
    expect(page).not.toMatch(/^\| (noisy-)?truth \|/m)
    expect(page.match(/^\| truth \* \|/gm)?.length).toBeGreaterThan(3)
  })

  it('keeps long names within the picture', () => {
    const label = `reinforce-plus-plus-baseline-of-a-${'very-'.repeat(8)}long-name`
    const svg = heatMap({ title: 't', caption: 'c', across: 'size', columns: ['4'], rows: [{ label, values: [0.5] }] })
    const x = Number(/<text x="([\d.]+)"[^>]*text-anchor="end"[^>]*>reinforce/.exec(svg)?.[1])
    expect(x).toBeGreaterThan(6.6 * label.length)
    expect(Number(/width="(\d+)"/.exec(svg)?.[1])).toBeGreaterThan(x + 76)
  })

  it('has pictures over all worlds, each with a title, both axes and a legend of every estimator', () => {
    const files = reportFiles(results, { command: 'c', rows: 100, seed: 0 })
    for (const [name, ...axes] of [
      ['all-worlds-cost', 'ms per 1,000 steps', 'cosine of the gradient'],
      ['all-worlds-bias', 'variance of single estimates', 'bias, root mean square'],
    ]) {
      const texts = textsOf(files.find(({ path }) => path === `creditbench/${name}.svg`)?.content ?? '')
      for (const axis of axes)
        expect(
          texts.some((text) => text.startsWith(axis)),
          axis,
        ).toBe(true)
      expect(texts).toEqual(expect.arrayContaining(['rloo', 'gigpo', 'crbc']))
      expect(texts).not.toContain('truth')
    }
  })

  it('has a strip of each world, with the truth and what estimators said of every step', () => {
    for (const { study, strip } of results) {
      if (study !== 'worlds') expect(strip).toBeNull()
      else {
        expect(strip?.rows.map(({ label }) => label)).toEqual(['truth', 'gigpo', 'crbc', 'gigpo (mean)', 'rloo'])
        for (const { values } of strip?.rows ?? []) expect(values).toHaveLength(strip?.actions.length ?? -1)
        expect(new Set(strip?.rows.at(-1)?.values).size).toBe(1)
        expect(strip?.rows.at(-1)?.values[0]).not.toBe(0)
      }
    }
  })
})

describe('a scatter plot', () => {
  const axis = (isLog: boolean) => ({ title: 'an axis', isLog })
  const APART_BY_ROUNDING: [number, number][] = [
    [0.0001, 0.00010000000000000013],
    [0.0001, 0.0001000000000000001],
  ]

  it('keeps every point in its frame, higher values further right and up, for any values', () => {
    const value = fc.double({ min: 1e-4, max: 1e4, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 50 }),
        fc.boolean(),
        fc.boolean(),
        (pairs, logX, logY) => {
          const points = pairs.map(([x, y], at) => ({ label: `p${at}`, x, y, isFaint: at % 2 === 0 }))
          const svg = scatterPlot({ title: 't', caption: 'c', x: axis(logX), y: axis(logY), points })
          expect(svg).not.toMatch(/NaN|Infinity|undefined/)
          const places = [...svg.matchAll(/<circle cx="([\d.-]+)" cy="([\d.-]+)"/g)].map(
            ([, x, y]) => [Number(x), Number(y)] as const,
          )
          expect(places).toHaveLength(points.length)
          const [, width = 0, height = 0] = /width="(\d+)" height="(\d+)"/.exec(svg)?.map(Number) ?? []
          for (const [x, y] of places) expect(x > 60 && x < width && y > 60 && y < height).toBe(true)
          const [first, second] = points
          if (first && second && first.x < second.x) expect(places[0]?.[0]).toBeLessThanOrEqual(places[1]?.[0] ?? 0)
          if (first && second && first.y < second.y) expect(places[0]?.[1]).toBeGreaterThanOrEqual(places[1]?.[1] ?? 0)
        },
      ),
      { numRuns: 100, examples: [[APART_BY_ROUNDING, false, false]] },
    )
  })

  it('leaves out what a logarithm has no place for, and numbers the rest', () => {
    const points = [0, -1, Number.NaN, 5].map((x, at) => ({ label: `p${at}`, x, y: 1, isFaint: false }))
    const svg = scatterPlot({ title: 't', caption: 'c', x: axis(true), y: axis(false), points })
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['p3', '1']))
    expect(svg.match(/<circle/g)).toHaveLength(1)
  })
})

describe('a strip', () => {
  it('escapes actions, cuts long ones, and shows a missing advantage as none, not as 0', () => {
    const svg = stripPlot('a <title>', {
      earned: 0.1 + 0.2,
      actions: ['<b>go & see</b>', 'search[a very long query that goes on]'],
      rows: [{ label: 'truth', values: [null, -0.001] }],
    })
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['&lt;b&gt;go &amp; see&lt;/b&gt;', 'search[a very lon…', 'none', '0.00']),
    )
    expect(svg).toContain('return 0.3;')
    expect(svg).toContain('<title>a &lt;title&gt;</title>')
  })

  it('keeps what an order does not have at the end', () => {
    expect(
      inOrder(
        [{ label: 'x' }, { label: 'a' }],
        [{ label: 'a', isPlanted: false, isGiven: false, measures: {}, msPer1000: null }],
      ),
    ).toEqual([{ label: 'a' }, { label: 'x' }])
  })
})

describe('a number of a report', () => {
  it('has no sign where it rounds to zero', () => {
    expect([-0.001, -0, 0.001, -0.006].map(fixed)).toEqual(['0.00', '0.00', '0.00', '-0.01'])
    expect(estimated({ value: -0.001, low: -0.021, high: 0.019 })).toBe('0.00 ± 0.02')
  })
})
