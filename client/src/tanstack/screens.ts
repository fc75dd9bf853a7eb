import { notifyManager, type QueryClient } from '@tanstack/query-core'
import type { Answer, FreshnessClient, Interval, OnProblem } from '../core/index.ts'
import type { AnyQuery, Memory } from './memory.ts'

/** A read of a high query that is shown on screens. */
interface Flight {
  readonly query: AnyQuery
  readonly screens: readonly string[]
  /** How often it was read again to agree with the others. */
  rounds: number
  /** True once its time to wait is over. */
  late?: boolean
  /** True once it is over though the set does not agree. */
  over?: boolean
  /** Runs from its first answer on. */
  timer?: ReturnType<typeof setTimeout>
  /** What it brought, while that waits to be shown. */
  arrived?: Arrived | undefined
}

interface Arrived {
  readonly answer: Answer
  readonly data: unknown
  readonly settle: (again: boolean) => void
}

/**
 * The longest that an answer waits for the others of its screen, in milliseconds: where data is shown meanwhile, and where there is none
 * yet. Then there is what there is. Longer where they are known to contradict each other, which what is shown meanwhile does not.
 */
export const longestHold = { shown: 3_000, first: 1_000, disagreeing: 10_000 }

/**
 * Shows the high queries of one screen together, and only as a set that agrees: the highest position at which one was loaded is at
 * most the lowest at which each is known valid. Otherwise "payment succeeded" stands beside "past due" until the other answer comes.
 */
export class Screens {
  readonly #client: FreshnessClient
  readonly #queryClient: QueryClient
  readonly #onProblem: OnProblem
  readonly #memory: Memory
  readonly #flights = new Set<Flight>()
  readonly #screens = new WeakMap<AnyQuery, readonly string[]>()

  constructor(client: FreshnessClient, queryClient: QueryClient, memory: Memory, onProblem: OnProblem) {
    this.#client = client
    this.#queryClient = queryClient
    this.#memory = memory
    this.#onProblem = onProblem
  }

  /** A read begins. */
  begin(query: AnyQuery, screens: readonly string[]): Flight {
    // A read that was called off for this one is nobody's any more.
    for (const other of this.#flights) if (other.query === query) this.#settle(other, false)
    this.#screens.set(query, screens)
    const flight: Flight = { query, screens, rounds: 0 }
    this.#flights.add(flight)
    return flight
  }

  /** A read has ended, however it did: nobody waits for it any longer. */
  end(flight: Flight): void {
    clearTimeout(flight.timer)
    if (this.#flights.delete(flight)) this.#look(flight)
  }

  /** Waits until the answer may be shown. True: the set does not agree, and the answer has to be read again. */
  arrive(flight: Flight, data: unknown, answer: Answer): Promise<boolean> {
    if (!flight.timer) {
      const { shown, first, disagreeing } = longestHold
      const isFirst = flight.query.state.data === undefined
      flight.timer = setTimeout(() => {
        flight.late = true // it may be reading again just now
        flight.over = isFirst
        flight.timer = setTimeout(() => {
          flight.over = true
          this.#look(flight)
        }, disagreeing - shown)
        this.#look(flight)
      }, isFirst ? first : shown)
    }
    return new Promise((settle) => {
      flight.arrived = { answer, data, settle }
      this.#look(flight)
    })
  }

  #look(about: Flight): void {
    const isBeside = (screens?: readonly string[]) => screens?.some((screen) => about.screens.includes(screen))
    const set = [...this.#flights].filter(({ screens }) => isBeside(screens))
    const late = about.late && (about.over || !set.some(({ rounds }) => rounds > 0))
    const here = set.filter((flight): flight is Flight & { arrived: Arrived } => flight.arrived !== undefined)
    if (here.length < set.length && !late) return
    const shown = this.#queryClient.getQueryCache().getAll()
      .filter((query) => isBeside(this.#screens.get(query)) && query.isActive() && query.state.fetchStatus === 'idle')
    const loadedAt = Math.max(...here.map(({ arrived: { answer: { interval } } }) => (interval && isSettled(interval) ? interval.loadedAt : 0)))
    // One part alone contradicts nothing.
    const lagging = here.length + shown.length > 1 ? here.filter(({ arrived }) => this.#lags(arrived.answer, loadedAt)) : []
    // What nobody reads just now has not been told of what the others were read after. What fails is being read until that is over, and holds nobody up.
    const behind = shown.filter((query) => this.#lags(this.#memory.answerOf(query), loadedAt))
    if (!late && lagging.length + behind.length > 0) {
      for (const query of behind) query.fetch().catch(() => {})
      // Once what lagged was read again and something else lags: read together they are most likely to agree.
      const again = lagging.some(({ rounds }) => rounds > 0) || here.some(({ rounds }) => rounds > 1) ? here : lagging
      for (const flight of lagging.length > 0 ? again : []) {
        const { arrived } = flight
        const rereads = () => {
          if (flight.arrived !== arrived) return
          ;(flight as Flight).arrived = undefined
          arrived.settle(true)
        }
        // At once, then with pauses, in which it still may be shown: a write may be on its way for long.
        if (++flight.rounds > 3) setTimeout(rereads, 25 * flight.rounds)
        else rereads()
      }
      return
    }
    if (here.length > 0 && (here.length < set.length || lagging.length + behind.length > 0)) this.#onProblem('incoherent', about.screens.join())
    // In one batch, so that observers are told in one task and the page is drawn once.
    notifyManager.batch(() => {
      for (const { query, arrived } of here) {
        if (here.length > 1 && query.state.fetchStatus === 'fetching') this.#queryClient.setQueryData(query.queryKey, arrived.data)
      }
    })
    for (const flight of here) this.#settle(flight, false)
  }

  #settle(flight: Flight, again: boolean): void {
    clearTimeout(flight.timer)
    this.#flights.delete(flight)
    flight.arrived?.settle(again)
  }

  #lags(answer: Answer, loadedAt: number): boolean {
    const { interval } = answer
    // Where nothing is known against it, it is valid up to where the stream has told everything.
    const heard = (!this.#client.isOutdated(answer) && this.#client.at?.position) || 0
    return interval !== undefined && (!isSettled(interval) || Math.max(interval.validAt, heard) < loadedAt)
  }
}

// Of what was read while a write was on its way, or is made of parts that do not agree, no position says what it shows.
const isSettled = ({ loadedAt, validAt }: Interval) => loadedAt <= validAt
