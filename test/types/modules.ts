import type { AgentFactory, Environment, GroupHook, Json, OutcomeHook, ProcessHook, TurnHook } from 'stepgym'
import chat from 'stepgym/agents/chat'
import privileged from 'stepgym/agents/privileged'
import random from 'stepgym/agents/random'
import scripted from 'stepgym/agents/scripted'
import shopExpert from 'stepgym/agents/shop-expert'
import shopNovice from 'stepgym/agents/shop-novice'
import browserPages, { pageEnvironment } from 'stepgym/envs/browser'
import dialogueNegotiation from 'stepgym/envs/dialogue/negotiation'
import dialogueSupport from 'stepgym/envs/dialogue/support'
import dialogueTutoring from 'stepgym/envs/dialogue/tutoring'
import fileDesk from 'stepgym/envs/file-desk'
import grid from 'stepgym/envs/grid'
import guessNumber from 'stepgym/envs/guess-number'
import gymnasium from 'stepgym/envs/gymnasium'
import household from 'stepgym/envs/household'
import imported from 'stepgym/envs/imported'
import openenv from 'stepgym/envs/openenv'
import procedures from 'stepgym/envs/procedures'
import repository from 'stepgym/envs/repository'
import sandboxPython from 'stepgym/envs/sandbox/python'
import sandboxSql from 'stepgym/envs/sandbox/sql'
import shopMiniature from 'stepgym/envs/shop-miniature'
import toolChains from 'stepgym/envs/tool-chains'
import airline, { airline as airlineDomain } from 'stepgym/envs/tools/airline'
import bfcl, { type BfclOptions, type BfclResources } from 'stepgym/envs/tools/bfcl'
import retail, { retail as retailDomain } from 'stepgym/envs/tools/retail'
import webshop from 'stepgym/envs/webshop'
import webshopBrowser from 'stepgym/envs/webshop-browser'
import aboveOthers from 'stepgym/hooks/above-others'
import answer from 'stepgym/hooks/answer'
import answerConsistency from 'stepgym/hooks/answer-consistency'
import anytimeBudgets from 'stepgym/hooks/anytime-budgets'
import authoredReward from 'stepgym/hooks/authored-reward'
import bordaVote from 'stepgym/hooks/borda-vote'
import confidence from 'stepgym/hooks/confidence'
import confidentAnswer from 'stepgym/hooks/confident-answer'
import contribution from 'stepgym/hooks/contribution'
import critiqueVotes from 'stepgym/hooks/critique-votes'
import denoisedLabels from 'stepgym/hooks/denoised-labels'
import executionSuccess from 'stepgym/hooks/execution-success'
import exitDecay from 'stepgym/hooks/exit-decay'
import finalGrade from 'stepgym/hooks/final-grade'
import format from 'stepgym/hooks/format'
import goldProgress from 'stepgym/hooks/gold-progress'
import groundedArguments from 'stepgym/hooks/grounded-arguments'
import hardCodedAnswers from 'stepgym/hooks/hard-coded-answers'
import implicit from 'stepgym/hooks/implicit'
import implicitLm from 'stepgym/hooks/implicit-lm'
import judgeCritique from 'stepgym/hooks/judge-critique'
import judgePairs from 'stepgym/hooks/judge-pairs'
import judgeRubric from 'stepgym/hooks/judge-rubric'
import judgeTools from 'stepgym/hooks/judge-tools'
import judgeVerdicts from 'stepgym/hooks/judge-verdicts'
import lengthTarget from 'stepgym/hooks/length-target'
import lexicographic from 'stepgym/hooks/lexicographic'
import logProbsAlone from 'stepgym/hooks/log-probs-alone'
import logProbsReference from 'stepgym/hooks/log-probs-reference'
import majorityLabel from 'stepgym/hooks/majority-label'
import matchtir from 'stepgym/hooks/matchtir'
import overlongPenalty from 'stepgym/hooks/overlong-penalty'
import partConfidence from 'stepgym/hooks/part-confidence'
import perplexityGap from 'stepgym/hooks/perplexity-gap'
import progress from 'stepgym/hooks/progress'
import proverAdvantage from 'stepgym/hooks/prover-advantage'
import reasoningReflection from 'stepgym/hooks/reasoning-reflection'
import redundantCalls from 'stepgym/hooks/redundant-calls'
import redundantQueries from 'stepgym/hooks/redundant-queries'
import referenceProbability from 'stepgym/hooks/reference-probability'
import relativeLength from 'stepgym/hooks/relative-length'
import renorm from 'stepgym/hooks/renorm'
import repeatedState from 'stepgym/hooks/repeated-state'
import selfCertainty from 'stepgym/hooks/self-certainty'
import sqlJudge from 'stepgym/hooks/sql-judge'
import sqlNgrams from 'stepgym/hooks/sql-ngrams'
import sqlSchemaLinking from 'stepgym/hooks/sql-schema-linking'
import sqlSyntax from 'stepgym/hooks/sql-syntax'
import stepContribution from 'stepgym/hooks/step-contribution'
import stepCost from 'stepgym/hooks/step-cost'
import success from 'stepgym/hooks/success'
import successDistance from 'stepgym/hooks/success-distance'
import testDensity from 'stepgym/hooks/test-density'
import testDifficulty from 'stepgym/hooks/test-difficulty'
import testProgress from 'stepgym/hooks/test-progress'
import testQuality from 'stepgym/hooks/test-quality'
import testRegressions from 'stepgym/hooks/test-regressions'
import testsPassed from 'stepgym/hooks/tests-passed'
import tokenBudget from 'stepgym/hooks/token-budget'
import toolrlCalls from 'stepgym/hooks/toolrl-calls'
import toolrlFormat from 'stepgym/hooks/toolrl-format'
import toolrlScore from 'stepgym/hooks/toolrl-score'
import tournament from 'stepgym/hooks/tournament'
import truncationPenalty from 'stepgym/hooks/truncation-penalty'
import trustedProcess from 'stepgym/hooks/trusted-process'
import turn from 'stepgym/hooks/turn'
import verdictVotes from 'stepgym/hooks/verdict-votes'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/hooks`, `stepgym/agents` and `stepgym/envs`. The compiler checks this file; it is never run. */

// A hook is one of its scope.
expectTypeOf(aboveOthers).toEqualTypeOf<GroupHook>()
expectTypeOf(confidence).toEqualTypeOf<ProcessHook>()
expectTypeOf(executionSuccess).toEqualTypeOf<TurnHook>()
expectTypeOf(finalGrade).toEqualTypeOf<OutcomeHook>()
expectTypeOf(format).toEqualTypeOf<TurnHook>()
expectTypeOf(goldProgress).toEqualTypeOf<TurnHook>()
expectTypeOf(implicit).toEqualTypeOf<ProcessHook>()
expectTypeOf(implicitLm).toEqualTypeOf<ProcessHook>()
expectTypeOf(groundedArguments).toEqualTypeOf<TurnHook>()
expectTypeOf(hardCodedAnswers).toEqualTypeOf<OutcomeHook>()
expectTypeOf(matchtir).toEqualTypeOf<GroupHook>()
expectTypeOf(progress).toEqualTypeOf<TurnHook>()
expectTypeOf(redundantCalls).toEqualTypeOf<TurnHook>()
expectTypeOf(redundantQueries).toEqualTypeOf<TurnHook>()
expectTypeOf(repeatedState).toEqualTypeOf<TurnHook>()
expectTypeOf(sqlJudge).toEqualTypeOf<OutcomeHook>()
expectTypeOf(sqlNgrams).toEqualTypeOf<OutcomeHook>()
expectTypeOf(sqlSchemaLinking).toEqualTypeOf<OutcomeHook>()
expectTypeOf(sqlSyntax).toEqualTypeOf<OutcomeHook>()
expectTypeOf(authoredReward).toEqualTypeOf<GroupHook>()
expectTypeOf(bordaVote).toEqualTypeOf<GroupHook>()
expectTypeOf(confidentAnswer).toEqualTypeOf<OutcomeHook>()
expectTypeOf(exitDecay).toEqualTypeOf<GroupHook>()
expectTypeOf(judgeCritique).toEqualTypeOf<GroupHook>()
expectTypeOf(judgePairs).toEqualTypeOf<GroupHook>()
expectTypeOf(judgeRubric).toEqualTypeOf<GroupHook>()
expectTypeOf(judgeTools).toEqualTypeOf<GroupHook>()
expectTypeOf(judgeVerdicts).toEqualTypeOf<GroupHook>()
expectTypeOf(lengthTarget).toEqualTypeOf<GroupHook>()
expectTypeOf(logProbsAlone).toEqualTypeOf<ProcessHook>()
expectTypeOf(logProbsReference).toEqualTypeOf<GroupHook>()
expectTypeOf(majorityLabel).toEqualTypeOf<GroupHook>()
expectTypeOf(overlongPenalty).toEqualTypeOf<OutcomeHook>()
expectTypeOf(perplexityGap).toEqualTypeOf<GroupHook>()
expectTypeOf(reasoningReflection).toEqualTypeOf<GroupHook>()
expectTypeOf(referenceProbability).toEqualTypeOf<GroupHook>()
expectTypeOf(relativeLength).toEqualTypeOf<GroupHook>()
expectTypeOf(selfCertainty).toEqualTypeOf<ProcessHook>()
expectTypeOf(tokenBudget).toEqualTypeOf<GroupHook>()
expectTypeOf(truncationPenalty).toEqualTypeOf<GroupHook>()
expectTypeOf(contribution).toEqualTypeOf<GroupHook>()
expectTypeOf(denoisedLabels).toEqualTypeOf<GroupHook>()
expectTypeOf(proverAdvantage).toEqualTypeOf<GroupHook>()
expectTypeOf(renorm).toEqualTypeOf<GroupHook>()
expectTypeOf(successDistance).toEqualTypeOf<GroupHook>()
expectTypeOf(testDensity).toEqualTypeOf<GroupHook>()
expectTypeOf(trustedProcess).toEqualTypeOf<GroupHook>()
expectTypeOf(answerConsistency).toEqualTypeOf<GroupHook>()
expectTypeOf(anytimeBudgets).toEqualTypeOf<GroupHook>()
expectTypeOf(critiqueVotes).toEqualTypeOf<GroupHook>()
expectTypeOf(lexicographic).toEqualTypeOf<GroupHook>()
expectTypeOf(toolrlScore).toEqualTypeOf<OutcomeHook>()
expectTypeOf(tournament).toEqualTypeOf<GroupHook>()
expectTypeOf(verdictVotes).toEqualTypeOf<GroupHook>()
expectTypeOf(answer).toEqualTypeOf<OutcomeHook>()
expectTypeOf(partConfidence).toEqualTypeOf<ProcessHook>()
expectTypeOf(stepContribution).toEqualTypeOf<ProcessHook>()
expectTypeOf(stepCost).toEqualTypeOf<TurnHook>()
expectTypeOf(success).toEqualTypeOf<OutcomeHook>()
expectTypeOf(testDifficulty).toEqualTypeOf<GroupHook>()
expectTypeOf(testProgress).toEqualTypeOf<GroupHook>()
expectTypeOf(testQuality).toEqualTypeOf<TurnHook>()
expectTypeOf(testRegressions).toEqualTypeOf<TurnHook>()
expectTypeOf(testsPassed).toEqualTypeOf<OutcomeHook>()
expectTypeOf(toolrlCalls).toEqualTypeOf<TurnHook>()
expectTypeOf(toolrlFormat).toEqualTypeOf<TurnHook>()
expectTypeOf(turn).toEqualTypeOf<TurnHook>()
// @ts-expect-error: a hook that judges turns takes no trajectory
stepCost.scope satisfies 'outcome'

// An agent is a factory: it is made with `createAgent`.
expectTypeOf(chat).toEqualTypeOf<AgentFactory>()
expectTypeOf(privileged).toEqualTypeOf<AgentFactory>()
expectTypeOf(random).toEqualTypeOf<AgentFactory>()
expectTypeOf(scripted).toEqualTypeOf<AgentFactory>()
expectTypeOf(shopExpert).toEqualTypeOf<AgentFactory>()
expectTypeOf(shopNovice).toEqualTypeOf<AgentFactory>()

// An environment fits wherever any does, and says what its actions and options are.
expectTypeOf(fileDesk).toExtend<Environment>()
expectTypeOf(dialogueNegotiation).toExtend<Environment>()
expectTypeOf(repository).toExtend<Environment>()
expectTypeOf(repository.options.judged).toEqualTypeOf<'end'>()
expectTypeOf(toolChains).toExtend<Environment>()
expectTypeOf(toolChains.options.longest).toEqualTypeOf<6>()
expectTypeOf(dialogueSupport).toExtend<Environment>()
expectTypeOf(dialogueTutoring).toExtend<Environment>()
expectTypeOf(dialogueSupport.options.difficulty).toBeNumber()
expectTypeOf(grid).toExtend<Environment>()
expectTypeOf(household).toExtend<Environment>()
expectTypeOf(procedures).toExtend<Environment>()
expectTypeOf(shopMiniature).toExtend<Environment>()
expectTypeOf(shopMiniature.options.length).toEqualTypeOf<'short'>()
expectTypeOf(guessNumber).toExtend<Environment>()
expectTypeOf(imported).toExtend<Environment>()
expectTypeOf(gymnasium).toEqualTypeOf<Environment>()
expectTypeOf(openenv).toExtend<Environment>()
expectTypeOf(webshop).toExtend<Environment>()
expectTypeOf(webshopBrowser).toEqualTypeOf<Environment>()
expectTypeOf(browserPages).toEqualTypeOf<Environment>()
expectTypeOf(pageEnvironment).toBeCallableWith('/usr/bin/chromium')
// @ts-expect-error: a path is a text
pageEnvironment(3)
expectTypeOf(sandboxPython).toExtend<Environment>()
expectTypeOf(sandboxPython.options.dataset).toBeString()
expectTypeOf(sandboxSql.options.level).toBeNumber()
expectTypeOf(airline).toExtend<Environment>()
expectTypeOf(bfcl).toExtend<Environment>()
expectTypeOf(retail).toExtend<Environment>()
expectTypeOf(guessNumber.parse).toBeCallableWith(1)
expectTypeOf<Exclude<ReturnType<typeof guessNumber.parse>, object>>().toEqualTypeOf<number>()
expectTypeOf(grid.options.world).toExtend<Json>()
// @ts-expect-error: the grid has no such option
grid.options.doors
expectTypeOf(airlineDomain).toEqualTypeOf(retailDomain)
expectTypeOf(bfcl.options).toEqualTypeOf<BfclOptions>()
expectTypeOf<BfclResources>().toBeObject()
