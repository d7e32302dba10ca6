import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import { deviationOf, largestOf, meanOf } from '../numbers.ts'

/** Scores of the first and the second of a pair; null where they could not be judged. */
export type PairScores = readonly [first: number, second: number] | null
/** Judges two members by their positions; both orders are its own matter. */
export type Compare = (first: number, second: number) => MaybePromise<PairScores>

/** Ways to rank a group by pairs. */
export const TOPOLOGIES = ['anchor', 'round-robin', 'single-elimination', 'double-elimination', 'swiss'] as const
/** Name of a way to rank a group by pairs. */
export type Topology = (typeof TOPOLOGIES)[number]

/**
 * Rewards from 0 to 1 of a group by pairs, as ArenaRL ranks it (arXiv 2601.06487; Alibaba-NLP/qqr
 * `qqr/reward_models/arena`); one member alone has 0. A pair that could not be judged is not a tie: in `anchor` the member
 * has null, in `round-robin` and `swiss` neither gains, and an elimination, which cannot continue, is null for all. A
 * member of no pair that was judged has null.
 * Pairings that the reference draws at random (`double-elimination`, first round of `swiss`) follow positions.
 */
export async function tournament(
  topology: Topology,
  size: number,
  compare: Compare,
): Promise<readonly (number | null)[]> {
  if (size < 2) return Array.from({ length: size }, () => 0)
  const judged = new Set<number>()
  const rewards = await rankedBy(topology, size, async (first, second) => {
    const scores = await compare(first, second)
    if (scores !== null) for (const member of [first, second]) judged.add(member)
    return scores
  })
  return rewards.map((reward, member) => (judged.has(member) ? reward : null))
}

async function rankedBy(topology: Topology, size: number, compare: Compare): Promise<readonly (number | null)[]> {
  switch (topology) {
    case 'anchor':
      return byRank(anchorScores(await anchorRound(size, compare)))
    case 'round-robin':
      return byRank(await roundRobin(size, compare))
    case 'single-elimination':
      return byPlace(size, await singleElimination(size, compare))
    case 'double-elimination':
      return byPlace(size, await doubleElimination(size, compare))
    case 'swiss':
      return await swiss(size, compare)
  }
}

/** (reward - mean) / (deviation + 1e-6) with Bessel's correction, over those that have one. */
export function tournamentAdvantages(rewards: readonly (number | null)[]): readonly (number | null)[] {
  const known = rewards.filter((reward) => reward !== null)
  const [mean, deviation] = [meanOf(known), deviationOf(known, 1)]
  return rewards.map((reward) => (reward === null ? null : (reward - mean) / (deviation + 1e-6)))
}

type Match = readonly [first: number, second: number]

/** Asks for the pairs of a round together, in their order. */
const played = (pairs: readonly Match[], compare: Compare): Promise<readonly PairScores[]> =>
  Promise.all(pairs.map(async ([first, second]) => await compare(first, second)))

/** Everyone against the first. */
const anchorRound = (size: number, compare: Compare): Promise<readonly PairScores[]> =>
  played(
    Array.from({ length: size - 1 }, (_, at): Match => [at + 1, 0]),
    compare,
  )

/** Scores of all against the first, whose own is the mean of its scores. */
function anchorScores(scores: readonly PairScores[]): readonly (number | null)[] {
  const own = scores.flatMap((pair) => (pair === null ? [] : [pair[1]]))
  return [own.length === 0 ? null : meanOf(own), ...scores.map((pair) => pair?.[0] ?? null)]
}

/** A win counts 1, a tie a half. */
async function roundRobin(size: number, compare: Compare): Promise<readonly number[]> {
  const pairs = Array.from({ length: size }, (_, a) => a).flatMap((a) =>
    Array.from({ length: size - a - 1 }, (_, at): Match => [a, a + at + 1]),
  )
  const points = Array.from({ length: size }, () => 0)
  for (const [at, scores] of (await played(pairs, compare)).entries()) award(points, pairs[at], scores)
  return points
}

function award(points: number[], match: Match | undefined, scores: PairScores): void {
  if (match === undefined || scores === null) return
  const won = scores[0] === scores[1] ? 0.5 : Number(scores[0] > scores[1])
  points[match[0]] = (points[match[0]] ?? 0) + won
  points[match[1]] = (points[match[1]] ?? 0) + 1 - won
}

/** (last rank - rank) / (last rank - 1), equal scores sharing the better rank; 0 where all are equal. */
function byRank(scores: readonly (number | null)[]): readonly (number | null)[] {
  const rankOf = (own: number): number => 1 + scores.filter((other) => other !== null && other > own).length
  const ranks = scores.map((score) => (score === null ? null : rankOf(score)))
  const last = largestOf(ranks.filter((rank) => rank !== null))
  return ranks.map((rank) => (rank === null ? null : last === 1 ? 0 : (last - rank) / (last - 1)))
}

/** 1 - place / (size - 1); null for all where there is no order. */
const byPlace = (size: number, order: readonly number[] | null): readonly (number | null)[] =>
  Array.from({ length: size }, (_, member) => (order === null ? null : 1 - order.indexOf(member) / (size - 1)))

/** A member on its way through brackets, with the points of its matches so far. */
interface Player {
  readonly member: number
  readonly points: number[]
}

const mean = ({ points }: Player): number => (points.length === 0 ? 0 : meanOf(points))
const byPoints = (players: readonly Player[]): readonly Player[] => players.toSorted((a, b) => mean(b) - mean(a))
const playersOf = (size: number): readonly Player[] =>
  Array.from({ length: size }, (_, member) => ({ member, points: [] }))

interface Round {
  readonly winners: readonly Player[]
  readonly losers: readonly Player[]
}

/** Plays pairs, and those without a pair advance before the winners; null where a pair could not be judged. */
async function playRound(
  pairs: readonly (readonly [Player, Player])[],
  free: readonly Player[],
  compare: Compare,
): Promise<Round | null> {
  const scores = await played(
    pairs.map(([a, b]): Match => [a.member, b.member]),
    compare,
  )
  const [winners, losers] = [[...free], [] as Player[]]
  for (const [at, [a, b]] of pairs.entries()) {
    const pair = scores[at] ?? null
    if (pair === null) return null
    a.points.push(pair[0])
    b.points.push(pair[1])
    winners.push(pair[0] >= pair[1] ? a : b)
    losers.push(pair[0] >= pair[1] ? b : a)
  }
  return { winners, losers }
}

/** Seeds of a bracket in which high seeds meet late: 0, 7, 3, 4, 1, 6, 2, 5 of eight. */
export function bracketOf(size: number): readonly number[] {
  let seeds = [0]
  for (let count = 1; count < size; count *= 2) seeds = seeds.flatMap((seed) => [seed, 2 * count - 1 - seed])
  return seeds.filter((seed) => seed < size)
}

/** Members from the champion down: seeded by a round against the first, losers of one round by their mean points. */
async function singleElimination(size: number, compare: Compare): Promise<readonly number[] | null> {
  const players = playersOf(size)
  for (const [at, score] of anchorScores(await anchorRound(size, compare)).entries()) {
    if (score === null) return null
    players[at]?.points.push(score)
  }
  const seeded = byPoints(players)
  let active: readonly Player[] = bracketOf(size).flatMap((seed) => seeded.slice(seed, seed + 1))
  const out: (readonly Player[])[] = []
  while (active.length > 1) {
    const round = await playRound(neighbours(active), active.length % 2 === 1 ? active.slice(-1) : [], compare)
    if (round === null) return null
    active = round.winners
    out.unshift(round.losers)
  }
  return [...active, ...out.flatMap(byPoints)].map(({ member }) => member)
}

const neighbours = (players: readonly Player[]): readonly (readonly [Player, Player])[] =>
  players.flatMap((player, at) => {
    const next = players[at + 1]
    return at % 2 === 0 && next ? [[player, next] as const] : []
  })

/** Pairs from the end; who is left advances first. */
function fromEnd(players: readonly Player[], compare: Compare): Promise<Round | null> {
  const backwards = players.toReversed()
  return playRound(neighbours(backwards), backwards.length % 2 === 1 ? backwards.slice(-1) : [], compare)
}

/** Winners' bracket, losers' bracket, and a final between them. */
async function doubleElimination(size: number, compare: Compare): Promise<readonly number[] | null> {
  const upper = await knockOut(playersOf(size), [], compare)
  const lower = upper && (await knockOut([], upper.out, compare))
  const [best, second] = [upper?.left[0], lower?.left[0]]
  if (!lower || best === undefined || second === undefined) return null
  const final = await fromEnd([best, second], compare)
  if (final === null) return null
  const ranked = [...final.winners, ...final.losers, ...lower.out.toReversed().flatMap(byPoints)]
  return ranked.map(({ member }) => member)
}

interface Bracket {
  readonly left: readonly Player[]
  /** Those who lost, by rounds. */
  readonly out: readonly (readonly Player[])[]
}

/** Plays until one is left; before each of the first rounds, others join. */
async function knockOut(
  start: readonly Player[],
  joining: readonly (readonly Player[])[],
  compare: Compare,
): Promise<Bracket | null> {
  let left = start
  const out: (readonly Player[])[] = []
  for (let at = 0; at < joining.length || left.length > 1; at++) {
    left = [...left, ...(joining[at] ?? [])]
    if (left.length < 2) continue
    const round = await fromEnd(left, compare)
    if (round === null) return null
    left = round.winners
    if (round.losers.length > 0) out.push(round.losers)
  }
  return { left, out }
}

/** ceil(log2 n) rounds between members of like points that have not met; ties by the points of opponents (Buchholz). */
async function swiss(size: number, compare: Compare): Promise<readonly number[]> {
  const points = Array.from({ length: size }, () => 0)
  const met = points.map(() => new Set<number>())
  for (let round = 0; round < Math.min(Math.ceil(Math.log2(size)), size - 1); round++) {
    const order = points.map((_, at) => at).sort((a, b) => (points[b] ?? 0) - (points[a] ?? 0) || a - b)
    const free = size % 2 === 1 ? order.pop() : undefined
    const pairs = swissPairs(order, met)
    const scores = await played(pairs, compare)
    for (const [at, pair] of pairs.entries()) {
      award(points, pair, scores[at] ?? null)
      met[pair[0]]?.add(pair[1])
      met[pair[1]]?.add(pair[0])
    }
    if (free !== undefined) points[free] = (points[free] ?? 0) + 1
  }
  return swissRewards(
    points,
    met.map((others) => [...others].reduce((sum, other) => sum + (points[other] ?? 0), 0)),
  )
}

/** Each with the next that it has not met, else with the next. */
function swissPairs(order: readonly number[], met: readonly ReadonlySet<number>[]): readonly Match[] {
  const open = [...order]
  const pairs: Match[] = []
  for (let own = open.shift(); own !== undefined; own = open.shift()) {
    const others = met[own] ?? new Set()
    const fresh = open.findIndex((other) => !others.has(other))
    const [other] = open.splice(Math.max(0, fresh), 1)
    if (other !== undefined) pairs.push([own, other])
  }
  return pairs
}

/** (size - place) / (size - 1), its mean over members that are equal in points and Buchholz. */
function swissRewards(points: readonly number[], buchholz: readonly number[]): readonly number[] {
  const size = points.length
  const isAbove = (a: number, b: number): boolean =>
    points[a] === points[b] ? (buchholz[a] ?? 0) > (buchholz[b] ?? 0) : (points[a] ?? 0) > (points[b] ?? 0)
  return points.map((_, own) => {
    const above = points.filter((_, other) => isAbove(other, own)).length
    const equal = points.filter((_, other) => !isAbove(other, own) && !isAbove(own, other)).length
    return meanOf(Array.from({ length: equal }, (_, at) => (size - (above + at + 1)) / (size - 1)))
  })
}
