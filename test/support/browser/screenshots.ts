import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { hookSet } from '../../../core/reward/hook.ts'
import webshop from '../../../envs/webshop/index.ts'
import { listen } from '../../../server/listen.ts'
import { launched } from './chrome.ts'

/* `npm run screenshots`: takes the pictures of the documentation again, in `docs/images`. */

const FOLDER = fileURLToPath(new URL('../../../docs/images/', import.meta.url))

mkdirSync(FOLDER, { recursive: true })
const environments = [{ name: 'webshop', load: () => Promise.resolve(webshop) }]
const server = await listen({ environments, hooks: hookSet([]) })
const browser = await launched()
const page = await browser.newPage({ viewport: { width: 1080, height: 680 } })
try {
  await page.goto(`${server.url}/webshop`)
  await page.getByText('Choose the task').click()
  await page.getByLabel('Task, from 0').fill('3')
  await page.getByRole('button', { name: 'Begin a visit with this task' }).click()
  await page.getByLabel('What are you looking for?').fill('washable paneled sandals for hiking, wide toe')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.locator('.card button').nth(2).click()
  await page.locator('.choice').nth(1).click()
  await page.screenshot({ path: `${FOLDER}webshop.png` })
} finally {
  await browser.close()
  await server.close()
}
console.log(`${FOLDER}webshop.png`)
