/** A domain of tool calls of your own: tools, data and tasks; the environment, its user and its judge are made of them. */
import assert from 'node:assert/strict'
import { createAgent, hookSet, openWorld, runEpisode, startEpisode } from 'stepgym'
import scripted from 'stepgym/agents/scripted'
import {
  type Domain,
  fields,
  PythonError,
  rowsOf,
  type Session,
  Table,
  type Tool,
  text,
  toolsEnvironment,
} from 'stepgym/envs/tools/own-domain'
import success from 'stepgym/hooks/success'

interface Loan {
  book: string
  days: number
  renewals: number
}
const LOANS = new Table<Loan>('loans')

/** What a tool throws as `PythonError` is what the agent observes: `Error: loan not found`. */
function loanOf(db: Session, id: unknown): Loan {
  const loan = typeof id === 'string' ? LOANS.edit(db, id) : undefined
  if (loan) return loan
  throw new PythonError('loan not found')
}

const parameters = fields({ loan_id: text('Such as L1.') })
const tools: readonly Tool[] = [
  {
    name: 'get_loan',
    description: 'Shows a loan.',
    parameters,
    effect: 'read',
    run: (db, { loan_id = null }) => ({ ...loanOf(db, loan_id) }),
  },
  {
    name: 'renew_loan',
    description: 'Renews a loan by 14 days, at most twice.',
    parameters,
    effect: 'write',
    run(db, { loan_id = null }) {
      const loan = loanOf(db, loan_id)
      if (loan.renewals === 2) throw new PythonError('this loan cannot be renewed again')
      loan.days += 14
      loan.renewals += 1
      return `${loan.days} days left`
    },
  },
]

const library: Domain = {
  id: 'tools-library@1',
  summary: 'renew loans of a library by tool calls',
  tools,
  open: () => ({
    database: { tables: new Map([['loans', rowsOf([['L1', { book: 'Emma', days: 3, renewals: 0 }]])]]) },
    policy: 'Renew what the user asks for, and say how many days are left.',
    splits: {
      train: [
        {
          id: 'renew-emma',
          private: {
            persona: {
              opening: 'I would like to keep my book longer.',
              facts: [{ words: ['loan', 'number'], says: 'It is loan L1.' }],
              patience: 3,
            },
            actions: [{ name: 'renew_loan', args: { loan_id: 'L1' } }],
            outputs: ['17'],
          },
        },
      ],
    },
    isStrict: true,
    digest: '',
  }),
}

const world = await openWorld(toolsEnvironment(library))
const renew = { name: 'renew_loan', arguments: { loan_id: 'L1' } }
type Action = string | typeof renew
const play = async (actions: readonly Action[]) => {
  const episode = await startEpisode(world, { task: world.tasks.byId('renew-emma'), seed: 1 })
  const agent = await createAgent(scripted, { actions })
  return runEpisode(episode, { trajectoryId: 'example', agent, hooks: hookSet([success]) })
}
const outcomeOf = async (actions: readonly Action[]) =>
  (await play(actions)).rewards.find(({ name }) => name === 'success')?.value

const done = 'Your loan is renewed: 17 days left. Is there anything else?'
const { steps } = await play(['What is the number of your loan?', renew, done])
for (const { action, nextObservation } of steps) console.log(`${JSON.stringify(action)} -> ${nextObservation}`)

assert.equal(await outcomeOf(['What is the number of your loan?', renew, done]), 1, 'renewed once, and said so')
assert.equal(await outcomeOf([renew, 'It is done. Is there anything else?']), 0, 'the days were not said')
assert.equal(await outcomeOf([renew, renew, done]), 0, 'renewed twice: another database than expected')
