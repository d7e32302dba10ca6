import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compared, type Figure, type Results, TOPICS } from '../../bench/results.ts'

const figure = (name: string, perSecond: number, lowest: number, highest: number): Figure => ({
  title: 'steps',
  unit: 'steps',
  name,
  perSecond,
  lowest,
  highest,
})
const results = (...figures: readonly Figure[]): Results => ({
  topic: 'wire',
  machine: { cpu: 'any', cores: 2, node: 'v20', load: 0 },
  date: '2026-01-01T00:00:00.000Z',
  figures,
})

describe('a comparison of two benchmark runs', () => {
  it('gives the ratio of medians, with the spread that both runs allow', () => {
    const { changes } = compared(results(figure('a', 100, 80, 125)), results(figure('a', 150, 100, 160)))
    expect(changes).toEqual([{ figure: 'steps: a', ratio: 1.5, low: 0.8, high: 2 }])
  })

  it('names figures that only one run has', () => {
    const comparison = compared(results(figure('a', 1, 1, 1)), results(figure('b', 1, 1, 1)))
    expect(comparison).toEqual({ changes: [], unmatched: ['steps: a', 'steps: b'] })
  })
})

const folder = new URL('../../bench/', import.meta.url)

describe('bench/baselines', () => {
  it.each(TOPICS)('remembers the figures of %s, with machine and date', (topic) => {
    const baseline: Results = JSON.parse(readFileSync(new URL(`baselines/${topic}.json`, folder), 'utf8'))
    expect(baseline.topic).toBe(topic)
    expect(baseline.machine.cpu).not.toBe('')
    expect(new Date(baseline.date).toISOString()).toBe(baseline.date)
    expect(baseline.figures.length).toBeGreaterThan(1)
    for (const { perSecond, lowest, highest } of baseline.figures) {
      expect(perSecond).toBeGreaterThanOrEqual(lowest)
      expect(perSecond).toBeLessThanOrEqual(highest)
    }
  })
})
