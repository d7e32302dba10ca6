import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const page = (name: string): string => readFileSync(new URL(`../../docs/research/${name}.md`, import.meta.url), 'utf8')

type Row = readonly string[]

/** Cells of every table row, their numbers without intervals. */
const rowsOf = (text: string): readonly Row[] =>
  [...text.matchAll(/^\| (?!-)(.+) \|$/gm)].map(([, row = '']) =>
    row.split(' | ').map((cell) => cell.replaceAll('`', '').replace(/ ±.*/, '')),
  )

const sectionOf = (text: string, heading: string): string =>
  text.split(`\n${heading}\n`)[1]?.split(/\n#{2,3} /)[0] ?? ''

/** The cells of a row of a section's table, by the names of its columns. */
function cellsIn(section: string, first: string): Readonly<Record<string, string>> {
  const [head = [], ...rows] = rowsOf(section)
  const row = rows.find(([name]) => name === first) ?? []
  return Object.fromEntries(head.map((name, at) => [name, row[at] ?? '']))
}

describe('docs/research', () => {
  it('shows the areas and the expectations of the comparison as its results have them', () => {
    const results = page('results/comparison/comparison')
    const shown = page('comparison')
    const [[, ...columns] = [], ...rows] = rowsOf(shown.split('## What was expected')[0] ?? '')
    expect(rows.length).toBeGreaterThan(5)
    for (const [method = '', ...cells] of rows) {
      const found = cellsIn(sectionOf(results, '## Methods'), method)
      expect([method, ...cells]).toEqual([method, ...columns.map((name) => found[name])])
    }
    const verdicts = (text: string) =>
      [...text.matchAll(/^\| ([a-z-]+ .+?) \| (?:\*\*)?(yes|no)\b.*\| (.+) \|$/gm)].map(([, ...row]) => row)
    expect(verdicts(sectionOf(shown, '## What was expected, and what was found'))).toEqual(
      verdicts(sectionOf(results, '## Expectations')),
    )
  })

  it('gives each claim the verdict of its results', () => {
    const verdicts = (text: string) =>
      [...text.matchAll(/#([a-z0-9-]+)\) \| \*\*(\w+)\*\*/g)].map(([, name, verdict]) => [name, verdict])
    expect(verdicts(page('claims')).length).toBeGreaterThan(5)
    expect(verdicts(page('claims'))).toEqual(verdicts(page('results/claims')))
  })

  it('shows the cosines of CreditBench as its results have them', () => {
    const results = page('results/creditbench')
    const [[, ...worlds] = [], ...rows] = rowsOf(page('creditbench').split('## What to use when')[0] ?? '')
    expect(rows.length).toBeGreaterThan(5)
    for (const [estimator = '', ...cells] of rows)
      expect([estimator, ...cells]).toEqual([
        estimator,
        ...worlds.map((world) => {
          const found = cellsIn(sectionOf(results, `### ${world}`), estimator)
          return `${found.gradient} / ${found['averaged gradient']}`
        }),
      ])
  })

  it('shows the cosines of evidence-closure as its results have them', () => {
    const results = page('results/own-estimator')
    const settings = ['key-door', 'key-door, aliasing 2', 'key-door, merged', 'key-door, unique']
    const [[, ...estimators] = [], ...rows] = rowsOf(page('own-estimator').split('## What to use when')[0] ?? '')
    const expected = settings.map((setting) => {
      const one = cellsIn(sectionOf(results, '## One batch: cosine of the gradient'), setting)
      const all = cellsIn(sectionOf(results, '## All batches together: cosine of the gradient'), setting)
      const named = (name: string): string => (name in one ? name : `${name} (mean)`)
      return estimators.map((name) => `${one[named(name)]} / ${all[named(name)]}`)
    })
    expect(rows.map(([, ...cells]) => cells)).toEqual(expected)
  })
})
