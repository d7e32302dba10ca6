import { useEffect, useState } from 'preact/hooks'
import type { LiveEpisode, LiveLine, LiveMonitors } from '../answers.ts'
import type { Failure } from './failure.ts'
import { followed } from './stream.ts'

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
/** Episodes that are kept, the latest. */
const MOST_KEPT = 200

/** Episodes while they are played. @param isWanted whether the server has any */
export function useLive(isWanted: boolean): Live {
  const [live, setLive] = useState(NOTHING)
  useEffect(() => {
    if (!isWanted) return
    const left = new AbortController()
    void followed<LiveLine>(
      () => 'live',
      left.signal,
      (line) => setLive((before) => withLine(before, line)),
    ).then((failure) => failure && setLive((before) => ({ ...before, failure })))
    return () => left.abort()
  }, [isWanted])
  return live
}

function withLine({ episodes }: Live, { missed, monitors, episodes: changed }: LiveLine): Live {
  const ids = new Set(changed.map(({ id }) => id))
  const all = [...[...episodes.values()].filter(({ id }) => !ids.has(id)), ...changed].slice(-MOST_KEPT)
  return { episodes: new Map(all.map((each) => [each.id, each])), missed, monitors, failure: null }
}
