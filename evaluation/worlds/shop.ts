import type { BenchWorld } from '../creditbench/world.ts'

export default {
  name: 'shop',
  summary: 'the web shop itself, with 30 products and a listed search',
  environment: 'webshop',
  options: { catalogue: { generated: { products: 30, seed: 0 } }, history: 'none', searches: 1 },
  tasks: 4,
} satisfies BenchWorld
