import { notifyManager, type QueryClient } from '@tanstack/query-core'
import type { Answer, FreshnessClient, OnProblem } from '../core/index.ts'
import type { AnyQuery } from './memory.ts'

/** A read of a high query that is shown on screens. */
interface Flight {
  readonly query: AnyQuery
  readonly screens: readonly string[]
  /** How often it was read again to agree with the others. */
  rounds: number
  /** Runs from its first answer on. */
  timer?: ReturnType<typeof setTimeout>
  /** What it brought, while that waits to be shown. */
  arrived?: { readonly answer: Answer; readonly data: unknown; readonly settle: (again: boolean) => void } | undefined
}

/**
 * The longest that an answer waits for the others of its screen, in milliseconds: where data is shown meanwhile, and where there is none
 * yet. Then there is what there is.
 */
export const longestHold = { shown: 3_000, first: 1_000 }

/**
 * Shows the high queries of one screen together, and only as a set that agrees: the highest position at which one was loaded is at
 * most the lowest at which each is known valid. Otherwise "payment succeeded" stands beside "past due" until the other answer comes.
 */
export class Screens {
  readonly #client: FreshnessClient
  readonly #queryClient: QueryClient
  readonly #onProblem: OnProblem
  readonly #flights = new Set<Flight>()

  constructor(client: FreshnessClient, queryClient: QueryClient, onProblem: OnProblem) {
    this.#client = client
    this.#queryClient = queryClient
    this.#onProblem = onProblem
  }

  /** A read begins. */
  begin(query: AnyQuery, screens: readonly string[]): Flight {
    // A read that was called off for this one is nobody's any more.
    for (const other of this.#flights) if (other.query === query) this.#settle(other, false)
    const flight: Flight = { query, screens, rounds: 0 }
    this.#flights.add(flight)
    return flight
  }

  /** A read has ended, however it did: nobody waits for it any longer. */
  end(flight: Flight): void {
    clearTimeout(flight.timer)
    if (this.#flights.delete(flight)) this.#look(flight, false)
  }

  /** Waits until the answer may be shown. True: the set does not agree, and the answer has to be read again. */
  arrive(flight: Flight, data: unknown, answer: Answer): Promise<boolean> {
    flight.timer ??= setTimeout(() => this.#look(flight, true), flight.query.state.data === undefined ? longestHold.first : longestHold.shown)
    return new Promise((settle) => {
      flight.arrived = { answer, data, settle }
      this.#look(flight, false)
    })
  }

  #look(about: Flight, late: boolean): void {
    const set = [...this.#flights].filter(({ screens }) => screens.some((screen) => about.screens.includes(screen)))
    const here = set.filter(({ arrived }) => arrived)
    if (here.length < set.length && !late) return
    const lagging = this.#lagging(here)
    if (lagging.length > 0 && !late) {
      // Once what lagged was read again and something else lags: read together they are most likely to agree.
      const again = lagging.some(({ rounds }) => rounds > 0) || here.some(({ rounds }) => rounds > 1) ? here : lagging
      for (const flight of again) {
        flight.rounds++
        flight.arrived!.settle(true)
        flight.arrived = undefined
      }
      return
    }
    if (here.length > 0 && (here.length < set.length || lagging.length > 0)) this.#onProblem('incoherent', about.screens.join())
    // In one batch, so that observers are told in one task and the page is drawn once.
    notifyManager.batch(() => {
      for (const { query, arrived } of here) {
        if (here.length > 1 && query.state.fetchStatus === 'fetching') this.#queryClient.setQueryData(query.queryKey, arrived!.data)
      }
    })
    for (const flight of here) this.#settle(flight, false)
  }

  #settle(flight: Flight, again: boolean): void {
    clearTimeout(flight.timer)
    this.#flights.delete(flight)
    flight.arrived?.settle(again)
  }

  #lagging(here: readonly Flight[]): Flight[] {
    const loadedAt = Math.max(...here.flatMap(({ arrived }) => arrived!.answer.interval?.loadedAt ?? []))
    const heard = this.#client.at?.position ?? 0
    return here.filter(({ arrived }) => {
      const { answer } = arrived!
      // Where nothing is known against it, it is valid up to where the stream has told everything.
      return answer.interval && Math.max(answer.interval.validAt, this.#client.isOutdated(answer) ? 0 : heard) < loadedAt
    })
  }
}
