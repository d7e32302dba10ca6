import { calculateTool, thinkTool, transferTool } from '../../engine/common-tools.ts'
import type { Tool } from '../../engine/tool.ts'
import { bookReservation } from './booking.ts'
import { cancelReservation, sendCertificate, updateBaggage, updateFlights, updatePassengers } from './changes.ts'
import { getReservation, getUser, listAirports, searchDirect, searchOneStop } from './lookup.ts'

/** Tools of the airline, by name in alphabetical order. */
export const AIRLINE_TOOLS: readonly Tool[] = [
  bookReservation,
  calculateTool,
  cancelReservation,
  getReservation,
  getUser,
  listAirports,
  searchDirect,
  searchOneStop,
  sendCertificate,
  thinkTool,
  transferTool,
  updateBaggage,
  updateFlights,
  updatePassengers,
]
