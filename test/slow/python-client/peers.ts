import { pythonWith } from '../python.ts'
import { PYTEST } from './kit.ts'

/** Library that the Python client has an adapter for, in a release that the adapter is tested against. */
export interface Peer {
  /** Name of the adapter and of its tests. */
  readonly name: string
  /** Title of its section in `docs/trainers.md`. */
  readonly title: string
  readonly requirements: readonly [string, ...string[]]
  /**
   * Variable that must be set where the peer takes gigabytes: to a Python that has it, or to `install`. Null for one
   * that is installed in any case.
   */
  readonly variable: string | null
}

/** The releases that `clients/python/README.md` names. */
export const PEERS: readonly Peer[] = [
  {
    name: 'trl',
    title: 'TRL',
    requirements: ['trl==1.16.0', 'transformers==5.24.0', 'torch==2.15.0', 'datasets==5.2.0', ...PYTEST],
    variable: 'TEST_TRL',
  },
  {
    name: 'verl',
    title: 'verl',
    requirements: [
      'verl==0.9.1',
      'TransferQueue==0.1.11',
      'cachetools==8.0.2',
      'fastapi==0.165.0',
      'uvicorn==0.54.0',
      ...PYTEST,
    ],
    variable: 'TEST_VERL',
  },
  { name: 'gymnasium', title: 'Gymnasium', requirements: ['gymnasium==1.4.0', ...PYTEST], variable: null },
  { name: 'skyrl', title: 'SkyRL-gym', requirements: ['skyrl-gym==0.4.0', ...PYTEST], variable: null },
  { name: 'inspect', title: 'Inspect AI', requirements: ['inspect-ai==0.3.285', ...PYTEST], variable: null },
]

export function peerNamed(name: string): Peer {
  const peer = PEERS.find((each) => each.name === name)
  if (peer === undefined) throw new Error(`there is no adapter ${name}`)
  return peer
}

const setting = ({ variable }: Peer): string | undefined => (variable === null ? 'install' : process.env[variable])

/** Whether its tests run here. */
export const isWanted = (peer: Peer): boolean => setting(peer) !== undefined

/** A Python that has the peer. */
export async function pythonOf(peer: Peer): Promise<string> {
  const python = setting(peer) ?? 'install'
  return python === 'install' ? pythonWith(...peer.requirements) : python
}
