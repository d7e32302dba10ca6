import { type ErrorCode, GymError, messageOf } from '../data/errors.ts'

/** One rule of a contract, and whether it was kept. */
export interface CheckResult {
  /** The rule as a sentence. */
  readonly rule: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Why it failed or was skipped; what was seen where that is worth saying. */
  readonly detail: string
}

/** Thrown by a rule that does not apply. */
export class NotApplicable extends Error {}

/** A rule throws where it is broken, and returns what is worth saying where it is kept. */
export interface Rule<Subject> {
  readonly rule: string
  check(subject: Subject): Promise<string | undefined> | string | undefined
}

export async function* checkRules<Subject>(
  rules: readonly Rule<Subject>[],
  subject: Subject,
): AsyncGenerator<CheckResult> {
  for (const { rule, check } of rules) yield await resultOf(rule, async () => check(subject))
}

export async function resultOf(rule: string, check: () => Promise<string | undefined>): Promise<CheckResult> {
  try {
    return { rule, status: 'passed', detail: (await check()) ?? '' }
  } catch (thrown) {
    return { rule, status: thrown instanceof NotApplicable ? 'skipped' : 'failed', detail: messageOf(thrown) }
  }
}

/** @throws Error with the message where the condition does not hold. */
export function expect(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(message())
}

/** @throws Error where `act` does not throw a GymError of this code. */
export async function expectCode(code: ErrorCode, act: () => unknown): Promise<void> {
  try {
    await act()
  } catch (thrown) {
    expect(
      thrown instanceof GymError && thrown.code === code,
      () => `it threw ${String(thrown)}, not a GymError ${code}`,
    )
    return
  }
  throw new Error(`nothing was thrown where ${code} is due`)
}
