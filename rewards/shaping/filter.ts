import { type ConsensusFilter, parseConsensus, withoutConsensus } from './consensus-filter.ts'
import { kindOf } from './fields.ts'
import { type LikelihoodFilter, parseLikelihood, unlikely } from './likelihood-filter.ts'
import type { LeftOut, Subject } from './measures.ts'
import { type ConsistencyFilter, inconsistent, parseConsistency } from './prof-filter.ts'
import { isReturn, parseSpread, type SpreadFilter, spreadOver, withoutSpread } from './spread-filter.ts'

/** Which trajectories take part. */
export type Filter = ConsistencyFilter | SpreadFilter | LikelihoodFilter | ConsensusFilter

export const FILTERS = ['prof', 'spread', 'likelihood', 'consensus'] as const

/** @throws GymError CONFIG_INVALID */
export function parseFilter(path: string, json: unknown): Filter {
  switch (kindOf(path, json, FILTERS)) {
    case 'prof':
      return parseConsistency(path, json)
    case 'spread':
      return parseSpread(path, json)
    case 'likelihood':
      return parseLikelihood(path, json)
    case 'consensus':
      return parseConsensus(path, json)
  }
}

/** Those that filters take out, and those that they cannot judge: each filter judges what those before it left. */
export function leftOut(filters: readonly Filter[], subjects: readonly Subject[]): LeftOut {
  const out = new Map<Subject, NonNullable<ReturnType<LeftOut['get']>>>()
  for (const filter of filters) {
    const staying = subjects.filter((subject) => !out.has(subject))
    for (const [subject, why] of leftOutBy(filter, staying)) out.set(subject, why)
  }
  return out
}

function leftOutBy(filter: Filter, subjects: readonly Subject[]): LeftOut {
  switch (filter.kind) {
    case 'prof':
      return inconsistent(filter, subjects)
    case 'spread':
      return withoutSpread(filter, subjects)
    case 'likelihood':
      return unlikely(filter, subjects)
    case 'consensus':
      return withoutConsensus(filter, subjects)
  }
}

/** Signals that a filter needs, of steps and of trajectories. */
export interface FilterNeeds {
  readonly steps: readonly string[]
  readonly outcomes: readonly string[]
}

export function needsOfFilter(filter: Filter): FilterNeeds {
  switch (filter.kind) {
    case 'prof':
      return { steps: [filter.process], outcomes: [filter.outcome] }
    case 'spread':
      return isReturn(filter) ? { steps: ['env'], outcomes: [] } : { steps: [], outcomes: [spreadOver(filter)] }
    case 'likelihood':
      return filter.aggregate === 'outcome'
        ? { steps: [], outcomes: [filter.signal] }
        : { steps: [filter.signal], outcomes: [] }
    case 'consensus':
      return { steps: [filter.rollouts, filter.judge], outcomes: [] }
  }
}

/** Signal that a filter judges by. */
export function filteredBy(filter: Filter): string {
  switch (filter.kind) {
    case 'prof':
      return filter.process
    case 'spread':
      return spreadOver(filter)
    case 'likelihood':
      return filter.signal
    case 'consensus':
      return filter.judge
  }
}
