import { calculateTool, thinkTool, transferTool } from '../../engine/common-tools.ts'
import type { Tool } from '../../engine/tool.ts'
import { exchangeItems, returnItems } from './delivered.ts'
import { findUserByEmail, findUserByNameAndZip, getOrder, getProduct, getUser, listProducts } from './lookup.ts'
import { cancelOrder, changeAddress, changeItems, changePayment, changeUserAddress } from './pending.ts'

/** Tools of the shop, by name in alphabetical order. */
export const RETAIL_TOOLS: readonly Tool[] = [
  calculateTool,
  cancelOrder,
  exchangeItems,
  findUserByEmail,
  findUserByNameAndZip,
  getOrder,
  getProduct,
  getUser,
  listProducts,
  changeAddress,
  changeItems,
  changePayment,
  changeUserAddress,
  returnItems,
  thinkTool,
  transferTool,
]
