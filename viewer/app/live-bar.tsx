import { useEffect, useState } from 'preact/hooks'
import type { RunAnswer, RunEvent } from '../answers.ts'
import { refresh } from './data.ts'
import { useKeys } from './keys.ts'
import { wordsOf } from './news.ts'
import { useRefresh, useRunEvents } from './run-events.ts'

interface LiveBarProps {
  readonly answer: RunAnswer
  readonly path: string
  readonly isFollowed: boolean
  readonly follow: (isFollowed: boolean) => void
}

/** Milliseconds between two readings of a run that is followed. */
const FOLLOW_MS = 2000

/** What a run that is being written says since it was read: shown when the reader asks, or follows. */
export function LiveBar({ answer, path, isFollowed, follow }: LiveBarProps) {
  const [news, setNews] = useState<readonly RunEvent[]>([])
  const refreshSoon = useRefresh(path, FOLLOW_MS)
  useRunEvents(answer, (event) => {
    if (event.kind === 'state' ? event.state !== 'live' : ['end', 'rewards'].includes(event.kind))
      setNews((before) => [...before, event].filter(({ seq }) => seq > answer.seq || event.kind === 'state'))
    if (isFollowed || (event.kind === 'state' && event.state !== 'live')) refreshSoon()
  })
  useStopped(isFollowed, () => follow(false))
  useKeys((key) => {
    if (key === 'f') follow(!isFollowed)
    return key === 'f'
  })
  if (answer.state !== 'live') return null
  const text = wordsOf(news.filter(({ seq }) => seq > answer.seq))
  return (
    <p class="more live-bar">
      <button type="button" class="btn" aria-pressed={isFollowed} onClick={() => follow(!isFollowed)}>
        {isFollowed ? 'Stop following' : 'Follow'} <kbd>f</kbd>
      </button>
      <span role="status">
        {text !== '' && (
          <button type="button" class="btn" onClick={() => refresh(path)}>
            {text} ↑
          </button>
        )}
      </span>
    </p>
  )
}

/** A reader who scrolls wants the page to stay as it is. */
function useStopped(isFollowed: boolean, stop: () => void): void {
  useEffect(() => {
    if (!isFollowed) return
    const kinds = ['wheel', 'touchmove'] as const
    for (const kind of kinds) addEventListener(kind, stop, { passive: true, once: true })
    return () => {
      for (const kind of kinds) removeEventListener(kind, stop)
    }
  }, [isFollowed])
}
