import { expect } from 'vitest'
import type { Estimate } from '../../../evaluation/oracle/estimate.ts'
import type { StepValues } from '../../../evaluation/oracle/step-values.ts'

export const holds = ({ low, high }: Estimate, truth: number): boolean => low <= truth + 1e-9 && truth - 1e-9 <= high

/** How many of so many the intervals hold at the stated rate, less three standard errors of that number. */
const leastOf = (count: number, rate: number): number => count * rate - 3 * Math.sqrt(count * rate * (1 - rate))

export interface Truth {
  readonly value: number
  readonly actionValue: number
}

/** Counts how often intervals hold what is true. */
export class Coverage {
  count = 0
  readonly held = { value: 0, actionValue: 0, advantage: 0 }

  add({ value, actionValue, advantage }: Pick<StepValues, 'value' | 'actionValue' | 'advantage'>, truth: Truth): void {
    this.count++
    this.held.value += Number(holds(value, truth.value))
    this.held.actionValue += Number(holds(actionValue, truth.actionValue))
    this.held.advantage += Number(holds(advantage, truth.actionValue - truth.value))
  }

  expectRate(rate: number, count: number): void {
    expect(this.count).toBeGreaterThanOrEqual(count)
    for (const held of Object.values(this.held)) expect(held).toBeGreaterThanOrEqual(leastOf(this.count, rate))
  }
}
