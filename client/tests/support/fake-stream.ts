import type { Fetch } from '../../src/index.ts'

/** A connection to the stream that waits for the test to say what comes. */
export interface Connection {
  readonly after: string
  readonly aborted: () => boolean
  /** Sends text as it is. */
  raw(text: string): void
  hello(id: string, more?: object): void
  freshness(position: number, expire: readonly string[], more?: object, epoch?: string): void
  reset(id: string, reason?: string): void
  beat(id: string): void
  /** The server ends it. */
  end(): void
  /** It breaks. */
  fail(): void
}

/** A server's stream in the test's hand, in front of another `fetch`. */
export class FakeStream {
  readonly #waiting: Connection[] = []
  readonly #wanted: ((connection: Connection) => void)[] = []
  /** Answers with this status instead of connecting. */
  refuse: { status: number; headers?: Record<string, string> } | undefined
  /** Every connection that was asked for. */
  readonly log: string[] = []

  /** A `fetch` that knows the stream at `/stream`, and leaves everything else to another. */
  before(fetch: Fetch): Fetch {
    return (input, init) => (String(input).startsWith('/stream') ? this.#open(String(input), init ?? {}) : fetch(input, init))
  }

  /** The next connection, as soon as it is there. */
  connected(): Promise<Connection> {
    const first = this.#waiting.shift()
    return first ? Promise.resolve(first) : new Promise((resolve) => this.#wanted.push(resolve))
  }

  async #open(url: string, { signal }: RequestInit): Promise<Response> {
    const after = decodeURIComponent(url.split('after=')[1] ?? '')
    this.log.push(after)
    if (this.refuse) return new Response('{}', this.refuse)
    let body!: ReadableStreamDefaultController<Uint8Array>
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) })
    const raw = (text: string) => body.enqueue(new TextEncoder().encode(text))
    const frame = (event: string, id: string, data: object) => raw(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    signal?.addEventListener('abort', () => body.error(new DOMException('aborted', 'AbortError')))
    const connection: Connection = {
      after, raw,
      aborted: () => signal?.aborted ?? false,
      hello: (id, more = {}) => frame('hello', id, { version: 1, epoch: id.split('.')[1], position: Number(id.split('.')[0]), heartbeatSeconds: 15, ...more }),
      freshness: (position, expire, more = {}, epoch = 'E1') => frame('freshness', `${position}.${epoch}`, { position, expire, stale: [], events: [], ...more }),
      reset: (id, reason = 'missed') => frame('reset', id, { epoch: id.split('.')[1], position: Number(id.split('.')[0]), reason }),
      beat: (id) => raw(`:\nid: ${id}\n\n`),
      end: () => body.close(),
      fail: () => body.error(new TypeError('connection lost')),
    }
    const wanted = this.#wanted.shift()
    if (wanted) wanted(connection)
    else this.#waiting.push(connection)
    return new Response(stream)
  }
}
