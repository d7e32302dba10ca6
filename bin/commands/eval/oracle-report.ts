import type { JsonObject } from '../../../core/data/types.ts'
import type { Agreement } from '../../../evaluation/oracle/agreement.ts'
import type { RunLosses } from '../../recorded.ts'
import type { Prepared } from './oracle.ts'

/** What every report of the oracle says. */
export interface OracleReport {
  readonly run: string
  readonly environment: string
  /** What the record lacks because what wrote it stopped. */
  readonly losses: RunLosses
  /** As it names itself, which may tell its options. */
  readonly agent: string
  /** What was chosen over the agent's defaults. */
  readonly agentOptions: JsonObject
  readonly out: string
  readonly forks: number
  readonly confidence: number
  /** Cost of this command; results that the file held before are free. */
  readonly spent: { readonly steps: number; readonly forks: number }
  readonly isBudgetSpent: boolean
  readonly isInterrupted: boolean
  readonly seconds: number
}

export interface ValuesReport extends OracleReport {
  /** Number of steps, of estimated ones, of those that were ended early. */
  readonly steps: number
  readonly estimated: number
  readonly cut: number
  /** Steps whose advantage surely is below 0, above 0, neither. */
  readonly harmful: number
  readonly helpful: number
  readonly undecided: number
}

export interface AgreementReport extends ValuesReport {
  /** Those that agree best first. */
  readonly estimators: readonly Agreement[]
}

/** @param began As `performance.now()` had it. */
export function oracleReport(
  { run, world, losses, settings, chosen }: Prepared,
  out: string,
  isInterrupted: boolean,
  began: number,
): OracleReport {
  const { agent, forks = 0, confidence = 0, budget } = settings
  return {
    run: run.folder,
    environment: world.environment.id,
    losses,
    agent: agent.name,
    agentOptions: chosen.options,
    out,
    forks,
    confidence,
    spent: budget.spent,
    isBudgetSpent: budget.isSpent,
    isInterrupted,
    seconds: (performance.now() - began) / 1000,
  }
}
