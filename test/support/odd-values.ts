/** In place of any value: paths of modules, names that objects have by themselves, what acts on terminals, sizes. */
export const ODD_VALUES: readonly unknown[] = [
  ...['./evil.mjs', 'file:///dev/zero', '/dev/zero', 'data:text/javascript,globalThis.evil=1', 'http://127.0.0.1:9/'],
  ...['__proto__', 'constructor', '', '\u001b[2J\u202e\nstepgym: all is well', '\ud800', 'x'.repeat(100_000)],
  ...[null, true, -1, 0, 1e308, 2 ** 53, 1e9, [], [[[]]], {}, { ['__proto__']: null, toString: 1 }],
]

/** Members of one list or object that are looked into. */
const MOST = 12

/** Every place in a value, as the keys that lead there. */
export function* placesIn(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > 0) yield path
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value).slice(0, MOST)) yield* placesIn(item, [...path, key])
}

/** A copy of a value with another one at a place. */
export function changed(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === key ? changed(item, rest, other) : item))
  return { ...(value as object), [key]: changed((value as Record<string, unknown>)[key], rest, other) }
}
