import { quantile, rounded } from '../../measure.ts'
import { keepFigures } from '../../results.ts'
import { Player, type Round, type Way } from './player.ts'

/** Length of what is played. */
interface Length {
  /** Length of a round. */
  readonly seconds: number
  readonly rounds: number
}

const USUAL: Length = { seconds: 1, rounds: 5 }

/** Plays the ways in turn, round after round, so that a busy moment of the machine meets all of them; prints a table. */
export async function compare(title: string, ways: readonly Way[], { seconds, rounds } = USUAL): Promise<void> {
  const players: (readonly [Way, Player])[] = []
  try {
    for (const way of ways) players.push([way, await Player.of(way)])
    const seen = new Map(ways.map(({ name }) => [name, [] as Round[]]))
    for (const [, player] of players) await player.play(seconds / 4)
    for (let round = 0; round < rounds; round++)
      for (const [{ name }, player] of round % 2 === 0 ? players : players.toReversed())
        seen.get(name)?.push(await player.play(seconds))
    print(title, seen)
  } finally {
    for (const [, player] of players) player.stop()
  }
}

function print(title: string, seen: ReadonlyMap<string, readonly Round[]>): void {
  const [first = []] = seen.values()
  for (const [measure, rateOf] of MEASURES)
    keepFigures(
      `${title}, ${measure}`,
      'steps',
      [...seen].map(([name, rounds]) => ({ name, ...spreadOf(rounds.map(rateOf)) })),
    )
  console.log(`\n${title}`)
  console.table(Object.fromEntries([...seen].map(([name, rounds]) => [name, row(rounds, first)])))
}

type RateOf = (round: Round) => number

const byTheClock: RateOf = ({ stepsPerSecond }) => stepsPerSecond

/** Steps per second of processor time of client and server together: other programs disturb it less. */
const byProcessorTime: RateOf = ({ clientTime, serverTime }) => 1e6 / (clientTime + serverTime)

const MEASURES: readonly (readonly [string, RateOf])[] = [
  ['by the clock', byTheClock],
  ['by processor time of client and server', byProcessorTime],
]

const spreadOf = (rates: readonly number[]) => ({
  perSecond: quantile(rates, 0.5),
  lowest: Math.min(...rates),
  highest: Math.max(...rates),
})

function row(rounds: readonly Round[], first: readonly Round[]): Readonly<Record<string, string>> {
  const { perSecond, lowest, highest } = spreadOf(rounds.map(byTheClock))
  const median = (figure: keyof Round): string => rounded(spreadOf(rounds.map((round) => round[figure])).perSecond)
  return {
    'steps/s': rounded(perSecond),
    spread: `${rounded(lowest)} to ${rounded(highest)}`,
    ratio: ratioOf(rounds, first, byTheClock),
    'by processor time': ratioOf(rounds, first, byProcessorTime),
    'p50 ms': median('p50'),
    'p99 ms': median('p99'),
    'client CPU µs': median('clientTime'),
    'server CPU µs': median('serverTime'),
  }
}

/** Median, least and greatest ratio to the first way, each of one round. */
function ratioOf(rounds: readonly Round[], first: readonly Round[], rateOf: RateOf): string {
  const ratios = rounds.flatMap((round, at) => {
    const other = first[at]
    return other === undefined ? [] : [rateOf(round) / rateOf(other)]
  })
  const { perSecond, lowest, highest } = spreadOf(ratios)
  return `${perSecond.toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})`
}
