import { type ClusterResult, type ClusterSettings, simulateCluster } from './cluster.ts'
import { MEASURED } from './costs.ts'
import { simulateTakeOver, type TakeOverResult, type TakeOverSettings } from './take-over.ts'

/** A million sessions of agents that take 4 s for an action, in groups of eight. */
const CLUSTER: ClusterSettings = {
  ...{ costs: MEASURED, nodes: 100, sessions: 1_000_000, thinkMs: 4000, networkMs: 0.25 },
  ...{ acknowledge: 'feed', brokers: 16, replicas: 1, groupSize: 8, hotGroup: 0 },
  ...{ scorers: 0, stepsPerJob: 16, scoreMs: 10, spread: 'constant', warmUpMs: 1000, countedMs: 1000, seed: 1 },
}

/** Leases as those of records: they lapse after 5 s and are renewed each second. */
const TAKE_OVER: TakeOverSettings = {
  ...{ costs: MEASURED, nodes: 100, lost: 1, sessionsPerNode: 1000, linesPerShard: 100_000 },
  ...{ leaseMs: 5000, renewMs: 1000, watched: 'owners', claimants: 'one', retryMs: 300, networkMs: 0.25 },
  ...{ beforeMs: 20_000, afterMs: 120_000, seed: 1 },
}

/** Results of one setting, in the order of a number that grows. */
export interface Curve<Result> {
  readonly name: string
  readonly points: readonly { readonly at: number; readonly result: Result }[]
}

/** Numbers of nodes of the figures. */
export const NODES: readonly number[] = [1, 3, 10, 30, 100, 300, 1000]

const BUSES: Readonly<Record<string, Partial<ClusterSettings>>> = {
  'no bus': { acknowledge: 'none' },
  'feed, 1 broker': { brokers: 1 },
  'feed, 4 brokers': { brokers: 4 },
  'feed, 16 brokers': { brokers: 16 },
  'feed, 16 brokers, 3 copies': { brokers: 16, replicas: 3 },
}

/** Steps per second of a million sessions, by the number of nodes. @param sessions fewer in tests */
export const throughput = (sessions = CLUSTER.sessions): readonly Curve<ClusterResult>[] =>
  curves(BUSES, NODES, (settings, nodes) => simulateCluster({ ...CLUSTER, ...settings, sessions, nodes }))

/** Sessions of one group of the figures. */
export const HOT_GROUPS: readonly number[] = [1000, 3000, 10_000, 20_000, 30_000, 40_000, 100_000]

/** What a group waits that lies on one node of a hundred, by the number of its sessions. */
export const hotGroups = (sessions = 200_000): readonly Curve<ClusterResult>[] =>
  curves({ 'its own steps': {} }, HOT_GROUPS, (settings, hotGroup) =>
    // What a full queue holds has to fill before anything is counted.
    simulateCluster({ ...CLUSTER, ...settings, sessions, hotGroup, warmUpMs: 20_000 }),
  )

const DIRECTORIES: Readonly<Record<string, Partial<TakeOverSettings>>> = {
  'one claims, owners watched': {},
  'all claim, owners watched': { claimants: 'all' },
  'one claims, leases watched': { watched: 'leases' },
}

/** A tenth of the nodes dies at once, at least one, by the number of nodes. */
export const losses = (): readonly Curve<TakeOverResult>[] =>
  curves(
    DIRECTORIES,
    NODES.filter((nodes) => nodes > 1),
    (settings, nodes) => simulateTakeOver({ ...TAKE_OVER, ...settings, nodes, lost: Math.ceil(nodes / 10) }),
  )

/** Scorers of the table. */
export const SCORERS: readonly number[] = [8, 12, 16, 24, 32]

/** Jobs of 16 steps, 10 ms each, of a hundred thousand sessions, by the number of scorers. */
export const scoring = (): readonly Curve<ClusterResult>[] =>
  curves({ scorers: {} }, SCORERS, (settings, scorers) =>
    simulateCluster({ ...CLUSTER, ...settings, sessions: 100_000, brokers: 2, acknowledge: 'local', scorers }),
  )

const curves = <Settings, Result>(
  by: Readonly<Record<string, Settings>>,
  numbers: readonly number[],
  simulate: (settings: Settings, at: number) => Result,
): readonly Curve<Result>[] =>
  Object.entries(by).map(([name, settings]) => ({
    name,
    points: numbers.map((at) => ({ at, result: simulate(settings, at) })),
  }))
