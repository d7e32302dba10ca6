import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js'

const TITLE = { type: 'string', description: 'Title of the note.' }

const TOOLS = [
  {
    name: 'write_note',
    description: 'Writes a note, over the one of the same title.',
    inputSchema: {
      type: 'object' as const,
      properties: { title: TITLE, text: { type: 'string', description: 'Text of the note.' } },
      required: ['title', 'text'],
    },
  },
  {
    name: 'read_note',
    description: 'Reads a note.',
    inputSchema: { type: 'object' as const, properties: { title: TITLE }, required: ['title'] },
  },
  {
    name: 'list_notes',
    description: 'Lists the titles of all notes.',
    inputSchema: { type: 'object' as const, properties: {} },
  },
]

/** A notebook as a server in this process, with two notes in it: what the environment plays where no other is named. */
export function demoTransport(): Transport {
  const notes = new Map([
    ['groceries', 'rice, beans, coffee'],
    ['meeting', 'Tuesday at 10:30 in room 4'],
  ])
  const server = new Server({ name: 'notebook', version: '1' }, { capabilities: { tools: {} } })
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS }))
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => called(notes, params.name, params.arguments ?? {}))
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  void server.connect(theirs)
  return ours
}

function called(notes: Map<string, string>, name: string, args: Readonly<Record<string, unknown>>): CallToolResult {
  if (name === 'list_notes') return said([...notes.keys()].join('\n'))
  const { title, text } = args
  if (typeof title !== 'string') throw new McpError(ErrorCode.InvalidParams, 'title must be a text')
  if (name === 'read_note') return notes.has(title) ? said(notes.get(title) ?? '') : failed(`there is no note ${title}`)
  if (name !== 'write_note') throw new McpError(ErrorCode.InvalidParams, `there is no tool ${name}`)
  if (typeof text !== 'string') throw new McpError(ErrorCode.InvalidParams, 'text must be a text')
  notes.set(title, text)
  return said('written')
}

const said = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] })
const failed = (text: string): CallToolResult => ({ ...said(`Error: ${text}`), isError: true })
