import { frameReader, type Frame } from './frames.ts'
import type { OnProblem } from './problem.ts'
import type { Fetch } from './client.ts'

/** What a link is to its owner. */
export interface LinkOptions {
  readonly fetch: Fetch
  readonly url: string
  /** Takes a frame. `begin` was called when the connection it came by was asked for. */
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

/** Milliseconds between heartbeats, as hello says. */
export function beatOf({ data }: Frame): number {
  return 1_000 * (Number(/"heartbeatSeconds":([\d.]+)/.exec(data)?.[1]) || 15)
}

/** One connection to the stream at a time, taken up again from the last id until it is stopped. */
export class Link {
  readonly #options: LinkOptions
  #id = ''
  #stopping: AbortController | undefined
  #connection: AbortController | undefined
  #wake: () => void = () => {}

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get running(): boolean {
    return this.#stopping !== undefined
  }

  /** The id of the last frame. */
  get id(): string {
    return this.#id
  }

  /** Takes the stream up after a place, wherever it was. */
  start(id: string): void {
    this.#id = id
    if (this.#stopping) return this.retry()
    this.#stopping = new AbortController()
    void this.#run(this.#stopping.signal)
  }

  stop(): void {
    this.#stopping?.abort()
    this.#stopping = undefined
    this.retry()
  }

  /** Tries at once: the connection is cut, a pause ends. */
  retry(): void {
    this.#connection?.abort()
    this.#wake()
  }

  /** Ends a pause. */
  wake(): void {
    this.#wake()
  }

  async #run(stopped: AbortSignal): Promise<void> {
    for (let failures = 0; !stopped.aborted; failures++) {
      const pause = await this.#connect(() => (failures = 0))
      this.#options.onOpen(false)
      if (stopped.aborted) return
      if (pause !== 0) await this.#sleep(pause ?? Math.random() * Math.min(longestPause, firstPause * 2 ** failures))
    }
  }

  /** Follows until the connection ends. Returns the pause that the server asked for, if it did. */
  async #connect(onHello: () => void): Promise<number | undefined> {
    const { fetch, url, onFrame, onAsk, onOpen, onProblem } = this.#options
    const connection = (this.#connection = new AbortController())
    let silent = false
    let beat = helloWithin
    let watch: ReturnType<typeof setTimeout> | undefined
    const listen = () => {
      clearTimeout(watch)
      watch = setTimeout(() => {
        silent = true
        connection.abort()
      }, beat)
    }
    listen()
    onAsk()
    try {
      const response = await fetch(`${url}${url.includes('?') ? '&' : '?'}after=${this.#id}`, {
        headers: { accept: 'text/event-stream' }, cache: 'no-store', signal: connection.signal,
      })
      if (!response.ok || !response.body) {
        onProblem('stream-refused', response.status)
        // Who is signed out stays so until somebody does something.
        if (response.status === 401 || response.status === 403) return Infinity
        return 1_000 * Number(response.headers.get('retry-after')) * (1 + Math.random()) || undefined
      }
      const read = frameReader((frame) => {
        if (connection.signal.aborted) return
        if (frame.event === 'hello') {
          beat = missedBeats * beatOf(frame)
          onHello()
          onOpen(true)
        }
        this.#id = frame.id || this.#id
        onFrame(frame)
      })
      const reader = response.body.getReader()
      const text = new TextDecoder()
      for (let piece; !(piece = await reader.read()).done; listen()) read(text.decode(piece.value, { stream: true }))
      return undefined // the server ended it, as it does from time to time
    } catch (error) {
      if (silent) onProblem('stream-silent')
      else if (!connection.signal.aborted) onProblem('stream-lost', String(error))
      return connection.signal.aborted && !silent ? 0 : undefined // cut to be taken up elsewhere
    } finally {
      clearTimeout(watch)
      connection.abort()
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds < Infinity ? setTimeout(resolve, milliseconds) : undefined
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
