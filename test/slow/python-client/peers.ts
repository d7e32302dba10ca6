import { PYTEST } from './kit.ts'

/** Library that the Python client has an adapter for, in a release that the adapter is tested against. */
export interface Peer {
  /** Name of the adapter and of its tests. */
  readonly name: string
  /** Title of its section in `docs/trainers.md`. */
  readonly title: string
  readonly requirements: readonly [string, ...string[]]
}

/** The releases that `clients/python/README.md` names. */
export const PEERS: readonly Peer[] = [
  { name: 'gymnasium', title: 'Gymnasium', requirements: ['gymnasium==1.4.0', ...PYTEST] },
  { name: 'skyrl', title: 'SkyRL-gym', requirements: ['skyrl-gym==0.4.0', ...PYTEST] },
]
