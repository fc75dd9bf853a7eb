import { frameReader, type Frame } from './frames.ts'
import type { OnProblem } from './problem.ts'
import type { Fetch } from './client.ts'

/** What a link is to its owner. */
export interface LinkOptions {
  readonly fetch: Fetch
  readonly url: string
  /** Takes a frame. `onAsk` was called when the connection it came by was asked for. */
  readonly onFrame: (frame: Frame) => void
  /** A connection is about to be asked for. */
  readonly onAsk: () => void
  /** Whether frames come. */
  readonly onOpen: (open: boolean) => void
  readonly onProblem: OnProblem
}

/** The first pause before trying again, and the longest. Each is shortened at random, down to nothing: full jitter. */
const firstPause = 1_000
const longestPause = 30_000
/** How long a connection may take to say hello. */
const helloWithin = 15_000
/** Heartbeats that may be missing before a connection is taken for dead. */
const missedBeats = 2.5
/** Why a connection was cut in which nothing came. */
const silence = 'silence'

/** Milliseconds between heartbeats, as hello says. */
export function beatOf({ data }: Frame): number {
  return 1_000 * (Number(/"heartbeatSeconds":([\d.]+)/.exec(data)?.[1]) || 15)
}

/** One connection to the stream at a time, taken up again from the last id until it is stopped. */
export function createLink({ fetch, url, onFrame, onAsk, onOpen, onProblem }: LinkOptions) {
  let id = ''
  let running: object | undefined
  let connection: AbortController | undefined
  let wake = () => {}

  // Tries at once: the connection is cut, a pause ends.
  function retry(): void {
    connection?.abort()
    wake()
  }

  async function run(me: object): Promise<void> {
    running = me
    for (let failures = 0; running === me; failures++) {
      const pause = (await connect(() => (failures = 0))) ?? Math.random() * Math.min(longestPause, firstPause * 2 ** failures)
      onOpen(false)
      if (running === me && pause) await new Promise<void>((resolve) => {
        wake = resolve
        if (pause < Infinity) setTimeout(resolve, pause)
      })
    }
  }

  /** Follows until the connection ends. Returns the pause that the server asked for, if it did. */
  async function connect(onHello: () => void): Promise<number | undefined> {
    const own = (connection = new AbortController())
    const { signal } = own
    let beat = helloWithin
    let watch: ReturnType<typeof setTimeout> | undefined
    const listen = () => {
      clearTimeout(watch)
      watch = setTimeout(() => own.abort(silence), beat)
    }
    listen()
    onAsk()
    try {
      const { ok, body, status, headers } = await fetch(`${url}${url.includes('?') ? '&' : '?'}after=${id}`, {
        headers: { accept: 'text/event-stream' }, cache: 'no-store', signal,
      })
      if (!ok || !body) {
        onProblem('stream-refused', status)
        // Who is signed out stays so until somebody does something.
        return /401|403/.test(`${status}`) ? Infinity : 1_000 * Number(headers.get('retry-after')) * (1 + Math.random()) || undefined
      }
      const read = frameReader((frame) => {
        if (signal.aborted) return
        if (frame.event === 'hello') {
          beat = missedBeats * beatOf(frame)
          onHello()
          onOpen(true)
        }
        id = frame.id || id
        onFrame(frame)
      })
      const reader = body.getReader()
      const text = new TextDecoder()
      for (let piece; !(piece = await reader.read()).done; listen()) read(text.decode(piece.value, { stream: true }))
    } catch (error) {
      if (signal.reason === silence) onProblem('stream-silent')
      else if (signal.aborted) return 0 // cut to be taken up elsewhere
      else onProblem('stream-lost', String(error))
    } finally {
      clearTimeout(watch)
      own.abort()
    }
    return undefined // the server ends it from time to time
  }

  return {
    get running(): boolean {
      return running !== undefined
    },
    /** The id of the last frame. */
    get id(): string {
      return id
    },
    /** Takes the stream up after a place, wherever it was. */
    start(after: string): void {
      id = after
      if (running) retry()
      else void run({})
    },
    stop(): void {
      running = undefined
      retry()
    },
    /** Ends a pause. */
    wake: () => wake(),
  }
}
