import { useEffect, useState } from 'preact/hooks'
import type { LiveEpisode, LiveLine, LiveMonitors } from '../answers.ts'
import { authorized, failureIn } from './data.ts'
import type { Failure } from './failure.ts'

/** What an open stream has said so far. */
export interface Live {
  /** Episodes by id. */
  readonly episodes: ReadonlyMap<string, LiveEpisode>
  readonly missed: number
  readonly monitors: readonly LiveMonitors[]
  /** Null while the stream is open or opening. */
  readonly failure: Failure | null
}

const NOTHING: Live = { episodes: new Map(), missed: 0, monitors: [], failure: null }
const RETRY_MS = 2000
/** Episodes that are kept, the latest. */
const MOST_KEPT = 200

/** Episodes while they are played. @param isWanted whether the server has any */
export function useLive(isWanted: boolean): Live {
  const [live, setLive] = useState(NOTHING)
  useEffect(() => {
    if (!isWanted) return
    const left = new AbortController()
    void follow(left.signal, (line) => setLive((before) => withLine(before, line))).then(
      (failure) => failure && setLive((before) => ({ ...before, failure })),
    )
    return () => left.abort()
  }, [isWanted])
  return live
}

function withLine({ episodes }: Live, { missed, monitors, episodes: changed }: LiveLine): Live {
  const ids = new Set(changed.map(({ id }) => id))
  const all = [...[...episodes.values()].filter(({ id }) => !ids.has(id)), ...changed].slice(-MOST_KEPT)
  return { episodes: new Map(all.map((each) => [each.id, each])), missed, monitors, failure: null }
}

/** Reads lines until the reader leaves, again from the start where the stream breaks. @returns why the server refuses */
async function follow(left: AbortSignal, show: (line: LiveLine) => void): Promise<Failure | null> {
  while (!left.aborted) {
    try {
      const response = await fetch('-/api/live', { headers: authorized(), signal: left })
      if (!response.ok) return failureIn(await response.json())
      for await (const text of linesOf(response)) show(lineIn(text))
    } catch {
      // The server is gone, or the reader: which of them, the loop sees.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  return null
}

/** A line as the server writes them. */
function lineIn(text: string): LiveLine {
  return JSON.parse(text)
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
