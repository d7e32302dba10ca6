import { mkdirSync, truncateSync } from 'node:fs'
import { extentOf } from '../../records/lines.ts'
import { lockFolder } from '../../records/lock.ts'
import { segmentNames, segmentPath } from '../../records/segments.ts'
import { type FeedEntry, isAfter, type Position, type ShardFeed } from './feed.ts'
import { FolderWriter } from './folder-writer.ts'

/**
 * Keeps a run folder equal to the record of a feed, until the signal is aborted. One that is there already is continued
 * after its last line, whatever was delivered before.
 * @param onEntry called with every entry of the feed, once the folder has it; the next one waits until that is done
 * @throws GymError RECORD_CORRUPT where the feed lacks lines; RECORD_FAILED where another process writes the folder
 */
export async function copyFeed(
  feed: ShardFeed,
  folder: string,
  signal: AbortSignal,
  onEntry: (entry: FeedEntry) => Promise<void> | void = () => {},
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const lock = lockFolder(folder)
  const end = endOf(folder)
  const writer = new FolderWriter(folder, end ?? { segment: 0, end: 0 }, 0)
  try {
    for await (const entry of feed.follow(0, signal)) {
      if (entry.kind === 'manifest' || isAfter(entry.at, end)) writer.add(entry)
      await onEntry(entry)
    }
  } finally {
    writer.close()
    lock.release()
  }
}

/** End of the last whole line; a line that a crash tore is removed. */
function endOf(folder: string): Position | null {
  const segment = segmentNames(folder).length - 1
  if (segment < 0) return null
  const path = segmentPath(folder, segment)
  const { whole, size } = extentOf(path)
  if (whole < size) truncateSync(path, whole)
  return { segment, end: whole }
}
