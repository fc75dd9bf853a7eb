import { vi } from 'vitest'

/** The locks and channels that the tabs of one browser share. */
export class FakeBrowser {
  readonly #locks = new Map<string, { held?: Held; waiting: Held[] }>()
  readonly #channels = new Set<FakeChannel>()

  /** Lets what is made from now on believe that it runs in this browser. */
  enter(): void {
    const channels = this.#channels
    vi.stubGlobal('navigator', { locks: { request: this.#request } })
    vi.stubGlobal('BroadcastChannel', class extends FakeChannel {
      constructor(name: string) {
        super(name, channels)
      }
    })
  }

  /** The tab that came as the nth, from 0, falls asleep: it says and hears nothing. */
  fallAsleep(nth: number): void {
    const channel = [...this.#channels][nth]!
    channel.postMessage = () => {}
    channel.onmessage = null
  }

  /** How many tabs stand in line for a lock. */
  waitingFor(name: string): number {
    return this.#locks.get(name)?.waiting.length ?? 0
  }

  readonly #request = (name: string, { signal, steal }: { signal?: AbortSignal; steal?: boolean }, run: () => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      const lock = this.#locks.get(name) ?? { waiting: [] }
      this.#locks.set(name, lock)
      const wanted: Held = { run, resolve, reject }
      signal?.addEventListener('abort', () => {
        lock.waiting = lock.waiting.filter((each) => each !== wanted)
        reject(new DOMException('aborted', 'AbortError'))
      })
      if (steal && lock.held) {
        lock.held.reject(new DOMException('stolen', 'AbortError'))
        delete lock.held
      }
      if (steal) lock.waiting.unshift(wanted)
      else lock.waiting.push(wanted)
      this.#grant(lock)
    })

  #grant(lock: { held?: Held; waiting: Held[] }): void {
    if (lock.held) return
    const next = lock.waiting.shift()
    if (!next) return
    lock.held = next
    // Granted now, told in a moment.
    void Promise.resolve().then(next.run).then(() => {
      if (lock.held !== next) return
      delete lock.held
      next.resolve()
      this.#grant(lock)
    })
  }
}

interface Held {
  readonly run: () => Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

class FakeChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null
  readonly #name: string
  readonly #all: Set<FakeChannel>

  constructor(name: string, all: Set<FakeChannel>) {
    this.#name = name
    this.#all = all
    all.add(this)
  }

  postMessage(data: unknown): void {
    const copy = structuredClone(data)
    for (const other of this.#all) {
      if (other !== this && other.#name === this.#name) queueMicrotask(() => this.#all.has(other) && other.onmessage?.({ data: copy }))
    }
  }

  close(): void {
    this.#all.delete(this)
  }
}
