import { existsSync } from 'node:fs'
import { closeSharedBrowsers } from '../../browser/shared.ts'
import { rounded } from '../measure.ts'
import { processesUnder, proportionalBytes } from '../sandbox/kit/processes.ts'
import { openShop, Visitor } from './kit/shop.ts'

/* Memory of the browser with some pages in use, and of each page beside the first. Linux counts it. */
const PAGES = [1, 4, 8]

const megabytes = (): number =>
  processesUnder(process.pid)
    .filter((pid) => pid !== process.pid)
    .reduce((sum, pid) => sum + proportionalBytes(pid), 0) /
  2 ** 20

if (existsSync('/proc/self/smaps_rollup')) {
  const seen: number[] = []
  for (const pages of PAGES) {
    const shop = await openShop({ pages })
    const visitors = Array.from({ length: pages }, (_, number) => new Visitor(shop, number))
    for (let step = 0; step < 20; step++) await Promise.all(visitors.map((visitor) => visitor.step()))
    seen.push(megabytes())
    console.log(`${shop.resources.pool.size} pages: ${rounded(seen.at(-1) ?? 0)} MiB`)
    await closeSharedBrowsers()
  }
  const [first = 0, last = 0] = [seen[0], seen.at(-1)]
  console.log(`each page beside the first: ${rounded((last - first) / ((PAGES.at(-1) ?? 0) - (PAGES[0] ?? 0)))} MiB`)
} else console.log('memory of the browser is counted on Linux alone')
