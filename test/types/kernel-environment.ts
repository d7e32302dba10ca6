import {
  type ActionParser,
  type CallEffect,
  type CheckResult,
  type CheckSettings,
  type Context,
  checkAgent,
  checkEnvironment,
  checkHook,
  type DescribedParser,
  defineEnvironment,
  type Environment,
  type EnvironmentSpec,
  expectSync,
  type ForkKind,
  type Grades,
  type Immutable,
  type Info,
  type Json,
  type JsonObject,
  Markup,
  type MarkupPart,
  type MaybePromise,
  markup,
  openWorld,
  type Plain,
  type Problem,
  problem,
  type ResetContext,
  Rng,
  type Site,
  type SiteContext,
  type SiteFiles,
  type SiteFrame,
  type SitePage,
  type StandardSchema,
  siteDocument,
  type Task,
  type TaskDraft,
  type TaskList,
  TaskSet,
  type TaskSplits,
  type ToolDescription,
  type ToolInterface,
  type Transition,
  textAction,
  type View,
  type ViewContext,
  type Views,
  visibleText,
  type World,
} from 'stepgym'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym` for those who write an environment. The compiler checks this file; it is never run. */

const counter = defineEnvironment({
  id: 'counter@1',
  maxSteps: 3,
  options: { start: 0 },
  action: (raw: Json) => (typeof raw === 'number' ? raw : problem('no number')),
  reset: ({ rng }) => ({ count: rng.int(0, 9), seen: [0] }),
  step: (state, action) => {
    // The state is that of `reset`, frozen; the action is what the parser returns, without problems.
    expectTypeOf(state.seen).toEqualTypeOf<readonly number[]>()
    expectTypeOf(action).toEqualTypeOf<number>()
    // @ts-expect-error: a state is never changed
    state.count = 1
    return { state: { count: state.count + action, seen: [] }, reward: 1, terminated: false }
  },
  observe: { text: ({ count }) => `${count}` },
})
expectTypeOf(counter).toExtend<Environment>()
expectTypeOf(counter.options).toExtend<Readonly<{ start: number }>>()
expectTypeOf(counter.kind).toEqualTypeOf<'sync' | 'async'>()
expectTypeOf(counter.parse).returns.toEqualTypeOf<number | Problem>()

// @ts-expect-error: an environment without `step`
defineEnvironment({ id: 'still@1', maxSteps: 3, action: textAction((text) => text), reset: () => ({ n: 0 }) })

type Spec<Action> = EnvironmentSpec<{ n: number }, Action, TaskDraft, JsonObject, undefined, undefined>
expectTypeOf(
  defineEnvironment<{ n: number }, string, TaskDraft, JsonObject, undefined, undefined>,
).parameters.toEqualTypeOf<
  [spec: EnvironmentSpec<{ n: number }, string, TaskDraft, JsonObject, undefined, undefined>]
>()
expectTypeOf<Spec<string>['fork']>().toEqualTypeOf<ForkKind | undefined>()
expectTypeOf<Spec<string>['action']>().toEqualTypeOf<ActionParser<string>>()
expectTypeOf<ForkKind>().toEqualTypeOf<'value' | 'replay' | 'none'>()
expectTypeOf<Grades[string]>().toEqualTypeOf<number | null>()
expectTypeOf<Transition<{ n: number }>['reward']>().toEqualTypeOf<number | null>()
expectTypeOf<Transition<{ n: number }>>().toExtend<{ readonly state: { n: number }; readonly terminated: boolean }>()
expectTypeOf<Info>().toEqualTypeOf<JsonObject>()
expectTypeOf<Plain<{ at: Date }>['at']>().toBeString()
expectTypeOf<Plain<{ at: number }>>().toEqualTypeOf<{ at: number }>()
expectTypeOf<Immutable<{ at: number[] }>['at']>().toEqualTypeOf<readonly number[]>()

expectTypeOf<Context['rng']>().toEqualTypeOf<Rng>()
expectTypeOf<Context['signal']>().toEqualTypeOf<AbortSignal>()
expectTypeOf<Context['effect']>().toEqualTypeOf<CallEffect>()
expectTypeOf<ResetContext<Task>['task']>().toEqualTypeOf<Task>()
expectTypeOf<ResetContext<Task>>().toExtend<Context>()
declare const effect: CallEffect
expectTypeOf(effect('model', { prompt: 'x' }, () => Number())).toEqualTypeOf<MaybePromise<number>>()
// @ts-expect-error: a record cannot hold what is no JSON
void effect('model', null, () => new Map())

expectTypeOf(problem).toEqualTypeOf<(message: string) => Problem>()
expectTypeOf(textAction((text) => text.length)).toEqualTypeOf<DescribedParser<number>>()
expectTypeOf<DescribedParser<number>['jsonSchema']>().toEqualTypeOf<JsonObject>()
expectTypeOf<StandardSchema<number>>().toExtend<ActionParser<number>>()

expectTypeOf<View<{ n: number }, string>>().parameter(1).toEqualTypeOf<ViewContext<string>>()
expectTypeOf<ViewContext<string>['resources']>().toEqualTypeOf<string>()
expectTypeOf<Views<{ n: number }, string>['text']>().toEqualTypeOf<View<{ n: number }, string>>()
expectTypeOf<ToolInterface<object, unknown>['action']>().toEqualTypeOf<(name: string, args: JsonObject) => Json>()
expectTypeOf<ToolDescription['inputSchema']>().toEqualTypeOf<JsonObject>()

expectTypeOf<keyof Task>().toEqualTypeOf<'id' | 'split' | 'public' | 'private'>()
expectTypeOf<TaskDraft['id']>().toEqualTypeOf<string>()
expectTypeOf<TaskList['at']>().returns.toEqualTypeOf<TaskDraft | undefined>()
expectTypeOf<TaskSplits[string]>().toEqualTypeOf<TaskList>()
expectTypeOf(TaskSet).constructorParameters.toEqualTypeOf<[splits: TaskSplits]>()
expectTypeOf<TaskSet['at']>().toEqualTypeOf<(split: string, index: number) => Task>()

expectTypeOf(openWorld(counter)).toExtend<Promise<World>>()
expectTypeOf<World['tasks']>().toEqualTypeOf<TaskSet>()
expectTypeOf<World['options']>().toEqualTypeOf<JsonObject>()

declare const later: MaybePromise<number>
expectTypeOf<MaybePromise<number>>().toEqualTypeOf<number | Promise<number>>()
expectTypeOf(expectSync(later)).toEqualTypeOf<number>()

declare const rng: Rng
expectTypeOf(Rng).instance.toEqualTypeOf<Rng>()
expectTypeOf(rng.choice(['a', 'b'])).toEqualTypeOf<string>()
expectTypeOf(rng.int).toEqualTypeOf<(low: number, high: number) => number>()
expectTypeOf(rng.shuffle([1])).toExtend<readonly number[]>()

expectTypeOf<CheckResult['status']>().toEqualTypeOf<'passed' | 'failed' | 'skipped'>()
expectTypeOf<CheckSettings['onRule']>().toEqualTypeOf<((rule: string) => void) | undefined>()
expectTypeOf(checkEnvironment).returns.toEqualTypeOf<AsyncGenerator<CheckResult>>()
expectTypeOf(checkEnvironment).parameter(0).toEqualTypeOf<Environment>()
expectTypeOf(checkHook).parameter(1).toEqualTypeOf<Environment>()
expectTypeOf(checkAgent).parameter(2).toEqualTypeOf<JsonObject | undefined>()

expectTypeOf(markup).returns.toEqualTypeOf<Markup>()
expectTypeOf(new Markup('<hr>').toString()).toEqualTypeOf<string>()
expectTypeOf<string | number | null | false | readonly string[] | Markup>().toExtend<MarkupPart>()
// @ts-expect-error: what is undefined is a mistake, and not nothing
markup`${undefined}`
expectTypeOf(visibleText).toEqualTypeOf<(text: string) => string>()
expectTypeOf(siteDocument).toEqualTypeOf<(page: SitePage, files: SiteFiles) => string>()
expectTypeOf<SitePage['body']>().toEqualTypeOf<Markup>()
// @ts-expect-error: a page is HTML that `markup` made
const unsafe: SitePage = { title: 'a', body: '<b>a</b>' }
expectTypeOf(unsafe.title).toEqualTypeOf<string>()
expectTypeOf<SiteFrame['fields']>().toEqualTypeOf<Readonly<Record<string, string>>>()
expectTypeOf<SiteContext<{ shop: 1 }>['resources']>().toEqualTypeOf<{ shop: 1 }>()
expectTypeOf<Site<{ readonly n: number }>['page']>().parameter(0).toEqualTypeOf<{ readonly n: number }>()
