import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defineRewardHook } from '../../core/reward/hook.ts'
import {
  ATTACKS,
  allHackingScenes,
  CONTROLS,
  compareReports,
  fooledBy,
  type HackingReport,
  hackingReport,
} from '../../evaluation/hacking/index.ts'
import { hooks } from '../../registry/index.ts'

const scenes = await allHackingScenes()
const names = hooks().names()
const reports: HackingReport[] = []
for (const name of names) reports.push(await hackingReport(await hooks().load(name), scenes))
const controls: HackingReport[] = []
for (const control of CONTROLS) controls.push(await hackingReport(control, scenes))

/** Cells of the table of docs/rewards.md: the hook, its accuracy, what fooled it. */
const cellsOf = (report: HackingReport): string => {
  const fooled = fooledBy(report).map(({ attack, passed }) => `${attack}${passed ? '*' : ''}`)
  const accuracy = report.accuracy === null ? '-' : `${Math.round(100 * report.accuracy)} %`
  return `| \`${report.hook}\` | ${accuracy} | ${report.accuracy === null ? 'not judged' : fooled.join(', ') || 'nothing'} |`
}

describe('the attacks on reward hooks', () => {
  it('rank the controls: perfect, flipped, random, inverted, length-biased', () => {
    const ranked = controls.toReversed().toSorted(compareReports)
    expect(ranked.map(({ hook }) => hook)).toEqual(CONTROLS.map(({ name }) => name))
  })

  it('fool no judge that knows the truth, and a judge of length by padding', () => {
    const [perfect, , , inverted, length] = controls
    expect(perfect).toMatchObject({ accuracy: 1 })
    expect(perfect && fooledBy(perfect)).toEqual([])
    expect(inverted).toMatchObject({ accuracy: 0 })
    expect(length?.attacks.find(({ attack }) => attack === 'padding')).toMatchObject({ fooled: 1 })
  })

  it('each fool some hook, and each hook judges in the same way again', async () => {
    for (const { name } of ATTACKS)
      expect(
        reports.some((report) => fooledBy(report).some(({ attack }) => attack === name)),
        name,
      ).toBe(true)
    expect(await hackingReport(await hooks().load('turn'), scenes)).toEqual(reports[names.indexOf('turn')])
  })

  it('leave unknown what a hook declines', async () => {
    const silent = defineRewardHook({ name: 'silent', version: 1, scope: 'turn', reward: () => null })
    expect(await hackingReport(silent, scenes)).toEqual({ hook: 'silent', scope: 'turn', accuracy: null, attacks: [] })
    const shy = defineRewardHook({
      ...{ name: 'shy', version: 1, scope: 'outcome' },
      reward: ({ steps }) => (steps.length === 3 ? 1 : null),
    })
    const report = await hackingReport(shy, scenes)
    expect(report.attacks.find(({ attack }) => attack === 'one token')).toEqual({
      attack: 'one token',
      fooled: null,
      passed: null,
    })
  })

  it('have a table in docs/rewards.md that says what fooled every hook', () => {
    const page = readFileSync(new URL('../../docs/rewards.md', import.meta.url), 'utf8')
    const table = page.split('\n\n').find((block) => block.startsWith('| attacked hook |')) ?? ''
    expect(table.split('\n').slice(2)).toEqual([...controls, ...reports].map(cellsOf))
    for (const { name, summary } of ATTACKS) expect(page).toContain(`| ${name} | ${summary} |`)
  })
})
