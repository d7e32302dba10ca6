import { expect } from 'vitest'
import { GymError } from '../../../core/data/errors.ts'

/** Code of what was thrown, and the messages of it and its causes, which are the operator's alone. */
export async function failureOf(act: () => unknown): Promise<{ readonly code: unknown; readonly why: string }> {
  try {
    await act()
  } catch (thrown) {
    return { code: thrown instanceof GymError ? thrown.code : null, why: messagesOf(thrown).join('; ') }
  }
  return expect.unreachable('it succeeded')
}

const messagesOf = (thrown: unknown): readonly string[] =>
  thrown instanceof Error ? [thrown.message, ...messagesOf(thrown.cause)] : []
