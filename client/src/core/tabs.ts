import type { Fetch, FreshnessClient } from './client.ts'
import { parsePoint, type Frame } from './frames.ts'
import { beatOf, Link, type LinkOptions } from './link.ts'
import type { OnProblem } from './problem.ts'
import type { Stamp } from './answer.ts'

/** How a tab hears: whether frames come, and whether this tab is the one that has the connection. */
export interface StreamStatus {
  readonly link: 'off' | 'connecting' | 'open'
  readonly leads: boolean
}

/** A stream as the client drives it. */
export interface StreamHandle {
  readonly status: StreamStatus
  start(): void
  stop(): void
  /** Somebody looks at the page, or the network is back: no more waiting. */
  wake(): void
  /** The network is gone: waits for {@link wake} rather than for time. */
  pause(): void
}

/** How a client comes by its stream. Made by {@link sharedStream}. */
export type Stream = (client: FreshnessClient, fetch: Fetch, onProblem: OnProblem, onStatus: (status: StreamStatus) => void) => StreamHandle

/**
 * The server's stream, one connection for all tabs of the browser.
 * @param url Its address, such as `/freshet/stream`.
 * @param name Tabs with the same name share the connection, so it must differ where tabs are of different people. Default: the address.
 */
export function sharedStream(url: string, name = `freshet ${url}`): Stream {
  return (client, fetch, onProblem, onStatus) => new Tabs(client, name, { fetch, url, onProblem }, onStatus)
}

type Message =
  /** The tab that has the connection passes a frame on. `knew` is the epoch it knew when it asked for the connection. */
  | { readonly type: 'frame'; readonly frame: Frame; readonly knew: string | undefined }
  | { readonly type: 'open'; readonly open: boolean }
  /** A tab says from where it needs the stream. */
  | { readonly type: 'need'; readonly id: string }
  /** A tab has taken the connection over: say what you need. */
  | { readonly type: 'who' }

/** Heartbeats after which a tab that has the connection and says nothing is taken for asleep: another one takes it. */
const asleepAfter = 4

/**
 * One connection for all tabs of a browser. The tab that holds the lock has it and passes its frames on, as they came; each tab
 * takes them in as if they were its own. What a tab needs it says itself, so a tab that takes over starts at the earliest need.
 */
class Tabs implements StreamHandle {
  readonly #client: FreshnessClient
  readonly #name: string
  readonly #link: Link
  readonly #onStatus: (status: StreamStatus) => void
  #channel: BroadcastChannel | undefined
  #leaving: AbortController | undefined
  #release: (() => void) | undefined
  #hello: Frame | undefined
  #sent: Stamp
  #watch: ReturnType<typeof setTimeout> | undefined
  #beat = 15_000
  #open = false

  constructor(client: FreshnessClient, name: string, options: Pick<LinkOptions, 'fetch' | 'url' | 'onProblem'>, onStatus: (status: StreamStatus) => void) {
    this.#client = client
    this.#name = name
    this.#onStatus = onStatus
    this.#sent = client.begin()
    this.#link = new Link({
      ...options,
      onAsk: () => (this.#sent = { ...client.begin(), confirmed: true }),
      onOpen: (open) => {
        this.#post({ type: 'open', open })
        this.#setOpen(open)
      },
      onFrame: (frame) => {
        if (frame.event === 'hello') this.#hello = frame
        this.#post({ type: 'frame', frame, knew: this.#sent.epoch })
        client.receive(frame, this.#sent)
      },
    })
    client.onNeed = () => this.#need()
  }

  get status(): StreamStatus {
    return { link: !this.#leaving ? 'off' : this.#open ? 'open' : 'connecting', leads: this.#release !== undefined }
  }

  start(): void {
    if (this.#leaving) return
    this.#leaving = new AbortController()
    if (typeof BroadcastChannel === 'undefined' || !globalThis.navigator?.locks) {
      this.#lead(() => {})
    } else {
      this.#channel = new BroadcastChannel(this.#name)
      this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#take(data)
      this.#queue(false)
      this.#stayAwake()
    }
    this.#need()
    this.#tell()
  }

  stop(): void {
    this.#leaving?.abort()
    this.#leaving = undefined
    clearTimeout(this.#watch)
    this.#link.stop()
    this.#release?.()
    this.#release = undefined
    this.#channel?.close()
    this.#channel = this.#hello = undefined
    this.#setOpen(false)
  }

  wake(): void {
    this.#link.wake()
    this.#need()
  }

  pause(): void {
    if (this.#release) this.#link.stop()
  }

  #queue(steal: boolean): void {
    const { signal } = this.#leaving!
    const held = () => new Promise<void>((release) => this.#lead(release))
    // A lock can be taken by force, or asked for until a signal, not both.
    navigator.locks.request(this.#name, steal ? { steal } : { signal }, held).catch(() => {
      if (signal.aborted) return
      // Taken by a tab that heard nothing of this one. It was asleep, and is awake now.
      this.#link.stop()
      this.#release = undefined
      this.#setOpen(false)
      this.#queue(false)
      this.#need()
    })
  }

  #lead(release: () => void): void {
    if (!this.#leaving) return release()
    this.#release = release
    clearTimeout(this.#watch)
    this.#post({ type: 'who' })
    this.#need()
    this.#tell()
  }

  /** Says from where this tab needs the stream: to its own link, or to whoever has it. */
  #need(): void {
    const { at } = this.#client
    if (!this.#leaving || !at) return
    const id = `${at.position}.${at.epoch}`
    if (this.#release) this.#serve(id)
    else this.#post({ type: 'need', id })
  }

  #serve(id: string): void {
    const wanted = parsePoint(id)
    const now = parsePoint(this.#link.id)
    // Of another epoch than the link's: this tab has met it in an answer, or a tab that slept has yet to leave it.
    const isEarlier = !now || (wanted?.epoch === now.epoch ? wanted.position < now.position : wanted?.epoch === this.#client.at?.epoch)
    if (isEarlier || !this.#link.running) this.#link.start(isEarlier ? id : this.#link.id)
    // A tab that came later has not heard hello; it stands where the stream is by now.
    if (this.#hello && this.#open) this.#post({ type: 'frame', frame: { ...this.#hello, id: this.#link.id }, knew: this.#sent.epoch })
    this.#post({ type: 'open', open: this.#open })
  }

  #take(message: Message): void {
    if (message.type === 'who') return this.#need()
    if (message.type === 'need') return this.#release && this.#serve(message.id)
    if (this.#release) return
    this.#stayAwake()
    if (message.type === 'open') return this.#setOpen(message.open)
    const { frame, knew } = message
    if (frame.event === 'hello') this.#beat = beatOf(frame)
    // What this tab knew when the connection was asked for, as far as that decides: the same epoch, or another one.
    this.#client.receive(frame, { ...this.#client.begin(), confirmed: true, ...(knew !== undefined && { epoch: knew }) })
  }

  #stayAwake(): void {
    clearTimeout(this.#watch)
    this.#watch = setTimeout(() => this.#leaving && !this.#release && this.#queue(true), asleepAfter * this.#beat)
  }

  #setOpen(open: boolean): void {
    this.#open = open
    this.#tell()
  }

  #tell(): void {
    this.#onStatus(this.status)
  }

  #post(message: Message): void {
    this.#channel?.postMessage(message)
  }
}
