import { expect, it } from 'vitest'
import { withOptions } from '../../core/reward/hook.ts'
import { closeHooks, openHooks } from '../../core/reward/open-hooks.ts'
import { runGroupHook } from '../../core/reward/run-hooks.ts'
import judgeTools from '../../rewards/hooks/judge-tools.ts'
import { calling } from '../support/chat-endpoint.ts'
import { replyingEndpoint } from '../support/judge-endpoint.ts'
import { group, step, trajectory } from '../support/reward-samples.ts'

it('a judge runs Python in the sandbox, and its output is in the record', async () => {
  const { baseUrl } = await replyingEndpoint((number) =>
    number === 0 ? calling(['python', { code: 'print(6 * 7)' }]) : '<MARK>{"score": 10}</MARK>',
  )
  const hooks = await openHooks([withOptions(judgeTools, { model: 'm', baseUrl, search: false })])
  const [hook] = hooks.group
  if (hook === undefined) return expect.unreachable('it is a group hook')
  const judged = await runGroupHook(hook, group([trajectory({ steps: [step({ action: 'the answer is 42' })] })]))
  await closeHooks(hooks)
  expect(judged.perTrajectory?.[0]).toMatchObject({
    value: 1,
    note: { evidence: [{ tool: 'python', input: 'print(6 * 7)', output: expect.stringMatching(/^ok\n42\n/) }] },
  })
})
