import { authorized, failureIn } from './data.ts'
import type { Failure } from './failure.ts'

/** Milliseconds after which a stream that broke is opened again. */
const RETRY_MS = 2000

/**
 * Shows the lines of a stream below `-/api/` until the reader leaves; one that breaks is opened again.
 * The caller names the type of a line.
 * @returns why the server refuses
 */
export async function followed<T>(
  path: () => string,
  left: AbortSignal,
  show: (line: T) => void,
): Promise<Failure | null> {
  while (!left.aborted) {
    try {
      const response = await fetch(`-/api/${path()}`, { headers: authorized(), signal: left })
      if (!response.ok) return failureIn(await response.json())
      for await (const text of linesOf(response)) show(JSON.parse(text))
    } catch {
      // The server is gone, or the reader: which of them, the loop sees.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  return null
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  while (reader) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = `${rest}${value}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
