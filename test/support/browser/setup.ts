import { spawnSync } from 'node:child_process'
import { foundChromium } from './chromium.ts'

/*
 * `npm run setup:browser`: says where a Chromium is, and installs one if there is none: the distribution's where apt-get may
 * be used, else Playwright's own.
 */

const INSTALLERS = [
  ...(process.getuid?.() === 0
    ? [
        ['apt-get', 'update'],
        ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'],
      ]
    : []),
  [process.execPath, 'node_modules/playwright-core/cli.js', 'install', 'chromium'],
]

function installed(): string | null {
  for (const [command = '', ...args] of INSTALLERS) {
    console.log(`$ ${command} ${args.join(' ')}`)
    spawnSync(command, args, { stdio: 'inherit' })
    const found = foundChromium()
    if (found !== null) return found
  }
  return null
}

const path = foundChromium() ?? installed()
console.log(
  path === null
    ? 'no Chromium could be installed: install Chrome or Chromium, and set TEST_CHROMIUM to its path'
    : `Chromium: ${path}`,
)
process.exitCode = path === null ? 1 : 0
