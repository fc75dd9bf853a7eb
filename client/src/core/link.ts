import type { Fetch } from './client.ts'
import { frameReader, type Frame } from './frames.ts'
import type { OnProblem } from './problem.ts'
import type { Point } from './wire.ts'

/** A frame with what is known of its connection. */
export interface LinkFrame extends Frame {
  /** The place after which it was asked for. */
  readonly after: Point
  /** Milliseconds between its heartbeats, as hello says. */
  readonly beat: number
}

/**
 * One connection to the stream at a time, taken up again from the last place until it is stopped.
 * @param onFrame Takes a frame; without one the connection is gone.
 */
export function createLink(fetch: Fetch, url: string, onFrame: (frame?: LinkFrame) => void, onProblem: OnProblem) {
  async function run(): Promise<void> {
    let own: AbortController | undefined
    for (let failures = 0; link.connection === own; failures++) {
      own = link.connection = new AbortController()
      const { signal } = own
      const after = link.at!
      let pause = 0
      let beat = 15_000
      let missing = 1 // of them, before it is taken for dead: the first is the time it has to say hello
      let watch: ReturnType<typeof setTimeout> | undefined
      const listen = () => {
        clearTimeout(watch)
        watch = setTimeout(() => {
          onProblem('stream-silent')
          own!.abort()
        }, missing * beat)
      }
      listen()
      try {
        const { ok, body, status, headers } = await fetch(`${url}${url.includes('?') ? '&' : '?'}after=${after.position}.${after.epoch}`, {
          headers: { accept: 'text/event-stream' }, cache: 'no-store', signal,
        })
        if (ok && body) {
          const read = frameReader((frame) => {
            if (signal.aborted) return
            if (frame.event === 'hello') {
              beat = 1_000 * (frame.data as { heartbeatSeconds: number } | null)?.heartbeatSeconds! || beat
              missing = 2.5
              failures = 0
            }
            link.at = frame.at
            onFrame({ ...frame, after, beat })
          })
          const reader = body.pipeThrough(new TextDecoderStream()).getReader()
          for (let piece; !(piece = await reader.read()).done; listen()) read(piece.value)
        } else {
          onProblem('stream-refused', status)
          // Who is signed out stays so until somebody does something.
          pause = status === 401 || status === 403 ? Infinity : 1_000 * Number(headers.get('retry-after')) * (1 + Math.random())
        }
      } catch (error) {
        if (!signal.aborted) onProblem('stream-lost', String(error))
      }
      clearTimeout(watch)
      own.abort()
      if (link.connection !== own) return // stopped, or taken up elsewhere
      onFrame()
      // From nothing up to 1, 2, 4, ... 30 seconds: full jitter.
      pause ||= Math.random() * Math.min(30_000, 1_000 * 2 ** failures)
      await new Promise<void>((resolve) => {
        link.wake = resolve
        if (pause < Infinity) setTimeout(resolve, pause)
      })
    }
  }

  const link = {
    /** The place of the last frame. */
    at: undefined as Point | undefined,
    /** Undefined while it is stopped. */
    connection: undefined as AbortController | undefined,
    /** Ends a pause. */
    wake: () => {},
    /** Takes the stream up after a place, at once and wherever it was. */
    start(after: Point): void {
      link.stop()
      link.at = after
      void run()
    },
    stop(): void {
      link.connection?.abort()
      link.connection = undefined
    },
  }
  return link
}
