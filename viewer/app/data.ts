import { useEffect, useState } from 'preact/hooks'
import { takeToken } from './address.ts'
import { EXPORTED, exportedAnswer } from './exported.ts'
import type { Failure } from './failure.ts'

/** What is known of an answer: nothing yet, the answer, or why there is none. */
export type Loading<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'known'; readonly value: T }
  | { readonly state: 'failed'; readonly failure: Failure }

const LOADING = { state: 'loading' } as const
const MOST_KEPT = 200
const kept = new Map<string, Promise<Loading<unknown>>>()
/** What is shown, asked for again. */
const askers = new Set<() => void>()

async function fetched(path: string): Promise<Loading<unknown>> {
  if (EXPORTED) {
    const found = await exportedAnswer(EXPORTED, path)
    return 'value' in found ? { state: 'known', value: found.value } : { state: 'failed', failure: found.failure }
  }
  try {
    const response = await fetch(`-/api/${path}`, { headers: authorized() })
    const body: unknown = await response.json()
    return response.ok ? { state: 'known', value: body } : { state: 'failed', failure: failureIn(body) }
  } catch {
    const message = 'the viewer does not answer: start it again with npx stepgym view RUN, and open its link'
    return { state: 'failed', failure: { code: 'NO_ANSWER', message } }
  }
}

/** An answer as it is now, which is not kept. The caller names its type. */
export const askedOnce = async <T>(path: string): Promise<Loading<T>> => (await fetched(path)) as Loading<T>

/** Headers of a request. */
export function authorized(): Record<string, string> {
  const token = takeToken()
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

/** What an answer says that refuses a request. */
export function failureIn(body: unknown): Failure {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null
  const isWhole = typeof error === 'object' && error !== null && 'code' in error && 'message' in error
  if (isWhole) return { code: String(error.code), message: String(error.message) }
  return { code: 'UNKNOWN', message: 'the answer of the viewer cannot be read' }
}

function answerOf(path: string): Promise<Loading<unknown>> {
  const known = kept.get(path) ?? fetched(path)
  kept.delete(path)
  kept.set(path, known)
  const [oldest = ''] = kept.keys()
  if (kept.size > MOST_KEPT) kept.delete(oldest)
  return known
}

/**
 * The answer to a request below `-/api/`; null asks for nothing. The caller names its type, which `answers.ts` has for
 * each address.
 */
export function useAnswer<T>(path: string | null): Loading<T> {
  const [found, setFound] = useState<{ readonly path: string | null; readonly loading: Loading<T> }>()
  useEffect(() => {
    let isWanted = true
    if (path === null) return
    const ask = (): void =>
      void answerOf(path).then((loading) => isWanted && setFound({ path, loading: loading as Loading<T> }))
    ask()
    askers.add(ask)
    return () => {
      isWanted = false
      askers.delete(ask)
    }
  }, [path])
  return found?.path === path ? found.loading : LOADING
}

/** Asks again for what is shown and has this beginning; what is known stays until the new answer is there. */
export function refresh(beginning: string): void {
  for (const path of [...kept.keys()]) if (path.startsWith(beginning)) kept.delete(path)
  for (const ask of askers) ask()
}

/** The answer if it is known, else null. */
export const knownOf = <T>(loading: Loading<T>): T | null => (loading.state === 'known' ? loading.value : null)
