import type { BenchWorld } from '../creditbench/world.ts'

export default {
  name: 'corridor',
  summary: 'a long way with few turnings that matter, and side rooms that do not',
  environment: 'grid',
  options: { world: 'corridor' },
  varies: { branching: [0, 2, 4] },
} satisfies BenchWorld
