import type { Fetch, FreshnessClient } from './client.ts'
import { parsePoint, type Frame } from './frames.ts'
import { hearing } from './hear.ts'
import { beatOf, createLink } from './link.ts'
import type { OnProblem } from './problem.ts'

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

/** What tabs say to each other. */
interface Message {
  /** The tab that has the connection passes a frame on. */
  readonly frame?: Frame
  /** The epoch it knew when it asked for the connection that the frame came by. */
  readonly knew?: string | undefined
  /** Whether the connection is there. */
  readonly open?: boolean
  /** A tab says from where it needs the stream. */
  readonly need?: string
  /** A tab has taken the connection over: say what you need. */
  readonly who?: true
}

/** Heartbeats after which a tab that has the connection and says nothing is taken for asleep: another one takes it. */
const asleepAfter = 4

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
    let hello: Frame | undefined
    let sent = client.begin()
    let watch: ReturnType<typeof setTimeout> | undefined
    let beat = 15_000
    let open = false

    const receive = hearing(client, onProblem, need)
    const post = (message: Message) => channel?.postMessage(message)
    const link = createLink({
      fetch, url, onProblem,
      onAsk: () => (sent = { ...client.begin(), confirmed: true }),
      onOpen(isOpen) {
        post({ open: isOpen })
        setOpen(isOpen)
      },
      onFrame(frame) {
        if (frame.event === 'hello') hello = frame
        post({ frame, knew: sent.epoch })
        receive(frame, sent)
      },
    })
    const status = (): StreamStatus => ({ link: !leaving ? 'off' : open ? 'open' : 'connecting', leads: !!release })

    function setOpen(isOpen: boolean): void {
      open = isOpen
      onStatus(status())
    }

    function queue(steal: boolean): void {
      const { signal } = leaving!
      // A lock can be taken by force, or asked for until a signal, not both.
      navigator.locks.request(name, steal ? { steal } : { signal }, () => new Promise<void>(lead)).catch(() => {
        if (signal.aborted) return
        // Taken by a tab that heard nothing of this one. It was asleep, and is awake now.
        link.stop()
        release = undefined
        setOpen(false)
        queue(false)
        need()
      })
    }

    function lead(free: () => void): void {
      if (!leaving) return free()
      release = free
      clearTimeout(watch)
      post({ who: true })
      need()
      setOpen(open)
    }

    /** Says from where this tab needs the stream: to its own link, or to whoever has it. */
    function need(): void {
      const { at } = client
      if (!leaving || !at) return
      const id = `${at.position}.${at.epoch}`
      if (release) serve(id)
      else post({ need: id })
    }

    function serve(id: string): void {
      const wanted = parsePoint(id)
      const now = parsePoint(link.id)
      // Of another epoch than the link's: this tab has met it in an answer, or a tab that slept has yet to leave it.
      const isEarlier = !now || (wanted?.epoch === now.epoch ? wanted.position < now.position : wanted?.epoch === client.at?.epoch)
      if (isEarlier || !link.running) link.start(isEarlier ? id : link.id)
      // A tab that came later has not heard hello; it stands where the stream is by now.
      if (hello && open) post({ frame: { ...hello, id: link.id }, knew: sent.epoch })
      post({ open })
    }

    function take({ frame, knew, open, need: id, who }: Message): void {
      if (who) return need()
      if (release && id) return serve(id)
      if (release || id) return
      stayAwake()
      if (!frame) return setOpen(open!)
      if (frame.event === 'hello') beat = beatOf(frame)
      // What this tab knew when the connection was asked for, as far as that decides: the same epoch, or another one.
      receive(frame, { ...client.begin(), confirmed: true, ...(knew && { epoch: knew }) })
    }

    function stayAwake(): void {
      clearTimeout(watch)
      watch = setTimeout(() => leaving && !release && queue(true), asleepAfter * beat)
    }

    return {
      get status() {
        return status()
      },
      start() {
        if (leaving) return
        leaving = new AbortController()
        if (globalThis.BroadcastChannel && globalThis.navigator?.locks) {
          channel = new BroadcastChannel(name)
          channel.onmessage = ({ data }) => take(data)
          queue(false)
          stayAwake()
        } else lead(() => {})
        need()
        setOpen(open)
      },
      stop() {
        leaving?.abort()
        clearTimeout(watch)
        link.stop()
        release?.()
        channel?.close()
        leaving = release = channel = hello = undefined
        setOpen(false)
      },
      wake() {
        link.wake()
        need()
      },
      pause() {
        if (release) link.stop()
      },
    }
  }
}
