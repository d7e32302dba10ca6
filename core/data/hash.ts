import { createHash, createHmac, randomBytes } from 'node:crypto'

/**
 * JSON with the keys of every object in code-unit order: equal values give equal text. A bigint is the number that it
 * equals or, where no number does, its digits and an n.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return integerText(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}

/** 8 random characters that identify a failure in a log. */
export const randomReference = (): string => randomBytes(6).toString('base64url')

/** Unlike the text of any number, unless it is one. */
export function integerText(value: bigint): string {
  const nearest = Number(value)
  return Number.isFinite(nearest) && BigInt(nearest) === value ? JSON.stringify(nearest) : `${value}n`
}

/** SHA-256 of the canonical JSON, 64 hex digits: for snapshots, replay and manifests, not for every step. */
export const hashOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex')

/**
 * Keyed digest of a state, 32 hex digits. Equal states of one run have equal tags; without the run's key a tag says
 * nothing about the state, so it may be shown where the state may not.
 */
export const tagOf = (runKey: string, state: object): string =>
  createHmac('sha256', runKey).update(canonicalJson(state)).digest('hex').slice(0, 32)

/**
 * 64-bit fingerprint of plain data, 16 hex digits, independent of key order. Subtrees are hashed once and remembered
 * by identity, so a state that shares structure with its predecessor is cheap. Not for adversaries.
 */
export function fingerprintOf(value: object): string {
  const { high, low } = lanesOf(value)
  return hex(high) + hex(low)
}

interface Lanes {
  readonly high: number
  readonly low: number
}
const remembered = new WeakMap<object, Lanes>()

function lanesOf(value: unknown): Lanes {
  if (typeof value === 'string') return textLanes(value, 0x22)
  if (typeof value !== 'object' || value === null) return textLanes(String(value), 0x27)
  const known = remembered.get(value)
  if (known) return known
  const fresh = Array.isArray(value) ? listLanes(value) : recordLanes(value)
  remembered.set(value, fresh)
  return fresh
}

const GOLDEN = 0x9e3779b1
const SECOND = 0x5f356495

function listLanes(items: readonly unknown[]): Lanes {
  let high = 0x5b
  let low = items.length
  for (const item of items) {
    const lanes = lanesOf(item)
    high = Math.imul(high ^ lanes.high, GOLDEN)
    low = Math.imul(low ^ lanes.low, SECOND)
  }
  return mixed(high, low)
}

/** Adds entries up, which makes the result independent of their order. */
function recordLanes(record: object): Lanes {
  let high = 0x7b
  let low = 0x7d
  for (const [key, item] of Object.entries(record)) {
    const name = textLanes(key, 0x3a)
    const lanes = lanesOf(item)
    high = (high + avalanche(name.high ^ Math.imul(lanes.high, GOLDEN), lanes.low)) | 0
    low = (low + avalanche(name.low ^ Math.imul(lanes.low, SECOND), lanes.high)) | 0
  }
  return mixed(high, low)
}

function textLanes(text: string, kind: number): Lanes {
  let high = 0x2f0b4c47 ^ kind
  let low = 0x6a09e667 + kind
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, GOLDEN)
    low = Math.imul(low ^ unit, SECOND)
  }
  return mixed(high, low)
}

const mixed = (high: number, low: number): Lanes => ({ high: avalanche(high, low), low: avalanche(low, high) })

function avalanche(word: number, other: number): number {
  const first = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  return first ^ Math.imul(other ^ (other >>> 13), 0xc2b2ae35) ^ (first >>> 15)
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')
