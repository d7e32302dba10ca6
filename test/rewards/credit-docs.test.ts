import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { estimatorScaffold } from '../../bin/commands/new/estimator.ts'
import { readColumns } from '../../core/batch/columns.ts'
import { inSourceOrder, parseBatch } from '../../core/batch/index.ts'
import { estimators } from '../../registry/index.ts'
import { checkEstimator } from '../../rewards/credit/check.ts'
import { discountedReturns, stepSignal } from '../../rewards/estimator/signals.ts'
import { nullTable } from '../support/nulls.ts'
import { cellsUnder as cellsOfTable } from '../support/pages.ts'

const page = readFileSync(new URL('../../docs/credit.md', import.meta.url), 'utf8')
const batches = readFileSync(new URL('../../docs/batches.md', import.meta.url), 'utf8')

const cellsUnder = (heading: string, text = page) => cellsOfTable(text, heading)

const catalog = estimators({ userFolder: '/nowhere-to-be-found' })
const loaded = await Promise.all(catalog.names().map((name) => catalog.load(name)))
const estimatorNamed = (name: string) => loaded.find((each) => each.name === name)

const example: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '')

describe('docs/credit.md', () => {
  it('lists every estimator, with what it is and what it consumes', () => {
    const rows = loaded.map(({ name, summary, consumes }) => [`\`${name}\``, summary, consumes.join(', ')])
    expect(cellsUnder('estimator')).toEqual(rows)
  })

  it('says when to use every estimator, except the plain ones', () => {
    const advice = page.slice(
      page.indexOf('## Which estimator to use'),
      page.indexOf('## Estimators and the signals they need'),
    )
    const plain = ['dr-grpo', 'gpg', 'opo', 'pass-at-k', 'reinforce-plus-plus', 'reinforce-plus-plus-baseline']
    const mentioned = catalog.names().filter((name) => advice.includes(`\`${name}`))
    expect([...mentioned, ...plain].toSorted()).toEqual(catalog.names())
  })

  it('says what a null does in the first, a middle and the last step, for every estimator', () => {
    expect(cellsUnder('method')).toEqual(loaded.flatMap(nullTable))
    const named = new Set(cellsUnder('method').map(([name]) => name))
    expect(loaded.map(({ name }) => `\`${name}\``).filter((name) => !named.has(name))).toEqual([])
  })

  it('names options that there are, with their defaults', () => {
    for (const [option = '', fallback = '', methods = ''] of cellsUnder('option')) {
      const name = option.replaceAll('`', '')
      for (const [, method = ''] of methods.matchAll(/`([\w-]+)`/g)) {
        const value = estimatorNamed(method)?.defaults[name]
        const isByMode = name === 'successTest' && method === 'g2po'
        expect(`${method}.${name}=${value}`).toBe(`${method}.${name}=${isByMode ? 'by-mode' : defaultOf(fallback)}`)
      }
    }
  })

  it('works a group by hand as the estimators do', () => {
    const batch = parseBatch(example)
    const [, , ...names] = /\| step \|(.*)\|\n/.exec(page)?.[0].split('|').slice(1, -1) ?? []
    const returns = discountedReturns(batch, stepSignal(batch, 'env'), 0.95).values
    const columns = names.map((name) => {
      const credit = estimatorNamed(name.trim().replaceAll('`', ''))?.compute(batch)
      return [...inSourceOrder(batch, credit?.advantages ?? new Float64Array())].map((value) => value.toFixed(3))
    })
    expect(names).toHaveLength(3)
    expect(cellsUnder('step')).toHaveLength(batch.rowCount)
    cellsUnder('step').forEach(([, shownReturn, ...shown], row) => {
      expect(Number(shownReturn)).toBeCloseTo(returns[row] ?? Number.NaN, 9)
      expect(shown).toEqual(columns.map((column) => column[row]))
    })
  })

  it('explains the numbers that it shows', () => {
    const [wins, rest] = [2 / 3, -1 / 3]
    const deviation = Math.sqrt((2 * wins ** 2 + 4 * rest ** 2) / 5)
    expect([deviation, wins / deviation, rest / deviation].map((value) => value.toFixed(3))).toEqual([
      '0.516',
      '1.291',
      '-0.645',
    ])
    const bessel = 0.95 * Math.sqrt((wins ** 2 + 2 * rest ** 2) / 2)
    const population = 0.95 * Math.sqrt((wins ** 2 + 2 * rest ** 2) / 3)
    const shown = [bessel, (0.95 * wins) / bessel, (0.95 * rest) / bessel, population]
    expect(shown.map((value) => value.toFixed(3))).toEqual(['0.548', '1.155', '-0.577', '0.448'])
    for (const value of ['0.516', '0.548', '1.155', '-0.577', '0.448', '0.707']) expect(page).toContain(value)
  })

  it('names every column of a batch, and no other', () => {
    const named = cellsUnder('column', batches).flatMap(([names = '']) =>
      names.split(', ').map((name) => name.slice(1, -1)),
    )
    const [, message = ''] = /it has (.*)/.exec(messageOf(() => readColumns({ nothing: [] }))) ?? []
    expect(named.toSorted()).toEqual(message.split(', ').toSorted())
  })

  it('shows the estimator that stepgym new writes, and names every rule of the contract', async () => {
    const howTo = readFileSync(new URL('../../docs/estimators.md', import.meta.url), 'utf8')
    expect(howTo).toContain(estimatorScaffold('my-estimator'))
    const rules: string[] = []
    for (const estimator of loaded.slice(0, 1)) for await (const { rule } of checkEstimator(estimator)) rules.push(rule)
    expect(cellsUnder('rule', howTo).map(([rule]) => rule)).toEqual(rules)
  })

  it('names the options that every estimator has', () => {
    for (const { defaults } of loaded)
      expect(Object.keys(defaults)).toEqual(expect.arrayContaining(['mode', 'onNull', 'minGroupSize']))
  })
})

const defaultOf = (cell: string): unknown => (cell.startsWith('`') ? cell.slice(1, -1) : Number(cell))

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : ''
  }
  return ''
}
