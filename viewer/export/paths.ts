import { OFFERED, REWARD, TRUTH } from '../data/credit.ts'
import type { OpenEpisode, OpenRun } from '../data/open-run.ts'

const e = encodeURIComponent

/** Addresses below `/-/api/` that the page of a run reads, written as it writes them. */
export function runPaths(run: string, { values }: OpenRun): readonly string[] {
  const lenses = [...(values && !values.isStale ? [TRUTH] : []), ...OFFERED, REWARD]
  const base = `runs/${e(run)}`
  return [base, `${base}/credit`, `${base}/pairs`, ...lenses.map((lens) => `${base}/columns?lens=${e(lens)}`)]
}

/** Addresses that belong together, below one prefix each: a group with its members, or an episode of no group. */
export interface PackedPaths {
  /** What a person calls it. */
  readonly name: string
  readonly prefixes: readonly string[]
  readonly paths: readonly string[]
}

/** Packs of a run, in the order of its groups. */
export function packsOf(run: string, { byGroup }: OpenRun): readonly PackedPaths[] {
  return [...byGroup].flatMap(([group, members]) =>
    group === null ? members.map((member) => episodePack(run, member)) : [groupPack(run, group, members)],
  )
}

/** Halves of characters have no place in an address. */
const isNameable = (name: string): boolean => !/\p{Surrogate}/u.test(name)

function groupPack(run: string, group: string, members: readonly OpenEpisode[]): PackedPaths {
  const base = `runs/${e(run)}/g/${e(group)}`
  const anchors = new Set(members.flatMap(({ path }) => path.flatMap((step) => Object.keys(step.anchors))))
  const episodes = members.map((member) => episodePack(run, member))
  return {
    name: `group ${group}`,
    prefixes: [base, ...episodes.flatMap(({ prefixes }) => prefixes)],
    paths: [
      base,
      ...[...anchors].filter(isNameable).map((anchor) => `${base}?anchor=${e(anchor)}`),
      ...episodes.flatMap((each) => each.paths),
    ],
  }
}

function episodePack(run: string, { id, path }: OpenEpisode): PackedPaths {
  const base = `runs/${e(run)}/t/${e(id)}`
  const whys = path.flatMap(({ index }) => OFFERED.map((name) => `${base}/${index}/why?estimator=${e(name)}`))
  return { name: `episode ${id}`, prefixes: [base], paths: [base, `${base}/credit`, ...whys] }
}
