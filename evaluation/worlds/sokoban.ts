import type { BenchWorld } from '../creditbench/world.ts'

export default {
  name: 'sokoban',
  summary: 'push boxes onto targets; a box in a corner stays there',
  environment: 'grid',
  options: { world: 'sokoban' },
  tasks: 4,
} satisfies BenchWorld
