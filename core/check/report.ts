import { type ErrorCode, GymError, messageOf } from '../data/errors.ts'
import { UserCodeError } from '../data/user-code.ts'

/** One rule of a contract, and whether it was kept. */
export interface CheckResult {
  /** The rule as a sentence. */
  readonly rule: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Why it failed or was skipped, one cause a line; what was seen where that is worth saying. */
  readonly detail: string
}

/** Thrown by a rule that does not apply. */
export class NotApplicable extends Error {}

/** A rule throws where it is broken, and returns what is worth saying where it is kept. */
export interface Rule<Subject> {
  readonly rule: string
  /** The rule without which this one says nothing: where that is broken, this one is skipped. */
  readonly needs?: string
  check(subject: Subject): Promise<string | undefined> | string | undefined
}

/** Finds the `path:line` in the code of the subject's author where an error was thrown; null where unknown. */
export type FindPlace = (thrown: unknown) => string | null

const NO_PLACE: FindPlace = () => null

/** Finds the `path:line` of the function that a cause is about; null where unknown. */
export type FindDefinition = (cause: string) => string | null

const HAS_PLACE = /\(\S+:\d+\)$/

/** Causes without a place, which no stack shows, get that of the function that they are about. */
function withPlaces(result: CheckResult, definedAt: FindDefinition): CheckResult {
  if (result.status !== 'failed') return result
  const lines = result.detail.split('\n').map((cause) => {
    const place = HAS_PLACE.test(cause) ? null : definedAt(cause)
    return place === null ? cause : `${cause} (${place})`
  })
  return { ...result, detail: lines.join('\n') }
}

/** What a check says beside its results. */
export interface CheckSettings {
  /** Called before each rule, so that the rule of a check that hangs is known. */
  readonly onRule?: (rule: string) => void
  /** Finds where a function of the subject is defined, as `path:line`; null where unknown. */
  readonly placeOfFunction?: (definition: unknown) => string | null
}

/** Checks one rule after the other. What breaks several of them is reported once, under the first. */
export async function* checkRules<Subject>(
  rules: readonly Rule<Subject>[],
  subject: Subject,
  { onRule }: CheckSettings = {},
  placeOf: FindPlace = NO_PLACE,
  definedAt: FindDefinition = NO_PLACE,
): AsyncGenerator<CheckResult> {
  const broken = new Map<string, string>()
  for (const { rule, needs, check } of rules) {
    onRule?.(rule)
    const first = needs === undefined ? undefined : [...broken.values()].find((name) => name === needs)
    yield first === undefined
      ? withPlaces(await resultOf(rule, async () => check(subject), placeOf, broken), definedAt)
      : { rule, status: 'skipped', detail: `not checked: "${first}" is broken` }
  }
}

/** @param broken causes that were reported, with their rule; a new one is added. */
export async function resultOf(
  rule: string,
  check: () => Promise<string | undefined>,
  placeOf: FindPlace = NO_PLACE,
  broken = new Map<string, string>(),
): Promise<CheckResult> {
  try {
    return { rule, status: 'passed', detail: (await check()) ?? '' }
  } catch (thrown) {
    if (thrown instanceof NotApplicable) return { rule, status: 'skipped', detail: messageOf(thrown) }
    return brokenBy(thrown, rule, placeOf, broken)
  }
}

function brokenBy(thrown: unknown, rule: string, placeOf: FindPlace, broken: Map<string, string>): CheckResult {
  const place = placeOf(thrown)
  const cause = place ?? messageOf(rootOf(thrown))
  const first = broken.get(cause)
  if (first !== undefined) return { rule, status: 'skipped', detail: `not checked: broken by what "${first}" reports` }
  broken.set(cause, rule)
  return { rule, status: 'failed', detail: `${messageOf(thrownOf(thrown))}${place === null ? '' : ` (${place})`}` }
}

/** What was thrown first: an error without the step that it was met at. */
const rootOf = (thrown: unknown): unknown =>
  thrown instanceof AtStep || thrown instanceof UserCodeError ? rootOf(thrown.cause) : thrown

/** What user code threw itself: agents see another error, its author this one. */
const thrownOf = (thrown: unknown): unknown => (thrown instanceof UserCodeError ? thrownOf(thrown.cause) : thrown)

/** An error, after when it came: `seed 1, step 3`. */
export class AtStep extends Error {
  constructor(when: string, thrown: unknown) {
    super(`${when}: ${messageOf(thrown)}${adviceOn(thrown)}`, { cause: thrown })
  }
}

/** What to do about an error that says what happened, and not why. */
const adviceOn = (thrown: unknown): string =>
  /read only property|not extensible|Cannot delete property/.test(messageOf(thrown))
    ? ': a state is frozen, so return a new one'
    : ''

/** Says when it was that `act` threw. @throws AtStep, NotApplicable */
export async function at<T>(when: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (thrown) {
    throw thrown instanceof NotApplicable ? thrown : new AtStep(when, thrownOf(thrown))
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
