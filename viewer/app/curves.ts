import type { CurveLine, CurvePoint } from '../answers.ts'

/** What is drawn along the axis. */
export const AXES = ['steps', 'episodes'] as const
export type Axis = (typeof AXES)[number]

/** One place of a line: a mean, and what it lies between; bounds are null where nothing is folded. */
export interface Spot {
  readonly x: number
  readonly y: number | null
  readonly low: number | null
  readonly high: number | null
  /** Runs whose value is known. */
  readonly count: number
}

/** A run, or several that differ by nothing but their seed. */
export interface Line {
  readonly name: string
  readonly ids: readonly string[]
  readonly spots: readonly Spot[]
}

/** The lines of one figure. */
export interface Panel {
  readonly name: string
  readonly lines: readonly Line[]
}

/**
 * A panel for each figure that is known anywhere, in the order in which figures occur. Runs of the same kind,
 * environment, method and number of points that differ by their seed are folded into one line.
 */
export function panelsOf(curves: readonly CurveLine[], axis: Axis, isFolded: boolean): readonly Panel[] {
  const families = familiesOf(curves, isFolded)
  const names = [...new Set(curves.flatMap(({ points }) => points.flatMap(({ values }) => Object.keys(values))))]
  return names
    .map((name) => ({ name, lines: families.map((family) => lineOf(family, name, axis)).filter(isKnown) }))
    .filter(({ lines }) => lines.length > 0)
}

const isKnown = ({ spots }: Line): boolean => spots.some(({ y }) => y !== null)

/** Curves that are drawn as one, those that are alone among them. */
export function familiesOf(curves: readonly CurveLine[], isFolded: boolean): readonly (readonly CurveLine[])[] {
  const families = new Map<string, CurveLine[]>()
  for (const curve of curves) {
    const { id, kind, environment, method, seed, points } = curve
    const key = JSON.stringify(isFolded && seed !== null ? [kind, environment, method, points.length] : [id, kind])
    const family = families.get(key)
    if (family) family.push(curve)
    else families.set(key, [curve])
  }
  return [...families.values()].flatMap((family) =>
    new Set(family.map(({ seed }) => seed)).size === family.length ? [family] : family.map((each) => [each]),
  )
}

function lineOf(family: readonly CurveLine[], name: string, axis: Axis): Line {
  const [first] = family
  const places = first?.points.map((_, at) => at) ?? []
  return {
    name: family.length === 1 ? (first?.id ?? '') : `${first?.method} on ${first?.environment}, ${family.length} seeds`,
    ids: family.map(({ id }) => id),
    spots: places.map((at) => {
      const known = family.flatMap(({ points }) => figureOf(points[at], name) ?? [])
      const x = meanOf(family.map(({ points }) => points[at]?.[axis] ?? 0))
      return { x, y: known.length === 0 ? null : meanOf(known), count: known.length, ...bandOf(known) }
    }),
  }
}

/** A name may be that of something that every object has, as `constructor`. */
const figureOf = (point: CurvePoint | undefined, name: string): number | null =>
  point !== undefined && Object.hasOwn(point.values, name) ? (point.values[name] ?? null) : null

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Student's interval of the mean at 95 %; null of fewer than two. */
function bandOf(values: readonly number[]): { readonly low: number | null; readonly high: number | null } {
  if (values.length < 2) return { low: null, high: null }
  const mean = meanOf(values)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  const half = student(values.length - 1) * Math.sqrt(variance / values.length)
  return { low: mean - half, high: mean + half }
}

/** Quantiles of Student's t at 97.5 %, by degrees of freedom from 1. */
const QUANTILES = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145]

/** For more degrees of freedom the expansion of Cornish and Fisher around the normal quantile is good to 0.001. */
export function student(freedom: number): number {
  const known = QUANTILES[freedom - 1]
  if (known !== undefined) return known
  const z = 1.959964
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
}

/** Values that an axis is marked at, from `low` to `high`, about `count` of them: 1, 2 or 5 times a power of ten apart. */
export function ticksOf(low: number, high: number, count: number): readonly number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const apart = ([1, 2, 5].find((each) => each * power >= rough) ?? 10) * power
  const first = Math.ceil(low / apart - 1e-9)
  const last = Math.floor(high / apart + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) =>
    Number(((first + at) * apart).toPrecision(12)),
  )
}

/**
 * The range that a panel is drawn in: its lines, and 0; bands are cut where they would more than double it. Shares are
 * from 0 to 1.
 */
export function rangeOf({ name, lines }: Panel): readonly [low: number, high: number] {
  const spots = lines.flatMap((line) => line.spots)
  const known = spots.flatMap(({ y }) => y ?? [])
  const [least, most] = [Math.min(0, ...known), Math.max(0, ...known)]
  if (least >= 0 && most <= 1 && SHARES.test(name)) return [0, 1]
  const room = (most - least) / 2
  const low = Math.max(least - room, Math.min(least, ...spots.flatMap((spot) => spot.low ?? [])))
  const high = Math.min(most + room, Math.max(most, ...spots.flatMap((spot) => spot.high ?? [])))
  return high > low ? [low, high] : [low, low + 1]
}

const SHARES = /success|return|^groups with|^repeated|^rows out/
