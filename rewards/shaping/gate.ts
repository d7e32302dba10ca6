import { type Aggregate, aggregated, parseAggregate } from './aggregate.ts'
import { Fields } from './fields.ts'
import type { Measures, MissingSignal, Subject } from './measures.ts'

/** Pays a term only where a signal of the trajectory reaches a threshold, else 0. */
export interface Gate {
  readonly signal: string
  readonly atLeast: number
  /** @default 'outcome' */
  readonly aggregate?: Aggregate
}

/** @throws GymError CONFIG_INVALID */
export function parseGate(path: string, json: unknown): Gate {
  const fields = new Fields(path, json, ['signal', 'atLeast', 'aggregate'])
  return {
    signal: fields.name('signal'),
    atLeast: fields.number('atLeast'),
    ...(fields.has('aggregate') && { aggregate: parseAggregate(fields, 'aggregate') }),
  }
}

export interface GateState {
  /** Null where the gate's signal is missing. */
  readonly isOpen: boolean | null
  readonly missing: readonly MissingSignal[]
}

/** A term without a gate is paid. */
export function gateState(gate: Gate | undefined, subject: Subject): GateState {
  if (gate === undefined) return { isOpen: true, missing: [] }
  const { values, missing } = wholeOf(subject, gate.signal, gate.aggregate ?? 'outcome')
  const [value = null] = values
  return { isOpen: value === null ? null : value >= gate.atLeast, missing }
}

/** One number of a trajectory. */
export function wholeOf(subject: Subject, signal: string, aggregate: Aggregate): Measures {
  if (aggregate === 'outcome') return subject.outcome(signal)
  const beside = (other: string): Measures => subject.steps(other)
  return aggregated({ subject, measures: subject.steps(signal), beside }, signal, aggregate).measures
}
