import { mentions } from '../engine/scenario.ts'
import { PARTS, type SellerProfile } from './profile.ts'

/** What a buyer's message does. */
export type BuyerAct =
  | { readonly act: 'accept' | 'ask' | 'pick up' | 'praise' | 'other' }
  | { readonly act: 'point out'; readonly at: number }
  | { readonly act: 'offer'; readonly dollars: number }

const ACCEPTING = ["it's a deal", 'it is a deal', 'i accept', 'i take it', "i'll take it", 'i will take it']
const FETCHING = ['pick it up today', 'pick it up right away', 'fetch it today', 'take it away today']
const PRAISING = ['beautiful', 'lovely', 'well kept', 'good care', 'nice']
const WHY = /\bwhy\b|\breason\b/

/** The first of these that the message does: accept, promise to fetch it, offer a price, point out a flaw, ask for the reason, praise. */
export function actOf({ flaws }: SellerProfile, message: string): BuyerAct {
  const text = message.toLowerCase()
  if (mentions(text, ACCEPTING)) return { act: 'accept' }
  if (mentions(text, FETCHING)) return { act: 'pick up' }
  const [, digits] = /(?:\$|\b)(\d{1,7}(?:\.\d{1,2})?)\b/.exec(text.replaceAll(',', '')) ?? []
  if (digits !== undefined) return { act: 'offer', dollars: Number(digits) }
  const at = flaws.findIndex(({ key }) => text.includes(key))
  if (at !== -1) return { act: 'point out', at }
  if (WHY.test(text)) return { act: 'ask' }
  return { act: mentions(text, PRAISING) ? 'praise' : 'other' }
}

export const ACCEPT = 'It is a deal.'
export const ASK = 'Why do you sell it?'
export const PICK_UP = 'I can pick it up today.'
export const PRAISE = 'It is beautiful, you took good care of it.'
export const pointOut = (flaw: string): string => `I see ${flaw}.`
export const offer = (dollars: number): string => `I offer $${dollars}.`

/** Offers of half the price and more. */
export const messagesFor = ({ flaws, unit }: SellerProfile): readonly string[] => [
  ASK,
  PICK_UP,
  PRAISE,
  ...flaws.map(({ key }) => pointOut(key)),
  ...Array.from({ length: PARTS / 2 + 1 }, (_, at) => offer((PARTS / 2 + at) * unit)),
  ACCEPT,
]
