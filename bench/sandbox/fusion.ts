import { Agent, request } from 'node:http'
import { chooseBackend } from '../../sandbox/backends.ts'
import { SandboxPool } from '../../sandbox/pool.ts'
import { listenSandbox } from '../../server/listen-sandbox.ts'
import { coldBubblewrap } from '../cold-bubblewrap.ts'
import { printRates, rates } from '../measure.ts'

/*
 * Requests of SandboxFusion's API in a second, as trainers make them: one after the other, and 64 at once, which wait for
 * two zygotes. Beside them the pool without HTTP, and bubblewrap with Python started for each program.
 */
const MAIN = 'print(sum(range(1000)))'
const AT_ONCE = 64
const BODY = JSON.stringify({ code: MAIN, language: 'python', run_timeout: 60, compile_timeout: 60 })

const backend = await chooseBackend()
const pool = new SandboxPool(backend, { size: 2, warm: 2, waiting: 4096 })
const server = await listenSandbox({ pool })
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

await printAll()
agent.destroy()
await server.close()
await pool.close()

async function printAll(): Promise<void> {
  const inTurn = (run: () => Promise<unknown>) => async (count: number) => {
    for (let number = 0; number < count; number++) await run()
  }
  const atOnce = (run: () => Promise<unknown>) => async (count: number) => {
    await Promise.all(Array.from({ length: count }, run))
  }
  const direct = (): Promise<unknown> => pool.run({ main: MAIN })
  const hasCold = backend.name === 'zygote'
  const cold = (): Promise<unknown> => coldBubblewrap(MAIN)
  printRates(
    `one request after the other (${backend.name})`,
    'programs',
    await rates([
      ...(hasCold ? [{ name: 'cold bubblewrap', run: inTurn(cold), count: 10 }] : []),
      { name: 'POST /run_code', run: inTurn(post), count: 50 },
      { name: 'the pool, without HTTP', run: inTurn(direct), count: 50 },
    ]),
  )
  printRates(
    `${AT_ONCE} requests at once (${backend.name})`,
    'programs',
    await rates([
      ...(hasCold ? [{ name: 'cold bubblewrap, 2 at once', run: pairs(cold), count: 20 }] : []),
      { name: 'POST /run_code', run: atOnce(post), count: 4 * AT_ONCE },
      { name: 'the pool, without HTTP', run: atOnce(direct), count: 4 * AT_ONCE },
    ]),
  )
}

/** Two after the other, as many as there are zygotes. */
function pairs(run: () => Promise<unknown>): (count: number) => Promise<void> {
  return async (count) => {
    for (let number = 0; number < count; number += 2) await Promise.all([run(), run()])
  }
}

function post(): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}/run_code`, { method: 'POST', agent }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk
      })
      response.once('end', () => (text.includes('"Success"') ? resolve() : reject(new Error(text))))
    })
    sent.once('error', reject)
    sent.end(BODY)
  })
}
