import { mean } from '../../support/rows.ts'

/** A step as the plain version sees it. */
export interface Walked {
  readonly group: string
  readonly trajectory: string
  readonly anchor: string
  readonly next: string
  readonly action: string
  readonly env: number
  /** Whether a limit cut the trajectory. */
  readonly isTruncated: boolean
}

type Path = readonly Walked[]

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const returnOf = (path: Path, from: number): number => sum(path.slice(from).map(({ env }) => env))

/** Trajectories of each group, sorted by their ids. */
function groupsOf(steps: readonly Walked[]): readonly Group[] {
  const groups = pathsByGroup(steps)
  const longest = Math.max(...groups.map(longestOf))
  const limit = groups.some((paths) => longestOf(paths) === longest && isCutAtItsLongest(paths)) ? longest : null
  return groups.map((paths) => ({ paths, limit: isCutAtItsLongest(paths) ? longestOf(paths) : limit }))
}

/** Trajectories of one task, and the steps after which they are cut off, where that is known. */
interface Group {
  readonly paths: readonly Path[]
  readonly limit: number | null
}

const longestOf = (paths: readonly Path[]): number => Math.max(...paths.map(({ length }) => length))
const isCutAtItsLongest = (paths: readonly Path[]): boolean =>
  paths.some((path) => path[0]?.isTruncated && path.length === longestOf(paths))

function pathsByGroup(steps: readonly Walked[]): readonly (readonly Path[])[] {
  const groups = [...new Set(steps.map(({ group }) => group))]
  return groups.map((group) => {
    const own = steps.filter((step) => step.group === group)
    const ids = [...new Set(own.map(({ trajectory }) => trajectory))].toSorted()
    return ids.map((id) => own.filter(({ trajectory }) => trajectory === id))
  })
}

/** The equations of blended returns as they are written, for a group and the paths that it learns from. */
class Blended {
  readonly #known = new Map<string, number>()
  readonly #paths: readonly Path[]
  readonly #trust: number
  readonly #group: Group

  constructor(group: Group, paths: readonly Path[], trust: number) {
    this.#group = group
    this.#paths = paths
    this.#trust = trust
  }

  horizonAt(position: number): number {
    const { limit, paths } = this.#group
    return limit === null ? longestOf(paths) : limit - position
  }

  returnFrom(path: Path, position: number, horizon: number): number {
    if (horizon === 0) return this.#group.limit === null ? returnOf(path, position) : 0
    const key = `${path[0]?.trajectory}/${position}/${horizon}`
    const known = this.#known.get(key) ?? this.#returnFrom(path, position, horizon)
    this.#known.set(key, known)
    return known
  }

  #returnFrom(path: Path, position: number, horizon: number): number {
    const step = path[position]
    const after = path[position + 1]
    const reward = step?.env ?? 0
    if (after) {
      const own = this.returnFrom(path, position + 1, horizon - 1)
      return reward + (1 - this.#trust) * own + this.#trust * this.worthOf(after.anchor, horizon - 1)
    }
    const isCut = step?.isTruncated && path.length === longestOf(this.#group.paths)
    return reward + (isCut ? this.worthOf(step.next, horizon - 1) : 0)
  }

  worthOf(anchor: string, horizon: number): number {
    const visits = this.visitsOf(({ anchor: own }) => own === anchor)
    return visits.length > 0 ? mean(visits.map(({ path, at }) => this.returnFrom(path, at, horizon))) : 0
  }

  visitsOf(isMeant: (step: Walked) => boolean) {
    return this.#paths.flatMap((path) => path.flatMap((step, at) => (isMeant(step) ? [{ path, at }] : [])))
  }
}

const TRUSTS = [1 / 64, 1 / 16, 1 / 4, 1]

/** J and risk by weight, of one trajectory that was left out. */
function evidenceOf(group: Group, number: number) {
  const { paths } = group
  const path = paths[number] ?? []
  const teachers = paths.filter((_, other) => other % 4 !== number % 4)
  const plain = new Blended(group, teachers, 0)
  return TRUSTS.map((trust) => {
    const blended = new Blended(group, teachers, trust)
    let [bias, risk] = [0, 0]
    path.forEach(({ anchor, action }, at) => {
      const alike = plain.visitsOf((step) => step.anchor === anchor && step.action === action)
      if (alike.length === 0) return
      const foretold = (by: Blended): number =>
        mean(alike.map((visit) => by.returnFrom(visit.path, visit.at, by.horizonAt(at))))
      const apart = foretold(plain) - foretold(blended)
      const own = (returnOf(path, at) - foretold(blended)) * apart
      bias += own
      risk += own - (teachers.length / paths.length) * (apart ** 2 - own)
    })
    return { bias, risk }
  })
}

const errorOf = (values: readonly number[]): number => {
  const squares = sum(values.map((value) => (value - mean(values)) ** 2))
  return Math.sqrt((squares * values.length) / Math.max(1, values.length - 1))
}

/** @param seen log of the odds that anchors are states, by other evidence */
export function plainTrust(steps: readonly Walked[], seen = 0, averaging = 10): number {
  const evidence = groupsOf(steps).flatMap((group) => group.paths.map((_, number) => evidenceOf(group, number)))
  const column = (at: number, kind: 'bias' | 'risk'): readonly number[] => evidence.map((each) => each[at]?.[kind] ?? 0)
  const risks = TRUSTS.map((_, at) => {
    const biases = column(at, 'bias')
    return sum(column(at, 'risk')) + (averaging - 1) * Math.max(0, sum(biases) - errorOf(biases))
  })
  const best = risks.indexOf(Math.min(...risks))
  const odds = risks.map((risk, at) => {
    const lead = risk - (risks[best] ?? 0)
    const error = errorOf(column(at, 'risk').map((value, row) => value - (column(best, 'risk')[row] ?? 0)))
    const given = Math.exp(Math.max(-12, Math.min(6, seen)) * (TRUSTS[at] ?? 0))
    return given * (lead <= 0 ? 1 : error > 0 ? Math.exp((-1.702 * lead) / error) : 0)
  })
  return Math.exp(sum(odds.map((each, at) => each * Math.log(TRUSTS[at] ?? 1))) / sum(odds))
}

interface Judged {
  readonly step: Walked
  readonly plain: number
  readonly blended: number
  readonly anchored: number
  readonly group: number
}

function judged(group: Group, path: Path, trust: number): readonly Judged[] {
  const all = new Blended(group, group.paths, trust)
  const others = group.paths.filter((other) => other !== path)
  const start = others.length > 0 ? mean(others.map((other) => returnOf(other, 0))) : 0
  let expected = start
  return path.map((step, at) => {
    if (at > 0) expected -= path[at - 1]?.env ?? 0
    const horizon = all.horizonAt(at)
    const visits = all.visitsOf(({ anchor }) => anchor === step.anchor)
    const weighed = visits
      .filter((visit) => visit.path !== path || visit.at !== at)
      .map((visit) => ({
        weight: visit.path === path ? trust : 1,
        value: all.returnFrom(visit.path, visit.at, horizon),
      }))
    const count = sum(weighed.map(({ weight }) => weight))
    const total = sum(weighed.map(({ weight, value }) => weight * value))
    if (count > 0) expected = (total + expected) / (count + 1)
    return {
      step,
      plain: returnOf(path, at),
      blended: all.returnFrom(path, at, horizon),
      anchored: expected,
      group: start - sum(path.slice(0, at).map(({ env }) => env)),
    }
  })
}

/** Advantages of steps, in their order. */
export function plainAdvantages(steps: readonly Walked[], seen = 0): readonly number[] {
  const trust = plainTrust(steps, seen)
  const all = groupsOf(steps).flatMap((group) => group.paths.flatMap((path) => judged(group, path, trust)))
  const squares = sum(all.map(({ anchored, group }) => (anchored - group) ** 2))
  const together = sum(all.map(({ plain, anchored, group }) => (plain - group) * (anchored - group)))
  const share = squares > 0 ? Math.min(1, Math.max(0, together / squares)) : 0
  const advantages = new Map(
    all.map(({ step, blended, anchored, group }) => [step, blended - group - share * (anchored - group)]),
  )
  return steps.map((step) => advantages.get(step) ?? Number.NaN)
}
