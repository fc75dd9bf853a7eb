import type { Fetch } from './client.ts'
import { beatOf, frameReader, type Frame } from './frames.ts'
import type { OnProblem } from './problem.ts'
import type { Point } from './wire.ts'

/** The first pause before trying again, and the longest. Each is shortened at random, down to nothing: full jitter. */
const firstPause = 1_000
const longestPause = 30_000
/** How long a connection may take to say hello. */
const helloWithin = 15_000
/** Heartbeats that may be missing before a connection is taken for dead. */
const missedBeats = 2.5
/** Why a connection was cut in which nothing came. */
const silence = 'silence'

/**
 * One connection to the stream at a time, taken up again from the last place until it is stopped.
 * @param onFrame Takes a frame, with the place after which its connection was asked for; without one the connection is gone.
 */
export function createLink(fetch: Fetch, url: string, onFrame: (frame?: Frame, after?: Point) => void, onProblem: OnProblem) {
  let connection: AbortController | undefined

  async function run(me: object): Promise<void> {
    link.running = me
    for (let failures = 0; link.running === me; failures++) {
      const pause = (await connect(() => (failures = 0))) ?? Math.random() * Math.min(longestPause, firstPause * 2 ** failures)
      onFrame()
      if (link.running === me && pause) await new Promise<void>((resolve) => {
        link.wake = resolve
        if (pause < Infinity) setTimeout(resolve, pause)
      })
    }
  }

  /** Follows until the connection ends. Returns the pause that the server asked for, if it did. */
  async function connect(onHello: () => void): Promise<number | undefined> {
    const own = (connection = new AbortController())
    const { signal } = own
    const after = link.at!
    let beat = helloWithin
    let watch: ReturnType<typeof setTimeout> | undefined
    const listen = () => {
      clearTimeout(watch)
      watch = setTimeout(() => own.abort(silence), beat)
    }
    listen()
    try {
      const { ok, body, status, headers } = await fetch(`${url}${url.includes('?') ? '&' : '?'}after=${after.position}.${after.epoch}`, {
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
        }
        link.at = frame.at ?? link.at
        onFrame(frame, after)
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

  const link = {
    /** The place of the last frame. */
    at: undefined as Point | undefined,
    running: undefined as object | undefined,
    /** Ends a pause. */
    wake: () => {},
    /** Takes the stream up after a place, wherever it was. */
    start(after: Point): void {
      link.at = after
      if (link.running) retry()
      else void run({})
    },
    stop(): void {
      link.running = undefined
      retry()
    },
  }

  // Tries at once: the connection is cut, a pause ends.
  function retry(): void {
    connection?.abort()
    link.wake()
  }

  return link
}
