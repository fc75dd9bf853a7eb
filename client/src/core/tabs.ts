import type { Fetch, FreshnessClient } from './client.ts'
import { hearing } from './hear.ts'
import { createLink, type LinkFrame } from './link.ts'
import type { OnProblem } from './problem.ts'
import type { Point } from './wire.ts'

/** How a tab hears: whether frames come, and whether this tab is the one that has the connection. */
export interface StreamStatus {
  readonly link: 'off' | 'connecting' | 'open'
  readonly leads: boolean
}

/** A stream as the client drives it. */
export interface StreamHandle {
  /** Follows it. If it does already: somebody looks at the page, or the network is back, so no more waiting. */
  start(): void
  stop(): void
  /** The network is gone: waits for {@link start} rather than for time. */
  pause(): void
}

/** How a client comes by its stream, which is off at first. Made by {@link sharedStream}. `onStatus` is told at once, and whenever that changes. */
export type Stream = (client: FreshnessClient, fetch: Fetch, onProblem: OnProblem, onStatus: (status: StreamStatus) => void) => StreamHandle

/** What tabs say to each other. */
interface Message {
  /** The tab that has the connection passes a frame on; without one the connection is gone. */
  readonly frame?: LinkFrame | undefined
  /** A tab says from where it needs the stream. */
  readonly need?: Point
  /** A tab has taken the connection over: say what you need. */
  readonly who?: true
}

/**
 * The server's stream, one connection for all tabs of the browser. The tab that holds the lock has it and passes its frames on, as they
 * came; each tab takes them in as if they were its own. What a tab needs it says itself, so a tab that takes over starts at the earliest need.
 * @param url Its address, such as `/freshet/stream`.
 * @param name Tabs with the same name share the connection, so it must differ where tabs are of different people. Default: the address.
 */
export function sharedStream(url: string, name = `freshet ${url}`): Stream {
  return (client, fetch, onProblem, onStatus) => {
    let channel: BroadcastChannel | undefined
    let leaving: AbortController | undefined
    let release: (() => void) | undefined
    let hello: LinkFrame | undefined
    let watch: ReturnType<typeof setTimeout> | undefined
    let beat = 15_000
    let isOpen = false

    const receive = hearing(client, onProblem, need)
    const post = (message: Message) => channel?.postMessage(message)
    const link = createLink(fetch, url, (frame) => {
      post({ frame })
      hear(frame)
    }, onProblem)

    /** Takes in what the connection brought, this tab's own or another's. */
    function hear(frame: LinkFrame | undefined): void {
      if (isOpen !== !!frame) tell(!!frame)
      if (!frame) return
      if (frame.event === 'hello') hello = frame
      receive(frame)
    }

    function tell(open: boolean): void {
      isOpen = open
      onStatus({ link: !leaving ? 'off' : open ? 'open' : 'connecting', leads: !!release })
    }

    /** A tab that has the connection and says nothing for four heartbeats is taken for asleep: this one takes it. */
    function stayAwake(): void {
      clearTimeout(watch)
      watch = setTimeout(() => leaving && !release && queue(true), 4 * beat)
    }

    function queue(steal: boolean): void {
      const { signal } = leaving!
      // A lock can be taken by force, or asked for until a signal, not both.
      navigator.locks.request(name, steal ? { steal } : { signal }, () => new Promise<void>(lead)).catch(() => {
        if (signal.aborted) return
        // None was ever held, so none is to be had, as in a frame without an origin: this tab has a stream of its own.
        if (!release) return lead()
        // Taken by a tab that heard nothing of this one. It was asleep, and is awake now.
        release = undefined
        pause()
        queue(false)
        need()
      })
    }

    function pause(): void {
      link.stop()
      tell(false)
    }

    function lead(free = () => {}): void {
      if (!leaving) return free()
      release = free
      tell(false)
      post({ who: true })
      need()
    }

    /** Says from where this tab needs the stream: to its own link, or to whoever has it. */
    function need(): void {
      const { at } = client
      if (!leaving || !at) return
      if (release) serve(at)
      else post({ need: at })
    }

    function serve(wanted: Point): void {
      const { at } = link
      // Of another epoch than the link's: this tab has met it in an answer, or a tab that slept has yet to leave it.
      const isEarlier = !at || (wanted.epoch === at.epoch ? wanted.position < at.position : wanted.epoch === client.at?.epoch)
      if (isEarlier || !link.connection) link.start(isEarlier ? wanted : at)
      // A tab that came later has not heard hello; it stands where the stream is by now.
      if (isOpen) post({ frame: { ...hello!, at: link.at! } })
    }

    tell(false)
    return {
      pause,
      start() {
        if (!leaving) {
          leaving = new AbortController()
          if (globalThis.navigator?.locks) {
            channel = new BroadcastChannel(name)
            channel.onmessage = ({ data: { frame, need: wanted, who } }: { data: Message }) => {
              if (wanted) return release && serve(wanted)
              beat = frame?.beat ?? beat
              stayAwake()
              if (who) need()
              else if (!release) hear(frame)
            }
            queue(false)
            stayAwake()
          } else lead()
          tell(false)
        }
        link.wake()
        need()
      },
      stop() {
        leaving?.abort()
        clearTimeout(watch)
        release?.()
        channel?.close()
        leaving = release = channel = undefined
        pause()
      },
    }
  }
}
