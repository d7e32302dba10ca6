import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { GymError, messageOf } from '../../core/data/errors.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { LruCache } from '../scoring/lru-cache.ts'
import { isObject, parsedOf } from './reply.ts'

/** Replies that are remembered at a time. */
const MOST_REPLIES = 100_000

/**
 * Replies of an endpoint by the digest of what was asked: in memory, and in a file where one is named, one JSON object a
 * line. Lines that cannot be read, such as the torn last one of a process that was killed, are skipped.
 */
export class ReplyStore {
  readonly #replies = new LruCache<JsonObject>(MOST_REPLIES)
  readonly #path: string

  /**
   * @param path '' for none
   * @throws GymError CONFIG_INVALID for a file that cannot be read
   */
  constructor(path = '') {
    this.#path = path
    for (const line of linesOf(path)) {
      const { key, reply } = parsedOf(line) ?? {}
      if (typeof key === 'string' && isObject(reply)) this.#replies.set(key, reply)
    }
  }

  get(key: string): JsonObject | undefined {
    return this.#replies.get(key)
  }

  /** A file that cannot be written any more is not a reason to lose a reply: it is kept in memory. */
  set(key: string, reply: JsonObject): void {
    this.#replies.set(key, reply)
    if (this.#path === '') return
    try {
      appendFileSync(this.#path, `${JSON.stringify({ key, reply })}\n`)
    } catch {}
  }
}

function linesOf(path: string): readonly string[] {
  if (path === '' || !existsSync(path)) return []
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (thrown) {
    throw new GymError('CONFIG_INVALID', `the cache of replies ${path} cannot be read: ${messageOf(thrown)}`)
  }
}
