import { type Dialler, noConnection, type SocketEvents, type TextSocket } from './text-socket.ts'

/** Opens the runtime's own WebSocket, which can set no header and does not say why it was refused. */
export const dialBuiltIn: Dialler = (call, events) =>
  new Promise((resolve, reject) => {
    const { address, protocol } = call
    const socket = new WebSocket(address, protocol === null ? [] : [protocol])
    const done = new AbortController()
    const { signal } = done
    const refuse = (why: string): void => {
      done.abort()
      clearTimeout(timer)
      socket.close()
      reject(noConnection(address, why))
    }
    const timer = setTimeout(() => refuse('it did not open in time'), call.timeoutMs)
    socket.addEventListener('close', () => refuse('the server refused it'), { signal })
    socket.addEventListener('error', () => refuse('the server refused it, or does not run'), { signal })
    socket.addEventListener('open', opened, { signal })
    function opened(): void {
      done.abort()
      clearTimeout(timer)
      resolve(listening(socket, events))
    }
  })

function listening(socket: WebSocket, events: SocketEvents): TextSocket {
  const done = new AbortController()
  const { signal } = done
  socket.addEventListener(
    'message',
    ({ data }: { readonly data: unknown }) => (typeof data === 'string' ? events.onText(data) : events.onBinary()),
    { signal },
  )
  socket.addEventListener('close', ({ code, reason }) => events.onClosed({ status: code, reason }), { signal })
  return {
    get isOpen() {
      return socket.readyState === socket.OPEN
    },
    send: (text) => socket.send(text),
    close(status, reason) {
      done.abort()
      socket.close(status, reason)
    },
    drop() {
      done.abort()
      socket.close()
    },
  }
}
