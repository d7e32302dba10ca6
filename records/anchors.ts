import type { Anchors, JsonObject } from '../core/data/types.ts'
import { type Field, objectOf, textOf } from './check.ts'

/** The anchor `text` is left out where it is the observation, as it nearly always is; null means that there is none. */
export function encodeAnchors({ text, ...others }: Anchors, observation: string): JsonObject {
  return text === observation ? others : { text: text ?? null, ...others }
}

/** @throws Malformed */
export function decodeAnchors(value: Field, observation: string, what: string): Anchors {
  const { text = observation, ...others } = objectOf(value, what)
  const all = text === null ? others : { text, ...others }
  return Object.fromEntries(Object.entries(all).map(([name, anchor]) => [name, textOf(anchor, `${what}.${name}`)]))
}

export function haveEqualAnchors(a: Anchors, b: Anchors): boolean {
  if (a === b) return true
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
}
