import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MANIFEST } from '../../records/manifest.ts'
import type { ShardFeed } from './feed.ts'
import { FolderWriter } from './folder-writer.ts'

/** Bytes that are written at a time. */
const CHUNK_BYTES = 2 ** 20

/**
 * Writes the run folder of a feed, in place of what is there.
 * @returns lines that it has; none where the feed is empty, and nothing is changed
 * @throws GymError RECORD_CORRUPT where lines are missing
 */
export async function restoreFolder(feed: ShardFeed, folder: string): Promise<number> {
  const draft = `${folder}.restoring`
  rmSync(draft, { recursive: true, force: true })
  const lines = await writeDraft(feed, draft)
  if (lines > 0) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(dirname(folder), { recursive: true })
    renameSync(draft, folder)
  }
  rmSync(draft, { recursive: true, force: true })
  return lines
}

async function writeDraft(feed: ShardFeed, draft: string): Promise<number> {
  const writer = new FolderWriter(draft, { segment: 0, end: 0 }, CHUNK_BYTES)
  try {
    for await (const entry of feed.read()) writer.add(entry)
    writer.flush()
    return writer.lines
  } finally {
    writer.close()
  }
}

/** Whether a folder is a record. */
export const isThere = (folder: string): boolean => existsSync(join(folder, MANIFEST))
