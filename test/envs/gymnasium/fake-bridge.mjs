// Speaks as the bridge does, and misbehaves in the way that the id of its environment says.
import { createInterface } from 'node:readline'

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)

/** What answers a request, by the id of the environment. */
const ANSWERS = {
  echo: ({ n }) => say({ n, answer: { observation: 'seen' } }),
  hangs: () => {},
  'computes without end': () => {
    for (;;);
  },
  crashes: () => process.exit(3),
  'writes garbage': () => process.stdout.write('hello\n'),
  'writes without end': () => {
    process.stdout.on('error', () => process.exit())
    const more = () => process.stdout.write('x'.repeat(2 ** 20), more)
    more()
  },
  'answers another request': ({ n }) => say({ n: n - 1, answer: {} }),
  'speaks unasked': () => {},
  throws: ({ n }) => say({ n, error: 'ValueError: it broke' }),
}

const STARTS = {
  missing: () => say({ error: "ModuleNotFoundError: No module named 'gymnasium'", isMissing: true }),
  broken: () => say({ error: 'ImportError: cannot import name x', isMissing: false }),
  dies: () => process.stderr.write('Traceback\nMemoryError\n', () => process.exit(1)),
}

let answer = null
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line)
  if (answer) answer(message)
  else if (message.id in STARTS) STARTS[message.id]()
  else {
    answer = ANSWERS[message.id]
    const ready = `${JSON.stringify({ ready: { gymnasium: '1.4.0', python: '3.11.7' } })}\n`
    process.stdout.write(message.id === 'speaks unasked' ? `${ready}{"n":99,"answer":{}}\n` : ready)
  }
}
