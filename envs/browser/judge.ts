import type { CDPSession, Page } from 'playwright-core'
import { inIsolation } from './isolated.ts'
import type { Judge } from './task.ts'

/** Whether all that a judge asks of a page holds. What cannot be evaluated does not hold. */
export async function holds({ url, element, predicate }: Judge, page: Page, session: CDPSession): Promise<boolean> {
  if (url !== undefined && !page.url().startsWith(url)) return false
  if (element !== undefined && !(await isThere(element, page))) return false
  return predicate === undefined || (await inIsolation(session, `Boolean(${predicate})`).catch(() => false)) === true
}

async function isThere({ selector, text }: NonNullable<Judge['element']>, page: Page): Promise<boolean> {
  const found = page.locator(selector).filter({ visible: true, ...(text !== undefined && { hasText: exactly(text) }) })
  return (await found.count().catch(() => 0)) > 0
}

/** A text in this case, anywhere in another. */
const exactly = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))

/** Whether the final answer is the expected one. */
export const isAnswer = ({ answer }: Judge, given: string): boolean =>
  answer === undefined || normal(answer) === normal(given)

const normal = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase()
